"""The cheapest grouping of a small field, proven: every possible group is written down, then a cover is sought.

Each learner gets a price (a dual); what a group costs beyond the prices of its learners is its *excess*. The prices
plus the least excesses of as many groups as are needed can never lie above any grouping: that is the bound, and it is
raised step by step (Held and Karp's way, with Polyak's step). A group whose excess is greater than what lies between
the best known grouping and the bound is in no better one and is struck out; among the few that stay, the cover is
searched whole.
"""

import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from calendars.grouping.columns import Column, Columns
from calendars.grouping.one_field import OneField

MOST_COLUMNS = 1_300_000
"""As many groups may be written down: a few seconds of work."""
TRUST = 1e-7
POOL, STEPS, IDLE = 300, 80, 4
"""Columns with the least excess that a round looks at, steps of prices in it, and rounds that may gain nothing."""
LITTLE, SAMPLE = 20_000, 1_500
"""Above so many columns, the first prices are found with a sample of so many."""
Stop = Callable[[], bool]


@dataclass
class Proof:
    """What is known of a field: its best groups, and what no grouping goes below."""

    groups: list[list[int]]
    cost: float
    bound: float

    @property
    def proven(self) -> bool:
        """Whether nothing cheaper exists."""
        return self.bound >= self.cost - TRUST


def fits(field: OneField, number: int) -> bool:
    """Whether the field is small enough to be proven in seconds."""
    even, larger = divmod(field.size, number)
    sizes = {even, even + 1} if larger else {even}
    return sum(math.comb(field.size, size) for size in sizes) <= MOST_COLUMNS


def prove(field: OneField, groups: list[list[int]], stop: Stop) -> Proof:
    """The best grouping with as many groups, beginning from a good one; stopped early, what is known by then."""
    proof = Proof(groups, field.total(groups), 0.0)
    if len(groups) == 1 or proof.cost <= TRUST:
        proof.bound = proof.cost
        return proof
    columns = Columns(field, len(groups), proof.cost).written(stop)
    if columns is not None:
        priced = _Prices(field.size, len(groups), proof, stop).raised(columns)
        if priced is not None:
            _Cover(field.size, proof, stop, *priced).search(len(groups))
    return proof


class _Prices:
    """A price for each learner, such that the bound is as high as it comes."""

    def __init__(self, size: int, number: int, proof: Proof, stop: Stop) -> None:
        self.size, self.number, self.proof, self.stop = size, number, proof, stop

    def raised(self, columns: list[Column]) -> tuple[list[float], list[Column]] | None:
        """The best prices, and the columns that are not struck out; None when stopped."""
        prices = best = [self.proof.cost / self.size] * self.size
        left, pool, highest, idle = columns, set(columns[:: 1 + len(columns) // SAMPLE]), -math.inf, 0
        if len(columns) > LITTLE:  # to look at all of them is dear: the sample says roughly what the prices are
            prices = self._ascended(sorted(pool), prices)
        while idle < IDLE and not self.stop():
            excesses = excess(left, prices)
            least = heapq.nsmallest(POOL, zip(excesses, left, strict=True))
            bound = sum(prices) + sum(it for it, _ in least[: self.number])
            idle = 0 if bound > highest + 1e-3 * self.proof.cost else idle + 1
            if bound > highest:
                highest, best = bound, prices
                reach = self.proof.cost - bound + least[: self.number][-1][0] + TRUST
                left = [column for it, column in zip(excesses, left, strict=True) if it <= reach]
                pool &= set(left)
            self.proof.bound = max(self.proof.bound, min(bound, self.proof.cost))
            if self.proof.proven or len(left) <= POOL:
                return best, left
            pool.update(column for _, column in least)
            prices = self._ascended(sorted(pool), best)
        return None if self.stop() else (best, left)

    def _ascended(self, pool: list[Column], start: list[float]) -> list[float]:
        """Prices at which the pool's bound is higher, by steps along the learners who are in no group or in two."""
        prices, best, highest, pace, idle = start, start, -math.inf, 1.0, 0
        for _ in range(STEPS):
            chosen = heapq.nsmallest(self.number, zip(excess(pool, prices), pool, strict=True))
            bound = sum(prices) + sum(it for it, _ in chosen)
            idle += 1
            if bound > highest + TRUST:
                highest, best, idle = bound, prices, 0
            elif idle == 5:
                prices, pace, idle = best, pace / 2, 0
                continue
            slope = [1 - sum(mask >> one & 1 for _, (_, mask) in chosen) for one in range(self.size)]
            length = sum(one * one for one in slope)
            if not length or pace < 0.01:
                break
            step = pace * max(self.proof.cost - bound, 0.01 * self.proof.cost) / length
            prices = [price + step * one for price, one in zip(prices, slope, strict=True)]
        return best


def excess(columns: Sequence[Column], prices: Sequence[float]) -> list[float]:
    """What each column costs beyond its learners' prices: a look into a table for each twelve of them."""
    tables = []
    for first in range(0, len(prices), 12):
        table = [0.0]
        for price in prices[first : first + 12]:
            table += [one + price for one in table]
        tables.append(table)
    if len(tables) > 2:
        shifts = [(12 * place, table) for place, table in enumerate(tables)]
        return [cost - sum(table[mask >> by & 4095] for by, table in shifts) for cost, mask in columns]
    low, high = tables[0], tables[-1] if len(tables) == 2 else [0.0]
    return [cost - low[mask & 4095] - high[mask >> 12] for cost, mask in columns]


class _Cover:
    """The search for a cheaper set of columns that seats each learner once."""

    def __init__(self, size: int, proof: Proof, stop: Stop, prices: list[float], columns: list[Column]) -> None:
        self.size, self.proof, self.stop, self.prices = size, proof, stop, prices
        self.columns = sorted(zip(excess(columns, prices), columns, strict=True))

    def search(self, number: int) -> None:
        """Search the whole of it; the bound rises to the cost when nothing was left out."""
        if self._below((1 << self.size) - 1, self.columns, number, 0.0, sum(self.prices), []):
            self.proof.bound = self.proof.cost

    def _below(
        self, empty: int, columns: list[tuple[float, Column]], number: int, cost: float, rest: float, taken: list[int]
    ) -> bool:
        """All ways to seat who is left: `rest` is the price of them; False when stopped."""
        if not number:
            if not empty and cost < self.proof.cost - TRUST:
                self.proof.cost = cost
                self.proof.groups = [[one for one in range(self.size) if mask >> one & 1] for mask in taken]
            return True
        if self.stop():
            return False
        one = self._rarest(empty, columns)
        for _, (price, mask) in [it for it in columns if it[1][1] >> one & 1]:
            if self.stop():
                return False
            fit = [it for it in columns if not it[1][1] & mask]
            left = rest - sum(self.prices[other] for other in range(self.size) if mask >> other & 1)
            floor = (number - 1) * fit[0][0] if fit else 0.0 if number == 1 else math.inf
            if cost + price + left + (0.0 if number == 1 else floor) >= self.proof.cost - TRUST:
                continue
            if not self._below(empty & ~mask, fit, number - 1, cost + price, left, [*taken, mask]):
                return False
        return True

    def _rarest(self, empty: int, columns: list[tuple[float, Column]]) -> int:
        """Of those who have no seat yet, who has the fewest ways to one."""
        counts = [0] * self.size
        for _, (_, mask) in columns:
            while mask:
                low = mask & -mask
                counts[low.bit_length() - 1] += 1
                mask ^= low
        return min((one for one in range(self.size) if empty >> one & 1), key=lambda one: counts[one])
