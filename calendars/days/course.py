"""A programme as its days stand now: plain values to be changed, its breaks, and on what each day may come to lie."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import or_, select

from calendars import rights
from calendars.clock import day_of, same_hour
from calendars.days.kept import KeptCalendar
from calendars.errors import Conflict
from calendars.freedays import WEEKDAYS
from calendars.freedays import Break as Span
from calendars.programmes import blueprint_of
from calendars.rights import Actor
from calendars.store import Look
from calendars.tables import Break, Day, Lesson, Phase, Programme

LINE = ""
"""The strand of the days that are counted one after another; each weekly series is a strand of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A training day as a plain value."""

    id: str
    n: int
    phase: str
    date: date
    kind: str
    place: str | None
    starts: datetime
    ends: datetime
    extra: bool = False
    status: str = "confirmed"


def on_date(spot: Spot, day: date, zone: str) -> Spot:
    """The same day on another date, at the same hours by the clock on the wall."""
    if day == spot.date:
        return spot
    return replace(spot, date=day, starts=same_hour(day, spot.starts, zone), ends=same_hour(day, spot.ends, zone))


def in_order(spots: Sequence[Spot]) -> list[Spot]:
    """Those that are held, by date."""
    return sorted((one for one in spots if one.status == "confirmed"), key=lambda one: (one.date, one.n))


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What somebody has before her who changes the days of a programme."""

    programme: Programme
    spots: tuple[Spot, ...]
    """The days that are held, in order of their dates."""
    breaks: tuple[Break, ...]
    """Those that were not taken away, in order."""
    strands: Mapping[str, str]
    """Id of a phase -> the strand of its days."""
    begun: frozenset[str]
    """The days on which a lesson has begun, or whose door is open."""
    most: int
    """The highest number that a day has or had."""
    known_until: date
    """How far the holidays are frozen."""
    now: datetime

    @property
    def today(self) -> date:
        return day_of(self.now, self.programme.zone)

    def day_of(self, at: datetime) -> date:
        """On which day of the programme's own clock an instant lies."""
        return day_of(at, self.programme.zone)

    @property
    def spans(self) -> tuple[Span, ...]:
        return tuple((one.first, one.last) for one in self.breaks)

    @property
    def cohort(self) -> list[Spot]:
        """The days that everybody has."""
        return [one for one in self.spots if not one.extra]

    def strand(self, spot: Spot) -> str:
        """To which row of days it belongs."""
        return self.strands.get(spot.phase, LINE)

    def of_strand(self, strand: str) -> list[Spot]:
        """The days of one row, in order."""
        return [one for one in self.spots if self.strand(one) == strand]

    def ahead(self, spot: Spot) -> bool:
        """Whether it can still be changed: it has not begun, and nobody is in a room of it."""
        return spot.starts > self.now and spot.id not in self.begun

    def calendar(self, strand: str, breaks: Sequence[Span] | None = None) -> KeptCalendar:
        """On which days this row may lie, with the programme's breaks or with others."""
        kept = {date.fromisoformat(iso): name for iso, name in self.programme.holidays.items()}
        return KeptCalendar(
            self.programme.country, self._weekdays(strand), tuple(self.spans if breaks is None else breaks), kept,
            self.known_until,
        )  # fmt: skip

    def _weekdays(self, strand: str) -> list[str]:
        """The line's weekdays as they were planned; a series is held on the weekday that most of it has."""
        found = Counter(one.date.weekday() for one in self.of_strand(strand) if not one.extra)
        if strand != LINE:
            return [WEEKDAYS[max(found, key=lambda day: (found[day], -day))]] if found else []
        return list(self.programme.weekdays) or [WEEKDAYS[day] for day in sorted(found)]


def line_of(course: Course) -> str:
    """The row that is continued: the line, or the series of its last day where it has no line."""
    return LINE if any(course.strand(one) == LINE for one in course.spots) else course.strand(course.spots[-1])


async def course_of(look: Look, actor: Actor, programme: str) -> Course:
    """The days of a programme for whoever may change them. Raises Conflict `programme_withdrawn`."""
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    if found.status == "cancelled":
        raise Conflict("programme_withdrawn")
    rows: Sequence[Day] = await look.all(select(Day).where(Day.programme == programme).order_by(Day.date, Day.n))
    breaks = (Break.programme == programme, Break.status == "confirmed")
    phases = await look.all(select(Phase).where(Phase.programme == programme))
    series = (await blueprint_of(look, programme)).series
    entered = or_(Lesson.opened.is_not(None), Lesson.closed.is_not(None), Lesson.frozen.is_not(None))
    begun = await look.all(select(Lesson.day).where(Lesson.programme == programme, entered).distinct())
    return Course(
        programme=found, spots=tuple(in_order([spot_of(one) for one in rows])),
        breaks=tuple(await look.all(select(Break).where(*breaks).order_by(Break.first, Break.last, Break.id))),
        strands={one.id: one.id if one.code in series else LINE for one in phases}, begun=frozenset(begun),
        most=max((one.n for one in rows), default=0),
        known_until=max([found.ends, *(one.date for one in rows)]), now=look.now,
    )  # fmt: skip


def spot_of(row: Day) -> Spot:
    """A day's row as a value."""
    return Spot(
        id=row.id, n=row.n, phase=row.phase, date=row.date, kind=row.kind, place=row.place, starts=row.starts,
        ends=row.ends, extra=row.extra, status=row.status,
    )  # fmt: skip
