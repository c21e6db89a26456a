"""When people are not there: absences that were not taken back, and the hours in which they do not work."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from calendars.freedays import WEEKDAYS
from calendars.store import Look
from calendars.tables import Absence, WorkingTime

REPORTED: Final = ("ill", "away")
"""The kinds that somebody reported; `busy` is what another calendar says, and in the way of nothing that stands."""
Spans = Mapping[str, Sequence[tuple[datetime, datetime]]]
"""Whose -> from when to when."""


def stands(starts: InstrumentedAttribute[datetime], ends: InstrumentedAttribute[datetime]) -> ColumnElement[bool]:
    """The condition for an absence that holds at some moment between two columns."""
    return Absence.withdrawn.is_(None) & (Absence.starts < ends) & (Absence.ends > starts)


async def away_between(
    look: Look, people: Collection[str], first: datetime, last: datetime | None = None, kinds: Collection[str] = (),
) -> Spans:  # fmt: skip
    """When these people are away from `first` on, until `last` or ever; of all kinds unless some are named."""
    if not people:
        return {}
    statement = select(Absence.person, Absence.starts, Absence.ends).where(
        Absence.person.in_(people), Absence.withdrawn.is_(None), Absence.ends > first
    )
    if last is not None:
        statement = statement.where(Absence.starts < last)
    if kinds:
        statement = statement.where(Absence.kind.in_(kinds))
    found = defaultdict[str, list[tuple[datetime, datetime]]](list)
    for person, starts, ends in await look.rows(statement):
        found[person].append((starts, ends))
    return dict(found)


async def ahead(look: Look, person: str, kinds: Collection[str]) -> list[Absence]:
    """Somebody's absences of these kinds that have not ended, in order of time."""
    hers = (Absence.person == person, Absence.withdrawn.is_(None), Absence.ends > look.now, Absence.kind.in_(kinds))
    return list(await look.all(select(Absence).where(*hers).order_by(Absence.starts, Absence.id)))


async def hours_of(look: Look, people: Collection[str]) -> Mapping[str, Sequence[WorkingTime]]:
    """The working times of those who have any, in order of the hour."""
    found = defaultdict[str, list[WorkingTime]](list)
    statement = select(WorkingTime).where(WorkingTime.person.in_(people))
    for row in await look.all(statement.order_by(WorkingTime.starts)):
        found[row.person].append(row)
    return dict(found)


def works_then(hours: Iterable[WorkingTime], starts: datetime, ends: datetime, zone: str) -> bool:
    """Whether somebody with these working times works then; whoever has none works always."""
    hours = list(hours)
    if not hours:
        return True
    since, until = starts.astimezone(ZoneInfo(zone)), ends.astimezone(ZoneInfo(zone))
    weekday = WEEKDAYS[since.weekday()]
    return any(one.weekday == weekday and one.starts <= since.time() and until.time() <= one.ends for one in hours)
