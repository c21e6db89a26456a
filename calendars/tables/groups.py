"""Small groups and the seats in them."""

from datetime import date, datetime

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.columns import Base, Instant, key, owner


class Group(Base):
    """A small group of one field; a model without vocational fields has groups without one."""

    __tablename__ = "groups"
    id: Mapped[str] = key()
    programme: Mapped[str] = mapped_column(owner("programmes.id"), index=True)
    field: Mapped[str | None] = mapped_column(owner("fields.id"))
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    modified: Mapped[datetime] = mapped_column(Instant)


class Seat(Base):
    """A learner's place in a group, from its first to its last day (both included), on certain weekdays.

    A last day before the first: it was taken back before it began.
    """

    __tablename__ = "seats"
    __table_args__ = (Index("ix_seats_person", "person"),)
    id: Mapped[str] = key()
    group: Mapped[str] = mapped_column(owner("groups.id"), index=True)
    person: Mapped[str] = mapped_column(owner("people.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    weekdays: Mapped[int] = mapped_column(default=127, server_default="127")
    """On which she comes, bit n for the n-th day from Sunday (calendars/weeks.py); 127: the whole week."""
    reason: Mapped[str] = mapped_column(default="")
    grant: Mapped[str] = mapped_column(owner("grants.id"))
