"""The face of the search: a problem in, a timetable out, the best that can be had in the time or the steps allowed.

The order of merit is the contract's: the fewest slots unplaced, then with an old timetable the fewest activities moved,
then the cheapest. What is fixed stands before all else; where fixed things break a rule, alone or with each other, as
few as possible of them are left unplaced, with the rule as the reason: no timetable that leaves here breaks one.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from calendars.timetable import answer, cooling, mends, reasons
from calendars.timetable.answer import Spots
from calendars.timetable.bounding import Bounding
from calendars.timetable.budget import Budget, never
from calendars.timetable.engine import Engine, start
from calendars.timetable.layout import Layout, Spot, lay_out
from calendars.timetable.problem import Problem

SECONDS = 30.0
PATIENCE = 40
"""Construction may take so many steps for each activity."""
CHUNK = 200
EVERY = 0.5
"""Seconds between two reports of progress."""
Progress = Callable[[Mapping[str, Any]], None]


def silent(_: Mapping[str, Any]) -> None:
    """Nobody wants to know."""


def solve(
    problem: Problem,
    *,
    previous: Mapping[int, Spot] | None = None,
    seconds: float | None = None,
    effort: int | None = None,
    seed: int = 0,
    progress: Progress = silent,
    stop: Callable[[], bool] = never,
    engine: str | None = None,
) -> dict[str, Any]:
    """A timetable as the contract writes it. With `effort` no clock is looked at, and equal input gives equal bytes."""
    began = time.monotonic()
    wall = None if effort is not None else began + (SECONDS if seconds is None else seconds)
    search = Search(problem, previous, seed, Budget(effort, wall, stop), progress, engine)
    beside = Bounding(problem, wall)
    search.stands = beside.begin
    try:
        search.run()
        spots = search.spots()
        bound = beside.bound(spots, stop)
    finally:
        beside.close()
    return answer.as_json(
        problem,
        spots,
        previous,
        reasons.unplaced(problem, spots),
        bound,
        None if effort is not None else round(time.monotonic() - began, 3),
        search.steps(),
        None if effort is not None else search.engine.name,
    )


class Search:
    """One run over one problem."""

    def __init__(
        self,
        problem: Problem,
        previous: Spots | None,
        seed: int,
        budget: Budget,
        progress: Progress,
        engine: str | None,
    ) -> None:
        self.problem = problem
        self.budget = budget
        self.progress = progress
        self.layout: Layout = lay_out(problem, previous)
        self.layout.fields["random"] = (seed * 69621 + 12345) % 2147483646 + 1
        self.engine: Engine = start(self.layout.fields, engine)
        self.state = self.engine.state
        self.previous = previous
        self.stands: Callable[[Spots], None] = lambda spots: None
        """Called when a first timetable stands."""
        self.least = 0
        """So many activities of the old timetable cannot be where they were."""
        self.tell_at = 0.0

    def run(self) -> None:
        """What is fixed, what stood before, everything else; then make it cheap."""
        self.least = self.engine.homeless() if self.previous is not None else 0
        fixed = [a for a, one in enumerate(self.problem.activities) if one.fixed]
        self.complete(fixed)
        self.pin(fixed)
        loose = [a for a, one in enumerate(self.problem.activities) if not one.fixed]
        self.complete(sorted(loose, key=lambda a: hardness(self.problem, a)))
        self.tell()
        self.stands(self.spots())
        if self.previous is None:
            cooling.cool(self)
        else:
            mends.mend(self)

    def complete(self, activities: Iterable[int]) -> None:
        """Place these, the first named first; what finds no place within the patience stays on the stack."""
        state, count = self.state, self.state.waiting_count
        for a in reversed(list(activities)):
            state.waiting_place[a] = count
            state.waiting[count] = a
            count += 1
        state.waiting_count = count
        if self.previous is not None:
            self.engine.go_home()
        patience = PATIENCE * count + 1000
        while state.waiting_count and patience > 0 and not self.budget.stop():
            if self.budget.deadline is not None and time.monotonic() > self.budget.deadline:
                break
            patience -= self.engine.construct(min(CHUNK, patience))
        self.engine.go_back()

    def pin(self, fixed: Iterable[int]) -> None:
        """What is fixed and placed stays; what is fixed and finds no place is out of the search."""
        for a in fixed:
            self.state.pinned[a] = 1
        self.state.waiting_count = 0

    def tell(self) -> None:
        """Say how it goes, when somebody listens: at first, and then twice a second."""
        if self.progress is silent or time.monotonic() < self.tell_at:
            return
        self.tell_at = time.monotonic() + EVERY
        self.progress(
            {
                "steps": self.steps(),
                "seconds": round(time.monotonic() - self.budget.began, 1),
                "share": round(self.budget.share(), 3),
                "unplaced": self.state.best_lost // self.layout.slot_weight,
                "cost": answer.costs(self.problem, self.spots(), self.previous).as_json(self.problem),
            }
        )

    def steps(self) -> int:
        """How many moves were made."""
        return int(self.state.steps)

    def spots(self) -> dict[int, Spot]:
        """Where everything is in the best timetable found."""
        state, width = self.state, self.state.width
        return {
            a: (
                state.best_day[a],
                state.best_start[a],
                tuple(state.best_who[a * width : a * width + len(one.needs)]),
            )
            for a, one in enumerate(self.problem.activities)
            if state.best_day[a] >= 0
        }


def hardness(problem: Problem, a: int) -> tuple[bool, bool, int, int]:
    """What is tied and what needs a room comes first, then whatever has few places."""
    one = problem.activities[a]
    return one.same_teacher is None, one.site < 0, len(one.days) * (one.last - one.first), a
