"""Registers that wait: the same figures as each register's own page, however many there are."""

from datetime import timedelta

import pytest

from calendars.errors import NotFound
from calendars.rights import target_of_lesson
from classroom import register
from classroom.unsigned import Unsigned, unsigned
from tests.calendars.planned import SYSTEM, Planned, counted
from tests.classroom.living import Living


async def lived(house: Planned) -> list[str]:
    """Amina comes to the first lesson, nobody to the two others; the day is over."""
    living = Living(house, house.lessons["first"][0])
    await living.start()
    await living.enter("Veera")
    await living.enter("Amina")
    house.clock.at += timedelta(seconds=30)
    for one in list(living.sockets):
        await living.beat(one)
        await living.leave(one)
    house.clock.at += timedelta(hours=8)
    async with house.store.work() as work:
        await register.close_forgotten(work)
    return [*house.lessons["first"], *house.lessons["second"]]


async def test_unsigned_when_a_lesson_was_held_then_who_was_there_and_who_was_not(house: Planned) -> None:
    held, empty, _ = await lived(house)
    async with house.store.look() as look:
        lessons = [(await target_of_lesson(look, one))[:2] for one in (held, empty)]
        found = await unsigned(look, await house.actor("Veera"), lessons)
    assert found == {held: Unsigned(1, 2, ("Bilal",)), empty: Unsigned(0, 2, ())}  # an empty one was not held


async def test_unsigned_when_there_is_one_register_or_three_then_as_many_statements(house: Planned) -> None:
    lessons = await lived(house)
    async with house.store.look() as look:
        every = [(await target_of_lesson(look, one))[:2] for one in lessons]
        with counted(look) as one:
            await unsigned(look, SYSTEM, every[:1])
        with counted(look) as three:
            assert len(await unsigned(look, SYSTEM, every)) == 3
    assert len(one) == len(three)


async def test_unsigned_when_one_of_them_is_another_teachers_then_none_is_told(house: Planned) -> None:
    lessons = await lived(house)
    async with house.store.look() as look:
        every = [(await target_of_lesson(look, one))[:2] for one in lessons]
        with pytest.raises(NotFound):
            await unsigned(look, await house.actor("Veera"), every)
