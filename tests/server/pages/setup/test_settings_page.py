"""The page of the house itself: the first time it asks who sets it; whatever is wrong stands at its field."""

from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from calendars import grants, houses, rights
from calendars.houses import NewHouse
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.store import Store
from server import app as house_app
from server.auth import signin
from server.settings import Settings
from tests.calendars.planned import SYSTEM
from tests.calendars.test_pictures import SVG, png
from tests.server.pages.forms import hidden, page_of

BOUNDARY = "oppitupa0123456789"
WHOLE = {"own_name": "Ulla Uusi", "name": "Uusi talo", "telephone": "040 123", "zone": "Europe/Helsinki"}


@pytest.fixture
async def admin(store: Store, database: str) -> AsyncIterator[TestClient]:
    """The first administrator's browser in a house that nobody has set."""
    async with store.work() as work:
        await houses.found(work, NewHouse(name="Oppitupa"))
        row = await people.add(work, SYSTEM, NewPerson(name="Admin"), rights.THE_HOUSE)
        await people.appoint(work, SYSTEM, row.id, grants.Right("admin", "house", rights.HOUSE))
        secret = await houses.secret(work)
    settings = replace(Settings(), database=database, demo=True, host="127.0.0.1", url="")
    client = TestClient(TestServer(house_app.build(settings, store.clock)), cookie_jar=CookieJar(unsafe=True))
    await client.start_server()
    await client.post(
        signin.staff_demo_link(secret, row.id, row.generation), data={"own": "yes"}, allow_redirects=False
    )
    yield client
    await client.close()


async def set_house(admin: TestClient, *, logo: bytes | None = None, **said: str) -> tuple[int, str]:
    """Send the form as a browser does; the status and the page."""
    fields = list((await hidden(admin, "/settings", "/settings") | WHOLE | said).items())
    fields += [("languages", "fi"), ("languages", "ar")]
    body = b"".join(_part(f'name="{name}"', value.encode()) for name, value in fields)
    body += _part(f'name="logo"; filename="{"logo.png" if logo else ""}"\r\nContent-Type: image/png', logo or b"")
    sent = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    whole = BytesIO(body + f"--{BOUNDARY}--\r\n".encode())
    answer = await admin.post("/settings?language=en", data=whole, headers=sent, allow_redirects=False)
    return answer.status, await answer.text()


def _part(head: str, value: bytes) -> bytes:
    return f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + value + b"\r\n"


async def test_house_when_set_the_first_time_then_its_administrator_has_a_name_of_her_own(
    admin: TestClient, store: Store
) -> None:
    assert (await set_house(admin, logo=png(40, 20)))[0] == 303
    async with store.look() as look:
        card, staff = await houses.card(look), await people.staff(look, SYSTEM)
        organisations = [one.name for one in await houses.organisations(look, SYSTEM)]
    assert (card.name, card.telephone, card.languages, card.ready) == ("Uusi talo", "040 123", ("fi", "ar"), True)
    assert ([person.name for person, _ in staff], organisations) == (["Ulla Uusi"], ["Uusi talo"])
    logo = await admin.get("/logo")
    assert (logo.content_type, await logo.read()) == ("image/png", png(40, 20))
    again = await page_of(admin, "/settings?language=en")
    assert ("own_name" in again, f'src="/logo?{card.logo}"' in again) == (False, True)


async def test_house_when_set_again_then_nobody_is_renamed(admin: TestClient, store: Store) -> None:
    await set_house(admin)
    assert (await set_house(admin, own_name="Somebody", name="Toinen talo"))[0] == 303
    async with store.look() as look:
        assert [person.name for person, _ in await people.staff(look, SYSTEM)] == ["Ulla Uusi"]
        assert [one.name for one in await houses.organisations(look, SYSTEM)] == ["Uusi talo"]


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"own_name": ""}, "own_name", "Write something here."),
    ({"own_name": "x" * 500}, "own_name", "Write at most 120 letters."),
    ({"own_name": "x" * 10_000_000}, "own_name", "Write at most 120 letters."),
    ({"name": "a\x00b"}, "name", "There are letters here that cannot be used. Write it again."),
    ({"name": "x" * 10_000_000}, "name", "Write at most 80 letters."),
    ({"telephone": "=cmd()"}, "telephone", "Write a telephone number, like +358 40 123 4567."),
    ({"zone": "Europe/Nowhere"}, "zone", "Choose one of the list."),
    ({"logo": SVG}, "logo", "Choose a picture: PNG, JPEG or WebP."),
    ({"logo": png(30_000, 30_000)}, "logo", "This picture is too large. Choose a smaller one."),
    ({"logo": png(9, 9, padding=20_000_000)}, "logo", "This picture is too large. Choose a smaller one."),
]


@pytest.mark.parametrize(("said", "field", "told"), WRONG, ids=[str(n) for n in range(len(WRONG))])
async def test_house_when_something_is_wrong_then_told_there_and_all_else_stays(
    admin: TestClient, store: Store, said: dict[str, Any], field: str, told: str
) -> None:
    status, page = await set_house(admin, **said)
    assert len(page) < 100_000
    assert (status, told in page.partition(f'id="{field}-error"')[2][:600]) == (422, True)
    kept = {name: f'value="{value}"' in page for name, value in WHOLE.items() if name not in ("zone", field)}
    assert kept == dict.fromkeys(kept, True)
    assert page.count("checked") == 2
    async with store.look() as look:
        card, staff = await houses.card(look), await people.staff(look, SYSTEM)
    assert (card.name, card.logo, card.ready, staff[0][0].name) == ("Oppitupa", "", False, "Admin")


async def test_house_when_its_name_looks_like_a_formula_then_it_is_just_a_name(admin: TestClient) -> None:
    assert (await set_house(admin, name="=cmd()<b>"))[0] == 303
    assert "<bdi>=cmd()&lt;b&gt;</bdi>" in await page_of(admin, "/settings")
