"""Whom somebody may meet: the learners she may see, those whom she met, and of others not a name."""

from datetime import UTC, datetime

import pytest

from calendars import rights
from calendars.appointments import counterparts
from calendars.errors import Forbidden, NotFound
from calendars.grants import Right
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.store import Store
from tests.calendars.planned import SYSTEM
from tests.calendars.talking import Talking, plan_talking

TEN = datetime(2026, 9, 15, 7, tzinfo=UTC)


@pytest.fixture
async def house(store: Store) -> Talking:
    return await plan_talking(store, 4)


async def met_by(house: Talking, who: str) -> list[int]:
    async with house.store.look() as look:
        _, found = await counterparts.learners(look, await house.actor(who), house.programme)
    return [house.learners.index(one.id) for one in found]


async def test_learners_when_she_sees_the_programme_a_group_or_nobody_then_those(house: Talking) -> None:
    async with house.store.work() as work:
        for name, right in (
            ("Tuuli", Right("tutor", "group", house.groups[1])),
            ("Iiris", Right("inspector", "programme", house.programme)),
        ):  # fmt: skip
            house.staff[name] = (await people.add(work, SYSTEM, NewPerson(name=name), rights.THE_HOUSE)).id
            await people.appoint(work, SYSTEM, house.staff[name], right)
    for name in ("Kaisa", "Oona", "Veera"):
        assert await met_by(house, name) == [0, 1, 2, 3]
    assert await met_by(house, "Tuuli") == [2, 3]
    assert await met_by(house, "Nea") == []
    one = await house.offer(TEN, kind="support", by="Nea")
    await house.book(house.learners[2], one)
    assert await met_by(house, "Nea") == [2]
    for name, error in (("Iiris", Forbidden), (house.learners[0], NotFound)):
        with pytest.raises(error):
            await met_by(house, name)
