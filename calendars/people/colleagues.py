"""Those who work here: taken on with a role somewhere, given another one, and leaving with their lessons freed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from calendars import rights
from calendars.errors import Conflict, Forbidden, Invalid, NotFound
from calendars.facts import LessonMoved
from calendars.grants import Right
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.rights import Actor, Target
from calendars.store import Look, Work
from calendars.tables import Grant, Leader, Lesson, Organisation, Person, Programme

ROLES = ("coordinator", "teacher", "tutor", "counsellor", "support", "inspector")
"""Whom a coordinator may take on; an administrator is made by an administrator."""


@dataclass(frozen=True, slots=True)
class Held:
    """One right of somebody as a page shows it: what she is, where, since when, and whether the actor may end it."""

    grant: str
    role: str
    kind: str
    scope: str
    given: datetime
    may_end: bool


async def hire(work: Work, actor: Actor, person: NewPerson, right: Right) -> Person:
    """Let the house know somebody who will work here, with her role. Raises Invalid `bad_choice`."""
    target = await _place(work, right)
    row = await people.add(work, actor, person, target)
    await people.appoint(work, actor, row.id, right)
    await work.flush()
    return row


async def appoint(work: Work, actor: Actor, person: str, right: Right) -> Grant:
    """Give somebody who is known another role. Raises Conflict `right_held` when she has it already."""
    await _place(work, right)
    same = select(Grant.id).where(
        Grant.person == person, Grant.role == right.role, Grant.scope_kind == right.kind, Grant.scope == right.scope,
        Grant.until.is_(None),
    )  # fmt: skip
    await rights.ask_about(work, actor, "invite", person, past=True)  # who left may come back
    if await work.one(same):
        raise Conflict("right_held", field="role")
    return await people.appoint(work, actor, person, right)


async def of(look: Look, actor: Actor, person: str) -> list[Held]:
    """What somebody is here, the widest first, where the actor may know of it: who sees her, or who may invite her."""
    try:
        await rights.ask_about(look, actor, "see_people", person)
    except (Forbidden, NotFound):
        await rights.ask_about(look, actor, "invite", person, past=True)
    return await _held(look, actor, person)


async def _held(look: Look, actor: Actor, person: str) -> list[Held]:
    lasts = Grant.until.is_(None) | (Grant.until > look.now)
    found = [
        (grant, target)
        for grant, target in await rights.placed(look, Grant.person == person, Grant.role.in_(rights.STAFF), lasts)
        if rights.knows(actor, target)
    ]
    return [
        Held(
            row.id, row.role, row.scope_kind, row.scope, row.given,
            rights.may(actor, "administer" if row.scope_kind == "house" else "invite", target),
        )
        for row, target in sorted(found, key=lambda pair: (rights.SCOPES.index(pair[0].scope_kind), pair[0].given))
    ]  # fmt: skip


async def stop(work: Work, actor: Actor, person: str) -> int:
    """Somebody works here no longer: her roles end now and her coming lessons lose her, wherever the actor may invite.

    Returns how many lessons lose her. Doing it twice changes nothing. Raises Conflict `last_admin`.
    """
    await rights.ask_about(work, actor, "invite", person, past=True)
    led = await _led(work, actor, person)
    for lesson in led:
        lesson.revision, lesson.modified = lesson.revision + 1, work.now
        work.tell(LessonMoved(stream=lesson.programme, lesson=lesson.id, by=actor.person))
    await work.run(delete(Leader).where(Leader.person == person, Leader.lesson.in_([one.id for one in led])))
    for one in await _held(work, actor, person):
        if one.may_end:
            await people.dismiss(work, actor, one.grant)
    await work.flush()
    return len(led)


async def places(look: Look, actor: Actor) -> tuple[list[Organisation], list[Programme]]:
    """Where the actor may take somebody on: whole organisations, and single programmes."""
    found = rights.scopes_of(actor, "invite")
    if not found:
        raise NotFound()
    organisations, running = select(Organisation), select(Programme).where(Programme.status == "confirmed")
    if "house" not in found:
        organisations = organisations.where(Organisation.id.in_(found.get("organisation", [])))
        running = running.where(
            Programme.organisation.in_(found.get("organisation", [])) | Programme.id.in_(found.get("programme", []))
        )
    known: Sequence[Organisation] = await look.all(organisations.order_by(Organisation.name, Organisation.id))
    given: Sequence[Programme] = await look.all(running.order_by(Programme.starts.desc(), Programme.id))
    return list(known), list(given)


async def coming(look: Look, actor: Actor, person: str) -> int:
    """How many lessons that have not begun somebody leads, where the actor may invite."""
    await rights.ask_about(look, actor, "invite", person, past=True)
    return len(await _led(look, actor, person))


async def _led(look: Look, actor: Actor, person: str) -> list[Lesson]:
    rows = await look.rows(
        select(Lesson, Programme)
        .join(Leader, Leader.lesson == Lesson.id)
        .join(Programme, Programme.id == Lesson.programme)
        .where(
            Leader.person == person, Lesson.starts > look.now, Lesson.status == "confirmed",
            Lesson.opened.is_(None), Lesson.signed.is_(None),
        )
        .order_by(Lesson.starts, Lesson.id)
    )  # fmt: skip
    return [
        lesson
        for lesson, programme in rows
        if rights.may(actor, "invite", Target(programme.organisation, programme.id, lesson.group, lesson.id))
    ]


async def _place(look: Look, right: Right) -> Target:
    """Where a role of staff may be given: the whole organisation or one programme; an administrator's is the house."""
    if right.role == "admin" and right.kind == "house":
        return rights.THE_HOUSE
    if right.role not in ROLES:
        raise Invalid("bad_choice", field="role")
    if right.kind not in ("organisation", "programme"):
        raise Invalid("bad_choice", field="place")
    return await people.place_of(look, right)
