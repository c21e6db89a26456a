"""A learner without a line who is on the telephone: recorded in two taps, ended in one, taken back in one.

What counts is the word of whoever leads, a line of kind *phone*: from the call to the end of the lesson's doors, or
until she hangs up. The contract cuts it to the seconds that the lesson was held.
"""

from datetime import datetime, timedelta
from typing import Final

from calendars import rights
from calendars.clock import parse_instant
from calendars.errors import Conflict, NotOpen
from calendars.lessons import doors, lock_lesson
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Lesson, Programme
from classroom import ledger, register
from classroom.register import Correction
from classroom.rooms import check_open
from classroom.said import PHONE
from classroom.tables import Evidence

WHY: Final = "on_telephone"
"""How we know, as the ledger keeps it: a code, for the line outlives the language of whoever tapped."""
UNDONE_WITHIN: Final = timedelta(minutes=2)
"""So long from its first second that counts a call can have been a mistake; from then on it ends instead."""


async def record(work: Work, actor: Actor, lesson: str, person: str) -> None:
    """She is on the telephone from now on. Whoever is so already stays so, however often it is said.

    Raises NotOpen outside the doors, NotFound for whoever does not belong to the lesson, AlreadySigned.
    """
    found, programme = await _to_lead(work, actor, lesson)
    if await _call_of(work, lesson, person) is not None:
        return
    begun = found.opened is not None and found.opened <= work.now
    starts = (work.now if begun else max(work.now, found.starts)).replace(microsecond=0)
    ends = doors(found, programme.rules).closes
    if starts >= ends:
        raise NotOpen("lesson_over")
    await register.correct(work, actor, lesson, Correction(person, PHONE, starts, ends, WHY), ahead=True)


async def hang_up(work: Work, actor: Actor, lesson: str, person: str) -> None:
    """Her call is over: she was on it until now. Raises Conflict `not_on_telephone`."""
    await _to_lead(work, actor, lesson)
    await register.end_call(work, actor, lesson, person)


async def take_back(work: Work, actor: Actor, lesson: str, person: str) -> None:
    """It was a mistake: she is not on the telephone. Twice changes nothing. Raises Conflict `call_stands`."""
    await _to_lead(work, actor, lesson)
    call = await _call_of(work, lesson, person)
    if call is None:
        return
    if not may_be_undone(_since(call), work.now):
        raise Conflict("call_stands")
    await register.take_back(work, actor, lesson, call.id)


def may_be_undone(since: datetime, now: datetime) -> bool:
    """Whether a call that counts since then may still be a mistake."""
    return now - since < UNDONE_WITHIN


async def on_it(look: Look, actor: Actor, lesson: str) -> dict[str, datetime]:
    """Who is on the telephone now, and since when."""
    _, _, target = await rights.target_of_lesson(look, lesson)
    rights.ask(actor, "register", target)
    return {call.person: _since(call) for call in await ledger.calls_on(look, lesson) if call.person}


async def _to_lead(work: Work, actor: Actor, lesson: str) -> tuple[Lesson, Programme]:
    """The lesson, locked and with open doors: two taps at one time come one after the other."""
    await lock_lesson(work, lesson)
    found, programme, target = await rights.target_of_lesson(work, lesson)
    rights.ask(actor, "register", target)
    check_open(found, programme.rules, "teacher", work.now)
    return found, programme


async def _call_of(look: Look, lesson: str, person: str) -> Evidence | None:
    """The line by which she is on the telephone now."""
    return next((call for call in await ledger.calls_on(look, lesson) if call.person == person), None)


def _since(call: Evidence) -> datetime:
    return parse_instant(call.body["from"])
