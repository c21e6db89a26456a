"""How a repair goes: first move as little as possible, then make what moved cheap."""

from typing import Protocol

from calendars.timetable.cooling import Searching, heat_at

ROUND = 20_000
"""Steps from hot to cold; each round begins with the best so far."""
PIECE = 500
PATIENCE = 120
"""So many rounds without anything better end the search for less to move."""
POLISH = 12
PRICE = 100
"""One more that moves, in units of cost, while they are counted; the heat goes from HOT to COLD of the same units."""
HOT, COLD = 50.0, 8.0
FAR = (1, 8)
"""Round after round so many times as hot: before other teachers have all talks of a group, much gets worse."""


class Mending(Searching, Protocol):
    """What is needed of a search here."""

    least: int


def mend(search: Mending) -> None:
    """Spend the budget, or less of it when nothing gets better."""
    state, layout = search.state, search.layout
    price(search, PRICE * layout.unit)
    rounds(search, HOT, COLD, PATIENCE, 0.7, FAR)
    price(search, state.moved_cost)
    if state.stray_count:
        rounds(search, 1.5, 0.2, POLISH, 1.0)


def price(search: Mending, each: int) -> None:
    """What one that moved costs from now on."""
    state = search.state
    state.cost += (each - state.moved_price) * state.stray_count
    state.moved_price = each


def rounds(search: Mending, hot: float, cold: float, patience: int, last: float, far: tuple[int, ...] = (1,)) -> None:
    """Rounds from the best so far, until it is known that it cannot be better or nothing better comes."""
    state, budget = search.state, search.budget
    idle = number = 0
    while idle < patience and budget.share() < last and not (cold == COLD and done(search)):
        before = (state.best_lost, state.best_real)
        steps = 0
        while steps < ROUND and budget.share() < last:
            state.heat = max(1, round(heat_at(search.layout, hot * far[number % len(far)], cold, steps / ROUND)))
            piece = PIECE if budget.steps is None else min(PIECE, budget.steps - budget.done)
            budget.spend(search.engine.mend, piece)
            steps += PIECE
            search.tell()
        search.engine.go_back()
        number += 1
        idle = 0 if (state.best_lost, state.best_real) < before else idle + 1


def done(search: Mending) -> bool:
    """Everything is placed, and no more has moved than had to."""
    state = search.state
    return bool(state.best_lost == 0 and state.best_real // max(1, state.moved_cost) <= search.least)
