"""A small school with a lesson that is on now, built by the product's own acts in any database."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product

from calendars import groups, houses, lessons, programmes, rights, schooldays
from calendars.blueprints.shipped import load
from calendars.clock import Clock, day_of
from calendars.errors import Invalid
from calendars.grants import Right
from calendars.groups import NewGroup
from calendars.houses import NewHouse
from calendars.lessons import NewLesson
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.programmes import NewProgramme
from calendars.store import Store, Work
from server.auth import signin
from server.auth.device import Device
from server.migrations import migrate

ZONE = "UTC"
EVERY_DAY = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TELEPHONE = "+358 40 000 0000"


@dataclass
class School:
    """What a test must know of it."""

    database: str
    programme: str = ""
    lesson: str = ""
    foreign: str = ""
    """A lesson of another group, at the same time."""
    coordinator: str = ""
    teacher: str = ""
    learners: list[str] = field(default_factory=list)
    stranger: str = ""
    """A learner of the other group."""
    links: dict[str, str] = field(default_factory=dict)
    """Path of each learner's personal link."""
    tokens: dict[str, str] = field(default_factory=dict)
    """A sign-in of each of the staff, as her second factor would have opened it."""


async def build(database: str, learners: int = 3) -> School:
    """Migrate the database and build everything; the lesson began a minute ago and lasts two hours."""
    await migrate(database)
    store, school = Store(database, Clock()), School(database)
    try:
        async with store.work() as work:
            await _build(work, school, learners)
    finally:
        await store.close()
    return school


async def _build(work: Work, school: School, learners: int) -> None:
    system = rights.system()
    await houses.found(work, NewHouse(name="Tervetulotalo", telephone=TELEPHONE))
    organisation = (await houses.organisations(work, system))[0].id
    start, country = _so_that_today_is_online(day_of(work.now, ZONE))
    new = NewProgramme(
        blueprint=load("occupation-for-immigrants"), start=start, organisation=organisation, country=country,
        zone=ZONE, weekdays=EVERY_DAY,
    )  # fmt: skip
    school.programme = (await programmes.plan(work, system, new)).id

    async def add(name: str, language: str = "fi") -> str:
        return (await people.add(work, system, NewPerson(name=name, language=language), rights.THE_HOUSE)).id

    school.coordinator, school.teacher, other = await add("Kaisa"), await add("Veera"), await add("Toivo")
    await people.appoint(work, system, school.coordinator, Right("coordinator", "organisation", organisation))
    school.learners = [await add(f"Oppija {n}", "ar") for n in range(1, learners + 1)]
    school.stranger = await add("Vieras", "en")
    line = await programmes.line(work, system, school.programme)
    today = next(day for day in line.days if day.date == line.today)
    fields = await programmes.fields(work, system, school.programme)
    formed = []
    for n, members in enumerate((school.learners, [school.stranger])):
        group = await groups.form(work, system, NewGroup(school.programme, fields[n].id, f"group {n}"))
        for person in members:
            await groups.seat(work, system, group.id, person)
        formed.append(group.id)
    begun = work.now.replace(microsecond=0) - timedelta(minutes=1)
    begun = max(begun, datetime.combine(line.today, datetime.min.time(), UTC))  # it belongs to today's date
    planned = [
        NewLesson(group, today.id, begun, begun + timedelta(hours=2), "", (teacher,))
        for group, teacher in zip(formed, (school.teacher, other), strict=True)
    ]
    school.lesson, school.foreign = [one.id for one in await lessons.plan(work, system, school.programme, planned)]
    secret = await houses.secret(work)
    for person in (*school.learners, school.stranger):
        school.links[person] = signin.personal_link(secret, person, 1)
    for person in (school.coordinator, school.teacher):
        device = Device("Firefox · Linux", True, ZONE)
        school.tokens[person] = (await signin.begin(work, person, "passkey", device)).token


def _so_that_today_is_online(today: date) -> tuple[date, str]:
    """When and where a programme must begin so that today is one of its online days, whatever is celebrated today."""
    blueprint = load("occupation-for-immigrants")
    for country, back in product(("FI", "JP", "IN"), range(5, 20)):
        try:
            laid = schooldays.plan(
                blueprint, today - timedelta(days=back), country=country, weekdays=EVERY_DAY, zone=ZONE
            )
        except Invalid:
            continue
        if any(day.date == today and day.kind == "online" for day in laid.days):
            return today - timedelta(days=back), country
    raise AssertionError(f"no programme makes {today} an online day")


def built(database: str, learners: int = 3) -> School:
    """The same from where no loop runs."""
    return asyncio.run(build(database, learners))
