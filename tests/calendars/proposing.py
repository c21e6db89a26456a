"""Changes of lessons: proposals of the planned house, as Kaisa who plans it makes them; and those made at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from calendars import rights
from calendars.changes import changing, publishing
from calendars.changes.publishing import Wanted
from calendars.changes.standings import CANCELLED, Change, Standing, standings
from calendars.store import Work
from calendars.tables import Lesson
from tests.calendars.planned import MONDAY, SYSTEM, Planned

HOUR = timedelta(hours=1)


async def change(work: Work, lesson: str, **facts: Any) -> None:
    """One lesson otherwise than it stands, as publishing makes it so."""
    _, programme, _ = await rights.target_of_lesson(work, lesson)
    before = (await standings(work, [lesson]))[lesson][1]
    await changing.make(work, SYSTEM, programme, [Change(lesson, before, replace(before, **facts))], "other")


async def cancel(work: Work, lesson: str) -> None:
    """One lesson cancelled."""
    await change(work, lesson, status=CANCELLED)


async def stands(house: Planned, lesson: str) -> Standing:
    async with house.store.look() as look:
        return (await standings(look, [lesson]))[lesson][1]


async def row_of(house: Planned, lesson: str) -> Lesson:
    async with house.store.look() as look:
        return (await rights.target_of_lesson(look, lesson))[0]


async def propose(house: Planned, *wanted: Wanted, kind: str = "by_hand", **about: Any) -> str:
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        return (await publishing.propose(work, kaisa, house.programme, kind, wanted, about)).id


async def moved(house: Planned, lesson: str, **facts: Any) -> Wanted:
    return Wanted(replace(await stands(house, lesson), **facts), lesson)


async def publish(house: Planned, proposal: str) -> None:
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        await publishing.publish(work, kaisa, proposal)


async def undo(house: Planned, proposal: str) -> None:
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        await publishing.undo(work, kaisa, proposal)


async def told(house: Planned) -> list[tuple[str, str]]:
    """(kind, lesson or proposal) of every fact on the programme's stream since the morning."""
    async with house.store.look() as look:
        facts = await look.trail(house.programme, 0)
    return [(one.kind, one.body.get("lesson") or one.body.get("proposal", "")) for one in facts if one.at >= MONDAY]


async def substitute(house: Planned) -> tuple[str, str]:
    """Toivo instead of Veera in the first lesson of the first group, one hour later; proposed, not published."""
    lesson = house.lessons["first"][0]
    after = await moved(house, lesson, led_by=((house.people["Toivo"], "teacher"),), starts=MONDAY + 30 * HOUR / 60)
    return lesson, await propose(house, after, kind="repair")
