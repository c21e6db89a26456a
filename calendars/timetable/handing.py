"""Large moves: a teacher hands her lessons of a series to another, or a whole tie gets others. Translated to C."""

from calendars.timetable.blockers import gather, has
from calendars.timetable.construction import colleague, draw_teachers
from calendars.timetable.insertion import allowed, open_starts, spare
from calendars.timetable.journal import begin, draw_limit, lift, put, settle, undo
from calendars.timetable.places import below, runs
from calendars.timetable.state import State

MAKING_ROOM = 2
"""How many others a lesson may lift where it is handed over."""
MOST_TROUBLE = 4
"""Where so many lessons of somebody new would have to give way, or one cannot, it is not tried: it costs the time of
thirty small moves and hardly ever ends well."""
HARD = 5
"""More than that."""
LOOKS = 3
"""So many times a series that has no teacher too many is passed over."""


def free_starts(s: State, a: int, d: int) -> int:
    """Where an activity with the teachers in `s.try_who` is in nobody's way on a day."""
    starts = open_starts(s, a, d)
    for i in range(s.needs[a]):
        t = s.try_who[i]
        if starts != 0:
            starts &= runs(s.window[a] & ~s.teacher_bits[t * s.day_count + d], s.length[a])
            if starts != 0 and (spare(s, a, t, d) == 0 or allowed(s, a, t) == 0):
                starts = 0
    return starts


def draw_bit(s: State, bits: int) -> int:
    """The number of one of the bits that are set."""
    for _ in range(below(s, bits.bit_count())):
        bits &= bits - 1
    return (bits & -bits).bit_length() - 1


def put_here(s: State, a: int, d: int, start: int) -> int:
    """Put it there with the teachers in `s.try_who`, and lift the few in the way; 0: they are too many."""
    if gather(s, a, d, start, MAKING_ROOM) < 0:
        return 0
    for j in range(s.blocker_count):
        lift(s, s.blockers[j])
    for i in range(s.needs[a]):
        s.pick[i] = s.try_who[i]
    put(s, a, d, start)
    return 1


def take_over(s: State, n: int, t: int, u: int) -> None:
    """The n-th lifted activity stands where it stood, with `u` instead of `t`."""
    a = s.undo[n]
    able = 1
    for i in range(s.needs[a]):
        s.try_who[i] = s.undo_who[n * s.width + i]
        if s.try_who[i] == t:
            s.try_who[i] = u
            able = s.can[s.ability[a * s.width + i] * s.teacher_count + u]
    if able != 0:
        put_here(s, a, s.undo_day[n], s.undo_start[n])


def draw_one_of(s: State, r: int) -> int:
    """One of the teachers of a series, each as likely; -1: it has none."""
    first = r * s.teacher_count
    chosen = -1
    count = 0
    for t in range(s.teacher_count):
        if s.series_count[first + t] > 0:
            count += 1
            if below(s, count) == 0:
                chosen = t
    return chosen


def lesson_of(s: State, r: int, t: int) -> int:
    """A lesson of the series that this teacher has, from a random one on."""
    first = s.series_at[r]
    count = s.series_at[r + 1] - first
    turn = below(s, count)
    for j in range(count):
        b = s.series_acts[first + (j + turn) % count]
        if s.day[b] >= 0 and has(s, b, t) != 0:
            return b
    return -1


def in_the_way(s: State, a: int, u: int) -> int:
    """Whether a teacher has something else when a lesson is: 1 if that may go elsewhere, HARD if it may not."""
    td = u * s.day_count + s.day[a]
    taken = s.teacher_bits[td] & (((1 << s.length[a]) - 1) << s.start[a])
    found = 0
    while taken != 0:
        bit = taken & -taken
        taken ^= bit
        b = s.teacher_sits[td * s.slot_count + bit.bit_length() - 1]
        if b < 0 or s.pinned[b] != 0:
            return HARD
        found = 1
    return found


def could_take_over(s: State, r: int, t: int, u: int) -> int:
    """Whether it is worth trying to give somebody new all lessons that a teacher has in a series."""
    trouble = 0
    for j in range(s.series_at[r], s.series_at[r + 1]):
        a = s.series_acts[j]
        if s.day[a] >= 0 and has(s, a, t) != 0:
            trouble += in_the_way(s, a, u)
            if trouble > MOST_TROUBLE:
                return 0
    return 1


def hand_series(s: State, r: int) -> None:
    """All lessons that a teacher has in a series go to another; who has few is drawn as often as who has many."""
    first = r * s.teacher_count
    t = draw_one_of(s, r)
    if t < 0:
        return
    b = lesson_of(s, r, t)
    if b < 0 or s.same[b] >= 0:
        return
    i = 0
    while s.who[b * s.width + i] != t:
        i += 1
    u = colleague(s, r, s.ability[b * s.width + i], 2)
    if u < 0 or u == t:
        return
    if s.series_count[first + u] == 0 and could_take_over(s, r, t, u) == 0:
        return
    lost = s.lost
    most = s.cost + draw_limit(s)
    begin(s)
    for j in range(s.series_at[r], s.series_at[r + 1]):
        a = s.series_acts[j]
        if s.day[a] >= 0 and s.pinned[a] == 0 and has(s, a, t) != 0 and has(s, a, u) == 0:
            lift(s, a)
    for n in range(s.undo_count):
        if s.day[s.undo[n]] < 0:
            take_over(s, n, t, u)
    if settle(s, lost, most) == 0:
        undo(s)


def start_tie(s: State, n: int) -> int:
    """A free place for the first of a tie with its new teachers, whom the others then must have. 0: there is none."""
    a = s.undo[n]
    first = s.days_at[a]
    count = s.days_at[a + 1] - first
    if count == 0:
        return 0
    turn = below(s, count)
    for j in range(count):
        d = s.days[first + (j + turn) % count]
        starts = free_starts(s, a, d)
        if starts != 0:
            for i in range(s.needs[a]):
                s.pick[i] = s.try_who[i]
            put(s, a, d, draw_bit(s, starts))
            return 1
    return 0


def hand_tie(s: State, q: int) -> None:
    """All activities that must have the same teachers get others."""
    first = s.same_at[q]
    b = s.same_acts[first + below(s, s.same_at[q + 1] - first)]
    if draw_teachers(s, b) == 0:
        return
    lost = s.lost
    most = s.cost + draw_limit(s)
    begin(s)
    for j in range(first, s.same_at[q + 1]):
        a = s.same_acts[j]
        if s.pinned[a] == 0:
            lift(s, a)
        elif s.day[a] >= 0:
            undo(s)
            return
    for i in range(s.needs[b]):
        s.tie_who[i] = s.try_who[i]
    count = s.undo_count
    for n in range(count):
        retie(s, n, s.needs[b])
    if s.same_count[q] == 0 or settle(s, lost, most) == 0:
        undo(s)


def retie(s: State, n: int, needs: int) -> None:
    """The n-th lifted activity, if it still waits, gets the new teachers at its time, or the first one anywhere."""
    a = s.undo[n]
    if s.day[a] >= 0 or s.needs[a] != needs:
        return
    for i in range(needs):
        s.try_who[i] = s.tie_who[i]
        if s.can[s.ability[a * s.width + i] * s.teacher_count + s.try_who[i]] == 0:
            return
    there = 0
    if s.undo_day[n] >= 0:
        there = put_here(s, a, s.undo_day[n], s.undo_start[n])
    if there == 0 and s.same_count[s.same[a]] == 0:
        start_tie(s, n)


def scant(s: State, r: int) -> int:
    """Whether a series has no more teachers than one lesson of it needs."""
    if s.series_staff[r] > s.series_largest[r]:
        return 0
    return 1


def large(s: State) -> None:
    """One large move, of whichever kind there is; mostly for a series with more teachers than it needs."""
    kinds = s.held_series_count + s.held_same_count
    if kinds == 0:
        return
    draw = below(s, kinds)
    for _ in range(LOOKS):
        if draw < s.held_series_count and scant(s, s.held_series[draw]) != 0:
            draw = below(s, kinds)
    if draw < s.held_series_count:
        hand_series(s, s.held_series[draw])
    else:
        hand_tie(s, s.held_same[draw - s.held_series_count])
