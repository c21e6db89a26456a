"""Houses and their rooms: said once for all programmes that meet there, and kept by every timetable."""

import pytest
from sqlalchemy import select

from calendars import places
from calendars.errors import Forbidden, Invalid, NotFound
from calendars.store import Look
from calendars.tables import Place
from tests.calendars.planned import Planned
from tests.calendars.scheduling.test_scheduling import another, gathered


async def house_of(look: Look, house: Planned) -> str:
    [met] = await places.of_programme(look, await house.actor("Kaisa"), house.programme)
    return met.place.id


async def test_rooms_when_counted_then_every_programme_of_the_house_has_them(house: Planned) -> None:
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        other = await another(work, house, "third")
    async with house.store.work() as work:
        place = await house_of(work, house)
        await places.count_rooms(work, kaisa, house.programme, place, 2)
        await places.count_rooms(work, kaisa, house.programme, place, 2)
    assert list((await gathered(house, other)).rooms.values()) == [2]
    async with house.store.work() as work:
        assert set(await work.all(select(Place.rooms))) == {2}
        await places.count_rooms(work, kaisa, house.programme, place, None)
    assert list((await gathered(house, other)).rooms.values()) == [None]


async def test_houses_when_read_then_with_the_days_on_them(house: Planned) -> None:
    async with house.store.look() as look:
        found = await places.of_programme(look, await house.actor("Oona"), house.programme)
    on_site = sum(day.place is not None for day in (await house.line()).days)
    assert [(one.place.name, one.days) for one in found] == [("Koulutustalo", on_site)]


@pytest.mark.parametrize("rooms", [0, -1, places.MOST_ROOMS + 1])
async def test_rooms_when_they_make_no_sense_then_nothing_is_kept(house: Planned, rooms: int) -> None:
    kaisa = await house.actor("Kaisa")
    with pytest.raises(Invalid, match="bad_number"):
        async with house.store.work() as work:
            await places.count_rooms(work, kaisa, house.programme, await house_of(work, house), rooms)
    assert list((await gathered(house)).rooms.values()) == [None]


async def test_rooms_when_she_does_not_plan_or_the_house_is_elsewhere_then_refused(house: Planned) -> None:
    for name, place, refused in (
        ("Oona", "", Forbidden),
        ("Veera", "", (Forbidden, NotFound)),
        ("Kaisa", "x", NotFound),
    ):
        actor = await house.actor(name)
        async with house.store.work() as work:
            with pytest.raises(refused):
                await places.count_rooms(work, actor, house.programme, place or await house_of(work, house), 3)
