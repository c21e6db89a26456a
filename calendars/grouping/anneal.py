"""Annealing of one field: two learners change places, for the better or, while it is hot, sometimes for the worse.

Every group has as many seats as the largest; the seats that smaller groups leave empty hold *ghosts*, who change
nothing in what a group costs. So a move is a swap with a ghost, and sizes stay even as long as no group has two of
them. For each learner the group without her is kept, so that a swap is judged by two ORs, two ANDs and two looks into
a table.
"""

import math
from collections.abc import Callable, Sequence
from operator import add
from random import Random

from calendars.grouping.one_field import ALL_HALVES, HALVES, OneField, nearest

HOT, COLD = 0.12, 0.015
"""Where cooling begins and ends, in units of `scale`: measured with tests/benchmarks/grouping.py."""
BLOCK = 512
"""Swaps between two looks at the clock."""
NEIGHBOURS = 12
GUIDED = 0.6
"""How often a learner looks for a seat beside somebody like her, rather than anywhere."""


class Annealing:
    """The seating of one field that is being bettered; `best` is always complete."""

    def __init__(self, field: OneField, groups: Sequence[Sequence[int]], chance: Random) -> None:
        self.field, self.chance = field, chance
        seats = max(map(len, groups))
        ghosts = iter(range(field.size, seats * len(groups)))
        self.members = [[*group, *(next(ghosts) for _ in range(seats - len(group)))] for group in groups]
        extra = seats * len(groups) - field.size
        self.bits = [*field.bits, *[0] * extra]
        self.known = [*field.known, *[ALL_HALVES] * extra]
        self.km = [*field.km, *[(0.0,) * len(field.sites)] * extra]
        self.seat = [0] * (field.size + extra)
        self.bits_beside, self.known_beside = [0] * len(self.seat), [0] * len(self.seat)
        self.km_beside: list[tuple[float, ...] | None] = [None] * len(self.seat)
        self.price, self.way = [0.0] * len(groups), [0.0] * len(groups)
        for number in range(len(groups)):
            self._reckon(number)
        self.movable = [one for one in range(field.size) if field.fixed[one] < 0]
        self.tied = [
            bool(field.friends[one] or field.strangers[one]) or field.fixed[one] >= 0 for one in range(field.size)
        ] + [True] * extra
        self.near = _alike(field, chance)
        self.noises = [-math.log(1 - (place + 0.5) / BLOCK) for place in range(BLOCK)]
        self.steps = 0
        self.current = self.cost = field.total(self.groups())
        self.best = self.groups()

    def groups(self) -> list[list[int]]:
        """The groups as they are now, without ghosts."""
        return [[one for one in row if one < self.field.size] for row in self.members]

    def restart(self) -> None:
        """Go on from the best."""
        seats, ghosts = max(map(len, self.best)), iter(range(self.field.size, len(self.seat)))
        for number, group in enumerate(self.best):
            self.members[number] = [*group, *(next(ghosts) for _ in range(seats - len(group)))]
            self._reckon(number)
        self.current = self.cost

    def scale(self) -> float:
        """What a swap at random costs on average where it costs anything: the unit of temperature."""
        found = []
        for _ in range(400 if self.movable else 0):
            one, other = self.chance.choice(self.movable), self.chance.randrange(self.field.size)
            if self.field.fixed[other] < 0 and self.seat[one] != self.seat[other]:
                found.append(self._swapped(one, other))
        rises = [rise for rise in found if rise > 1e-9]
        return sum(rises) / len(rises) if rises else 0.0

    def cool(self, hot: float, cold: float, progress: Callable[[int], float]) -> None:
        """Anneal from `hot` to `cold` until `progress` (of the swaps tried) reaches 1."""
        if len(self.members) < 2 or not self.movable or hot <= 0:
            return
        tried, done = 0, progress(0)
        while done < 1:
            self.chance.shuffle(self.noises)
            self._block(hot * (cold / hot) ** done)
            tried += BLOCK
            if tried % (BLOCK * 256) == 0:
                self.current = self.field.total(self.groups())  # the sum of many changes gathers dust
            done = progress(tried)
        self.steps += tried

    def _block(self, heat: float) -> None:
        chance, seat, members, near, movable = self.chance.random, self.seat, self.members, self.near, self.movable
        bits, known, bits_beside, known_beside = self.bits, self.known, self.bits_beside, self.known_beside
        spread, lost, price, way, tied = self.field.spread, self.field.lost, self.price, self.way, self.tied
        count, places, seats, sites = len(movable), len(members), len(members[0]), len(self.field.sites)
        for noise in self.noises:
            one = movable[int(chance() * count)]
            guide = chance() / GUIDED
            there = seat[near[one][int(guide * len(near[one]))]] if guide < 1 else int(chance() * places)
            here = seat[one]
            if here == there:
                continue
            other = members[there][int(chance() * seats)]
            both, shared = bits_beside[one] | bits[other], known_beside[one] & known[other]
            rise = spread[both >> HALVES] + lost[both & ~shared & ALL_HALVES] - price[here] - price[there]
            both, shared = bits_beside[other] | bits[one], known_beside[other] & known[one]
            rise += spread[both >> HALVES] + lost[both & ~shared & ALL_HALVES]
            bearable = heat * noise
            if rise - way[here] - way[there] > bearable and not tied[one] and not tied[other]:
                continue
            if sites:
                rise += self._way(one, other) + self._way(other, one) - way[here] - way[there]
            if tied[one] or tied[other]:
                rise += self._ties(one, other, here, there)
            if rise <= bearable:
                self._swap(one, other, here, there, rise)

    def _way(self, out: int, into: int) -> float:
        """The kilometres of a group when one leaves it and another comes."""
        beside = self.km_beside[out]
        if beside is None:
            others = [self.km[one] for one in self.members[self.seat[out]] if one != out]
            beside = tuple(map(sum, zip(*others, strict=True))) if others else (0.0,) * len(self.field.sites)
            self.km_beside[out] = beside
        return nearest(tuple(map(add, beside, self.km[into])))

    def _ties(self, one: int, other: int, here: int, there: int) -> float:
        """What the swap costs in split pairs; infinite where it breaks a rule."""
        size, seat, field = self.field.size, self.seat, self.field
        if other >= size:
            if any(ghost >= size for ghost in self.members[here]):
                return math.inf
        elif field.fixed[other] >= 0 or any(seat[it] == here and it != one for it in field.strangers[other]):
            return math.inf
        if any(seat[it] == there and it != other for it in field.strangers[one]):
            return math.inf
        torn = 0
        for it in field.friends[one]:
            torn += 0 if it == other else (seat[it] == here) - (seat[it] == there)
        for it in field.friends[other] if other < size else ():
            torn += 0 if it == one else (seat[it] == there) - (seat[it] == here)
        return field.split * torn

    def _swapped(self, one: int, other: int) -> float:
        here, there = self.seat[one], self.seat[other]
        ties = self._ties(one, other, here, there)
        rows = [
            [other if it == one else it for it in self.members[here]],
            [one if it == other else it for it in self.members[there]],
        ]
        real = [[it for it in row if it < self.field.size] for row in rows]
        before = self.price[here] + self.way[here] + self.price[there] + self.way[there]
        return 0.0 if ties == math.inf else sum(map(self.field.cost, real)) - before + ties

    def _swap(self, one: int, other: int, here: int, there: int, rise: float) -> None:
        self.members[here][self.members[here].index(one)] = other
        self.members[there][self.members[there].index(other)] = one
        self._reckon(here)
        self._reckon(there)
        self.current += rise
        if self.current < self.cost - 1e-9:
            self.cost, self.best = self.current, self.groups()

    def _reckon(self, group: int) -> None:
        """What the group costs, and for each in it the group without her, from the front and then from the back."""
        row, bits, known = self.members[group], 0, ALL_HALVES
        for one in row:
            self.seat[one], self.bits_beside[one], self.known_beside[one] = group, bits, known
            self.km_beside[one] = None
            bits |= self.bits[one]
            known &= self.known[one]
        self.price[group] = self.field.spread[bits >> HALVES] + self.field.lost[bits & ~known & ALL_HALVES]
        bits, known = 0, ALL_HALVES
        for one in reversed(row):
            self.bits_beside[one] |= bits
            self.known_beside[one] &= known
            bits |= self.bits[one]
            known &= self.known[one]
        if self.field.sites:
            self.way[group] = nearest(tuple(map(sum, zip(*(self.km[one] for one in row), strict=True))))


def _alike(field: OneField, chance: Random) -> list[list[int]]:
    """For each learner those whom it costs least to sit beside; among many, a sample is looked at."""
    everyone = list(range(field.size))
    found = []
    for one in everyone:
        others = everyone if field.size <= 120 else chance.sample(everyone, 120)
        ranked = sorted((field.cost((one, other)), other) for other in others if other != one)
        found.append([other for _, other in ranked[:NEIGHBOURS]] or [one])
    return found
