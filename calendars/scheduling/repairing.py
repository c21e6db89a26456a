"""A repair as a timetable problem: lessons that lost their teacher may go anywhere near, and others only if they must.

The search prefers what disturbs least: everything stays where it stands unless one of these would have no place.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from calendars.scheduling.problems import Plan
from calendars.scheduling.slots import Span
from calendars.scheduling.wanted import SOON, SchoolDay, Wanted

AHEAD: Final = timedelta(days=21)
"""How much later a lesson may be held."""


def freed(plan: Plan, lessons: Collection[str], now: datetime) -> Plan:
    """The same plan with these lessons free, on every day of their kind that is near; talks stay as they are."""
    wanted = [
        _free(one, plan.days, now) if one.standing is not None and one.standing.id in lessons else one
        for one in plan.wanted
        if one.standing is not None
    ]
    return replace(plan, wanted=wanted)


def _free(one: Wanted, days: Sequence[SchoolDay], now: datetime) -> Wanted:
    if one.standing is None or one.standing.kept:
        return one
    until = one.standing.starts + AHEAD
    length = one.standing.ends - one.standing.starts
    alike = [day for day in days if day.programme == one.programme and day.site == one.site and day.starts <= until]
    whole = [day for day in alike if day.starts > now + SOON]
    own = [day for day in alike if day.id == one.standing.day and day not in whole]  # it has begun: what is left of it
    windows: list[tuple[str, Span]] = [
        (day.id, (max(day.starts, now + SOON), day.ends))
        for day in whole or own
        if day.ends - max(day.starts, now + SOON) >= length
    ]
    return replace(one, windows=tuple(windows), stays="") if windows else one
