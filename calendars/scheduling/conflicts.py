"""Conflicts: what in a timetable cannot be held as it stands, each with the lessons and the people that it is about."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations, groupby

from calendars.away import works_then
from calendars.clock import day_of, local, meet, monday_of
from calendars.freedays import holidays_of
from calendars.rights import Actor, target_of_programme
from calendars.scheduling import timetables
from calendars.scheduling.slots import Span
from calendars.scheduling.timetables import Met, Staff, Taught
from calendars.store import Look

AHEAD = timedelta(days=400)
WEEK = timedelta(days=7)
CODES = (
    "group_twice", "leader_twice", "group_taken", "taken", "away", "not_at_work", "unled", "too_few", "cannot", "rooms",
    "two_sites", "holiday",
    "day_too_long", "week_too_long",
)  # fmt: skip
"""What may be wrong, the most pressing first."""
Period = date | tuple[int, int]
"""A day, or a week of the ISO calendar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One thing that does not work: a code, its lessons in order of time, whom it is about, and the numbers in it."""

    code: str
    lessons: tuple[Taught, ...]
    person: str = ""
    count: int = 0
    most: int = 0
    name: str = ""
    """The public holiday, in the language of its country."""
    period: "Period | None" = None
    """The day or the week that is too long."""
    talks: tuple[Met, ...] = ()
    """All that she has in it, where none of it is a lesson."""

    @property
    def starts(self) -> datetime:
        return (self.lessons or self.talks)[0].starts

    @property
    def programmes(self) -> frozenset[str]:
        """Those that have a part in it."""
        return frozenset(one.programme for one in self.lessons) | {one.programme for one in self.talks}

    @property
    def about(self) -> tuple[object, ...]:
        """By what it is known again: too long a week is the same one though lessons of it come and go."""
        return self.code, self.person, self.period or tuple(each.lesson for each in self.lessons)


async def ahead(look: Look, actor: Actor, programme: str) -> tuple[list[Conflict], Staff]:
    """Every conflict ahead in which this programme has a part, with those who may lead."""
    zone = (await target_of_programme(look, programme))[0].zone
    today = day_of(look.now, zone)
    taught = await timetables.between(look, actor, programme, today, today + AHEAD)
    coming = [one for one in taught if one.ends > look.now and not one.begun]
    whole = local(monday_of(today), time(), zone), local(monday_of(today + AHEAD + WEEK), time(), zone)
    staff = await timetables.staff(look, actor, programme, coming, whole)
    wrong = [*found(coming, staff), *talked(coming, staff, zone, look.now)]
    return sorted((one for one in wrong if programme in one.programmes), key=_pressing), staff


def caused(one: Sequence[Taught], beside: Sequence[Taught], staff: Staff) -> list[Conflict]:
    """The conflicts that there are with these lessons `beside` the others and are not without them."""
    return new(found(beside, staff), found([*beside, *one], staff))


def new(before: Iterable[Conflict], after: Iterable[Conflict]) -> list[Conflict]:
    """Those of `after` that there are not `before`, or that are worse than then."""
    known = {each.about: each.count for each in before}
    return [each for each in after if each.about not in known or each.count > known[each.about]]


def found(taught: Sequence[Taught], staff: Staff) -> list[Conflict]:
    """Every conflict of these lessons, in order of time; of one time the most pressing first."""
    each = [
        *_twice(taught), *_taken(taught, staff), *_leaders(taught, staff), *_rooms(taught), *_two_sites(taught),
        *_holidays(taught), *_too_long(taught, staff),
    ]  # fmt: skip
    return sorted(each, key=_pressing)


def _pressing(one: Conflict) -> tuple[object, ...]:
    return one.starts, CODES.index(one.code), one.person, [each.lesson for each in one.lessons[:1]]


def weeks_of(taught: Iterable[Taught]) -> dict[str, dict[tuple[int, int], int]]:
    """How many minutes each person leads in each week (of the ISO calendar)."""
    loads: dict[str, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    for one in taught:
        year, week, _ = day_of(one.starts, one.zone).isocalendar()
        for who in one.who:
            loads[who][year, week] += one.minutes
    return {who: dict(weeks) for who, weeks in loads.items()}


def _twice(taught: Sequence[Taught]) -> Iterator[Conflict]:
    """Groups and people in two lessons at one time."""
    of: dict[tuple[str, str], list[Taught]] = defaultdict(list)
    for one in taught:
        of["group_twice", one.group].append(one)
        for who in one.who:
            of["leader_twice", who].append(one)
    for (code, whose), lessons in of.items():
        lessons.sort(key=lambda one: (one.starts, one.ends, one.lesson))
        person, running = whose if code == "leader_twice" else "", list[Taught]()
        for after in lessons:
            running = [one for one in running if after.starts < one.ends]
            yield from (Conflict(code=code, lessons=(before, after), person=person) for before in running)
            running.append(after)


def _taken(taught: Iterable[Taught], staff: Staff) -> Iterator[Conflict]:
    """Groups and people who have an appointment then, and people who do not work then."""
    for one in taught:
        if _meets(staff.taken.get(one.group, ()), one):
            yield Conflict(code="group_taken", lessons=(one,))
        for who in one.who:
            if _meets(staff.taken.get(who, ()), one):
                yield Conflict(code="taken", lessons=(one,), person=who)
            if not works_then(staff.works.get(who, ()), one.starts, one.ends, one.zone):
                yield Conflict(code="not_at_work", lessons=(one,), person=who)


def _meets(spans: Iterable[Span], one: Taught) -> bool:
    return meet(spans, one.starts, one.ends)


def _leaders(taught: Iterable[Taught], staff: Staff) -> Iterator[Conflict]:
    """Nobody, too few, somebody who is away, or who cannot do what is asked."""
    for one in taught:
        if not one.leaders:
            yield Conflict(code="unled", lessons=(one,))
        elif len(one.leaders) < len(one.needs):
            yield Conflict(code="too_few", lessons=(one,), count=len(one.leaders), most=len(one.needs))
        for who in one.who:
            if _meets(staff.away.get(who, ()), one):
                yield Conflict(code="away", lessons=(one,), person=who)
        if one.needs and one.leaders and not _enough(one, staff):
            unable = next((who for who in one.who if not staff.can.get(who, frozenset()) & set(one.needs)), one.who[0])
            yield Conflict(code="cannot", lessons=(one,), person=unable)


def _enough(one: Taught, staff: Staff) -> bool:
    """Whether as many of its needs as it has leaders can be met by them, each by another one."""
    can = [staff.can.get(who, frozenset()) for who in one.who[: len(one.needs)]]
    return any(
        _matching(can, list(needs)) for needs in combinations(one.needs, len(can))
    )  # a lesson asks for one or two, seldom three


def _matching(can: Sequence[frozenset[str]], needs: list[str]) -> bool:
    if not can:
        return True
    return any(need in can[0] and _matching(can[1:], [*needs[:n], *needs[n + 1 :]]) for n, need in enumerate(needs))


def _rooms(taught: Iterable[Taught]) -> Iterator[Conflict]:
    """More groups at one time in a house than it has rooms: once for each time at which another one comes."""
    houses: dict[str, list[Taught]] = defaultdict(list)
    for one in taught:
        if one.place is not None:
            houses[one.place].append(one)
    for lessons in houses.values():
        rooms = max((one.rooms for one in lessons if one.rooms is not None), default=None)
        if rooms is None:
            continue
        at_once: list[Taught] = []
        for first, coming in groupby(sorted(lessons, key=_begins), key=lambda one: one.starts):
            at_once = [*(one for one in at_once if first < one.ends), *coming]
            if len(at_once) > rooms:
                yield Conflict(code="rooms", lessons=tuple(at_once), count=len(at_once), most=rooms)


def _two_sites(taught: Iterable[Taught]) -> Iterator[Conflict]:
    """Somebody who would be in two houses on one day."""
    on: dict[tuple[str, date], dict[str, Taught]] = defaultdict(dict)
    for one in taught:
        if one.place is not None:
            for who in one.who:
                on[who, one.date].setdefault(one.place, one)
    for (who, _), places in on.items():
        if len(places) > 1:
            yield Conflict(code="two_sites", lessons=tuple(sorted(places.values(), key=_begins)), person=who)


def _holidays(taught: Iterable[Taught]) -> Iterator[Conflict]:
    """Lessons on what is a public holiday by now: the programme's own stay as they were when it was planned."""
    on: dict[tuple[str, date], list[Taught]] = defaultdict(list)
    for one in taught:
        if one.country:
            on[one.country, one.date].append(one)
    for (country, day), lessons in on.items():
        if name := holidays_of(country, (day.year,)).get(day):
            yield Conflict(code="holiday", lessons=tuple(sorted(lessons, key=_begins)), count=len(lessons), name=name)


def _too_long(taught: Sequence[Taught], staff: Staff) -> Iterator[Conflict]:
    """Days and weeks above what somebody may teach, with all that she leads then, whichever programme it is of.

    Her talks and interviews count as well.
    """
    of: dict[tuple[str, Period], list[Taught]] = defaultdict(list)
    for one in sorted(taught, key=_begins):
        for who in one.who:
            for period in _periods(one.starts, one.zone):
                of[who, period].append(one)
    for (who, period), lessons in of.items():
        talks = [one for one in staff.talks.get(who, ()) if period in _periods(one.starts, lessons[0].zone)]
        minutes = sum(one.minutes for one in lessons) + sum(one.minutes for one in talks)
        most = _most(who, period, staff)
        if most is not None and minutes > most:
            yield Conflict(
                code=_long(period), lessons=tuple(lessons), person=who, count=minutes, most=most, period=period
            )  # fmt: skip


def talked(taught: Sequence[Taught], staff: Staff, zone: str, now: datetime) -> Iterator[Conflict]:
    """Days and weeks without a lesson in which somebody has more talks than she may teach, and that are not over."""
    led = {(who, period) for one in taught for who in one.who for period in _periods(one.starts, one.zone)}
    of: dict[tuple[str, Period], list[Met]] = defaultdict(list)
    for who, talks in staff.talks.items():
        for one in talks:
            for period in _periods(one.starts, zone):
                of[who, period].append(one)
    for (who, period), met in of.items():
        minutes, most = sum(one.minutes for one in met), _most(who, period, staff)
        if most is not None and minutes > most and (who, period) not in led and met[-1].ends > now:
            yield Conflict(
                code=_long(period), lessons=(), talks=tuple(met), person=who, count=minutes, most=most, period=period
            )  # fmt: skip


def _periods(starts: datetime, zone: str) -> tuple[date, tuple[int, int]]:
    """The day and the week that something lies in."""
    day = day_of(starts, zone)
    return day, day.isocalendar()[:2]


def _long(period: Period) -> str:
    return "day_too_long" if isinstance(period, date) else "week_too_long"


def _most(who: str, period: Period, staff: Staff) -> int | None:
    """How many minutes she may have then; None where nobody said."""
    return (staff.a_day if isinstance(period, date) else staff.a_week).get(who)


def _begins(one: Taught) -> tuple[datetime, str]:
    return one.starts, one.lesson
