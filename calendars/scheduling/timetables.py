"""The timetable as it stands: lessons of an organisation between two days, with who leads them and where they are."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select

from calendars import clashes, rights
from calendars.away import Spans, away_between, hours_of
from calendars.changes.standings import Change
from calendars.clock import local, monday_of
from calendars.places import house_of
from calendars.rights import Actor, Target
from calendars.scheduling import scheduling
from calendars.scheduling.slots import Span
from calendars.store import Look
from calendars.tables import (
    PRIVATE,
    Appointment,
    Day,
    Field,
    Group,
    Leader,
    Lesson,
    Load,
    Partner,
    Person,
    Place,
    Programme,
    WorkingTime,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """One lesson that takes place; names are words by language."""

    lesson: str
    programme: str
    zone: str
    group: str
    group_name: Mapping[str, str]
    field: str
    """The code of the group's field, empty where it has none."""
    n: int
    date: date
    kind: str
    starts: datetime
    ends: datetime
    topic: Mapping[str, str]
    needs: tuple[str, ...]
    leaders: tuple[tuple[str, str], ...] = ()
    """(id, name), in the order of names."""
    place: str | None = None
    place_name: str = ""
    rooms: int | None = None
    country: str = ""
    begun: bool = False

    @property
    def who(self) -> tuple[str, ...]:
        """The ids of those who lead it."""
        return tuple(person for person, _ in self.leaders)

    @property
    def minutes(self) -> int:
        return int((self.ends - self.starts).total_seconds()) // 60


class Met(NamedTuple):
    """A talk, an interview or a visit that somebody has: UTC instants, and the programme it belongs to."""

    starts: datetime
    ends: datetime
    programme: str = ""

    @property
    def minutes(self) -> int:
        return int((self.ends - self.starts).total_seconds()) // 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Those who may lead, as conflicts and loads are measured by."""

    names: Mapping[str, str]
    can: Mapping[str, frozenset[str]]
    away: Mapping[str, Sequence[tuple[datetime, datetime]]] = field(default_factory=dict)
    a_day: Mapping[str, int] = field(default_factory=dict)
    """The most minutes a day, for those who have a limit."""
    a_week: Mapping[str, int] = field(default_factory=dict)
    works: Mapping[str, Sequence[WorkingTime]] = field(default_factory=dict)
    """Their working times; who has none works always."""
    taken: Mapping[str, Sequence[tuple[datetime, datetime]]] = field(default_factory=dict)
    """Appointments of people, and of groups with the learners in them."""
    talks: Mapping[str, Sequence[Met]] = field(default_factory=dict)
    """The talks, interviews and visits that they have, without private ones and times that are only offered."""


async def between(look: Look, actor: Actor, programme: str, first: date, last: date) -> list[Taught]:
    """The lessons of the organisation that gives this programme, on these days (both included), in order of time.

    Of its other programmes only those that the actor may see: a room and a teacher are shared.
    """
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "see_plan", target)
    since, until = local(first, time(), found.zone), local(last + timedelta(days=1), time(), found.zone)
    statement: Any = (
        select(Lesson)
        .join(Programme, Programme.id == Lesson.programme)
        .where(
            Programme.organisation == found.organisation, Lesson.status == "confirmed",
            Lesson.starts >= since, Lesson.starts < until,
        )
    )  # fmt: skip
    chosen = rights.narrowed(statement, actor, "see_plan").with_only_columns(Lesson.id).subquery()
    led: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for lesson, person in await look.rows(
        select(Leader.lesson, Person)
        .join(Person, Person.id == Leader.person)
        .where(Leader.lesson.in_(select(chosen.c.id)))
        .order_by(Person.name, Person.id)
    ):
        led[lesson].append((person.id, person.shown))
    rows = await look.rows(
        select(Lesson, Day, Group, Field.code, Place, Programme)
        .join(Day, Day.id == Lesson.day)
        .join(Group, Group.id == Lesson.group)
        .join(Programme, Programme.id == Lesson.programme)
        .outerjoin(Field, Field.id == Group.field)
        .outerjoin(Place, Place.id == Day.place)
        .where(Lesson.id.in_(select(chosen.c.id)))
        .order_by(Lesson.starts, Lesson.id)
    )
    return [_taught(tuple(led[row[0].id]), *row) for row in rows]


async def proposed(look: Look, actor: Actor, programme: str, changes: Sequence[Change]) -> list[Taught]:
    """The lessons of a proposal as they would take place, for whoever plans; as many statements for one as for many."""
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    held = [one for one in changes if one.after.takes_place]
    days = {
        day.id: (day, place)
        for day, place in await look.rows(
            select(Day, Place).outerjoin(Place, Place.id == Day.place).where(Day.programme == programme)
        )
    }
    groups = {
        group.id: (group, code)
        for group, code in await look.rows(
            select(Group, Field.code).outerjoin(Field, Field.id == Group.field).where(Group.programme == programme)
        )
    }
    who = {person for one in held for person in one.after.leaders}
    people = await look.all(select(Person).where(Person.id.in_(who)).order_by(Person.name, Person.id))
    return [
        _taught(
            tuple((one.id, one.shown) for one in people if one.id in each.after.leaders), _row_of(each),
            days[each.after.day][0], *groups[each.after.group], days[each.after.day][1], found,
        )
        for each in held
        if each.after.day in days and each.after.group in groups
    ]  # fmt: skip


def _row_of(one: Change) -> Lesson:
    """The row that a change would leave; it belongs to no database."""
    after = one.after
    return Lesson(id=one.lesson, starts=after.starts, ends=after.ends, topic=after.topic, needs=list(after.needs))


async def staff(
    look: Look, actor: Actor, programme: str, taught: Collection[Taught], whole: tuple[datetime, datetime] | None = None
) -> Staff:
    """Whoever may lead in this programme's organisation, and whoever leads one of these lessons.

    What keeps them is known as long as the lessons last, or for the `whole` of a longer time.
    """
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "see_plan", target)
    leading = {who for one in taught for who in one.who}
    fields = {one.field for one in taught if one.field}
    can = await scheduling.abilities(look, Target(found.organisation), [programme], leading, fields)
    names = await look.all(select(Person).where(Person.id.in_(can)).order_by(Person.name, Person.id))
    away: Spans = {}
    taken = defaultdict[str, list[Span]](list)
    spans = [(one.starts, one.ends) for one in taught] + ([whole] if whole else [])
    if spans:
        first, last = min(starts for starts, _ in spans), max(ends for _, ends in spans)
        for met in await clashes.met(look, {*can, *(one.group for one in taught)}, first, last):
            taken[met.whose].append((met.starts, met.ends))
        away = await away_between(look, can, first, last)
    talks = await _talks(look, can, first, last) if spans else {}
    loads = await look.all(select(Load).where(Load.person.in_(can)))
    return Staff(
        names={one.id: one.shown for one in names}, can={who: frozenset(known) for who, known in can.items()},
        away=away, a_day={one.person: one.minutes_a_day for one in loads if one.minutes_a_day is not None},
        a_week={one.person: one.minutes_a_week for one in loads if one.minutes_a_week is not None},
        works=await hours_of(look, can), taken=taken, talks=talks,
    )  # fmt: skip


async def _talks(look: Look, people: Collection[str], first: datetime, last: datetime) -> dict[str, list[Met]]:
    rows = await look.rows(
        select(
            Partner.person, func.coalesce(Appointment.visit, Appointment.id), Appointment.starts, Appointment.ends,
            Appointment.programme,
        )
        .join(Appointment, Appointment.id == Partner.appointment)
        .where(
            Partner.person.in_(people), Partner.guest == "", Appointment.status == "confirmed",
            Appointment.kind.not_in(PRIVATE),
            Appointment.starts < last, Appointment.ends > first,
        )
        .distinct()  # a visit of several groups is one
        .order_by(Appointment.starts)
    )  # fmt: skip
    found = defaultdict[str, list[Met]](list)
    for person, _, *met in rows:
        found[person].append(Met(*met))
    return found


def whole_weeks(taught: Collection[Taught]) -> tuple[datetime, datetime] | None:
    """From the Monday before the first of these lessons to the end of the last one's week."""
    if not taught:
        return None
    first, last = min(taught, key=lambda one: one.starts), max(taught, key=lambda one: one.starts)
    ends = monday_of(last.date) + timedelta(days=7)
    return local(monday_of(first.date), time(), first.zone), local(ends, time(), last.zone)


def _taught(
    leaders: tuple[tuple[str, str], ...], lesson: Lesson, day: Day, group: Group, field: str | None,
    place: Place | None, programme: Programme,
) -> Taught:  # fmt: skip
    return Taught(
        lesson=lesson.id, programme=programme.id, zone=programme.zone, group=group.id, group_name=group.name,
        field=field or "", n=day.n, date=day.date, kind=day.kind, starts=lesson.starts, ends=lesson.ends,
        topic=programme.topics.get(lesson.topic, {}).get("title", {}), needs=tuple(lesson.needs), leaders=leaders,
        place=house_of(place), country=programme.country,
        place_name=place.name if place else "", rooms=place.rooms if place else None,
        begun=lesson.opened is not None or lesson.closed is not None or lesson.signed is not None,
    )  # fmt: skip
