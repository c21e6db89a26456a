"""Somebody from outside opens her link: one button, one lesson; afterwards it says in her language that it ended."""

import re
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from calendars.people import people
from calendars.people.people import NewPerson
from calendars.tables import Person
from classroom import register, roster, visits
from classroom.tables import Evidence
from tests.calendars.planned import MONDAY, SYSTEM, Planned
from tests.classroom.living import Living
from tests.server.pages.conftest import Browse
from tests.server.pages.forms import hidden_in, page_of, send

TEN = MONDAY + timedelta(hours=1)
EARLY = "لم يُفتح الباب بعد. ارجع بعد قليل."
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


async def link(veera: TestClient, house: Planned, **said: str) -> str:
    """A link as whoever leads makes it, read from her page."""
    path = f"/lessons/{house.lessons['first'][0]}/guests"
    form = {"guest": "interpreter", "name": "", "language": "ar", "until": ""} | said
    status, there = await send(veera, path, form, path)
    assert status == 303
    page = await page_of(veera, there.partition("#")[0])
    return page.rpartition('id="link-')[2].partition(">")[2].partition("<")[0].partition("/g/")[2]


async def goes_in(browser: TestClient, path: str) -> str:
    form = hidden_in(await page_of(browser, path), path)
    return (await browser.post(path, data=form, allow_redirects=False)).headers.get("Location", "")


async def test_link_when_she_presses_its_button_then_she_is_in_the_room_and_nothing_else_is_there(
    browse: Browse, house: Planned
) -> None:
    veera, outside = await browse("Veera"), await browse("")
    path, lesson = f"/g/{await link(veera, house)}", house.lessons["first"][0]
    page = await page_of(outside, path)
    assert ('<html lang="ar" dir="rtl"' in page, EARLY in page, f'action="{path}"' in page) == (True, True, False)
    house.clock.at = TEN
    assert await goes_in(outside, path) == f"/lessons/{lesson}/room"
    page = await page_of(outside, f"/lessons/{lesson}/room")
    assert ('id="end"' in page, 'id="roster"' in page) == (False, False)
    for there in ("/hours", "/calendar", "/devices", "/appointments", "/api/me", f"/lessons/{lesson}/register",
                  f"/lessons/{lesson}/guests", f"/lessons/{house.lessons['second'][0]}/room",
                  f"/people/{house.people['Amina']}", "/house"):  # fmt: skip
        assert (await outside.get(there)).status == 404, there
    first = await outside.get("/", allow_redirects=False)
    assert first.headers["Location"] == path


async def test_link_when_it_is_taken_back_then_it_says_so_in_her_language_and_opens_nothing(
    browse: Browse, house: Planned
) -> None:
    veera, outside, lesson = await browse("Veera"), await browse(""), house.lessons["first"][0]
    house.clock.at = TEN
    path = f"/g/{await link(veera, house, name='Salma')}"
    await goes_in(outside, path)
    async with house.store.look() as look:
        person = await look.one(select(Person.id).where(Person.name == "Salma"))
    here = f"/lessons/{lesson}/guests"
    assert (await send(veera, here, {"person": person}, f"{here}/end"))[0] == 303
    assert (await outside.get(f"/lessons/{lesson}/room")).status == 404
    page = await page_of(outside, path)
    assert ("سُحب هذا الرابط." in page, f'action="{path}"' in page) == (True, False)
    house.clock.at = TEN + timedelta(hours=4)
    over = await page_of(await browse(""), f"/g/{await link_of(veera, house, 'Next')}")
    assert "سُحب" not in over
    for wrong in (f"{path}x", "/g/nobody.AAAA", path.replace("/g/", "/l/")):
        assert (await outside.get(wrong)).status == 404, wrong


async def test_link_when_somebody_signed_in_with_a_door_of_her_own_presses_it_then_she_stays_who_she_is(
    browse: Browse, house: Planned
) -> None:
    lesson, veera = house.lessons["first"][0], await browse("Veera")
    path = f"/g/{await link(veera, house, name='Salma')}"
    house.clock.at = TEN
    for name, own in (("Veera", f"/j/{lesson}"), ("Amina", f"/j/{lesson}"), ("Toivo", "/")):
        browser = await browse(name)
        page = await page_of(browser, path)
        assert (name in page, f'href="{own}"' in page, f'action="{path}"' in page) == (True, True, False), name
        form = hidden_in(await page_of(browser, "/switch"), "/sign-out")
        pressed = await browser.post(path, data=form, allow_redirects=False)
        assert (pressed.status, pressed.headers["Location"]) == (303, own), name
        assert (await browser.get("/devices")).status == 200, name  # a guest has none
    other = await browse("")
    for name in ("Salma", "Tulkki"):  # two guests may share a device, one after the other
        there = path if name == "Salma" else f"/g/{await link(veera, house, name=name)}"
        assert await goes_in(other, there) == f"/lessons/{lesson}/room"


async def test_guests_when_the_time_stands_as_it_was_proposed_then_form_card_and_door_say_the_same_one(
    browse: Browse, house: Planned
) -> None:
    veera, there = await browse("Veera"), f"/lessons/{house.lessons['first'][0]}/guests"
    form = await page_of(veera, there)
    (proposed,) = re.findall(r'value="([\d.:]+)"[^>]*name="until"', form)
    path = f"/g/{await link(veera, house, until=proposed, name='Salma', language='fi')}"
    house.clock.at = TEN
    assert f"({proposed})" in form
    for page in (await page_of(veera, there), await page_of(await browse(""), path)):
        (until,) = re.findall(r"eikä muuta, ([\d.:]+) asti", page)
        assert until == proposed


async def link_of(veera: TestClient, house: Planned, name: str) -> str:
    """A link to the afternoon's lesson."""
    lessons = house.lessons
    house.lessons = lessons | {"first": lessons["first"][1:]}
    try:
        return await link(veera, house, name=name)
    finally:
        house.lessons = lessons


async def test_visitor_when_a_learner_has_an_alias_then_she_meets_it_and_never_the_name(
    browse: Browse, house: Planned
) -> None:
    hidden, lesson = NewPerson(name="Amina", alias="Ruusu", language="ar"), house.lessons["first"][0]
    async with house.store.work() as work:
        await people.change(work, SYSTEM, house.people["Amina"], hidden)
    veera, outside, amina = await browse("Veera"), await browse(""), await browse("Amina")
    house.clock.at = TEN
    await goes_in(outside, f"/g/{await link(veera, house)}")
    board = f"/lessons/{lesson}/board"
    said = {"text": "Hei", "write": "0" * 32}
    await amina.post(board, data=hidden_in(await page_of(amina, board), board) | said)
    pages = [await page_of(outside, there) for there in (board, f"/lessons/{lesson}/room")]
    assert ["Ruusu" in page for page in pages] == [True, False]
    assert ["Amina" in page for page in pages] == [False, False]


async def test_visitor_when_she_was_in_then_she_is_a_guest_on_the_roster_and_in_no_register(
    browse: Browse, house: Planned
) -> None:
    veera, lesson = await browse("Veera"), house.lessons["first"][0]
    house.clock.at = TEN
    await link(veera, house, name="Salma")
    async with house.store.look() as look:
        person = await look.one(select(Person.id).where(Person.name == "Salma"))
    house.people["Salma"] = person
    living = Living(house, lesson)
    await living.start()
    await living.enter("Veera")
    await living.enter("Salma")
    async with house.store.look() as look:
        found = await roster.roster(look, await house.actor("Veera"), lesson)
    (seat,) = [one for one in found["seats"] if one["person"] == person]
    assert (seat["role"], seat["expected"], seat["state"], seat["name"]) == ("visitor", False, "here", "Salma")
    house.clock.at += timedelta(seconds=30)
    await living.beat(living.sockets[-1])
    async with house.store.look() as look:  # while she is in, and after it
        assert person not in {one.person for one in (await register.register(look, SYSTEM, lesson)).entries}
    async with house.store.work() as work:
        await visits.leave(work, living.sockets[-1].stay, house.clock.at)
        await register.close(work, await house.actor("Veera"), lesson)
    async with house.store.look() as look:
        assert person not in {one.person for one in (await register.register(look, SYSTEM, lesson)).entries}
        kept = await look.all(select(Evidence.body).where(Evidence.person == person))
    assert [one["role"] for one in kept] == ["visitor"]
