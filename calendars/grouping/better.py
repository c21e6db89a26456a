"""Groups that stand already, made better by few steps: who waits gets a seat, and who gains much by it changes hers.

Not the best grouping but the best next step, again and again: everybody who changes groups leaves people behind, so a
step must be worth it, and there are few. Each step is one learner, or two who change places. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from calendars.grouping.one_field import OneField, by_field
from calendars.grouping.problem import Problem

WORTH = 3.0
"""What a step must win for each learner who changes: one sub-level as weighed by the contract, or three half days of
two groups at the least."""
MOST = 12
"""Steps that one person can still look through."""

NOWHERE = -1
"""Where somebody sits who waits."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A group as it is formed today."""

    id: str
    field: str | None
    learners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seated:
    """A learner and her group before and after a step; before is None for one who waits."""

    learner: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a new seat, one learner who changes groups, or two who change places."""

    seats: tuple[Seated, ...]
    gain: float
    """By how much all groups cost less; below nothing for a new seat that costs something."""


@dataclass(frozen=True, slots=True)
class Better:
    """The steps in their order, and who of those who wait finds no room."""

    steps: tuple[Step, ...]
    homeless: tuple[str, ...]


Change = tuple[float, tuple[tuple[int, int, int], ...]]
"""What it wins, and for each learner: her number, her group's, and the group's to which she goes."""


def better(problem: Problem, groups: Sequence[Standing]) -> Better:
    """The steps worth taking from these groups; whoever of the problem is in none waits for a seat.

    `fixed` of the problem holds who may not change. Sizes: no group grows above the largest, none falls below the
    smallest.
    """
    held = {one: group.id for group in groups for one in group.learners}
    free = Problem(
        problem.smallest, problem.largest, problem.learners, problem.together, problem.apart, {}, problem.weights
    )
    rows: list[list[Step]] = []
    homeless: list[str] = []
    for field in by_field(free):
        names = [group.id for group in groups if group.field == field.field]
        work = _Work(field, problem, names, held)
        homeless += work.seat_who_waits()
        work.change_places()
        rows.append(work.steps)
    seats = [one for row in rows for one in row if one.seats[0].before is None]
    changes = [[one for one in row if one.seats[0].before is not None] for row in rows]
    return Better((*seats, *islice(_by_gain(changes), MOST)), tuple(homeless))


def _by_gain(rows: Sequence[list[Step]]) -> Iterator[Step]:
    """The most winning first, but those of a field in their order: a later one may need what an earlier one did."""
    left = [row for row in rows if row]
    while left:
        best = max(left, key=lambda row: row[0].gain)
        yield best.pop(0)
        left = [row for row in left if row]


class _Work:
    """The groups of one field in the making."""

    def __init__(self, field: OneField, problem: Problem, names: list[str], held: dict[str, str]) -> None:
        self.field, self.problem, self.names = field, problem, names
        self.rows: list[set[int]] = [set() for _ in names]
        self.waiting: list[int] = []
        for number, one in enumerate(field.ids):
            if one in held:
                self.rows[names.index(held[one])].add(number)
            else:
                self.waiting.append(number)
        self.locked = {number for number, one in enumerate(field.ids) if one in problem.fixed}
        self.moved: set[int] = set()
        self.most = problem.largest
        self.steps: list[Step] = []
        self.best: dict[tuple[int, int], Change | None] = {}

    def seat_who_waits(self) -> list[str]:
        """Each of them, the first who asked first, where she costs least; who finds no room."""
        homeless = []
        for one in self.waiting:
            open_ = [at for at, row in enumerate(self.rows) if self._fits(one, at, ()) and len(row) < self.most]
            if not open_:
                homeless.append(self.field.ids[one])
                continue
            at = max(open_, key=lambda at: self._won({at: ({one}, set())}))
            self._take((self._won({at: ({one}, set())}), ((one, NOWHERE, at),)))
        return homeless

    def change_places(self) -> None:
        """The step that wins most, until none is worth it; nobody changes twice."""
        for _ in range(MOST):
            for pair in combinations(range(len(self.rows)), 2):
                if pair not in self.best:
                    self.best[pair] = max(self._changes(*pair), key=lambda change: change[0], default=None)
            chosen = max(filter(None, self.best.values()), key=lambda change: change[0], default=None)
            if chosen is None:
                return
            self._take(chosen)
            touched = {at for _, before, after in chosen[1] for at in (before, after)}
            self.best = {pair: change for pair, change in self.best.items() if not touched & set(pair)}

    def _changes(self, here: int, there: int) -> Iterator[Change]:
        """What is worth it between two groups."""
        for source, target in ((here, there), (there, here)):
            if len(self.rows[target]) < self.most and len(self.rows[source]) > max(1, self.problem.smallest):
                for one in self._open(source):
                    if self._fits(one, target, ()):
                        gain = self._won({source: (set(), {one}), target: ({one}, set())})
                        if gain >= WORTH:
                            yield gain, ((one, source, target),)
        for one in self._open(here):
            for other in self._open(there):
                if self._fits(one, there, (other,)) and self._fits(other, here, (one,)):
                    gain = self._won({here: ({other}, {one}), there: ({one}, {other})})
                    if gain >= 2 * WORTH:
                        yield gain, ((one, here, there), (other, there, here))

    def _open(self, at: int) -> list[int]:
        return sorted(self.rows[at] - self.locked - self.moved)

    def _fits(self, one: int, at: int, but: tuple[int, ...]) -> bool:
        return not self.field.strangers[one] & (self.rows[at] - set(but))

    def _won(self, changes: dict[int, tuple[set[int], set[int]]]) -> float:
        """How much less it costs when to each of these groups the first come and from it the second go."""
        rows = self.rows
        won = sum(self._cost(rows[at]) - self._cost((rows[at] | come) - go) for at, (come, go) in changes.items())
        return round(won, 9)

    def _cost(self, row: set[int]) -> float:
        """With half of what its torn pairs cost: the other half is paid where the other sits."""
        torn = sum(friend not in row for one in row for friend in self.field.friends[one])
        return self.field.cost(row) + self.field.split * torn / 2

    def _take(self, change: Change) -> None:
        gain, moves = change
        seats = []
        for one, before, after in moves:
            if before != NOWHERE:
                self.rows[before].discard(one)
            self.rows[after].add(one)
            self.moved.add(one)
            left = None if before == NOWHERE else self.names[before]
            seats.append(Seated(self.field.ids[one], left, self.names[after]))
        self.steps.append(Step(tuple(seats), gain))
