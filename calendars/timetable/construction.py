"""From nothing to a timetable: each at its cheapest free place, or in place of others. Translated to C."""

from calendars.timetable.blockers import gather
from calendars.timetable.insertion import at_home, cheapest
from calendars.timetable.places import below, place, take
from calendars.timetable.state import State

FAR = 1 << 60
"""Above every cost."""
SAMPLES = 40
WHOLE_TIE = 64
"""At most so many are thrown out for one."""


def wait(s: State, a: int) -> None:
    """An activity that is not placed goes onto the stack."""
    s.waiting_place[a] = s.waiting_count
    s.waiting[s.waiting_count] = a
    s.waiting_count += 1


def unwait(s: State, a: int) -> None:
    """It leaves the stack, wherever it lies there; the topmost takes its place."""
    s.waiting_count -= 1
    last = s.waiting[s.waiting_count]
    s.waiting[s.waiting_place[a]] = last
    s.waiting_place[last] = s.waiting_place[a]
    s.waiting_place[a] = -1


def place_found(s: State, a: int) -> None:
    """Put it where `cheapest` found room."""
    for i in range(s.needs[a]):
        s.pick[i] = s.found_who[i]
    place(s, a, s.found_day, s.found_start)


def draw_tied(s: State, a: int) -> int:
    """The teachers of its tie into `s.try_who`, three times in four; else random ones. 0: there are none."""
    q = s.same[a]
    if q < 0 or s.same_count[q] == 0 or s.same_needs[q] != s.needs[a] or below(s, 4) == 0:
        return draw_teachers(s, a)
    for i in range(s.needs[a]):
        s.try_who[i] = s.same_who[q * s.width + i]
        if s.can[s.ability[a * s.width + i] * s.teacher_count + s.try_who[i]] == 0:
            return 0
    return 1


def draw_teachers(s: State, a: int) -> int:
    """Random different teachers who can, into `s.try_who`. 0: there are none."""
    for i in range(s.needs[a]):
        ability = s.ability[a * s.width + i]
        first = s.able_at[ability]
        count = s.able_at[ability + 1] - first
        if count == 0:
            return 0
        turn = below(s, count)
        chosen = -1
        for j in range(count):
            t = s.able[first + (j + turn) % count]
            taken = 0
            for k in range(i):
                if s.try_who[k] == t:
                    taken = 1
            if taken == 0 and chosen < 0:
                chosen = t
        if chosen < 0:
            return 0
        s.try_who[i] = chosen
    return 1


def colleague(s: State, r: int, ability: int, strange: int) -> int:
    """A teacher who can: once in `strange` times anyone, else somebody of the series `r`; -1: there is none."""
    if r >= 0 and below(s, strange) != 0:
        first = s.series_at[r]
        b = s.series_acts[first + below(s, s.series_at[r + 1] - first)]
        if s.day[b] >= 0 and s.needs[b] > 0:
            t = s.who[b * s.width + below(s, s.needs[b])]
            if s.can[ability * s.teacher_count + t] != 0:
                return t
    first = s.able_at[ability]
    count = s.able_at[ability + 1] - first
    if count == 0:
        return -1
    return s.able[first + below(s, count)]


def draw_start(s: State, a: int) -> int:
    """A random start within the window; -1: it is too narrow."""
    starts = s.window[a]
    for _ in range(s.length[a] - 1):
        starts &= starts >> 1
    count = starts.bit_count()
    if count == 0:
        return -1
    for _ in range(below(s, count)):
        starts &= starts - 1
    return (starts & -starts).bit_length() - 1


def force(s: State, a: int) -> int:
    """Of many random places take the one whose blockers weigh least, and throw them out. 0: no place can be had."""
    count = s.days_at[a + 1] - s.days_at[a]
    least = FAR
    s.found = 0
    s.hand_count = 0
    for _ in range(SAMPLES):
        start = draw_start(s, a)
        if count > 0 and start >= 0 and draw_tied(s, a) != 0:
            d = s.days[s.days_at[a] + below(s, count)]
            if gather(s, a, d, start, WHOLE_TIE) >= 0:
                total = 0
                for j in range(s.blocker_count):
                    total += s.trouble[s.blockers[j]]
                if total < least:
                    least = total
                    remember(s, a, d, start)
    if s.found == 0:
        return 0
    for j in range(s.hand_count):
        take(s, s.hand[j])
        wait(s, s.hand[j])
    place_found(s, a)
    return 1


def remember(s: State, a: int, d: int, start: int) -> None:
    """The best place so far, with its blockers."""
    s.found = 1
    s.found_day = d
    s.found_start = start
    for i in range(s.needs[a]):
        s.found_who[i] = s.try_who[i]
    s.hand_count = s.blocker_count
    for j in range(s.blocker_count):
        s.hand[j] = s.blockers[j]


def keep(s: State) -> None:
    """What stands now is the best so far."""
    for j in range(s.dirty_count):
        a = s.dirty[j]
        s.is_dirty[a] = 0
        s.best_day[a] = s.day[a]
        s.best_start[a] = s.start[a]
        for i in range(s.needs[a]):
            s.best_who[a * s.width + i] = s.who[a * s.width + i]
    s.dirty_count = 0
    s.best_lost = s.lost
    s.best_real = s.real


def keep_if_better(s: State) -> None:
    """Fewer lost first, then cheaper."""
    if s.lost < s.best_lost or (s.lost == s.best_lost and s.real < s.best_real):
        keep(s)


def go_back(s: State) -> None:
    """Return to the best so far."""
    count = s.dirty_count
    for j in range(count):
        a = s.dirty[j]
        if s.day[a] >= 0:
            take(s, a)
            wait(s, a)
    for j in range(count):
        a = s.dirty[j]
        if s.best_day[a] >= 0:
            for i in range(s.needs[a]):
                s.pick[i] = s.best_who[a * s.width + i]
            unwait(s, a)
            place(s, a, s.best_day[a], s.best_start[a])
    keep(s)


def go_home(s: State) -> None:
    """Whatever waits and finds its old place free goes there, from the top of the stack down."""
    for j in range(s.waiting_count):
        a = s.waiting[s.waiting_count - 1 - j]
        s.hand[j] = a
    for j in range(s.waiting_count):
        a = s.hand[j]
        s.found = 0
        s.found_cost = FAR
        if s.old_day[a] >= 0 and s.old_needs[a] == s.needs[a]:
            at_home(s, a)
            if s.found != 0:
                unwait(s, a)
                place_found(s, a)
    keep(s)


def construct(s: State, steps: int) -> int:
    """Take so many activities from the stack and place them; how many steps were made. The stack may be left empty."""
    done = 0
    while done < steps and s.waiting_count > 0:
        done += 1
        a = s.waiting[s.waiting_count - 1]
        unwait(s, a)
        if cheapest(s, a, FAR) != 0:
            place_found(s, a)
        else:
            s.trouble[a] += s.weight[a]
            done += 8
            if force(s, a) == 0:
                lay_under(s, a)
        if s.lost < s.best_lost:
            keep(s)
    return done


def lay_under(s: State, a: int) -> None:
    """What cannot be placed at all changes places with any of the stack; were it the lowest, two would alternate."""
    wait(s, a)
    under = below(s, s.waiting_count)
    other = s.waiting[under]
    s.waiting[under] = a
    s.waiting_place[a] = under
    s.waiting[s.waiting_count - 1] = other
    s.waiting_place[other] = s.waiting_count - 1
