"""The page of the video servers: a form for each kind, secrets that no page shows, and every worker knows."""

from dataclasses import replace

import pytest
from aiohttp.test_utils import TestClient

from calendars import grants, rights
from calendars.grants import Right
from calendars.store import Store
from server.keys import VIDEO
from tests.calendars.planned import SYSTEM, Planned
from tests.server.pages.forms import hidden_in, page_of, send

SECRET = "a secret that no page may show"
FORM = {"name": "Kunta", "url": "https://meet.example.org", "app_id": "us", "secret": SECRET, "domain": ""}
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
async def admin(kaisa: TestClient, house: Planned, store: Store) -> TestClient:
    """The coordinator, who administers the house too."""
    async with store.work() as work:
        await grants.give(work, SYSTEM, house.people["Kaisa"], Right("admin", "house", rights.HOUSE), rights.THE_HOUSE)
    await kaisa.get("/?language=en")
    return kaisa


async def sent(client: TestClient, path: str, form: dict[str, str], action: str) -> tuple[int, str]:
    """Send a form; the status and the page that answers."""
    own = hidden_in(await page_of(client, path), action) | form
    answer = await client.post(action, data=own, allow_redirects=False)
    return answer.status, await answer.text()


async def test_server_when_a_form_is_refused_then_nothing_is_lost_and_the_secret_is_on_no_page(
    admin: TestClient,
) -> None:
    page, action = "/settings/servers/new?kind=jitsi", "/settings/servers/new"
    status, refused = await sent(admin, page, FORM | {"url": "meet.example.org"}, action)
    assert status == 422
    assert "Write it from https:" in refused
    assert 'value="Kunta"' in refused
    assert "It is written already and goes along when you save." in refused
    assert SECRET not in refused
    kept = hidden_in(refused, action)
    answer = await admin.post(action, data=kept | FORM | {"secret": ""}, allow_redirects=False)
    assert answer.status == 303
    which = answer.headers["Location"].rpartition("/")[2]
    provider = admin.server.app[VIDEO].of(which)  # type: ignore[union-attr, attr-defined]
    assert provider.secret == SECRET

    for path in ("/settings/servers", f"/settings/servers/{which}", "/settings", "/openapi.json"):
        assert SECRET not in await page_of(admin, path)
    assert "Write a new one to change it." in await page_of(admin, f"/settings/servers/{which}")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("https://10.0.0.1", "it lies in an inside network"),
        ("https://[::ffff:169.254.169.254]", "inside network"),
        ("https://2852039166/latest", "inside network"),
        ("https://0", "inside network"),
        ("http://93.184.216.34", "is not encrypted"),
    ],
)
async def test_server_when_its_address_is_inside_or_not_encrypted_then_the_form_says_so(
    admin: TestClient, url: str, sentence: str
) -> None:
    page, action = "/settings/servers/new?kind=jitsi", "/settings/servers/new"
    status, refused = await sent(admin, page, FORM | {"url": url}, action)
    assert status == 422
    assert sentence in refused
    assert 'id="url-error"' in refused
    assert SECRET not in refused


async def test_server_when_it_is_of_this_machine_and_not_encrypted_then_the_training_house_takes_it_and_says_so(
    admin: TestClient,
) -> None:
    page, action = "/settings/servers/new?kind=jitsi", "/settings/servers/new"
    assert (await sent(admin, page, FORM | {"url": "http://127.0.0.1:1"}, action))[0] == 303
    assert "Not encrypted: whoever listens" in await page_of(admin, "/settings/servers")


async def test_server_when_it_cannot_do_something_then_its_page_says_so(admin: TestClient) -> None:
    page, action = "/settings/servers/new?kind=jitsi", "/settings/servers/new"
    await sent(admin, page, FORM, action)
    (which,) = admin.server.app[VIDEO].rows  # type: ignore[union-attr, attr-defined]
    told = await page_of(admin, f"/settings/servers/{which}")
    assert "up to 60 s late" in told
    assert "sends nobody out at our word" in told


async def test_secret_when_it_is_typed_then_it_is_hidden_and_can_be_shown(admin: TestClient) -> None:
    for kind in ("jitsi", "galene"):
        page = await page_of(admin, f"/settings/servers/new?kind={kind}")
        assert 'type="password"' in page
        assert 'data-shows="secret"' in page
        assert "<textarea" not in page


async def test_server_when_added_then_a_programme_can_take_its_rooms_and_goes_on_when_it_retires(
    admin: TestClient, house: Planned
) -> None:
    new = "/settings/servers/new"
    _, first = await send(admin, f"{new}?kind=jitsi", FORM, new)
    _, second = await send(admin, f"{new}?kind=jitsi", FORM | {"name": "Opisto"}, new)
    one, other = (path.rpartition("/")[2] for path in (first, second))
    programme = f"/programmes/{house.programme}"
    assert (await send(admin, programme, {"provider": one, "second": other}, f"{programme}/provider#rooms"))[0] == 303
    page = await page_of(admin, programme)
    assert f'<option value="{one}" selected>Kunta</option>' in page
    assert f'<option value="{other}" selected>Opisto</option>' in page
    assert (await send(admin, programme, {"provider": "invented"}, f"{programme}/provider#rooms"))[0] == 422
    assert (await send(admin, "/settings/servers", {"provider": other}, "/settings/servers"))[0] == 303
    assert f'<option value="{other}" selected>Opisto</option>' in await page_of(admin, "/settings/servers")

    video = admin.server.app[VIDEO]  # type: ignore[union-attr, attr-defined]
    assert [name for name in (one, other) if video.why_not(name)] == []
    assert (await send(admin, first, {}, f"{first}/retire"))[0] == 303
    assert [name for name in (one, other) if video.why_not(name)] == [one]
    assert video.shown(one) == "Kunta"
    assert "Retired" in await page_of(admin, "/settings/servers")
    assert "Kunta" in await page_of(admin, programme)  # what was chosen is still told by its name
    assert replace(video.rows[other], shown="") != video.rows[other]


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("galene", {"url": "https://galene.example.org", "admin": "us", "password": SECRET, "secret": SECRET}),
        ("link", {"url": f"https://teams.example.com/l/meetup-join/{'x' * 300}?context=%7b{{lesson}}%7d"}),
    ],
    ids=["galene", "link"],
)
async def test_server_when_it_is_of_another_kind_then_its_form_makes_it_and_shows_no_secret(
    admin: TestClient, kind: str, form: dict[str, str]
) -> None:
    new = "/settings/servers/new"
    status, where = await send(admin, f"{new}?kind={kind}", {"name": "Kunta", **form}, new)
    assert status == 303
    provider = admin.server.app[VIDEO].of(where.rpartition("/")[2])  # type: ignore[union-attr, attr-defined]
    assert form["url"] == getattr(provider, "address", form["url"])
    page = await page_of(admin, where)
    assert form["url"] in page
    assert SECRET not in page
