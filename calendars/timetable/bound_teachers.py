"""The fewest teachers that a series can have, and what a group gains by having more of them.

A choice names, for each series of a group, who may teach it. Choices are looked at by what they cost at least, the
cheapest first, so that whenever the work ends the next one's cost is a bound.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from math import comb, inf

from calendars.timetable.bound_places import EVERYBODY, Kind, Places, different
from calendars.timetable.bound_weeks import Exhausted, Stretch, Weeks, Work

MOST_SETS = 4000
"""No more sets of one size are tried for a series."""
MOST_OPTIONS = 200
"""Where more sets than that would do, it is as good as any set."""
MOST_FINER = 60
"""No more sets than that are looked at one by one where a series has more teachers than it must."""
Ways = Sequence[tuple[int, ...]]


@dataclass(frozen=True)
class Option:
    """Who may teach a series, and how many teachers that is beyond what one lesson needs."""

    among: int
    extra: int
    finer: tuple["Option", ...] = ()
    """Where it stands for all larger sets: one by one those with just so many teachers, and one for the rest."""


def options(kinds: Sequence[Kind], places: Places, work: Work) -> list[Option]:
    """All smallest sets of teachers that cover the series, and one for whatever is larger; empty: nobody can."""
    needed = max(len(kind.needs) for kind in kinds)
    wanted = sorted({tuple(places.ways(kind)) for kind in kinds}, key=len)
    if not all(wanted):
        return []
    candidates = sorted({1 << bit for ways in wanted for way in ways for mask in way for bit in _bits(mask)})
    for size in range(needed, len(candidates) + 1):
        if comb(len(candidates), size) > MOST_SETS or size == 0:
            return [Option(EVERYBODY, size - needed)]
        try:
            found = list(islice(_covers(wanted, candidates, size, work), MOST_OPTIONS + 1))
        except Exhausted:
            return [Option(EVERYBODY, size - needed)]
        if len(found) > MOST_OPTIONS:
            return [Option(EVERYBODY, size - needed)]
        if found:
            more = Option(EVERYBODY, size - needed + 1, _finer(wanted, candidates, size + 1, needed, work))
            return [*(Option(among, size - needed) for among in found), more]
    return []


def _finer(wanted: Sequence[Ways], candidates: Sequence[int], size: int, needed: int, work: Work) -> tuple[Option, ...]:
    """The sets of that size one by one, if they are few enough to be worth it."""
    if comb(len(candidates), size) > MOST_FINER:
        return ()
    try:
        found = [Option(among, size - needed) for among in _covers(wanted, candidates, size, work)]
    except Exhausted:
        return ()
    return (*found, Option(EVERYBODY, size - needed + 1))


def _covers(wanted: Sequence[Ways], candidates: Sequence[int], size: int, work: Work) -> Iterator[int]:
    """The sets of that size with which everything has a way."""
    for chosen in combinations(candidates, size):
        work.spend(2)
        among = sum(chosen)
        if all(any(different([mask & among for mask in way]) for way in ways) for ways in wanted):
            yield among


def _bits(mask: int) -> Iterator[int]:
    while mask:
        yield (mask & -mask).bit_length() - 1
        mask &= mask - 1


class Choice:
    """The cheapest choice of teachers for all series of one group."""

    def __init__(
        self, parts: Sequence[Stretch], weeks: Weeks, price: float, series: Mapping[str, Sequence[Option]]
    ) -> None:
        self.parts, self.weeks, self.price = parts, weeks, price
        self.names = sorted(series, key=lambda name: (len(series[name]), name))
        self.series = series
        least = [min(option.extra for option in series[name]) for name in self.names]
        self.still = [sum(least[place:]) for place in range(len(least) + 1)]

    def least(self, work: Work) -> float:
        """Slots, gaps and teachers; when the work ends early, a bound below it."""
        base = self._slots((), work) + self.price * self.still[0]
        heap: list[tuple[float, int, bool, tuple[Option, ...]]] = [(base, 0, True, ())]
        number = 0
        while True:
            cost, _, reckoned, chosen = heap[0]
            if reckoned and len(chosen) == len(self.names):
                return cost
            try:
                if not reckoned:
                    true = max(cost, self._slots(chosen, work) + self._extra(chosen))
                    number -= 1  # the latest first among equals
                    heapq.heapreplace(heap, (true, number, True, chosen))
                    continue
                work.spend(len(self.series[self.names[len(chosen)]]))
            except Exhausted:
                return cost
            heapq.heappop(heap)
            for option in self.series[self.names[len(chosen)]]:
                more = option.extra + self.still[len(chosen) + 1] - self.still[len(chosen)]
                number -= 1
                heapq.heappush(heap, (cost + self.price * more, number, False, (*chosen, option)))

    def _extra(self, chosen: Sequence[Option]) -> float:
        return self.price * (sum(option.extra for option in chosen) + self.still[len(chosen)])

    def _slots(self, chosen: Sequence[Option], work: Work) -> float:
        among: dict[str | None, int] = {name: option.among for name, option in zip(self.names, chosen, strict=False)}
        total = 0.0
        for part in self.parts:
            total += self.weeks.cost(part, among, work)
            if total == inf:
                break
        return total


def by_series(kinds: Iterable[Kind]) -> dict[str, list[Kind]]:
    """The kinds of each series."""
    found: dict[str, list[Kind]] = {}
    for kind in kinds:
        if kind.series is not None:
            found.setdefault(kind.series, []).append(kind)
    return found
