"""Tutoring after the end of a programme, and every other talk: how long it was, who did not come, what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select

from calendars import rights
from calendars.appointments import quotas
from calendars.appointments.facts import AppointmentHeld, TutoringWidened
from calendars.appointments.kinds import ENTERED_WITHIN, KINDS, WAYS
from calendars.appointments.quotas import Change, minutes_of
from calendars.appointments.rights import (
    Known,
    ask_to_arrange,
    ask_to_change,
    check_kind,
    locked,
    seated_in,
)
from calendars.errors import Conflict, Invalid, NotFound
from calendars.names import clean_text
from calendars.rights import Actor
from calendars.store import Work, new_id
from calendars.tables import Appointment, Partner, TutoringEntry, TutoringGrant

LONGEST = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """What somebody enters of a talk: how long it was, about what, in which way."""

    minutes: int
    subject: str = ""
    way: str = ""
    """Empty: as it was booked."""
    reason: str = ""
    """Why it is entered late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbooked:
    """A talk that nobody had booked: a telephone call that became an hour of tutoring."""

    learner: str
    starts: datetime
    kind: str = "tutoring"


async def hold(work: Work, actor: Actor, appointment: str, held: Minutes) -> None:
    """Enter how long a talk really was; of tutoring the reserved minutes are settled with it.

    Entering it again corrects it. Raises NotOpen-like Conflict `not_begun`, `entered_too_late`, Full `quota_spent`.
    """
    (known,) = await locked(work, appointment)
    ask_to_change(work, actor, known)
    row = known.row
    if row.learner is None or row.status != "confirmed":
        raise Conflict("appointment_cancelled" if row.status == "cancelled" else "not_booked")
    _check_minutes(held)
    _check_when(work, actor, known, held.reason)
    subject = held.subject or row.subject
    if KINDS[row.kind].quota:
        await _settle(work, actor, known, "held", held.minutes, subject, held.way or row.way, held.reason)
    row.outcome, row.held, row.subject, row.way = "held", held.minutes, subject, held.way or row.way
    _note(work, actor, known)
    await work.flush()


async def miss(work: Work, actor: Actor, appointment: str, reason: str = "") -> None:
    """The learner did not come: the reserved minutes are used or returned, as the programme's rule says."""
    (known,) = await locked(work, appointment)
    ask_to_change(work, actor, known)
    row = known.row
    if row.learner is None or row.status != "confirmed":
        raise Conflict("appointment_cancelled" if row.status == "cancelled" else "not_booked")
    _check_when(work, actor, known, reason)
    if KINDS[row.kind].quota:
        quota = await quotas.quota_or_refuse(work, known.programme)
        used = minutes_of(row) if quota.no_show == "used" else 0
        await _settle(work, actor, known, "no_show", used, row.subject, row.way, reason)
    row.outcome, row.held = "no_show", 0
    _note(work, actor, known)
    await work.flush()


async def note(work: Work, actor: Actor, programme: str, new: Unbooked, held: Minutes, window: str = "") -> Appointment:
    """Enter a talk that nobody had booked. `window`: why tutoring is allowed outside its days."""
    check_kind(new.kind)
    if KINDS[new.kind].group or held.way not in WAYS:
        raise Invalid("bad_choice", field="way")
    private = KINDS[new.kind].private
    found = await ask_to_arrange(work, actor, programme, [actor.person], new.learner, private=private)
    if not await seated_in(work, programme, new.learner) or new.learner == actor.person:
        raise NotFound()
    _check_minutes(held)
    if new.starts + timedelta(minutes=held.minutes) > work.now:
        raise Conflict("not_over", field="starts")
    row = Appointment(
        id=new_id(), programme=programme, kind=new.kind, learner=new.learner, group=None, starts=new.starts,
        ends=new.starts + timedelta(minutes=held.minutes), way=held.way, place=None, spot="", title="", transport="",
        gear="", subject=held.subject, offer=False, status="confirmed", reason="", outcome="held", held=held.minutes,
        revision=1, sequence=0, made_by=actor.person, modified=work.now,
    )  # fmt: skip
    known = Known(row, found, frozenset({actor.person}))
    _check_when(work, actor, known, held.reason)
    work.add(row)
    await work.flush()
    await work.run(insert(Partner), [{"appointment": row.id, "person": actor.person}])
    if KINDS[new.kind].quota:
        quota = await quotas.quota_or_refuse(work, found)
        quotas.check_window(await quotas.window_of(work, found, quota, new.learner), found, row, window)
        quotas.check_subject(quota, held.subject)
        change = Change("held", 0, held.minutes, held.subject, held.way, held.reason or window)
        await quotas.write(work, quota, row, change, actor.person)
    _note(work, actor, known)
    await work.flush()
    return row


async def widen(work: Work, actor: Actor, programme: str, learner: str, minutes: int, reason: str) -> None:
    """Let a learner have more minutes than the programme promised, for a written reason, said by whoever plans.

    Raises Invalid `bad_minutes`, `reason_missing`; Conflict `no_tutoring` for whom the programme promised none.
    """
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    if not await seated_in(work, programme, learner):
        raise NotFound()
    if not 1 <= minutes <= LONGEST:
        raise Invalid("bad_minutes", field="more")
    words = clean_text(reason)
    if not words:
        raise Invalid("reason_missing", field="why")
    quota = await quotas.quota_or_refuse(work, found)
    await quotas.window_of(work, found, quota, learner)
    work.add(
        TutoringGrant(
            id=new_id(),
            programme=programme,
            person=learner,
            minutes=minutes,
            reason=words,
            at=work.now,
            by=actor.person,
        )
    )
    await work.flush()
    work.tell(TutoringWidened(stream=learner, programme=programme, minutes=minutes, by=actor.person))


async def rule(work: Work, actor: Actor, programme: str, no_show: str) -> None:
    """Say what becomes of booked minutes when the learner does not come; what was entered already stays."""
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    if no_show not in quotas.NO_SHOW:
        raise Invalid("bad_choice", field="no_show")
    await quotas.quota_or_refuse(work, found)
    found.rules = found.rules | {quotas.RULE: no_show}
    found.revision, found.modified = found.revision + 1, work.now


async def _settle(
    work: Work, actor: Actor, known: Known, kind: str, minutes: int, subject: str, way: str, reason: str
) -> None:
    """Write what an appointment comes to; what was entered of it before is taken back line by line."""
    quota = await quotas.quota_or_refuse(work, known.programme)
    if kind == "held":
        quotas.check_subject(quota, subject)
        if way not in quota.ways:
            raise Invalid("bad_choice", field="way")
    before = await _entered(work, known.row.id)
    reserved = sum(one.reserving for one in before)
    for name in sorted({one.subject for one in before}):
        used = sum(one.using for one in before if one.subject == name)
        if used:
            back = Change(kind, 0, -used, name, way, reason)
            await quotas.write(work, quota, known.row, back, actor.person)
    await quotas.write(work, quota, known.row, Change(kind, -reserved, minutes, subject, way, reason), actor.person)


async def _entered(work: Work, appointment: str) -> Sequence[TutoringEntry]:
    lines = select(TutoringEntry).where(TutoringEntry.appointment == appointment).order_by(TutoringEntry.number)
    found: Sequence[TutoringEntry] = await work.all(lines)
    return found


def _check_minutes(held: Minutes) -> None:
    if not 1 <= held.minutes <= LONGEST:
        raise Invalid("bad_minutes", field="minutes")
    if held.way and held.way not in WAYS:
        raise Invalid("bad_choice", field="way")


def _check_when(work: Work, actor: Actor, known: Known, reason: str) -> None:
    """Nothing is entered before it began, and after seven days only by whoever plans, with a reason."""
    if work.now < known.row.starts:
        raise Conflict("not_begun")
    if work.now > known.row.ends + ENTERED_WITHIN and not (reason.strip() and rights.may(actor, "plan", known.target)):
        raise Conflict("entered_too_late", field="reason", days=ENTERED_WITHIN.days)


def _note(work: Work, actor: Actor, known: Known) -> None:
    known.row.revision, known.row.modified = known.row.revision + 1, work.now
    for who in known.people:
        fact = AppointmentHeld(stream=who, appointment=known.row.id, outcome=known.row.outcome, by=actor.person)
        work.tell(fact)
