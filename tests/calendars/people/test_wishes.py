"""Wishes: a pair stands once, whoever is named first."""

import pytest

from calendars.errors import Forbidden, Invalid, NotFound
from calendars.people import wishes
from tests.calendars.planned import Planned


async def test_wish_when_said_twice_changed_and_taken_back_then_one_row_and_each_change_told(house: Planned) -> None:
    amina, bilal = house.people["Amina"], house.people["Bilal"]
    pair = tuple(sorted((amina, bilal)))
    oona = await house.actor("Oona")
    for one, other, kind in ((amina, bilal, "together"), (bilal, amina, "together"), (bilal, amina, "apart")):
        async with house.store.work() as work:
            await wishes.wish(work, oona, house.programme, one, other, kind)
    async with house.store.look() as look:
        (row,) = await wishes.of_programme(look, oona, house.programme)
        assert (row.one, row.other, row.kind) == (*pair, "apart")
    async with house.store.work() as work:
        await wishes.wish(work, oona, house.programme, amina, bilal, "")
    async with house.store.look() as look:
        assert await wishes.of_programme(look, oona, house.programme) == []
        told = [one.body["wish"] for one in await look.trail(house.programme, 0) if one.kind == "WishSaid"]
    assert told == ["together", "apart", ""]


async def test_wish_when_it_cannot_be_then_refused(house: Planned) -> None:
    amina, kaisa = house.people["Amina"], await house.actor("Kaisa")
    bilal, stranger = house.people["Bilal"], house.people["Stranger"]
    for other, kind, error in ((amina, "apart", Invalid), (bilal, "near", Invalid), (stranger, "apart", NotFound)):
        with pytest.raises(error):
            async with house.store.work() as work:
                await wishes.wish(work, kaisa, house.programme, amina, other, kind)


@pytest.mark.parametrize("who", ["Veera", "Iiris", "Amina", "Stranger"])
async def test_wish_when_she_neither_plans_nor_counsels_then_refused(house: Planned, who: str) -> None:
    actor = await house.actor(who)
    with pytest.raises((NotFound, Forbidden)):
        async with house.store.work() as work:
            await wishes.wish(work, actor, house.programme, house.people["Amina"], house.people["Bilal"], "apart")
    with pytest.raises((NotFound, Forbidden)):
        async with house.store.look() as look:
            await wishes.of_programme(look, actor, house.programme)
