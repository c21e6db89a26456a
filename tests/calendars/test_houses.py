"""The house itself: founded once, set by its administrator, and the organisations in which somebody plans."""

import pytest

from calendars import houses
from calendars.errors import Conflict, Invalid, NotFound
from calendars.grants import Right
from calendars.houses import NewHouse
from calendars.people import people
from calendars.store import Store
from calendars.tables import Organisation
from tests.calendars.planned import SYSTEM, Planned
from tests.calendars.test_pictures import png

PNG = png(40, 20)


async def test_house_when_first_started_then_one_secret_and_one_organisation(store: Store) -> None:
    async with store.look() as look:
        with pytest.raises(NotFound, match="no_house"):
            await houses.card(look)
    async with store.work() as work:
        await houses.found(work, NewHouse(name=" Talo "))
    async with store.look() as look:
        card = await houses.card(look)
        assert (card.name, card.zone, card.languages, card.ready) == (
            "Talo",
            "Europe/Helsinki",
            ("fi", "en", "ar"),
            False,
        )
        assert len(await houses.secret(look)) == 32
        assert [one.name for one in await houses.organisations(look, SYSTEM)] == ["Talo"]
    with pytest.raises(Conflict, match="already_founded"):
        async with store.work() as work:
            await houses.found(work, NewHouse(name="Other"))


async def test_house_when_set_then_card_and_logo_follow(house: Planned) -> None:
    new = NewHouse(name="Uusi", telephone="+358 1", zone="Europe/Stockholm", languages=("sv", "fi", "sv"), logo=PNG)
    async with house.store.work() as work:
        card = await houses.set_house(work, SYSTEM, new)
    assert (card.name, card.zone, card.languages, len(card.logo), card.ready) == (
        "Uusi", "Europe/Stockholm", ("sv", "fi"), 12, True
    )  # fmt: skip
    async with house.store.look() as look:
        assert await houses.card(look) == card
        assert await houses.logo(look) == (PNG, "image/png")
    async with house.store.work() as work:
        assert (await houses.set_house(work, SYSTEM, NewHouse(name="Uusi"))).logo == card.logo
        assert (await houses.set_house(work, SYSTEM, NewHouse(name="Uusi", logo=b""))).logo == ""


@pytest.mark.parametrize(
    ("new", "code", "field"),
    [
        (NewHouse(name=""), "empty", "name"),
        (NewHouse(name="x", zone="Mars/Base"), "bad_choice", "zone"),
        (NewHouse(name="x", zone="../etc/passwd"), "bad_choice", "zone"),
        (NewHouse(name="x", languages=()), "empty", "languages"),
        (NewHouse(name="x", languages=("<fi>",)), "bad_choice", "languages"),
        (NewHouse(name="x", logo=b"<svg onload=alert(1)>"), "bad_picture", "logo"),
        (NewHouse(name="x", logo=PNG + b"0" * 200_000), "picture_too_large", "logo"),
    ],
)
async def test_house_when_set_wrong_then_refused_and_unchanged(
    house: Planned, new: NewHouse, code: str, field: str
) -> None:
    with pytest.raises(Invalid, match=code) as refused:
        async with house.store.work() as work:
            await houses.set_house(work, SYSTEM, new)
    assert refused.value.facts["field"] == field
    async with house.store.look() as look:
        assert (await houses.card(look)).name == "Tervetulotalo"


@pytest.mark.parametrize(("name", "refusal"), [("Kaisa", NotFound), ("Amina", NotFound), ("Stranger", NotFound)])
async def test_house_when_set_by_others_then_refused(house: Planned, name: str, refusal: type[Exception]) -> None:
    actor = await house.actor(name)
    with pytest.raises(refusal):
        async with house.store.work() as work:
            await houses.set_house(work, actor, NewHouse(name="Mine"))


async def test_organisations_when_she_plans_in_one_and_administers_another_then_the_one(house: Planned) -> None:
    async with house.store.work() as work:
        work.add(Organisation(id="other", name="Aaa"))
        await work.flush()
        await people.appoint(work, SYSTEM, house.people["Kaisa"], Right("admin", "organisation", "other"))
    async with house.store.look() as look:
        told = [
            [one.id for one in await houses.organisations(look, await house.actor(name))] for name in ("Kaisa", "Oona")
        ]
        every = [one.id for one in await houses.organisations(look, SYSTEM)]
    assert (told, every) == ([[house.organisation], []], ["other", house.organisation])
