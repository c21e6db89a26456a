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


HOT, WARM, COLD = 3.0, 1.5, 0.2
"""In units of cost: where a pass begins, when there are plenty of steps and when there are few, and where it ends."""
PLENTY = 2500
"""Steps for each activity."""
SPEED = {"c": 3_000_000, "python": 40_000}


def cool(search: Searching) -> None:
    """Spend the budget on passes, each from the best so far."""
    state, budget = search.state, search.budget
    if state.free_count == 0:
        return
    count = state.activity_count
    steps = budget.steps
    if steps is None:
        assert budget.deadline is not None
        steps = int(SPEED[search.engine.name] * (budget.deadline - budget.began) * (500 / (500 + count)) ** 0.35)
    passes = max(1, round(steps / (PASS * count)))
    hot = HOT if steps > PLENTY * count else WARM
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
