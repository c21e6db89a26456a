"""The timetable as it stands: lessons of an organisation between two days, with who leads them and where they are."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from calendars import rights, scheduling
from calendars.clock import local
from calendars.rights import Actor, Target
from calendars.store import Look
from calendars.tables import Absence, Day, Field, Group, Leader, Lesson, Load, Person, Place, Programme


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
    begun: bool = False

    @property
    def who(self) -> tuple[str, ...]:
        """The ids of those who lead it."""
        return tuple(person for person, _ in self.leaders)

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


async def staff(look: Look, actor: Actor, programme: str, taught: Collection[Taught]) -> Staff:
    """Whoever may lead in this programme's organisation, and whoever leads one of these lessons."""
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "see_plan", target)
    leading = {who for one in taught for who in one.who}
    fields = {one.field for one in taught if one.field}
    can = await scheduling.abilities(look, Target(found.organisation), [programme], leading, fields)
    names = await look.all(select(Person).where(Person.id.in_(can)).order_by(Person.name, Person.id))
    away: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    if taught:
        first, last = min(one.starts for one in taught), max(one.ends for one in taught)
        for person, starts, ends in await look.rows(
            select(Absence.person, Absence.starts, Absence.ends).where(
                Absence.person.in_(can), Absence.withdrawn.is_(None), Absence.starts < last, Absence.ends > first
            )
        ):
            away[person].append((starts, ends))
    loads = await look.all(select(Load).where(Load.person.in_(can)))
    return Staff(
        names={one.id: one.shown for one in names}, can={who: frozenset(known) for who, known in can.items()},
        away=away, a_day={one.person: one.minutes_a_day for one in loads if one.minutes_a_day is not None},
        a_week={one.person: one.minutes_a_week for one in loads if one.minutes_a_week is not None},
    )  # fmt: skip


def _taught(
    leaders: tuple[tuple[str, str], ...], lesson: Lesson, day: Day, group: Group, field: str | None,
    place: Place | None, programme: Programme,
) -> Taught:  # fmt: skip
    return Taught(
        lesson=lesson.id, programme=programme.id, zone=programme.zone, group=group.id, group_name=group.name,
        field=field or "", n=day.n, date=day.date, kind=day.kind, starts=lesson.starts, ends=lesson.ends,
        topic=programme.topics.get(lesson.topic, {}).get("title", {}), needs=tuple(lesson.needs), leaders=leaders,
        place=f"{place.name.casefold()}/{place.address.casefold()}" if place else None,
        place_name=place.name if place else "", rooms=place.rooms if place else None,
        begun=lesson.opened is not None or lesson.closed is not None or lesson.signed is not None,
    )  # fmt: skip
