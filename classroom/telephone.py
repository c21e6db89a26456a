"""A learner without a line who is on the telephone: recorded in two taps, ended in one, taken back in one.

What counts is the word of whoever leads, a line of kind *phone*: from the call to the end of the lesson's doors, or
until she hangs up. The contract cuts it to the seconds that the lesson was held.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from calendars import rights
from calendars.clock import parse_instant
from calendars.errors import Conflict, NotOpen
from calendars.lessons import doors, lock_lesson
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Lesson, Programme
from classroom import register
from classroom.register import Correction
from classroom.rooms import check_open
from classroom.said import TAKEN_BACK, taken_back
from classroom.tables import Evidence

PHONE: Final = "phone"


async def record(work: Work, actor: Actor, lesson: str, person: str, reason: str) -> None:
    """She is on the telephone from now on. Whoever is so already stays so, however often it is said.

    Raises NotOpen outside the doors, NotFound for whoever does not belong to the lesson, AlreadySigned.
    """
    found, programme = await _to_lead(work, actor, lesson)
    if await _running(work, lesson, person) is not None:
        return
    begun = found.opened is not None and found.opened <= work.now
    starts = (work.now if begun else max(work.now, found.starts)).replace(microsecond=0)
    ends = doors(found, programme.rules).closes
    if starts >= ends:
        raise NotOpen("lesson_over")
    await register.correct(work, actor, lesson, Correction(person, PHONE, starts, ends, reason), ahead=True)


async def hang_up(work: Work, actor: Actor, lesson: str, person: str) -> None:
    """Her call is over: she was on it until now. Raises Conflict `not_on_telephone`."""
    await _to_lead(work, actor, lesson)
    line = await _running(work, lesson, person)
    if line is None:
        raise Conflict("not_on_telephone")
    starts, until = parse_instant(line.body["from"]), work.now.replace(microsecond=0)
    await register.take_back(work, actor, lesson, line.id)
    if starts < until:
        call = Correction(person, PHONE, starts, until, line.body["reason"])
        await register.correct(work, actor, lesson, call, ahead=True)


async def take_back(work: Work, actor: Actor, lesson: str, person: str) -> None:
    """It was a mistake: she is not on the telephone. Twice changes nothing."""
    await _to_lead(work, actor, lesson)
    line = await _running(work, lesson, person)
    if line is not None:
        await register.take_back(work, actor, lesson, line.id)


async def on_it(look: Look, actor: Actor, lesson: str) -> dict[str, datetime]:
    """Who is on the telephone now, and since when."""
    _, _, target = await rights.target_of_lesson(look, lesson)
    rights.ask(actor, "register", target)
    return {
        row.person: parse_instant(row.body["from"]) for row in await _lines(look, lesson, look.now) if row.person
    }  # fmt: skip


async def _to_lead(work: Work, actor: Actor, lesson: str) -> tuple[Lesson, Programme]:
    """The lesson, locked and with open doors: two taps at one time come one after the other."""
    await lock_lesson(work, lesson)
    found, programme, target = await rights.target_of_lesson(work, lesson)
    rights.ask(actor, "register", target)
    check_open(found, programme.rules, "teacher", work.now)
    return found, programme


async def _running(look: Look, lesson: str, person: str) -> Evidence | None:
    """The line by which she is on the telephone now."""
    return next((row for row in await _lines(look, lesson, look.now) if row.person == person), None)


async def _lines(look: Look, lesson: str, now: datetime) -> list[Evidence]:
    query = select(Evidence).where(Evidence.lesson == lesson, Evidence.kind.in_((PHONE, TAKEN_BACK)))
    rows = await look.all(query.order_by(Evidence.number))
    gone = taken_back(rows)
    return [
        row
        for row in rows
        if row.kind == PHONE and row.id not in gone and parse_instant(row.body["to"]) > now
    ]  # fmt: skip
