"""A proposal as if it were the plan: what it breaks, and for one of its lessons every place with what that would break.

One judge for all of it, that of conflicts.py: what a page shows while a lesson is moved is what it says afterwards.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars import rights, weeks
from calendars.changes import publishing
from calendars.changes.arranging import Arranged
from calendars.clock import day_of, local, monday_of, wall_length
from calendars.errors import NotFound
from calendars.places import house_of
from calendars.programmes import PlannedDay
from calendars.rights import Actor
from calendars.scheduling import conflicts, timetables
from calendars.scheduling.conflicts import Conflict
from calendars.scheduling.slots import Span
from calendars.scheduling.timetables import Staff, Taught
from calendars.store import Look
from calendars.tables import Proposal, Seat

STEP: Final = 15
"""Minutes between two starts that are looked at."""
WEEK: Final = timedelta(days=7)
AS_IT_IS: Final = ""
"""In place of a person: whoever leads it now."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Lessons of some weeks as they would be: those that stand, those of the proposal, and who may lead."""

    row: Proposal
    stand: Sequence[Taught]
    would: Sequence[Taught]
    staff: Staff

    def one(self, lesson: str) -> Taught:
        """A lesson of the proposal. Raises NotFound."""
        found = next((one for one in self.would if one.lesson == lesson), None)
        if found is None:
            raise NotFound()
        return found

    @property
    def each(self) -> list[Taught]:
        return sorted([*self.stand, *self.would], key=lambda one: (one.starts, one.lesson))


@dataclass(frozen=True, slots=True)
class Run:
    """Starts one after the other, in minutes of the clock on the wall, that break the same; both ends included."""

    first: int
    last: int
    breaks: tuple[Conflict, ...]


async def stage(look: Look, actor: Actor, proposal: str, first: date, last: date) -> Stage:
    """The weeks that these days lie in, for whoever plans."""
    row = await publishing.proposal(look, actor, proposal)
    changes = publishing.changes_of(row)
    first, last = monday_of(first), monday_of(last) + timedelta(days=6)
    taught = await timetables.between(look, actor, row.programme, first, last)
    would = await timetables.proposed(look, actor, row.programme, changes)
    would = [one for one in would if first <= one.date <= last]
    ids = {one.lesson for one in changes}
    stand = [one for one in taught if one.lesson not in ids]
    zone = (await rights.target_of_programme(look, row.programme))[0].zone
    whole = (local(first, time(), zone), local(last + timedelta(days=1), time(), zone))
    staff = await timetables.staff(look, actor, row.programme, [*stand, *would], whole)
    return Stage(row, stand, would, await _with_talks(look, staff, publishing.talks_of(row), zone))


async def breaks(look: Look, actor: Actor, proposal: str) -> tuple[list[Conflict], Staff]:
    """What could not be held if an open proposal were the plan, as far as its own lessons are the reason."""
    row = await publishing.proposal(look, actor, proposal)
    sides = [side.starts.date() for one in publishing.changes_of(row) for side in (one.before, one.after) if side]
    if row.status != "open" or row.rows or not sides:  # where days move, their own page says what they run into
        return [], Staff(names={}, can={})
    staged = await stage(look, actor, proposal, min(sides), max(sides))
    stand = [one for one in staged.stand if not one.begun]
    return conflicts.caused(staged.would, stand, staged.staff), staged.staff


def places(
    staged: Stage, lesson: str, days: Sequence[PlannedDay], people: Collection[str], now: datetime, instead_of: str = ""
) -> Mapping[str, Mapping[str, Sequence[Run]]]:
    """What each place of some days of one week would break: by who leads it then, by day.

    Each of `people` would lead it in place of `instead_of`; AS_IT_IS stands for those who lead it now. A time that is
    past, or outside the hours of its day, is no place.
    """
    it = staged.one(lesson)
    others = [one for one in staged.each if one.lesson != lesson and not one.begun]
    return {
        who: {
            day.id: list(_runs(led, day, [one for one in others if _near(one, led, day)], staged.staff, now))
            for day in days
        }
        for who, led in [(AS_IT_IS, it), *((one, _led(it, one, instead_of, staged.staff)) for one in people)]
    }


def _led(it: Taught, who: str, instead_of: str, staff: Staff) -> Taught:
    kept = [one for one in it.leaders if one[0] not in (instead_of, who)]
    leaders = [*kept, (who, staff.names.get(who, who))]
    return replace(it, leaders=tuple(sorted(leaders, key=lambda one: (one[1], one[0]))))


def _near(one: Taught, it: Taught, day: PlannedDay) -> bool:
    """Whether another lesson may have a part in what a place on that day breaks: all else is left out, for speed.

    Whoever leads it counts with her whole week, its group and its house with the day.
    """
    if set(one.who) & set(it.who):
        return monday_of(one.date) == monday_of(day.date)
    house = house_of(day.place)
    return one.date == day.date and (one.group == it.group or (house is not None and one.place == house))


def _runs(it: Taught, day: PlannedDay, others: Sequence[Taught], staff: Staff, now: datetime) -> Iterator[Run]:
    zone = ZoneInfo(it.zone)
    opens, closes = (at.astimezone(zone) for at in (day.starts, day.ends))
    last = closes.hour * 60 + closes.minute - wall_minutes(it)
    run: Run | None = None
    for minute in range(-(-(opens.hour * 60 + opens.minute) // STEP) * STEP, last + 1, STEP):
        there = _at(it, day, minute)
        if there.starts <= now:
            continue
        wrong = tuple(conflicts.caused([there], others, staff))
        told = [(one.code, one.person, one.count, _others(one, it)) for one in wrong]
        if run and run.last == minute - STEP and told == [
            (one.code, one.person, one.count, _others(one, it)) for one in run.breaks
        ]:  # fmt: skip
            run = replace(run, last=minute)
            continue
        if run:
            yield run
        run = Run(minute, minute, wrong)
    if run:
        yield run


def _others(one: Conflict, it: Taught) -> tuple[str, ...]:
    return tuple(each.lesson for each in one.lessons if each.lesson != it.lesson)


def wall_minutes(one: Taught) -> int:
    """How long a lesson is by the clock on the wall."""
    return int(wall_length(one.starts, one.ends, one.zone).total_seconds()) // 60


def _at(it: Taught, day: PlannedDay, minute: int) -> Taught:
    """The lesson on that day, beginning at that minute of the clock on the wall."""
    starts, ends = (local(day.date, time(at // 60, at % 60), it.zone) for at in (minute, minute + wall_minutes(it)))
    place = day.place
    return replace(
        it, n=day.n, date=day.date, kind=day.kind, starts=starts, ends=ends, place=house_of(place),
        place_name=place.name if place else "", rooms=place.rooms if place else None,
    )  # fmt: skip


async def _with_talks(look: Look, staff: Staff, talks: Sequence[Arranged], zone: str) -> Staff:
    """Talks that the proposal arranges keep their people, and the groups of their learners, as booked ones do."""
    if not talks:
        return staff
    seats = await look.all(select(Seat).where(Seat.person.in_({one.learner for one in talks})))
    taken: dict[str, list[Span]] = {who: list(spans) for who, spans in staff.taken.items()}
    for one in talks:
        on = day_of(one.starts, zone)
        groups = {row.group for row in seats if row.person == one.learner and weeks.sits(row, on)}
        for whose in (*one.partners, *groups):
            taken.setdefault(whose, []).append((one.starts, one.ends))
    return replace(staff, taken=taken)
