"""An unplanned lesson: planned, counted and in the feed at once, or refused with what stands in the way."""

from datetime import datetime, timedelta

import pytest

from calendars import agenda, lessons, unplanned
from calendars.errors import Conflict, Forbidden, NotFound, NotOpen, Overlaps, Refused
from calendars.tables import Day, Lesson
from tests.calendars.crew import HOUR
from tests.calendars.planned import MONDAY, Planned


async def begin(house: Planned, name: str = "Veera", group: str = "first") -> Lesson:
    actor = await house.actor(name)
    async with house.store.work() as work:
        return (await unplanned.begin(work, actor, house.groups[group]))[0]


async def test_begin_then_planned_expected_led_and_on_everybodys_day(house: Planned) -> None:
    house.clock.at = MONDAY + timedelta(hours=7, minutes=2, seconds=30)
    row = await begin(house)
    assert (row.starts, row.ends) == (MONDAY + timedelta(hours=7, minutes=2), MONDAY + timedelta(hours=8, minutes=2))
    async with house.store.look() as look:
        assert await lessons.expected(look, row.id) == {house.people["Amina"], house.people["Bilal"]}
        assert [one.person for one in await lessons.leaders(look, row.id)] == [house.people["Veera"]]
        for name in ("Amina", "Veera"):
            actor = await house.actor(name)
            mine = await agenda.agenda(look, actor, actor.person, MONDAY, MONDAY + 12 * HOUR)
            assert row.id in {one.id for one in mine}
        facts = await look.trail(house.programme, 0)
    assert (facts[-1].kind, facts[-1].body["lesson"]) == ("LessonPlanned", row.id)


async def test_begin_when_the_next_lesson_is_near_then_until_it_begins(house: Planned) -> None:
    house.clock.at = MONDAY + timedelta(minutes=30)  # the group and she have one at ten
    assert (await begin(house)).ends == MONDAY + HOUR


@pytest.mark.parametrize(
    ("at", "name", "group"),
    [
        (MONDAY + timedelta(hours=1, minutes=20), "Veera", "first"),  # both are in a lesson
        (MONDAY + timedelta(hours=3, minutes=20), "Toivo", "second"),
        (MONDAY + timedelta(minutes=55), "Veera", "first"),  # five minutes are no lesson
    ],
)
async def test_begin_when_the_group_or_she_is_taken_then_overlaps(
    house: Planned, at: datetime, name: str, group: str
) -> None:
    house.clock.at = at
    with pytest.raises(Overlaps, match="taken_already"):
        await begin(house, name, group)


async def test_begin_when_twice_then_the_second_is_refused(house: Planned) -> None:
    house.clock.at = MONDAY + 7 * HOUR
    await begin(house)
    with pytest.raises(Overlaps, match="taken_already"):
        await begin(house)


async def test_begin_when_it_is_no_training_day_then_refused_and_no_day_is_added(house: Planned) -> None:
    house.clock.at = MONDAY + timedelta(days=5)  # Saturday
    days = len((await house.line()).days)
    with pytest.raises(Conflict, match="no_training_day"):
        await begin(house)
    assert len((await house.line()).days) == days


async def test_begin_when_they_are_at_the_workplace_then_no_room(house: Planned) -> None:
    house.clock.at = MONDAY + 7 * HOUR
    async with house.store.work() as work:
        day = await work.get(Day, next(day.id for day in (await house.line()).days if day.n == 6))
        assert day is not None
        day.kind = "workplace"
    with pytest.raises(NotOpen, match="lesson_on_site"):
        await begin(house)


@pytest.mark.parametrize(
    ("name", "group", "refusal"),
    [("Veera", "second", NotFound), ("Oona", "first", Forbidden), ("Amina", "first", Forbidden)],
)
async def test_begin_when_it_is_not_her_group_then_refused(
    house: Planned, name: str, group: str, refusal: type[Refused]
) -> None:
    house.clock.at = MONDAY + 7 * HOUR
    with pytest.raises(refusal):
        await begin(house, name, group)


@pytest.mark.parametrize(
    ("at", "found"),
    [
        (-HOUR, ["first"]),
        (timedelta(minutes=55), []),  # five minutes are no lesson
        (timedelta(hours=1, minutes=20), []),  # both are in one
        (4 * HOUR - timedelta(minutes=55), ["first"]),
        (timedelta(days=-1), []),  # a Sunday
    ],
)
async def test_groups_of_when_she_or_the_group_is_taken_or_the_day_is_free_then_none_is_offered(
    house: Planned, at: timedelta, found: list[str]
) -> None:
    house.clock.at = MONDAY + at
    async with house.store.look() as look:
        offered = await unplanned.groups_of(look, await house.actor("Veera"))
    assert [group.id for group, _ in offered] == [house.groups[name] for name in found]


async def test_groups_of_then_those_that_she_leads_while_the_programme_runs(house: Planned) -> None:
    async with house.store.look() as look:
        found = [group.id for group, _ in await unplanned.groups_of(look, await house.actor("Veera"))]
        assert found == [house.groups["first"]]
        assert await unplanned.groups_of(look, await house.actor("Amina")) == []
    house.clock.at = MONDAY + timedelta(days=300)
    async with house.store.look() as look:
        assert await unplanned.groups_of(look, await house.actor("Veera")) == []
