"""The moves of the search: each may be undone, and cooled slowly they make a timetable cheap. Translated to C."""

from calendars.timetable.blockers import gather
from calendars.timetable.construction import (
    FAR,
    colleague,
    draw_start,
    draw_teachers,
    draw_tied,
    keep_if_better,
    place_found,
    unwait,
)
from calendars.timetable.handing import large
from calendars.timetable.insertion import cheapest
from calendars.timetable.journal import begin, draw_limit, lift, put, settle, undo
from calendars.timetable.places import below, idle
from calendars.timetable.state import State

RETRIES = 150
"""Of a thousand moves, while something is not placed."""
LIVELY = 4
"""Once in so many moves anything is drawn, else only what lies at no site."""


def choose(s: State, a: int) -> int:
    """New teachers into `s.try_who` for an activity that still stands; 0: there are none."""
    if s.needs[a] == 1:
        s.try_who[0] = colleague(s, s.series[a], s.ability[a * s.width], 4)
        if s.try_who[0] < 0:
            return 0
        return 1
    if s.needs[a] == 0:
        return 1
    if below(s, 2) == 0:
        return draw_teachers(s, a)
    for i in range(s.needs[a]):
        s.try_who[i] = s.who[a * s.width + i]
    i = below(s, s.needs[a])
    ability = s.ability[a * s.width + i]
    first = s.able_at[ability]
    t = s.able[first + below(s, s.able_at[ability + 1] - first)]
    for j in range(s.needs[a]):
        if j != i and s.try_who[j] == t:
            return 0
    s.try_who[i] = t
    return 1


def least_rise(s: State, a: int, d: int, start: int) -> int:
    """How much dearer it becomes at least with the teachers in `s.try_who` there, as long as the others stay."""
    rise = 0
    r = s.series[a]
    if r >= 0:
        for i in range(s.needs[a]):
            t = s.try_who[i]
            u = s.who[a * s.width + i]
            if t != u:
                n = s.series_count[r * s.teacher_count + t]
                m = s.series_count[r * s.teacher_count + u]
                rise += s.price[n + 1] - s.price[n] - s.price[m] + s.price[m - 1]
    if s.site[a] < 0 and (start != s.start[a] or d != s.day[a]):
        g = s.group[a]
        rise += s.slot_cost[g * s.slot_count + start] - s.slot_cost[g * s.slot_count + s.start[a]]
        rise -= idle(s.online_bits[g * s.day_count + d]) * s.gap_cost
        if d != s.day[a]:
            rise -= idle(s.online_bits[g * s.day_count + s.day[a]]) * s.gap_cost
    return rise


def small(s: State, a: int) -> None:
    """Another time, another teacher or both for one activity; up to `s.most_blockers` others make room."""
    limit = draw_limit(s)
    d = s.day[a]
    start = s.start[a]
    kind = below(s, 8)
    if kind < 4:
        for i in range(s.needs[a]):
            s.try_who[i] = s.who[a * s.width + i]
    elif choose(s, a) == 0:
        return
    if kind < 4 or kind > 5:
        first = s.days_at[a]
        d = s.days[first + below(s, s.days_at[a + 1] - first)]
        start = draw_start(s, a)
    if least_rise(s, a, d, start) >= limit:
        return
    if gather(s, a, d, start, s.most_blockers) < 0:
        return
    most = s.cost + limit
    lost = s.lost
    begin(s)
    lift(s, a)
    move_in(s, a, d, start, lost, most)


def make_room(s: State, a: int, d: int, start: int, lost: int, most: int) -> None:
    """Put it there with the teachers in `s.try_who` and whoever stands in the way elsewhere, if that is worth it."""
    if gather(s, a, d, start, s.most_blockers) < 0:
        undo(s)
        return
    move_in(s, a, d, start, lost, most)


def move_in(s: State, a: int, d: int, start: int, lost: int, most: int) -> None:
    """Lift those in the way, put it there, and see where they can go."""
    for j in range(s.blocker_count):
        lift(s, s.blockers[j])
    for i in range(s.needs[a]):
        s.pick[i] = s.try_who[i]
    put(s, a, d, start)
    if settle(s, lost, most) == 0:
        undo(s)


def retry(s: State, a: int) -> None:
    """What is not placed gets a random place; those in the way go elsewhere, or wait if they weigh no more."""
    most = s.cost + draw_limit(s)
    lost = s.lost
    begin(s)
    lift(s, a)
    if cheapest(s, a, FAR) != 0:
        unwait(s, a)
        place_found(s, a)
        return
    first = s.days_at[a]
    count = s.days_at[a + 1] - first
    start = draw_start(s, a)
    if count == 0 or start < 0 or draw_tied(s, a) == 0:
        return
    d = s.days[first + below(s, count)]
    if gather(s, a, d, start, s.most_blockers + 1) < 0:
        return
    for j in range(s.blocker_count):
        lift(s, s.blockers[j])
    for i in range(s.needs[a]):
        s.pick[i] = s.try_who[i]
    put(s, a, d, start)
    for n in range(s.undo_count):
        b = s.undo[n]
        if s.day[b] < 0 and cheapest(s, b, FAR) != 0:
            unwait(s, b)
            place_found(s, b)
    if s.lost > lost or (s.lost == lost and s.cost >= most):
        undo(s)


def draw_free(s: State) -> int:
    """Any activity that may move, mostly one whose time has a price."""
    if s.lively_count > 0 and below(s, LIVELY) != 0:
        return s.free_acts[below(s, s.lively_count)]
    return s.free_acts[below(s, s.free_count)]


def step(s: State) -> None:
    """One move."""
    s.steps += 1
    draw = below(s, 1000)
    if s.waiting_count > 0 and draw < RETRIES:
        retry(s, s.waiting[below(s, s.waiting_count)])
    elif draw >= 1000 - s.large_share:
        large(s)
    else:
        a = draw_free(s)
        if s.day[a] < 0:
            retry(s, a)
        else:
            small(s, a)
    keep_if_better(s)


def anneal(s: State, steps: int) -> None:
    """So many moves at the heat of now; there must be something that may move."""
    for _ in range(steps):
        step(s)
