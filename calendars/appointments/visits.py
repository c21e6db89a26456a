"""Company visits: groups and chosen learners go together to a place, with staff, at one time, with what they need.

Each group and each chosen learner has an appointment of her own; `visit` ties them together, and nobody who goes on a
visit with two groups is counted as being in two places.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from calendars import rights
from calendars.appointments import appointments, diary
from calendars.appointments.checks import NewAppointment, check_spans, check_times
from calendars.appointments.diary import Talk
from calendars.appointments.facts import AppointmentMoved
from calendars.appointments.kinds import REASONS
from calendars.appointments.rights import Known, ask_to_change, lock_people, locked
from calendars.errors import Conflict, Invalid, NotFound
from calendars.places import NewPlace, describe_place
from calendars.rights import Actor
from calendars.store import Look, Work, new_id
from calendars.tables import Appointment, Place

MOST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVisit:
    """Where to, when, who goes, with whom, and what they need for it."""

    title: str
    starts: datetime
    ends: datetime
    place: NewPlace
    groups: tuple[str, ...] = ()
    learners: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    spot: str = ""
    transport: str = ""
    gear: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as whoever plans it sees it: its first row, and all of those who go."""

    first: Talk
    rows: tuple[Talk, ...]

    @property
    def id(self) -> str:
        return self.first.visit or self.first.id


async def plan(work: Work, actor: Actor, programme: str, new: NewVisit) -> str:
    """Arrange a visit; all of those who go are told. Returns what its rows share.

    Raises Invalid `empty`, `bad_choice` for nobody or too many, `bad_position`; Overlaps `taken_already`.
    """
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    if not new.title.strip():
        raise Invalid("empty", field="title")
    if not 1 <= len(new.groups) + len(new.learners) <= MOST:
        raise Invalid("bad_choice", field="group")
    place = Place(id=new_id(), organisation=found.organisation)
    describe_place(place, new.place)
    work.add(place)
    await work.flush()
    base = NewAppointment(
        kind="company_visit", starts=new.starts, ends=new.ends, partners=tuple(dict.fromkeys(new.staff)),
        visit=new_id(), place=place.id, spot=new.spot, title=new.title, transport=new.transport, gear=new.gear,
    )  # fmt: skip
    rows = [replace(base, group=one) for one in dict.fromkeys(new.groups)]
    rows += [replace(base, learner=one) for one in dict.fromkeys(new.learners)]
    await appointments.plan(work, actor, programme, rows)
    assert base.visit is not None
    return base.visit


async def move(work: Work, actor: Actor, visit: str, starts: datetime, ends: datetime) -> None:
    """Go at another time, all of them. Raises Overlaps, Invalid and Conflict as `plan` does."""
    known = await standing(work, actor, visit)
    check_times(starts, ends, work.now)
    if any(one.row.starts <= work.now for one in known):
        raise Conflict("appointment_begun")
    await lock_people(work, {who for one in known for who in one.people})
    for one in known:
        one.row.starts, one.row.ends = starts, ends
    await check_spans(work, known[0].programme, [(one.row, tuple(one.partners)) for one in known])
    for one in known:
        appointments.revise(one.row, work.now)
        appointments.tell(work, one, AppointmentMoved, actor)
    await work.flush()


async def cancel(work: Work, actor: Actor, visit: str, reason: str = "other") -> None:
    """Nobody goes; it stays visible as cancelled, and everybody is told."""
    if reason not in REASONS:
        raise Invalid("bad_choice", field="reason")
    for one in await standing(work, actor, visit):
        await appointments.take_out(work, actor, one, reason)


async def of_programme(look: Look, actor: Actor, programme: str, since: datetime, until: datetime) -> list[Visit]:
    """The visits of a programme in order of time, cancelled ones too, for whoever sees its plan."""
    found = await diary.of_programme(look, actor, programme, since, until)
    together: dict[str, list[Talk]] = {}
    for one in found:
        if one.kind == "company_visit":
            together.setdefault(one.visit or one.id, []).append(one)
    return [Visit(rows[0], tuple(rows)) for rows in together.values()]


async def standing(work: Work, actor: Actor, visit: str) -> Sequence[Known]:
    """The rows of a visit that are not cancelled, locked, if the actor may change it. Raises NotFound."""
    same = (Appointment.visit == visit) | ((Appointment.id == visit) & (Appointment.kind == "company_visit"))
    ids = await work.all(select(Appointment.id).where(same, Appointment.status != "cancelled").order_by(Appointment.id))
    if not ids:
        raise NotFound()
    known = await locked(work, *ids)
    for one in known:
        ask_to_change(work, actor, one)
    return known
