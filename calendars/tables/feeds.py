"""Private calendar addresses."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.columns import Base, Instant, key, owner


class Feed(Base):
    """A private calendar address: an HMAC of its id and generation, so that it can be shown again."""

    __tablename__ = "feeds"
    __table_args__ = (Index("ix_feeds_target", "kind", "target", "person", unique=True),)
    id: Mapped[str] = key()
    person: Mapped[str] = mapped_column(owner("people.id"), index=True)
    kind: Mapped[str]
    """mine, or contact_days."""
    target: Mapped[str]
    """The person or programme whose days these are."""
    label: Mapped[str] = mapped_column(default="")
    generation: Mapped[int] = mapped_column(default=1)
    fetched: Mapped[datetime | None] = mapped_column(Instant)
    client: Mapped[str] = mapped_column(default="")
    made: Mapped[datetime] = mapped_column(Instant)
