"""Conflicts: what in a timetable cannot be held as it stands, each with the lessons and the people that it is about."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations, pairwise

from calendars import timetables
from calendars.clock import day_of
from calendars.rights import Actor
from calendars.store import Look
from calendars.timetables import Staff, Taught

AHEAD = timedelta(days=400)
CODES = (
    "group_twice", "leader_twice", "away", "unled", "too_few", "cannot", "rooms", "two_sites", "day_too_long",
    "week_too_long",
)  # fmt: skip
"""What may be wrong, the most pressing first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """One thing that does not work: a code, its lessons in order of time, whom it is about, and the numbers in it."""

    code: str
    lessons: tuple[Taught, ...]
    person: str = ""
    count: int = 0
    most: int = 0

    @property
    def starts(self) -> datetime:
        return self.lessons[0].starts


async def ahead(look: Look, actor: Actor, programme: str) -> tuple[list[Conflict], Staff]:
    """Every conflict of the coming lessons in which this programme has a part, with those who may lead."""
    today = look.now.date()
    taught = await timetables.between(look, actor, programme, today, today + AHEAD)
    coming = [one for one in taught if one.ends > look.now and not one.begun]
    staff = await timetables.staff(look, actor, programme, coming)
    return [one for one in found(coming, staff) if any(each.programme == programme for each in one.lessons)], staff


def found(taught: Sequence[Taught], staff: Staff) -> list[Conflict]:
    """Every conflict of these lessons, in order of time; of one time the most pressing first."""
    each = [*_twice(taught), *_leaders(taught, staff), *_rooms(taught), *_two_sites(taught), *_too_long(taught, staff)]
    return sorted(each, key=lambda one: (one.starts, CODES.index(one.code), one.person, one.lessons[0].lesson))


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
        for before, after in pairwise(lessons):
            if after.starts < before.ends:
                person = whose if code == "leader_twice" else ""
                yield Conflict(code=code, lessons=(before, after), person=person)


def _leaders(taught: Iterable[Taught], staff: Staff) -> Iterator[Conflict]:
    """Nobody, too few, somebody who is away, or who cannot do what is asked."""
    for one in taught:
        if not one.leaders:
            yield Conflict(code="unled", lessons=(one,))
        elif len(one.leaders) < len(one.needs):
            yield Conflict(code="too_few", lessons=(one,), count=len(one.leaders), most=len(one.needs))
        for who in one.who:
            if any(starts < one.ends and one.starts < ends for starts, ends in staff.away.get(who, ())):
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
        for first in sorted({one.starts for one in lessons}):
            at_once = [one for one in lessons if one.starts <= first < one.ends]
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


def _too_long(taught: Sequence[Taught], staff: Staff) -> Iterator[Conflict]:
    """Days and weeks above what somebody may teach."""
    days: Counter[tuple[str, date]] = Counter()
    first: dict[tuple[str, object], Taught] = {}
    for one in taught:
        for who in one.who:
            days[who, one.date] += one.minutes
            first.setdefault((who, one.date), one)
            first.setdefault((who, day_of(one.starts, one.zone).isocalendar()[:2]), one)
    for (who, day), minutes in days.items():
        if minutes > staff.a_day.get(who, minutes):
            lesson = (first[who, day],)
            yield Conflict(code="day_too_long", lessons=lesson, person=who, count=minutes, most=staff.a_day[who])
    for who, weeks in weeks_of(taught).items():
        for week, minutes in weeks.items():
            if minutes > staff.a_week.get(who, minutes):
                lesson = (first[who, week],)
                yield Conflict(code="week_too_long", lessons=lesson, person=who, count=minutes, most=staff.a_week[who])


def _begins(one: Taught) -> tuple[datetime, str]:
    return one.starts, one.lesson
