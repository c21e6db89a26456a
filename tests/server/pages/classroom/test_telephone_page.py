"""A learner calls: her own page says her code, the teacher's finds her by it, and nobody else is named by it."""

import re
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient

from classroom import roster
from tests.calendars.planned import MONDAY, Planned
from tests.server.pages.conftest import Browse
from tests.server.pages.forms import hidden_in, page_of, send

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
CODE = re.compile(r'<bdi class="[a-z ]*strong" dir="ltr">(\d\d \d\d\d)</bdi>')


@pytest.fixture
async def lesson(house: Planned) -> str:
    """It is on, and nobody is in it."""
    house.clock.at = MONDAY + timedelta(hours=1, minutes=5)
    return house.lessons["first"][0]


async def stands(house: Planned, lesson: str) -> dict[str, str | None]:
    """By what each learner is here."""
    async with house.store.look() as look:
        found = await roster.roster(look, await house.actor("Veera"), lesson)
    names = {id: name for name, id in house.people.items()}
    return {names[one["person"]]: one["stands_on"] for one in found["seats"] if one["role"] == "learner"}


async def code_on(client: TestClient, path: str) -> str:
    found = CODE.search(await page_of(client, path))
    assert found is not None, path
    return found[1]


async def test_code_when_she_reads_it_out_then_one_form_finds_her_and_the_next_lets_her_in(
    kaisa: TestClient, browse: Browse, house: Planned, lesson: str
) -> None:
    amina, veera = await browse("Amina"), await browse("Veera")
    code = await code_on(amina, "/")
    shown = [await code_on(amina, "/devices"), await code_on(kaisa, f"/people/{house.people['Amina']}/link")]
    shown.append(await code_on(kaisa, f"/people/{house.people['Amina']}/card"))
    assert shown == [code] * 3
    path = f"/lessons/{lesson}/telephone"
    form = hidden_in(await page_of(veera, path), f"{path}/code")
    asked = await veera.post(f"{path}/code", data=form | {"code": code})
    found = await asked.text()
    assert (asked.status, house.people["Amina"] in found) == (200, True)
    assert await stands(house, lesson) == {"Amina": None, "Bilal": None}  # nothing is recorded by looking
    person = {"person": house.people["Amina"]}
    answer = await veera.post(path, data=hidden_in(found, path) | person, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, path)
    assert await stands(house, lesson) == {"Amina": "phone", "Bilal": None}
    assert (await send(veera, path, person, f"{path}/undo"))[0] == 303
    assert await stands(house, lesson) == {"Amina": None, "Bilal": None}


async def test_call_when_two_minutes_are_over_then_it_is_ended_not_undone_and_its_reason_is_said_in_words(
    browse: Browse, house: Planned, lesson: str
) -> None:
    veera, path = await browse("Veera"), f"/lessons/{lesson}/telephone"
    person = {"person": house.people["Amina"]}
    await send(veera, path, person, path)
    page = await page_of(veera, path)
    assert (f'action="{path}/undo"' in page, f'action="{path}/end"' in page) == (True, True)
    form = hidden_in(page, f"{path}/undo")
    house.clock.at += timedelta(minutes=2)
    page = await page_of(veera, path)
    assert (f'action="{path}/undo"' in page, f'action="{path}/end"' in page) == (False, True)
    late = await veera.post(f"{path}/undo", data=form | person, headers={"Accept": "application/json"})
    assert (late.status, (await late.json())["code"]) == (409, "call_stands")
    register = await page_of(veera, f"/lessons/{lesson}/register")
    assert "Puhelimessa, sanottu oppitunnin aikana" in register


async def test_code_when_it_is_nobodys_of_this_class_then_a_sentence_and_nobody_is_named(
    browse: Browse, house: Planned, lesson: str
) -> None:
    veera, path = await browse("Veera"), f"/lessons/{lesson}/telephone"
    chau = await code_on(await browse("Chau"), "/")  # of another group
    form = hidden_in(await page_of(veera, path), f"{path}/code")
    for said in (chau, "", "1234", "١٢٣٤٥", "99 9999", "x" * 19):
        answer = await veera.post(f"{path}/code", data=form | {"code": said}, headers={"Accept": "application/json"})
        assert (answer.status, (await answer.json())["code"]) == (422, "no_such_code"), said
        page = await veera.post(f"{path}/code", data=form | {"code": said})
        assert page.status == 422
        assert "Chau" not in await page.text()


async def test_code_when_her_link_is_renewed_then_the_old_code_finds_nobody(
    kaisa: TestClient, browse: Browse, house: Planned, lesson: str
) -> None:
    person = house.people["Amina"]
    before = await code_on(kaisa, f"/people/{person}/link")
    assert (await send(kaisa, f"/people/{person}/link", {}, f"/people/{person}/link/renew"))[0] == 303
    veera, path = await browse("Veera"), f"/lessons/{lesson}/telephone"
    form = hidden_in(await page_of(veera, path), f"{path}/code")
    assert (await veera.post(f"{path}/code", data=form | {"code": before})).status == 422
