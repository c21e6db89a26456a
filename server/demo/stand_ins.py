"""The fourth act of the stage: the teacher is ill on the next day, and whoever the coordinator asks says yes.

She says it by the act that her own page uses, and the substitute answers behind her real link as a browser does.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

import aiohttp
import structlog
from aiohttp import web

from calendars import agenda, rights
from calendars.clock import day_of, local
from calendars.errors import NotFound, Unavailable
from calendars.repair import absences, asked
from calendars.store import Look, Work
from server.demo.memory import Memory
from server.keys import SECRET, STORE

THINKS: Final = 3.0  # seconds before a substitute answers: long enough to be seen asked
AHEAD: Final = timedelta(days=30)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Tomorrow:
    """The lesson of the stage's learner on her next day, who led it, and who leads it now."""

    lesson: str
    starts: datetime
    zone: str
    teacher: str
    leaders: tuple[str, ...]
    ill: bool


async def tomorrow(look: Look, kept: Memory) -> Tomorrow | None:
    """The first lesson after today that the stage's teacher led for the stage's learner; None where there is none."""
    learner, teacher = await rights.actor_of(look, kept.learner), await rights.actor_of(look, kept.teacher)
    coming = await agenda.agenda(look, learner, learner.person, look.now, look.now + AHEAD)
    later = [one for one in coming if one.lesson and not one.cancelled and one.date > day_of(look.now, one.zone)]
    if not later:
        return None
    away = await absences.of(look, teacher, teacher.person)
    first = next((one for one in later if _hers(one, kept.teacher, away)), None)
    if first is None:
        return None
    return Tomorrow(
        first.id, first.starts, first.zone, teacher.name, tuple(one.shown for one in first.leaders), bool(away)
    )


def _hers(one: agenda.Engagement, teacher: str, away: list[Any]) -> bool:
    """Whether she leads it, or did before somebody came in for her: no other lesson of that day had her."""
    if away:
        return any(each.starts <= one.starts < each.ends for each in away) and one.leaders[:1] != ()
    return any(each.id == teacher for each in one.leaders)


async def fall_ill(work: Work, kept: Memory) -> None:
    """She is ill on the whole of that day. Saying it twice changes nothing."""
    found = await tomorrow(work, kept)
    if found is None:
        raise NotFound()
    actor = await rights.actor_of(work, kept.teacher)
    day = day_of(found.starts, found.zone)
    starts, ends = local(day, time(), found.zone), local(day + timedelta(days=1), time(), found.zone)
    await absences.report(work, actor, kept.teacher, starts, ends)


def told(found: Tomorrow | None) -> dict[str, Any]:
    """What the line of text of the stage says of it."""
    if found is None:
        return {"ill": None}
    came = [name for name in found.leaders if name != found.teacher]
    return {"ill": {"said": found.ill, "before": found.teacher, "after": ", ".join(came) if found.ill else ""}}


async def answer_all(app: web.Application, url: str) -> None:
    """Whoever is asked thinks for a moment and says yes, until cancelled."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as session:
        while True:
            await asyncio.sleep(1)
            try:
                async with app[STORE].look() as look:
                    waiting = await asked.searches(look, rights.system())
                    due = [one for one in waiting if look.now >= one.request.asked + timedelta(seconds=THINKS)]
                for one in due:
                    path = f"{url}/ask/{asked.token(app[SECRET], one.request.id)}"
                    async with session.post(path, data={"answer": "yes"}) as answer:
                        log.info("substitute_answered", status=answer.status)
            except (aiohttp.ClientError, Unavailable, TimeoutError) as why:
                log.info("substitute_waits", why=type(why).__name__)
