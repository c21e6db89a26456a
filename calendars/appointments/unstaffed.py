"""Coming appointments that lose their member of staff: she is away then, or works there no longer.

Whoever plans sees them until each is handed on, moved or cancelled; of private ones she sees only how many there are.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select

from calendars import rights
from calendars.appointments.rights import Known, partners_of
from calendars.away import REPORTED, away_between
from calendars.errors import NotFound
from calendars.rights import LEARNING, MATRIX, STAFF, Actor, Target
from calendars.store import Look
from calendars.tables import Appointment, Grant, Partner, Person, Programme


@dataclass(frozen=True, slots=True)
class Unstaffed:
    """A coming appointment with the one of its staff who will not be there."""

    known: Known
    absent: Person
    learner: Person | None
    gone: bool
    """She works there no longer; otherwise she is away until `back`."""
    back: datetime

    @property
    def id(self) -> str:
        return self.known.row.id

    def hidden_from(self, actor: Actor) -> bool:
        """Whether this is a private one of others: only that there is one may be told, not when and with whom."""
        return self.known.private and not self.known.concerns(actor.person)


async def of(look: Look, actor: Actor, person: str = "") -> list[Unstaffed]:
    """Those that need somebody, in order of time, where the actor plans; or her own. `person`: of one of the staff.

    Raises NotFound for whoever does neither.
    """
    found = rights.scopes_of(actor, "plan")
    if not found and actor.person != person:
        raise NotFound()
    only = Partner.person == person if person else _planned(found)
    standing = await _with_partner(look, Appointment.starts > look.now, only)
    reached = [one for one in standing if actor.person == one[2].id or _plans(actor, one[1])]
    people = {who.id for _, _, who, _ in reached}
    away = await away_between(look, people, look.now, kinds=REPORTED)
    held = await rights.placed(look, Grant.person.in_(people), Grant.role.in_(STAFF)) if people else []
    lost: list[tuple[tuple[Appointment, Programme, Person, Person | None], bool, datetime]] = []
    for one in reached:
        row, programme, who, _ = one
        spans = [ends for starts, ends in away.get(who.id, ()) if starts < row.ends and row.starts < ends]
        if gone(held, who.id, programme, look.now) or spans:
            lost.append((one, not spans, max(spans, default=row.ends)))
    return await _known(look, lost)


async def within(look: Look, actor: Actor, person: str, starts: datetime, ends: datetime) -> list[Unstaffed]:
    """What somebody has between two instants and could not keep if she fell ill; for herself and for whoever plans."""
    if not rights.scopes_of(actor, "plan") and actor.person != person:
        raise NotFound()
    span = (Appointment.starts > look.now, Appointment.starts < ends, Appointment.ends > starts)
    standing = await _with_partner(look, Partner.person == person, *span)
    reached = [one for one in standing if actor.person == person or _plans(actor, one[1])]
    return await _known(look, [(one, False, ends) for one in reached])


async def _with_partner(
    look: Look, *conditions: ColumnElement[bool]
) -> Sequence[tuple[Appointment, Programme, Person, Person | None]]:
    """Standing appointments, each with its programme, one of those with whom it is, and its learner."""
    found: Sequence[tuple[Appointment, Programme, Person]] = await look.rows(
        select(Appointment, Programme, Person)
        .join(Programme, Programme.id == Appointment.programme)
        .join(Partner, Partner.appointment == Appointment.id)
        .join(Person, Person.id == Partner.person)
        .where(Appointment.status != "cancelled", Appointment.outcome == "", *conditions)
        .order_by(Appointment.starts, Appointment.id, Person.id)
    )
    once = {(row.visit or row.id, who.id): (row, programme, who) for row, programme, who in reversed(found)}
    rows = sorted(once.values(), key=lambda one: (one[0].starts, one[0].id, one[2].id))  # a visit is one for all who go
    learners = await look.all(select(Person).where(Person.id.in_({row.learner for row, _, _ in rows if row.learner})))
    by_id = {one.id: one for one in learners}
    return [(row, programme, who, by_id.get(row.learner or "")) for row, programme, who in rows]


async def _known(
    look: Look, lost: Sequence[tuple[tuple[Appointment, Programme, Person, Person | None], bool, datetime]]
) -> list[Unstaffed]:
    partners = await partners_of(look, [one[0].id for one, _, _ in lost])
    return [
        Unstaffed(Known(row, programme, partners[row.id]), who, learner, gone, back)
        for (row, programme, who, learner), gone, back in lost
    ]


def gone(held: Collection[tuple[Grant, Target]], who: str, programme: Programme, now: datetime) -> bool:
    """Whether she worked in the programme once and may meet nobody there any more; a guest never worked there."""
    here = [grant for grant, target in held if grant.person == who and covers(grant, target, programme)]
    lasting = [one for one in here if one.until is None or one.until > now]
    return bool(here) and not any("meet" in MATRIX[one.role] for one in lasting)


async def at_work(look: Look, pairs: Collection[tuple[str, Programme]]) -> set[tuple[str, str]]:
    """Those of these (person, programme) who work there still, each with the programme's id.

    A right elsewhere keeps nobody who was let go here.
    """
    people = {who for who, _ in pairs}
    lasts = (Grant.until.is_(None) | (Grant.until > look.now)) & Grant.role.not_in(LEARNING)
    there = set(await look.all(select(Grant.person).where(Grant.person.in_(people), lasts)))
    held = await rights.placed(look, Grant.person.in_(people), Grant.role.in_(STAFF)) if people else []
    return {(who, one.id) for who, one in pairs if who in there and not gone(held, who, one, look.now)}


def covers(grant: Grant, target: Target, programme: Programme) -> bool:
    """Whether a right holds in a programme, all of it or a group."""
    if grant.scope_kind in ("house", "organisation"):
        return grant.scope_kind == "house" or grant.scope == programme.organisation
    return target.programme == programme.id and grant.scope_kind in ("programme", "group")


def _plans(actor: Actor, programme: Programme) -> bool:
    return rights.may(actor, "plan", Target(programme.organisation, programme.id))


def _planned(found: dict[str, list[str]]) -> ColumnElement[bool]:
    """The programmes in these scopes; `_plans` asks about each one."""
    if "house" in found:
        return Programme.status != rights.ROOMS
    return Programme.organisation.in_(found.get("organisation", [])) | Programme.id.in_(found.get("programme", []))
