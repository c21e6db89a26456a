"""What a search found lies before whoever plans: only what somebody would notice, and only the newest."""

import asyncio
import json
from datetime import timedelta

from sqlalchemy import select

from calendars import lessons
from calendars.changes import publishing
from calendars.lessons import NewLesson
from calendars.scheduling import proposed, solves
from calendars.store import new_id
from calendars.tables import Absence, Lesson, Proposal
from calendars.timetable.problem import read
from calendars.timetable.solve import solve
from tests.calendars.greedy import Greedy
from tests.calendars.planned import SYSTEM, Planned
from tests.calendars.scheduling.test_scheduling import able
from tests.calendars.scheduling.test_solves import asked


async def found(house: Planned, answer: str = "") -> str:
    """A search for everything ahead that has ended: with this answer, or a greedy one."""
    id = await asked(house, mode="anew")
    async with house.store.work() as work:
        job = await solves.claim(work, "w1")
        assert job is not None
        best = answer or json.dumps(Greedy(json.loads(job.problem)).solve())
        await solves.end(work, id, "w1", "done", best=job.previous if best == "as before" else best)
    return id


async def further(house: Planned) -> None:
    """Lessons of the first group two days later, planned by hand: nothing says of them what they need."""
    day = next(one for one in (await house.line()).days if one.n == 8)
    leaders = (house.people["Veera"], house.people["Toivo"])
    new = [
        NewLesson(house.groups["first"], day.id, one.starts, one.ends, "vocabulary", (who,))
        for one, who in zip(day.lessons, leaders, strict=True)
    ]
    async with house.store.work() as work:
        await lessons.plan(work, SYSTEM, house.programme, new)


async def laid(house: Planned, id: str) -> list[Proposal]:
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        return [await publishing.proposal(work, kaisa, one) for one in await proposed.propose(work, kaisa, id)]


async def test_propose_when_every_lesson_stays_as_it_is_then_nothing_is_laid_before_anybody(house: Planned) -> None:
    await able(house, "Veera", "Toivo")
    await further(house)
    id = await found(house, "as before")
    async with house.store.look() as look:
        placed, _ = solves.answer_of(await solves.solve(look, SYSTEM, id))
    assert [one.needs for one in placed] == [("field:logistics",), ("language",)]
    assert await laid(house, id) == []


async def test_propose_when_a_standing_lesson_finds_no_teacher_then_nothing_lies_in_its_hours_and_all_can_be_published(
    house: Planned,
) -> None:
    """Who could lead it is away; the lesson that is free had rather have its hours, for its own teacher comes late."""
    await able(house, "Veera", abilities=("language",))
    await able(house, "Toivo", abilities=("field", "language", "counsellor"))
    day = next(one for one in (await house.line()).days if one.n == 8)
    starts, ends = day.lessons[1].starts, day.lessons[1].ends
    early = (day.lessons[0].starts - timedelta(hours=2), day.lessons[0].ends)
    new = NewLesson(house.groups["first"], day.id, starts, ends, "vocabulary", needs=("language",))
    whole = (early[0], day.lessons[1].ends)
    async with house.store.work() as work:
        [unled] = await lessons.plan(work, SYSTEM, house.programme, [new])
        for name, away in (("Veera", whole), ("Toivo", early)):
            work.add(
                Absence(id=new_id(), person=house.people[name], starts=away[0], ends=away[1], kind="ill", source="own",
                        reported=work.now, reported_by=house.people[name])
            )  # fmt: skip
    id = await asked(house)
    async with house.store.work() as work:
        job = await solves.claim(work, "w1")
        assert job is not None
        answer = solve(read(json.loads(job.problem)), effort=3000, firm=True)
        await solves.end(work, id, "w1", "done", best=json.dumps(answer))
    [proposal] = await laid(house, id)
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        await publishing.publish(work, kaisa, proposal.id)
    async with house.store.look() as look:
        _, missing = solves.answer_of(await solves.solve(look, SYSTEM, id))
        there = await look.all(select(Lesson).where(Lesson.day == day.id, Lesson.group == house.groups["first"]))
    assert [one.id for one in there if one.starts < ends and starts < one.ends] == [unled.id]
    assert ("language",) in {one.needs for one in missing if one.date == day.date}


async def test_propose_when_two_ask_at_one_instant_then_it_lies_there_once(house: Planned) -> None:
    await able(house, "Veera", "Toivo")
    id = await found(house)
    both = await asyncio.gather(laid(house, id), laid(house, id))
    assert len({one.id for each in both for one in each}) == 1
    async with house.store.look() as look:
        assert len(await look.all(select(Proposal))) == 1


async def test_propose_when_an_earlier_timetable_still_lies_there_then_it_is_laid_aside(house: Planned) -> None:
    await able(house, "Veera", "Toivo")
    first = await found(house)
    [older] = await laid(house, first)
    [newer] = await laid(house, await found(house))
    assert [one.id for one in await laid(house, first)] == [older.id]
    kaisa = await house.actor("Kaisa")
    async with house.store.look() as look:
        assert [one.id for one in await publishing.waiting(look, kaisa)] == [newer.id]
        assert (await publishing.proposal(look, kaisa, older.id)).status == "dropped"


async def test_propose_when_nothing_changes_any_more_then_an_earlier_timetable_is_laid_aside_too(
    house: Planned,
) -> None:
    await able(house, "Veera", "Toivo")
    await laid(house, await found(house))
    await laid(house, await found(house, "as before"))
    async with house.store.look() as look:
        assert await publishing.waiting(look, await house.actor("Kaisa")) == []
