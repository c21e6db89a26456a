"""A programme with two groups, any number of learners and three who meet them: what the tests of appointments need."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from calendars import groups, houses, programmes, rights
from calendars.appointments import appointments
from calendars.appointments.checks import NewAppointment
from calendars.blueprints.shipped import load
from calendars.clock import SetClock
from calendars.grants import Right
from calendars.groups import NewGroup
from calendars.houses import NewHouse
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.places import NewPlace
from calendars.programmes import NewProgramme, PlannedDay
from calendars.rights import Actor
from calendars.store import Store
from tests.calendars.copied import built_once
from tests.calendars.planned import SYSTEM

START = date(2026, 9, 7)
"""Sixty training days from here end on 27 November 2026."""
AFTER = datetime(2026, 12, 1, 7, tzinfo=UTC)
"""Nine in the morning in Helsinki, four days after the end."""
MINUTE = timedelta(minutes=1)


@dataclass
class Talking:
    """The ids of everything."""

    store: Store
    programme: str = ""
    organisation: str = ""
    learners: list[str] = field(default_factory=list)
    staff: dict[str, str] = field(default_factory=dict)
    groups: list[str] = field(default_factory=list)
    days: list[PlannedDay] = field(default_factory=list)

    @property
    def clock(self) -> SetClock:
        return cast(SetClock, self.store.clock)

    async def actor(self, person: str) -> Actor:
        """Somebody by id, or staff by name, with the rights of now."""
        async with self.store.look() as look:
            return await rights.actor_of(look, self.staff.get(person, person))

    async def offer(self, starts: datetime, minutes: int = 30, by: str = "Oona", **facts: Any) -> str:
        """An open time of Oona's, or of who offers it; returns its id."""
        told: dict[str, Any] = {"kind": "tutoring", "way": "phone", "partners": (self.staff[by],)} | facts
        new = NewAppointment(starts=starts, ends=starts + minutes * MINUTE, **told)
        actor = await self.actor(by)
        async with self.store.work() as work:
            return (await appointments.plan(work, actor, self.programme, [new]))[0].id

    async def book(self, learner: str, appointment: str) -> str:
        """The learner takes an offered time; returns the id of what is hers now."""
        actor = await self.actor(learner)
        async with self.store.work() as work:
            return (await appointments.book(work, actor, appointment)).id


@built_once
async def plan_talking(store: Store, learners: int = 2, blueprint: str = "occupation-for-immigrants") -> Talking:
    """Two groups that share the learners between them; Oona and Otto counsel, Veera teaches, Nea is a nurse."""
    house = Talking(store)
    house.clock.at = datetime(2026, 9, 1, 6, tzinfo=UTC)
    async with store.work() as work:
        await houses.found(work, NewHouse(name="Tervetulotalo", telephone="+358 40 000 0000"))
        house.organisation = (await houses.organisations(work, SYSTEM))[0].id
        place = NewPlace(name="Koulutustalo", address="Koulukatu 1, 40100 Jyväskylä", latitude=62.24, longitude=25.75)
        model = load(blueprint)
        new = NewProgramme(
            blueprint=model, start=START, organisation=house.organisation, places=dict.fromkeys(model.places, place)
        )
        house.programme = (await programmes.plan(work, SYSTEM, new)).id
        house.days = (await programmes.line(work, SYSTEM, house.programme)).days
        roles = {"Kaisa": "coordinator", "Oona": "counsellor", "Otto": "counsellor", "Nea": "support"}
        for name, role in roles.items():
            house.staff[name] = (await people.add(work, SYSTEM, NewPerson(name=name), rights.THE_HOUSE)).id
            await people.appoint(work, SYSTEM, house.staff[name], Right(role, "programme", house.programme))
        fields = await programmes.fields(work, SYSTEM, house.programme)
        for n in range(2):
            kind = fields[n].id if fields else ""
            house.groups.append((await groups.form(work, SYSTEM, NewGroup(house.programme, kind, f"group {n}"))).id)
        for n in range(learners):
            person = await people.add(work, SYSTEM, NewPerson(name=f"Learner {n:02}"), rights.THE_HOUSE)
            await groups.seat(work, SYSTEM, house.groups[n * 2 // learners], person.id)
            house.learners.append(person.id)
        house.staff["Veera"] = (await people.add(work, SYSTEM, NewPerson(name="Veera"), rights.THE_HOUSE)).id
        await people.appoint(work, SYSTEM, house.staff["Veera"], Right("teacher", "programme", house.programme))
    return house
