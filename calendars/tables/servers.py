"""The video servers of the house."""

from datetime import datetime

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.columns import Base, Instant, key, owner


class VideoServer(Base):
    """One server that gives video rooms. Its id is the name by which programmes and evidence know it, for ever."""

    __tablename__ = "servers"
    id: Mapped[str] = key()
    name: Mapped[str]
    """As people see it."""
    kind: Mapped[str]
    organisation: Mapped[str | None] = mapped_column(owner("organisations.id"))
    """Whose programmes may use it; None: everybody's."""
    settings: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """What anybody may see of how it is reached."""
    sealed: Mapped[bytes]
    """Its secrets, which only the house's own secret opens; empty once it is retired."""
    sealed_at: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Which secrets lie in it, each with the instant at which it was written."""
    added: Mapped[datetime] = mapped_column(Instant)
    retired: Mapped[datetime | None] = mapped_column(Instant)
