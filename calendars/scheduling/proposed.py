"""A timetable that a search has found becomes a proposal in each programme: what would be new, and what would move."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from calendars.changes import publishing
from calendars.changes.arranging import Arranged
from calendars.changes.publishing import Wanted
from calendars.changes.standings import Standing, standings
from calendars.errors import Conflict, Invalid
from calendars.rights import Actor
from calendars.scheduling import adjusting, solves
from calendars.scheduling.adjusting import Held
from calendars.scheduling.answered import Placed
from calendars.store import Work
from calendars.tables import Group, Proposal, Solve


async def propose(work: Work, actor: Actor, id: str) -> list[str]:
    """Lay the timetable of a search before whoever plans: the ids of the proposals, none where nothing changes.

    What an earlier search proposed there and nobody made is laid aside. Asking twice gives the same ones.
    Raises Conflict `search_under_way`, `no_timetable_yet`, and what `publishing.propose` raises where the plan has
    changed meanwhile.
    """
    row = await solves.locked(work, actor, id)
    if row.proposal:
        return row.proposal.split()
    if row.state in solves.UNDER_WAY:
        raise Conflict("search_under_way", solve=id)
    if not row.best:
        raise Conflict("no_timetable_yet")
    placed, unplaced = solves.answer_of(row)
    made = []
    for programme in row.programmes:
        wanted = await _wanted(work, [one for one in placed if one.programme == programme and one.learner is None])
        kept = await _kept(work, row, programme)
        wanted += [Wanted(one.change.after, one.change.lesson, new=one.change.before is None) for one in kept]
        about: dict[str, Any] = {"solve": row.id, "unplaced": sum(one.programme == programme for one in unplaced)}
        if kept:
            about[adjusting.HELD] = {one.change.lesson: one.day for one in kept}
        kind = "timetable"
        if row.mode == solves.REPAIR:
            kind, about["reason"] = "repair", "teacher_ill"
        talks = [_talk(one) for one in placed if one.programme == programme and one.learner is not None]
        newest = ""
        try:
            newest = (await publishing.propose(work, actor, programme, kind, wanted, about, talks)).id
            made.append(newest)
        except Invalid as refused:
            if refused.code != "nothing_changes":
                raise
        if kind == "timetable":
            await _lay_aside(work, actor, programme, newest)
    row.proposal = " ".join(made)
    await work.flush()
    return made


async def _wanted(work: Work, placed: Iterable[Placed]) -> list[Wanted]:
    """Each lesson as it should stand; what the search does not decide stays as it is."""
    each = list(placed)
    known = await standings(work, [one.lesson for one in each if one.lesson])
    return [_one(one, known[one.lesson][1] if one.lesson in known else None) for one in each]


async def _kept(work: Work, row: Solve, programme: str) -> list[Held]:
    """What was held when the search was asked for, of one of its programmes."""
    each = solves.held_of(row)
    if not each:
        return []
    groups = set(await work.all(select(Group.id).where(Group.programme == programme)))
    return [one for one in each if one.change.after.group in groups]


def _talk(one: Placed) -> Arranged:
    return Arranged(
        kind=one.kind, learner=str(one.learner), partners=tuple(who for who, _ in one.leaders), day=one.day,
        starts=one.starts, ends=one.ends,
    )  # fmt: skip


async def adopt(work: Work, actor: Actor, id: str) -> None:
    """At the end of a search: propose what it found, or keep with it why that cannot be."""
    row = await solves.solve(work, actor, id)
    try:
        await propose(work, actor, id)
    except (Conflict, Invalid) as refused:
        row.failure = refused.code
        await work.flush()


def _one(one: Placed, before: Standing | None) -> Wanted:
    if before is None:
        after = Standing(
            group=one.group, day=one.day, starts=one.starts, ends=one.ends, topic=one.topic, led_by=one.leaders,
            needs=one.needs,
        )  # fmt: skip
        return Wanted(after)
    as_before = dict(before.led_by)
    led_by = tuple((who, as_before.get(who, role)) for who, role in one.leaders)
    after = replace(before, day=one.day, starts=one.starts, ends=one.ends, led_by=led_by)
    if after != before:  # what it needs alone is no change that anybody could see, before and after look alike
        after = replace(after, needs=one.needs)
    return Wanted(after, one.lesson or "")


async def _lay_aside(work: Work, actor: Actor, programme: str, newest: str) -> None:
    """Timetables that earlier searches proposed and nobody made: beside a newer one they would only lie about."""
    older = select(Proposal.id).where(
        Proposal.programme == programme, Proposal.kind == "timetable", Proposal.status == "open", Proposal.id != newest
    )
    for id in await work.all(older.order_by(Proposal.id)):
        await publishing.drop(work, actor, id)
