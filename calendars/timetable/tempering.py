"""Several timetables of one problem side by side, each at a heat of its own; now and then two change places.

A cold one finishes what it has and never leaves the teachers that its series came to; a hot one finds other teachers
and finishes nothing. Where there are many steps for each activity, both at once find more than pass after pass from
the best: what has become cheap in the heat goes on in the cold.
"""

from typing import Any

from calendars.timetable import cooling
from calendars.timetable.cooling import Searching, heat_at
from calendars.timetable.engine import Engine, start
from calendars.timetable.layout import prices

WORTH = 40_000
"""Steps for each activity that it takes; measured at the small size, ten seconds in C."""
LARGEST = 1500
"""Activities: a larger problem needs all its steps for one timetable."""
MANY = 10
"""Of two neighbours a third of the looks changes places."""
HOT, COLD = 2.2, 0.6
"""The hottest and the coldest, in units of cost: far enough apart for other teachers, near enough to change places."""
CONCAVE = 1
"""A teacher costs nearly as much with one lesson of a series as with all of them, as in the end: else a timetable
in which two share a series seems dearer than it is, and is left for a worse one."""
TURN = 1000
"""Steps of each between two looks who changes places."""
STRIDE = 104_729
"""From the random numbers of one to those of the next."""
LAST = 0.85
"""Up to this share of the budget; the rest finishes the best."""
WARM = 1.2
PRIME = 2147483647


def worth(search: Searching) -> bool:
    """Whether there are steps enough."""
    count = int(search.state.activity_count)
    movable = bool(0 < search.state.free_count <= count <= LARGEST)
    return movable and cooling.planned(search) >= WORTH * count


def temper(search: Searching) -> None:
    """Spend the budget. The best of all is the search's own on the way and in the end."""
    flatten(search)
    engines = [search.engine, *(twin(search, number) for number in range(1, MANY))]
    heats = [max(1, round(heat_at(search.layout, HOT, COLD, 1 - level / (MANY - 1)))) for level in range(MANY)]
    random, turn = int(search.state.random), 0
    while search.budget.share() < LAST:
        for level, one in enumerate(engines):
            one.state.heat = heats[level]
            go_on(search, one)
        for level in range(turn % 2, MANY - 1, 2):
            random = random * 48271 % PRIME
            loss = search.state.losses[random * 1024 >> 31]
            if changes(heats[level : level + 2], engines[level : level + 2], loss):
                engines[level], engines[level + 1] = engines[level + 1], engines[level]
        turn += 1
        if search.state.best_lost == 0 and search.state.best_real == 0:
            break
        search.tell()
    search.engine.go_back()
    cooling.run(search, search.budget.share(), 1.0, WARM, cooling.COLD)
    search.engine.go_back()


def flatten(search: Searching) -> None:
    """From here on teachers cost the search nearly what they cost in the end."""
    state, fields = search.state, search.layout.fields
    counts, old = fields["series_count"], fields["price"]
    assert isinstance(counts, list)
    assert isinstance(old, list)
    flat = prices(state.change_cost, len(old) - 2, CONCAVE)
    for place in range(len(counts)):
        lessons = state.series_count[place]
        state.cost += flat[lessons] - state.price[lessons]
    for lessons, price in enumerate(flat):
        state.price[lessons] = price
    fields["price"] = flat


def changes(heats: list[int], engines: list[Engine], loss: int) -> bool:
    """Whether the hotter of two neighbours is so much cheaper, or the draw so good, that they change places."""
    (cool, warm), (one, other) = heats, engines
    dearer = int(other.state.cost) - int(one.state.cost)
    return (warm - cool) * dearer << 16 <= loss * cool * warm


def go_on(search: Searching, one: Engine) -> None:
    """Some steps of one of them; what it finds that is better than all before goes to the search's own."""
    budget, own = search.budget, search.state
    budget.spend(one.anneal, TURN if budget.steps is None else min(TURN, budget.steps - budget.done))
    if one is search.engine:
        return
    own.steps += one.state.steps
    one.state.steps = 0
    if (one.state.best_lost, one.state.best_real) < (own.best_lost, own.best_real):
        hand_over(one.state, own)


def twin(search: Searching, number: int) -> Engine:
    """An engine of its own that stands where the best so far is."""
    own = search.state
    made = start(search.layout.fields, search.engine.name)
    state = made.state
    for a in range(state.activity_count):
        state.waiting[a] = state.waiting_place[a] = a
        state.pinned[a] = own.pinned[a]
    state.waiting_count, state.free_count = state.activity_count, own.free_count
    state.random = (int(own.random) + STRIDE * number) % (PRIME - 1) + 1
    hand_over(own, state)
    made.go_back()
    return made


def hand_over(giver: Any, taker: Any) -> None:
    """The best of one becomes the best of another, which may stand elsewhere in everything."""
    count, width = giver.activity_count, giver.width
    taker.best_lost, taker.best_real, taker.dirty_count = giver.best_lost, giver.best_real, count
    for a in range(count):
        taker.best_day[a], taker.best_start[a] = giver.best_day[a], giver.best_start[a]
        taker.dirty[a], taker.is_dirty[a] = a, 1
    for place in range(count * width):
        taker.best_who[place] = giver.best_who[place]
