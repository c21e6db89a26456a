"""A timetable that a search has found becomes a proposal in each programme: what would be new, and what would move."""

from collections.abc import Iterable
from dataclasses import replace

from calendars import publishing, solves
from calendars.answered import Placed
from calendars.errors import Conflict, Invalid
from calendars.publishing import Wanted
from calendars.rights import Actor
from calendars.standings import Standing, standings
from calendars.store import Work


async def propose(work: Work, actor: Actor, id: str) -> list[str]:
    """Lay the timetable of a search before whoever plans: the ids of the proposals, none where nothing changes.

    Asking twice gives the same ones. Raises Conflict `search_under_way`, `no_timetable_yet`, and what
    `publishing.propose` raises where the plan has changed meanwhile.
    """
    row = await solves.solve(work, actor, id)
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
        about = {"solve": row.id, "unplaced": sum(one.programme == programme for one in unplaced)}
        try:
            made.append((await publishing.propose(work, actor, programme, "timetable", wanted, about)).id)
        except Invalid as refused:
            if refused.code != "nothing_changes":
                raise
    row.proposal = " ".join(made)
    await work.flush()
    return made


async def _wanted(work: Work, placed: Iterable[Placed]) -> list[Wanted]:
    """Each lesson as it should stand; what the search does not decide stays as it is."""
    each = list(placed)
    known = await standings(work, [one.lesson for one in each if one.lesson])
    return [_one(one, known[one.lesson][1] if one.lesson in known else None) for one in each]


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
    after = replace(before, day=one.day, starts=one.starts, ends=one.ends, led_by=led_by, needs=one.needs)
    return Wanted(after, one.lesson or "")
