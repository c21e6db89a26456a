"""Absences: who cannot lead lessons from when to when, said by herself or by whoever plans, and what it touches."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from calendars import rights
from calendars.appointments.rights import meets
from calendars.away import REPORTED, ahead, stands
from calendars.errors import Forbidden, Invalid, NotFound
from calendars.repair import substitutes
from calendars.repair.facts import AbsenceReported, AbsenceWithdrawn
from calendars.rights import Actor, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Absence, Leader, Lesson, Person, Programme

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Gap:
    """A coming lesson whose leader is away."""

    lesson: Lesson
    programme: Programme
    absent: Person
    role: str
    absence: Absence

    @property
    def target(self) -> Target:
        """Its place in the order of scopes."""
        return Target(self.programme.organisation, self.programme.id, self.lesson.group, self.lesson.id)


async def report(
    work: Work, actor: Actor, person: str, starts: datetime, ends: datetime, kind: str = "ill"
) -> Absence:  # fmt: skip
    """Somebody cannot lead between two instants; she says it herself, or whoever invites her does.

    The same again changes nothing. Raises Invalid `backwards`, `past_already`, `too_long_away`.
    """
    await _ask_about(work, actor, person)
    if kind not in REPORTED:
        raise Invalid("bad_choice", field="kind")
    if ends <= starts:
        raise Invalid("backwards", field="ends")
    if ends <= work.now:
        raise Invalid("past_already", field="ends")
    if ends - starts > LONGEST:
        raise Invalid("too_long_away", field="ends")
    same = select(Absence).where(
        Absence.person == person, Absence.withdrawn.is_(None), Absence.starts == starts, Absence.ends == ends,
        Absence.kind == kind,
    )  # fmt: skip
    await work.run(select(Person.id).where(Person.id == person).with_for_update())
    known: Absence | None = await work.one(same)
    if known is not None:
        return known
    row = Absence(
        id=new_id(), person=person, starts=starts, ends=ends, kind=kind,
        source="own" if actor.person == person else "coordinator", reported=work.now,
        reported_by=actor.person or None, withdrawn=None,
    )  # fmt: skip
    work.add(row)
    work.tell(AbsenceReported(stream=person, absence=row.id, by=actor.person))
    await work.flush()
    return row


async def withdraw(work: Work, actor: Actor, absence: str) -> Absence:
    """She can lead after all: nobody is asked for her any more. What was published meanwhile stays.

    Doing it twice changes nothing.
    """
    row = await work.get(Absence, absence)
    if row is None:
        raise NotFound()
    await _ask_about(work, actor, row.person)
    if row.withdrawn is None:
        row.withdrawn = work.now
        work.tell(AbsenceWithdrawn(stream=row.person, absence=row.id, by=actor.person))
        await work.flush()
        await substitutes.call_off(work, actor, row.person)
    return row


async def of(look: Look, actor: Actor, person: str) -> list[Absence]:
    """The absences of somebody that have not ended, in order of time; those of other calendars are not told here."""
    await _ask_about(look, actor, person)
    return await ahead(look, person, REPORTED)


async def gaps(look: Look, actor: Actor, person: str = "") -> list[Gap]:
    """Every lesson that has not begun and that somebody leads who is away then, where the actor plans it."""
    found = rights.scopes_of(actor, "plan")
    if not found:
        raise NotFound()
    statement = (
        select(Lesson, Programme, Person, Leader.role, Absence)
        .join(Programme, Programme.id == Lesson.programme)
        .join(Leader, Leader.lesson == Lesson.id)
        .join(Absence, (Absence.person == Leader.person))
        .join(Person, Person.id == Leader.person)
        .where(
            Lesson.status == "confirmed", Lesson.starts > look.now, Lesson.opened.is_(None), Lesson.signed.is_(None),
            Absence.kind.in_(REPORTED), stands(Lesson.starts, Lesson.ends),
        )
        .order_by(Lesson.starts, Lesson.id, Person.id, Absence.reported)
    )  # fmt: skip
    if person:
        statement = statement.where(Leader.person == person)
    seen: set[tuple[str, str]] = set()
    rows: list[Gap] = []
    for lesson, programme, who, role, absence in await look.rows(statement):
        gap = Gap(lesson, programme, who, role, absence)
        if (lesson.id, who.id) not in seen and rights.may(actor, "plan", gap.target):
            seen.add((lesson.id, who.id))
            rows.append(gap)
    return rows


async def _ask_about(look: Look, actor: Actor, person: str) -> None:
    """Herself, if she leads lessons or meets learners anywhere; of others whoever invites them."""
    if actor.person == person:
        rights.ask(actor, "see_own", Target(person=person))
        if not rights.scopes_of(actor, "lead") and not meets(actor):
            raise Forbidden("not_yours_to_do", verb="lead")
        return
    await rights.ask_about(look, actor, "invite", person)
