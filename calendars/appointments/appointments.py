"""Appointments: offered, booked by a learner, moved, cancelled; never two at one time for anybody."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select

from calendars import rights
from calendars.appointments import quotas, rooms
from calendars.appointments.checks import NewAppointment, check_new, check_single, check_spans, check_times
from calendars.appointments.facts import AppointmentCancelled, AppointmentMade, AppointmentMoved
from calendars.appointments.kinds import KINDS, REASONS
from calendars.appointments.quotas import Change, minutes_of
from calendars.appointments.rights import (
    Known,
    ask_to_arrange,
    ask_to_change,
    check_kind,
    check_standing,
    lock_people,
    locked,
    seated_in,
)
from calendars.clock import day_of
from calendars.errors import Conflict, Full, Invalid, NotFound
from calendars.names import clean_line
from calendars.rights import Actor, Target
from calendars.store import Work, new_id
from calendars.tables import Appointment, Interview, Partner, Programme


async def plan(
    work: Work, actor: Actor, programme: str, new: Sequence[NewAppointment], reason: str = ""
) -> list[Appointment]:
    """Arrange appointments of one programme, one or many, all of them or none.

    `reason`: why tutoring is allowed outside its window. Raises Overlaps `taken_already` as lessons do, Full
    `quota_spent`, Conflict `outside_window`.
    """
    found: Programme | None = None
    for one in new:
        check_kind(one.kind)
        private = KINDS[one.kind].private
        found = await ask_to_arrange(work, actor, programme, one.partners, one.learner, private=private)
        await check_new(work, found, one)
        if one.is_offer and KINDS[one.kind].quota:
            await quotas.check_offer(work, found, one.starts)
    if found is None:
        return []
    await lock_people(work, {who for one in new for who in (*one.partners, *filter(None, (one.learner,)))})
    rows = [_row(one, found, actor, work) for one in new]
    await check_spans(work, found, [(row, one.partners) for row, one in zip(rows, new, strict=True)])
    await check_single(work, found, rows)
    work.add(*rows)
    await work.flush()
    led = [
        {"appointment": row.id, "person": who} for row, one in zip(rows, new, strict=True) for who in set(one.partners)
    ]
    if led:
        await work.run(insert(Partner), led)
    for row, one in zip(rows, new, strict=True):
        known = Known(row, found, frozenset(one.partners))
        if row.learner is not None:
            await _reserve(work, actor, known, reason)
        await rooms.keep(work, known)
        tell(work, known, AppointmentMade, actor)
    await work.flush()
    return rows


async def book(work: Work, actor: Actor, appointment: str) -> Appointment:
    """Take an offered time as the actor's own. Whoever has one of a single kind already gives it away for this.

    Raises Full `time_taken` when somebody was quicker, Overlaps, Full `quota_spent`, Conflict `outside_window`.
    """
    rights.ask(actor, "see_own", Target(person=actor.person))
    (known,) = await locked(work, appointment)
    row = known.row
    groups = await seated_in(work, known.programme.id, actor.person)
    if not groups or (row.group is not None and row.group not in groups) or KINDS[row.kind].group:
        raise NotFound()
    if row.learner == actor.person and row.status == "confirmed":
        return row
    if not row.offer:
        raise NotFound()
    if row.status != "offered" or row.starts <= work.now:
        raise Full("time_taken")
    mine = await _given_away(work, actor.person, known)
    own = (await locked(work, mine))[0] if mine else None
    await lock_people(work, {actor.person, *known.people, *(own.people if own else ())})
    if mine != await _given_away(work, actor.person, known):
        raise Conflict("one_already")  # taken in another window at this very moment
    if own is not None:
        await exchange(work, actor, own, known)
        return own.row
    await _take(work, actor, known, actor.person)
    return row


async def give(work: Work, actor: Actor, appointment: str, learner: str) -> None:
    """Book an open time for a learner who does not do it herself. Doing it twice changes nothing.

    Raises Full `time_taken` when somebody was quicker, Conflict `has_one_already` when she has one of a single kind
    already, and what `book` raises.
    """
    (known,) = await locked(work, appointment)
    ask_to_change(work, actor, known)
    row = known.row
    if (row.learner, row.status) == (learner, "confirmed"):
        return
    groups = await seated_in(work, known.programme.id, learner)
    if not groups or (row.group is not None and row.group not in groups):
        raise NotFound()
    if row.status != "offered" or row.starts <= work.now:
        raise Full("time_taken")
    await lock_people(work, {learner, *known.people})
    if await _given_away(work, learner, known):
        raise Conflict("has_one_already", field="learner")
    await _take(work, actor, known, learner)


async def move(work: Work, actor: Actor, appointment: str, starts: datetime, ends: datetime, reason: str = "") -> None:
    """Hold an appointment at another time; its id and UID stay. Raises Overlaps, Full and Conflict as `plan` does."""
    (known,) = await locked(work, appointment)
    ask_to_change(work, actor, known)
    row = known.row
    check_standing(row)
    check_times(starts, ends, work.now)
    if (row.starts, row.ends) == (starts, ends):
        return
    await lock_people(work, known.people)
    before, was = minutes_of(row), row.starts
    row.starts, row.ends = starts, ends
    await check_spans(work, known.programme, [(row, tuple(known.partners))])
    if KINDS[row.kind].quota and row.learner is not None:
        quota = await quotas.quota_or_refuse(work, known.programme)
        # within the days that an earlier reason allowed nobody is asked for it again
        if day_of(was, known.programme.zone) != day_of(starts, known.programme.zone):
            window = await quotas.window_of(work, known.programme, quota, row.learner)
            quotas.check_window(window, known.programme, row, reason)
        if minutes_of(row) != before:
            await quotas.write(
                work, quota, row, Change("reserved", minutes_of(row) - before, reason=reason), actor.person
            )
    revise(row, work.now)
    await rooms.keep(work, known)
    tell(work, known, AppointmentMoved, actor)
    await work.flush()


async def cancel(work: Work, actor: Actor, appointment: str, reason: str = "other") -> None:
    """Take an appointment out; it stays visible as cancelled, and its minutes may be booked anew.

    A time that was offered openly and that its learner gives back is offered again, as a time of its own.
    Doing it twice changes nothing.
    """
    (known,) = await locked(work, appointment)
    row = known.row
    own = actor.person == row.learner
    if own:
        rights.ask(actor, "see_own", Target(person=actor.person))
    else:
        ask_to_change(work, actor, known)
    if reason not in REASONS:
        raise Invalid("bad_choice", field="reason")
    if row.status == "cancelled":
        return
    check_standing(row)
    if own and row.starts <= work.now:
        raise Conflict("appointment_begun")
    await take_out(work, actor, known, reason)
    if own and row.offer:
        await _offer_again(work, actor, known)
    await work.flush()


async def take_out(work: Work, actor: Actor, known: Known, reason: str) -> None:
    """Cancel a locked appointment for whoever was asked already, and tell all who are in it."""
    row = known.row
    await _release(work, actor, known)
    row.status, row.reason = "cancelled", reason
    revise(row, work.now)
    await rooms.keep(work, known)
    tell_cancelled(work, known, actor)
    await work.flush()


async def exchange(work: Work, actor: Actor, one: Known, other: Known) -> None:
    """Let two locked appointments change times, places and partners: each keeps its id, its learner and its UID."""
    rights.ask(actor, "see_own", Target(person=actor.person))
    for known in (one, other):
        check_standing(known.row)
        if known.row.starts <= work.now:
            raise Conflict("appointment_begun")
    first, second = one.row, other.row
    for name in ("starts", "ends", "way", "place", "spot"):
        mine, theirs = getattr(first, name), getattr(second, name)
        setattr(first, name, theirs)
        setattr(second, name, mine)
    changed = [Known(first, one.programme, other.partners), Known(second, other.programme, one.partners)]
    await check_spans(work, one.programme, [(known.row, ()) for known in changed if known.row.learner is not None])
    await _change_partners(work, one, other)
    await _change_employers(work, first, second)
    for known in changed:
        revise(known.row, work.now)
        await rooms.keep(work, known)
        tell(work, known, AppointmentMoved, actor)
    await work.flush()


def tell(work: Work, known: Known, fact: type[AppointmentMade] | type[AppointmentMoved], actor: Actor) -> None:
    """Let everybody know whom an appointment concerns: a visit is told to the programme, for its whole group goes."""
    streams = [*known.people, known.programme.id] if known.row.learner is None else known.people
    for stream in streams:
        work.tell(fact(stream=stream, appointment=known.row.id, by=actor.person))


def tell_cancelled(work: Work, known: Known, actor: Actor) -> None:
    """Let everybody in an appointment know that it was taken out."""
    row = known.row
    for who in known.people:
        work.tell(AppointmentCancelled(stream=who, appointment=row.id, reason=row.reason, by=actor.person))


def _row(new: NewAppointment, programme: Programme, actor: Actor, work: Work) -> Appointment:
    return Appointment(
        id=new_id(), programme=programme.id, kind=new.kind, learner=new.learner, group=new.group, visit=new.visit,
        starts=new.starts, ends=new.ends, way=new.way, place=new.place, spot=clean_line(new.spot, "spot"),
        title=clean_line(new.title, "title"), transport=clean_line(new.transport, "transport"),
        gear=clean_line(new.gear, "gear"), subject=new.subject, offer=new.is_offer,
        status="offered" if new.is_offer else "confirmed", reason="", outcome="", held=None, revision=1, sequence=0,
        made_by=actor.person or None, modified=work.now,
    )  # fmt: skip


async def _take(work: Work, actor: Actor, known: Known, learner: str) -> None:
    """Let an open time be a learner's; it and the people in it are locked."""
    row = known.row
    row.learner, row.status = learner, "confirmed"
    await check_spans(work, known.programme, [(row, ())])
    await _reserve(work, actor, known, "")
    revise(row, work.now)
    await rooms.keep(work, known)
    tell(work, known, AppointmentMade, actor)
    await work.flush()


async def _given_away(work: Work, learner: str, wanted: Known) -> str | None:
    """The time that she has already and gives away for this one: of a single kind, chosen by herself or of that day."""
    if not KINDS[wanted.row.kind].single:
        return None
    day, zone = day_of(wanted.row.starts, wanted.programme.zone), wanted.programme.zone
    mine = select(Appointment).where(
        Appointment.programme == wanted.programme.id, Appointment.kind == wanted.row.kind,
        Appointment.learner == learner, Appointment.status == "confirmed", Appointment.outcome == "",
        Appointment.starts > work.now,
    )  # fmt: skip
    rows: Sequence[Appointment] = await work.all(mine.order_by(Appointment.starts, Appointment.id))
    return next((row.id for row in rows if row.offer or day_of(row.starts, zone) == day), None)


async def _change_partners(work: Work, one: Known, other: Known) -> None:
    if one.partners == other.partners:
        return
    ids = (one.row.id, other.row.id)
    await work.run(delete(Partner).where(Partner.appointment.in_(ids)))
    rows = [{"appointment": one.row.id, "person": who} for who in sorted(other.partners)]
    rows += [{"appointment": other.row.id, "person": who} for who in sorted(one.partners)]
    await work.run(insert(Partner), rows)


async def _change_employers(work: Work, first: Appointment, second: Appointment) -> None:
    """An interview is with the employer at whose time it is: that goes with the partners."""
    rows: Sequence[Interview] = await work.all(
        select(Interview).where(Interview.appointment.in_((first.id, second.id))).order_by(Interview.appointment)
    )
    if len(rows) == 1 or len({row.employer for row in rows}) == 2:
        await work.run(delete(Interview).where(Interview.appointment.in_([row.appointment for row in rows])))
        there = {first.id: second.id, second.id: first.id}
        told = [{"appointment": there[row.appointment], "employer": row.employer, "result": ""} for row in rows]
        await work.run(insert(Interview), told)


async def _offer_again(work: Work, actor: Actor, known: Known) -> None:
    old = known.row
    new = Appointment(
        id=new_id(), programme=old.programme, kind=old.kind, learner=None, group=old.group, starts=old.starts,
        ends=old.ends, way=old.way, place=old.place, spot=old.spot, title=old.title, transport=old.transport,
        gear=old.gear, subject="", offer=True, status="offered", reason="", outcome="", held=None, revision=1,
        sequence=0, made_by=old.made_by, modified=work.now,
    )  # fmt: skip
    work.add(new)
    await work.flush()
    await work.run(insert(Partner), [{"appointment": new.id, "person": who} for who in sorted(known.partners)])
    interview = await work.get(Interview, old.id)
    if interview is not None:
        work.add(Interview(appointment=new.id, employer=interview.employer, result=""))
    tell(work, Known(new, known.programme, known.partners), AppointmentMade, actor)


async def _reserve(work: Work, actor: Actor, known: Known, reason: str) -> None:
    if KINDS[known.row.kind].quota:
        quota = await quotas.quota_or_refuse(work, known.programme)
        window = await quotas.window_of(work, known.programme, quota, str(known.row.learner))
        quotas.check_window(window, known.programme, known.row, reason)
        if known.row.way not in quota.ways:
            raise Invalid("bad_choice", field="way")
        change = Change("reserved", minutes_of(known.row), subject=known.row.subject, way=known.row.way, reason=reason)
        await quotas.write(work, quota, known.row, change, actor.person)


async def _release(work: Work, actor: Actor, known: Known) -> None:
    if KINDS[known.row.kind].quota and known.row.learner is not None:
        quota = await quotas.quota_or_refuse(work, known.programme)
        await quotas.write(work, quota, known.row, Change("released", -minutes_of(known.row)), actor.person)


def revise(row: Appointment, now: datetime) -> None:
    """Time, place, people or state changed: calendars must notice."""
    row.revision, row.sequence, row.modified = row.revision + 1, row.sequence + 1, now
