"""The learners of one field as numbers: the cost of a group is a few bit operations and two looks into a table.

A learner is `bits` (her free half days, above them one bit for her level), `known` (her free half days again, all of
them where she was not asked) and her kilometres to each site. A group is the OR of the first, the AND of the second
and the sum of the third; whoever is not asked changes none of them.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import add

from calendars.grouping.problem import HALF_DAYS, LEVELS, Impossible, Learner, Problem

HALVES = len(HALF_DAYS)
ALL_HALVES = (1 << HALVES) - 1
_HALF = {name: 1 << place for place, name in enumerate(HALF_DAYS)}
_LEVEL = {name: 1 << place for place, name in enumerate(LEVELS)}


@dataclass(frozen=True)
class OneField:
    """One field's learners by number, with all that a group of them costs."""

    field: str | None
    ids: tuple[str, ...]
    largest: int
    bits: tuple[int, ...]
    known: tuple[int, ...]
    sites: tuple[str, ...]
    km: tuple[tuple[float, ...], ...]
    """Learner -> weighted kilometres to each site, infinite where there is no way."""
    friends: tuple[tuple[int, ...], ...]
    """Learner -> the others of the field in pairs of `together` with her; twice where the pair stands twice."""
    strangers: tuple[frozenset[int], ...]
    """Learner -> the others of the field from whom she is kept apart, by `apart` or by being fixed elsewhere."""
    labels: tuple[str, ...]
    """The groups that `fixed` names, in order."""
    fixed: tuple[int, ...]
    """Learner -> the number of her label, -1 where she is free."""
    spread: tuple[float, ...]
    """OR of level bits -> what that spread costs."""
    lost: tuple[float, ...]
    """Half days that some have free and not all -> what they cost."""
    split: float

    @property
    def size(self) -> int:
        """How many learners there are."""
        return len(self.ids)

    def pinned(self) -> list[int]:
        """Label -> how many learners are fixed to it."""
        return [self.fixed.count(label) for label in range(len(self.labels))]

    def cost(self, members: Iterable[int]) -> float:
        """What level, time and distance of one group cost, weighted."""
        bits, known, km = 0, ALL_HALVES, (0.0,) * len(self.sites)
        for one in members:
            bits |= self.bits[one]
            known &= self.known[one]
            km = tuple(map(add, km, self.km[one]))
        return self.spread[bits >> HALVES] + self.lost[bits & ~known & ALL_HALVES] + nearest(km)

    def total(self, groups: Sequence[Sequence[int]]) -> float:
        """What the whole field costs in these groups, weighted; pairs with learners of other fields left out."""
        seat = {one: number for number, group in enumerate(groups) for one in group}
        torn = sum(seat[one] != seat[other] for one in range(self.size) for other in self.friends[one])
        return sum(map(self.cost, groups)) + self.split * torn / 2


def nearest(km: tuple[float, ...]) -> float:
    """The cheapest of the sites that all can reach; nothing where there is none."""
    least = min(km, default=0.0)
    return 0.0 if least == math.inf else least


def by_field(problem: Problem) -> list[OneField]:
    """The fields of a problem, each for itself. Raises Impossible where `fixed` contradicts itself or `apart`."""
    rows: dict[str | None, list[Learner]] = {}
    for one in problem.learners:
        rows.setdefault(one.field, []).append(one)
    _ask_fixed(problem, {one.id: one.field for one in problem.learners})
    weights = problem.weights
    spread = tuple(
        weights.level * max(0, mask.bit_length() - 1 - ((mask & -mask).bit_length() - 1)) for mask in range(1 << 12)
    )
    lost = tuple(weights.time * mask.bit_count() for mask in range(1 << HALVES))
    return [_one_field(problem, field, learners, spread, lost) for field, learners in rows.items()]


def _one_field(
    problem: Problem, field: str | None, learners: list[Learner], spread: tuple[float, ...], lost: tuple[float, ...]
) -> OneField:
    number = {one.id: place for place, one in enumerate(learners)}
    labels = sorted({problem.fixed[one.id] for one in learners if one.id in problem.fixed})
    fixed = [labels.index(problem.fixed[one.id]) if one.id in problem.fixed else -1 for one in learners]
    sites = sorted({site for one in learners for site in one.km}) if problem.weights.km else []
    strangers = _pairs(problem.apart, number)
    for one, label in enumerate(fixed):
        strangers[one] += [other for other, its in enumerate(fixed) if label >= 0 and its >= 0 and its != label]
    return OneField(
        field=field,
        ids=tuple(number),
        largest=problem.largest,
        bits=tuple(_bits(one) for one in learners),
        known=tuple(ALL_HALVES if one.free is None else _halves(one.free) for one in learners),
        sites=tuple(sites),
        km=tuple(tuple(problem.weights.km * one.km.get(site, math.inf) for site in sites) for one in learners),
        friends=tuple(map(tuple, _pairs(problem.together, number))),
        strangers=tuple(map(frozenset, strangers)),
        labels=tuple(labels),
        fixed=tuple(fixed),
        spread=spread,
        lost=lost,
        split=problem.weights.split,
    )


def _bits(one: Learner) -> int:
    return _halves(one.free or ()) | (_LEVEL[one.level] << HALVES if one.level else 0)


def _halves(free: Iterable[str]) -> int:
    return sum(_HALF[name] for name in free)


def _pairs(pairs: Iterable[tuple[str, str]], number: Mapping[str, int]) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in number]
    for one, other in pairs:
        if one in number and other in number:
            found[number[one]].append(number[other])
            found[number[other]].append(number[one])
    return found


def _ask_fixed(problem: Problem, field_of: Mapping[str, str | None]) -> None:
    """What `fixed` makes impossible at once."""
    held: dict[str, list[str]] = {}
    for learner, group in problem.fixed.items():
        held.setdefault(group, []).append(learner)
    for group, learners in held.items():
        fields = {field_of[one] for one in learners}
        if len(fields) > 1:
            raise Impossible("fixed_of_two_fields", group=group, fields=sorted(map(str, fields)))
        if len(learners) > problem.largest:
            raise Impossible("fixed_above_max", group=group, learners=len(learners), max=problem.largest)
    for one, other in problem.apart:
        if one in problem.fixed and problem.fixed[one] == problem.fixed.get(other):
            raise Impossible("apart_fixed_together", group=problem.fixed[one], learners=sorted((one, other)))
