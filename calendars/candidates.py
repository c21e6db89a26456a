"""Who could lead lessons instead of somebody: by what she can do, when she is free, and how little it changes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from calendars import people, rights
from calendars.clashes import met
from calendars.clock import local
from calendars.errors import NotFound
from calendars.freedays import WEEKDAYS
from calendars.rights import Actor, Target
from calendars.store import Look
from calendars.tables import (
    Ability,
    Absence,
    Day,
    Field,
    Group,
    Leader,
    Lesson,
    Load,
    Person,
    Phase,
    Programme,
    WorkingTime,
)

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could; `reasons` are codes, the best first: knows_group, knows_field, able, untold."""

    person: Person
    role: str
    reasons: tuple[str, ...]
    minutes: int
    """What she teaches on the first of these days already."""


@dataclass(frozen=True, slots=True)
class Vacancy:
    """One lesson that lacks a leader, with what it asks for and who stays."""

    lesson: Lesson
    zone: str
    field: str | None
    needs: tuple[str, ...]
    staying: tuple[str, ...]
    role: str


@dataclass(slots=True)
class Known:
    """What the house knows of everybody who could come."""

    abilities: dict[str, set[str]] = field(default_factory=dict)
    hours: dict[str, list[WorkingTime]] = field(default_factory=dict)
    loads: dict[str, Load] = field(default_factory=dict)
    away: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict)
    taught: dict[str, list[tuple[datetime, datetime]]] = field(default_factory=dict)
    groups: dict[str, set[str]] = field(default_factory=dict)
    """The groups whose lessons she leads anywhere in their programme."""
    fields: dict[str, set[str]] = field(default_factory=dict)


async def candidates(look: Look, actor: Actor, lessons: Sequence[str], absent: str) -> list[Candidate]:
    """Everybody who could lead all of these lessons instead of `absent`, the least change first, for whoever plans."""
    vacant = await vacancies(look, actor, lessons, absent)
    pool: dict[str, tuple[Person, set[str]]] = {}
    for person, grant in await people.staff(look, actor):
        if grant.role in ("teacher", "tutor") and person.id != absent:
            pool.setdefault(person.id, (person, set()))[1].add(grant.role)
    known = await _known(look, {absent, *pool}, vacant)
    found = []
    for person, roles in pool.values():
        reasons = _reasons(person.id, roles, vacant, known)
        if reasons and all(_is_free(person.id, one, known, vacant) for one in vacant):
            role = vacant[0].role if vacant[0].role in roles else min(roles)
            found.append(Candidate(person, role, reasons, _minutes(known, person.id, vacant[0])))
    return sorted(found, key=lambda one: _rank(one, vacant, known))


async def vacancies(look: Look, actor: Actor, lessons: Sequence[str], absent: str) -> list[Vacancy]:
    """These lessons with what they need, for whoever plans all of them. Raises NotFound."""
    rows = await look.rows(
        select(Lesson, Programme, Field.code, Phase)
        .join(Programme, Programme.id == Lesson.programme)
        .join(Group, Group.id == Lesson.group)
        .join(Day, Day.id == Lesson.day)
        .join(Phase, Phase.id == Day.phase)
        .outerjoin(Field, Field.id == Group.field)
        .where(Lesson.id.in_(lessons))
        .order_by(Lesson.starts, Lesson.id)
    )
    if not rows or {lesson.id for lesson, *_ in rows} != set(lessons):
        raise NotFound()
    for lesson, programme, *_ in rows:
        rights.ask(actor, "plan", Target(programme.organisation, programme.id, lesson.group, lesson.id))
    led: dict[str, dict[str, str]] = {}
    for row in await look.all(select(Leader).where(Leader.lesson.in_(lessons)).order_by(Leader.person)):
        led.setdefault(row.lesson, {})[row.person] = row.role
    return [
        Vacancy(
            lesson, programme.zone, code, needs_of(lesson, phase, code, programme.zone),
            tuple(one for one in leading if one != absent), leading.get(absent, "teacher"),
        )
        for lesson, programme, code, phase in rows
        for leading in [led.get(lesson.id, {})]
    ]  # fmt: skip


def needs_of(lesson: Lesson, phase: Phase, code: str | None, zone: str) -> tuple[str, ...]:
    """What its leaders must be able to do: as it says itself, else as its phase says of lessons at this hour.

    `field` stands for the group's own field.
    """
    asked = list(lesson.needs)
    if not asked:
        at = f"{lesson.starts.astimezone(ZoneInfo(zone)):%H:%M}"
        kinds = {tuple(one["needs"]) for one in phase.lessons}
        here = next((one["needs"] for one in phase.lessons if one["starts"] == at), None)
        asked = list(here if here is not None else kinds.pop() if len(kinds) == 1 else ())
    return tuple(f"field:{code}" if one == "field" and code else one for one in asked)


def matched(needs: Sequence[str], able: Sequence[Collection[str]]) -> int:
    """How many of these needs can be met by these people at once, one need each."""
    if not needs:
        return 0
    first, rest = needs[0], needs[1:]
    best = matched(rest, able)
    for position, one in enumerate(able):
        if first in one:
            best = max(best, 1 + matched(rest, [*able[:position], *able[position + 1 :]]))
    return best


def _reasons(person: str, roles: set[str], vacant: Sequence[Vacancy], known: Known) -> tuple[str, ...]:
    """Why she could; empty when she cannot do one of them."""
    told = person in known.abilities
    for one in vacant:
        if not one.needs:
            continue
        if told:
            staying = [known.abilities.get(other, set()) for other in one.staying]
            if matched(one.needs, [*staying, known.abilities[person]]) <= matched(one.needs, staying):
                return ()
        elif not roles & ({"tutor"} if "tutor" in one.needs else {"teacher"}):
            return ()
    reasons = []
    if all(one.lesson.group in known.groups.get(person, ()) for one in vacant):
        reasons.append("knows_group")
    elif all(one.field and one.field in known.fields.get(person, ()) for one in vacant):
        reasons.append("knows_field")
    reasons.append("able" if told else "untold")
    return tuple(reasons)


def _rank(one: Candidate, vacant: Sequence[Vacancy], known: Known) -> tuple[int, int, int, str, str]:
    """Those whom the group knows, then those of whom it is known that they can, then who has least to do."""
    strange = sum(each.lesson.group not in known.groups.get(one.person.id, ()) for each in vacant)
    untold = int(one.person.id not in known.abilities)
    return strange, untold, one.minutes, one.person.name, one.person.id


def _minutes(known: Known, person: str, vacancy: Vacancy) -> int:
    return _taught_on(known, person, vacancy.lesson.starts, vacancy.zone, days=1)


def _is_free(person: str, one: Vacancy, known: Known, vacant: Sequence[Vacancy]) -> bool:
    starts, ends = one.lesson.starts, one.lesson.ends
    if person in one.staying:
        return False
    for since, until in (*known.away.get(person, ()), *known.taught.get(person, ())):
        if since < ends and starts < until:
            return False
    return works_then(known.hours.get(person, ()), starts, ends, one.zone) and _can_bear(person, one, known, vacant)


def same_hour(day: date, at: datetime, zone: str) -> datetime:
    """The instant on another day at which the clock on the wall shows the same."""
    return local(day, at.astimezone(ZoneInfo(zone)).time(), zone)


def works_then(hours: Sequence[WorkingTime], starts: datetime, ends: datetime, zone: str) -> bool:
    """Whether somebody with these working times works then; whoever has none works always."""
    if not hours:
        return True
    since, until = starts.astimezone(ZoneInfo(zone)), ends.astimezone(ZoneInfo(zone))
    weekday = WEEKDAYS[since.weekday()]
    return any(one.weekday == weekday and one.starts <= since.time() and until.time() <= one.ends for one in hours)


def _can_bear(person: str, one: Vacancy, known: Known, vacant: Sequence[Vacancy]) -> bool:
    load = known.loads.get(person)
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
            if _taught_on(known, person, one.lesson.starts, one.zone, days=days) + more > most:
                return False
    return True


def _taught_on(known: Known, person: str, at: datetime, zone: str, *, days: int) -> int:
    first = _first_of(at, zone, days)
    return sum(
        _length(starts, ends) for starts, ends in known.taught.get(person, ()) if _first_of(starts, zone, days) == first
    )


def _first_of(at: datetime, zone: str, days: int) -> date:
    day = at.astimezone(ZoneInfo(zone)).date()
    return day if days == 1 else day - timedelta(days=day.weekday())


def _length(starts: datetime, ends: datetime) -> int:
    return int((ends - starts).total_seconds()) // 60


async def _known(look: Look, pool: Collection[str], vacant: Sequence[Vacancy]) -> Known:
    """Everything about these people around these lessons, in seven statements."""
    known = Known()
    first, last = min(one.lesson.starts for one in vacant) - WEEK, max(one.lesson.ends for one in vacant) + WEEK
    for row in await look.all(select(Ability).where(Ability.person.in_(pool))):
        known.abilities.setdefault(row.person, set()).add(row.ability)
    for row in await look.all(select(WorkingTime).where(WorkingTime.person.in_(pool))):
        known.hours.setdefault(row.person, []).append(row)
    known.loads = {row.person: row for row in await look.all(select(Load).where(Load.person.in_(pool)))}
    away = select(Absence).where(Absence.person.in_(pool), Absence.withdrawn.is_(None))
    for row in await look.all(away.where(Absence.ends > first, Absence.starts < last)):
        known.away.setdefault(row.person, []).append((row.starts, row.ends))
    for person, starts, ends in await look.rows(
        select(Leader.person, Lesson.starts, Lesson.ends)
        .join(Lesson, Lesson.id == Leader.lesson)
        .where(
            Leader.person.in_(pool), Lesson.status == "confirmed", Lesson.starts < last, Lesson.ends > first,
            Lesson.id.not_in([one.lesson.id for one in vacant]),
        )
    ):  # fmt: skip
        known.taught.setdefault(person, []).append((starts, ends))
    for one in await met(look, pool, first, last):
        known.away.setdefault(one.whose, []).append((one.starts, one.ends))
    await _read_groups(look, known, pool)
    return known


async def _read_groups(look: Look, known: Known, pool: Collection[str]) -> None:
    for person, group, code in await look.rows(
        select(Leader.person, Lesson.group, func.max(Field.code))
        .join(Lesson, Lesson.id == Leader.lesson)
        .join(Group, Group.id == Lesson.group)
        .outerjoin(Field, Field.id == Group.field)
        .where(Leader.person.in_(pool), Lesson.status == "confirmed")
        .group_by(Leader.person, Lesson.group)
    ):
        known.groups.setdefault(person, set()).add(group)
        if code:
            known.fields.setdefault(person, set()).add(code)
