"""The day book: what the evidence proposes, what people add to it, and the signature.

A correction is a line of evidence of its own; the mark is then reckoned anew as the next version, and both stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import get_args

from sqlalchemy import func, insert, select

from calendars import rights
from calendars.clock import rfc3339
from calendars.errors import AlreadySigned, Conflict, Invalid, NotFound, NotOpen
from calendars.lessons import freeze
from calendars.names import clean_text
from calendars.rights import Actor
from calendars.store import Look, Work, new_id
from calendars.tables import Expected, Lesson, Person, Programme
from classroom import ledger, moves, rooms
from classroom.attendance import Reckoning, counted, reckon
from classroom.facts import RegisterCorrected, RegisterProposed, RegisterReopened, RegisterSigned
from classroom.proof import chain
from classroom.said import LIVE, PHONE, TAKEN_BACK, ended, since_now, taken_back
from classroom.tables import Evidence as Evidence  # the server shows both in words
from classroom.tables import Mark as Mark
from classroom.tables import Move
from classroom.testimony import ExcuseCode, Trace
from classroom.visits import late_by

HOW = ("teacher", "paper", PHONE, "remove")
"""qr and foreman come with issues of their own."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A person says where a learner was: [starts, ends) and why. `remove` takes the time out."""

    person: str
    how: str
    starts: datetime
    ends: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the register, as reckoned now, with every earlier version of its mark."""

    person: str
    name: str
    expected: bool
    reckoning: Reckoning
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Register:
    """The register of one lesson."""

    lesson: Lesson
    programme: Programme
    trace: Trace
    counted: int
    entries: tuple[Entry, ...]
    evidence: tuple[Evidence, ...]
    moves: tuple[Move, ...] = ()
    """When it went on in another room, in order."""


async def register(look: Look, actor: Actor, lesson: str) -> Register:
    """The register of a lesson for whoever may see the figures or correct them."""
    found, programme, target = await rights.target_of_lesson(look, lesson)
    if not rights.may(actor, "register", target):
        rights.ask(actor, "see_report", target)
    return await _register(look, found, programme)


async def _register(look: Look, lesson: Lesson, programme: Programme, as_of: datetime | None = None) -> Register:
    trace = await ledger.trace(look, lesson, rooms.times(lesson, programme.rules), rooms.rules_of(programme), as_of)
    reckonings = reckon(trace)
    marks = await look.all(select(Mark).where(Mark.lesson == lesson.id).order_by(Mark.person, Mark.version))
    evidence = await look.all(select(Evidence).where(Evidence.lesson == lesson.id).order_by(Evidence.number))
    people = {one.id: one for one in await look.all(select(Person).where(Person.id.in_(sorted(reckonings))))}
    entries = [
        Entry(
            person, people[person].shown, person in trace.expected, reckoning,
            tuple(mark for mark in marks if mark.person == person),
        )
        for person, reckoning in sorted(reckonings.items(), key=lambda pair: people[pair[0]].shown)
        if person in people
    ]  # fmt: skip
    total = sum(one.seconds for one in counted(trace))
    moved = await moves.of_lesson(look, lesson.id) if lesson.room else []
    return Register(lesson, programme, trace, total, tuple(entries), tuple(evidence), tuple(moved))


async def close(work: Work, actor: Actor, lesson: str) -> None:
    """End the lesson, and with it the calls of those who are in it by telephone; propose its register."""
    await rooms.close(work, actor, lesson)
    await _end_calls(work, actor, lesson, await ledger.calls_on(work, lesson))
    await propose(work, lesson)


async def end_call(work: Work, actor: Actor, lesson: str, person: str) -> None:
    """She was on the telephone until now. Raises AlreadySigned, Conflict `not_on_telephone`."""
    await _to_correct(work, actor, lesson, ahead=True)
    hers = [call for call in await ledger.calls_on(work, lesson) if call.person == person]
    if not hers:
        raise Conflict("not_on_telephone")
    await _end_calls(work, actor, lesson, hers)
    await propose(work, lesson, actor.person or None)


async def _end_calls(work: Work, actor: Actor, lesson: str, calls: Sequence[Evidence]) -> None:
    """Each of these is taken back, and stands anew with its end, said by whoever ends it."""
    lines: list[ledger.Said] = []
    for call in calls:
        lines.append(ledger.Said(TAKEN_BACK, call.person, {"of": call.id}, actor.person))
        if whole := ended(call, work.now):
            lines.append(ledger.Said(PHONE, call.person, whole, actor.person))
        work.tell(RegisterCorrected(stream=lesson, person=call.person or "", how=TAKEN_BACK, by=actor.person))
    await ledger.enter(work, lesson, *lines)


async def close_forgotten(work: Work) -> int:
    """Close what nobody closed, and propose those registers; how many."""
    closed = await rooms.close_forgotten(work)
    for lesson in closed:
        await propose(work, lesson)
    return len(closed)


async def propose(work: Work, lesson: str, by: str | None = None) -> None:
    """Write the next version of every mark that differs from what the evidence says now."""
    found, programme, _ = await rights.target_of_lesson(work, lesson)
    if found.frozen is None:
        await freeze(work, lesson)
    trace = await ledger.trace(work, found, rooms.times(found, programme.rules), rooms.rules_of(programme))
    latest = {mark.person: mark for mark in await _latest(work, lesson)}
    rows = [
        _mark(work, lesson, person, reckoning, latest.get(person), by)
        for person, reckoning in sorted(reckon(trace).items())
        if _differs(reckoning, latest.get(person))
    ]
    if rows:
        await work.run(insert(Mark), rows)
        work.tell(RegisterProposed(stream=lesson, people=len(rows)))


async def renew(work: Work, lessons: Sequence[str]) -> None:
    """Evidence has come in late: of these lessons, propose those anew that are closed and not signed."""
    if not lessons:
        return
    late = (Lesson.id.in_(lessons)) & Lesson.closed.is_not(None) & Lesson.signed.is_(None)
    for lesson in await work.all(select(Lesson.id).where(late).order_by(Lesson.id)):
        await propose(work, lesson)


async def _latest(look: Look, lesson: str) -> Sequence[Mark]:
    newest = select(Mark.person, func.max(Mark.version).label("version")).where(Mark.lesson == lesson)
    last = newest.group_by(Mark.person).subquery()
    found: Sequence[Mark] = await look.all(
        select(Mark)
        .join(last, (Mark.person == last.c.person) & (Mark.version == last.c.version))
        .where(Mark.lesson == lesson)
    )
    return found


def _differs(reckoning: Reckoning, mark: Mark | None) -> bool:
    if mark is None:
        return True
    said = (mark.state, dict(mark.seconds), mark.late_by, mark.left_early_by)
    return said != (reckoning.state, dict(reckoning.seconds), reckoning.late_by, reckoning.left_early_by)


def _mark(
    work: Work, lesson: str, person: str, said: Reckoning | Mark, before: Mark | None, by: str | None
) -> dict[str, object]:
    """The next version of a mark: what is said now, or signed as it stands."""
    return {
        "id": new_id(), "lesson": lesson, "person": person, "version": before.version + 1 if before else 1,
        "state": said.state, "seconds": dict(said.seconds), "late_by": said.late_by,
        "left_early_by": said.left_early_by, "at": work.now, "by": by, "signed": False,
    }  # fmt: skip


async def correct(work: Work, actor: Actor, lesson: str, correction: Correction, *, ahead: bool = False) -> None:
    """Add what a person says to the evidence. Raises AlreadySigned, Invalid (no reason, wrong times), NotFound.

    `ahead`: the lesson need not have begun, for whoever comes early.
    """
    found = await _to_correct(work, actor, lesson, ahead=ahead)
    reason = clean_text(correction.reason)
    if correction.how not in HOW:
        raise Invalid("bad_choice", field="how")
    if not reason or len(reason) > 500:
        raise Invalid("reason_missing", field="reason")
    if not correction.starts < correction.ends:
        raise Invalid("backwards", field="ends")
    await _must_belong(work, lesson, correction.person)
    body = {"from": rfc3339(correction.starts), "to": rfc3339(correction.ends), "reason": reason}
    await ledger.enter(work, lesson, ledger.Said(correction.how, correction.person, body, actor.person))
    work.tell(_corrected(work, found, correction.person, correction.how, actor, (correction.starts, correction.ends)))
    await propose(work, lesson, actor.person or None)


async def take_back(work: Work, actor: Actor, lesson: str, line: str) -> None:
    """Take back what a person said of somebody: it counts no more, and both lines stay. Twice changes nothing.

    Raises AlreadySigned, NotFound for a line that no person said.
    """
    await _to_correct(work, actor, lesson, ahead=True)
    row = await work.get(Evidence, line)
    if row is None or row.lesson != lesson or row.kind not in HOW or not row.person:
        raise NotFound()
    known = select(Evidence).where(Evidence.lesson == lesson, Evidence.kind == TAKEN_BACK)
    if row.id in taken_back(await work.all(known)):
        return
    await ledger.enter(work, lesson, ledger.Said(TAKEN_BACK, row.person, {"of": row.id}, actor.person))
    work.tell(RegisterCorrected(stream=lesson, person=row.person, how=TAKEN_BACK, by=actor.person))
    await propose(work, lesson, actor.person or None)


async def tick(work: Work, actor: Actor, lesson: str, people: Sequence[str], reason: str) -> None:
    """The teacher saw these people for the whole of a lesson on site; one act for all of them."""
    found = await _to_correct(work, actor, lesson)
    if not people:
        return
    words = clean_text(reason)
    if not words or len(words) > 500:
        raise Invalid("reason_missing", field="reason")
    if not set(people) <= set(await work.all(select(Expected.person).where(Expected.lesson == lesson))):
        raise NotFound()
    body = {"from": rfc3339(found.starts), "to": rfc3339(found.ends), "reason": words}
    await ledger.enter(work, lesson, *(ledger.Said("teacher", one, body, actor.person) for one in people))
    for one in people:
        work.tell(_corrected(work, found, one, "teacher", actor, (found.starts, found.ends)))
    await propose(work, lesson, actor.person or None)


def _corrected(
    work: Work, lesson: Lesson, person: str, how: str, actor: Actor, span: tuple[datetime, datetime]
) -> RegisterCorrected:
    """What was added, and since when she is here by it while the lesson is on."""
    told = RegisterCorrected(stream=lesson.id, person=person, how=how, by=actor.person)
    if how == PHONE and span[1] <= work.now:
        return replace(told, since=rfc3339(span[0]), over=rfc3339(span[1]), late_by=late_by(lesson, span[0]))
    since = since_now(*span, work.now) if how in LIVE else None
    return replace(told, since=rfc3339(since), late_by=late_by(lesson, since)) if since else told


async def excuse(work: Work, actor: Actor, lesson: str, person: str, code: ExcuseCode) -> None:
    """Write down why somebody was not there, by the codes of the benefit payers."""
    await _to_correct(work, actor, lesson)
    if code not in get_args(ExcuseCode):
        raise Invalid("bad_choice", field="code")
    await _must_belong(work, lesson, person)
    await ledger.enter(work, lesson, ledger.Said("excuse", person, {"code": code}, actor.person))
    work.tell(RegisterCorrected(stream=lesson, person=person, how="excuse", by=actor.person))
    await propose(work, lesson, actor.person or None)


async def correct_held(work: Work, actor: Actor, lesson: str, starts: datetime, ends: datetime) -> None:
    """Say by hand when the lesson was really held; equal instants say that it was not.

    Nobody held it until later than now, but for the minute that runs: a form's clock shows no seconds.
    """
    found = await _to_correct(work, actor, lesson)
    if starts > ends:
        raise Invalid("backwards", field="ends")
    if starts < ends and ends >= work.now + timedelta(minutes=1):
        raise NotOpen("lesson_not_over")
    body = {"from": rfc3339(starts), "to": rfc3339(ends)}
    await ledger.enter(work, lesson, ledger.Said("held", None, body, actor.person))
    if found.closed is None:
        found.closed = work.now
    found.opened = starts.replace(microsecond=0) if starts < ends else None
    work.tell(RegisterCorrected(stream=lesson, person="", how="held", by=actor.person))
    await propose(work, lesson, actor.person or None)


async def sign(work: Work, actor: Actor, lesson: str) -> None:
    """Sign the register in one tap. Raises NotOpen while the lesson is not over. Twice changes nothing."""
    found, programme, target = await rights.target_of_lesson(work, lesson)
    rights.ask(actor, "register", target)
    if found.signed:
        return
    if found.closed is None:
        if found.ends > work.now:
            raise NotOpen("lesson_not_over")
        found.closed = work.now
    await propose(work, lesson, actor.person or None)
    signed = [
        _mark(work, lesson, mark.person, mark, mark, actor.person or None) | {"signed": True}
        for mark in await _latest(work, lesson)
    ]
    if signed:
        await work.run(insert(Mark), signed)
    found.signed = work.now
    await chain.register_signed(work, found, programme, actor.person or None)
    work.tell(RegisterSigned(stream=lesson, by=actor.person))


async def reopen(work: Work, actor: Actor, lesson: str, reason: str) -> None:
    """Open a signed register again: an act that everybody can see."""
    found, _, target = await rights.target_of_lesson(work, lesson)
    rights.ask(actor, "register", target)
    if not clean_text(reason):
        raise Invalid("reason_missing", field="reason")
    if found.signed:
        found.signed = None
        await chain.register_reopened(work, found, actor.person or None, clean_text(reason)[:500])
        work.tell(RegisterReopened(stream=lesson, by=actor.person, reason=clean_text(reason)[:500]))


async def _to_correct(work: Work, actor: Actor, lesson: str, *, ahead: bool = False) -> Lesson:
    found, _, target = await rights.target_of_lesson(work, lesson)
    rights.ask(actor, "register", target)
    if found.signed:
        raise AlreadySigned("register_signed", signed=rfc3339(found.signed))
    if found.starts > work.now and not ahead:
        raise NotOpen("lesson_not_over")
    if found.frozen is None:
        await freeze(work, lesson)
    return found


async def _must_belong(work: Work, lesson: str, person: str) -> None:
    expected = await work.one(select(Expected).where(Expected.lesson == lesson, Expected.person == person))
    bodies = await work.all(select(Evidence.body).where(Evidence.lesson == lesson, Evidence.person == person))
    if not expected and all("role" in body for body in bodies):
        raise NotFound()  # unknown here, or in without being counted
