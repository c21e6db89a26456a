"""Files that somebody brought and has not decided on yet."""

from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.columns import Base, Instant, key, owner


class Upload(Base):
    """A list of people as it came, until it is brought in, replaced by another, or a day old."""

    __tablename__ = "uploads"
    __table_args__ = (UniqueConstraint("programme", "kind", "brought_by"),)
    id: Mapped[str] = key()
    programme: Mapped[str] = mapped_column(owner("programmes.id"))
    kind: Mapped[str]
    """learners, staff."""
    brought_by: Mapped[str]
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
