"""The least that a group's lessons without a site cost in slots and gaps, stretch of days by stretch of days.

Days belong together when a lesson may lie on either. Within a day lessons follow each other; over the days of a
stretch it is counted how many of each kind are still to come. Both are dynamic programmes, and exact for one group
whose teachers nobody else wants.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import inf

from calendars.timetable.bound_places import EVERYBODY, Kind, Places
from calendars.timetable.problem import Problem

Among = Mapping[str | None, int]
"""Series -> the teachers who may be taken; who is not named may take anybody."""


class Exhausted(Exception):
    """The work that was allowed is done."""


LOOK = 2000
"""Units of work between two looks whether to stop."""


class Work:
    """So much may still be done; counted, so that equal input ends at the same place, unless somebody stops it."""

    def __init__(self, left: int, stop: Callable[[], bool] = lambda: False, whole: "Work | None" = None) -> None:
        self.left, self.stop, self.whole = left, stop, whole
        self._look = LOOK

    def part(self, most: int) -> "Work":
        """Not more than so much of it."""
        return Work(most, whole=self)

    def spend(self, units: int) -> None:
        """Or Exhausted."""
        self.left -= units
        if self.whole is not None:
            self.whole.spend(units)
        self._look -= units
        if self._look < 0:
            self._look = LOOK
            if self.stop():
                self.left = -1
        if self.left < 0:
            raise Exhausted


@dataclass(frozen=True, eq=False)
class Stretch:
    """Kinds of one group that share days, and how many of each; whether idle slots are free; all of it `times` over."""

    group: int
    kinds: tuple[Kind, ...]
    counts: tuple[int, ...]
    days: tuple[int, ...]
    gap_free: bool
    times: int = 1


def stretches(kinds: Iterable[Kind]) -> list[Stretch]:
    """All lessons without a site, in the smallest parts that can be looked at one by one.

    Talks of one learner may lie beside each other and fill the gaps of the group: each is a part by itself, and on a
    day on which one may lie idle slots cost nothing here.
    """
    found = []
    by_group: dict[int, list[Kind]] = defaultdict(list)
    filled: set[tuple[int, int]] = set()
    for kind in kinds:
        if kind.online and kind.single:
            filled |= {(kind.group, day) for day in kind.days}
            found.append(Stretch(kind.group, (kind,), (1,), kind.days, True, kind.count))
        elif kind.online:
            by_group[kind.group].append(kind)
    for group, mine in by_group.items():
        for part in _connected(mine):
            days = tuple(sorted({day for kind in part for day in kind.days}))
            gap_free = any((group, day) in filled for day in days)
            found.append(Stretch(group, tuple(part), tuple(kind.count for kind in part), days, gap_free))
    return found


def _connected(kinds: Sequence[Kind]) -> list[list[Kind]]:
    parts: list[tuple[set[int], list[Kind]]] = []
    for kind in kinds:
        days, members = set(kind.days), [kind]
        apart = []
        for other, theirs in parts:
            if other & days:
                days |= other
                members = theirs + members
            else:
                apart.append((other, theirs))
        parts = [*apart, (days, members)]
    return [members for _, members in parts]


class Weeks:
    """The cost of stretches under a choice of teachers, each choice that opens the same starts reckoned once."""

    def __init__(self, problem: Problem, places: Places, most: int) -> None:
        self.places, self.most = places, most
        slot, self.gap = problem.weights["slot"], problem.weights["gap"]
        self.prices = [[slot * cost for cost in group.slot_cost] for group in problem.groups]
        self._known: dict[tuple[Stretch, tuple[int, ...]], float] = {}

    def cost(self, part: Stretch, among: Among, work: Work) -> float:
        """The least cost; infinite if it cannot be."""
        starts = self._starts(part, among)
        work.spend(len(starts))
        known = self._known.get((part, starts))
        if known is None:
            known = self._known[part, starts] = part.times * self._reckon(part, starts, work)
        return known

    def at_least(self, part: Stretch) -> float:
        """What can be said without work: no lesson is cheaper than its cheapest start."""
        return part.times * self._one_by_one(part, self._starts(part, {}))

    def _starts(self, part: Stretch, among: Among) -> tuple[int, ...]:
        return tuple(
            self.places.starts(kind, day, among.get(kind.series, EVERYBODY)) for kind in part.kinds for day in kind.days
        )

    def _reckon(self, part: Stretch, starts: tuple[int, ...], work: Work) -> float:
        try:
            return self._over_days(part, starts, work.part(self.most))
        except Exhausted:
            return self._one_by_one(part, starts)

    def _one_by_one(self, part: Stretch, starts: tuple[int, ...]) -> float:
        prices, place, total = self.prices[part.group], 0, 0.0
        for kind, count in zip(part.kinds, part.counts, strict=True):
            open_bits = 0
            for bits in starts[place : place + len(kind.days)]:
                open_bits |= bits
            place += len(kind.days)
            total += count * min((prices[slot] for slot in _slots(open_bits)), default=inf)
        return total

    def _over_days(self, part: Stretch, starts: tuple[int, ...], work: Work) -> float:
        """Day by day: how many of each kind are still to come -> the least cost so far."""
        numbers = iter(starts)
        on_day = [dict(zip(kind.days, numbers)) for kind in part.kinds]  # noqa: B905 (each takes its own from the row)
        states: dict[tuple[int, ...], float] = {part.counts: 0}
        for day in part.days:
            here = [number for number, kind in enumerate(part.kinds) if day in on_day[number]]
            last = {number for number in here if part.kinds[number].days[-1] == day}
            lessons = [(part.kinds[number], on_day[number][day]) for number in here]
            known: dict[tuple[int, ...], float] = {}
            after: dict[tuple[int, ...], float] = {}
            for state, cost in states.items():
                for chosen in self._choices(lessons, [state[number] for number in here], here, last):
                    work.spend(1)
                    if chosen not in known:
                        known[chosen] = self._within_day(part, lessons, chosen, work)
                    if known[chosen] < inf:
                        left = list(state)
                        for number, many in zip(here, chosen, strict=True):
                            left[number] -= many
                        rest = tuple(left)
                        after[rest] = min(after.get(rest, inf), cost + known[chosen])
            states = after
        return states.get(tuple(0 for _ in part.kinds), inf)

    def _choices(
        self, lessons: Sequence[tuple[Kind, int]], left: Sequence[int], here: Sequence[int], last: set[int]
    ) -> Iterator[tuple[int, ...]]:
        """How many of each kind on this day: all that are left if it is the last one, and no label twice."""
        ranges = []
        for (kind, bits), many, number in zip(lessons, left, here, strict=True):
            most = min(many, 1 if kind.once is not None else self.places.slots, many if bits else 0)
            if number in last and most < many:
                return
            ranges.append(range(many if number in last else 0, most + 1))
        for chosen in product(*ranges):
            labels = [
                kind.once for (kind, _), many in zip(lessons, chosen, strict=True) if many and kind.once is not None
            ]
            if len(labels) == len(set(labels)):
                yield chosen

    def _within_day(
        self, part: Stretch, lessons: Sequence[tuple[Kind, int]], chosen: tuple[int, ...], work: Work
    ) -> float:
        """One after the other, each slot either idle or the start of a lesson."""
        prices, slots = self.prices[part.group], self.places.slots
        idle = 0 if part.gap_free else self.gap
        states: list[dict[tuple[int, ...], float]] = [{} for _ in range(slots + 1)]
        states[0][chosen] = 0
        best = 0.0 if not any(chosen) else inf
        for slot in range(slots):
            for left, cost in states[slot].items():
                work.spend(1)
                if not any(left):
                    best = min(best, cost)
                    continue
                waiting = cost + (idle if left != chosen else 0)
                states[slot + 1][left] = min(states[slot + 1].get(left, inf), waiting)
                for number, (kind, bits) in enumerate(lessons):
                    end = slot + kind.length
                    if left[number] and bits >> slot & 1 and end <= slots:
                        rest = (*left[:number], left[number] - 1, *left[number + 1 :])
                        states[end][rest] = min(states[end].get(rest, inf), cost + prices[slot])
        return min([best, *(cost for left, cost in states[slots].items() if not any(left))])


def _slots(bits: int) -> Iterator[int]:
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1
