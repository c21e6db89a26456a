"""A house with as many open lessons of eight as a benchmark wants, planned by the product's own acts."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from calendars import groups, houses, lessons, programmes, rights
from calendars.blueprints.shipped import load
from calendars.clock import Clock, SetClock
from calendars.groups import NewGroup
from calendars.houses import NewHouse
from calendars.lessons import NewLesson
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.places import NewPlace
from calendars.programmes import NewProgramme
from calendars.rights import Target
from calendars.store import Store, Work
from server.auth import signin
from server.demo.today import house_time, start_day
from server.migrations import migrate

EIGHT = 8
"""People of one lesson: seven learners and their teacher, who comes first in every list."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who comes to which lesson, and the path of the link by which she signs in."""

    person: str
    lesson: str
    link: str
    leads: bool


@dataclass(frozen=True, slots=True)
class Crowd:
    """All of them, in the order of the lessons, and how far the house's clock is ahead of the machine's."""

    seats: tuple[Seat, ...]
    shift: timedelta


def database(folder: str) -> str:
    """The address of the database in a folder."""
    return f"sqlite+aiosqlite:///{Path(folder).as_posix()}/crowd.db"


async def gather(folder: str, rooms: int) -> Crowd:
    """Build the house in a folder; every lesson has just begun."""
    blueprint, machine = load("occupation-for-immigrants"), Clock().now()
    now = house_time(machine, blueprint)
    await migrate(database(folder))
    store = Store(database(folder), SetClock(now))
    today = now.astimezone(ZoneInfo(blueprint.zone)).date()
    start = start_day(blueprint, today)
    try:
        async with store.work() as work:
            await houses.found(work, NewHouse(name="Tervetulotalo", telephone="+358 40 000 0000"))
            secret = await houses.secret(work)
            organisation = (await houses.organisations(work, rights.system()))[0].id
            places = dict.fromkeys(blueprint.places, NewPlace(name="Koulutustalo", address="Koulukatu 1"))
            new = NewProgramme(blueprint=blueprint, start=start, organisation=organisation, places=places)
            programme = (await programmes.plan(work, rights.system(), new)).id
            seats = await _seats(work, secret, Target(organisation, programme), rooms)
    finally:
        await store.close()
    return Crowd(tuple(seats), now - machine)


async def _seats(work: Work, secret: bytes, target: Target, rooms: int) -> list[Seat]:
    programme = target.programme or ""
    line = await programmes.line(work, rights.system(), programme)
    day = next(one for one in line.days if one.date == line.today)
    field = (await programmes.fields(work, rights.system(), programme))[0]
    starts = work.now.replace(microsecond=0) - timedelta(minutes=1)
    new, members = [], []
    for number in range(rooms):
        group = await groups.form(work, rights.system(), NewGroup(programme, field.id, f"Group {number}"))
        eight = [
            await people.add(work, rights.system(), NewPerson(name=f"Person {number}.{n}", language="fi"), target)
            for n in range(EIGHT)
        ]
        for learner in eight[1:]:
            await groups.seat(work, rights.system(), group.id, learner.id)
        new.append(NewLesson(group.id, day.id, starts, starts + timedelta(hours=2), "", (eight[0].id,)))
        members.append(eight)
    planned = await lessons.plan(work, rights.system(), programme, new)
    links = (signin.staff_demo_link, signin.personal_link)
    return [
        Seat(one.id, lesson.id, links[n > 0](secret, one.id, one.generation), n == 0)
        for lesson, eight in zip(planned, members, strict=True)
        for n, one in enumerate(eight)
    ]
