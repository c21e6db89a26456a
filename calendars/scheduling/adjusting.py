"""A proposed timetable changed by hand: a lesson elsewhere or with others, held there, and what that breaks by name.

Only an open proposal is changed; it may break rules meanwhile, for whoever moves two lessons past each other, and
publishing asks them all again. A lesson that was changed by hand is held: the next search goes around it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select

from calendars import rights
from calendars.changes import publishing
from calendars.changes.byhand import Edit
from calendars.changes.standings import Change, change_of
from calendars.clock import local, wall_length
from calendars.errors import Conflict, Invalid, NotFound
from calendars.people import people
from calendars.rights import Actor
from calendars.scheduling.wanted import Standing, Wanted
from calendars.store import Look, Work
from calendars.tables import Day, Person, Programme, Proposal

HELD = "held"
"""In `about` of a proposal: lesson -> the day for which the plan wants it, whatever day it has now."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lesson that stays where a proposal has it, and the day for which it was wanted."""

    change: Change
    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a lesson may stand: a day, an hour of the clock on the wall, and perhaps somebody new who leads it."""

    day: str
    starts: time
    who: str = ""
    instead_of: str = ""
    """Who leads it now and no longer then."""


async def adjust(work: Work, actor: Actor, proposal: str, lesson: str, new: Edit) -> None:
    """Let a lesson of an open proposal stand otherwise, and hold it there.

    Raises Invalid `backwards`, `past_already` and NotFound; what it breaks is told by `choices.breaks`.
    """
    row, programme = await _open(work, actor, proposal)
    one = _change_in(row, lesson)
    day = await work.get(Day, new.day)
    if day is None or day.programme != programme.id or day.status == "cancelled":
        raise NotFound()
    known = await work.all(select(Person.id).where(Person.id.in_([who for who, _ in new.led_by])))
    if set(known) != {who for who, _ in new.led_by}:
        raise NotFound()
    starts, ends = (local(day.date, at, programme.zone) for at in (new.starts, new.ends))
    if ends <= starts:
        raise Invalid("backwards", field="ends")
    if starts <= work.now:
        raise Invalid("past_already", field="starts")
    kept = {who: role for who, role in one.after.led_by if who not in new.instead_of}
    after = replace(
        one.after, day=day.id, starts=starts, ends=ends, topic=new.topic,
        led_by=tuple((kept | dict(new.led_by)).items()),
    )  # fmt: skip
    row.changes = [
        Change(lesson, one.before, after).written() if each["lesson"] == lesson else each for each in row.changes
    ]
    _hold(row, one, held=True)
    await work.flush()


async def put(work: Work, actor: Actor, proposal: str, lesson: str, spot: Spot) -> None:
    """Let a lesson of an open proposal stand on a spot, as long as before and about the same.

    Raises Invalid `bad_choice` for somebody who leads no lessons, or this one already, and what `adjust` raises.
    """
    row, programme = await _open(work, actor, proposal)
    after = _change_in(row, lesson).after
    led = dict(after.led_by)
    if spot.who:
        known = await people.leaders(work, actor)
        if spot.who not in known or spot.who in led:
            raise Invalid("bad_choice", field="who")
        led[spot.who] = known[spot.who][1]
        led.pop(spot.instead_of, None)
    ends = datetime.combine(date.min, spot.starts) + wall_length(after.starts, after.ends, programme.zone)
    if ends.date() != date.min:
        raise Invalid("backwards", field="ends")
    new = Edit(
        day=spot.day, starts=spot.starts, ends=ends.time(), topic=after.topic, led_by=tuple(led.items()),
        instead_of=after.leaders,
    )  # fmt: skip
    await adjust(work, actor, proposal, lesson, new)


async def hold(work: Work, actor: Actor, proposal: str, lesson: str, *, held: bool) -> None:
    """Let the next search go around this lesson of an open proposal, or not. Doing it twice changes nothing."""
    row, _ = await _open(work, actor, proposal)
    _hold(row, _change_in(row, lesson), held=held)
    await work.flush()


async def held(look: Look, actor: Actor, proposal: str) -> list[Held]:
    """What is held in an open proposal, for whoever plans."""
    row = await publishing.proposal(look, actor, proposal)
    marked = marked_in(row)
    return [Held(one, marked[one.lesson]) for one in publishing.changes_of(row) if one.lesson in marked]


def marked_in(row: Proposal) -> Mapping[str, str]:
    """The lessons of a proposal that are held, each with the day for which it is wanted."""
    found: dict[str, str] = dict(row.about.get(HELD, {}))
    return found


def around(wanted: Sequence[Wanted], kept: Sequence[Held]) -> list[Wanted]:
    """What is wanted, with the held lessons where a proposal has them: nothing of these may change."""
    left, found = list(kept), []
    for one in wanted:
        hold = next((each for each in left if one.learner is None and _is(one, each)), None)
        if hold is not None:
            left.remove(hold)
        found.append(_standing(one, hold) if hold else one)
    return found


def _is(one: Wanted, hold: Held) -> bool:
    """Whether this is the lesson that is held: by its id, or, of one that no plan knows yet, by what it is for."""
    after = hold.change.after
    if hold.change.before is not None or one.standing is not None:
        return one.standing is not None and one.standing.id == hold.change.lesson
    return (after.group, hold.day, after.needs) == (one.group, one.windows[0][0], one.needs)


def _standing(one: Wanted, hold: Held) -> Wanted:
    after = hold.change.after
    stands = Standing(
        id=one.id, group=one.group, day=after.day, starts=after.starts, ends=after.ends, needs=after.needs,
        leaders=after.leaders, topic=after.topic, kept=True,
    )  # fmt: skip
    minutes = int((after.ends - after.starts).total_seconds()) // 60
    windows = ((after.day, (after.starts, after.ends)),)
    return replace(one, standing=stands, stays="whole", minutes=minutes, windows=windows)


def written(each: list[Held]) -> list[dict[str, Any]]:
    """As plain JSON, for the search that goes around them."""
    return [{"change": one.change.written(), "day": one.day} for one in each]


def read(each: list[dict[str, Any]]) -> list[Held]:
    """As it was written down."""
    return [Held(change_of(one["change"]), one["day"]) for one in each]


def _hold(row: Proposal, one: Change, *, held: bool) -> None:
    marked = dict(marked_in(row))
    if held:
        marked.setdefault(one.lesson, one.before.day if one.before else one.after.day)
    else:
        marked.pop(one.lesson, None)
    row.about = {**row.about, HELD: marked}


def _change_in(row: Proposal, lesson: str) -> Change:
    found = next((one for one in publishing.changes_of(row) if one.lesson == lesson), None)
    if found is None or not found.after.takes_place:
        raise NotFound()
    return found


async def _open(work: Work, actor: Actor, proposal: str) -> tuple[Proposal, Programme]:
    """An open proposal, locked, for whoever plans its programme. Raises Conflict `proposal_not_open`."""
    await work.run(select(Proposal.id).where(Proposal.id == proposal).with_for_update())
    row = await publishing.proposal(work, actor, proposal)
    if row.status != "open":
        raise Conflict("proposal_dropped" if row.status == "dropped" else "published_already")
    programme, _ = await rights.target_of_programme(work, row.programme)
    return row, programme
