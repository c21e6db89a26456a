"""Too few leaders: told once, ten minutes before, to whoever plans (mission S3-2, scenario 12)."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from calendars import groups, lessons, programmes, rights
from calendars.blueprints.shipped import load
from calendars.errors import NotFound
from calendars.groups import NewGroup
from calendars.lessons import NewLesson
from calendars.programmes import NewProgramme
from calendars.repair import absences, leaders
from tests.calendars.crew import HOUR, hire
from tests.calendars.planned import SYSTEM, Planned
from tests.calendars.proposing import cancel, stands

TUESDAY = datetime(2026, 10, 27, 15, tzinfo=UTC)
"""Five o'clock in Helsinki, in the first week of winter time."""


@pytest.fixture
async def evening(house: Planned) -> tuple[Planned, str]:
    """A peer group that meets on Tuesdays at five and needs two tutors; the one evening of winter time that is next."""
    await hire(house, "Tara", "tutor", role="tutor")
    await hire(house, "Tomas", "tutor", role="tutor")
    async with house.store.work() as work:
        new = NewProgramme(
            blueprint=load("catch-up-with-work"), start=date(2026, 9, 15), organisation=house.organisation
        )
        programme = await programmes.plan(work, SYSTEM, new)
        group = await groups.form(work, SYSTEM, NewGroup(programme.id, "", "Tuesdays"))
        line = await programmes.line(work, SYSTEM, programme.id)
        day = next(day for day in line.days if day.date == TUESDAY.date())
        made = await lessons.plan(
            work, SYSTEM, programme.id,
            [NewLesson(group.id, day.id, day.starts, day.ends, "", (), (house.people["Tara"],))],
        )  # fmt: skip
    assert day.starts == TUESDAY
    house.programme = programme.id
    return house, made[0].id


async def alerted(house: Planned, at: datetime) -> list[str]:
    house.clock.at = at
    async with house.store.work() as work:
        return await leaders.alert_due(work)


async def facts(house: Planned) -> list[tuple[str, int]]:
    async with house.store.look() as look:
        told = await look.trail(house.programme, 0)
    return [(one.body["lesson"], one.body["missing"]) for one in told if one.kind == "LeadersMissing"]


async def test_alert_when_one_of_two_tutors_then_ten_minutes_before_and_once(evening: tuple[Planned, str]) -> None:
    house, lesson = evening
    ten = TUESDAY - timedelta(minutes=10)
    assert await alerted(house, ten - timedelta(seconds=1)) == []
    house.clock.at = ten

    async def chore() -> list[str]:
        async with house.store.work() as work:
            return await leaders.alert_due(work)

    assert sorted(await asyncio.gather(*(chore() for _ in range(3)))) == [[], [], [lesson]]
    assert await alerted(house, ten + timedelta(minutes=5)) == []
    assert await facts(house) == [(lesson, 1)]


async def test_short_until_the_second_tutor_is_there_and_for_whoever_plans_alone(evening: tuple[Planned, str]) -> None:
    house, lesson = evening
    house.clock.at = TUESDAY - timedelta(minutes=5)
    async with house.store.look() as look:
        found = await leaders.short(look, await house.actor("Kaisa"))
        assert [(one.lesson.id, one.needed, one.coming) for one in found] == [(lesson, 2, 1)]
        with pytest.raises(NotFound):
            await leaders.short(look, await house.actor("Tara"))
    async with house.store.work() as work:
        await lessons.lead(work, SYSTEM, lesson, house.people["Tomas"], "tutor")
    assert await alerted(house, TUESDAY - timedelta(minutes=5)) == []
    async with house.store.look() as look:
        assert await leaders.short(look, await house.actor("Kaisa")) == []


async def test_alert_when_a_tutor_is_away_then_she_does_not_count(evening: tuple[Planned, str]) -> None:
    house, lesson = evening
    async with house.store.work() as work:
        await lessons.lead(work, SYSTEM, lesson, house.people["Tomas"], "tutor")
    house.clock.at = TUESDAY - HOUR
    for name in ("Tomas", "Tara"):
        actor = await house.actor(name)
        async with house.store.work() as work:
            await absences.report(work, actor, actor.person, TUESDAY, TUESDAY + HOUR)
    assert await alerted(house, TUESDAY - timedelta(minutes=10)) == [lesson]
    assert await facts(house) == [(lesson, 2)]


async def test_alert_when_cancelled_or_independent_then_none(evening: tuple[Planned, str]) -> None:
    house, lesson = evening
    async with house.store.work() as work:
        row = (await rights.target_of_lesson(work, lesson))[0]
        row.independent = True
    assert await alerted(house, TUESDAY) == []
    async with house.store.work() as work:
        row = (await rights.target_of_lesson(work, lesson))[0]
        row.independent = False
        await cancel(work, lesson)
    assert await alerted(house, TUESDAY) == []
    assert (await stands(house, lesson)).status == "cancelled"
