"""A walk-in: somebody stands at the door of a lesson with a name and a number, and is in it a moment later."""

import re
from dataclasses import dataclass, replace

from sqlalchemy import select

from calendars import groups, rights
from calendars.clock import day_of
from calendars.errors import Conflict, Invalid, NotOpen
from calendars.lessons import doors
from calendars.names import clean_telephone
from calendars.people import enrolments, people, seating
from calendars.people.facts import WalkedIn
from calendars.people.people import NewPerson
from calendars.rights import Actor, Scope
from calendars.store import Look, Work
from calendars.tables import Enrolment, Expected, Group, Lesson, Person, Programme, Seat

LAST_DIGITS = 8
"""So many digits of a telephone number tell people apart, with and without the country's prefix."""


@dataclass(frozen=True, slots=True)
class Came:
    """Who came, and whether she has a seat now; else the group is full and she waits."""

    person: str
    seated: bool


async def admit(work: Work, actor: Actor, lesson: str, name: str, telephone: str) -> Came:
    """Whoever leads a lesson lets somebody in: she is seated from today, and this lesson expects her from now on.

    Somebody with this number who asked for a place or sits in the programme already is she. The coordinator finds her
    among those who ask for a place. Raises NotOpen, Invalid, Overlaps `seated_already`.
    """
    found, programme, target = await rights.target_of_lesson(work, lesson)
    rights.ask(actor, "lead", target)
    _check_open(work, found, programme)
    number = clean_telephone(telephone)
    if not number:
        raise Invalid("empty", field="telephone")
    lent = replace(actor, scopes=(*actor.scopes, Scope("coordinator", "programme", programme.id)))  # for this act alone
    person = await _known_here(work, programme.id, number)
    if person is None:
        new = NewPerson(name=name, language=programme.language, telephone=number)
        person = (await people.add(work, lent, new, target)).id
    today = day_of(work.now, programme.zone)
    row = await enrolments.enrolled(work, lent, programme.id, person)
    if not await _sits_here(work, found.group, person, today):
        if row.status == "paused":
            raise Conflict("walked_in_on_pause", field="telephone")
        if await seating.room_left(work, programme, found.group, today, programme.ends) < 1:
            await enrolments.settle(work, lent, row, "waiting")
            return Came(person, seated=False)
        await groups.seat(work, lent, found.group, person, max(today, programme.starts))
    await _expect(work, actor, found, person)
    return Came(person, seated=True)


def _check_open(work: Work, lesson: Lesson, programme: Programme) -> None:
    if lesson.status == "cancelled":
        raise NotOpen("lesson_cancelled")
    if lesson.closed is not None or lesson.signed is not None or work.now > doors(lesson, programme.rules).closes:
        raise NotOpen("lesson_over")
    if day_of(work.now, programme.zone) != day_of(lesson.starts, programme.zone):
        raise NotOpen("too_early")


async def _known_here(look: Look, programme: str, telephone: str) -> str | None:
    """Whoever has this number and a seat or an enrolment in the programme."""
    digits = re.sub(r"\D", "", telephone)[-LAST_DIGITS:]
    seated = select(Seat.person).join(Group, Group.id == Seat.group).where(Group.programme == programme)
    asking = select(Enrolment.person).where(Enrolment.programme == programme)
    near = (Person.id.in_(seated) | Person.id.in_(asking)) & (Person.telephone != "")
    for row in await look.all(select(Person).where(near).order_by(Person.id)):
        if re.sub(r"\D", "", row.telephone)[-LAST_DIGITS:] == digits:
            return str(row.id)
    return None


async def _sits_here(look: Look, group: str, person: str, today: object) -> bool:
    hers = select(Seat.id).where(Seat.group == group, Seat.person == person)
    return bool(await look.one(hers.where(Seat.first_day <= today, Seat.last_day >= today).limit(1)))


async def _expect(work: Work, actor: Actor, lesson: Lesson, person: str) -> None:
    """Write her behind the frozen list, with the instant, so that a report of an earlier one stays as it was."""
    if lesson.frozen is not None and await work.get(Expected, (lesson.id, person)) is None:
        work.add(Expected(lesson=lesson.id, person=person, since=work.now))
    work.tell(WalkedIn(stream=lesson.id, person=person, by=actor.person))
    await work.flush()
