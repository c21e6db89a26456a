"""Somebody from outside in one lesson: an interpreter, an employer, an officer; by a link, without an account.

Her link opens this lesson's room and nothing else. It ends with the lesson, or earlier, or when it is taken back; then
it says so. She is never a leader and never expected, and what is seen of her counts for nobody.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import func, select, update

from calendars import grants, rights
from calendars.errors import Conflict, Invalid, NotFound, NotOpen
from calendars.facts import RightsGiven, RightsTaken, VisitorInvited, VisitorWithdrawn
from calendars.grants import Right
from calendars.lessons import doors, lock_lesson
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Day, Grant, Lesson, Person, Programme, Visitor

GUESTS: Final = ("interpreter", "employer", "officer", "other")
MOST: Final = 12
"""Links of one lesson that hold at a time."""
State = Literal["ahead", "open", "over", "taken_back", "cancelled"]


@dataclass(frozen=True, slots=True)
class Invited:
    """A visitor with her lesson, and what her link says now."""

    person: Person
    row: Visitor
    lesson: Lesson
    programme: Programme
    state: State

    @property
    def ends(self) -> datetime:
        """When her link ends."""
        return _end(self.row, self.lesson, self.programme)

    @property
    def told(self) -> datetime:
        """Until when she is asked to come. The doors stay open a little longer, for her as for everybody."""
        return min(self.ends, self.lesson.ends)


async def invite(
    work: Work, actor: Actor, lesson: str, new: NewPerson, guest: str, until: datetime | None = None
) -> Person:
    """Make a link for somebody from outside, said by whoever leads the lesson. `until`: before it ends, else None.

    Raises Invalid `bad_choice`, `backwards`, Conflict `too_many_visitors`; NotOpen where it is over or on site.
    """
    found, programme = await _to_lead(work, actor, lesson)
    if guest not in GUESTS:
        raise Invalid("bad_choice", field="guest")
    await _check_ahead(work, found, programme)
    if until is not None and until >= found.ends:
        until = None
    if until is not None and until <= max(work.now, doors(found, programme.rules).opens):
        raise Invalid("backwards", field="until")
    standing = select(func.count()).where(Visitor.lesson == lesson, Visitor.withdrawn.is_(None))
    if await work.one(standing) >= MOST:
        raise Conflict("too_many_visitors", most=MOST)
    person = people.written(new, work.now)
    person.outside = True
    work.add(person)
    await work.flush()
    row = Visitor(person=person.id, lesson=lesson, guest=guest, until=until, made=work.now, by=actor.person or None)
    work.add(row)
    await _entitle(work, person.id, row, found, programme)
    work.tell(VisitorInvited(stream=lesson, person=person.id, guest=guest, by=actor.person))
    await work.flush()
    return person


async def withdraw(work: Work, actor: Actor, lesson: str, person: str) -> None:
    """Take her link back: from now on it opens nothing, and whoever is in by it is put out. Twice changes nothing."""
    await _to_lead(work, actor, lesson)
    row = await work.get(Visitor, person)
    if row is None or row.lesson != lesson:
        raise NotFound()
    if row.withdrawn is not None:
        return
    row.withdrawn = work.now
    lasting = (Grant.person == person) & (Grant.until.is_(None) | (Grant.until > work.now))
    await work.run(update(Grant).where(lasting).values(until=work.now))
    await grants.touch(work, person)
    work.tell(RightsTaken(stream=person, role="visitor", scope=lesson, by=actor.person))
    work.tell(VisitorWithdrawn(stream=lesson, person=person, by=actor.person))
    await work.flush()


async def of(look: Look, actor: Actor, lesson: str) -> list[Invited]:
    """The visitors of a lesson, the newest first, for whoever leads it."""
    found, programme, target = await rights.target_of_lesson(look, lesson)
    rights.ask(actor, "lead", target)
    rows = await look.rows(
        select(Visitor, Person)
        .join(Person, Person.id == Visitor.person)
        .where(Visitor.lesson == lesson)
        .order_by(Visitor.made.desc(), Person.id)
    )
    return [Invited(who, row, found, programme, _state(look.now, row, found, programme)) for row, who in rows]


async def invited(look: Look, person: str) -> Invited:
    """Whom a link is for and what it says now; the token was checked. Raises NotFound for whoever is no visitor."""
    row = await look.get(Visitor, person)
    who = await look.get(Person, person)
    if row is None or who is None:
        raise NotFound()
    lesson, programme, _ = await rights.target_of_lesson(look, row.lesson)
    return Invited(who, row, lesson, programme, _state(look.now, row, lesson, programme))


async def come(work: Work, person: str) -> Invited:
    """She follows her link while it opens: her right holds to its end, also when the lesson has moved since.

    Raises NotOpen when it does not open (any more, or yet).
    """
    found = await invited(work, person)
    if found.state != "open":
        raise NotOpen("link_over" if found.state in ("over", "taken_back") else "too_early")
    await _entitle(work, person, found.row, found.lesson, found.programme)
    await work.flush()
    return found


async def _to_lead(work: Work, actor: Actor, lesson: str) -> tuple[Lesson, Programme]:
    """The lesson, locked: two who invite at one time come one after the other."""
    await lock_lesson(work, lesson)
    found, programme, target = await rights.target_of_lesson(work, lesson)
    rights.ask(actor, "lead", target)
    if programme.status == rights.ROOMS:
        raise NotFound()  # a talk has guests of its own
    return found, programme


async def _check_ahead(look: Look, lesson: Lesson, programme: Programme) -> None:
    if await look.one(select(Day.kind).where(Day.id == lesson.day)) != "online":
        raise NotOpen("lesson_on_site")
    if lesson.status == "cancelled":
        raise NotOpen("lesson_cancelled")
    if lesson.closed is not None or look.now >= doors(lesson, programme.rules).closes:
        raise NotOpen("lesson_over")


async def _entitle(work: Work, person: str, row: Visitor, lesson: Lesson, programme: Programme) -> None:
    """Her one right, to the end of her link; a new one when the old one ends earlier, as after a move of the lesson."""
    until = _end(row, lesson, programme)
    held = (Grant.person == person) & (Grant.scope == lesson.id) & (Grant.role == "visitor")
    grant: Grant | None = await work.one(select(Grant).where(held))
    if grant is not None:
        if grant.until != until:
            grant.until = until
            await grants.touch(work, person)
        return
    work.add(grants.written(person, Right("visitor", "lesson", lesson.id, until=until), row.by, work.now))
    work.tell(RightsGiven(stream=person, role="visitor", scope=lesson.id, by=row.by or ""))


def _end(row: Visitor, lesson: Lesson, programme: Programme) -> datetime:
    """Her own time while it lies within the doors; a lesson that was moved away from it takes her along to its end."""
    around = doors(lesson, programme.rules)
    return row.until if row.until and around.opens < row.until < around.closes else around.closes


def _state(now: datetime, row: Visitor, lesson: Lesson, programme: Programme) -> State:
    around = doors(lesson, programme.rules)
    if row.withdrawn is not None:
        return "taken_back"
    if lesson.status == "cancelled":
        return "cancelled"
    if lesson.closed is not None or now >= _end(row, lesson, programme):
        return "over"
    return "ahead" if now < around.opens else "open"
