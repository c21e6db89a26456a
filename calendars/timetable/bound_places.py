"""Where a placed activity can lie at all, and with whom, when nobody else wants the same people.

Everything here is a relaxation: what it allows may still clash with others, what it forbids no timetable can have.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from calendars.timetable.node import Label
from calendars.timetable.problem import Fixed, Problem

EVERYBODY = -1
"""Any teacher may be taken."""


@dataclass(eq=False, slots=True)
class Kind:
    """Activities that are interchangeable but for their names."""

    group: int
    single: bool
    """Of one learner: others of her group may lie at the same time."""
    site: int  # -1: none
    needs: tuple[str, ...]
    length: int
    days: tuple[int, ...]
    first: int
    last: int
    series: str | None
    once: Label | None
    fixed: Fixed | None
    count: int = 0

    @property
    def online(self) -> bool:
        """Whether it is at no site, so that its time has a price."""
        return self.site < 0


def kinds_of(problem: Problem, placed: Iterable[int]) -> list[Kind]:
    """The kinds of these activities, and how many there are of each."""
    found: dict[tuple[object, ...], Kind] = {}
    for number in sorted(placed):
        one = problem.activities[number]
        days = (one.fixed.day,) if one.fixed else tuple(sorted(one.days))
        parts = (
            one.group, one.learner is not None, one.site, one.needs, one.length, days, one.first, one.last,
            one.series, one.once_a_day, one.fixed,
        )  # fmt: skip
        found.setdefault(parts, Kind(*parts)).count += 1
    return list(found.values())


class Places:
    """The starts that are open to each kind, by day and by who may be taken."""

    def __init__(self, problem: Problem, kinds: Iterable[Kind]) -> None:
        self.slots = problem.slots
        self.able: dict[str, int] = defaultdict(int)
        for number, teacher in enumerate(problem.teachers):
            for need in teacher.can:
                self.able[need] |= 1 << number
        self.limits = [min(one.max_slots_day, one.max_slots_week) for one in problem.teachers]
        self.away: dict[tuple[int, int], int] = defaultdict(int)  # day, slot -> teachers
        for number, teacher in enumerate(problem.teachers):
            self._take(number, teacher.busy)
        self.closed: dict[tuple[int, bool, int], int] = defaultdict(int)  # group, single, day -> slots
        for number, group in enumerate(problem.groups):
            for day, first, last in group.busy:
                for single in (False, True):
                    self.closed[number, single, day] |= _bits(first, last)
        for kind in kinds:
            self._fix(kind)
        self._open: dict[tuple[Kind, int], list[tuple[int, tuple[int, ...]]]] = {}
        self._starts: dict[tuple[Kind, int, int], int] = {}

    def _take(self, teacher: int, spans: Iterable[tuple[int, int, int]]) -> None:
        for day, first, last in spans:
            for slot in range(first, last):
                self.away[day, slot] |= 1 << teacher

    def _fix(self, kind: Kind) -> None:
        """What is fixed takes its teachers and its group from all others."""
        if kind.fixed is None:
            return
        day, first = kind.fixed.day, kind.fixed.start
        last = min(first + kind.length, self.slots)
        for teacher in kind.fixed.teachers:
            self._take(teacher, [(day, first, last)])
        self.closed[kind.group, False, day] |= _bits(first, last)
        if not kind.single:
            self.closed[kind.group, True, day] |= _bits(first, last)

    def masks(self, kind: Kind, day: int) -> list[tuple[int, tuple[int, ...]]]:
        """Each open start of the day, with the teachers for each need."""
        known = self._open.get((kind, day))
        if known is None:
            known = self._open[kind, day] = list(self._masks(kind, day))
        return known

    def _masks(self, kind: Kind, day: int) -> Iterable[tuple[int, tuple[int, ...]]]:
        if kind.fixed is not None:
            if day == kind.fixed.day:
                yield kind.fixed.start, tuple(1 << teacher for teacher in kind.fixed.teachers)
            return
        closed = self.closed[kind.group, kind.single, day]
        strong = sum(1 << number for number, limit in enumerate(self.limits) if limit >= kind.length)
        for start in range(kind.first, min(kind.last, self.slots) - kind.length + 1):
            if closed & _bits(start, start + kind.length):
                continue
            free = strong
            for slot in range(start, start + kind.length):
                free &= ~self.away[day, slot]
            who = tuple(self.able[need] & free for need in kind.needs)
            if different(who):
                yield start, who

    def starts(self, kind: Kind, day: int, among: int = EVERYBODY) -> int:
        """The open starts of the day as bits, if only these teachers may be taken."""
        known = self._starts.get((kind, day, among))
        if known is None:
            found = [start for start, who in self.masks(kind, day) if different([mask & among for mask in who])]
            known = self._starts[kind, day, among] = sum(1 << start for start in found)
        return known

    def ways(self, kind: Kind) -> list[tuple[int, ...]]:
        """The teachers for each need, as they are at any of the kind's places; each way once."""
        found = {who for day in kind.days for _, who in self.masks(kind, day)}
        if len(kind.needs) == 1:
            alone = 0
            for (mask,) in found:
                alone |= mask
            return [(alone,)] if alone else []
        return sorted(found)


def _bits(first: int, last: int) -> int:
    return (1 << max(last, first)) - (1 << first)


def different(who: Sequence[int]) -> bool:
    """Whether each mask can give one teacher, all of them different."""
    if len(who) < 2:
        return all(who)
    if len(who) == 2:
        return bool(who[0] and who[1] and (who[0] | who[1]).bit_count() > 1)
    first, rest = who[0], who[1:]
    while first:
        one = first & -first
        if different([mask & ~one for mask in rest]):
            return True
        first ^= one
    return False
