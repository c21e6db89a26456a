"""A programme that was made by mistake is taken away: all of it cancelled, nothing deleted, while none of it was lived.

What calendars have shown stays in them as cancelled. As soon as the hour of anything of it has come it is history, and
only its end can be moved.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select

from calendars import rights, weeks
from calendars.appointments.kinds import KINDS
from calendars.changes.records import RowChange
from calendars.changes.standings import CANCELLED, CONFIRMED, Change, standings
from calendars.days.clashing import Clash
from calendars.days.course import Course, course_of
from calendars.days.drafting import day_changes, lay
from calendars.errors import Conflict
from calendars.lessons import DOORS_BEFORE, LEADERS_BEFORE
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Appointment, Day, Enrolment, Group, Lesson, Programme, Proposal, Seat

WHAT: Final = "withdrawn"


async def withdraw(work: Work, actor: Actor, programme: str) -> Proposal:
    """Propose that a programme is not held at all: its days, lessons and talks are cancelled, and no list shows it.

    Raises Conflict `programme_lived` once something of it has been held, `tutoring_booked`.
    """
    course = await course_of(work, actor, programme)
    if await lived(work, actor, programme):
        raise Conflict("programme_lived")
    talks: Sequence[Appointment] = await work.all(
        select(Appointment)
        .where(Appointment.programme == programme, Appointment.status != CANCELLED)
        .order_by(Appointment.starts, Appointment.id)
    )
    if any(KINDS[one.kind].quota for one in talks):  # minutes of an account are hers, and are given back one by one
        raise Conflict("tutoring_booked")
    standing = (Lesson.programme == programme, Lesson.status == CONFIRMED)
    rows = await standings(work, list(await work.all(select(Lesson.id).where(*standing).order_by(Lesson.id))))
    changes = [Change(id, was, replace(was, status=CANCELLED)) for id, (_, was) in rows.items()]
    gone = [
        RowChange("programme", programme, {"status": CONFIRMED}, {"status": CANCELLED}),
        *day_changes(course, {one.id: replace(one, status=CANCELLED) for one in course.spots}),
        *(RowChange("appointment", one.id, {"status": one.status, "reason": one.reason},
                    {"status": CANCELLED, "reason": "not_needed"}) for one in talks),
    ]  # fmt: skip
    clashes = [
        Clash(code=code, facts={"count": count})
        for code, count in (("people_stay", await _people(work, programme)), ("talks_cancelled", len(talks)))
        if count
    ]
    about = {
        "what": WHAT, "laid": 0, "clashes": [one.written() for one in clashes],
        "until": _until(course, [*(was.starts for _, was in rows.values()), *(one.starts for one in talks)]),
    }  # fmt: skip
    return await lay(work, actor, course, gone, changes, about)


async def lived(look: Look, actor: Actor, programme: str) -> bool:
    """Whether a door of it has opened, or a day of somebody's has come: then it is history. For whoever plans."""
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    soon = look.now + _before(found)
    entered = or_(
        Lesson.opened.is_not(None), Lesson.closed.is_not(None), Lesson.frozen.is_not(None), Lesson.signed.is_not(None)
    )
    come = (Lesson.status == CONFIRMED) & (Lesson.starts <= soon)
    if await look.one(select(Lesson.id).where(Lesson.programme == programme, entered | come).limit(1)):
        return True
    met = (Appointment.status == CONFIRMED) & (Appointment.starts <= soon)
    held = select(Appointment.id).where(Appointment.programme == programme, met | (Appointment.outcome != ""))
    if await look.one(held.limit(1)):
        return True
    sat = (
        select(Day.id)
        .join(Group, Group.programme == Day.programme)
        .join(Seat, (Seat.group == Group.id) & weeks.seated_on(Day.date))
        .where(Day.programme == programme, Day.status == CONFIRMED, Day.starts <= look.now)
    )
    return await look.one(sat.limit(1)) is not None


def _before(programme: Programme) -> timedelta:
    """How long before its hour somebody may be in a room."""
    return timedelta(seconds=max(LEADERS_BEFORE, int(programme.rules.get("doors_before", DOORS_BEFORE))))


def _until(course: Course, rooms: Sequence[datetime]) -> str | None:
    """When the first of it comes: from then on the proposal is stale."""
    ahead = [one.starts for one in course.spots if one.starts > course.now]
    first = min([*ahead, *(starts - _before(course.programme) for starts in rooms)], default=None)
    return first.isoformat() if first else None


async def _people(look: Look, programme: str) -> int:
    """How many have a seat or asked for one."""
    sits = select(Seat.person).join(Group, Group.id == Seat.group).where(Group.programme == programme)
    asks = select(Enrolment.person).where(Enrolment.programme == programme)
    return len({*await look.all(sits.where(Seat.last_day >= Seat.first_day)), *await look.all(asks)})
