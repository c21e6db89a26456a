"""Lessons: planned together or not at all, never two at once, and the frozen list of who is expected."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from calendars import groups, lessons, rights
from calendars.errors import Forbidden, Invalid, NotFound, Overlaps
from calendars.lessons import NewLesson
from calendars.tables import Lesson
from tests.calendars.planned import MONDAY, SYSTEM, Planned, counted

HOUR = timedelta(hours=1)
TEN = datetime(2026, 3, 10, 8, tzinfo=UTC)
"""Ten o'clock in Helsinki on training day 7, on which nothing is planned."""


async def _new(house: Planned, starts: datetime = TEN, group: str = "first", **facts: Any) -> NewLesson:
    day = next(day for day in (await house.line()).days if day.date == starts.date())
    return NewLesson(house.groups[group], day.id, starts, facts.pop("ends", starts + HOUR), **facts)


async def _row(house: Planned, lesson: str) -> Lesson:
    async with house.store.look() as look:
        return (await rights.target_of_lesson(look, lesson))[0]


async def test_plan_when_led_then_teacher_gets_her_group_once(house: Planned) -> None:
    new = [await _new(house, TEN + n * HOUR, leaders=(house.people["Toivo"],)) for n in range(3)]
    async with house.store.work() as work:
        rows = await lessons.plan(work, SYSTEM, house.programme, new)
    toivo = await house.actor("Toivo")
    held = sorted(scope.id for scope in toivo.scopes if scope.role == "teacher")
    assert held == sorted(house.groups.values())
    async with house.store.look() as look:
        assert [one.person for one in await lessons.leaders(look, rows[0].id)] == [house.people["Toivo"]]


async def test_plan_when_one_of_many_is_wrong_then_none_is_planned(house: Planned) -> None:
    new = [await _new(house), await _new(house, TEN + HOUR, topic="unknown")]
    with pytest.raises(Invalid, match="bad_choice"):
        async with house.store.work() as work:
            await lessons.plan(work, SYSTEM, house.programme, new)
    async with house.store.work() as work:
        assert len(await lessons.plan(work, SYSTEM, house.programme, [await _new(house)])) == 1


@pytest.mark.parametrize(
    ("starts", "ends", "code"),
    [
        (TEN, TEN, "backwards"),
        (TEN, TEN - HOUR, "backwards"),
        (TEN, TEN + timedelta(hours=13), "backwards"),
        (datetime(2026, 3, 10, 22, tzinfo=UTC), datetime(2026, 3, 10, 23, tzinfo=UTC), "not_on_this_day"),
    ],
)
async def test_plan_when_times_are_wrong_then_refused(
    house: Planned, starts: datetime, ends: datetime, code: str
) -> None:
    new = await _new(house, starts, ends=ends)
    with pytest.raises(Invalid, match=code):
        async with house.store.work() as work:
            await lessons.plan(work, SYSTEM, house.programme, [new])


async def test_plan_when_group_day_or_leader_is_unknown_then_not_found(house: Planned) -> None:
    known = await _new(house)
    for new in (
        NewLesson("nobody", known.day, known.starts, known.ends),
        NewLesson(known.group, "noday", known.starts, known.ends),
        NewLesson(known.group, known.day, known.starts, known.ends, leaders=("nobody",)),
    ):
        with pytest.raises(NotFound):
            async with house.store.work() as work:
                await lessons.plan(work, SYSTEM, house.programme, [new])


@pytest.mark.parametrize(
    ("group", "leader", "clash"),
    [("first", "Toivo", True), ("second", "Veera", True), ("second", "Toivo", False)],
)
async def test_plan_when_group_or_teacher_is_taken_then_overlaps(
    house: Planned, group: str, leader: str, clash: bool
) -> None:
    ten = MONDAY + HOUR  # Veera teaches the first group from ten to twelve
    new = await _new(house, ten + HOUR, group, ends=ten + 3 * HOUR, leaders=(house.people[leader],))
    if group == "second" and leader == "Toivo":
        new = await _new(house, ten, group, leaders=(house.people[leader],))
    if not clash:
        async with house.store.work() as work:
            assert len(await lessons.plan(work, SYSTEM, house.programme, [new])) == 1
        return
    with pytest.raises(Overlaps, match="taken_already"):
        async with house.store.work() as work:
            await lessons.plan(work, SYSTEM, house.programme, [new])


async def test_plan_when_new_ones_overlap_each_other_then_refused(house: Planned) -> None:
    new = [await _new(house), await _new(house, TEN + timedelta(minutes=59))]
    with pytest.raises(Overlaps):
        async with house.store.work() as work:
            await lessons.plan(work, SYSTEM, house.programme, new)


async def test_plan_when_one_follows_another_then_both_stand(house: Planned) -> None:
    new = [await _new(house), await _new(house, TEN + HOUR)]
    async with house.store.work() as work:
        assert len(await lessons.plan(work, SYSTEM, house.programme, new)) == 2


async def test_plan_when_many_then_no_more_statements_than_one(house: Planned) -> None:
    one = [await _new(house, leaders=(house.people["Veera"],))]
    three = [await _new(house, TEN + n * HOUR, leaders=(house.people["Veera"],)) for n in (1, 2, 3)]
    said = []
    for new in (one, three):
        async with house.store.work() as work:
            with counted(work) as statements:
                await lessons.plan(work, SYSTEM, house.programme, new)
        said.append(len(statements))
    assert said[0] == said[1] <= 11


async def test_substitute_when_leading_then_right_to_this_lesson_alone(house: Planned) -> None:
    lesson, person = house.lessons["first"][0], house.people["Stranger"]
    async with house.store.work() as work:
        await lessons.lead(work, SYSTEM, lesson, person)
        await lessons.lead(work, SYSTEM, lesson, person)
    stranger = await house.actor("Stranger")
    async with house.store.look() as look:
        _, _, this = await rights.target_of_lesson(look, lesson)
        _, _, other = await rights.target_of_lesson(look, house.lessons["first"][1])
        led = [one.person for one in await lessons.leaders(look, lesson)]
    assert sorted(led) == sorted([house.people["Veera"], person])
    assert rights.may(stranger, "lead", this)
    assert not rights.may(stranger, "lead", other)


async def test_lead_when_taken_elsewhere_then_overlaps(house: Planned) -> None:
    row = await _row(house, house.lessons["second"][0])
    async with house.store.work() as work:
        new = await _new(house, row.starts, leaders=())
        lesson = (await lessons.plan(work, SYSTEM, house.programme, [new]))[0].id
    with pytest.raises(Overlaps):
        async with house.store.work() as work:
            await lessons.lead(work, SYSTEM, lesson, house.people["Toivo"])


async def test_freeze_when_seats_change_later_then_list_stays(house: Planned) -> None:
    lesson = house.lessons["first"][0]
    both = {house.people["Amina"], house.people["Bilal"]}
    async with house.store.work() as work:
        assert await lessons.expected(work, lesson) == both
        assert await lessons.freeze(work, lesson) == both
    frozen = (await _row(house, lesson)).frozen
    house.clock.forward(minutes=1)
    async with house.store.work() as work:
        await groups.move(work, SYSTEM, house.seats["Amina"], house.groups["second"], date(2026, 3, 9))
        assert await lessons.freeze(work, lesson) == both
        assert await lessons.expected(work, house.lessons["first"][1]) == {house.people["Bilal"]}
    assert (await _row(house, lesson)).frozen == frozen


async def test_freeze_when_nobody_sits_there_then_empty_and_still_frozen(house: Planned) -> None:
    async with house.store.work() as work:
        lesson = (await lessons.plan(work, SYSTEM, house.programme, [await _new(house)]))[0].id
        for person in ("Amina", "Bilal"):
            await groups.unseat(work, SYSTEM, house.seats[person], "mistake", date(2026, 3, 1))
        assert await lessons.freeze(work, lesson) == set()
        assert await lessons.freeze(work, lesson) == set()
    assert (await _row(house, lesson)).frozen is not None


async def test_freeze_due_when_doors_open_then_each_once(house: Planned) -> None:
    house.clock.at = (await _row(house, house.lessons["first"][0])).starts - timedelta(minutes=6)
    async with house.store.work() as work:
        assert await lessons.freeze_due(work) == []
    house.clock.forward(minutes=1)
    async with house.store.work() as work:
        assert await lessons.freeze_due(work) == [house.lessons["first"][0]]
        assert await lessons.freeze_due(work) == []


async def test_doors_when_rules_say_otherwise_then_by_role(house: Planned) -> None:
    row = await _row(house, house.lessons["first"][0])
    usual, own = lessons.doors(row, {}), lessons.doors(row, {"doors_before": 60, "doors_after": 0})
    assert (row.starts - usual.opens, usual.closes - row.ends) == (timedelta(minutes=5), timedelta(minutes=15))
    assert (row.starts - own.opens, own.closes - row.ends) == (timedelta(minutes=1), timedelta())
    assert row.starts - lessons.doors(row, {}, "teacher").opens == timedelta(minutes=30)


@pytest.mark.parametrize("name", ["Veera", "Oona", "Amina", "Stranger"])
async def test_plan_of_lessons_when_not_a_planner_then_refused(house: Planned, name: str) -> None:
    actor, lesson, new = await house.actor(name), house.lessons["first"][0], await _new(house)
    for act in (
        lambda work: lessons.plan(work, actor, house.programme, [new]),
        lambda work: lessons.lead(work, actor, lesson, actor.person),
    ):
        with pytest.raises((Forbidden, NotFound)):
            async with house.store.work() as work:
                await act(work)


async def test_lessons_when_listed_then_for_who_sees_the_plan_in_order(house: Planned) -> None:
    oona, veera = await house.actor("Oona"), await house.actor("Veera")
    (ten, one), (twelve,) = house.lessons["first"], house.lessons["second"]
    async with house.store.look() as look:
        listed = await lessons.of_programme(look, oona, house.programme)
        assert [(lesson.id, day.n) for lesson, day in listed] == [(ten, 6), (twelve, 6), (one, 6)]
        with pytest.raises(NotFound):
            await lessons.of_programme(look, veera, house.programme)
