"""Lessons that lost their teacher are sought anew by the real search: as little moves as can be, all else stays."""

import json
from datetime import timedelta

from calendars import lessons
from calendars.changes import publishing
from calendars.changes.standings import Change
from calendars.lessons import NewLesson
from calendars.scheduling import proposed, scheduling, solves
from calendars.scheduling.problems import pose
from calendars.scheduling.repairing import freed
from calendars.scheduling.solves import NewSolve
from calendars.timetable.answer import read_timetable as as_previous
from calendars.timetable.check import judge
from calendars.timetable.papers import read_problem, read_timetable
from calendars.timetable.problem import read
from calendars.timetable.solve import solve
from tests.calendars.crew import ill
from tests.calendars.planned import MONDAY, SYSTEM, Planned
from tests.calendars.scheduling.test_scheduling import able

EFFORT = 60_000
"""Work units of the search: the same answer on every machine."""


async def repaired(house: Planned, *lost: str) -> list[Change]:
    """What the search would change for these lessons."""
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        new = NewSolve(programme=house.programme, mode="anew", seconds=5, repairs=lost)
        id = (await solves.ask(work, kaisa, new)).id
        job = await solves.claim(work, "w1")
        assert job is not None
    problem = read(json.loads(job.problem))
    previous = as_previous(json.loads(job.previous), problem)
    answer = solve(problem, previous=previous, seconds=None, effort=EFFORT, seed=1)
    broken = judge(read_problem(json.loads(job.problem)), read_timetable(answer), partial=True).broken
    assert broken == ()
    async with house.store.work() as work:
        await solves.end(work, id, "w1", "done", best=json.dumps(answer))
        made = await proposed.propose(work, kaisa, id)
        row = [await publishing.proposal(work, kaisa, one) for one in made]
    assert [(one.kind, one.about["reason"]) for one in row] == [("repair", "teacher_ill")] * len(row)
    return [change for one in row for change in publishing.changes_of(one)]


async def week(house: Planned, *names: str) -> list[str]:
    """A lesson of the first group by each of these on training days 8, 9 ..., at nine."""
    days = {day.n: day for day in (await house.line()).days}
    new = [
        NewLesson(
            house.groups["first"], days[n].id, days[n].starts, days[n].starts + timedelta(hours=2), "",
            (house.people[name],), needs=("language",),
        )
        for n, name in enumerate(names, 8)
    ]  # fmt: skip
    async with house.store.work() as work:
        return [one.id for one in await lessons.plan(work, SYSTEM, house.programme, new)]


async def test_lesson_when_its_teacher_is_away_then_it_alone_moves_and_she_may_keep_it_later(house: Planned) -> None:
    await able(house, "Veera")
    first = (await week(house, "Veera", "Veera", "Veera"))[0]
    at = next(day for day in (await house.line()).days if day.n == 8)
    await ill(house, "Veera", at.starts - timedelta(hours=1), 10)
    changes = await repaired(house, first)
    assert [one.lesson for one in changes] == [first]
    [one] = changes
    assert (one.after.leaders, one.after.day != at.id) == ((house.people["Veera"],), True)


async def test_lessons_when_she_is_away_for_weeks_then_a_colleague_leads_them_and_nothing_else_moves(
    house: Planned,
) -> None:
    await able(house, "Veera", "Toivo")
    first, second, _ = await week(house, "Veera", "Veera", "Toivo")
    at = next(day for day in (await house.line()).days if day.n == 8)
    await ill(house, "Veera", at.starts - timedelta(hours=1), 24 * 30)
    changes = {one.lesson: one.after.leaders for one in await repaired(house, first, second)}
    assert changes == dict.fromkeys([first, second], (house.people["Toivo"],))


async def test_repair_when_posed_then_only_what_is_lost_may_leave_its_day_and_nothing_new_is_wanted(
    house: Planned,
) -> None:
    await able(house, "Veera", "Toivo")
    first, second = await week(house, "Veera", "Veera")
    async with house.store.look() as look:
        plan = freed(await scheduling.gather(look, SYSTEM, (house.programme,), "anew"), [first], house.clock.at)
    days = {one.id: len(one.windows) for one in plan.wanted}
    assert {id for id, number in days.items() if number > 1} == {first}
    assert set(days) == {first, second, *house.lessons["first"], *house.lessons["second"]}
    until = MONDAY + timedelta(days=21 + 3)
    lost = next(one for one in plan.wanted if one.id == first)
    assert all(house.clock.at < span[0] <= until for _, span in lost.windows)
    assert next(one for one in pose(plan).problem["activities"] if one["id"] == first)["fixed"] is None
