"""How the search cools: hot passes find other timetables, cold ones finish them."""

from typing import Any, Protocol

from calendars.timetable.budget import Budget
from calendars.timetable.engine import Engine
from calendars.timetable.layout import Layout

PASS = 8000
"""So many steps for each activity make a pass that is worth its time; with more of them there are more passes."""


class Searching(Protocol):
    """What is needed of a search here."""

    budget: Budget
    engine: Engine
    layout: Layout
    state: Any

    def tell(self) -> None:
        """Say how it goes, if somebody wants to know and has not heard of it for a while."""


HEATS = ((60, 3.0), (0, 1.5))
"""From so many steps for each activity on a pass begins so hot, in units of cost: fewer need a cooler start."""
COLD = 0.2
"""And there it ends."""
SPEED = {"c": 3_000_000, "python": 40_000}


def planned(search: Searching) -> int:
    """How many steps the budget is worth."""
    budget = search.budget
    if budget.steps is not None:
        return budget.steps
    assert budget.deadline is not None
    left = max(0.0, budget.deadline - budget.began)  # reading the problem may have taken more than there was
    return int(SPEED[search.engine.name] * left * (500 / (500 + search.state.activity_count)) ** 0.35)


def cool(search: Searching) -> None:
    """Spend the budget on passes, each from the best so far."""
    state, budget = search.state, search.budget
    if state.free_count == 0:
        return
    count, steps = state.activity_count, planned(search)
    passes = max(1, round(steps / (PASS * count)))
    hot = next(heat for least, heat in HEATS if steps >= least * count)
    begun = budget.share()
    for number in range(passes):
        end = begun + (1 - begun) * (number + 1) / passes
        run(search, budget.share(), end if number < passes - 1 else 1.0, hot, COLD)
        search.engine.go_back()


def run(search: Searching, first: float, last: float, hot: float, cold: float) -> None:
    """One pass, from one share of the budget to another."""
    state, budget = search.state, search.budget
    while (share := budget.share()) < last:
        done = (share - first) / (last - first)
        state.heat = max(1, round(heat_at(search.layout, hot, cold, done)))
        budget.spend(search.engine.anneal, budget.piece())
        if state.best_lost == 0 and state.best_real == 0:
            budget.done, budget.deadline = budget.steps or 0, 0.0
            return
        search.tell()


def heat_at(layout: Layout, hot: float, cold: float, done: float) -> float:
    """From hot to cold in equal ratios, in units of the search."""
    first, last = hot * layout.unit, cold * layout.least
    return float(first * (min(last, first) / first) ** done)
