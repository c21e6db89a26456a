"""Proposals: changes of the plan that are looked at, made in one act, undone for two minutes, and told once.

The plan changes when they are published; those whom they touch are told two minutes later, or at *tell now*.
deploy/decisions/0004 says why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update

from calendars import rights
from calendars.changes import arranging, changing, following, records
from calendars.changes.arranging import Arranged
from calendars.changes.records import RowChange, row_change_of
from calendars.changes.standings import Change, Standing, change_of, standings
from calendars.clock import parse_instant
from calendars.errors import Conflict, Invalid, NotFound
from calendars.facts import ChangesDropped, ChangesProposed, ChangesPublished, ChangesTold, ChangesUndone
from calendars.rights import Actor
from calendars.store import Look, Work, new_id
from calendars.tables import Programme, Proposal

KINDS: Final = ("timetable", "repair", "by_hand")
DAYS: Final = "days"
"""Changes of a programme's days; calendars/days/ proposes them."""
UNDO: Final = timedelta(minutes=2)
"""How long changes can be undone before anybody is told."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a lesson should stand; without an id it is a new one."""

    after: Standing
    lesson: str = ""
    new: bool = False
    """Its id is given, but it is not in the plan yet: it was in a proposal before this one."""


async def propose(
    work: Work, actor: Actor, programme: str, kind: str, wanted: Sequence[Wanted],
    about: Mapping[str, Any] | None = None, talks: Sequence[Arranged] = (),
) -> Proposal:  # fmt: skip
    """Lay changes before whoever plans, and talks to be arranged; nothing changes yet. What stands so is left out.

    Raises Invalid `nothing_changes`, `chosen_twice`, and what `changing.check` raises.
    """
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    if kind not in KINDS:
        raise Invalid("bad_choice", field="kind")
    ids = [one.lesson for one in wanted if one.lesson]
    if len(set(ids)) != len(ids):
        raise Invalid("chosen_twice")
    rows = await standings(work, ids)
    if rows.keys() != {one.lesson for one in wanted if one.lesson and not one.new}:
        raise NotFound()
    changes = [
        Change(one.lesson or new_id(), rows[one.lesson][1] if one.lesson in rows else None, one.after) for one in wanted
    ]
    changes = [one for one in changes if one.before != one.after]
    if not changes and not talks:
        raise Invalid("nothing_changes")
    changing.check_ahead(changes, work.now)
    await changing.check(work, actor, found, changes, rows)
    await changing.check_present(work, changes)
    row = Proposal(
        id=new_id(), programme=programme, kind=kind, status="open", changes=[one.written() for one in changes],
        talks=[one.written() for one in talks], about=dict(about or {}), made=work.now, made_by=actor.person or None,
    )  # fmt: skip
    work.add(row)
    work.tell(ChangesProposed(stream=programme, proposal=row.id, lessons=len(changes), by=actor.person))
    await work.flush()
    return row


async def drop(work: Work, actor: Actor, proposal: str) -> None:
    """Lay a proposal aside. Doing it twice changes nothing. Raises Conflict `published_already`."""
    row, _ = await _to_plan(work, actor, proposal)
    if row.status in ("published", "undone"):
        raise Conflict("published_already")
    if row.status == "open":
        row.status = "dropped"
        work.tell(ChangesDropped(stream=row.programme, proposal=row.id, by=actor.person))
        await work.flush()


async def publish(work: Work, actor: Actor, proposal: str) -> Proposal:
    """Make all changes of a proposal, or none. Doing it twice changes nothing.

    Raises Conflict `proposal_dropped`, `undone_already`, `programme_withdrawn`, `proposal_stale`, and what
    `changing.check` raises: it is all asked again.
    """
    row, programme = await _to_plan(work, actor, proposal)
    if row.status == "published":
        return row
    if row.status != "open":
        raise Conflict("proposal_dropped" if row.status == "dropped" else "undone_already")
    if programme.status == "cancelled":
        raise Conflict("programme_withdrawn")
    until = row.about.get("until")
    if until and work.now >= parse_instant(until):
        raise Conflict("proposal_stale")
    changes = changes_of(row)
    changing.check_ahead(changes, work.now)
    await changing.check_present(work, changes)
    talks = talks_of(row)
    beside = {who for one in talks for who in (one.learner, *one.partners)}
    beside |= await following.people_of(work, rows_of(row))
    if beside:
        await changing.hold(work, changes, beside)
    await _make(work, actor, programme, rows_of(row), changes, str(row.about.get("reason", "replanned")))
    row.talks = await arranging.arrange(work, actor, programme.id, talks)
    row.status, row.published, row.published_by = "published", work.now, actor.person or None
    work.tell(ChangesPublished(stream=row.programme, proposal=row.id, lessons=len(changes), by=actor.person))
    await work.flush()
    return row


async def undo(work: Work, actor: Actor, proposal: str) -> None:
    """Let the plan stand again as before, while nobody has been told. Doing it twice changes nothing.

    Raises Conflict `told_already`, `not_published`, `proposal_stale` when a lesson has changed since, `lesson_begun`.
    """
    row, programme = await _to_plan(work, actor, proposal)
    if row.status == "undone":
        return
    if row.published is None:
        raise Conflict("not_published")
    if not may_be_undone(row, work.now):
        raise Conflict("told_already")
    await arranging.disarrange(work, actor, talks_of(row))
    rows, changes = [one.back() for one in rows_of(row)], [one.back() for one in changes_of(row)]
    if beside := await following.people_of(work, rows):
        await changing.hold(work, changes, beside)
    await _make(work, actor, programme, rows, changes)
    row.status, row.undone = "undone", work.now
    work.tell(ChangesUndone(stream=row.programme, proposal=row.id, by=actor.person))
    await work.flush()


async def tell_now(work: Work, actor: Actor, proposal: str) -> None:
    """Do not wait for the two minutes. Doing it twice changes nothing. Raises Conflict `not_published`."""
    row, _ = await _to_plan(work, actor, proposal)
    if row.status != "published":
        raise Conflict("not_published")
    if row.told is None:
        row.told = work.now
        work.tell(ChangesTold(stream=row.programme, proposal=row.id, by=actor.person))
        await work.flush()


async def tell_due(work: Work, most: int = 100) -> list[str]:
    """Tell of every change whose two minutes are over; each once, whichever worker comes first."""
    due = (Proposal.status == "published", Proposal.told.is_(None), Proposal.published <= work.now - UNDO)
    ready = list(await work.all(select(Proposal.id).where(*due).order_by(Proposal.published, Proposal.id).limit(most)))
    if not ready:
        return []
    told = await work.rows(
        update(Proposal)
        .where(Proposal.id.in_(ready), *due)
        .values(told=work.now)
        .returning(Proposal.id, Proposal.programme)
        .execution_options(synchronize_session=False)
    )
    for proposal, programme in told:
        work.tell(ChangesTold(stream=programme, proposal=proposal, by=""))
    return [proposal for proposal, _ in told]


async def proposal(look: Look, actor: Actor, id: str) -> Proposal:
    """One proposal, for whoever plans its programme. Raises NotFound."""
    return (await _found(look, actor, id))[0]


async def waiting(look: Look, actor: Actor) -> list[Proposal]:
    """What lies before the actor: open proposals, and what is published and not told yet, the newest first."""
    found = rights.scopes_of(actor, "plan")
    statement = (
        select(Proposal)
        .join(Programme, Programme.id == Proposal.programme)
        .where((Proposal.status == "open") | ((Proposal.status == "published") & Proposal.told.is_(None)))
        .order_by(Proposal.made.desc(), Proposal.id)
        .limit(50)
    )
    if "house" not in found:
        statement = statement.where(
            Programme.organisation.in_(found.get("organisation", [])) | Programme.id.in_(found.get("programme", []))
        )
    return list(await look.all(statement))


def changes_of(row: Proposal) -> list[Change]:
    """What a proposal changes."""
    return [change_of(one) for one in row.changes]


def talks_of(row: Proposal) -> list[Arranged]:
    """The talks that it arranges."""
    return arranging.arranged_of(row.talks)


def rows_of(row: Proposal) -> list[RowChange]:
    """What it changes beside the lessons."""
    return [row_change_of(one) for one in row.rows]


async def _make(
    work: Work, actor: Actor, programme: Programme, rows: Sequence[RowChange], changes: Sequence[Change],
    reason: str = "replanned",
) -> None:  # fmt: skip
    """First the days, then the lessons upon them."""
    if rows:
        await records.make(work, actor, programme, rows)
    if changes:
        await changing.make(work, actor, programme, changes, reason)
    if rows:
        await records.check_on_their_days(work, actor, programme, rows)
    if any(one.kind == "appointment" for one in rows):
        await following.follow(work, actor, programme, rows)


def may_be_undone(row: Proposal, now: datetime) -> bool:
    """Whether nobody has been told yet, by the clock too: the chore that tells may come a little later."""
    return row.status == "published" and row.told is None and row.published is not None and now < row.published + UNDO


async def _to_plan(work: Work, actor: Actor, id: str) -> tuple[Proposal, Programme]:
    """The proposal of somebody who plans, locked: it is published, undone or told once."""
    await work.run(select(Proposal.id).where(Proposal.id == id).with_for_update())
    return await _found(work, actor, id)


async def _found(look: Look, actor: Actor, id: str) -> tuple[Proposal, Programme]:
    row = await look.get(Proposal, id)
    if row is None:
        raise NotFound()
    programme, target = await rights.target_of_programme(look, row.programme)
    rights.ask(actor, "plan", target)
    return row, programme
