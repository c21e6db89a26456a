"""Training models that an organisation brought in: each version as the file it is, never changed."""

from datetime import datetime

from sqlalchemy import JSON, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.columns import Base, Instant, key, owner


class Model(Base):
    """One version of one training model; what it means never changes, and programmes keep a copy of their own."""

    __tablename__ = "models"
    __table_args__ = (UniqueConstraint("organisation", "name", "version"),)
    id: Mapped[str] = key()
    organisation: Mapped[str] = mapped_column(owner("organisations.id"))
    name: Mapped[str]
    version: Mapped[str]
    title: Mapped[dict[str, str]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text, deferred=True)
    added: Mapped[datetime] = mapped_column(Instant)
    added_by: Mapped[str | None]
    withdrawn: Mapped[datetime | None] = mapped_column(Instant)
    """Since when it is offered no more."""
