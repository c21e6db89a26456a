"""The judge of groupings: every broken rule by name and place, and the cost. It shares no code with the search."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from calendars.grouping.problem import LEVELS, Cost, Grouping, Learner, Problem

TRUST = 1e-6
PATIENCE = 300_000


@dataclass(frozen=True, slots=True)
class Broken:
    """One broken rule: its name, where, and in a few words what was found."""

    rule: str
    """everyone, ids, one_field, max, even, apart, fixed, fewest, site, cost, bound."""
    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is broken, what it costs as the judge counts, and of which fields the fewest groups are undecided."""

    broken: tuple[Broken, ...]
    cost: Cost | None
    """None where learners are missing, twice or unknown."""
    undecided: tuple[str, ...] = ()


def judge(problem: Problem, grouping: Grouping) -> Verdict:
    """Judge a grouping against its problem."""
    broken = [*_everyone(problem, grouping), *_ids(grouping)]
    if broken:
        return Verdict(tuple(broken), None)
    learners = {one.id: one for one in problem.learners}
    broken += _each(problem, grouping, learners)
    broken += _pairs(problem, grouping)
    undecided: list[str] = []
    for field in dict.fromkeys(one.field for one in problem.learners):
        sizes = [len(group.learners) for group in grouping.groups if learners[group.learners[0]].field == field]
        if max(sizes) - min(sizes) > 1:
            broken.append(Broken("even", str(field), f"groups have {min(sizes)} to {max(sizes)} learners"))
        fewer = _fewer(problem, field, len(sizes))
        if fewer is None:
            undecided.append(str(field))
        elif fewer:
            broken.append(Broken("fewest", str(field), f"{len(sizes)} groups, and {fewer} would do"))
    cost = _cost(problem, grouping, learners)
    broken += _claims(grouping, cost)
    return Verdict(tuple(broken), cost, tuple(undecided))


def _everyone(problem: Problem, grouping: Grouping) -> Iterator[Broken]:
    held = Counter(one for group in grouping.groups for one in group.learners)
    for one in problem.learners:
        if held[one.id] != 1:
            yield Broken("everyone", one.id, f"sits in {held[one.id]} groups")
    for stranger in held.keys() - {one.id for one in problem.learners}:
        yield Broken("everyone", stranger, "is not in the problem")


def _ids(grouping: Grouping) -> Iterator[Broken]:
    for name, times in Counter(group.id for group in grouping.groups).items():
        if times > 1:
            yield Broken("ids", name, f"{times} groups have this id")
    for group in grouping.groups:
        if not group.learners:
            yield Broken("ids", group.id, "nobody sits in it")


def _each(problem: Problem, grouping: Grouping, learners: dict[str, Learner]) -> Iterator[Broken]:
    for group in grouping.groups:
        fields = {learners[one].field for one in group.learners}
        if fields != {group.field}:
            yield Broken("one_field", group.id, f"its learners are of {', '.join(sorted(map(str, fields)))}")
        if len(group.learners) > problem.largest:
            yield Broken("max", group.id, f"{len(group.learners)} learners")
        ways = _ways([learners[one] for one in group.learners])
        if not ways and group.site is not None:
            yield Broken("site", group.id, "no site is in reach of all")
        elif ways and (group.site not in ways or ways[group.site] > min(ways.values()) + TRUST):
            yield Broken("site", group.id, f"{group.site} is not the cheapest that all can reach")


def _pairs(problem: Problem, grouping: Grouping) -> Iterator[Broken]:
    place = {one: group.id for group in grouping.groups for one in group.learners}
    for one, other in problem.apart:
        if place[one] == place[other]:
            yield Broken("apart", place[one], f"{one} and {other} sit together")
    for one, name in problem.fixed.items():
        if place[one] != name:
            yield Broken("fixed", one, f"sits in {place[one]}, not in {name}")


def _claims(grouping: Grouping, cost: Cost) -> Iterator[Broken]:
    for kind in Cost.__slots__:
        claimed, counted = getattr(grouping.cost, kind), getattr(cost, kind)
        if abs(claimed - counted) > TRUST * max(1, abs(counted)):
            yield Broken("cost", kind, f"{claimed:g} is claimed, {counted:g} is counted")
    if grouping.bound is not None and grouping.bound > cost.total + TRUST * max(1, cost.total):
        yield Broken("bound", "bound", f"{grouping.bound:g} lies above the total, {cost.total:g}")


def _ways(members: Sequence[Learner]) -> dict[str, float]:
    """Site -> kilometres of all, for the sites that each has a distance to."""
    reach = set.intersection(*(set(one.km) for one in members))
    return {site: sum(one.km[site] for one in members) for site in reach}


def _cost(problem: Problem, grouping: Grouping, learners: dict[str, Learner]) -> Cost:
    level = time = split = 0
    km = 0.0
    for group in grouping.groups:
        members = [learners[one] for one in group.learners]
        numbers = sorted(LEVELS.index(one.level) for one in members if one.level)
        level += numbers[-1] - numbers[0] if numbers else 0
        asked = [one.free for one in members if one.free is not None]
        counts = Counter(half for free in asked for half in free)
        time += sum(count < len(asked) for count in counts.values())
        km += min(_ways(members).values(), default=0)
    for one, other in problem.together:
        split += not any({one, other} <= set(group.learners) for group in grouping.groups)
    weights = problem.weights
    total = level * weights.level + time * weights.time + km * weights.km + split * weights.split
    return Cost(level, time, km, split, total)


def _fewer(problem: Problem, field: str | None, number: int) -> int | None:
    """The fewest groups that would have done, 0 where none fewer; None where it takes too long to tell."""
    ids = [one.id for one in problem.learners if one.field == field]
    least = math.ceil(len(ids) / problem.largest)
    for fewer in range(least, number):
        answer = _Tries(problem, ids, fewer).possible()
        if answer is None:
            return None
        if answer:
            return fewer
    return 0


class _Tries:
    """Whether a field can be seated in so many groups, by trying: learner by learner, group by group."""

    def __init__(self, problem: Problem, ids: list[str], number: int) -> None:
        self.least, self.larger = divmod(len(ids), number)
        self.foes: dict[str, set[str]] = {one: set() for one in ids}
        for one, other in problem.apart:
            if one in self.foes and other in self.foes:
                self.foes[one].add(other)
                self.foes[other].add(one)
        self.fixed = {one: problem.fixed[one] for one in ids if one in problem.fixed}
        self.rows: list[set[str]] = [set() for _ in range(number)]
        names = sorted(set(self.fixed.values()))
        self.names = dict(zip(names, range(number), strict=False))
        self.fits = len(names) <= number
        bound = [one for one in ids if self.foes[one] or one in self.fixed]
        self.queue = sorted(bound, key=lambda one: (one not in self.fixed, -len(self.foes[one])))
        self.left = PATIENCE

    def possible(self) -> bool | None:
        """None: too many ways to try."""
        if not self.fits:
            return False
        try:
            return self._seat(0)
        except TimeoutError:
            return None

    def _seat(self, place: int) -> bool:
        self.left -= 1
        if self.left < 0 or place > 900:
            raise TimeoutError
        if place == len(self.queue):
            return True
        one, tried_empty = self.queue[place], False
        for number, row in enumerate(self.rows):
            if one in self.fixed and self.names[self.fixed[one]] != number:
                continue
            if one not in self.fixed and number >= len(self.names) and not row:
                if tried_empty:
                    continue
                tried_empty = True
            if row & self.foes[one] or not self._room(row):
                continue
            row.add(one)
            if self._seat(place + 1):
                return True
            row.discard(one)
        return False

    def _room(self, row: set[str]) -> bool:
        if len(row) < self.least:
            return True
        return len(row) == self.least and sum(len(it) > self.least for it in self.rows) < self.larger
