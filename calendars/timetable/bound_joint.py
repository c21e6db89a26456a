"""The least that several series cost together, each with teachers of its own choice: they may want the same people.

A choice names for some series who may teach it. The cheapest choices are looked at first, and one that no day can hold
is dropped; so whenever the work ends, the next one's cost is a bound.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf

from calendars.timetable.bound_days import Days
from calendars.timetable.bound_places import EVERYBODY
from calendars.timetable.bound_weeks import Exhausted, Work

TOGETHER = 5
"""So many series are looked at together."""


@dataclass(frozen=True)
class Priced:
    """Who may teach a series, and what it costs then at least, with all that hangs on it."""

    among: int
    cost: float
    finer: tuple["Priced", ...] = ()
    """The same said more exactly: one of these it is."""


@dataclass(frozen=True)
class Rival:
    """A series that may want the teachers of others."""

    name: str
    choices: tuple[Priced, ...]

    @property
    def least(self) -> float:
        """What it costs if nobody else wants anything."""
        return min(one.cost for one in self.choices)

    @property
    def people(self) -> int:
        """Whom it wants where it may not have everybody."""
        wanted = 0
        for one in self.choices:
            wanted |= 0 if one.among == EVERYBODY else one.among
        return wanted


def together(rivals: Sequence[Rival], days: Days) -> list[list[Rival]]:
    """Rivals side by side in small circles: those who share the most days and people first."""
    on = [days.of(one.name) for one in rivals]
    pairs = [
        (-len(on[one] & on[other]) * (rivals[one].people & rivals[other].people).bit_count(), one, other)
        for one, other in combinations(range(len(rivals)), 2)
        if not on[one].isdisjoint(on[other])
    ]
    circle = [[number] for number in range(len(rivals))]
    for weight, one, other in sorted(pairs):
        if weight and circle[one] is not circle[other] and len(circle[one]) + len(circle[other]) <= TOGETHER:
            circle[one] += circle[other]
            for member in circle[other]:
                circle[member] = circle[one]
    first = {min(members): members for members in circle}
    return [[rivals[number] for number in sorted(first[least])] for least in sorted(first)]


def least(circle: Sequence[Rival], days: Days, work: Work) -> float:
    """What they cost together at least; when the work ends early, a bound below it."""
    if any(one.least == inf for one in circle):
        return inf
    circle = sorted(circle, key=lambda one: (len(one.choices), one.name))
    still = [sum(one.least for one in circle[place:]) for place in range(len(circle) + 1)]
    heap: list[tuple[float, int, int, tuple[Priced, ...]]] = [(still[0], 0, -1, ())]
    number = 0
    while heap:
        cost, _, newest, chosen = heap[0]
        try:
            among = {one.name: choice.among for one, choice in zip(circle, chosen, strict=False)}
            good = newest < 0 or days.hold(among, circle[newest].name, work)
            work.spend(10)
        except Exhausted:
            return cost
        heapq.heappop(heap)
        if not good:
            continue
        place = next((at for at, choice in enumerate(chosen) if choice.finer), len(chosen))
        if len(chosen) < len(circle):
            place, had, choices = len(chosen), circle[len(chosen)].least, circle[len(chosen)].choices
        elif place < len(chosen):
            had, choices = chosen[place].cost, chosen[place].finer
        else:
            return cost
        for choice in (one for one in choices if one.cost < inf):
            number -= 1
            more = (*chosen[:place], choice, *chosen[place + 1 :])
            heapq.heappush(heap, (cost + choice.cost - had, number, place, more))
    return inf
