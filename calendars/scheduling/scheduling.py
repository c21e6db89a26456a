"""Scheduling: what a timetable depends on, read from the plan; teachers and rooms are of the whole organisation."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select

from calendars import rights
from calendars.away import away_between, hours_of
from calendars.clashes import met
from calendars.clock import local
from calendars.errors import Invalid, NotFound
from calendars.freedays import WEEKDAYS
from calendars.rights import Actor, Target
from calendars.scheduling import talks, weights
from calendars.scheduling.problems import HALVES, Plan, Teacher
from calendars.scheduling.problems import Group as Class
from calendars.scheduling.slots import Span
from calendars.scheduling.wanted import ANYBODY, Mode, SchoolDay, Standing, meals, of_group, pauses
from calendars.schooldays import Meeting
from calendars.store import Look, Work
from calendars.tables import (
    Ability,
    Day,
    Field,
    Grant,
    Group,
    Leader,
    Lesson,
    Load,
    Phase,
    Place,
    Profile,
    Programme,
    Seat,
    Weighing,
)

LEADING = ("teacher", "tutor", "counsellor", "support")
"""Roles that can do by themselves what their name says; all else is an ability that somebody wrote down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What a timetable still needs before a search makes sense: a code, and what it is about."""

    code: str
    """no_groups, no_days, nothing_to_place, no_teachers, nobody_can."""
    needs: tuple[str, ...] = ()


async def gather(look: Look, actor: Actor, programmes: Sequence[str], mode: Mode) -> Plan:
    """Everything that the timetable of these programmes of one organisation depends on."""
    found = await look.all(select(Programme).where(Programme.id.in_(programmes)).order_by(Programme.id))
    if {one.id for one in found} != set(programmes):
        raise NotFound()
    for one in found:
        rights.ask(actor, "plan", Target(one.organisation, one.id))
    if len({one.organisation for one in found}) != 1:
        raise Invalid("other_organisation", field="programmes")
    ids, zone, organisation = [one.id for one in found], found[0].zone, found[0].organisation
    days, places = await _days(look, {one.id: one.zone for one in found})
    groups = await look.rows(
        select(Group, Field).outerjoin(Field, Field.id == Group.field).where(Group.programme.in_(ids))
    )
    standing = await _standing(look, ids)
    wanted = [
        one
        for group, field in groups
        for one in of_group(
            group.id, field.code if field else "", [day for day in days if day.programme == group.programme],
            standing.get(group.id, ()), look.now, mode,
        )
    ]  # fmt: skip
    codes = {field.code for _, field in groups if field}
    leading = {who for lessons in standing.values() for one in lessons for who in one.leaders if not one.cancelled}
    each = await talks.of_programmes(
        look,
        {one.id: one.zone for one in found},
        days,
        {group.id: field.code if field else "" for group, field in groups},
    )
    booked = {one.id for one in each if one.standing}
    leading |= {who for one in each if one.standing for who in one.standing.leaders}
    teachers = await _teachers(look, Target(organisation), ids, leading, codes, days, booked)
    return Plan(
        zone=zone, wanted=[*wanted, *each], teachers=teachers, rooms=places, words=await _words(look, ids), days=days,
        groups=await _classes(look, [group for group, _ in groups], days, booked),
    )  # fmt: skip


def lacking(plan: Plan) -> list[Lack]:
    """What is missing, the first thing to do first."""
    if not plan.groups:
        return [Lack(code="no_groups")]
    open_ = [one for one in plan.wanted if one.stays != "whole"]
    if not plan.wanted:
        return [Lack(code="no_days")]
    if not open_:
        return [Lack(code="nothing_to_place")]
    if not plan.teachers:
        return [Lack(code="no_teachers")]
    able: set[str] = set().union(*(one.can for one in plan.teachers))
    missing = sorted({need for one in open_ if one.learner is None for need in one.needs} - able)
    return [Lack(code="nobody_can", needs=tuple(missing))] if missing else []


async def weigh(work: Work, actor: Actor, programme: str, words: dict[str, str]) -> None:
    """Keep what is important in the timetable of a programme. Raises Invalid `bad_choice`."""
    await _to_plan(work, actor, programme)
    said = weights.checked(words)
    row = await work.get(Weighing, programme)
    if row is None:
        work.add(Weighing(programme=programme, words=said, modified=work.now))
    else:
        row.words, row.modified = said, work.now
    await work.flush()


async def weighed(look: Look, actor: Actor, programme: str) -> dict[str, str]:
    """What is important in the timetable of a programme, in words."""
    await _to_plan(look, actor, programme)
    return await _words(look, [programme])


async def _to_plan(look: Look, actor: Actor, programme: str) -> Programme:
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    return found


async def _words(look: Look, programmes: Sequence[str]) -> dict[str, str]:
    said = await look.all(select(Weighing.words).where(Weighing.programme.in_(programmes)))
    return weights.strictest(list(said))


async def _days(look: Look, zones: Mapping[str, str]) -> tuple[list[SchoolDay], dict[str, int | None]]:
    """The days on which lessons are meant, and the houses with their rooms; one house of two programmes is one."""
    rows = await look.rows(
        select(Day, Phase, Place)
        .join(Phase, Phase.id == Day.phase)
        .outerjoin(Place, Place.id == Day.place)
        .where(Day.programme.in_(zones), Day.status != "cancelled", Day.extra.is_(False))
        .order_by(Day.date, Day.n, Day.id)
    )
    sites, rooms = dict[tuple[str, str], str](), dict[str, int | None]()
    found = []
    for day, phase, place in rows:
        site = None
        if place is not None:
            site = sites.setdefault((place.name.casefold(), place.address.casefold()), place.id)
            rooms[site] = max((n for n in (rooms.get(site), place.rooms) if n is not None), default=None)
        found.append(
            SchoolDay(
                id=day.id, programme=day.programme, date=day.date, phase=phase.code, starts=day.starts,
                ends=day.ends, site=site,
                lessons=tuple(_meeting(day, one, zones[day.programme]) for one in phase.lessons),
                topics=tuple(phase.topics),
            )
        )  # fmt: skip
    return found, rooms


def _meeting(day: Day, one: dict[str, str], zone: str) -> Meeting:
    starts, ends = (local(day.date, time.fromisoformat(one[edge]), zone) for edge in ("starts", "ends"))
    return Meeting(starts, ends, tuple(one["needs"]))


async def _standing(look: Look, programmes: Sequence[str]) -> dict[str, list[Standing]]:
    """The lessons that are planned, by group; those that were cancelled too."""
    led: dict[str, list[str]] = defaultdict(list)
    for lesson, person in await look.rows(
        select(Leader.lesson, Leader.person)
        .join(Lesson, Lesson.id == Leader.lesson)
        .where(Lesson.programme.in_(programmes))
        .order_by(Leader.lesson, Leader.role, Leader.person)
    ):
        led[lesson].append(person)
    found: dict[str, list[Standing]] = defaultdict(list)
    for one in await look.all(
        select(Lesson).where(Lesson.programme.in_(programmes)).order_by(Lesson.starts, Lesson.id)
    ):
        touched = one.opened is not None or one.closed is not None or one.signed is not None or one.frozen is not None
        found[one.group].append(
            Standing(
                id=one.id, group=one.group, day=one.day, starts=one.starts, ends=one.ends, needs=tuple(one.needs),
                leaders=tuple(led[one.id]), topic=one.topic, kept=touched, cancelled=one.status == "cancelled",
            )
        )  # fmt: skip
    return found


async def _classes(
    look: Look, groups: Iterable[Group], days: Sequence[SchoolDay], booked: Collection[str]
) -> list[Class]:
    """The groups with their size and what does not suit their people; `booked`: talks that are placed themselves."""
    rows = await look.rows(
        select(Seat.group, Profile.free)
        .outerjoin(Profile, Profile.person == Seat.person)
        .where(Seat.group.in_([one.id for one in groups]), Seat.last_day >= Seat.first_day)
        .where(Seat.last_day >= look.now.date())
    )
    size, disliked = Counter[str](), dict[str, Counter[str]]()
    for group, free in rows:
        size[group] += 1
        if free is not None:
            halves = [f"{day}_{half}" for day in WEEKDAYS for half in HALVES]
            disliked.setdefault(group, Counter()).update(half for half in halves if half not in free)
    taken: dict[str, list[Span]] = defaultdict(list)
    first, last = min((day.starts for day in days), default=look.now), max((day.ends for day in days), default=look.now)
    for one in await met(look, [one.id for one in groups], first, last, booked):
        taken[one.whose].append((one.starts, one.ends))
    eating: dict[str, list[Span]] = defaultdict(list)
    at_table: dict[str, list[Span]] = defaultdict(list)
    for day in days:
        eating[day.programme] += pauses(day)
        at_table[day.programme] += meals(day)
    return [
        Class(
            id=one.id, size=size[one.id], taken=tuple(sorted([*taken[one.id], *at_table[one.programme]])),
            eating=tuple(eating[one.programme]), disliked=disliked.get(one.id, {}),
        )
        for one in groups
    ]  # fmt: skip


async def _teachers(
    look: Look, house: Target, programmes: Sequence[str], leading: set[str], fields: Collection[str],
    days: Sequence[SchoolDay], booked: Collection[str],
) -> list[Teacher]:  # fmt: skip
    """Whoever may lead here, and whoever leads already."""
    can = await abilities(look, house, programmes, leading, fields)
    first = min((day.starts for day in days), default=look.now) - timedelta(days=1)
    last = max((day.ends for day in days), default=look.now) + timedelta(days=1)
    taken = await _taken(look, set(can), programmes, first, last, booked)
    works: dict[str, dict[str, list[tuple[time, time]]]] = defaultdict(lambda: defaultdict(list))
    for who, hours in (await hours_of(look, can)).items():
        for one in hours:
            works[who][one.weekday].append((one.starts, one.ends))
    loads = {row.person: row for row in await look.all(select(Load).where(Load.person.in_(can)))}
    return [
        Teacher(
            id=who, can=frozenset(abilities), works=works.get(who, {}), taken=tuple(taken.get(who, ())),
            minutes_a_day=loads[who].minutes_a_day if who in loads else None,
            minutes_a_week=loads[who].minutes_a_week if who in loads else None,
        )
        for who, abilities in sorted(can.items())
    ]  # fmt: skip


async def abilities(
    look: Look, house: Target, programmes: Sequence[str], leading: set[str], fields: Collection[str]
) -> dict[str, set[str]]:
    """What each of the organisation can do: by her role, and as it was written down."""
    can: dict[str, set[str]] = {who: set() for who in leading}
    lasts = Grant.until.is_(None) | (Grant.until > look.now)
    for grant, target in await rights.placed(look, Grant.role.in_((*LEADING, "coordinator")), lasts):
        whole = grant.scope_kind == "organisation" and target.organisation == house.organisation
        if whole or (grant.scope_kind in ("programme", "group") and target.programme in programmes):
            can.setdefault(grant.person, set()).update({grant.role} & set(LEADING))
    for row in await look.all(select(Ability).where(Ability.person.in_(can)).order_by(Ability.person)):
        known = {row.ability}
        if row.ability == "field":
            known = {f"field:{code}" for code in fields}
        if row.ability == "language" or row.ability.startswith("field"):
            known.add(ANYBODY)
        can[row.person] |= known
    return {who: abilities for who, abilities in can.items() if abilities or who in leading}


async def _taken(
    look: Look, people: Collection[str], programmes: Sequence[str], first: datetime, last: datetime,
    booked: Collection[str],
) -> dict[str, list[Span]]:  # fmt: skip
    """When these people cannot: away, in lessons of other programmes, or in appointments."""
    found: dict[str, list[Span]] = defaultdict(list)
    elsewhere = (
        select(Leader.person, Lesson.starts, Lesson.ends)
        .join(Lesson, Lesson.id == Leader.lesson)
        .where(
            Leader.person.in_(people), Lesson.programme.not_in(programmes), Lesson.status == "confirmed",
            Lesson.starts < last, Lesson.ends > first,
        )
    )  # fmt: skip
    for who, spans in (await away_between(look, people, first, last)).items():
        found[who] += [(max(starts, first), min(ends, last)) for starts, ends in spans]
    for person, starts, ends in await look.rows(elsewhere):
        found[person].append((max(starts, first), min(ends, last)))
    for one in await met(look, people, first, last, booked):
        found[one.whose].append((max(one.starts, first), min(one.ends, last)))
    return found
