"""Learners as the planner needs them: what each can do and when she is free, and her way into a programme."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.columns import Base, Instant, key, owner


class Profile(Base):
    """What planning asks of a person beside her name; shown to those who plan her, erased with her."""

    __tablename__ = "profiles"
    person: Mapped[str] = mapped_column(owner("people.id"), primary_key=True)
    municipality: Mapped[str] = mapped_column(default="")
    born: Mapped[date | None]
    registered: Mapped[bool | None]
    """Whether she is a customer of the employment services; None: not asked."""
    referred_by: Mapped[str] = mapped_column(default="")
    levels: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    """Skill -> CEFR level with Finnish sub-levels, of the programme's teaching language."""
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    """What she speaks beside the language of her pages (BCP 47)."""
    free: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """The half days on which she can study, `mon_am` to `sun_pm`; None: not asked, so all."""
    km: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)
    """Id of a place -> how far she lives from it, in kilometres."""
    modified: Mapped[datetime] = mapped_column(Instant)


class Enrolment(Base):
    """One person's way into and out of one programme; her seats are the days of it."""

    __tablename__ = "enrolments"
    __table_args__ = (Index("ix_enrolments_programme_person", "programme", "person", unique=True),)
    id: Mapped[str] = key()
    programme: Mapped[str] = mapped_column(owner("programmes.id"))
    person: Mapped[str] = mapped_column(owner("people.id"), index=True)
    field: Mapped[str | None] = mapped_column(owner("fields.id"))
    status: Mapped[str]
    """applied, waiting, accepted, paused, ended, no_show, declined."""
    applied: Mapped[datetime] = mapped_column(Instant)
    """Her place in the queue."""
    first_day: Mapped[date | None]
    """Her own first and last day; None: the programme's."""
    last_day: Mapped[date | None]
    days: Mapped[int | None]
    """How many training days her own plan has; None: as many as the programme."""
    weekdays: Mapped[int] = mapped_column(default=127, server_default="127")
    """On which weekdays she comes, as a seat keeps them: a new seat of hers begins with these."""
    recognised: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    """The units of earlier learning that shorten her plan: `unit` in words, and how many `days` each."""
    route: Mapped[str] = mapped_column(default="")
    missed: Mapped[list[str]] = mapped_column(JSON, default=list)
    """The entry criteria that she did not meet when she was accepted, as codes."""
    grounds: Mapped[str] = mapped_column(default="")
    """Why she was accepted all the same, or has more or fewer days, in the words of whoever decided it."""
    reason: Mapped[str] = mapped_column(default="")
    """Why it ended or paused, as one of the codes of `groups.REASONS`."""
    decided_by: Mapped[str | None]
    modified: Mapped[datetime] = mapped_column(Instant)


class Checked(Base):
    """One line of the checklist at the door: seen by whom on which day, never a copy of a paper."""

    __tablename__ = "checked"
    programme: Mapped[str] = mapped_column(owner("programmes.id"), primary_key=True)
    person: Mapped[str] = mapped_column(owner("people.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    seen_by: Mapped[str]
    seen_on: Mapped[date]


class Wish(Base):
    """Two learners who should share a group, or must not; the ids are in order, so that a pair stands once."""

    __tablename__ = "wishes"
    programme: Mapped[str] = mapped_column(owner("programmes.id"), primary_key=True)
    one: Mapped[str] = mapped_column(owner("people.id"), primary_key=True)
    other: Mapped[str] = mapped_column(owner("people.id"), primary_key=True)
    kind: Mapped[str]
    """together, apart."""
