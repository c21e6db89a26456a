"""When a lesson could be held instead: hours at which its group and its teacher are free, the nearest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import or_, select

from calendars import programmes
from calendars.away import away_between, hours_of, works_then
from calendars.clock import local, meet, same_hour
from calendars.errors import Conflict
from calendars.programmes import PlannedDay
from calendars.repair import vacancies
from calendars.rights import Actor
from calendars.store import Look
from calendars.tables import Leader, Lesson, WorkingTime

AHEAD: Final = timedelta(days=21)
STEP: Final = timedelta(minutes=30)
EARLIEST, LATEST = time(8), time(17)


@dataclass(frozen=True, slots=True)
class Opening:
    """One day and hour."""

    day: str
    starts: datetime
    ends: datetime


async def openings(look: Look, actor: Actor, lesson: str, absent: str, most: int = 3) -> list[Opening]:
    """Where a lesson could go with the same leaders, once the one who is away is back; for whoever plans it.

    Each on another training day of the same kind, as near to its own hour as may be. Raises Conflict `lesson_frozen`.
    """
    found = (await for_each(look, actor, [lesson], absent, most))[lesson]
    if found is None:
        raise Conflict("lesson_frozen", lesson=lesson)
    return found


async def for_each(
    look: Look, actor: Actor, lessons: Sequence[str], absent: str, most: int = 3
) -> dict[str, list[Opening] | None]:
    """The same for several lessons of one who is away, in as many statements for ten as for one.

    None for a lesson that can go nowhere, since who is expected in it was written down.
    """
    if not lessons:
        return {}
    vacant = await vacancies.of(look, actor, lessons, absent)
    lines = {one: await programmes.line(look, actor, one) for one in {each.lesson.programme for each in vacant}}
    taken = await _taken(look, vacant, absent)
    leading = {who for one in vacant for who in one.staying} | {absent}
    hours = await hours_of(look, leading)
    found: dict[str, list[Opening] | None] = {}
    for one in vacant:
        row, line, by = one.lesson, lines[one.lesson.programme], {absent, *one.staying}
        own = next(day for day in line.days if day.id == row.day)
        spans = [(since, until) for whose, it, since, until in taken if it != row.id and whose in {row.group, *by}]
        works = [hours[who] for who in by if who in hours]
        places: list[Opening] = []
        for day in line.days:
            near = look.now.date() <= day.date <= (row.starts + AHEAD).date()
            if near and day.kind == own.kind and not day.cancelled and len(places) < most:
                places += _on(day, row, line.programme.zone, spans, works, look.now)
        found[row.id] = places[:most] if row.frozen is None else None
    return found


async def _taken(
    look: Look, vacant: Sequence[vacancies.Vacancy], absent: str
) -> list[tuple[str, str, datetime, datetime]]:
    """(who or which group, which lesson, from, to) of all that stands in the way of these lessons."""
    leading = {who for one in vacant for who in one.staying} | {absent}
    groups = {one.lesson.group for one in vacant}
    rows = await look.rows(
        select(Lesson.id, Lesson.group, Leader.person, Lesson.starts, Lesson.ends)
        .outerjoin(Leader, Leader.lesson == Lesson.id)
        .where(
            Lesson.status == "confirmed", Lesson.ends > look.now,
            or_(Lesson.group.in_(groups), Leader.person.in_(leading)),
        )
    )  # fmt: skip
    found = [
        (whose, lesson, starts, ends)
        for lesson, group, person, starts, ends in rows
        for whose in (group, person)
        if whose is not None
    ]
    away = await away_between(look, leading, look.now)
    return found + [(who, "", starts, ends) for who, spans in away.items() for starts, ends in spans]


def _on(
    day: PlannedDay, row: Lesson, zone: str, taken: Sequence[tuple[datetime, datetime]],
    hours: Sequence[Sequence[WorkingTime]], now: datetime,
) -> list[Opening]:  # fmt: skip
    """The free hour of a day that is nearest to the lesson's own; none where there is none."""
    length = row.ends - row.starts
    wanted = same_hour(day.date, row.starts, zone)
    at, until = local(day.date, EARLIEST, zone), local(day.date, LATEST, zone)
    starts = [wanted]
    while at + length <= until:
        starts.append(at)
        at += STEP
    free = [
        one
        for one in starts
        if one > now
        and one != row.starts
        and not meet(taken, one, one + length)
        and all(works_then(own, one, one + length, zone) for own in hours)
    ]
    best = min(free, key=lambda one: (abs(one - wanted), one), default=None)
    return [] if best is None else [Opening(day.id, best, best + length)]
