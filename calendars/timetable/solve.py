"""The face of the search: a problem in, a timetable out, the best that can be had in the time or the steps allowed.

The order of merit is the contract's: the fewest slots unplaced, then with an old timetable the fewest activities moved,
then the cheapest. What is fixed is placed first and stays, unless something has no place: then it counts like all else.
What breaks a rule where it is fixed is left unplaced, with the rule as the reason: no timetable that leaves here breaks
one.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Any

from calendars.timetable import answer, cooling, mends, reasons, tempering
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
LONGEST_REASONS = 2.0
"""Seconds beyond the time allowed for saying why something has no place, or a fifth of that time."""
KEPT_EVERY = 1.0
"""Seconds at least between two timetables that are said on the way, for whoever keeps them."""
KEPT_SHARE = 20
"""And so many times as long as it took to say the last one: a large timetable must not take the search's time."""
FIRST = 0.25
"""Seconds of CPU that a first timetable may take even when reading the problem took all the time allowed."""
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
    better: Progress = silent,
    stop: Callable[[], bool] = never,
    engine: str | None = None,
    firm: bool = False,
) -> dict[str, Any]:
    """A timetable as the contract writes it. With `effort` no clock is looked at, and equal input gives equal bytes.

    `better` hears each better timetable on the way, but not more often than is cheap; nothing found depends on it.
    `firm`: what is fixed and breaks no rule is never given up for something that has no place.
    """
    began = time.monotonic()
    wall = None if effort is not None else began + (SECONDS if seconds is None else seconds)
    explaining = LONGEST_REASONS if seconds is None else min(LONGEST_REASONS, 0.2 * seconds)
    search = Search(problem, previous, seed, Budget(effort, wall, stop), progress, engine)
    beside = Bounding(problem, wall, effort)
    search.stands = beside.begin
    search.firm = firm
    search.better = better
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
        reasons.unplaced(problem, spots, search.layout.fields, inf if wall is None else wall + explaining),
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
        self.firm = False
        self.better: Progress = silent
        self.kept = (0, 0)
        """How good the last timetable was that `better` heard: what is lost, what it costs."""
        self.keep_at = 0.0
        self.least = 0
        """So many activities of the old timetable cannot be where they were."""
        self.tell_at = 0.0
        self.begun = time.process_time()

    def run(self) -> None:
        """What is fixed, what stood before, everything else; then make it cheap."""
        self.least = self.engine.homeless() if self.previous is not None else 0
        fixed = [a for a, one in enumerate(self.problem.activities) if one.fixed]
        self.complete(fixed)
        without = self.pin(fixed)
        loose = [a for a, one in enumerate(self.problem.activities) if not one.fixed]
        self.complete(sorted(loose, key=lambda a: hardness(self.problem, a)))
        if not self.firm and (without or self.state.waiting_count):
            self.unpin(fixed, without)
        self.tell()
        self.stands(self.spots())
        if self.previous is not None:
            mends.mend(self)
        elif tempering.worth(self):
            tempering.temper(self)
        else:
            cooling.cool(self)

    def complete(self, activities: Iterable[int]) -> None:
        """Place these, the first named first; what finds no place within the patience stays on the stack."""
        state = self.state
        self.push(activities)
        count = state.waiting_count
        if self.previous is not None:
            self.engine.go_home()
        patience = PATIENCE * count + 1000
        while state.waiting_count and patience > 0 and not self.budget.stop():
            if self._late() and time.process_time() > self.begun + FIRST:
                break
            patience -= self.engine.construct(min(CHUNK, patience))
        self.engine.go_back()

    def _late(self) -> bool:
        return self.budget.deadline is not None and time.monotonic() > self.budget.deadline

    def push(self, activities: Iterable[int]) -> None:
        """These wait for a place, the first on top."""
        state, count = self.state, self.state.waiting_count
        for a in reversed(list(activities)):
            state.waiting_place[a] = count
            state.waiting[count] = a
            count += 1
        state.waiting_count = count

    def pin(self, fixed: Iterable[int]) -> list[int]:
        """What is fixed and placed stays for now; what is fixed and found no place is taken off the stack."""
        state = self.state
        for a in fixed:
            state.pinned[a] = 1
        without = list(state.waiting[: state.waiting_count])
        for a in without:
            state.waiting_place[a] = -1
        state.waiting_count = 0
        return without

    def unpin(self, fixed: Iterable[int], without: Iterable[int]) -> None:
        """Something has no place: where a fixed one costs more slots than it has, it goes."""
        for a in fixed:
            self.state.pinned[a] = 0
        self.state.free_count = len(self.problem.activities)
        self.push(without)

    def tell(self) -> None:
        """Say how it goes, when somebody listens: at first, and then twice a second; and what would be lost with us."""
        self._say_better()
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

    def _say_better(self) -> None:
        """Let the best so far be kept, if it is better than what was."""
        began, found = time.monotonic(), (self.state.best_lost, self.state.best_real)
        if self.better is silent or began < self.keep_at or (self.keep_at and found >= self.kept):
            return
        spots = self.spots()
        missing = reasons.unplaced(self.problem, spots, self.layout.fields, until=0.0)  # why, nobody has looked yet
        seconds = round(began - self.budget.began, 3)
        self.better(answer.as_json(self.problem, spots, self.previous, missing, None, seconds, self.steps(), None))
        took = time.monotonic() - began
        self.kept, self.keep_at = found, began + max(KEPT_EVERY, KEPT_SHARE * took)

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
