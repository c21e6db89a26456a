"""Swaps: a learner asks to give her time for another; whoever agrees first has hers, both of them or neither.

Nobody sees whose a time is: the one who asks shows her time without her name, the one who agrees gives her own.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update

from calendars import rights
from calendars.appointments import appointments
from calendars.appointments.facts import SwapAsked
from calendars.appointments.kinds import KINDS
from calendars.appointments.quotas import minutes_of
from calendars.appointments.rights import Known, check_standing, lock_people, locked, partners_of
from calendars.errors import Conflict, NotFound
from calendars.rights import Actor, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Appointment, Programme, Swap


@dataclass(frozen=True, slots=True)
class Offer:
    """A time that somebody would give for one of the actor's own."""

    swap: str
    kind: str
    starts: datetime
    ends: datetime
    zone: str
    mine: str
    """The actor's own appointment that she would give."""


async def ask(work: Work, actor: Actor, appointment: str) -> str:
    """Ask whether somebody gives her time for the actor's own; asking again is the same question. Returns its id."""
    known = await _own(work, actor, appointment)
    same = select(Swap).where(Swap.appointment == appointment, Swap.status == "asked")
    standing: Swap | None = await work.one(same)
    if standing is not None and standing.sequence == known.row.sequence:
        return standing.id
    await _withdraw_stale(work, known.row.id)
    swap = Swap(
        id=new_id(), appointment=appointment, sequence=known.row.sequence, asked_by=actor.person, asked=work.now,
        status="asked", other=None, settled=None,
    )  # fmt: skip
    work.add(swap)
    work.tell(SwapAsked(stream=actor.person, swap=swap.id, by=actor.person))
    await work.flush()
    return swap.id


async def withdraw(work: Work, actor: Actor, appointment: str) -> None:
    """Keep one's own time after all. Doing it twice changes nothing."""
    known = await _own(work, actor, appointment)
    await _withdraw_stale(work, known.row.id)


async def agree(work: Work, actor: Actor, swap: str, mine: str) -> None:
    """Give the actor's own time for the one that was offered. Raises Conflict `swap_gone` when it is not to be had."""
    rights.ask(actor, "see_own", Target(person=actor.person))
    asked = await work.get(Swap, swap)
    if asked is None:
        raise NotFound()
    own, other = await locked(work, mine, asked.appointment)
    if own.row.learner != actor.person or not _alike(own.row, other.row) or _elsewhere(own, other):
        raise NotFound()
    await work.session.refresh(asked)
    if asked.status != "asked" or asked.sequence != other.row.sequence or other.row.status != "confirmed":
        raise Conflict("swap_gone")
    check_standing(own.row)
    await lock_people(work, {*own.people, *other.people})
    await appointments.exchange(work, actor, own, other)
    asked.status, asked.other, asked.settled = "agreed", mine, work.now
    await work.flush()
    await _withdraw_stale(work, own.row.id, other.row.id)


async def asked_by(look: Look, actor: Actor) -> set[str]:
    """Those of the actor's own appointments for which she asks for another time."""
    rights.ask(actor, "see_own", Target(person=actor.person))
    joined = select(Appointment.id).join(Swap, (Swap.appointment == Appointment.id) & (Swap.status == "asked"))
    mine = joined.where(Appointment.learner == actor.person, Swap.sequence == Appointment.sequence)
    return set(await look.all(mine))


async def offered(look: Look, actor: Actor) -> list[Offer]:
    """The times that others would give for one of the actor's own; times alone, no names."""
    rights.ask(actor, "see_own", Target(person=actor.person))
    ahead = (Appointment.status == "confirmed", Appointment.starts > look.now, Appointment.outcome == "")
    mine = await look.all(select(Appointment).where(Appointment.learner == actor.person, *ahead))
    if not mine:
        return []
    rows = await look.rows(
        select(Swap, Appointment, Programme.zone)
        .join(Appointment, Appointment.id == Swap.appointment)
        .join(Programme, Programme.id == Appointment.programme)
        .where(
            *ahead, Swap.status == "asked", Swap.sequence == Appointment.sequence, Swap.asked_by != actor.person,
            or_(*((Appointment.programme == one.programme) & (Appointment.kind == one.kind) for one in mine)),
        )
        .order_by(Appointment.starts, Swap.id)
    )  # fmt: skip
    ids = [*(one.id for one in mine), *(row.id for _, row, _ in rows)]
    partners = await partners_of(look, ids)
    return [
        Offer(swap.id, row.kind, row.starts, row.ends, zone, own.id)
        for swap, row, zone in rows
        for own in mine
        if _alike(own, row) and own.starts != row.starts
        if row.kind != "interview" or partners[own.id] == partners[row.id]
    ]


def _alike(one: Appointment, other: Appointment) -> bool:
    """Whether two times can stand for each other."""
    same = (one.programme, one.kind, one.group, minutes_of(one)) == (
        other.programme, other.kind, other.group, minutes_of(other)
    )  # fmt: skip
    return same and one.id != other.id


def _elsewhere(own: Known, other: Known) -> bool:
    """Whether they are interviews with two employers: those cannot stand for each other."""
    return own.row.kind == "interview" and own.partners != other.partners


async def _own(work: Work, actor: Actor, appointment: str) -> Known:
    """The actor's own appointment, locked, while it can still be given away."""
    rights.ask(actor, "see_own", Target(person=actor.person))
    (known,) = await locked(work, appointment)
    if known.row.learner != actor.person or KINDS[known.row.kind].group:
        raise NotFound()
    check_standing(known.row)
    if known.row.starts <= work.now:
        raise Conflict("appointment_begun")
    return known


async def _withdraw_stale(work: Work, *ids: str) -> None:
    """What was asked for times that are not hers any more is no question any more."""
    standing = update(Swap).where(Swap.appointment.in_(ids), Swap.status == "asked")
    await work.run(standing.values(status="withdrawn", settled=work.now))
