"""Moves that lead a timetable back to an old one: only what had to leave its place is looked at. Translated to C."""

from calendars.timetable.construction import FAR, keep_if_better
from calendars.timetable.handing import hand_tie
from calendars.timetable.insertion import at_home
from calendars.timetable.journal import begin, draw_limit, lift
from calendars.timetable.moves import make_room, retry, small
from calendars.timetable.places import below
from calendars.timetable.state import State


def homeless(s: State) -> int:
    """While nothing is placed yet: how many of the old places are none any more, so that whoever had them must move."""
    count = 0
    for a in range(s.activity_count):
        if s.old_day[a] >= 0:
            s.found = 0
            s.found_cost = FAR
            if s.old_needs[a] == s.needs[a]:
                at_home(s, a)
            if s.found == 0:
                count += 1
    return count


def homeward(s: State, a: int) -> None:
    """Back to its old place; those in the way go elsewhere."""
    if s.old_needs[a] != s.needs[a]:
        return
    most = s.cost + draw_limit(s)
    lost = s.lost
    for i in range(s.needs[a]):
        t = s.old_who[a * s.width + i]
        if s.can[s.ability[a * s.width + i] * s.teacher_count + t] == 0:
            return
        s.try_who[i] = t
    mine = 0
    for j in range(s.days_at[a], s.days_at[a + 1]):
        if s.days[j] == s.old_day[a]:
            mine = 1
    bits = ((1 << s.length[a]) - 1) << s.old_start[a]
    if mine != 0 and (s.window[a] & bits) == bits:
        begin(s)
        lift(s, a)
        make_room(s, a, s.old_day[a], s.old_start[a], lost, most)


def mend_once(s: State) -> None:
    """One move."""
    s.steps += 1
    draw = below(s, 8)
    if s.waiting_count > 0 and (draw < 4 or s.stray_count == 0):
        a = s.waiting[below(s, s.waiting_count)]
        if s.same[a] >= 0 and draw < 2:
            hand_tie(s, s.same[a])
        else:
            retry(s, a)
    elif s.stray_count > 0:
        a = s.stray[below(s, s.stray_count)]
        if s.pinned[a] == 0:
            if draw < 6:
                small(s, a)
            elif s.same[a] >= 0 and below(s, 16) == 0:
                hand_tie(s, s.same[a])
            else:
                homeward(s, a)
    keep_if_better(s)


def mend(s: State, steps: int) -> None:
    """So many of them."""
    for _ in range(steps):
        mend_once(s)
