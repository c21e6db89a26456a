"""The wizard's first step: no day is planned behind by a slip of the pen, nobody is sent to a house made up."""

from html import unescape

from aiohttp.test_utils import TestClient
from sqlalchemy import update

from calendars import programmes
from calendars.tables import Day
from tests.calendars.planned import SYSTEM, Planned
from tests.server.pages.forms import page_of
from tests.server.pages.setup.test_wizard import go, sent


async def test_wizard_when_the_first_days_lie_behind_then_she_says_so_or_chooses_another(kaisa: TestClient) -> None:
    begun_already = {"blueprint": "occupation-for-immigrants", "start": "2.2.2026", "place": "Tervetulotalo"}
    status, _, shown = await sent(kaisa, "/wizard", "/wizard", **begun_already)
    assert (status, "Some of its days lie behind." in shown, 'name="late"' in shown) == (422, True, True)
    status, _, shown = await sent(kaisa, "/wizard", "/wizard", **(begun_already | {"start": "1.9.2025", "late": "yes"}))
    assert (status, "All of its days lie behind." in shown, 'name="late"' in shown) == (422, True, False)
    assert 'name="late"' not in await page_of(kaisa, "/wizard")
    assert (await go(kaisa, "/wizard", "/wizard", **begun_already, late="yes")).endswith("/wizard/learners")


async def test_wizard_when_no_house_is_known_then_it_is_the_providers_own_and_then_remembered(
    kaisa: TestClient, house: Planned
) -> None:
    async with house.store.work() as work:
        await work.run(update(Day).values(place=None))
    said = {"blueprint": "occupation-for-immigrants", "start": "1.6.2026"}
    assert "<details open><summary>Where the contact days are: <bdi>Tervetulotalo</bdi>" in await page_of(
        kaisa, "/wizard?language=en"
    )
    status, _, shown = await sent(kaisa, "/wizard", "/wizard", **said)
    assert (status, 'id="place-error"' in shown) == (422, True)
    location = await go(kaisa, "/wizard", "/wizard", **said, place="Keskustan talo", address="Torikatu 3, Salo")
    assert "<details><summary>Where the contact days are: <bdi>Keskustan talo, Torikatu 3, Salo" in unescape(
        await page_of(kaisa, "/wizard?language=en")
    )
    async with house.store.look() as look:
        line = await programmes.line(look, SYSTEM, location.split("/")[2])
    assert {(day.place.name, day.place.address) for day in line.days if day.place} == {
        ("Keskustan talo", "Torikatu 3, Salo")
    }
