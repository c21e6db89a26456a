"""Whether lessons can be held at all on their days and in their weeks, when only certain teachers may have each series.

A day is looked at with what has no other day, a week with what has no other week. All else is left out, so what is
refused here no timetable can have.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from calendars.timetable.bound_places import Kind, Places
from calendars.timetable.bound_weeks import Work
from calendars.timetable.problem import Problem

Amongs = Mapping[str, int]
"""Series -> the teachers who may be taken, as bits."""
MOST_UNIONS = 500
"""No more circles of teachers than that are put together."""
TRIES = 3000
"""After so many tries to fill one day it counts as possible."""
Way = tuple[int, tuple[int, ...]]
"""A start and, for each need, the teachers who may be taken."""


@dataclass(slots=True)
class Taken:
    """What is occupied while a day is being filled."""

    teachers: dict[int, int]
    groups: dict[int, int]
    rooms: dict[tuple[int, int], int]
    loads: dict[int, int]
    sites: dict[int, list[int]]


class Days:
    """The days of a problem on which series can be in each other's way."""

    def __init__(self, problem: Problem, places: Places, series: Mapping[str, Iterable[Kind]]) -> None:
        self.problem, self.places = problem, places
        self.on: dict[int, dict[str, list[Kind]]] = defaultdict(dict)
        for name, kinds in series.items():
            for kind in kinds:
                if len(kind.days) == 1 and kind.needs and not kind.single:
                    self.on[kind.days[0]].setdefault(name, []).append(kind)
        self.weeks = _Weeks(problem, places, series)
        self._known: dict[tuple[object, ...], bool] = {}

    def of(self, name: str) -> set[int]:
        """The days on which a series has something that must be on that day."""
        return {day for day, there in self.on.items() if name in there}

    def hold(self, among: Amongs, newest: str, work: Work) -> bool:
        """Whether these series can be held together; without the newest of them they can."""
        return self.weeks.hold(among, newest, work) and all(
            self._holds(day, among, work) for day in sorted(self.of(newest))
        )

    def _holds(self, day: int, among: Amongs, work: Work) -> bool:
        there = self.on[day]
        names = [name for name in sorted(among) if name in there]
        key = (day, *((name, among[name]) for name in names))
        known = self._known.get(key)
        if known is None:
            lessons = [(kind, among[name]) for name in names for kind in there[name] for _ in range(kind.count)]
            known = self._known[key] = Filling(self, day, lessons, work).possible()
        return known


class _Weeks:
    """What lies in one week, however it may lie there, against what its teachers may teach in it."""

    def __init__(self, problem: Problem, places: Places, series: Mapping[str, Iterable[Kind]]) -> None:
        self.problem, self.places = problem, places
        self.inside: dict[int, dict[str, list[Kind]]] = defaultdict(dict)
        for name, kinds in series.items():
            for kind in kinds:
                weeks = {problem.days[day].week for day in kind.days}
                if len(weeks) == 1 and kind.needs:
                    self.inside[weeks.pop()].setdefault(name, []).append(kind)
        self._room: dict[tuple[int, int], int] = {}
        self._known: dict[tuple[object, ...], bool] = {}

    def hold(self, among: Amongs, newest: str, work: Work) -> bool:
        """Whether no teachers have more than all of them may have, in any week of the newest series."""
        return all(self._holds(week, among, work) for week in sorted(self.inside) if newest in self.inside[week])

    def _holds(self, week: int, among: Amongs, work: Work) -> bool:
        there = self.inside[week]
        names = [name for name in sorted(among) if name in there]
        key = (week, *((name, among[name]) for name in names))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._enough(week, [(there[name], among[name]) for name in names], work)
        return known

    def _enough(self, week: int, series: Iterable[tuple[Iterable[Kind], int]], work: Work) -> bool:
        """Hall's condition for every union of circles of teachers."""
        wanted: dict[int, int] = defaultdict(int)
        for kinds, among in series:
            for kind in kinds:
                for who in self._able(kind):
                    wanted[who & among] += kind.length * kind.count
        unions = {0}
        for who in sorted(wanted):
            unions |= {union | who for union in unions} if len(unions) < MOST_UNIONS else set()
        work.spend(len(unions) * len(wanted))
        return all(
            sum(slots for who, slots in wanted.items() if not who & ~union)
            <= sum(self._most(teacher, week) for teacher in _bits(union))
            for union in unions
        )

    def _able(self, kind: Kind) -> list[int]:
        """For each need whoever is there at any place of the kind."""
        able = [0] * len(kind.needs)
        for way in self.places.ways(kind):
            for need, who in enumerate(way):
                able[need] |= who
        return able

    def _most(self, teacher: int, week: int) -> int:
        """So many slots she may teach in the week."""
        known = self._room.get((teacher, week))
        if known is None:
            one = self.problem.teachers[teacher]
            busy = {day: 0 for day, there in enumerate(self.problem.days) if there.week == week}
            for day, first, last in one.busy:
                if day in busy:
                    busy[day] |= (1 << last) - (1 << first)
            free = sum(min(one.max_slots_day, self.problem.slots - bits.bit_count()) for bits in busy.values())
            known = self._room[teacher, week] = min(one.max_slots_week, free)
        return known


class Filling:
    """One day being filled."""

    def __init__(self, days: Days, day: int, lessons: Sequence[tuple[Kind, int]], work: Work) -> None:
        self.problem, self.places, self.work = days.problem, days.places, work
        self.tries = TRIES
        self.kinds = [kind for kind, _ in lessons]
        self.ways: list[list[Way]] = [
            [(start, tuple(mask & among for mask in who)) for start, who in self.places.masks(kind, day)]
            for kind, among in lessons
        ]
        self.taken = Taken({}, defaultdict(int), defaultdict(int), defaultdict(int), defaultdict(list))

    def possible(self) -> bool:
        """Whether a way was found, or too many were tried."""
        return self._fill(frozenset(range(len(self.kinds))))

    def _fill(self, left: frozenset[int]) -> bool:
        """The lesson with the fewest ways first."""
        if not left or self.tries <= 0:
            return True
        open_ways = {number: list(self._open(number)) for number in left}
        number = min(left, key=lambda one: (len(open_ways[one]), one))
        self.work.spend(20 * len(left))
        kind = self.kinds[number]
        for start, who in open_ways[number]:
            self.tries -= 1
            self._occupy(kind, start, who, 1)
            good = self._fill(left - {number})
            self._occupy(kind, start, who, -1)
            if good:
                return True
        return False

    def _open(self, number: int) -> Iterator[tuple[int, tuple[int, ...]]]:
        """The starts and teachers that are still to be had."""
        kind, taken = self.kinds[number], self.taken
        rooms = NO_END if kind.online else self.problem.sites[kind.site].rooms
        for start, masks in self.ways[number]:
            span = ((1 << kind.length) - 1) << start
            if taken.groups[kind.group] & span:
                continue
            if not kind.online and any(
                taken.rooms[kind.site, slot] >= rooms for slot in range(start, start + kind.length)
            ):
                continue
            for who in _each(masks):
                if all(self._free(teacher, kind, span) for teacher in who):
                    yield start, who

    def _free(self, teacher: int, kind: Kind, span: int) -> bool:
        taken = self.taken
        return (
            not taken.teachers.get(teacher, 0) & span
            and taken.loads[teacher] + kind.length <= self.places.limits[teacher]
            and (kind.online or all(site == kind.site for site in taken.sites[teacher]))
        )

    def _occupy(self, kind: Kind, start: int, who: tuple[int, ...], by: int) -> None:
        """Take all of it, or give it back."""
        taken, span = self.taken, ((1 << kind.length) - 1) << start
        taken.groups[kind.group] ^= span
        for teacher in who:
            taken.teachers[teacher] = taken.teachers.get(teacher, 0) ^ span
            taken.loads[teacher] += by * kind.length
            if not kind.online:
                if by > 0:
                    taken.sites[teacher].append(kind.site)
                else:
                    taken.sites[teacher].pop()
        if not kind.online:
            for slot in range(start, start + kind.length):
                taken.rooms[kind.site, slot] += by


def _bits(mask: int) -> Iterator[int]:
    while mask:
        yield (mask & -mask).bit_length() - 1
        mask &= mask - 1


NO_END = 1_000_000_000


def _each(masks: Sequence[int], before: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Every choice of different teachers, one from each mask."""
    if not masks:
        yield before
        return
    mask = masks[0]
    while mask:
        one = mask & -mask
        mask ^= one
        teacher = one.bit_length() - 1
        if teacher not in before:
            yield from _each(masks[1:], (*before, teacher))
