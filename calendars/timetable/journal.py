"""Moves that can be undone: what a move lifted, and where that stood. Translated to C."""

from calendars.timetable.construction import FAR, place_found, unwait, wait
from calendars.timetable.insertion import cheapest
from calendars.timetable.places import below, place, take
from calendars.timetable.state import State


def begin(s: State) -> None:
    """A new move: nothing is written down yet."""
    s.undo_count = 0
    s.undo_stamp += 1


def lift(s: State, a: int) -> None:
    """Take an activity out; where it stood first in this move is written down."""
    if s.undo_mark[a] != s.undo_stamp:
        s.undo_mark[a] = s.undo_stamp
        n = s.undo_count
        s.undo[n] = a
        s.undo_day[n] = s.day[a]
        s.undo_start[n] = s.start[a]
        for i in range(s.needs[a]):
            s.undo_who[n * s.width + i] = s.who[a * s.width + i]
        s.undo_count = n + 1
    if s.day[a] >= 0:
        take(s, a)
        wait(s, a)


def put(s: State, a: int, d: int, start: int) -> None:
    """Place what was lifted, with the teachers in `s.pick`."""
    unwait(s, a)
    place(s, a, d, start)


def undo(s: State) -> None:
    """Everything back where it was: first all out, then each to its first place, for places may overlap meanwhile."""
    for n in range(s.undo_count):
        a = s.undo[n]
        if s.day[a] >= 0:
            take(s, a)
            wait(s, a)
    for n in range(s.undo_count):
        if s.undo_day[n] >= 0:
            a = s.undo[n]
            for i in range(s.needs[a]):
                s.pick[i] = s.undo_who[n * s.width + i]
            put(s, a, s.undo_day[n], s.undo_start[n])
    s.undo_count = 0


def settle(s: State, lost: int, most: int) -> int:
    """Put all that this move lifted to its cheapest place; 0 if it loses more than before, or costs `most` or more."""
    bearable = 0
    for n in range(s.undo_count):
        if s.undo_day[n] < 0:
            bearable += s.weight[s.undo[n]]
    for n in range(s.undo_count):
        a = s.undo[n]
        if s.day[a] < 0:
            if cheapest(s, a, FAR if bearable > 0 else most - s.cost) != 0:
                unwait(s, a)
                place_found(s, a)
            else:
                bearable -= s.weight[a]
                if bearable < 0:
                    return 0
    if s.lost < lost or (s.lost == lost and s.cost < most):
        return 1
    return 0


def draw_limit(s: State) -> int:
    """How much dearer a move may make it: the colder, the less."""
    return (s.heat * s.losses[below(s, 1024)] >> 16) + 1
