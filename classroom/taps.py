"""*I am here*: what somebody says of herself where her page sleeps beside another tool's room, or runs no scripts.

By the contract it is evidence of one second, a stay of length 0, entered by herself. Gaps of at most `grace` would be
bridged, so taps are written down farther apart: taps alone, pressed by hand or by a program, never make one second of
presence. What she was there in between is a matter of her teacher's word, for which the register shows both ends and
asks.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select

from calendars import rights
from calendars.clock import rfc3339
from calendars.errors import NotOpen
from calendars.lessons import freeze
from calendars.rights import Actor
from calendars.store import Work
from calendars.tables import Day
from classroom import ledger, rooms
from classroom.facts import SaidHere
from classroom.said import TAPPED
from classroom.tables import Evidence
from classroom.testimony import Rules
from classroom.video.provider import Provider, Reporting, Watched
from classroom.visits import late_by

CONNECTION: Final = "tap"
"""Taps are no connection of a page; by this name their lines are told apart."""


async def say_here(work: Work, actor: Actor, lesson: str) -> None:
    """She is in the lesson now, she says. Raises NotFound for whoever may not enter, NotOpen outside the doors."""
    found, programme, target = await rights.target_of_lesson(work, lesson)
    rights.ask(actor, "enter", target)
    role = rights.role_in(actor, target)
    if await work.one(select(Day.kind).where(Day.id == found.day)) != "online":
        raise NotOpen("lesson_on_site")
    rooms.check_open(found, programme.rules, role, work.now)
    if role in rights.UNCOUNTED or await _just_said(work, lesson, actor.person, apart(programme.rules)):
        return  # who leads is seen by what she does, and a visitor counts for nobody
    if found.frozen is None:
        await freeze(work, lesson)
    at = rfc3339(work.now.replace(microsecond=0))
    body = {"connection": CONNECTION, "from": at, "to": at, "end": "lost"}
    await ledger.enter(work, lesson, ledger.Said("span", actor.person, body, actor.person))
    work.tell(SaidHere(stream=lesson, person=actor.person, late_by=late_by(found, work.now)))


def apart(rules: Mapping[str, Any]) -> timedelta:
    """How long after a tap the next one is written down: longer than any gap that is bridged (contract, rule 3)."""
    return timedelta(seconds=int(rules.get("grace", Rules().grace)) + 1)


async def _just_said(work: Work, lesson: str, person: str, apart: timedelta) -> bool:
    hers = TAPPED & (Evidence.lesson == lesson) & (Evidence.person == person)
    lately = hers & (Evidence.received > work.now - apart)
    return await work.one(select(Evidence.id).where(lately).limit(1)) is not None


def tells(provider: Provider) -> bool:
    """Whether a provider says who is in its rooms, by itself or when it is asked."""
    return isinstance(provider, Reporting | Watched)
