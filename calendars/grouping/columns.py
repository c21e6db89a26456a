"""Every group that a small field could have, with its cost: what the proof chooses from."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import add

from calendars.grouping.one_field import ALL_HALVES, HALVES, OneField, nearest

Column = tuple[float, int]
"""What a group costs, a split pair for one half at either end, and its learners as bits."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """Learners who cannot be parted, since they are fixed to one label; mostly one learner."""

    mask: int
    size: int
    bits: int
    known: int
    km: tuple[float, ...]
    bars: int
    friends: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A group in the making."""

    mask: int
    size: int
    bits: int
    known: int
    km: tuple[float, ...]
    bars: int
    torn: float


class Columns:
    """Every group of the two sizes that keeps apart whom it must, and together who are fixed to one label."""

    def __init__(self, field: OneField, number: int, limit: float) -> None:
        self.field, self.limit = field, limit + 1e-7
        even, larger = divmod(field.size, number)
        self.sizes = {even, even + 1} if larger else {even}
        self.most = max(self.sizes)
        held: list[list[int]] = [
            [one for one, its in enumerate(field.fixed) if its == label] for label in range(len(field.labels))
        ]
        free = [[one] for one in range(field.size) if field.fixed[one] < 0]
        self.units = [_unit(field, unit) for unit in sorted([*held, *free], key=len, reverse=True)]
        self.singles = sum(unit.size > 1 for unit in self.units)  # from here on each is one learner
        self.last = [(it.mask, it.bits, it.known, it.km[0] if len(it.km) == 1 else None, it) for it in self.units]
        self.found: list[Column] = []

    def written(self, stop: Callable[[], bool]) -> list[Column] | None:
        """All of them, or None when stopped."""
        nothing = _Part(0, 0, 0, ALL_HALVES, (0.0,) * len(self.field.sites), 0, 0.0)
        return self.found if self._extend(nothing, 0, stop) else None

    def _extend(self, part: _Part, start: int, stop: Callable[[], bool]) -> bool:
        if part.size == self.most - 1:
            self._close(part, start)
            return True
        for place in range(start, len(self.units)):
            unit = self.units[place]
            if unit.mask & part.bars or part.size + unit.size > self.most:
                continue
            grown = self._joined(part, unit)
            price = self.field.spread[grown.bits >> HALVES] + self.field.lost[grown.bits & ~grown.known & ALL_HALVES]
            if price > self.limit:
                continue  # whoever comes in addition makes it no cheaper
            if grown.size in self.sizes:
                self.found.append((price + nearest(grown.km) + grown.torn, grown.mask))
            if grown.size < self.most and (stop() or not self._extend(grown, place + 1, stop)):
                return False
        return True

    def _joined(self, part: _Part, unit: _Unit) -> _Part:
        return _Part(
            part.mask | unit.mask,
            part.size + unit.size,
            part.bits | unit.bits,
            part.known & unit.known,
            tuple(map(add, part.km, unit.km)),
            part.bars | unit.bars,
            part.torn + self._torn(part.mask, unit),
        )

    def _close(self, part: _Part, start: int) -> None:
        """The last learner of a group: nearly all the work is done here."""
        spread, lost, limit, found = self.field.spread, self.field.lost, self.limit, self.found
        taken, held, shared, km, bars, torn = part.mask, part.bits, part.known, part.km, part.bars, part.torn
        for mask, bits, known, way, unit in self.last[max(start, self.singles) :]:
            if mask & bars:
                continue
            bits |= held
            price = spread[bits >> HALVES] + lost[bits & ~(shared & known) & ALL_HALVES]
            if price <= limit:
                if way is not None:
                    price += way + km[0] if way + km[0] < math.inf else 0.0
                elif km:
                    price += nearest(tuple(map(add, km, unit.km)))
                found.append((price + torn + (self._torn(taken, unit) if unit.friends else 0.0), taken | mask))

    def _torn(self, taken: int, unit: _Unit) -> float:
        """What the unit adds to split pairs: half of each pair of hers, and of those that are whole now nothing."""
        inside = sum((taken >> it & 1) + (unit.mask >> it & 1) / 2 for it in unit.friends)
        return self.field.split * (len(unit.friends) / 2 - inside)


def _unit(field: OneField, learners: list[int]) -> _Unit:
    bits, known, km = 0, ALL_HALVES, (0.0,) * len(field.sites)
    for one in learners:
        bits, known = bits | field.bits[one], known & field.known[one]
        km = tuple(map(add, km, field.km[one]))
    bars = mask_of(other for one in learners for other in field.strangers[one])
    friends = tuple(other for one in learners for other in field.friends[one])
    return _Unit(mask_of(learners), len(learners), bits, known, km, bars, friends)


def mask_of(learners: Iterable[int]) -> int:
    """Learners as bits."""
    found = 0
    for one in learners:
        found |= 1 << one
    return found
