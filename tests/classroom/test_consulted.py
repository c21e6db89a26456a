"""A talk in a room: its presence is counted there, proposed as minutes, and counted nowhere else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from calendars import lessons, rights
from calendars.appointments import appointments, tutoring
from calendars.appointments.checks import NewAppointment
from calendars.errors import NotFound
from calendars.tables import Lesson
from classroom import consulted, register, reports, roster
from tests.calendars.planned import SYSTEM, Planned
from tests.classroom.living import Living

MINUTE = timedelta(minutes=1)


async def lived_talk(house: Planned) -> str:
    """Oona and Amina talk for seven minutes and a half; nobody else comes in."""
    starts = house.clock.at + timedelta(days=2)
    new = NewAppointment(
        kind="guidance", starts=starts, ends=starts + 30 * MINUTE, partners=(house.people["Oona"],),
        learner=house.people["Amina"], way="online",
    )  # fmt: skip
    async with house.store.work() as work:
        talk = (await appointments.plan(work, await house.actor("Oona"), house.programme, [new]))[0].id
    house.clock.at = starts
    living = Living(house, talk)
    await living.start()
    for name in ("Oona", "Amina", "Veera", "Kaisa"):
        try:
            await living.enter(name)
        except NotFound:
            assert name in ("Veera", "Kaisa")
    for _ in range(15):
        house.clock.at += timedelta(seconds=30)
        for one in living.sockets:
            await living.beat(one)
    async with house.store.work() as work:
        await register.close(work, await house.actor("Oona"), talk)
    return talk


async def test_talk_when_held_in_its_room_then_its_minutes_are_proposed_to_whoever_led_it(house: Planned) -> None:
    talk = await lived_talk(house)
    async with house.store.look() as look:
        oona = await house.actor("Oona")
        assert await consulted.proposed(look, oona, [talk, house.lessons["first"][0]]) == {talk: 8}
        for name in ("Kaisa", "Veera", "Amina"):
            assert await consulted.proposed(look, await house.actor(name), [talk]) == {}
        lesson, programme, _ = await rights.target_of_lesson(look, talk)
        seats = (await roster.snapshot(look, lesson, programme))["seats"]
    assert sorted(one["person"] for one in seats) == sorted([house.people["Amina"], house.people["Oona"]])


async def test_talk_when_held_then_neither_the_funders_report_nor_her_hours_count_it(house: Planned) -> None:
    async with house.store.look() as look:
        before = await reports.report(look, SYSTEM, house.programme)
    talk = await lived_talk(house)
    house.clock.at += timedelta(days=1)
    async with house.store.work() as work:
        await register.close_forgotten(work)
    async with house.store.look() as look:
        after = await reports.report(look, SYSTEM, house.programme)
        own = await reports.own_rows(look, await house.actor("Amina"), house.people["Amina"])
        planned = await lessons.of_programme(look, SYSTEM, house.programme)
        assert await look.one(select(Lesson.id).where(Lesson.id == talk)) == talk
    assert talk not in {row.lesson for row in (*after.rows, *own)}
    assert after.totals["days"] == before.totals["days"]
    assert talk not in {lesson.id for lesson, _ in planned}


async def test_miss_when_nobody_came_then_nothing_is_proposed(house: Planned) -> None:
    starts = house.clock.at + timedelta(days=2)
    new = NewAppointment(
        kind="guidance", starts=starts, ends=starts + 30 * MINUTE, partners=(house.people["Oona"],),
        learner=house.people["Amina"], way="online",
    )  # fmt: skip
    oona = await house.actor("Oona")
    async with house.store.work() as work:
        talk = (await appointments.plan(work, oona, house.programme, [new]))[0].id
    house.clock.at = starts + timedelta(hours=2)
    async with house.store.work() as work:
        await register.close_forgotten(work)
        await tutoring.miss(work, oona, talk)
    async with house.store.look() as look:
        assert await consulted.proposed(look, await house.actor("Oona"), [talk]) == {}


@pytest.mark.parametrize("name", ["Kaisa", "Veera", "Bilal"])
async def test_room_when_others_know_its_id_then_it_does_not_exist(house: Planned, name: str) -> None:
    talk = await lived_talk(house)
    async with house.store.look() as look:
        _, _, target = await rights.target_of_lesson(look, talk)
        actor = await house.actor(name)
        assert not rights.knows(actor, target)
        with pytest.raises(NotFound):
            await register.register(look, actor, talk)
