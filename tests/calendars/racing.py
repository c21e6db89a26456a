"""Races: acts at one instant by two workers, and what must hold afterwards whoever came first."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy import select

from calendars.clock import day_of
from calendars.errors import Refused, Unavailable
from calendars.store import Store
from calendars.tables import Appointment, Day, Leader, Lesson, Partner, Programme, Proposal, Seat

Act = Callable[[], Awaitable[object]]
OF_LESSONS = ("LessonPlanned", "LessonMoved", "LessonCancelled")


async def settled(acts: list[Act]) -> list[str]:
    """All of them at once; only refusals are answers."""
    answers = await asyncio.gather(*(act() for act in acts), return_exceptions=True)
    assert [one for one in answers if isinstance(one, BaseException) and not isinstance(one, Refused)] == []
    stuck = [str(one.__cause__) for one in answers if isinstance(one, Unavailable)]
    assert stuck == []  # a deadlock, or a wait without end
    return [type(one).__name__ for one in answers]


async def clashes(store: Store) -> list[str]:
    """Whoever is in two places at one time, by hand: every pair of what she has, lessons of her group among it."""
    async with store.look() as look:
        rows = await look.all(select(Appointment).where(Appointment.status != "cancelled"))
        partners = await look.all(select(Partner))
        taught = await look.rows(
            select(Lesson, Day.date).join(Day, Day.id == Lesson.day).where(Lesson.status == "confirmed")
        )
        led = await look.all(select(Leader))
        seats = await look.all(select(Seat))
        zones = dict(await look.rows(select(Programme.id, Programme.zone)))
    spans: dict[str, list[tuple[Any, Any]]] = {}
    for row in rows:
        own = [who for who in (row.learner,) if who]
        if row.learner is None and row.status == "confirmed":  # a visit: the whole group goes
            day = day_of(row.starts, zones[row.programme])
            own = [one.person for one in seats if one.group == row.group and one.first_day <= day <= one.last_day]
        for who in {*own, *(one.person for one in partners if one.appointment == row.id)}:
            spans.setdefault(who, []).append((row.starts, row.ends))
    for lesson, date in taught:
        leading = {one.person for one in led if one.lesson == lesson.id}
        sitting = {one.person for one in seats if one.group == lesson.group and one.first_day <= date <= one.last_day}
        for who in leading | sitting:
            spans.setdefault(who, []).append((lesson.starts, lesson.ends))
    return [
        who
        for who, held in spans.items()
        for n, one in enumerate(held)
        for other in held[n + 1 :]
        if one[0] < other[1] and other[0] < one[1]
    ]


async def facts_have_rows(store: Store, programme: str) -> None:
    """What is told of a lesson or a proposal is so: each exists, and of each lesson its changes are told, each once."""
    async with store.look() as look:
        told = await look.trail(programme, 0)
        revisions = dict(await look.rows(select(Lesson.id, Lesson.revision).where(Lesson.programme == programme)))
        proposals = {one.id: one for one in await look.all(select(Proposal))}
    numbers = [one.number for one in told]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    counts = dict.fromkeys(revisions, 0)
    for fact in told:
        if fact.kind in OF_LESSONS:
            counts[fact.body["lesson"]] += 1
    assert counts == revisions
    ends = {
        kind: [fact.body["proposal"] for fact in told if fact.kind == kind]
        for kind in ("ChangesPublished", "ChangesUndone", "ChangesTold")
    }
    for row in proposals.values():
        assert ends["ChangesPublished"].count(row.id) == (row.published is not None)
        assert ends["ChangesUndone"].count(row.id) == (row.status == "undone")
        assert ends["ChangesTold"].count(row.id) == (row.told is not None)
        assert not (row.told and row.status == "undone")
