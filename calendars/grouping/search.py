"""Forming groups: a first seating of each field, a quick anneal, then a proof where it is small, else long anneals.

The work is counted in swaps, not in seconds: with time enough for all of it one seed gives one answer. Where there is
less, the heat falls with the clock instead, so that what time there is always ends in the cold.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from calendars.grouping import exact, seating
from calendars.grouping.anneal import COLD, HOT, Annealing
from calendars.grouping.one_field import OneField, by_field
from calendars.grouping.problem import Grouping, Problem
from calendars.grouping.writing import written

QUICK = 400
"""Swaps for each learner in the first, quick anneal."""
LONG, ROUNDS = 10_000, 3
"""Swaps for each learner in a long run, and how many: a bad run is not cured by its length, but by another."""
Stop = Callable[[], bool]


@dataclass
class _Part:
    """One field on its way."""

    field: OneField
    seated: seating.Seating
    work: Annealing
    bound: float | None = None
    proven: bool = False


def form(problem: Problem, seconds: float = 10.0, seed: int = 0, stop: Stop = lambda: False) -> Grouping:
    """The cheapest grouping found in the time; `stop` is asked now and then, and ends the search with the best so far.

    Raises Impossible where no grouping keeps `apart` and `fixed`.
    """
    ends = time.monotonic() + seconds
    clock = _Clock(ends, stop)
    late = partial(_half_over, clock, seconds)
    parts = [_begun(one, Random(f"{seed}/{place}"), late) for place, one in enumerate(by_field(problem))]
    _quick(parts, clock, seconds)
    _proofs(parts, clock)
    _long(parts, clock)
    return written(problem, [(part.field, part.work.best) for part in parts], _bound(parts), _numbers(parts))


def _half_over(clock: "_Clock", seconds: float) -> bool:
    return clock.over() or clock.left() < seconds / 2


def _begun(one: OneField, chance: Random, late: Stop) -> _Part:
    seated = seating.fewest(one, chance, late)
    return _Part(one, seated, Annealing(one, seated.groups, chance))


class _Clock:
    """How far a piece of work is: by its swaps, or by the time where that is further."""

    def __init__(self, ends: float, stop: Stop) -> None:
        self.ends, self.stop = ends, stop

    def left(self) -> float:
        """Seconds."""
        return max(0.0, self.ends - time.monotonic())

    def over(self) -> bool:
        """Whether the time is up, or somebody has had enough."""
        return self.stop() or time.monotonic() >= self.ends

    def progress(self, swaps: int, seconds: float) -> Callable[[int], float]:
        """From 0 to 1 over that many swaps, or that many seconds at the most."""
        began = time.monotonic()

        def done(tried: int) -> float:
            if self.over():
                return 1.0
            return max(tried / max(1, swaps), (time.monotonic() - began) / max(seconds, 1e-9))

        return done


def _quick(parts: Sequence[_Part], clock: _Clock, seconds: float) -> None:
    learners = sum(part.field.size for part in parts)
    for part in parts:
        share = seconds * 0.2 * part.field.size / learners
        swaps = QUICK if exact.fits(part.field, len(part.seated.groups)) else QUICK // 8  # it is annealed anew later
        heat = part.work.scale()
        part.work.cool(heat * HOT, heat * COLD, clock.progress(swaps * part.field.size, share))


def _proofs(parts: Sequence[_Part], clock: _Clock) -> None:
    """The smallest fields first; where some are too large for it, the others take at most half of the time."""
    small = [part for part in parts if part.seated.proven and exact.fits(part.field, len(part.seated.groups))]
    until = time.monotonic() + clock.left() * (1 if len(small) == len(parts) else 0.5)
    for part in sorted(small, key=lambda part: part.field.size):
        proof = exact.prove(part.field, part.work.best, lambda: clock.over() or time.monotonic() >= until)
        part.bound, part.proven = proof.bound, proof.proven
        if proof.cost < part.work.cost - exact.TRUST:
            part.work.best, part.work.cost = proof.groups, proof.cost


def _long(parts: Sequence[_Part], clock: _Clock) -> None:
    """What is not proven is annealed; the first round may take all the time there is, the next ones what it leaves."""
    rest = [part for part in parts if not part.proven]
    for round_ in range(ROUNDS):
        learners = sum(part.field.size for part in rest)
        for part in rest:
            share = clock.left() * part.field.size / learners
            learners -= part.field.size
            heat = part.work.scale()
            part.work.restart()
            hot = heat * HOT * (1 if round_ == 0 else 2)
            part.work.cool(hot, heat * COLD, clock.progress(LONG * part.field.size, share))


def _bound(parts: Sequence[_Part]) -> float | None:
    """The sum of what is proven field by field; None where of some field nothing is known."""
    bounds = [part.bound for part in parts if part.bound is not None]
    return sum(bounds) if len(bounds) == len(parts) else None


def _numbers(parts: Sequence[_Part]) -> dict[str | None, tuple[int, bool]]:
    """Field -> the fewest groups that its size allows, and whether the number of groups is proven."""
    return {part.field.field: (seating.least(part.field), part.seated.proven) for part in parts}
