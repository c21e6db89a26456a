"""Lessons: planned many at once, led; and the frozen list of who is expected in one. Changed: by changes/."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from calendars import grants, rights, weeks
from calendars.clashes import Booking, check_free
from calendars.clock import day_of
from calendars.errors import AlreadySigned, Conflict, Invalid, NotFound
from calendars.facts import LessonMoved, LessonPlanned
from calendars.grants import Right
from calendars.rights import Actor, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Day, Expected, Grant, Group, Leader, Lesson, Person, Programme, Seat

LONGEST = timedelta(hours=12)
ROLES = ("teacher", "tutor")
DOORS_BEFORE = 300  # seconds before its start that a learner may come in
LEADERS_BEFORE = 1800  # a teacher prepares the room earlier
DOORS_AFTER = 900  # seconds after its planned end that the room stays open
REASONS = ("teacher_ill", "no_learners", "technical", "holiday", "replanned", "other")
"""Why a lesson was cancelled, as codes: the trail holds no sentences about people."""


@dataclass(frozen=True, slots=True)
class NewLesson:
    """A lesson to be planned: ids of a group and a day of one programme, UTC instants, a topic's code, who leads it."""

    group: str
    day: str
    starts: datetime
    ends: datetime
    topic: str = ""
    leaders: tuple[str, ...] = ()
    tutors: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """What its leaders must be able to do, one each; a substitute is sought by it."""

    @property
    def led_by(self) -> tuple[tuple[str, str], ...]:
        """Everybody who leads it, with her role."""
        return tuple((one, "teacher") for one in self.leaders) + tuple((one, "tutor") for one in self.tutors)


@dataclass(frozen=True, slots=True)
class Doors:
    """When one may come in, UTC."""

    opens: datetime
    closes: datetime


def doors(lesson: Lesson, rules: Mapping[str, Any], role: str = "learner") -> Doors:
    """When the doors of a lesson are open for this role, by the rules of its programme."""
    before = LEADERS_BEFORE if role in rights.LEADS else int(rules.get("doors_before", DOORS_BEFORE))
    after = int(rules.get("doors_after", DOORS_AFTER))
    return Doors(lesson.starts - timedelta(seconds=before), lesson.ends + timedelta(seconds=after))


async def plan(work: Work, actor: Actor, programme: str, new: Sequence[NewLesson]) -> list[Lesson]:
    """Plan lessons of one programme, one or hundreds in the same few statements; all of them or none.

    Whoever leads one gets the right to it by that. Raises Overlaps when a group or a leader would be in two at once.
    """
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    if not new:
        return []
    days = {day.id: day for day in await work.all(select(Day).where(Day.programme == programme))}
    people = await lock_people(work, {person for one in new for person, _ in one.led_by})
    groups = await work.all(
        select(Group.id).where(Group.programme == programme).order_by(Group.id).with_for_update(key_share=True)
    )
    await rights.ask_to_put_in_charge(work, actor, people, "teacher")
    for one in new:
        check_new(one, found, days, groups, people)
    rows = [
        Lesson(
            id=new_id(), programme=programme, day=one.day, group=one.group, topic=one.topic, starts=one.starts,
            ends=one.ends, needs=list(one.needs), revision=1, sequence=0, status="confirmed", modified=work.now,
        )
        for one in new
    ]  # fmt: skip
    bookings = [
        Booking(whose, one.starts, one.ends, row.id)
        for one, row in zip(new, rows, strict=True)
        for whose in (one.group, *(person for person, _ in one.led_by))
    ]
    await check_free(work, bookings)
    work.add(*rows)
    await work.flush()
    led = [
        {"lesson": row.id, "person": person, "role": role}
        for one, row in zip(new, rows, strict=True)
        for person, role in one.led_by
    ]
    if led:
        await work.run(insert(Leader), led)
    await entitle(work, actor, {(person, role, one.group) for one in new for person, role in one.led_by}, target)
    for row in rows:
        work.tell(LessonPlanned(stream=programme, lesson=row.id, by=actor.person))
    return rows


async def lead(work: Work, actor: Actor, lesson: str, person: str, role: str = "teacher") -> None:
    """Let somebody lead a lesson, beside the present leaders; a substitute gets a right to this lesson alone."""
    row, programme, target = await _to_plan(work, actor, lesson)
    if role not in ROLES or not person:
        raise Invalid("bad_choice", field="role" if person else "person")
    if row.signed is not None:
        raise AlreadySigned("register_signed")
    if not await lock_people(work, {person}):
        raise NotFound()
    await rights.ask_to_put_in_charge(work, actor, [person], "teacher")
    if any(leader.person == person for leader in await leaders(work, lesson)):
        return
    await check_free(work, [Booking(person, row.starts, row.ends, lesson)])
    work.add(Leader(lesson=lesson, person=person, role=role))
    if (person, role, row.group) in await unentitled(work, {(person, role, row.group)}):
        await grants.give(work, actor, person, Right(role, "lesson", lesson), target)
    row.revision, row.modified = row.revision + 1, work.now
    work.tell(LessonMoved(stream=programme.id, lesson=lesson, by=actor.person))
    await work.flush()


async def of_programme(look: Look, actor: Actor, programme: str) -> list[tuple[Lesson, Day]]:
    """Every lesson of a programme with its day, in order of time."""
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "see_plan", target)
    statement = select(Lesson, Day).join(Day, Day.id == Lesson.day).where(Lesson.programme == programme)
    return [(lesson, day) for lesson, day in await look.rows(statement.order_by(Lesson.starts, Lesson.id))]


async def unled(look: Look, actor: Actor, programme: str) -> list[tuple[int, date]]:
    """The day (number and date) of each coming lesson that nobody leads, in order of time."""
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "see_plan", target)
    rows = await look.rows(
        select(Day.n, Day.date)
        .join(Lesson, Lesson.day == Day.id)
        .outerjoin(Leader, Leader.lesson == Lesson.id)
        .where(
            Lesson.programme == programme, Lesson.starts > look.now, Lesson.status == "confirmed",
            Leader.person.is_(None),
        )
        .order_by(Lesson.starts, Lesson.id)
    )  # fmt: skip
    return [(n, day) for n, day in rows]


async def leaders(look: Look, *lessons: str) -> list[Leader]:
    """Who leads these lessons; teachers first."""
    statement = select(Leader).where(Leader.lesson.in_(lessons)).order_by(Leader.lesson, Leader.role, Leader.person)
    return list(await look.all(statement))


async def seated(look: Look, lessons: Collection[Lesson]) -> dict[str, set[str]]:
    """Who has a seat in the group of each lesson on the lesson's day."""
    expected_in: dict[str, set[str]] = {lesson.id: set() for lesson in lessons}
    if lessons:
        rows = await look.rows(
            select(Lesson.id, Seat.person)
            .join(Day, Day.id == Lesson.day)
            .join(Seat, (Seat.group == Lesson.group) & weeks.seated_on(Day.date))
            .where(Lesson.id.in_(expected_in))
        )
        for lesson, person in rows:
            expected_in[lesson].add(person)
    return expected_in


async def freeze(work: Work, lesson: str) -> set[str]:
    """Write down, once and for all, who is expected in a lesson. Doing it again changes nothing."""
    statement = update(Lesson).where(Lesson.id == lesson, Lesson.frozen.is_(None)).values(frozen=work.now)
    taken = (await work.run(statement.returning(Lesson))).scalars().first()
    if taken is None:
        return await expected(work, lesson)
    people = (await seated(work, [taken]))[lesson]
    if people:
        await work.run(insert(Expected), [{"lesson": lesson, "person": person} for person in sorted(people)])
    return people


async def freeze_due(work: Work, within: timedelta = timedelta(minutes=5)) -> list[str]:
    """Freeze every lesson that begins within so long or has begun; the chore that makes absence provable."""
    due = select(Lesson.id).where(
        Lesson.frozen.is_(None), Lesson.status == "confirmed", Lesson.starts <= work.now + within
    )
    ids = list(await work.all(due.order_by(Lesson.starts, Lesson.id).limit(200)))
    for lesson in ids:
        await freeze(work, lesson)
    return ids


async def expected(look: Look, lesson: str) -> set[str]:
    """Who is expected: the frozen list, or who would be on it if it were frozen now. Raises NotFound."""
    row = await look.get(Lesson, lesson)
    if row is None:
        raise NotFound()
    if row.frozen is None:
        return (await seated(look, [row]))[lesson]
    return set(await look.all(select(Expected.person).where(Expected.lesson == lesson)))


def check_new(
    new: NewLesson, programme: Programme, days: dict[str, Day], groups: Collection[str], people: Collection[str]
) -> None:
    """Whether a lesson can be planned so. Raises NotFound, Conflict, Invalid."""
    day = days.get(new.day)
    if day is None or day.programme != programme.id or new.group not in groups:
        raise NotFound()
    if any(person not in people for person, _ in new.led_by):
        raise NotFound()
    if day.status == "cancelled":
        raise Conflict("day_cancelled")
    if not timedelta() < new.ends - new.starts <= LONGEST:
        raise Invalid("backwards", field="ends")
    if day_of(new.starts, programme.zone) != day.date:
        raise Invalid("not_on_this_day", field="starts")
    if new.topic and new.topic not in programme.topics:
        raise Invalid("bad_choice", field="topic")


async def _to_plan(work: Work, actor: Actor, lesson: str) -> tuple[Lesson, Programme, Target]:
    """The lesson of somebody who plans it, locked: of two changes at one time neither may lose the other's revision."""
    await lock_lesson(work, lesson)
    found = await rights.target_of_lesson(work, lesson)
    rights.ask(actor, "plan", found[2])
    return found


async def lock_lesson(work: Work, lesson: str) -> None:
    """Hold a lesson until this work ends: of two changes at one time the second begins when the first is done.

    Locked against changes alone (PostgreSQL's FOR NO KEY UPDATE). Whoever writes a line of its evidence holds the
    number of the line already when the line points at the lesson; a harder lock would have the two wait for each other.
    """
    await work.run(select(Lesson.id).where(Lesson.id == lesson).with_for_update(key_share=True))


async def lock_people(work: Work, people: set[str]) -> set[str]:
    """Those who exist, in one order, locked so that two planners cannot book one person twice at a time."""
    if not people:
        return set()
    return set(await work.all(select(Person.id).where(Person.id.in_(people)).order_by(Person.id).with_for_update()))


async def entitle(work: Work, actor: Actor, led: set[tuple[str, str, str]], target: Target) -> None:
    """Give each leader the right to her groups, where she has it not yet."""
    missing = sorted(await unentitled(work, led))
    for _, _, group in missing:
        rights.ask(actor, "invite", Target(target.organisation, target.programme, group))
    await grants.lay(work, actor, [(person, Right(role, "group", group)) for person, role, group in missing])
    await work.flush()


async def unentitled(work: Work, led: set[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    """Those (person, role, group) for which no right stands."""
    rows = await work.rows(
        select(Grant.person, Grant.role, Grant.scope).where(
            Grant.scope_kind == "group", Grant.person.in_({person for person, _, _ in led}),
            Grant.starts.is_(None), Grant.until.is_(None),
        )
    )  # fmt: skip
    return led - {(person, role, scope) for person, role, scope in rows}
