"""When a lesson could be held instead: hours at which its group and its teacher are free, the nearest first."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy import or_, select

from calendars import candidates, programmes
from calendars.clock import local
from calendars.errors import Conflict
from calendars.programmes import PlannedDay
from calendars.rights import Actor
from calendars.store import Look
from calendars.tables import Absence, Leader, Lesson, WorkingTime

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

    Each on another training day of the same kind, as near to its own hour as may be.
    """
    vacancy = (await candidates.vacancies(look, actor, [lesson], absent))[0]
    row = vacancy.lesson
    if row.frozen is not None:
        raise Conflict("lesson_frozen", lesson=lesson)
    line = await programmes.line(look, actor, row.programme)
    own = next(day for day in line.days if day.id == row.day)
    leading = (absent, *vacancy.staying)
    taken = list(
        await look.rows(
            select(Lesson.starts, Lesson.ends)
            .outerjoin(Leader, Leader.lesson == Lesson.id)
            .where(
                Lesson.status == "confirmed", Lesson.id != lesson, Lesson.ends > look.now,
                or_(Lesson.group == row.group, Leader.person.in_(leading)),
            )
        )
    )  # fmt: skip
    away = select(Absence.starts, Absence.ends).where(Absence.person.in_(leading), Absence.withdrawn.is_(None))
    taken += await look.rows(away.where(Absence.ends > look.now))
    hours = await look.all(select(WorkingTime).where(WorkingTime.person.in_(leading)))
    spans = [(since, until) for since, until in taken]
    found: list[Opening] = []
    for day in line.days:
        near = look.now.date() <= day.date <= (row.starts + AHEAD).date()
        if near and day.kind == own.kind and not day.cancelled and len(found) < most:
            found += _on(day, row, line.programme.zone, spans, list(hours), look.now)
    return found[:most]


def _on(
    day: PlannedDay, row: Lesson, zone: str, taken: list[tuple[datetime, datetime]], hours: list[WorkingTime],
    now: datetime,
) -> list[Opening]:  # fmt: skip
    """The free hour of a day that is nearest to the lesson's own; none where there is none."""
    length = row.ends - row.starts
    wanted = candidates.same_hour(day.date, row.starts, zone)
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
        and not any(since < one + length and one < till for since, till in taken)
        and all(
            candidates.works_then([own for own in hours if own.person == person], one, one + length, zone)
            for person in {own.person for own in hours}
        )
    ]
    best = min(free, key=lambda one: (abs(one - wanted), one), default=None)
    return [] if best is None else [Opening(day.id, best, best + length)]
