"""Appointments as somebody may see them: her own whole; of others what she plans, and of a private one only its time.

One query for pages and feeds, with the people and places that they name.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select

from calendars import rights, weeks
from calendars.appointments import quotas
from calendars.appointments.kinds import KINDS
from calendars.clashes import Booking, booked, clashing
from calendars.clock import day_of
from calendars.errors import NotFound
from calendars.rights import Actor, Target
from calendars.store import Look
from calendars.tables import Appointment, Group, Lesson, Partner, Person, Place, Programme, Seat

_ALL_OF_IT = timedelta(days=100_000)


@dataclass(frozen=True, slots=True)
class Talk:
    """An appointment as one person sees it. Without a kind it is somebody's private one: only its time is shown."""

    id: str
    kind: str
    role: str
    """learner, partner, group (a visit of hers), or empty for whoever looks from outside."""
    programme: Programme
    starts: datetime
    ends: datetime
    way: str
    status: str
    sequence: int
    modified: datetime
    place: Place | None = None
    spot: str = ""
    title: str = ""
    transport: str = ""
    gear: str = ""
    subject: str = ""
    outcome: str = ""
    held: int | None = None
    learner: Person | None = None
    partners: tuple[Person, ...] = ()
    group: Group | None = None
    offer: bool = False
    opened: datetime | None = None
    """When its room was opened."""
    visit: str = ""
    """What the rows of one visit share."""
    guests: tuple[tuple[Person, str], ...] = ()
    """Who of the partners comes from outside, and as what."""

    @property
    def zone(self) -> str:
        return self.programme.zone

    @property
    def date(self) -> date:
        """The local day on which it begins."""
        return day_of(self.starts, self.zone)

    @property
    def cancelled(self) -> bool:
        return self.status == "cancelled"

    @property
    def private(self) -> bool:
        """Whether it is a support service: calendars say nothing of it."""
        return not self.kind or KINDS[self.kind].private

    @property
    def has_room(self) -> bool:
        """Whether it happens in a room behind a link of ours."""
        return self.way == "online" and self.status == "confirmed" and self.learner is not None

    @property
    def minutes(self) -> int:
        return int((self.ends - self.starts).total_seconds() // 60)

    def is_ahead(self, at: datetime) -> bool:
        return self.status == "confirmed" and at < self.ends

    def to_settle(self, at: datetime) -> bool:
        """Whether it is over and nobody entered yet how long it was."""
        held = self.status == "confirmed" and self.learner is not None and self.kind and not KINDS[self.kind].group
        return bool(held) and not self.outcome and self.ends <= at


async def of_person(look: Look, actor: Actor, person: str, since: datetime, until: datetime) -> list[Talk]:
    """What a person has between two instants. Of others only where the actor sees the plan."""
    if actor.person == person:
        rights.ask(actor, "see_own", Target(person=person))
        return await all_of(look, person, since, until)
    await rights.ask_about(look, actor, "see_plan", person)
    found = await all_of(look, person, since, until)
    return [_seen_by(actor, one) for one in found if _plans(actor, one.programme) or _concerns(actor.person, one)]


async def of_programme(look: Look, actor: Actor, programme: str, since: datetime, until: datetime) -> list[Talk]:
    """Everything that is arranged in a programme, for whoever sees its plan; private ones bare."""
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "see_plan", target)
    found = await _talks(look, "", since, until, Appointment.programme == programme)
    return [_seen_by(actor, one) for one in found]


async def beside(look: Look, actor: Actor, programme: str, since: datetime, until: datetime) -> list[Talk]:
    """What stands in the organisation that gives a programme, in order of time: whoever leads there has one week.

    Of its other programmes only those whose plan the actor sees; private ones bare.
    """
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "see_plan", target)
    given = select(Programme.id).where(Programme.organisation == found.organisation)
    there = await _talks(look, "", since, until, Appointment.programme.in_(given), Appointment.status != "cancelled")
    return [_seen_by(actor, one) for one in there if _plans(actor, one.programme)]


async def one(look: Look, actor: Actor, appointment: str) -> Talk:
    """One appointment of the actor's own, or that she plans. Raises NotFound."""
    row = await look.get(Appointment, appointment)
    if row is None:
        raise NotFound()
    found = await _talks(look, actor.person, row.starts, row.ends, Appointment.id == appointment)
    groups = await _groups_on(look, actor.person, found[0].date)
    mine = replace(found[0], role="group") if row.learner is None and row.group in groups else found[0]
    if mine.role or (_plans(actor, mine.programme) and not mine.private):
        rights.ask(actor, "see_own", Target(person=actor.person))
        return mine
    if _plans(actor, mine.programme):
        return _seen_by(actor, mine)
    raise NotFound()


async def offers(look: Look, actor: Actor) -> list[Talk]:
    """The open times that the actor may book as a learner, in order; with whom, and where."""
    rights.ask(actor, "see_own", Target(person=actor.person))
    seats = await look.rows(
        select(Group.programme, Seat.group)
        .join(Group, Group.id == Seat.group)
        .where(Seat.person == actor.person, Seat.last_day >= Seat.first_day)
    )
    programmes, groups = {programme for programme, _ in seats}, {group for _, group in seats}
    open_ones = (
        Appointment.status == "offered", Appointment.programme.in_(programmes),
        Appointment.group.is_(None) | Appointment.group.in_(groups),
    )  # fmt: skip
    found = await _talks(look, actor.person, look.now, look.now + _ALL_OF_IT, *open_ones)
    ahead = [one for one in found if one.starts > look.now and one.role != "partner"]
    return await _to_be_had(look, actor.person, ahead)


async def _to_be_had(look: Look, person: str, open_ones: Sequence[Talk]) -> list[Talk]:
    """Those that fit beside her lessons and appointments, and within her own days and minutes of tutoring.

    What she would give away for one of them is not in its way.
    """
    mine: Sequence[Appointment] = await look.all(
        select(Appointment).where(
            Appointment.learner == person, Appointment.status == "confirmed", Appointment.starts > look.now
        )
    )
    bookings = [Booking(person, one.starts, one.ends, one.id) for one in open_ones]
    taken = await booked(look, bookings, learners=[person])
    accounts = {one.programme.id: await _account(look, one.programme, person) for one in _tutored(open_ones)}
    found = []
    for one, booking in zip(open_ones, bookings, strict=True):
        given = {row.id for row in mine if KINDS[one.kind].single and _alike(row, one)}
        clash = clashing([booking], [each for each in taken if each.lesson not in given])
        window, left = accounts.get(one.programme.id) or (None, 0)
        outside = KINDS[one.kind].quota and (
            window is None or not window.opens <= one.date <= window.until or one.minutes > left
        )
        if not clash and not outside:
            found.append(one)
    return found


def _alike(row: Appointment, one: Talk) -> bool:
    """Whether she gives this away when she takes that: of the same kind, chosen by herself or of the same day."""
    same = (row.programme, row.kind) == (one.programme.id, one.kind)
    return same and (row.offer or day_of(row.starts, one.zone) == one.date)


def _tutored(open_ones: Sequence[Talk]) -> list[Talk]:
    return list({one.programme.id: one for one in open_ones if KINDS[one.kind].quota}.values())


async def _account(look: Look, programme: Programme, person: str) -> tuple[quotas.Window, int] | None:
    """Her days of tutoring, and how many minutes she may still book; None where nothing was promised to her."""
    quota = await quotas.quota_of(look, programme)
    if quota is None:
        return None
    for _, last in await quotas.entitled(look, programme, person):
        balance = (await quotas.balances(look, programme.id, quota.minutes, [person]))[person]
        return quota.after(last), balance.left
    return None


async def all_of(look: Look, person: str, since: datetime, until: datetime | None = None) -> list[Talk]:
    """Everything of a person from an instant on: what her pages and her calendar hold, cancelled ones too."""
    end = until or since + _ALL_OF_IT
    led = select(Partner.appointment).where(Partner.person == person)
    sat = select(Seat.group).where(Seat.person == person, Seat.last_day >= Seat.first_day)
    mine = or_(
        Appointment.learner == person,
        Appointment.id.in_(led),
        Appointment.learner.is_(None) & Appointment.group.in_(sat),
    )
    found = await _talks(look, person, since, end, mine)
    visits = [one for one in found if not one.role]
    seats: Sequence[Seat] = await look.all(select(Seat).where(Seat.person == person)) if visits else []
    hers = [
        one if one.role else replace(one, role="group")
        for one in found
        if one.role or (one.status != "offered" and _sits(seats, one))
    ]
    return _once(hers)


def _once(found: Sequence[Talk]) -> list[Talk]:
    """A visit on which somebody goes with two groups stands once in her days; a cancelled part of it does not count."""
    standing = {one.visit: one.id for one in reversed(found) if one.visit and not one.cancelled}
    kept = {one.visit: one.id for one in reversed(found) if one.visit} | standing
    return [one for one in found if not one.visit or kept[one.visit] == one.id]


def _sits(seats: Collection[Seat], one: Talk) -> bool:
    assert one.group is not None
    return any(seat.group == one.group.id and weeks.sits(seat, one.date) for seat in seats)


async def _groups_on(look: Look, person: str, day: date) -> set[str]:
    return set(await look.all(select(Seat.group).where(Seat.person == person, weeks.seated_on(day))))


def _plans(actor: Actor, programme: Programme) -> bool:
    return rights.may(actor, "see_plan", Target(programme.organisation, programme.id))


def _concerns(person: str, one: Talk) -> bool:
    with_whom = {who.id for who in one.partners} | ({one.learner.id} if one.learner else set())
    return person in with_whom


def _seen_by(actor: Actor, one: Talk) -> Talk:
    """A private appointment of others: that somebody is taken, and when."""
    if not one.private or _concerns(actor.person, one):
        return one
    return Talk(one.id, "", "", one.programme, one.starts, one.ends, "", one.status, one.sequence, one.modified)


async def _talks(
    look: Look, person: str, since: datetime, until: datetime, *conditions: ColumnElement[bool]
) -> list[Talk]:
    rows = await look.rows(
        select(Appointment, Programme, Place, Person, Group, Lesson.opened)
        .join(Programme, Programme.id == Appointment.programme)
        .outerjoin(Place, Place.id == Appointment.place)
        .outerjoin(Person, Person.id == Appointment.learner)
        .outerjoin(Group, Group.id == Appointment.group)
        .outerjoin(Lesson, Lesson.id == Appointment.id)
        .where(Appointment.starts < until, Appointment.ends > since, *conditions)
        .order_by(Appointment.starts, Appointment.id)
    )
    met = await look.rows(
        select(Partner.appointment, Person, Partner.guest)
        .join(Person, Person.id == Partner.person)
        .join(Appointment, Appointment.id == Partner.appointment)
        .where(Appointment.starts < until, Appointment.ends > since, *conditions)
        .order_by(Person.name, Person.id)
    )
    partners: dict[str, list[Person]] = {}
    guests: dict[str, list[tuple[Person, str]]] = {}
    for appointment, who, guest in met:
        partners.setdefault(appointment, []).append(who)
        if guest:
            guests.setdefault(appointment, []).append((who, guest))
    found = []
    for row, programme, place, learner, group, opened in rows:
        with_whom = tuple(partners.get(row.id, ()))
        role = "learner" if row.learner == person else "partner" if any(w.id == person for w in with_whom) else ""
        found.append(
            Talk(
                row.id, row.kind, role, programme, row.starts, row.ends, row.way, row.status, row.sequence,
                row.modified, place, row.spot, row.title, row.transport, row.gear, row.subject, row.outcome, row.held,
                learner, with_whom, group, row.offer, opened, row.visit or "", tuple(guests.get(row.id, ())),
            )
        )  # fmt: skip
    return found
