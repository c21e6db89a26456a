"""Interviews with an employer: a block of her time cut into slots, a room for each, and what came of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select

from calendars import appointments, people, rights, talk_slots, talks
from calendars.appointment_checks import NewAppointment
from calendars.appointment_facts import AppointmentHeld
from calendars.appointment_rights import ask_to_change, lock_people, locked, seated_in
from calendars.clock import Interval, seconds
from calendars.errors import Conflict, Invalid, NotFound
from calendars.names import clean_name
from calendars.people import NewPerson
from calendars.rights import Actor, Right, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Appointment, Employer, Interview, Person, Programme
from calendars.talk_slots import Wanted

RESULTS = ("internship", "job", "second_talk", "declined", "withdrew")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEmployer:
    """A company and whoever speaks for it; she comes by a link and has no account."""

    name: str
    contact: NewPerson


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBlock:
    """Time that an employer offers, to be cut into equal talks for these learners."""

    employer: str
    starts: datetime
    ends: datetime
    minutes: int
    learners: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    """Staff who sit in every one of them."""
    way: str = "online"


@dataclass(frozen=True, slots=True)
class Met:
    """One interview as the employer and those who plan see it."""

    row: Appointment
    programme: Programme
    learner: Person
    employer: Employer
    interview: Interview


@dataclass(frozen=True, slots=True)
class Conversion:
    """What the interviews with one employer came to."""

    employer: Employer
    interviews: int
    held: int
    results: dict[str, int]


async def add_employer(work: Work, actor: Actor, programme: str, new: NewEmployer) -> Employer:
    """A company that meets the learners of a programme; its contact gets a right to see what is hers."""
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    contact = await people.add(work, actor, new.contact, target)
    await rights.give(work, actor, contact.id, Right("employer", "programme", programme), target)
    row = Employer(id=new_id(), organisation=found.organisation, name=clean_name(new.name), contact=contact.id)
    work.add(row)
    await work.flush()
    return row


async def plan_block(work: Work, actor: Actor, programme: str, new: NewBlock) -> list[Appointment]:
    """Cut an employer's block into interviews, one for each learner, each with a room: all of them or none.

    Raises Conflict `no_room` when the block is too short, or its learners or hosts are taken.
    """
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    employer = await work.get(Employer, new.employer)
    if employer is None or employer.organisation != found.organisation:
        raise NotFound()
    if new.ends <= new.starts:
        raise Invalid("backwards", field="ends")
    if not talks.SHORTEST <= new.minutes <= talks.LONGEST:
        raise Invalid("bad_minutes", field="minutes")
    await lock_people(work, {employer.contact, *new.learners, *new.hosts})
    for learner in new.learners:
        if not await seated_in(work, programme, learner):
            raise NotFound()
    everybody = (employer.contact, *new.hosts)
    taken = await talks.busy(work, found, new.learners, everybody, new.starts, new.ends)
    together = [one for who in everybody for one in taken[who]]  # she is free when all of her side are
    wanted = Wanted(
        new.minutes * 60, Interval(seconds(new.starts), seconds(new.ends)), tuple(dict.fromkeys(new.learners)),
        (employer.contact,), busy=taken | {employer.contact: together},
    )  # fmt: skip
    fit = talk_slots.fit(wanted)
    if fit.left:
        helps = [(one.code, one.placed, one.minutes) for one in fit.helps]
        raise Conflict("no_room", left=len(fit.left), placed=len(fit.slots), helps=helps)
    rows = await appointments.plan(work, actor, programme, [
        NewAppointment(
            kind="interview", starts=talks.instant(one.starts), ends=talks.instant(one.ends), partners=everybody,
            learner=one.learner, way=new.way,
        )
        for one in fit.slots
    ])  # fmt: skip
    work.add(*(Interview(appointment=row.id, employer=employer.id, result="") for row in rows))
    await work.flush()
    return rows


async def note(
    work: Work, actor: Actor, appointment: str, result: str, first: date | None = None, last: date | None = None
) -> None:
    """Write down what came of an interview; an internship has its first and last day. Again: it is corrected."""
    row = await work.get(Interview, appointment)
    if row is None:
        raise NotFound()
    (known,) = await locked(work, appointment)
    ask_to_change(work, actor, known)
    if result not in RESULTS:
        raise Invalid("bad_choice", field="result")
    if known.row.status == "cancelled":
        raise Conflict("appointment_cancelled")
    if work.now < known.row.starts:
        raise Conflict("not_begun")
    if result == "internship" and (first is None or last is None):
        raise Invalid("bad_day", field="first_day" if first is None else "last_day")
    if first is not None and last is not None and last < first:
        raise Invalid("backwards", field="last_day")
    kept = (first, last) if result == "internship" else (None, None)
    row.result, (row.first_day, row.last_day) = result, kept
    row.noted_by, row.noted = actor.person, work.now
    if not known.row.outcome:
        known.row.outcome, known.row.held = "held", int((known.row.ends - known.row.starts).total_seconds() // 60)
    known.row.revision, known.row.modified = known.row.revision + 1, work.now
    for who in known.people:
        work.tell(AppointmentHeld(stream=who, appointment=appointment, outcome="held", by=actor.person))
    await work.flush()


async def own(look: Look, actor: Actor) -> list[Met]:
    """The interviews of the employer for whom the actor speaks, in order of time."""
    rights.ask(actor, "see_own", Target(person=actor.person))
    return await _met(look, Employer.contact == actor.person)


async def of_programme(look: Look, actor: Actor, programme: str) -> list[Met]:
    """The interviews of a programme, for whoever sees its plan and its people."""
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "see_plan", target)
    rights.ask(actor, "see_people", target)
    return await _met(look, Appointment.programme == programme)


async def employers(look: Look, actor: Actor, programme: str) -> list[Employer]:
    """The companies that a programme may plan interviews with."""
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    known = select(Employer).where(Employer.organisation == found.organisation)
    return list(await look.all(known.order_by(Employer.name, Employer.id)))


def conversions(met: Sequence[Met]) -> list[Conversion]:
    """How many interviews there were with each employer, how many were held, and what came of them."""
    by_employer: dict[str, list[Met]] = {}
    for one in met:
        if one.row.status != "cancelled":
            by_employer.setdefault(one.employer.id, []).append(one)
    found = [
        Conversion(
            own[0].employer, len(own), sum(one.row.outcome == "held" for one in own),
            dict(Counter(one.interview.result for one in own if one.interview.result)),
        )
        for own in by_employer.values()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.employer.name, one.employer.id))


async def _met(look: Look, condition: ColumnElement[bool]) -> list[Met]:
    rows = await look.rows(
        select(Appointment, Programme, Person, Employer, Interview)
        .join(Interview, Interview.appointment == Appointment.id)
        .join(Employer, Employer.id == Interview.employer)
        .join(Programme, Programme.id == Appointment.programme)
        .join(Person, Person.id == Appointment.learner)
        .where(condition)
        .order_by(Appointment.starts, Appointment.id)
    )
    return [Met(*row) for row in rows]
