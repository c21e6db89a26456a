"""A lesson changed by hand: this one alone, or this and all later ones of its series."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars import lessons, rights
from calendars.changes import publishing
from calendars.changes.publishing import Wanted
from calendars.changes.standings import CANCELLED, Standing, standings
from calendars.clock import local
from calendars.errors import Conflict, Invalid, NotFound
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Day, Lesson, Programme, Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """How a lesson should be: on which day, at which local hours, about what, led by whom (person, role)."""

    day: str
    starts: time
    ends: time
    topic: str
    led_by: tuple[tuple[str, str], ...]
    instead_of: tuple[str, ...] = ()
    """Who led it on the form before; whoever leads it beside them stays."""
    seen: int | None = None
    """The revision of the lesson on the form, where that is known."""


async def edit(work: Work, actor: Actor, lesson: str, new: Edit, *, later: bool = False) -> Proposal:
    """Change one lesson and publish it; with `later` propose it for all later ones of the series too, to be looked at.

    The later ones take over what changed of hours and leaders; their days and topics stay. Raises Conflict
    `changed_meanwhile` when somebody else was quicker, Invalid `nothing_changes`, `later_keep_days`, and what
    publishing raises.
    """
    row, programme, target = await rights.target_of_lesson(work, lesson)
    rights.ask(actor, "plan", target)
    if new.seen is not None and new.seen != row.revision:
        raise Conflict("changed_meanwhile", lesson=lesson)
    day = await work.get(Day, new.day)
    if day is None or day.programme != programme.id:
        raise NotFound()
    standing = (await standings(work, [lesson]))[lesson][1]
    if not standing.takes_place:
        raise Conflict("lesson_cancelled")
    if later and new.day != row.day:
        raise Invalid("later_keep_days", field="day")
    zone = programme.zone
    after = replace(
        standing, day=day.id, starts=local(day.date, new.starts, zone), ends=local(day.date, new.ends, zone),
        topic=new.topic, led_by=_led(standing, new),
    )  # fmt: skip
    wanted = [Wanted(after, lesson)]
    if later:
        wanted += await _later(work, row, programme, standing, after)
    proposal = await publishing.propose(work, actor, programme.id, "by_hand", wanted)
    return proposal if later else await publishing.publish(work, actor, proposal.id)


def _led(standing: Standing, new: Edit) -> tuple[tuple[str, str], ...]:
    """Whoever stays keeps her role."""
    chosen = dict(new.led_by)
    kept = {one: role for one, role in standing.led_by if one not in new.instead_of or one in chosen}
    return tuple((chosen | kept).items())


async def cancel(work: Work, actor: Actor, lesson: str, reason: str) -> Proposal:
    """Cancel one lesson and publish it; it stays visible as cancelled. Raises Conflict `lesson_cancelled`."""
    _, programme, target = await rights.target_of_lesson(work, lesson)
    rights.ask(actor, "plan", target)
    if reason not in lessons.REASONS:
        raise Invalid("bad_choice", field="reason")
    standing = (await standings(work, [lesson]))[lesson][1]
    if not standing.takes_place:
        raise Conflict("lesson_cancelled")
    wanted = [Wanted(replace(standing, status=CANCELLED), lesson)]
    proposal = await publishing.propose(work, actor, programme.id, "by_hand", wanted, {"reason": reason})
    return await publishing.publish(work, actor, proposal.id)


async def series(look: Look, actor: Actor, lesson: str) -> list[str]:
    """The later lessons of a lesson's series: those of its group at the same hour that have not begun."""
    row, programme, target = await rights.target_of_lesson(look, lesson)
    rights.ask(actor, "plan", target)
    return [one.id for one in await _series(look, row, programme)]


async def _series(look: Look, row: Lesson, programme: Programme) -> Sequence[Lesson]:
    found = await look.all(
        select(Lesson)
        .where(
            Lesson.group == row.group, Lesson.status == "confirmed", Lesson.starts > row.starts,
            Lesson.opened.is_(None), Lesson.starts > look.now,
        )
        .order_by(Lesson.starts, Lesson.id)
    )  # fmt: skip
    zone = ZoneInfo(programme.zone)
    hour = row.starts.astimezone(zone).time()
    return [one for one in found if one.starts.astimezone(zone).time() == hour]


async def _later(
    work: Work, row: Lesson, programme: Programme, before: Standing, after: Standing
) -> list[Wanted]:  # fmt: skip
    """What changed of the first one's hours and leaders, for each later one on its own day."""
    zone = ZoneInfo(programme.zone)
    starts, ends = after.starts.astimezone(zone).time(), after.ends.astimezone(zone).time()
    gone, come = set(before.led_by) - set(after.led_by), set(after.led_by) - set(before.led_by)
    rows = await standings(work, [one.id for one in await _series(work, row, programme)])
    wanted = []
    for lesson, (found, standing) in rows.items():
        day = found.starts.astimezone(zone).date()
        led = {who: role for who, role in standing.led_by if (who, role) not in gone} | dict(come)  # each leads once
        hours = (standing.starts, standing.ends)
        if (before.starts, before.ends) != (after.starts, after.ends):
            hours = (local(day, starts, programme.zone), local(day, ends, programme.zone))
        wanted.append(Wanted(replace(standing, starts=hours[0], ends=hours[1], led_by=tuple(led.items())), lesson))
    return wanted
