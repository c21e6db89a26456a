"""One person's way into a programme: she asks, papers are seen, she is accepted with or against the entry rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, func, select

from calendars import grants, groups, rights
from calendars.blueprints import entry
from calendars.blueprints.entry import Door, Known
from calendars.clock import day_of
from calendars.errors import Conflict, Invalid, NotFound
from calendars.grants import Right
from calendars.names import clean_text
from calendars.people.facts import Admitted, Applied, EnrolmentChanged, PaperSeen
from calendars.rights import Actor, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Checked, Enrolment, Field, Grant, Group, Person, Profile, Programme, Seat

IN = ("applied", "waiting", "accepted", "paused")
"""The states of whoever is on her way in or is in."""
MOST_GROUNDS = 500


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody's way into a programme as a page shows it."""

    enrolment: Enrolment
    person: Person
    missed: tuple[str, ...]
    """What she is known not to meet."""
    unknown: tuple[str, ...]
    """What nobody knows yet."""
    met: tuple[str, ...]
    checks: dict[str, Checked]
    """By code of the checklist: who has seen it, and when."""
    seat: Seat | None
    """Her newest seat in this programme."""


async def apply(work: Work, actor: Actor, programme: str, person: str, field: str = "") -> Enrolment:
    """Somebody asks for a place; whoever ended or was declined may ask again, for her old field if none is named.

    Raises Conflict `enrolled_already`.
    """
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    await rights.ask_to_involve(work, actor, [person])
    row, new = await _open(work, actor, found, person)
    if not new:
        raise Conflict("enrolled_already", field="person")
    row.field = await _field(work, programme, field) or row.field
    await work.flush()
    return row


async def see(
    work: Work, actor: Actor, programme: str, person: str, code: str, seen_on: date | None = None, *, seen: bool = True
) -> None:
    """Note that a line of the checklist was seen on a day (today), never a copy of it; or take that note back."""
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "counsel", target)
    await _must_belong(work, programme, person)
    if code not in entry.door_of(found.rules).checks:
        raise Invalid("bad_choice", field="check")
    today = day_of(work.now, found.zone)
    if seen_on is not None and seen_on > today:
        raise Invalid("in_the_future", field="seen_on")
    row = await work.get(Checked, (programme, person, code))
    if (row is not None) == seen:
        return
    if row is not None:
        await work.session.delete(row)
    else:
        day = seen_on or today
        work.add(Checked(programme=programme, person=person, code=code, seen_by=actor.person, seen_on=day))
    work.tell(PaperSeen(stream=programme, person=person, check=code, seen=seen, by=actor.person))
    await work.flush()


async def accept(work: Work, actor: Actor, programme: str, person: str, grounds: str = "") -> Enrolment:
    """Accept somebody. What she misses of the entry rules needs a reason in writing, or forbids it.

    Raises Conflict `entry_refused`, Invalid `entry_missed` (both with the codes in `missed`): give `grounds`.
    """
    return await _admit(work, actor, programme, person, grounds, later=False)


async def admit(work: Work, actor: Actor, programme: str, person: str, grounds: str = "") -> Enrolment:
    """Accept somebody whose papers will be seen later; only what she is known to miss needs grounds."""
    return await _admit(work, actor, programme, person, grounds, later=True)


async def change(work: Work, actor: Actor, programme: str, person: str, status: str, reason: str = "") -> Enrolment:
    """Let somebody wait, or decline her. Whoever has a seat loses it by other acts. `reason`: of `groups.REASONS`."""
    _, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    if status not in ("waiting", "declined"):
        raise Invalid("bad_choice", field="status")
    row = await _of(work, programme, person)
    if row.status not in ("applied", "waiting", "accepted"):
        raise Conflict("enrolment_over", field="person")
    await settle(work, actor, row, status, reason)
    return row


async def choose_field(work: Work, actor: Actor, programme: str, person: str, field: str) -> None:
    """Say in which field somebody learns; a group that she sits in already is not touched. Raises Invalid."""
    _, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    row = await _of(work, programme, person)
    chosen = await _field(work, programme, field)
    if chosen is None:
        raise Invalid("field_missing", field="field")
    if row.field != chosen:
        row.field, row.modified = chosen, work.now
        told = EnrolmentChanged(stream=programme, person=person, status=row.status, reason=row.reason, by=actor.person)
        work.tell(told)
        await work.flush()


async def settle(work: Work, actor: Actor, row: Enrolment, status: str, reason: str = "") -> None:
    """Write down what became of an enrolment, for an act on her seat that has asked already."""
    target = (await rights.target_of_programme(work, row.programme))[1]
    rights.ask(actor, "plan", target)
    if reason and reason not in groups.REASONS:
        raise Invalid("bad_choice", field="reason")
    if (row.status, row.reason) == (status, reason):
        return
    row.status, row.reason, row.modified, row.decided_by = status, reason, work.now, actor.person or None
    if status not in IN:
        held = select(Grant.id).where(*_asking(row.programme, row.person), Grant.until.is_(None))
        for grant in await work.all(held):
            await grants.take(work, actor, grant, target)
    told = EnrolmentChanged(stream=row.programme, person=row.person, status=status, reason=reason, by=actor.person)
    work.tell(told)
    await work.flush()


async def enrolled(work: Work, actor: Actor, programme: str, person: str, status: str = "applied") -> Enrolment:
    """The enrolment of somebody in a programme where the actor plans, made if there is none."""
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    row, new = await _open(work, actor, found, person)
    if new:
        row.status = status
    return row


async def of_programme(look: Look, actor: Actor, programme: str) -> list[Applicant]:
    """Everybody on her way into a programme, in the order in which they asked, in the same few statements.

    Whoever sits there without having asked comes behind, as accepted.
    """
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "counsel", target)
    asked = select(Enrolment).where(Enrolment.programme == programme).order_by(Enrolment.applied, Enrolment.id)
    rows = list(await look.all(asked))
    seats: dict[str, Seat] = {}
    sitting = select(Seat).join(Group, Group.id == Seat.group).where(Group.programme == programme)
    for seat in await look.all(sitting.where(Seat.last_day >= Seat.first_day).order_by(Seat.first_day, Seat.id)):
        seats[seat.person] = seat
    known = {row.person for row in rows}
    rows += [_silent(programme, person, look) for person in sorted(seats.keys() - known)]
    return await _applicants(look, found, rows, seats)


async def of_person(look: Look, actor: Actor, person: str) -> list[tuple[Applicant, Programme]]:
    """The ways of somebody into programmes, the newest first, where the actor plans or counsels."""
    await rights.ask_about(look, actor, "counsel", person, past=True)
    rows = await look.rows(
        select(Enrolment, Programme)
        .join(Programme, Programme.id == Enrolment.programme)
        .where(Enrolment.person == person, Programme.status == "confirmed")
        .order_by(Enrolment.applied.desc(), Enrolment.id)
    )
    seen = [
        (row, programme) for row, programme in rows
        if rights.may(actor, "counsel", Target(programme.organisation, programme.id))
    ]  # fmt: skip
    found = []
    for row, programme in seen:
        found += [(one, programme) for one in await _applicants(look, programme, [row], {})]
    return found


def door(programme: Programme) -> Door:
    """The entry rules that the programme keeps."""
    return entry.door_of(programme.rules)


async def _admit(work: Work, actor: Actor, programme: str, person: str, grounds: str, *, later: bool) -> Enrolment:
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    row, _ = await _open(work, actor, found, person)
    rules = entry.door_of(found.rules)
    known = (await _known(work, programme, [person]))[person]
    missed, open_yet = entry.missed(rules, known, found.starts), entry.unknown(rules, known, found.starts)
    stand_in_the_way = missed if later and not rules.refuses else [*missed, *open_yet]
    words = clean_text(grounds)
    if len(words) > MOST_GROUNDS:
        raise Invalid("too_long", field="grounds", most=MOST_GROUNDS)
    if stand_in_the_way and rules.refuses:
        raise Conflict("entry_refused", field="grounds", missed=stand_in_the_way)
    if stand_in_the_way and not words:
        raise Invalid("entry_missed", field="grounds", missed=stand_in_the_way)
    row.missed, row.grounds = stand_in_the_way, words
    row.status, row.reason, row.decided_by, row.modified = "accepted", "", actor.person or None, work.now
    work.tell(Admitted(stream=programme, person=person, missed=tuple(stand_in_the_way), by=actor.person))
    await work.flush()
    return row


async def _open(work: Work, actor: Actor, programme: Programme, person: str) -> tuple[Enrolment, bool]:
    """Her enrolment that stands, or a new one; locked, so that two cannot make it twice. Whether it is new."""
    if await work.one(select(Person.id).where(Person.id == person).with_for_update()) is None:
        raise NotFound()
    row = await work.one(_hers(programme.id, person))
    if row is not None and row.status in IN:
        return row, False
    if row is None:
        row = Enrolment(id=new_id(), programme=programme.id, person=person, missed=[], grounds="", route="", reason="")
        row.recognised = []
    last = await work.one(select(func.max(Enrolment.applied)).where(Enrolment.programme == programme.id))
    row.applied = work.now if last is None else max(work.now, last + timedelta(microseconds=1))  # a queue has no ties
    row.status, row.reason, row.modified = "applied", "", work.now
    row.first_day = row.last_day = row.days = None
    work.add(row)
    right = Right("applicant", "programme", programme.id)
    await grants.give(work, actor, person, right, Target(programme.organisation, programme.id))
    work.tell(Applied(stream=programme.id, person=person, by=actor.person))
    await work.flush()
    return row, True


async def _applicants(
    look: Look, programme: Programme, rows: Sequence[Enrolment], seats: dict[str, Seat]
) -> list[Applicant]:
    ids = [row.person for row in rows]
    people = {one.id: one for one in await look.all(select(Person).where(Person.id.in_(ids)))}
    checks: dict[str, dict[str, Checked]] = {one: {} for one in ids}
    for row in await look.all(select(Checked).where(Checked.programme == programme.id, Checked.person.in_(ids))):
        checks[row.person][row.code] = row
    known = await _known(look, programme.id, ids)
    rules, first = entry.door_of(programme.rules), programme.starts
    return [
        Applicant(
            row, people[row.person], tuple(entry.missed(rules, known[row.person], first)),
            tuple(entry.unknown(rules, known[row.person], first)), tuple(entry.met(rules, known[row.person], first)),
            checks[row.person], seats.get(row.person),
        )
        for row in rows
    ]  # fmt: skip


async def _known(look: Look, programme: str, people: Sequence[str]) -> dict[str, Known]:
    profiles = {row.person: row for row in await look.all(select(Profile).where(Profile.person.in_(people)))}
    seen: dict[str, set[str]] = {person: set() for person in people}
    for row in await look.all(select(Checked).where(Checked.programme == programme, Checked.person.in_(people))):
        seen[row.person].add(row.code)
    return {
        person: Known(levels=row.levels, born=row.born, registered=row.registered, seen=seen[person])
        if (row := profiles.get(person)) else Known(seen=seen[person])
        for person in people
    }  # fmt: skip


def _silent(programme: str, person: str, look: Look) -> Enrolment:
    """Whoever was seated before anybody wrote enrolments down; shown, never stored."""
    return Enrolment(
        id="", programme=programme, person=person, status="accepted", applied=look.now, modified=look.now, missed=[],
        grounds="", reason="", route="",
    )  # fmt: skip


async def _of(look: Look, programme: str, person: str) -> Enrolment:
    row: Enrolment | None = await look.one(_hers(programme, person))
    if row is None:
        raise NotFound()
    return row


async def _must_belong(look: Look, programme: str, person: str) -> None:
    """Somebody who asks for a place or has a seat in this programme. Raises NotFound."""
    sits = select(Seat.id).join(Group, Group.id == Seat.group).where(Group.programme == programme)
    asks = await look.one(_hers(programme, person))
    if asks is None and await look.one(sits.where(Seat.person == person).limit(1)) is None:
        raise NotFound()


def _hers(programme: str, person: str) -> Select[Enrolment]:
    return select(Enrolment).where(Enrolment.programme == programme, Enrolment.person == person)


def _asking(programme: str, person: str) -> tuple[ColumnElement[bool], ...]:
    return (Grant.person == person, Grant.role == "applicant", Grant.scope == programme)


async def _field(look: Look, programme: str, field: str) -> str | None:
    if not field:
        return None
    if await look.one(select(Field.id).where(Field.id == field, Field.programme == programme)) is None:
        raise Invalid("bad_choice", field="field")
    return field
