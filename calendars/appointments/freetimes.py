"""When people have time for an appointment: beside lessons, other appointments, absences and the hours of no work."""

from collections.abc import Collection
from datetime import datetime, timedelta

from calendars.away import away_between, hours_of
from calendars.clashes import Booking, booked
from calendars.clock import Interval, day_of, local, seconds
from calendars.freedays import WEEKDAYS
from calendars.store import Look
from calendars.tables import Programme


async def busy(
    look: Look,
    programme: Programme,
    learners: Collection[str],
    staff: Collection[str],
    starts: datetime,
    ends: datetime,
    but: str = "",
) -> dict[str, list[Interval]]:
    """When each of these is taken: lessons and appointments, and of the staff absences and the hours of no work.

    `but`: an appointment or a visit that is not in its own way.

    For acts that have asked already; it names nobody who was not named to it.
    """
    whose = [*learners, *staff]
    spans = await booked(look, [Booking(who, starts, ends, but) for who in whose], learners=learners)
    found: dict[str, list[Interval]] = {who: [] for who in whose}
    for one in spans:
        if one.whose in found:
            found[one.whose].append(Interval(seconds(one.starts), -int(-one.ends.timestamp() // 1)))
    for who, away in (await away_between(look, staff, starts, ends)).items():
        found[who] += [Interval(seconds(since), seconds(until)) for since, until in away]
    for who, spans_off in (await _off(look, programme, staff, starts, ends)).items():
        found[who] += spans_off
    return found


async def _off(
    look: Look, programme: Programme, staff: Collection[str], starts: datetime, ends: datetime
) -> dict[str, list[Interval]]:
    """The hours between two instants in which somebody with working times does not work."""
    first, last = (day_of(at, programme.zone) for at in (starts, ends))
    dates = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    found: dict[str, list[Interval]] = {}
    for who, times in (await hours_of(look, staff)).items():
        at, off = seconds(starts), []
        for date in dates:
            for one in (one for one in times if one.weekday == WEEKDAYS[date.weekday()]):
                off.append(Interval(at, max(at, seconds(local(date, one.starts, programme.zone)))))
                at = max(at, seconds(local(date, one.ends, programme.zone)))
        found[who] = [*off, Interval(at, max(at, seconds(ends)))]
    return found
