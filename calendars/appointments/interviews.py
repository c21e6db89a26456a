"""Interviews with an employer: a block of her time cut into slots, a room for each, and what came of it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select

from calendars import grants, rights
from calendars.appointments import appointments, freetimes, talk_slots, talks
from calendars.appointments.checks import NewAppointment
from calendars.appointments.facts import AppointmentHeld
from calendars.appointments.kinds import REASONS
from calendars.appointments.rights import ask_to_change, lock_people, locked, seated_in
from calendars.appointments.talk_slots import Wanted
from calendars.clock import Interval, day_of, seconds, without
from calendars.errors import Conflict, Invalid, NotFound
from calendars.grants import Right
from calendars.names import clean_name
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.rights import Actor, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Appointment, Employer, Interview, Partner, Person, Programme

LATEST = timedelta(days=365)
"""So long after its end a programme may still plan interviews; whatever is later is a mistyped year."""
RESULTS = ("internship", "job", "second_talk", "declined", "withdrew")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEmployer:
    """A company and whoever speaks for it; she comes by a link and has no account."""

    name: str
    contact: NewPerson


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBlock:
    """Time that an employer offers, to be cut into equal talks for these learners.

    Without learners each of the talks is an open time, and whoever takes it first has it.
    """

    employer: str
    starts: datetime
    ends: datetime
    minutes: int
    learners: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    """Staff who sit in every one of them."""
    way: str = "online"
    spot: str = ""
    """Where, or which number to call."""


@dataclass(frozen=True, slots=True)
class Met:
    """One interview as the employer and those who plan see it."""

    row: Appointment
    programme: Programme
    learner: Person | None
    """None: an open time."""
    employer: Employer
    interview: Interview
    hosts: tuple[Person, ...] = ()
    """Who of the staff sits in it."""

    @property
    def is_open(self) -> bool:
        """Whether a learner may still take it."""
        return self.row.status == "offered"


@dataclass(frozen=True, slots=True)
class Conversion:
    """What the interviews with one employer came to."""

    employer: Employer
    interviews: int
    held: int
    results: dict[str, int]
    open: int = 0
    """Times that nobody has taken."""


async def add_employer(work: Work, actor: Actor, programme: str, new: NewEmployer) -> Employer:
    """A company that meets the learners of a programme; its contact gets a right to see what is hers."""
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    contact = await people.add(work, actor, new.contact, target)
    await grants.give(work, actor, contact.id, Right("employer", "programme", programme), target)
    row = Employer(id=new_id(), organisation=found.organisation, name=clean_name(new.name), contact=contact.id)
    work.add(row)
    await work.flush()
    return row


async def plan_block(work: Work, actor: Actor, programme: str, new: NewBlock) -> list[Appointment]:
    """Cut an employer's block into interviews, one for each learner, each with a room: all of them or none.

    Raises Conflict `no_room` when the block is too short, or its learners or hosts are taken; `no_free_time` when no
    time of it could be open.
    """
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    employer = await work.get(Employer, new.employer)
    if employer is None or employer.organisation != found.organisation:
        raise NotFound()
    if new.ends <= new.starts:
        raise Invalid("backwards", field="ends")
    if day_of(new.starts, found.zone) > found.ends + LATEST:
        raise Invalid("day_too_far", field="day")
    if not talks.SHORTEST <= new.minutes <= talks.LONGEST:
        raise Invalid("bad_minutes", field="minutes")
    await lock_people(work, {employer.contact, *new.learners, *new.hosts})
    for learner in new.learners:
        if not await seated_in(work, programme, learner):
            raise NotFound()
    everybody = tuple(dict.fromkeys((employer.contact, *new.hosts)))
    rows = await appointments.plan(work, actor, programme, [
        NewAppointment(
            kind="interview", starts=talks.instant(starts), ends=talks.instant(starts + new.minutes * 60),
            partners=everybody, learner=learner, way=new.way, spot=new.spot,
        )
        for starts, learner in await _cut(work, found, new, everybody)
    ])  # fmt: skip
    work.add(*(Interview(appointment=row.id, employer=employer.id, result="") for row in rows))
    await work.flush()
    return rows


async def _cut(
    look: Look, programme: Programme, new: NewBlock, everybody: Sequence[str]
) -> list[tuple[int, str | None]]:
    """(when it starts, for whom) of each interview; the employer is free when all of her side are."""
    taken = await freetimes.busy(look, programme, new.learners, everybody, new.starts, new.ends)
    together = [one for who in everybody for one in taken[who]]
    block, length = Interval(seconds(new.starts), seconds(new.ends)), new.minutes * 60
    if not new.learners:
        free = without([block], together)
        starts = [at for one in free for at in range(one.starts, one.ends - length + 1, length)]
        if not starts:
            raise Conflict("no_free_time", field="starts")
        return [(at, None) for at in starts]
    host = everybody[0]
    learners = tuple(dict.fromkeys(new.learners))
    fit = talk_slots.fit(Wanted(length, block, learners, (host,), busy=taken | {host: together}))
    if fit.left:
        helps = [(one.code, one.placed, one.minutes) for one in fit.helps]
        raise Conflict("no_room", left=len(fit.left), placed=len(fit.slots), helps=helps)
    return [(one.starts, one.learner) for one in fit.slots]


async def cancel_block(work: Work, actor: Actor, programme: str, employer: str, day: date, reason: str) -> int:
    """Take out all interviews of an employer on one day that have not begun; returns how many. For whoever plans."""
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    if reason not in REASONS:
        raise Invalid("bad_choice", field="reason")
    hers = select(Appointment.id, Appointment.starts).join(Interview, Interview.appointment == Appointment.id)
    there = (Appointment.programme == programme, Interview.employer == employer, Appointment.starts > work.now)
    that_day = [id for id, starts in await work.rows(hers.where(*there)) if day_of(starts, found.zone) == day]
    ahead = [one for one in await locked(work, *that_day) if one.row.status != "cancelled" and not one.row.outcome]
    for known in ahead:
        ask_to_change(work, actor, known)
        await appointments.take_out(work, actor, known, reason)
    return len(ahead)


async def swap(work: Work, actor: Actor, one: str, other: str) -> None:
    """Let two learners have each other's time, with whoever plans agreeing for both; all of it or nothing."""
    first, second = await locked(work, one, other)
    for known in (first, second):
        ask_to_change(work, actor, known)
        rights.ask(actor, "plan", known.target)
        if known.row.kind != "interview" or known.row.learner is None:
            raise NotFound()
    if one == other or first.programme.id != second.programme.id:
        raise Invalid("bad_choice", field="other")
    await lock_people(work, {*first.people, *second.people})
    await appointments.exchange(work, actor, first, second)


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
    if known.row.learner is None:
        raise Conflict("not_booked")
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


async def one(look: Look, actor: Actor, programme: str, appointment: str) -> tuple[Met, list[Met]]:
    """One interview of a programme, and all the others there, for whoever plans. Raises NotFound."""
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    met = await _met(look, Appointment.programme == programme)
    wanted = next((one for one in met if one.row.id == appointment), None)
    if wanted is None:
        raise NotFound()
    return wanted, [one for one in met if one is not wanted]


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
            own[0].employer, sum(not one.is_open for one in own), sum(one.row.outcome == "held" for one in own),
            dict(Counter(one.interview.result for one in own if one.interview.result)), sum(one.is_open for one in own),
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
        .outerjoin(Person, Person.id == Appointment.learner)
        .where(condition)
        .order_by(Appointment.starts, Appointment.id)
    )
    with_whom = await look.rows(
        select(Partner.appointment, Person)
        .join(Person, Person.id == Partner.person)
        .join(Interview, Interview.appointment == Partner.appointment)
        .join(Employer, Employer.id == Interview.employer)
        .join(Appointment, Appointment.id == Partner.appointment)
        .where(condition, Partner.person != Employer.contact, Partner.guest == "")
        .order_by(Person.name, Person.id)
    )
    hosts: dict[str, list[Person]] = {}
    for appointment, who in with_whom:
        hosts.setdefault(appointment, []).append(who)
    return [Met(row, at, who, firm, it, tuple(hosts.get(row.id, ()))) for row, at, who, firm, it in rows]
