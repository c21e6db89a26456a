"""Where a lesson could go: near its own hour, beside all that is taken; for ten in as many statements as for one."""

from datetime import timedelta

import pytest

from calendars import lessons, programmes
from calendars.errors import Conflict, Forbidden
from calendars.lessons import NewLesson
from calendars.repair import openings
from calendars.tables import Lesson
from tests.calendars.crew import HOUR, ill, teaches, works
from tests.calendars.planned import MONDAY, SYSTEM, Planned, counted

DAY = timedelta(days=1)


async def test_openings_when_her_hour_is_free_on_coming_days_then_those_of_the_same_kind(house: Planned) -> None:
    await ill(house, "Veera")
    lesson = house.lessons["first"][0]
    async with house.store.look() as look:
        found = await openings.openings(look, await house.actor("Kaisa"), lesson, house.people["Veera"])
        row = await look.get(Lesson, lesson)
        line = await programmes.line(look, SYSTEM, house.programme)
    assert row is not None
    kinds = {day.id: day.kind for day in line.days}
    assert [one.starts for one in found] == [row.starts + n * DAY for n in (1, 2, 3)]
    assert {one.ends - one.starts for one in found} == {row.ends - row.starts}
    assert {kinds[one.day] for one in found} == {"online"}


async def test_openings_when_her_hour_or_her_groups_is_taken_then_the_nearest_that_is_free(house: Planned) -> None:
    await ill(house, "Veera")
    lesson = house.lessons["first"][0]
    line = await house.line()
    tuesday = next(day for day in line.days if day.n == 7)
    async with house.store.work() as work:
        row = await work.get(Lesson, lesson)
        assert row is not None
        starts = row.starts + DAY
        new = NewLesson(house.groups["first"], tuesday.id, starts, row.ends + DAY, "", (house.people["Toivo"],))
        await lessons.plan(work, SYSTEM, house.programme, [new])
    async with house.store.look() as look:
        found = await openings.openings(look, SYSTEM, lesson, house.people["Veera"])
    assert (found[0].day, found[0].starts != starts, abs(found[0].starts - starts)) == (
        tuesday.id, True, row.ends - row.starts,
    )  # fmt: skip
    await works(house, "Veera", "tue", 20, 21)
    async with house.store.look() as look:
        found = await openings.openings(look, SYSTEM, lesson, house.people["Veera"])
    assert tuesday.id not in {one.day for one in found}


async def test_openings_when_who_is_expected_is_written_down_then_it_stays(house: Planned) -> None:
    lesson = house.lessons["first"][0]
    async with house.store.work() as work:
        await lessons.freeze(work, lesson)
    async with house.store.look() as look:
        with pytest.raises(Conflict, match="lesson_frozen"):
            await openings.openings(look, SYSTEM, lesson, house.people["Veera"])
        assert await openings.for_each(look, SYSTEM, [lesson], house.people["Veera"]) == {lesson: None}
        assert await openings.for_each(look, SYSTEM, [], house.people["Veera"]) == {}
        with pytest.raises(Forbidden):
            await openings.openings(look, await house.actor("Veera"), lesson, house.people["Veera"])


async def test_for_each_when_one_lesson_or_five_then_as_many_statements_and_the_same_answers(house: Planned) -> None:
    more = [await teaches(house, "Veera", "first", at, at + HOUR / 2) for at in (MONDAY + 6 * HOUR, MONDAY + 7 * HOUR)]
    more.append(await teaches(house, "Veera", "first", MONDAY + 8 * HOUR, MONDAY + 9 * HOUR))
    await ill(house, "Veera")
    ids, absent = [*house.lessons["first"], *more], house.people["Veera"]
    said: list[int] = []
    for asked in (ids[:1], ids):
        async with house.store.look() as look:
            with counted(look) as statements:
                found = await openings.for_each(look, SYSTEM, asked, absent)
            assert set(found) == set(asked)
        said.append(len(statements))
    assert (len(ids), said[0]) == (5, said[1])
    async with house.store.look() as look:
        for one in ids:
            assert await openings.openings(look, SYSTEM, one, absent) == found[one]
