"""Builds the training house: people, the programme, groups, seats and lessons, so that a lesson is open now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from calendars import groups, lessons, people, programmes, rights, schooldays
from calendars.blueprint_form import Blueprint
from calendars.errors import Invalid
from calendars.groups import NewGroup
from calendars.lessons import NewLesson
from calendars.people import NewHouse, NewPerson
from calendars.programmes import NewPlace, NewProgramme
from calendars.rights import Right, Target
from calendars.schooldays import Meeting
from calendars.store import Store, Work
from server.demo import cast

Formed = list[tuple[str, tuple[str, ...]]]

FIRST_HOUR, LAST_HOUR = 7, 18
SHIFTED_TO = time(10, 5)


@dataclass(frozen=True, slots=True)
class Laid:
    """One lesson as it was planned: who teaches it, who should come."""

    lesson: str
    group: str
    starts: datetime
    ends: datetime
    on_site: bool
    teacher: str
    learners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Built:
    """What stands in the house, for the stage and for `--json`."""

    programme: str
    people: tuple[str, ...]
    learner: str
    teacher: str
    coordinator: str
    inspector: str
    missing: str
    groups: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Group, its teacher of today's first lesson, its learners."""
    lessons: tuple[Laid, ...]
    """Every lesson of the programme, in order of time and of the groups."""

    def at(self, now: datetime) -> list[Laid]:
        """The lessons that are on now, in the order of the groups; the first is the stage's."""
        return [one for one in self.lessons if one.starts <= now < one.ends]


def house_time(now: datetime, blueprint: Blueprint) -> datetime:
    """The instant at which the house starts: now, or 10:05 of the next day on which there can be a lesson."""
    zone = ZoneInfo(blueprint.zone)
    here = now.astimezone(zone)
    if FIRST_HOUR <= here.hour < LAST_HOUR and _is_training_day(blueprint, here.date()):
        return now
    day = here.date() if here.hour < FIRST_HOUR else here.date() + timedelta(days=1)
    while not _is_training_day(blueprint, day):
        day += timedelta(days=1)
    return datetime.combine(day, SHIFTED_TO, zone).astimezone(now.tzinfo)


def _is_training_day(blueprint: Blueprint, day: date) -> bool:
    try:
        schooldays.start_so_that(blueprint, 1, day)
    except Invalid:
        return False
    return True


def number_of_today(blueprint: Blueprint) -> int:
    """The training day that today is: online, with a contact day after it; else the third. Raises Invalid."""
    kinds = [blueprint.phases[part.phase].kind for part in blueprint.line for _ in range(part.days or 0)]
    if not kinds:
        raise Invalid("demo_needs_days", blueprint=blueprint.name)
    for n, (today, tomorrow) in enumerate(pairwise(kinds), start=1):
        if (today, tomorrow) == ("online", "contact"):
            return n
    return min(3, len(kinds))


async def build(store: Store, blueprint: Blueprint, now: datetime) -> Built:
    """Build everything; `now` is the instant at which the first lesson shall be open. The store's clock is our own."""
    today = now.astimezone(ZoneInfo(blueprint.zone)).date()
    start = schooldays.start_so_that(blueprint, number_of_today(blueprint), today)
    founder = rights.system()
    async with store.work() as work:
        await people.found(work, NewHouse(name="Tervetulotalo", telephone="+358 40 000 0000"))
        await people.set_house(work, founder, NewHouse(name="Tervetulotalo", telephone="+358 40 000 0000"))
        organisation = (await people.organisations(work, founder))[0]
        place = NewPlace(name="Koulutustalo", address="Lutakonkatu 6, 40100 Jyväskylä", latitude=62.24, longitude=25.76)
        new = NewProgramme(
            blueprint=blueprint,
            start=start,
            organisation=organisation.id,
            places=dict.fromkeys(blueprint.places, place),
        )
        programme = await programmes.plan(work, founder, new)
        target = Target(organisation.id, programme.id)
        staff = {
            part.role: await _add(work, part, target) for part in (cast.COORDINATOR, cast.COUNSELLOR, cast.INSPECTOR)
        }
        await people.appoint(work, founder, staff["coordinator"], Right("coordinator", "organisation", organisation.id))
        for role in ("counsellor", "inspector"):
            await people.appoint(work, founder, staff[role], Right(role, "programme", programme.id))
        teachers = [await _add(work, part, target) for part in cast.TEACHERS]
        learners = [await _add(work, part, target) for part in cast.LEARNERS]
        formed = await _groups(work, blueprint, programme.id, learners)
    async with store.work() as work:
        coordinator = await rights.actor_of(work, staff["coordinator"])
        planned = await _lessons(work, coordinator, programme.id, formed, teachers, now)
    return Built(
        programme.id, (*staff.values(), *teachers, *learners), learners[0], teachers[0],
        staff["coordinator"], staff["inspector"], formed[0][1][-1],
        tuple((group, teachers[n % len(teachers)], members) for n, (group, members) in enumerate(formed)),
        planned,
    )  # fmt: skip


async def _add(work: Work, part: cast.Part, target: Target) -> str:
    number = 100 + sum(map(ord, part.name)) % 900
    new = NewPerson(name=part.name, language=part.language, telephone=f"+358 40 000 0{number}")
    return (await people.add(work, rights.system(), new, target)).id


def sizes(learners: int, fields: int) -> list[tuple[int, int]]:
    """(field, size) of each group: everybody seated, fields as even as they go, groups of five to seven.

    Twenty-four in three fields are 7, 7 and 10, which is 7, 7, 5 and 5.
    """
    if fields == 0:
        return []
    share = [learners // fields] * fields
    share[-1] += learners - sum(share)
    if fields == 3 and learners == 24:
        share = [7, 7, 10]
    return [
        (field, size // parts + (1 if part < size % parts else 0))
        for field, size in enumerate(share)
        for parts in [max(1, -(-size // 7))]
        for part in range(parts)
    ]


async def _groups(work: Work, blueprint: Blueprint, programme: str, learners: list[str]) -> Formed:
    fields = await programmes.fields(work, rights.system(), programme)
    formed, taken = [], 0
    count: dict[str, int] = {}
    for position, size in sizes(len(learners), len(fields)):
        field = fields[position]
        count[field.id] = count.get(field.id, 0) + 1
        name = f"{field.name['fi']} {count[field.id]}"
        group = await groups.form(work, rights.system(), NewGroup(programme, field.id, name))
        members = tuple(learners[taken : taken + size])
        taken += size
        for person in members:
            await groups.seat(work, rights.system(), group.id, person)
        formed.append((group.id, members))
    return formed


async def _lessons(
    work: Work, actor: rights.Actor, programme: str, formed: Formed, teachers: list[str], now: datetime
) -> tuple[Laid, ...]:
    line = await programmes.line(work, actor, programme)
    topics = sorted(line.programme.topics) or [""]
    new, online = [], {day.id: day.kind == "online" for day in line.days}
    for day in line.days:
        for slot, (starts, ends) in enumerate(_hours(day.lessons, day.date == line.today, now)):
            for position, (group, _) in enumerate(formed):
                teacher = teachers[(position + slot) % len(teachers)]
                new.append(NewLesson(group, day.id, starts, ends, topics[(day.n + slot) % len(topics)], (teacher,)))
    rows = await lessons.plan(work, actor, programme, new)
    members = dict(formed)
    return tuple(
        Laid(row.id, row.group, row.starts, row.ends, not online[row.day], one.leaders[0], members[row.group])
        for row, one in zip(rows, new, strict=True)
    )


def _hours(usual: Sequence[Meeting], is_today: bool, now: datetime) -> list[tuple[datetime, datetime]]:
    """The hours of a day's lessons; today's are laid so that one is on now and another comes later."""
    hours = [(one.starts, one.ends) for one in usual]
    if not is_today or not hours:
        return hours
    if len(hours) > 1 and hours[0][0] + timedelta(minutes=2) <= now < hours[0][1] - timedelta(minutes=30):
        return hours
    begun = now.replace(second=0, microsecond=0) - timedelta(minutes=5 + now.minute % 5)
    later = begun + timedelta(minutes=120)
    return [(begun, begun + timedelta(minutes=90)), (later, later + timedelta(minutes=90))]
