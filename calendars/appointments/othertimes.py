"""When an appointment could be held instead: with the same people, on the next days that fit, near its own hour."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from typing import Final

from sqlalchemy import select

from calendars.appointments import freetimes, quotas
from calendars.appointments.kinds import KINDS
from calendars.appointments.rights import ask_to_change
from calendars.appointments.talk_slots import STEP
from calendars.appointments.talks import instant
from calendars.appointments.unstaffed import Unstaffed
from calendars.clock import Interval, day_of, local, seconds, without
from calendars.freedays import TrainingCalendar
from calendars.rights import Actor
from calendars.store import Look
from calendars.tables import Day, Programme

AHEAD: Final = timedelta(days=21)
EARLIEST, LATEST = time(8), time(16)
"""Where no training day says when the house is open."""
EACH: Final = 3


async def find(look: Look, actor: Actor, moved: Sequence[Unstaffed]) -> dict[str, tuple[datetime, ...]]:
    """By appointment up to three times at which it could begin, once its member of staff is back.

    The first ones of all fit together: nobody is promised twice.
    """
    for one in moved:
        ask_to_change(look, actor, one.known)
    found: dict[str, tuple[datetime, ...]] = {}
    by_programme: dict[str, list[Unstaffed]] = {}
    for one in moved:
        by_programme.setdefault(one.known.programme.id, []).append(one)
    for lost in by_programme.values():
        found |= await _in_programme(look, lost)
    return found


async def _in_programme(look: Look, lost: Sequence[Unstaffed]) -> dict[str, tuple[datetime, ...]]:
    programme = lost[0].known.programme
    since, until = min(one.back for one in lost), max(one.back for one in lost) + AHEAD
    learners = {one.known.row.learner for one in lost if one.known.row.learner}
    partners = {who for one in lost for who in one.known.partners}
    taken = await freetimes.busy(look, programme, learners, partners, since, until)
    days = {one.date: one for one in await look.all(select(Day).where(
        Day.programme == programme.id, Day.status == "confirmed", Day.date >= since.date(), Day.date <= until.date()
    ))}  # fmt: skip
    quota = await quotas.quota_of(look, programme)
    found: dict[str, tuple[datetime, ...]] = {}
    for one in lost:
        row = one.known.row
        last = (one.back + AHEAD).date()
        if quota is not None and KINDS[row.kind].quota and row.learner:
            last = min(last, (await quotas.window_of(look, programme, quota, row.learner)).until)
        starts = _starts(one, programme, days, [span for who in one.known.people for span in taken[who]], last)
        found[row.id] = starts
        for who in one.known.people if starts else ():
            taken[who].append(Interval(seconds(starts[0]), seconds(starts[0] + (row.ends - row.starts))))
    return found


def _starts(
    one: Unstaffed, programme: Programme, days: dict[date, Day], taken: Sequence[Interval], last: date
) -> tuple[datetime, ...]:
    """One time on each day, the nearest to its own hour; the first days first."""
    row, length = one.known.row, seconds(one.known.row.ends) - seconds(one.known.row.starts)
    first = day_of(one.back, programme.zone)
    found: list[datetime] = []
    training = TrainingCalendar(programme.country).days(first)
    usual = set(takewhile(lambda day: day <= first + AHEAD, training))
    for day in sorted(usual | {on for on in days if on >= first}):
        if day > last or len(found) == EACH:
            break
        if row.way == "on_site" and row.place and (day not in days or days[day].place != row.place):
            continue
        own = seconds(row.starts) - seconds(local(day_of(row.starts, programme.zone), time(), programme.zone))
        wanted = seconds(local(day, time(), programme.zone)) + own
        hours = _hours(day, days.get(day), programme, Interval(wanted, wanted + length))
        free = [at for span in without([hours], [*taken, Interval(0, seconds(one.back))]) for at in _fit(span, length)]
        if free:
            found.append(instant(min(free, key=lambda at: (abs(at - wanted), at))))
    return tuple(found)


def _hours(day: date, planned: Day | None, programme: Programme, own: Interval) -> Interval:
    """When the house is open; the appointment's own hour is always one of them."""
    starts = seconds(planned.starts if planned else local(day, EARLIEST, programme.zone))
    ends = seconds(planned.ends if planned else local(day, LATEST, programme.zone))
    return Interval(min(starts, own.starts), max(ends, own.ends))


def _fit(span: Interval, length: int) -> range:
    return range(-(-span.starts // STEP) * STEP, span.ends - length + 1, STEP)
