"""Builds the training house: people, the programme, groups, seats and lessons, so that a lesson is open now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from calendars import groups, houses, lessons, programmes, rights
from calendars.blueprints.form import Blueprint
from calendars.grants import Right
from calendars.groups import NewGroup
from calendars.houses import NewHouse
from calendars.lessons import NewLesson
from calendars.people import enrolments, people
from calendars.people.people import NewPerson
from calendars.programmes import NewProgramme
from calendars.rights import Target
from calendars.scheduling.wanted import ANYBODY, resolved
from calendars.store import Store, Work
from server.demo import cast, planner
from server.demo.planner import Led, Reception
from server.demo.today import hours, start_day

Formed = list[tuple[str, tuple[str, ...]]]

ROOM = 8  # people, whoever leads them counted: so many are at home in the embedded room
EVENINGS = 12  # learners of a model that meets once a week


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
    beside: tuple[str, ...] = ()
    """Who leads it together with her."""


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
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    """Each group with its learners."""
    lessons: tuple[Laid, ...]
    """Every lesson of the programme, in order of time and of the groups."""

    def at(self, now: datetime) -> list[Laid]:
        """The lessons that are on now, in the order of the groups; the first is the stage's."""
        return [one for one in self.lessons if one.starts <= now < one.ends]


async def build(store: Store, blueprint: Blueprint, now: datetime) -> Built:
    """Build everything; `now` is the instant at which the first lesson shall be open. The store's clock is our own."""
    today = now.astimezone(ZoneInfo(blueprint.zone)).date()
    start = start_day(blueprint, today)
    seats = _sizes(blueprint)
    crew = _crew(blueprint)[: _needed(blueprint, len(seats))]
    founder = rights.system()
    async with store.work() as work:
        await houses.found(work, NewHouse(name="Tervetulotalo", telephone="+358 40 000 0000"))
        await houses.set_house(work, founder, NewHouse(name="Tervetulotalo", telephone="+358 40 000 0000"))
        organisation = (await houses.organisations(work, founder))[0]
        new = NewProgramme(
            blueprint=blueprint, start=start, organisation=organisation.id, places=cast.places_of(blueprint)
        )
        programme = await programmes.plan(work, founder, new)
        target = Target(organisation.id, programme.id)
        staff = {
            part.role: await _add(work, part, target) for part in (cast.COORDINATOR, cast.COUNSELLOR, cast.INSPECTOR)
        }
        await people.appoint(work, founder, staff["coordinator"], Right("coordinator", "organisation", organisation.id))
        for role in ("counsellor", "inspector"):
            await people.appoint(work, founder, staff[role], Right(role, "programme", programme.id))
        teachers = [await _add(work, part, target) for part in crew]
        learners = {await _add(work, part, target): part for part in cast.LEARNERS[: sum(size for _, size in seats)]}
        waiting = {await _add(work, part, target): part for part in (*cast.WAITING, *cast.ASKING)}
        formed = await _groups(work, programme.id, seats, list(learners))
    async with store.work() as work:
        actor, counsellor = [await rights.actor_of(work, staff[role]) for role in ("coordinator", "counsellor")]
        reception = Reception(actor, counsellor, await programmes.line(work, actor, programme.id))
        await _take_in(work, reception, formed, learners, waiting)
        planned, led = await _lessons(work, reception, blueprint, formed, teachers, now)
        await planner.staff(work, reception, blueprint, teachers, led)
    return Built(
        programme.id, (*staff.values(), *teachers, *learners), formed[0][1][0], teachers[0], staff["coordinator"],
        staff["inspector"], formed[0][1][-1], tuple(formed), planned,
    )  # fmt: skip


async def _add(work: Work, part: cast.Part, target: Target) -> str:
    number = 100 + sum(map(ord, part.name)) % 900
    new = NewPerson(name=part.name, language=part.language, telephone=f"+358 40 000 0{number}")
    return (await people.add(work, rights.system(), new, target)).id


def _crew(blueprint: Blueprint) -> tuple[cast.Part, ...]:
    """Who leads: teachers, or tutors where the model asks for them."""
    return cast.TUTORS if any(one.leader_role == "tutor" for one in blueprint.series.values()) else cast.TEACHERS


def _leaders(blueprint: Blueprint) -> int:
    """How many lead one lesson, at most."""
    needed = [len(one.needs) for phase in blueprint.phases.values() for one in phase.lessons]
    return max([*needed, *(one.leaders for one in blueprint.series.values())], default=1)


def _needed(blueprint: Blueprint, classes: int) -> int:
    """How many who lead keep every class taught, and each of its daily lessons by somebody else."""
    daily = max((len(phase.lessons) for phase in blueprint.phases.values()), default=1)
    return classes * _leaders(blueprint) + daily - 1


def _sizes(blueprint: Blueprint) -> list[tuple[int, int]]:
    """(field, size) of each group of this model: as large as it allows, and its room."""
    kinds = {one.kind for one in blueprint.phases.values()} | {one.kind for one in blueprint.series.values()}
    largest = blueprint.groups.largest
    if "online" in kinds:
        largest = min(largest, ROOM - _leaders(blueprint))
    return sizes(len(cast.LEARNERS) if blueprint.line else EVENINGS, len(blueprint.fields), largest)


def sizes(learners: int, fields: int, largest: int = 7) -> list[tuple[int, int]]:
    """(field, size) of each group: everybody seated, fields as even as they go, groups as even as they go.

    Twenty-four in three fields are 7, 7 and 10, which is 7, 7, 5 and 5. A model without fields is one field.
    """
    share = [learners // max(1, fields)] * max(1, fields)
    share[-1] += learners - sum(share)
    if fields == 3 and learners == 24:
        share = [7, 7, 10]
    return [
        (field, size // parts + (1 if part < size % parts else 0))
        for field, size in enumerate(share)
        for parts in [max(1, -(-size // largest))]
        for part in range(parts)
    ]


async def _groups(work: Work, programme: str, seats: Sequence[tuple[int, int]], learners: list[str]) -> Formed:
    fields = await programmes.fields(work, rights.system(), programme)
    formed, taken = [], 0
    count: dict[str, int] = {}
    for position, size in seats:
        field, called = (fields[position].id, fields[position].name["fi"]) if fields else ("", "Ryhmä")
        count[called] = count.get(called, 0) + 1
        new = NewGroup(programme, field, f"{called} {count[called]}")
        group = await groups.form(work, rights.system(), new)
        formed.append((group.id, tuple(learners[taken : taken + size])))
        taken += size
    return formed


async def _take_in(
    work: Work, reception: Reception, formed: Formed, learners: dict[str, cast.Part], waiting: dict[str, cast.Part]
) -> None:
    """Seat everybody in her group; some wait for one of the first field, and two only ask."""
    actor, programme = reception.coordinator, reception.line.programme.id
    fields = [one.id for one in await programmes.fields(work, actor, programme)] or [""]
    of_group = {group.id: group.field or "" for group, _ in await groups.of_programme(work, actor, programme)}
    *first, known, unknown = waiting
    seats: list[tuple[str, str, str | None]] = [
        *((person, of_group[group], group) for group, members in formed for person in members),
        *((person, fields[0], "") for person in first), (known, fields[-1], None),
    ]  # fmt: skip
    await planner.take_in(work, reception, learners | waiting, seats)
    await enrolments.apply(work, actor, programme, unknown, fields[0])
    apart = [formed[-2][1][0], formed[-1][1][0]] if len(formed) > 1 else []
    await planner.wish(work, reception, first[:2], apart)


async def _lessons(
    work: Work, reception: Reception, blueprint: Blueprint, formed: Formed, teachers: list[str], now: datetime
) -> tuple[tuple[Laid, ...], list[Led]]:
    line, programme = reception.line, reception.line.programme.id
    codes = {
        group.id: field.code if field else ""
        for group, field in await groups.of_programme(work, reception.coordinator, programme)
    }
    new, led = [], []
    online, tutored = {day.id: day.kind == "online" for day in line.days}, _crew(blueprint) is cast.TUTORS
    for day in line.days:
        topics = day.topics or tuple(sorted(line.programme.topics)) or ("",)
        laid = hours(day.lessons, day.date == line.today, now, movable=bool(blueprint.line))
        for slot, (starts, ends) in enumerate(laid):
            asked = day.lessons[min(slot, len(day.lessons) - 1)].needs or (ANYBODY,)
            for position, (group, _) in enumerate(formed):
                needs = resolved(asked, codes[group])
                first = position * len(needs) + slot
                by = tuple(teachers[(first + n) % len(teachers)] for n in range(len(needs)))
                teaching, tutoring = ((), by) if tutored else (by, ())
                topic = topics[(day.n + slot) % len(topics)]
                new.append(NewLesson(group, day.id, starts, ends, topic, teaching, tutoring, needs))
                led += [Led(who, need, starts, ends, slot == 0) for who, need in zip(by, needs, strict=True)]
    rows = await lessons.plan(work, reception.coordinator, programme, new)
    members = dict(formed)
    return tuple(
        Laid(row.id, row.group, row.starts, row.ends, not online[row.day], by[0], members[row.group], tuple(by[1:]))
        for row, one in zip(rows, new, strict=True)
        for by in [[person for person, _ in one.led_by]]
    ), led
