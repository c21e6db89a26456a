"""Seats follow the days: whoever had certain days keeps them wherever they come to lie, and a number stays a number."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from calendars import weeks
from calendars.days.course import Spot, in_order
from calendars.days.kept import ONE_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A seat as a plain value; `own`: its learner has a number of days of her own, and this is her newest seat."""

    id: str
    person: str
    first: date
    last: date
    own: bool = False
    weekdays: int = weeks.WHOLE_WEEK

    def comes(self, day: date) -> bool:
        """Whether she is expected by it on a day."""
        return self.first <= day <= self.last and weeks.on_weekday(self.weekdays, day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The days before or after a change, with the first and the last of the cohort's."""

    spots: Sequence[Spot]
    starts: date
    ends: date

    def within(self, seat: Held) -> list[Spot]:
        """The days of a seat."""
        return [one for one in in_order(self.spots) if seat.comes(one.date)]


def carried(held: Sequence[Held], before: Line, after: Line, by_hand: str, today: date) -> tuple[list[Held], int]:
    """The seats of one learner, in order, as they stand after a change of the days.

    A seat keeps its days, but for the one that was moved by hand: that is there for whoever sits then. Whoever sits to
    the programme's end does so after it, too. Also returns how many days are missing behind the line, so that a number
    of days of her own stays what it is.
    """
    done: list[Held] = []
    for seat in held:
        first = seat.first if seat.first <= today else _first(seat, before, after, by_hand)
        last = seat.last if seat.last < today else _last(seat, before, after, by_hand)
        done.append(replace(seat, first=first, last=max(last, first - ONE_DAY)))
    if not held or not held[-1].own or held[-1].last < today:
        return done, 0
    wanted = sum(len(before.within(one)) for one in held)
    wanted -= sum(len(after.within(one)) for one in done[:-1])
    hers = [
        one.date for one in in_order(after.spots)
        if one.date >= done[-1].first and weeks.on_weekday(done[-1].weekdays, one.date)
    ]  # fmt: skip
    if wanted < 1 or not hers:
        return done, max(0, wanted)
    if wanted == len(before.within(held[-1])) == len(after.within(done[-1])):
        return done, 0
    done[-1] = replace(done[-1], last=hers[min(wanted, len(hers)) - 1])
    return done, max(0, wanted - len(hers))


def _last(seat: Held, before: Line, after: Line, by_hand: str) -> date:
    if seat.last == before.ends and not seat.own:
        return after.ends
    stays = _stays(seat, before, after, by_hand)
    if not stays:
        return seat.last
    was, becomes = max(stays)
    if was == becomes:
        return seat.last
    later = [one.date for one in in_order(after.spots) if one.date > becomes]
    wished = becomes + (seat.last - was)
    return min(wished, later[0] - ONE_DAY) if later else wished


def _first(seat: Held, before: Line, after: Line, by_hand: str) -> date:
    if seat.first == before.starts:
        return after.starts
    stays = _stays(seat, before, after, by_hand)
    if not stays:
        return seat.first
    was, becomes = min(stays)
    if was == becomes:
        return seat.first
    earlier = [one.date for one in in_order(after.spots) if one.date < becomes]
    wished = becomes - (was - seat.first)
    return max(wished, earlier[-1] + ONE_DAY) if earlier else wished


def _stays(seat: Held, before: Line, after: Line, by_hand: str) -> list[tuple[date, date]]:
    """The days of a seat that are held before and after: each with both of its dates."""
    stood = {
        one.id: one.date for one in in_order(before.spots) if seat.first <= one.date <= seat.last and one.id != by_hand
    }
    return [(stood[one.id], one.date) for one in in_order(after.spots) if one.id in stood]
