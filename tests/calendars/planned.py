"""A small training house, planned by the product's own acts: what the tests of the plan stand on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import cast

from sqlalchemy import event

from calendars import groups, houses, lessons, programmes, rights
from calendars.blueprints.shipped import load
from calendars.clock import SetClock
from calendars.grants import Right
from calendars.groups import NewGroup
from calendars.houses import NewHouse
from calendars.lessons import NewLesson
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.places import NewPlace
from calendars.programmes import Line, NewProgramme
from calendars.rights import Actor, Target
from calendars.store import Look, Store, Work
from tests.calendars.copied import built_once

MONDAY = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)
"""Training day 6, the first online day, at nine in Helsinki."""
SYSTEM = rights.system()


@dataclass
class Planned:
    """The ids of everything."""

    store: Store
    organisation: str = ""
    programme: str = ""
    people: dict[str, str] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    seats: dict[str, str] = field(default_factory=dict)
    lessons: dict[str, list[str]] = field(default_factory=dict)

    @property
    def clock(self) -> SetClock:
        return cast(SetClock, self.store.clock)

    async def actor(self, name: str) -> Actor:
        """Somebody with the rights of now."""
        async with self.store.look() as look:
            return await rights.actor_of(look, self.people[name])

    async def line(self) -> Line:
        async with self.store.look() as look:
            return await programmes.line(look, SYSTEM, self.programme)


async def planned_by_acts(store: Store) -> Planned:
    """S0 from 2 March 2026: two groups of two fields, three learners, two teachers and the office.

    On training day 6 the first group has lessons at 10 and 13 by Veera, the second at 12 by Toivo.
    """
    house = Planned(store)
    house.clock.at = MONDAY - timedelta(days=10)
    async with store.work() as work:
        await houses.found(work, NewHouse(name="Tervetulotalo", telephone="+358 40 000 0000"))
        house.organisation = (await houses.organisations(work, SYSTEM))[0].id
        place = NewPlace(name="Koulutustalo", address="Koulukatu 1, 40100 Jyväskylä", latitude=62.24, longitude=25.75)
        new = NewProgramme(
            blueprint=load("occupation-for-immigrants"), start=date(2026, 3, 2), organisation=house.organisation,
            places={"house": place},
        )  # fmt: skip
        house.programme = (await programmes.plan(work, SYSTEM, new)).id
        await _people(work, house)
        await _groups(work, house)
        await _lessons(work, house)
    house.clock.at = MONDAY
    return house


plan_house = built_once(planned_by_acts)


async def _people(work: Work, house: Planned) -> None:
    names = {
        "Kaisa": "fi", "Oona": "fi", "Iiris": "en", "Veera": "fi", "Toivo": "fi", "Amina": "ar", "Bilal": "en",
        "Chau": "fi", "Stranger": "en",
    }  # fmt: skip
    for name, language in names.items():
        new = NewPerson(name=name, language=language)
        house.people[name] = (await people.add(work, SYSTEM, new, rights.THE_HOUSE)).id
    office = {
        "Kaisa": Right("coordinator", "organisation", house.organisation),
        "Oona": Right("counsellor", "programme", house.programme),
        "Iiris": Right("inspector", "programme", house.programme),
    }
    for name, right in office.items():
        await people.appoint(work, SYSTEM, house.people[name], right)


async def _groups(work: Work, house: Planned) -> None:
    fields = {one.code: one.id for one in await programmes.fields(work, SYSTEM, house.programme)}
    for name, code in (("first", "logistics"), ("second", "sales")):
        house.groups[name] = (await groups.form(work, SYSTEM, NewGroup(house.programme, fields[code], name))).id
    for person, name in (("Amina", "first"), ("Bilal", "first"), ("Chau", "second")):
        seat = await groups.seat(work, SYSTEM, house.groups[name], house.people[person])
        house.seats[person] = seat.id


async def _lessons(work: Work, house: Planned) -> None:
    day = next(day for day in (await programmes.line(work, SYSTEM, house.programme)).days if day.n == 6)
    spans = [(one.starts, one.ends) for one in day.lessons]
    noon = (spans[0][1], spans[0][1] + timedelta(hours=1))
    for group, person, times in (("first", "Veera", spans), ("second", "Toivo", [noon])):
        new = [
            NewLesson(house.groups[group], day.id, starts, ends, "vocabulary", (house.people[person],))
            for starts, ends in times
        ]
        house.lessons[group] = [one.id for one in await lessons.plan(work, SYSTEM, house.programme, new)]


def target(house: Planned, group: str = "") -> Target:
    """The programme, or one of its groups, as a target."""
    return Target(house.organisation, house.programme, house.groups.get(group))


@contextmanager
def counted(look: Look) -> Iterator[list[str]]:
    """The statements that a look runs."""
    said: list[str] = []
    engine = look.session.get_bind()

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", hear)
