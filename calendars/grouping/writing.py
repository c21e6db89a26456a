"""The answer put down: names for groups, their sites, the raw counts, and what to know about it."""

import math
from collections.abc import Iterator, Mapping, Sequence

from calendars.grouping.one_field import OneField
from calendars.grouping.problem import LEVELS, Cost, Formed, Grouping, Learner, Problem, Warned

Numbers = Mapping[str | None, tuple[int, bool]]
"""Field -> the fewest groups that its size allows, and whether fewer than there are were proven impossible."""


def written(
    problem: Problem, fields: Sequence[tuple[OneField, Sequence[Sequence[int]]]], bound: float | None, numbers: Numbers
) -> Grouping:
    """The grouping of these seatings; `bound` lacks what pairs across fields cost, which is added here."""
    groups = tuple(_named(problem, fields))
    cost = cost_of(problem, [group.learners for group in groups])
    if bound is not None:
        field_of = {one.id: one.field for one in problem.learners}
        bound += problem.weights.split * sum(field_of[one] != field_of[other] for one, other in problem.together)
        bound = cost.total if bound >= cost.total - 1e-6 else bound
    return Grouping(groups, cost, bound, tuple(_warnings(problem, groups, numbers)))


def _named(problem: Problem, fields: Sequence[tuple[OneField, Sequence[Sequence[int]]]]) -> Iterator[Formed]:
    learners = {one.id: one for one in problem.learners}
    taken, number = set(problem.fixed.values()), 0
    for field, seating in fields:
        for group in sorted(seating, key=min):
            label = max(field.fixed[one] for one in group)
            if label >= 0:
                name = field.labels[label]
            else:
                number += 1
                while f"g{number}" in taken:
                    number += 1
                name = f"g{number}"
            ids = tuple(field.ids[one] for one in sorted(group))
            yield Formed(name, field.field, site_of([learners[one] for one in ids]), ids)


def site_of(members: Sequence[Learner]) -> str | None:
    """The site to which all have a distance, the least in sum and the first by name; None where there is none."""
    sites = {site for site in members[0].km if all(site in one.km for one in members)}
    return min(sites, key=lambda site: (_way(members, site), site), default=None)


def _way(members: Sequence[Learner], site: str) -> float:
    return round(math.fsum(one.km[site] for one in members), 9)


def cost_of(problem: Problem, groups: Sequence[Sequence[str]]) -> Cost:
    """The raw counts of contract.md and their weighted sum."""
    learners = {one.id: one for one in problem.learners}
    level = lost = 0
    km: list[float] = []
    for group in groups:
        members = [learners[one] for one in group]
        levels = [LEVELS.index(one.level) for one in members if one.level is not None]
        level += max(levels) - min(levels) if levels else 0
        told = [one.free for one in members if one.free is not None]
        lost += len(frozenset[str]().union(*told) - told[0].intersection(*told)) if told else 0
        site = site_of(members)
        km.append(_way(members, site) if site is not None else 0)
    place = {one: number for number, group in enumerate(groups) for one in group}
    split = sum(place[one] != place[other] for one, other in problem.together)
    weights, way = problem.weights, round(math.fsum(km), 9)
    total = math.fsum((weights.level * level, weights.time * lost, weights.km * way, weights.split * split))
    return Cost(level, lost, way, split, round(total, 9))


def _warnings(problem: Problem, groups: Sequence[Formed], numbers: Numbers) -> Iterator[Warned]:
    for group in groups:
        if len(group.learners) < problem.smallest:
            facts = {"group": group.id, "size": len(group.learners), "min": problem.smallest}
            yield Warned("below_min", facts)
    for field, (least, proven) in numbers.items():
        number = sum(group.field == field for group in groups)
        if number > least:
            yield Warned("more_groups", {"field": field, "groups": number, "fewest": least})
        if not proven:
            yield Warned("fewer_unproven", {"field": field, "groups": number})
