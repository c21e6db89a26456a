"""Lessons, who leads them and who is expected."""

from datetime import datetime

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.columns import Base, Instant, key, owner


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
    needs: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """What its leaders must be able to do, one each, as `Ability` says it; empty: nobody said."""
    independent: Mapped[bool] = mapped_column(default=False)
    """Nobody leads it: the learners work by themselves at its task."""
    task: Mapped[str] = mapped_column(default="")
    """What they work at then."""
    starts: Mapped[datetime] = mapped_column(Instant)
    ends: Mapped[datetime] = mapped_column(Instant)
    room: Mapped[str | None]
    """Who gives its room, by name: written down when it moves and when it is over; until then its programme says."""
    runs: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    """What a link must carry to lead into the very room that stands now, by who gives it; most need nothing."""
    opened: Mapped[datetime | None] = mapped_column(Instant)
    """When the teacher opened it: from here it is held."""
    closed: Mapped[datetime | None] = mapped_column(Instant)
    frozen: Mapped[datetime | None] = mapped_column(Instant)
    """When the list of who is expected was frozen."""
    signed: Mapped[datetime | None] = mapped_column(Instant)
    alerted: Mapped[datetime | None] = mapped_column(Instant)
    """When the house said that too few lead it."""
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
    since: Mapped[datetime | None] = mapped_column(Instant)
    """When whoever walked in was written behind the frozen list; None: since it was frozen."""


class Visitor(Base):
    """Somebody from outside in one lesson, by a link: an interpreter, an employer, an officer. Nobody expects her."""

    __tablename__ = "visitors"
    person: Mapped[str] = mapped_column(owner("people.id"), primary_key=True)
    lesson: Mapped[str] = mapped_column(owner("lessons.id"), index=True)
    guest: Mapped[str]
    """As what she comes."""
    until: Mapped[datetime | None] = mapped_column(Instant)
    """When her link ends; None: with the lesson, also when that moves."""
    made: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str | None] = mapped_column(owner("people.id"))
    withdrawn: Mapped[datetime | None] = mapped_column(Instant)
