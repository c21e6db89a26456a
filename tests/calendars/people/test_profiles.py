"""Profiles: what is said of a learner, what is refused, and who may look."""

from datetime import date

import pytest
from sqlalchemy import select

from calendars.errors import Forbidden, Invalid, NotFound
from calendars.people import profiles
from calendars.people.profiles import NewProfile
from calendars.tables import Place
from tests.calendars.planned import SYSTEM, Planned

FULL = NewProfile(
    levels={"listening": "A2.1", "reading": "A1.3"}, free=["tue_pm", "mon_am"], municipality=" Viitasaari ",
    languages=["ar", "en", "ar"], born=date(1990, 2, 3), registered=True, referred_by="Officer 7",
)  # fmt: skip


async def test_describe_when_counsellor_says_it_then_cleaned_and_in_order(house: Planned) -> None:
    amina = house.people["Amina"]
    async with house.store.work() as work:
        place = (await work.all(select(Place.id)))[0]
        await profiles.describe(work, await house.actor("Oona"), amina, FULL)
        await profiles.describe(work, await house.actor("Oona"), amina, _with(km={place: 120}))
    async with house.store.look() as look:
        found = await profiles.of(look, await house.actor("Kaisa"), amina)
        assert found == NewProfile(
            levels={"listening": "A2.1", "reading": "A1.3"}, free=["mon_am", "tue_pm"], municipality="Viitasaari",
            km={place: 120.0}, languages=["ar", "en"], born=date(1990, 2, 3), registered=True,
            referred_by="Officer 7",
        )  # fmt: skip
        told = [one for one in await look.trail(amina, 0) if one.kind == "ProfileSet"]
    assert [one.body for one in told] == [{"by": house.people["Oona"]}] * 2


def _with(**others: object) -> NewProfile:
    said = {name: getattr(FULL, name) for name in NewProfile.__dataclass_fields__}
    return NewProfile(**(said | others))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("others", "code"),
    [
        ({"levels": {"listening": "A3"}}, "bad_choice"), ({"levels": {"singing": "A1.1"}}, "bad_choice"),
        ({"free": ["mon"]}, "bad_choice"), ({"km": {"p": -1.0}}, "bad_distance"), ({"km": {"p": 9e9}}, "bad_distance"),
        ({"km": {"p": float("nan")}}, "bad_distance"), ({"km": {"nowhere": 5.0}}, "bad_choice"),
        ({"languages": ["<b>"]}, "bad_choice"), ({"languages": [f"a{chr(97 + n)}" for n in range(13)]}, "too_many"),
        ({"born": date(1850, 1, 1)}, "bad_birthday"), ({"born": date(2031, 1, 1)}, "bad_birthday"),
        ({"municipality": "x" * 90}, "too_long"),
    ],
)  # fmt: skip
async def test_describe_when_it_cannot_be_then_refused(house: Planned, others: dict[str, object], code: str) -> None:
    with pytest.raises(Invalid, match=code):
        async with house.store.work() as work:
            await profiles.describe(work, SYSTEM, house.people["Amina"], _with(**others))
    async with house.store.look() as look:
        assert await profiles.of(look, SYSTEM, house.people["Amina"]) == NewProfile()


@pytest.mark.parametrize("who", ["Bilal", "Chau", "Stranger", "Veera", "Iiris"])
async def test_of_when_neither_plans_nor_counsels_then_refused(house: Planned, who: str) -> None:
    async with house.store.work() as work:
        await profiles.describe(work, SYSTEM, house.people["Amina"], FULL)
    async with house.store.look() as look:
        actor = await house.actor(who)
        with pytest.raises((NotFound, Forbidden)):
            await profiles.of(look, actor, house.people["Amina"])


async def test_of_when_it_is_her_own_then_shown(house: Planned) -> None:
    async with house.store.work() as work:
        await profiles.describe(work, SYSTEM, house.people["Amina"], FULL)
    async with house.store.look() as look:
        found = await profiles.of(look, await house.actor("Amina"), house.people["Amina"])
    assert found.municipality == "Viitasaari"
