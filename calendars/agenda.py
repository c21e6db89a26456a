"""What one person has ahead: one query for pages, feeds and reminders."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Subquery, func, literal, or_, select, union_all

from calendars import rights, weeks
from calendars.blueprints.form import Words
from calendars.clock import day_of
from calendars.errors import NotFound
from calendars.lessons import doors
from calendars.rights import Actor, Target
from calendars.store import Look
from calendars.tables import Day, Field, Group, Leader, Lesson, Person, Phase, Place, Programme, Seat

ON_SITE = ("contact", "workplace")
_ALL_OF_IT = timedelta(days=100_000)
_SOON = timedelta(days=21)  # within it nearly everybody has a next lesson: a first page reads no more
_LONGEST_AFTER = timedelta(days=1)  # that a lesson may run over: so much a blueprint may let its doors stay open


@dataclass(frozen=True, slots=True)
class Engagement:
    """A lesson, or a day on site, of one person. `role` is hers in it; empty when looked at from outside."""

    id: str
    kind: str
    """lesson, contact or workplace."""
    role: str
    programme: Programme
    day: Day
    place: Place | None
    starts: datetime
    ends: datetime
    title: Words
    """The topic of a lesson, the phase of a day; a lesson without a topic has none."""
    lesson: Lesson | None = None
    group: Group | None = None
    field: Field | None = None
    leaders: tuple[Person, ...] = ()

    @property
    def zone(self) -> str:
        return self.programme.zone

    @property
    def target(self) -> Target:
        """Its place in the order of scopes."""
        if self.lesson is not None:
            return rights.place_of(self.lesson, self.programme)
        return Target(self.programme.organisation, self.programme.id)

    @property
    def cancelled(self) -> bool:
        return (self.lesson or self.day).status == "cancelled"

    @property
    def online(self) -> bool:
        """Whether it happens in a video room."""
        return self.lesson is not None and self.day.kind == "online"

    @property
    def date(self) -> date:
        """The local day on which it begins."""
        return day_of(self.starts, self.zone)

    @property
    def opens(self) -> datetime:
        """When she may come in."""
        return doors(self.lesson, self.programme.rules, self.role).opens if self.lesson else self.starts

    def is_on(self, at: datetime) -> bool:
        """Whether she should be there at this instant: the doors are open and it has not ended."""
        if self.cancelled or at < self.opens:
            return False
        if self.lesson is None:
            return at < self.ends
        if self.lesson.closed is not None:
            return False
        runs_over = self.lesson.opened is not None and at < doors(self.lesson, self.programme.rules).closes
        return at < self.ends or runs_over

    def is_ahead(self, at: datetime) -> bool:
        """Whether its doors open later."""
        return not self.cancelled and at < self.opens


@dataclass(frozen=True, slots=True)
class MyDay:
    """What a person's first page says at an instant."""

    at: datetime
    now: Engagement | None
    """The lesson that she may enter at this moment."""
    next: Engagement | None
    """The next lesson whose doors open later, today or another day."""
    today: list[Engagement]
    """All of today's lessons, those that are over and the cancelled ones too."""
    on_site: Engagement | None
    """Today's day at the contact or work place, while it lasts."""
    contact: Engagement | None
    """The next contact-teaching day, after today."""

    @property
    def later(self) -> list[Engagement]:
        """What else comes today, after the next one."""
        return [one for one in self.today if one.is_ahead(self.at) and one != self.next]


async def agenda(look: Look, actor: Actor, person: str, since: datetime, until: datetime) -> list[Engagement]:
    """What a person has between two instants, in order: lessons that she learns in or leads, and days on site.

    Of somebody else only what lies where the actor sees the plan.
    """
    whose, own = actor, actor.person == person
    if own:
        rights.ask(actor, "see_own", Target(person=person))
    else:
        await rights.ask_about(look, actor, "see_plan", person)
        whose = await rights.actor_of(look, person)
    lessons = await _lessons(look, _lessons_of(person), since, until)
    found = _in_order([*lessons, *await days_of(look, whose, since, until)])
    return [one for one in found if own or rights.may(actor, "see_plan", one.target)]


async def all_of(look: Look, whose: Actor, since: datetime) -> list[Engagement]:
    """Everything of a person from an instant on: what her calendar holds."""
    lessons = await _lessons(look, _lessons_of(whose.person), since, since + _ALL_OF_IT)
    return _in_order([*lessons, *await days_of(look, whose, since, since + _ALL_OF_IT)])


async def now(look: Look, actor: Actor, at: datetime) -> MyDay:
    """The actor's own day at an instant: what is now, what comes next, where she must go next."""
    rights.ask(actor, "see_own", Target(person=actor.person))
    yesterday = at - timedelta(days=1)
    lessons = await _lessons(look, _lessons_of(actor.person), yesterday, at + _SOON)
    if not any(one.is_ahead(at) for one in lessons):  # a break, or a programme that begins months from now
        lessons += await _lessons(look, _lessons_of(actor.person), at + _SOON, at + _ALL_OF_IT)
    days = await days_of(look, actor, yesterday, at + _ALL_OF_IT)
    standing = [day for day in days if not day.cancelled]
    return MyDay(
        at,
        now=next((one for one in lessons if one.online and one.is_on(at)), None),
        next=next((one for one in lessons if one.is_ahead(at)), None),
        today=[one for one in lessons if one.date == day_of(at, one.zone)],
        on_site=next((day for day in standing if day.date == day_of(at, day.zone) and at < day.ends), None),
        contact=next((day for day in standing if day.kind == "contact" and day.date > day_of(at, day.zone)), None),
    )


async def contact_days(look: Look, whose: Actor, programme: str) -> list[Engagement]:
    """The contact days of one programme: those of a learner's seats, all of them for whoever works there."""
    now = look.now
    return await days_of(look, whose, now - _ALL_OF_IT, now + _ALL_OF_IT, ("contact",), programme)


async def of_lesson(look: Look, actor: Actor, lesson: str, verb: str = "see_lesson") -> Engagement:
    """One lesson as the actor meets it, with her role there, if she may do this with it.

    What stands in her own calendar she may look at before her seat begins and after it has ended.
    """
    _, _, target = await rights.target_of_lesson(look, lesson)
    try:
        rights.ask(actor, verb, target)
        role = rights.role_in(actor, target)
    except NotFound:
        own = _lessons_of(actor.person)
        hers = await look.all(select(own.c.role).where(own.c.id == lesson)) if verb == "see_lesson" else []
        if not hers:
            raise
        role = hers[0]
    chosen = select(Lesson.id, literal(role).label("role")).where(Lesson.id == lesson).subquery("chosen")
    return (await _lessons(look, chosen, look.now - _ALL_OF_IT, look.now + _ALL_OF_IT))[0]


async def of_lessons(look: Look, actor: Actor, lessons: Collection[str], verb: str) -> dict[str, Engagement]:
    """Those of these lessons with which the actor may do this, by id; in two statements however many they are."""
    chosen = select(Lesson.id, literal("").label("role")).where(Lesson.id.in_(lessons)).subquery("chosen")
    found = await _lessons(look, chosen, look.now - _ALL_OF_IT, look.now + _ALL_OF_IT)
    return {one.id: one for one in found if rights.may(actor, verb, one.target)}


async def of_day(look: Look, actor: Actor, day: str) -> list[Engagement]:
    """Every lesson of one training day, the cancelled ones too, in order of time. Needs the right to see the plan."""
    row = await look.get(Day, day)
    if row is None:
        raise NotFound()
    _, target = await rights.target_of_programme(look, row.programme)
    rights.ask(actor, "see_plan", target)
    chosen = select(Lesson.id, literal("").label("role")).where(Lesson.day == day).subquery("of_day")
    return await _lessons(look, chosen, row.starts - timedelta(days=2), row.ends + timedelta(days=2))


async def of_group(look: Look, actor: Actor, group: str, since: datetime, until: datetime) -> list[Engagement]:
    """The lessons of one group between two instants. Needs the right to see the plan."""
    _, _, target = await rights.target_of_group(look, group)
    rights.ask(actor, "see_plan", target)
    chosen = select(Lesson.id, literal("").label("role")).where(Lesson.group == group).subquery("of_group")
    return await _lessons(look, chosen, since, until)


async def house(look: Look, actor: Actor, at: datetime, ahead: timedelta = timedelta(hours=1)) -> list[Engagement]:
    """All lessons that are on or begin within the hour, in every scope where the actor may see the roster."""
    visible = rights.narrowed(select(Lesson), actor, "see_roster").with_only_columns(
        Lesson.id, literal("").label("role")
    )
    found = await _lessons(look, visible.subquery("visible"), at - _LONGEST_AFTER, at + ahead)
    found = [one for one in found if one.programme.status != rights.ROOMS]
    return [one for one in found if not one.cancelled and (one.is_on(at) or at < one.starts)]


async def days_of(
    look: Look, whose: Actor, since: datetime, until: datetime, kinds: tuple[str, ...] = ON_SITE, programme: str = ""
) -> list[Engagement]:
    """The days on site of a learner's seats and of the programmes in which she works."""
    seated = (
        select(Day.id)
        .join(Programme, Programme.id == Day.programme)
        .join(Group, Group.programme == Day.programme)
        .join(Seat, (Seat.group == Group.id) & _on_her_days())
        .where(Seat.person == whose.person)
    )
    worked = _works_in(whose, programme)
    statement = (
        select(Day, Programme, Phase, Place, Day.id.in_(seated))
        .join(Programme, Programme.id == Day.programme)
        .join(Phase, Phase.id == Day.phase)
        .outerjoin(Place, Place.id == Day.place)
        .where(Day.kind.in_(kinds), Day.starts < until, Day.ends > since, or_(Day.id.in_(seated), worked))
        .order_by(Day.starts, Day.id)
    )
    if programme:
        statement = statement.where(Day.programme == programme)
    return [
        Engagement(
            day.id, day.kind, "learner" if sits else "staff", found, day, place, day.starts, day.ends, phase.name
        )
        for day, found, phase, place, sits in await look.rows(statement)
    ]  # fmt: skip


def _on_her_days() -> Any:
    """The days of a seat, and, for whoever sits to the end, those that were given up behind an earlier end."""
    given_up = (Day.status == "cancelled") & Day.extra.is_(False) & (Seat.last_day == Programme.ends)
    return (Seat.first_day <= Day.date) & or_(Seat.last_day >= Day.date, given_up) & weeks.weekday_fits(Day.date)


def _works_in(whose: Actor, programme: str) -> Any:
    """The programmes in which this person works. One that is named counts through wider rights, too."""
    scopes = [
        one for one in whose.scopes if rights.MATRIX[one.role] & rights.KNOWING and one.role not in {"learner", "guest"}
    ]
    own = {one.id for one in scopes if one.kind == "programme"}
    groups = {one.id for one in scopes if one.kind == "group"}
    conditions: list[Any] = [
        Day.programme.in_(own),
        Day.programme.in_(select(Group.programme).where(Group.id.in_(groups))),
    ]
    if programme:
        wide = [one for one in scopes if "see_plan" in rights.MATRIX[one.role]]
        organisations = {one.id for one in wide if one.kind == "organisation"}
        conditions.append(Programme.organisation.in_(organisations))
        conditions.append(literal(any(one.kind == "house" for one in wide)))
    return or_(*conditions)


def _lessons_of(person: str) -> Subquery:
    """The lessons that somebody leads or learns in, with her role; whoever leads one does not learn in it."""
    learnt = (
        select(Lesson.id, literal("learner").label("role"))
        .join(Day, Day.id == Lesson.day)
        .join(Programme, Programme.id == Lesson.programme)
        .join(Seat, (Seat.group == Lesson.group) & _on_her_days())
        .where(Seat.person == person)
    )
    led = select(Leader.lesson.label("id"), Leader.role.label("role")).where(Leader.person == person)
    both = union_all(learnt, led).subquery("both")
    return select(both.c.id, func.max(both.c.role).label("role")).group_by(both.c.id).subquery("mine")


async def _lessons(look: Look, chosen: Subquery, since: datetime, until: datetime) -> list[Engagement]:
    statement = (
        select(Lesson, Day, Programme, Group, Field, Place, chosen.c.role)
        .join(chosen, chosen.c.id == Lesson.id)
        .join(Day, Day.id == Lesson.day)
        .join(Programme, Programme.id == Lesson.programme)
        .join(Group, Group.id == Lesson.group)
        .outerjoin(Field, Field.id == Group.field)
        .outerjoin(Place, Place.id == Day.place)
        .where(Lesson.starts < until, Lesson.ends > since)
        .order_by(Lesson.starts, Lesson.id)
    )
    rows = await look.rows(statement)
    led = await _leaders(look, chosen, since, until)
    return [
        Engagement(
            lesson.id, "lesson", role, programme, day, place, lesson.starts, lesson.ends,
            programme.topics.get(lesson.topic, {}).get("title", {}), lesson, group, field,
            leaders=tuple(led.get(lesson.id, ())),
        )
        for lesson, day, programme, group, field, place, role in rows
    ]  # fmt: skip


async def _leaders(look: Look, chosen: Subquery, since: datetime, until: datetime) -> dict[str, list[Person]]:
    rows = await look.rows(
        select(Leader.lesson, Person)
        .join(Lesson, Lesson.id == Leader.lesson)
        .join(chosen, chosen.c.id == Lesson.id)
        .join(Person, Person.id == Leader.person)
        .where(Lesson.starts < until, Lesson.ends > since)
        .order_by(Leader.role, Person.name, Person.id)
    )
    found: dict[str, list[Person]] = {}
    for lesson, person in rows:
        found.setdefault(lesson, []).append(person)
    return found


def _in_order(engagements: list[Engagement]) -> list[Engagement]:
    return sorted(engagements, key=lambda one: (one.starts, one.kind, one.id))
