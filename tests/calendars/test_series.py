"""Series: the same local hours on every day that fits, all of them or none, and what is in the way is named."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from calendars import lessons, series
from calendars.clock import local
from calendars.errors import Forbidden, Invalid, NotFound, Overlaps
from calendars.series import IN_TURN, NewSeries
from tests.calendars.planned import SYSTEM, Planned, counted

ZONE = "Europe/Helsinki"


def new(house: Planned, **facts: Any) -> NewSeries:
    told = {"group": house.groups["second"], "starts": time(10), "ends": time(12)} | facts
    return NewSeries(**told)


async def test_series_when_laid_on_all_online_days_then_forty_eight_at_ten_by_the_clock_on_the_wall(
    house: Planned,
) -> None:
    async with house.store.work() as work:
        rows = await series.plan(work, SYSTEM, house.programme, new(house, first=date(2026, 3, 10)))
        whole = await series.lay(work, SYSTEM, house.programme, new(house, starts=time(15), ends=time(16)))
    days = (await house.line()).days
    online = [day for day in days if day.kind == "online"]
    assert [row.day for row in rows] == [day.id for day in online[1:]]
    assert [row.starts for row in rows] == [local(day.date, time(10), ZONE) for day in online[1:]]
    assert len(whole.lessons) == 48
    assert {row.starts.hour for row in rows} == {7, 8}  # the clocks change on 29 March


async def test_series_when_weekdays_are_chosen_then_only_those(house: Planned) -> None:
    wanted = new(house, weekdays=frozenset({1, 3}), first=date(2026, 3, 10), last=date(2026, 3, 24))
    async with house.store.look() as look:
        laid = await series.lay(look, SYSTEM, house.programme, wanted)
    assert [day.date.isoformat() for day in laid.days] == [
        "2026-03-10",
        "2026-03-12",
        "2026-03-17",
        "2026-03-19",
        "2026-03-24",
    ]


async def test_series_when_topics_in_turn_then_each_of_the_phase_comes(house: Planned) -> None:
    async with house.store.look() as look:
        laid = await series.lay(look, SYSTEM, house.programme, new(house, topic=IN_TURN, first=date(2026, 3, 10)))
    topics = laid.days[0].topics
    assert [one.topic for one in laid.lessons[: len(topics)]] == list(topics)


async def test_series_when_one_day_is_taken_then_none_is_planned_and_the_lesson_is_named(house: Planned) -> None:
    async with house.store.look() as look:
        before = len(await lessons.of_programme(look, SYSTEM, house.programme))
    with pytest.raises(Overlaps) as refused:
        async with house.store.work() as work:
            await series.plan(work, SYSTEM, house.programme, new(house, starts=time(12), ends=time(14)))
    assert refused.value.facts["who"] == house.groups["second"]
    assert refused.value.facts["lesson"] == house.lessons["second"][0]
    async with house.store.look() as look:
        assert len(await lessons.of_programme(look, SYSTEM, house.programme)) == before


async def test_series_when_led_by_somebody_who_teaches_then_she_is_named(house: Planned) -> None:
    wanted = new(house, starts=time(11), ends=time(12), leaders=(house.people["Veera"],))
    with pytest.raises(Overlaps) as refused:
        async with house.store.look() as look:
            await series.lay(look, SYSTEM, house.programme, wanted)
    assert refused.value.facts["who"] == house.people["Veera"]
    assert refused.value.facts["lesson"] == house.lessons["first"][0]


async def test_series_when_around_then_taken_days_are_left_out(house: Planned) -> None:
    wanted = new(house, starts=time(12), ends=time(14), around=True)
    async with house.store.work() as work:
        laid = await series.lay(work, SYSTEM, house.programme, wanted)
        rows = await series.plan(work, SYSTEM, house.programme, wanted)
        again = await series.lay(work, SYSTEM, house.programme, replace(wanted, starts=time(9), ends=time(11)))
    assert [day.date for day in laid.left_out] == [date(2026, 3, 9)]
    assert len(rows) == 47
    assert len(again.lessons) == 48


@pytest.mark.parametrize(
    ("facts", "code", "field"),
    [
        ({"starts": time(12), "ends": time(10)}, "backwards", "ends"),
        ({"first": date(2026, 4, 2), "last": date(2026, 4, 1)}, "backwards", "last"),
        ({"weekdays": frozenset()}, "no_days_left", "first"),
        ({"weekdays": frozenset({6})}, "no_days_left", "first"),
        ({"first": date(2027, 1, 1)}, "no_days_left", "first"),
        ({"topic": "unknown", "first": date(2026, 3, 10)}, "bad_choice", "topic"),
    ],
)
async def test_series_when_something_is_wrong_then_told_at_its_field(
    house: Planned, facts: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Invalid, match=code) as refused:
        async with house.store.work() as work:
            await series.plan(work, SYSTEM, house.programme, new(house, **facts))
    assert refused.value.facts["field"] == field


async def test_series_when_long_then_no_more_statements_than_a_short_one(house: Planned) -> None:
    said = []
    for last in (date(2026, 3, 10), date(2026, 3, 12), date(2026, 4, 30)):
        hours = {"starts": time(13 + len(said)), "ends": time(14 + len(said))}
        wanted = new(house, first=date(2026, 3, 10), last=last, **hours)
        async with house.store.work() as work:
            with counted(work) as statements:
                await series.plan(work, SYSTEM, house.programme, wanted)
        said.append(len(statements))
    assert said[0] == said[1] == said[2]


@pytest.mark.parametrize("name", ["Veera", "Oona", "Amina", "Stranger"])
async def test_series_when_not_a_planner_then_refused(house: Planned, name: str) -> None:
    actor = await house.actor(name)
    with pytest.raises((Forbidden, NotFound)):
        async with house.store.work() as work:
            await series.plan(work, actor, house.programme, new(house, first=date(2026, 3, 10)))
