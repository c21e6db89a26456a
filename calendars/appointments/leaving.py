"""Somebody's role begins or ends: the rooms of her coming appointments open and close with it.

What she had booked stands as open work (unstaffed.py) until somebody hands it on, moves it or cancels it.
"""

from collections.abc import Sequence

from sqlalchemy import select

from calendars.appointments import rooms
from calendars.appointments.rights import Known, partners_of
from calendars.grants import Right
from calendars.people import colleagues, people
from calendars.rights import Actor
from calendars.store import Work
from calendars.tables import Appointment, Grant, Partner, Programme


async def appoint(work: Work, actor: Actor, person: str, right: Right) -> Grant:
    """Give somebody who is known another role; she may hold again what she had booked there."""
    grant = await colleagues.appoint(work, actor, person, right)
    await work.flush()
    await _keep(work, person)
    return grant


async def dismiss(work: Work, actor: Actor, grant: str) -> None:
    """End a role; with her last one in a programme the rooms of her appointments there close to her."""
    await people.dismiss(work, actor, grant)
    held = await work.get(Grant, grant)
    assert held is not None
    await work.flush()
    await _keep(work, held.person)


async def stop(work: Work, actor: Actor, person: str) -> int:
    """Somebody works here no longer, where the actor may invite. Returns how many lessons lose her."""
    lessons = await colleagues.stop(work, actor, person)
    await _keep(work, person)
    return lessons


async def _keep(work: Work, person: str) -> None:
    """Make the rooms of her coming appointments what her rights say now."""
    rows: Sequence[tuple[Appointment, Programme]] = await work.rows(
        select(Appointment, Programme)
        .join(Programme, Programme.id == Appointment.programme)
        .join(Partner, Partner.appointment == Appointment.id)
        .where(
            Partner.person == person, Appointment.way == "online", Appointment.status == "confirmed",
            Appointment.ends > work.now,
        )
        .order_by(Appointment.id)
    )  # fmt: skip
    partners = await partners_of(work, [row.id for row, _ in rows])
    for row, programme in rows:
        await rooms.keep(work, Known(row, programme, partners[row.id]))
