"""The best grouping by trying all of them: written from contract.md alone, shares nothing with search or judge.

Only for a handful of learners. A grouping is a list of groups; `fixed` groups are told apart by their names at the end.
"""

from collections.abc import Iterator
from itertools import product

from calendars.grouping.problem import Learner, Problem

ROW = ["A0", "A1.1", "A1.2", "A1.3", "A2.1", "A2.2", "B1.1", "B1.2", "B2.1", "B2.2", "C1", "C2"]


def partitions(learners: list[Learner]) -> Iterator[list[list[Learner]]]:
    """Every way to part them into groups."""
    if not learners:
        yield []
        return
    first, *rest = learners
    for parted in partitions(rest):
        for place in range(len(parted)):
            yield [*parted[:place], [first, *parted[place]], *parted[place + 1 :]]
        yield [[first], *parted]


def allowed(problem: Problem, groups: list[list[Learner]]) -> bool:
    """Whether one field's groups keep max, even sizes, apart and fixed."""
    sizes = [len(group) for group in groups]
    place = {one.id: number for number, group in enumerate(groups) for one in group}
    if max(sizes) > problem.largest or max(sizes) - min(sizes) > 1:
        return False
    if any(place.get(a, -1) == place.get(b, -2) for a, b in problem.apart):
        return False
    held = [(one, name) for one, name in problem.fixed.items() if one in place]
    return all((place[a] == place[b]) == (x == y) for (a, x), (b, y) in product(held, held))


def cost(problem: Problem, group: list[Learner]) -> float:
    """What a group costs, without split pairs."""
    levels = [ROW.index(one.level) for one in group if one.level]
    halves = [one.free for one in group if one.free is not None]
    lost = {half for free in halves for half in free if not all(half in other for other in halves)}
    ways = [sum(one.km[site] for one in group) for site in group[0].km if all(site in one.km for one in group)]
    weights = problem.weights
    spread = max(levels) - min(levels) if levels else 0
    return weights.level * spread + weights.time * len(lost) + weights.km * (min(ways) if ways else 0)


def best(problem: Problem) -> tuple[dict[str | None, int], float] | None:
    """Field -> the fewest groups, and the least total with so many; None where it is impossible."""
    numbers: dict[str | None, int] = {}
    fields = {one.id: one.field for one in problem.learners}
    total = problem.weights.split * sum(fields[a] != fields[b] for a, b in problem.together)
    names: dict[str, set[str | None]] = {}
    for one, name in problem.fixed.items():
        names.setdefault(name, set()).add(fields[one])
    if any(len(of) > 1 for of in names.values()):
        return None
    for field in dict.fromkeys(fields.values()):
        mine = [one for one in problem.learners if one.field == field]
        ways = [groups for groups in partitions(mine) if allowed(problem, groups)]
        if not ways:
            return None
        numbers[field] = min(map(len, ways))
        total += min(
            sum(cost(problem, group) for group in groups) + problem.weights.split * _torn(problem, groups)
            for groups in ways
            if len(groups) == numbers[field]
        )
    return numbers, total


def _torn(problem: Problem, groups: list[list[Learner]]) -> int:
    place = {one.id: number for number, group in enumerate(groups) for one in group}
    return sum(a in place and b in place and place[a] != place[b] for a, b in problem.together)
