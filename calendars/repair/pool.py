"""The staff from whom a substitute comes: what each can do, when she is free, and how much she teaches already."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from calendars.away import away_between, hours_of, works_then
from calendars.clashes import met
from calendars.clock import meet, monday_of
from calendars.repair.vacancies import Vacancy
from calendars.store import Look
from calendars.tables import Ability, Field, Group, Leader, Lesson, Load, WorkingTime

WEEK = timedelta(days=7)


@dataclass(slots=True)
class Pool:
    """What the house knows of everybody who could come, around some lessons."""

    abilities: dict[str, set[str]] = field(default_factory=dict)
    hours: Mapping[str, Sequence[WorkingTime]] = field(default_factory=dict)
    loads: dict[str, Load] = field(default_factory=dict)
    away: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict)
    taught: dict[str, list[tuple[datetime, datetime, str]]] = field(default_factory=dict)
    """From when to when, and which lesson."""
    groups: dict[str, set[str]] = field(default_factory=dict)
    """The groups whose lessons she leads anywhere in their programme."""
    fields: dict[str, set[str]] = field(default_factory=dict)

    def minutes(self, person: str, vacant: Sequence[Vacancy]) -> int:
        """What she teaches on the first of these days already."""
        first = vacant[0]
        return self._taught_on(person, first.lesson.starts, first.zone, days=1, but=_ids(vacant))

    def is_free(self, person: str, one: Vacancy, vacant: Sequence[Vacancy]) -> bool:
        """Whether she could lead one of these lessons beside all she has, and bear all of them."""
        starts, ends = one.lesson.starts, one.lesson.ends
        if person in one.staying:
            return False
        but = _ids(vacant)
        taught = ((since, until) for since, until, lesson in self.taught.get(person, ()) if lesson not in but)
        if meet((*self.away.get(person, ()), *taught), starts, ends):
            return False
        return works_then(self.hours.get(person, ()), starts, ends, one.zone) and self._can_bear(person, one, vacant)

    def _can_bear(self, person: str, one: Vacancy, vacant: Sequence[Vacancy]) -> bool:
        load = self.loads.get(person)
        if load is None:
            return True
        for most, days in ((load.minutes_a_day, 1), (load.minutes_a_week, 7)):
            if most is not None:
                first = _first_of(one.lesson.starts, one.zone, days)
                more = sum(
                    _length(other.lesson.starts, other.lesson.ends)
                    for other in vacant
                    if _first_of(other.lesson.starts, other.zone, days) == first
                )
                taught = self._taught_on(person, one.lesson.starts, one.zone, days=days, but=_ids(vacant))
                if taught + more > most:
                    return False
        return True

    def _taught_on(self, person: str, at: datetime, zone: str, *, days: int, but: Collection[str]) -> int:
        """Minutes on this day, or in this week, without the lessons that are asked about."""
        first = _first_of(at, zone, days)
        return sum(
            _length(starts, ends)
            for starts, ends, lesson in self.taught.get(person, ())
            if lesson not in but and _first_of(starts, zone, days) == first
        )


async def pool_of(look: Look, people: Collection[str], lessons: Sequence[Lesson]) -> Pool:
    """Everything about these people around these lessons, in seven statements."""
    found = Pool()
    first, last = min(one.starts for one in lessons) - WEEK, max(one.ends for one in lessons) + WEEK
    for row in await look.all(select(Ability).where(Ability.person.in_(people))):
        found.abilities.setdefault(row.person, set()).add(row.ability)
    found.hours = await hours_of(look, people)
    found.loads = {row.person: row for row in await look.all(select(Load).where(Load.person.in_(people)))}
    for who, spans in (await away_between(look, people, first, last)).items():
        found.away.setdefault(who, []).extend(spans)
    for person, starts, ends, lesson in await look.rows(
        select(Leader.person, Lesson.starts, Lesson.ends, Lesson.id)
        .join(Lesson, Lesson.id == Leader.lesson)
        .where(
            Leader.person.in_(people), Lesson.status == "confirmed", Lesson.starts < last, Lesson.ends > first
        )
    ):  # fmt: skip
        found.taught.setdefault(person, []).append((starts, ends, lesson))
    for one in await met(look, people, first, last):
        found.away.setdefault(one.whose, []).append((one.starts, one.ends))
    await _read_groups(look, found, people)
    return found


async def _read_groups(look: Look, found: Pool, people: Collection[str]) -> None:
    for person, group, code in await look.rows(
        select(Leader.person, Lesson.group, func.max(Field.code))
        .join(Lesson, Lesson.id == Leader.lesson)
        .join(Group, Group.id == Lesson.group)
        .outerjoin(Field, Field.id == Group.field)
        .where(Leader.person.in_(people), Lesson.status == "confirmed")
        .group_by(Leader.person, Lesson.group)
    ):
        found.groups.setdefault(person, set()).add(group)
        if code:
            found.fields.setdefault(person, set()).add(code)


def _ids(vacant: Sequence[Vacancy]) -> set[str]:
    return {one.lesson.id for one in vacant}


def _first_of(at: datetime, zone: str, days: int) -> date:
    day = at.astimezone(ZoneInfo(zone)).date()
    return day if days == 1 else monday_of(day)


def _length(starts: datetime, ends: datetime) -> int:
    return int((ends - starts).total_seconds()) // 60
