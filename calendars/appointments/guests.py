"""Somebody from outside in one appointment: an officer, an interpreter, an employer; by a link, without an account.

Her link shows her this appointment and opens its room, and nothing else. Her right ends by itself, or is taken back.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, update

from calendars import grants
from calendars.appointments import appointments, rooms
from calendars.appointments.facts import AppointmentCancelled, AppointmentMoved
from calendars.appointments.rights import Known, ask_to_change, check_standing, locked, meets
from calendars.errors import Forbidden, Invalid, NotFound
from calendars.facts import PersonAdded
from calendars.grants import Right
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Appointment, Grant, Partner, Person, Programme

ROLES: Final = {"officer": "officer", "interpreter": "officer", "employer": "employer"}
"""As what she comes -> the right by which those who plan know of her."""
AFTERWARDS: Final = timedelta(days=1)
MOST: Final = 6


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who was brought in, with what her link is made of."""

    person: Person
    guest: str


async def bring(work: Work, actor: Actor, appointment: str, new: NewPerson, guest: str = "officer") -> Person:
    """Let somebody from outside join one appointment, such as an officer of the employment services.

    Said by whoever of the staff is in it, or plans it; a private one is known to nobody else afterwards either.
    """
    known = await _locked(work, actor, appointment)
    check_standing(known.row)
    if guest not in ROLES:
        raise Invalid("bad_choice", field="guest")
    if known.row.learner is None or len(known.partners) > MOST:
        raise Invalid("bad_choice", field="guest")
    person = people.written(new, work.now)
    work.add(person)
    work.tell(PersonAdded(stream=person.id, person=person.id, by=actor.person))
    await work.flush()
    if not known.private:
        await _let_be_known(work, actor, known, person.id, ROLES[guest])
    work.add(Partner(appointment=appointment, person=person.id, guest=guest))
    appointments.revise(known.row, work.now)
    more = Known(known.row, known.programme, known.partners | {person.id})
    await work.flush()
    await rooms.keep(work, more)
    appointments.tell(work, more, AppointmentMoved, actor)
    await work.flush()
    return person


async def _let_be_known(work: Work, actor: Actor, known: Known, guest: str, role: str) -> None:
    """Those who plan the programme know of her until a day after: it follows from bringing her, which has asked."""
    right = Right(role, "programme", known.programme.id, until=known.row.ends + AFTERWARDS)
    await grants.lay(work, actor, [(guest, right)])


async def dismiss(work: Work, actor: Actor, appointment: str, person: str) -> None:
    """Take the link of a guest back: it opens nothing from now on. Doing it twice changes nothing."""
    known = await _locked(work, actor, appointment)
    row = await work.get(Partner, (appointment, person))
    if row is None or not row.guest:
        if await work.get(Person, person) is None:
            raise NotFound()
        return
    await work.run(delete(Partner).where(Partner.appointment == appointment, Partner.person == person))
    elsewhere = await work.one(select(Partner.appointment).where(Partner.person == person).limit(1))
    if elsewhere is None:
        lasting = (Grant.person == person) & (Grant.until.is_(None) | (Grant.until > work.now))
        await work.run(update(Grant).where(lasting).values(until=work.now))
        await work.run(update(Person).where(Person.id == person).values(generation=Person.generation + 1))
        await grants.touch(work, person)
    appointments.revise(known.row, work.now)
    fewer = Known(known.row, known.programme, known.partners - {person})
    await work.flush()
    await rooms.keep(work, fewer)
    appointments.tell(work, fewer, AppointmentMoved, actor)
    work.tell(AppointmentCancelled(stream=person, appointment=appointment, reason="not_needed", by=actor.person))
    await work.flush()


async def of(look: Look, actor: Actor, appointment: str) -> list[Guest]:
    """The guests of an appointment with what their links are made of, for whoever may bring them."""
    row = await look.get(Appointment, appointment)
    if row is None:
        raise NotFound()
    programme = await look.get(Programme, row.programme)
    assert programme is not None
    partners = await look.rows(
        select(Partner, Person).join(Person, Person.id == Partner.person).where(Partner.appointment == appointment)
    )
    known = Known(row, programme, frozenset(one.person for one, _ in partners))
    _ask(look, actor, known)
    guests = [Guest(who, one.guest) for one, who in partners if one.guest]
    return sorted(guests, key=lambda one: (one.person.name, one.person.id))


async def _locked(work: Work, actor: Actor, appointment: str) -> Known:
    (known,) = await locked(work, appointment)
    _ask(work, actor, known)
    return known


def _ask(look: Look, actor: Actor, known: Known) -> None:
    """Staff who are in it or plan it; a guest brings nobody."""
    ask_to_change(look, actor, known)
    if not meets(actor):
        raise Forbidden("not_yours_to_do", verb="meet")
