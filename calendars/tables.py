"""What is planned, as tables.

A day and a lesson carry `revision` (every change), `sequence` (time, place or state: RFC 5545 SEQUENCE) and `status`;
what is taken out is cancelled, never deleted, so that ids, UIDs and evidence survive a re-plan.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from calendars.store import Base, Instant, new_id, owner


def key() -> Any:
    """A primary key that the outside may see."""
    return mapped_column(primary_key=True, default=new_id)


class House(Base):
    """The one row of settings that the administrator sees."""

    __tablename__ = "house"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    telephone: Mapped[str] = mapped_column(default="")
    zone: Mapped[str] = mapped_column(default="Europe/Helsinki")
    country: Mapped[str] = mapped_column(default="FI")
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    logo: Mapped[bytes | None]
    secret: Mapped[bytes]
    """The root of all derived secrets of this house: personal links, feeds, tokens."""
    set_at: Mapped[datetime | None] = mapped_column(Instant)


class Organisation(Base):
    """Who gives a programme; one by default."""

    __tablename__ = "organisations"
    id: Mapped[str] = key()
    name: Mapped[str]
    telephone: Mapped[str] = mapped_column(default="")


class Person(Base):
    """Somebody whom the house knows. Names stand here alone; everything else carries the id."""

    __tablename__ = "people"
    id: Mapped[str] = key()
    name: Mapped[str]
    language: Mapped[str] = mapped_column(default="fi")
    telephone: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    alias: Mapped[str | None]
    """Shown in place of the name everywhere under a non-disclosure order."""
    generation: Mapped[int] = mapped_column(default=1)
    """Of the personal link; renewing it makes every older one worthless."""
    revision: Mapped[int] = mapped_column(default=1)
    """Moves with her rights and sign-ins, so that open sockets notice within a second."""
    added: Mapped[datetime] = mapped_column(Instant)

    @property
    def shown(self) -> str:
        """The name that others may see."""
        return self.alias or self.name


class Grant(Base):
    """A right: this person is this in this scope from one day to another."""

    __tablename__ = "grants"
    __table_args__ = (Index("ix_grants_person_until", "person", "until"),)
    id: Mapped[str] = key()
    person: Mapped[str] = mapped_column(owner("people.id"))
    role: Mapped[str]
    scope_kind: Mapped[str]
    scope: Mapped[str]
    starts: Mapped[datetime | None] = mapped_column(Instant)
    until: Mapped[datetime | None] = mapped_column(Instant)
    given_by: Mapped[str | None]
    given: Mapped[datetime] = mapped_column(Instant)


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
    rules: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    holidays: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Frozen when planned: a later change of the calendar of the country moves nothing."""
    topics: Mapped[dict[str, dict[str, Any]]] = mapped_column(JSON, default=dict)
    """Code of a topic -> its title by language and the hours meant for it, as the blueprint said them when planned."""
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
    place: Mapped[str | None] = mapped_column(owner("places.id"))
    starts: Mapped[datetime] = mapped_column(Instant)
    ends: Mapped[datetime] = mapped_column(Instant)
    revision: Mapped[int] = mapped_column(default=1)
    sequence: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default="confirmed")
    modified: Mapped[datetime] = mapped_column(Instant)


class Field(Base):
    """A vocational field of a programme, with its ISCED-F 2013 code."""

    __tablename__ = "fields"
    id: Mapped[str] = key()
    programme: Mapped[str] = mapped_column(owner("programmes.id"), index=True)
    code: Mapped[str]
    isced: Mapped[str]
    name: Mapped[dict[str, str]] = mapped_column(JSON)


class Group(Base):
    """A small group of one field; a model without vocational fields has groups without one."""

    __tablename__ = "groups"
    id: Mapped[str] = key()
    programme: Mapped[str] = mapped_column(owner("programmes.id"), index=True)
    field: Mapped[str | None] = mapped_column(owner("fields.id"))
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    modified: Mapped[datetime] = mapped_column(Instant)


class Seat(Base):
    """A learner's place in a group, from its first to its last day (both included).

    A last day before the first: it was taken back before it began.
    """

    __tablename__ = "seats"
    __table_args__ = (Index("ix_seats_person", "person"),)
    id: Mapped[str] = key()
    group: Mapped[str] = mapped_column(owner("groups.id"), index=True)
    person: Mapped[str] = mapped_column(owner("people.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    reason: Mapped[str] = mapped_column(default="")
    grant: Mapped[str] = mapped_column(owner("grants.id"))


class Lesson(Base):
    """One real-time small-group session, on a day."""

    __tablename__ = "lessons"
    __table_args__ = (
        Index("ix_lessons_starts", "starts"),
        Index("ix_lessons_group_starts", "group", "starts"),
        Index("ix_lessons_programme_starts", "programme", "starts"),
    )
    id: Mapped[str] = key()
    programme: Mapped[str] = mapped_column(owner("programmes.id"))
    day: Mapped[str] = mapped_column(owner("days.id"), index=True)
    group: Mapped[str] = mapped_column(owner("groups.id"))
    topic: Mapped[str] = mapped_column(default="")
    """The code of one of the blueprint's topics."""
    starts: Mapped[datetime] = mapped_column(Instant)
    ends: Mapped[datetime] = mapped_column(Instant)
    opened: Mapped[datetime | None] = mapped_column(Instant)
    """When the teacher opened it: from here it is held."""
    closed: Mapped[datetime | None] = mapped_column(Instant)
    frozen: Mapped[datetime | None] = mapped_column(Instant)
    """When the list of who is expected was frozen."""
    signed: Mapped[datetime | None] = mapped_column(Instant)
    revision: Mapped[int] = mapped_column(default=1)
    sequence: Mapped[int] = mapped_column(default=0)
    status: Mapped[str] = mapped_column(default="confirmed")
    modified: Mapped[datetime] = mapped_column(Instant)


class Leader(Base):
    """A teacher or tutor of a lesson."""

    __tablename__ = "leaders"
    lesson: Mapped[str] = mapped_column(owner("lessons.id"), primary_key=True)
    person: Mapped[str] = mapped_column(owner("people.id"), primary_key=True, index=True)
    role: Mapped[str]


class Expected(Base):
    """The frozen list of who should be in a lesson; absence is counted against it and nothing else."""

    __tablename__ = "expected"
    lesson: Mapped[str] = mapped_column(owner("lessons.id"), primary_key=True)
    person: Mapped[str] = mapped_column(owner("people.id"), primary_key=True, index=True)


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
