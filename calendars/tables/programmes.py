"""Programmes: what was promised, day by day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.columns import Base, Instant, key, owner


class Programme(Base):
    """One run of a training model: its days, its groups, its rules."""

    __tablename__ = "programmes"
    id: Mapped[str] = key()
    organisation: Mapped[str] = mapped_column(owner("organisations.id"))
    blueprint: Mapped[str]
    version: Mapped[str]
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    zone: Mapped[str]
    country: Mapped[str]
    starts: Mapped[date]
    ends: Mapped[date]
    language: Mapped[str] = mapped_column(default="fi")
    provider: Mapped[str] = mapped_column(default="builtin")
    """Whose rooms are taken first."""
    others: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Whose are taken then, in this order; the house's own room comes after all of them."""
    rules: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    holidays: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Frozen when planned: a later change of the calendar of the country moves nothing."""
    topics: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON, default=dict)
    """Code of a topic -> its title by language and the hours meant for it, as the blueprint said them when planned."""
    model: Mapped[str] = mapped_column(Text, default="", server_default="", deferred=True)
    """The whole blueprint as a file, as when planned; "" where that was not kept. Read by `originals` only."""
    weekdays: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """On which weekdays the line of its days lies, as when planned."""
    tutoring_until: Mapped[date | None]
    """Tutoring goes on until then although the window would end before it: somebody had booked it."""
    revision: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(default="confirmed")
    modified: Mapped[datetime] = mapped_column(Instant)


class Phase(Base):
    """A part of a programme with one kind of service, which decides what is reported to whom."""

    __tablename__ = "phases"
    id: Mapped[str] = key()
    programme: Mapped[str] = mapped_column(owner("programmes.id"), index=True)
    position: Mapped[int]
    code: Mapped[str]
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    service: Mapped[str]
    lessons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """The daily lessons that the blueprint asks for: local `starts` and `ends`, and what their teachers `needs`."""
    topics: Mapped[list[str]] = mapped_column(JSON, default=list)


class Place(Base):
    """Where people meet on site."""

    __tablename__ = "places"
    id: Mapped[str] = key()
    organisation: Mapped[str] = mapped_column(owner("organisations.id"), index=True)
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    rooms: Mapped[int | None]
    """How many groups can be taught there at one time; None: not asked, so enough."""


class Day(Base):
    """One training day; its kind and place are what the funder counts."""

    __tablename__ = "days"
    __table_args__ = (UniqueConstraint("programme", "n"), Index("ix_days_date", "date"))
    id: Mapped[str] = key()
    programme: Mapped[str] = mapped_column(owner("programmes.id"))
    phase: Mapped[str] = mapped_column(owner("phases.id"))
    n: Mapped[int]
    date: Mapped[date]
    kind: Mapped[str]
    extra: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Beyond the programme's end, for those alone who have a seat then: no day of the cohort's own count."""
    place: Mapped[str | None] = mapped_column(owner("places.id"))
    starts: Mapped[datetime] = mapped_column(Instant)
    ends: Mapped[datetime] = mapped_column(Instant)
    revision: Mapped[int] = mapped_column(default=1)
    sequence: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default="confirmed")
    modified: Mapped[datetime] = mapped_column(Instant)


class Break(Base):
    """Days on which a programme holds no training, of its own choice; both ends are free."""

    __tablename__ = "breaks"
    id: Mapped[str] = key()
    programme: Mapped[str] = mapped_column(owner("programmes.id"), index=True)
    first: Mapped[date]
    last: Mapped[date]
    status: Mapped[str] = mapped_column(default="confirmed")
    """confirmed; cancelled: taken away again."""
    modified: Mapped[datetime] = mapped_column(Instant)


class Field(Base):
    """A vocational field of a programme, with its ISCED-F 2013 code."""

    __tablename__ = "fields"
    id: Mapped[str] = key()
    programme: Mapped[str] = mapped_column(owner("programmes.id"), index=True)
    code: Mapped[str]
    isced: Mapped[str]
    name: Mapped[dict[str, str]] = mapped_column(JSON)
