"""Those who teach as the planner needs them: what each can do, when she works, when she is away."""

from datetime import datetime, time

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from calendars.databases.columns import Base, Instant, key, owner


class Ability(Base):
    """What somebody can do in a lesson, as blueprints need it: `field:logistics`, `language`, `tutor`, `counsellor`."""

    __tablename__ = "abilities"
    person: Mapped[str] = mapped_column(owner("people.id"), primary_key=True)
    ability: Mapped[str] = mapped_column(primary_key=True)


class WorkingTime(Base):
    """A span of a weekday on which somebody works, local time; whoever has none works whenever the house is open."""

    __tablename__ = "working_times"
    id: Mapped[str] = key()
    person: Mapped[str] = mapped_column(owner("people.id"), index=True)
    weekday: Mapped[str]
    starts: Mapped[time]
    ends: Mapped[time]


class Load(Base):
    """How much somebody may teach, in minutes; None: as much as her working time holds."""

    __tablename__ = "loads"
    person: Mapped[str] = mapped_column(owner("people.id"), primary_key=True)
    minutes_a_day: Mapped[int | None]
    minutes_a_week: Mapped[int | None]


class Absence(Base):
    """A span in which somebody cannot teach: ill, away, or busy elsewhere. Withdrawn, never deleted."""

    __tablename__ = "absences"
    __table_args__ = (Index("ix_absences_person_ends", "person", "ends"),)
    id: Mapped[str] = key()
    person: Mapped[str] = mapped_column(owner("people.id"))
    starts: Mapped[datetime] = mapped_column(Instant)
    ends: Mapped[datetime] = mapped_column(Instant)
    kind: Mapped[str]
    """ill, away, busy."""
    source: Mapped[str]
    """own, coordinator, file, calendar: who or what said it."""
    reported: Mapped[datetime] = mapped_column(Instant)
    reported_by: Mapped[str | None]
    withdrawn: Mapped[datetime | None] = mapped_column(Instant)
