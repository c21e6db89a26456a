"""The cheapest place that is free for an activity. Translated to C."""

from calendars.timetable.places import below, idle, runs
from calendars.timetable.state import State

NODES = 20000
"""So many partial choices of teachers are looked at for one day of an activity with several needs."""


def open_starts(s: State, a: int, d: int) -> int:
    """Where an activity can start on a day, as far as its teachers do not matter."""
    if s.same[a] >= 0 and s.same_count[s.same[a]] > 0 and s.same_needs[s.same[a]] != s.needs[a]:
        return 0
    if s.once[a] >= 0 and s.once_count[s.once[a] * s.day_count + d] > 0:
        return 0
    gd = s.group[a] * s.day_count + d
    taken = s.group_bits[gd]
    if s.learner[a] >= 0:
        taken |= s.learner_bits[s.learner[a] * s.day_count + d]
    else:
        taken |= s.talk_bits[gd]
        if s.site[a] >= 0:
            taken |= s.full_bits[s.site[a] * s.day_count + d]
    return runs(s.window[a] & ~taken, s.length[a])


def allowed(s: State, a: int, t: int) -> int:
    """Whether the tie of an activity lets her have this teacher."""
    q = s.same[a]
    if q < 0 or s.same_count[q] == 0:
        return 1
    for i in range(s.needs[a]):
        if s.same_who[q * s.width + i] == t:
            return 1
    return 0


def spare(s: State, a: int, t: int, d: int) -> int:
    """Whether the limits and the site of a teacher let her have an activity on a day."""
    td = t * s.day_count + d
    length = s.length[a]
    if s.day_load[td] + length > s.day_limit[t]:
        return 0
    if s.week_load[t * s.week_count + s.week[d]] + length > s.week_limit[t]:
        return 0
    if s.site[a] >= 0 and s.teacher_there[td] > 0 and s.teacher_site[td] != s.site[a]:
        return 0
    return 1


def teacher_price(s: State, a: int, t: int) -> int:
    """What one lesson more of this teacher costs the series."""
    if s.series[a] < 0:
        return 0
    n = s.series_count[s.series[a] * s.teacher_count + t]
    return s.price[n + 1] - s.price[n]


def start_price(s: State, a: int, d: int, start: int) -> int:
    """What the start and the gaps cost."""
    if s.site[a] >= 0:
        return 0
    old = s.online_bits[s.group[a] * s.day_count + d]
    new = old | (((1 << s.length[a]) - 1) << start)
    return s.slot_cost[s.group[a] * s.slot_count + start] + (idle(new) - idle(old)) * s.gap_cost


def price_starts(s: State, a: int, d: int, free: int) -> int:
    """Fill `s.start_cost` for the free starts of a day; the least of them."""
    least = 0
    first = 1
    while free != 0:
        bit = free & -free
        free ^= bit
        start = bit.bit_length() - 1
        cost = start_price(s, a, d, start)
        s.start_cost[start] = cost
        if first != 0 or cost < least:
            least = cost
        first = 0
    return least


def found_at(s: State, a: int, d: int, starts: int, cost: int) -> None:
    """Keep the cheapest of these starts, with the teachers in `s.try_who`, if it is cheaper than what was found."""
    while starts != 0:
        bit = starts & -starts
        starts ^= bit
        start = bit.bit_length() - 1
        total = cost + s.start_cost[start]
        if total < s.found_cost:
            s.found = 1
            s.found_cost = total
            s.found_day = d
            s.found_start = start
            for i in range(s.needs[a]):
                s.found_who[i] = s.try_who[i]


def one_teacher(s: State, a: int, d: int, free: int, least: int, turn: int) -> None:
    """Look through all teachers for an activity that needs one."""
    ability = s.ability[a * s.width]
    first = s.able_at[ability]
    count = s.able_at[ability + 1] - first
    tied = 0
    if s.same[a] >= 0 and s.same_count[s.same[a]] > 0:
        tied = 1
    r = s.series[a] * s.teacher_count
    for j in range(count):
        place = j + turn
        if place >= count:
            place -= count
        t = s.able[first + place]
        cost = 0
        if r >= 0:
            n = s.series_count[r + t]
            cost = s.price[n + 1] - s.price[n]
        if cost + least < s.found_cost and (tied == 0 or allowed(s, a, t) != 0):
            starts = free & runs(s.window[a] & ~s.teacher_bits[t * s.day_count + d], s.length[a])
            if starts != 0 and spare(s, a, t, d) != 0:
                s.try_who[0] = t
                found_at(s, a, d, starts, cost)


def taken_up(s: State, t: int, count: int) -> int:
    """Whether a teacher has one of the first needs already."""
    for i in range(count):
        if s.try_who[i] == t:
            return 1
    return 0


def several(s: State, a: int, d: int, i: int, starts: int, cost: int) -> None:
    """Look through the teachers for need `i` and all after it."""
    if i == s.needs[a]:
        found_at(s, a, d, starts, cost)
        return
    ability = s.ability[a * s.width + i]
    for j in range(s.able_at[ability], s.able_at[ability + 1]):
        t = s.able[j]
        dearer = cost + teacher_price(s, a, t)
        if s.nodes > 0 and dearer + s.rest[i + 1] < s.found_cost and taken_up(s, t, i) == 0 and allowed(s, a, t) != 0:
            left = starts & runs(s.window[a] & ~s.teacher_bits[t * s.day_count + d], s.length[a])
            if left != 0 and spare(s, a, t, d) != 0:
                s.nodes -= 1
                s.try_who[i] = t
                several(s, a, d, i + 1, left, dearer)


def price_rest(s: State, a: int, least: int) -> None:
    """`s.rest[i]`: the least that start and teachers from need `i` on can cost."""
    i = s.needs[a]
    s.rest[i] = least
    while i > 0:
        i -= 1
        ability = s.ability[a * s.width + i]
        cheapest_one = -1
        for j in range(s.able_at[ability], s.able_at[ability + 1]):
            cost = teacher_price(s, a, s.able[j])
            if cheapest_one < 0 or cost < cheapest_one:
                cheapest_one = cost
        if cheapest_one < 0:
            cheapest_one = 0
        s.rest[i] = s.rest[i + 1] + cheapest_one


def on_day(s: State, a: int, d: int, turn: int) -> None:
    """Look through one day."""
    free = open_starts(s, a, d)
    if free == 0:
        return
    least = price_starts(s, a, d, free)
    if least >= s.found_cost:
        return
    if s.needs[a] == 1:
        one_teacher(s, a, d, free, least, turn)
    elif s.needs[a] == 0:
        found_at(s, a, d, free, 0)
    else:
        s.nodes = NODES
        price_rest(s, a, least)
        several(s, a, d, 0, free, 0)


def at_home(s: State, a: int) -> None:
    """Its old place, if that still is one of its places, costs no moving."""
    d = s.old_day[a]
    mine = 0
    for j in range(s.days_at[a], s.days_at[a + 1]):
        if s.days[j] == d:
            mine = 1
    if mine == 0:
        return
    for i in range(s.needs[a]):
        s.try_who[i] = s.old_who[a * s.width + i]
    starts = open_starts(s, a, d) & (1 << s.old_start[a])
    cost = 0
    for i in range(s.needs[a]):
        t = s.try_who[i]
        if s.can[s.ability[a * s.width + i] * s.teacher_count + t] == 0 or taken_up(s, t, i) != 0:
            return
        if allowed(s, a, t) == 0 or spare(s, a, t, d) == 0:
            return
        starts &= runs(s.window[a] & ~s.teacher_bits[t * s.day_count + d], s.length[a])
        cost += teacher_price(s, a, t)
    if starts != 0:
        s.start_cost[s.old_start[a]] = start_price(s, a, d, s.old_start[a])
        found_at(s, a, d, starts, cost)


def cheapest(s: State, a: int, most: int) -> int:
    """Find the cheapest free place that costs less than `most`; 1 if there is one, and then it is in `s.found_…`."""
    s.found = 0
    s.found_cost = most
    repairs = s.repairs != 0 and s.old_day[a] >= 0
    if repairs:
        if s.old_needs[a] == s.needs[a]:
            at_home(s, a)
        s.found_cost -= s.moved_price
    count = s.days_at[a + 1] - s.days_at[a]
    turn = 0
    if s.needs[a] == 1:
        ability = s.ability[a * s.width]
        able = s.able_at[ability + 1] - s.able_at[ability]
        if able == 0:
            return 0
        turn = below(s, able)
    if count > 0:
        first = below(s, count)
        for i in range(count):
            place = first + i
            if place >= count:
                place -= count
            on_day(s, a, s.days[s.days_at[a] + place], turn)
    return s.found
