"""Company visits and guests in a browser without scripts: planned, moved, cancelled; a link made and taken back."""

import re
from datetime import UTC, datetime

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient

from calendars.store import Store
from tests.calendars.talking import Talking, plan_talking
from tests.server.pages.conftest import Door
from tests.server.pages.forms import page_of, send

TEN = datetime(2026, 9, 15, 7, tzinfo=UTC)


@pytest.fixture
async def house(store: Store) -> Talking:
    return await plan_talking(store, 4)


async def test_visit_when_planned_moved_and_cancelled_then_learners_and_calendars_know(
    house: Talking, door: Door
) -> None:
    kaisa, ada = await door("Kaisa"), await door(house.learners[0])
    path = f"/programmes/{house.programme}/visits"
    assert f'href="{path}"' in await page_of(kaisa, f"/programmes/{house.programme}")
    said: dict[str, str | list[str]] = {
        "title": "Satama", "day": "15.9.2026", "starts": "10.00", "ends": "12.00", "place": "Vuosaaren satama",
        "address": "Provianttikatu 1", "latitude": "60,21", "longitude": "idässä", "spot": "Portti 3",
        "transport": "Bussi 560", "gear": "Kengät", "group": house.groups, "learner": [],
        "staff": [house.staff["Veera"]],
    }  # fmt: skip
    token = re.findall(r'name="csrf" value="([^"]+)"', await page_of(kaisa, path))[0]
    data = [(name, one) for name, value in said.items() for one in ([value] if isinstance(value, str) else value)]
    answer = await kaisa.post(path, data=[*data, ("csrf", token), ("write", "")], allow_redirects=False)
    page = await answer.text()
    assert (answer.status, "This place is not on the map. Check both numbers." in page) == (422, True)
    assert re.findall(r'value="(\w+)" checked', page) == [*house.groups, house.staff["Veera"]]
    assert [one in page for one in ('value="idässä"', 'value="Portti 3"', 'value="15.9.2026"')] == [True] * 3
    assert await send(kaisa, path, said | {"longitude": "25,19"}, path) == (303, path)
    page = await page_of(ada, "/appointments")
    assert [one in page for one in ("Company visit: Satama", "Vuosaaren satama, Provianttikatu 1, Portti 3", "Kengät",
                                    "Tue 15.9. 10:00–12:00", "/swap")] == [True] * 4 + [False]  # fmt: skip
    visit = re.findall(r'name="visit" value="(\w+)"', await page_of(kaisa, path))[0]
    change = {"visit": visit, "day": "16.9.2026", "starts": "9.00", "ends": "8.00"}
    assert (await send(kaisa, path, change, f"{path}/change"))[0] == 422
    assert await send(kaisa, path, change | {"ends": "11.00"}, f"{path}/change") == (303, path)
    assert "Wed 16.9. 9:00–11:00" in await page_of(ada, "/appointments")
    gone = {"visit": visit, "cancel": "yes", "reason": "other"}
    assert await send(kaisa, path, gone, f"{path}/change") == (303, path)
    assert "cancelled" in await page_of(ada, "/appointments")
    assert (await ada.get(path)).status == 404


async def test_guest_when_brought_then_her_link_opens_this_talk_until_it_is_taken_back(
    house: Talking, door: Door
) -> None:
    one = await house.book(house.learners[0], await house.offer(TEN, kind="guidance", way="online"))
    oona, ada = await door("Oona"), await door(house.learners[0])
    path = f"/appointments/{one}/guests"
    assert f'href="{path}"' in await page_of(oona, "/talks")
    assert (await send(oona, path, {"name": " ", "guest": "officer"}, path))[0] == 422
    said = {"name": "Outi Virkailija", "guest": "officer", "language": "fi", "telephone": "+358 40 111 2222"}
    assert await send(oona, path, said, path) == (303, path)
    assert "Oona, Outi Virkailija (Employment officer)" in await page_of(ada, "/appointments")
    link = re.findall(r"http://[^/]+(/l/[\w.-]+)", await page_of(oona, path))[0]
    outi = TestClient(oona.server, cookie_jar=CookieJar(unsafe=True))
    await outi.post(link, data={"own": "yes"}, allow_redirects=False)
    house.clock.at = TEN
    assert "Learner 00" in await page_of(outi, "/appointments")
    assert (await outi.get(f"/lessons/{one}/room")).status == 200
    assert (await outi.get(f"/programmes/{house.programme}")).status == 404
    assert (await outi.get(path)).status == 403
    oona = await door("Oona")  # staff sign in anew each day
    person = re.findall(r'name="person" value="(\w+)"', await page_of(oona, path))[0]
    assert await send(oona, path, {"person": person}, f"{path}/end") == (303, path)
    assert (await outi.get(f"/lessons/{one}/room")).status in (401, 404)
    fresh = TestClient(oona.server, cookie_jar=CookieJar(unsafe=True))
    answer = await fresh.post(link, data={"own": "yes"}, allow_redirects=False)
    assert answer.status in (404, 410, 422)
    await outi.close()
    await fresh.close()
