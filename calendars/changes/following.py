"""Talks that go with their day when a proposal moves it, or fall out with it: what they need beside their rows.

Everybody in them is locked before, must be free and there afterwards, and is told; the room goes along.
"""

from collections.abc import Sequence

from sqlalchemy import select

from calendars import rights
from calendars.appointments import appointments, rooms
from calendars.appointments.checks import check_spans
from calendars.appointments.facts import AppointmentMoved
from calendars.appointments.rights import Known, check_standing, locked
from calendars.away import away_between
from calendars.changes.records import RowChange
from calendars.clock import meet
from calendars.errors import Conflict
from calendars.rights import Actor, Target
from calendars.store import Look, Work
from calendars.tables import Appointment, Partner, Programme


async def people_of(look: Look, rows: Sequence[RowChange]) -> set[str]:
    """Everybody in the talks that move with their days, or fall out."""
    ids = [one.id for one in rows if one.kind == "appointment"]
    if not ids:
        return set()
    learners = await look.all(select(Appointment.learner).where(Appointment.id.in_(ids)))
    partners = await look.all(select(Partner.person).where(Partner.appointment.in_(ids)))
    return {*filter(None, learners), *partners}


async def follow(work: Work, actor: Actor, programme: Programme, rows: Sequence[RowChange]) -> None:
    """What moved with its day must be free there as everything else; its room goes along, and its people are told.

    What was cancelled with its days is told as that.

    Raises Overlaps `taken_already`, Conflict `away_then`, `appointment_settled`.
    """
    rights.ask(actor, "plan", Target(programme.organisation, programme.id))
    found = await locked(work, *(one.id for one in rows if one.kind == "appointment"))
    if not found:
        return
    standing = [known for known in found if known.row.status != "cancelled"]
    if standing:
        for known in standing:
            check_standing(known.row)
        await _check_present(work, standing)
        await check_spans(work, programme, [(known.row, tuple(known.partners)) for known in standing])
    for known in found:
        await rooms.keep(work, known)
        if known in standing:
            appointments.tell(work, known, AppointmentMoved, actor)
        else:
            appointments.tell_cancelled(work, known, actor)
    await work.flush()


async def _check_present(look: Look, found: Sequence[Known]) -> None:
    """Whoever of the staff is away at the new time, in one statement for all of them."""
    first, last = min(known.row.starts for known in found), max(known.row.ends for known in found)
    staff = {who for known in found for who in known.partners}
    away = await away_between(look, staff, first, last)
    for known in found:
        for who in sorted(known.partners):
            if meet(away.get(who, ()), known.row.starts, known.row.ends):
                raise Conflict("away_then", who=who)
