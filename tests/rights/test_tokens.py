"""A token opens the one door that it was made for: in no other address, header or cookie is it worth anything."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.auth.guard import PROOF
from server.migrations import migrate
from tests.rights.at_the_door import AT_THE_DOOR
from tests.rights.matrix import LINES
from tests.rights.test_routes import path_of, places
from tests.rights.town import STRANGER, Town, served

DOORS = {
    "feed": "/feeds/{}.ics", "link": "/l/{}", "visit": "/g/{}", "invitation": "/enrol/{}", "question": "/ask/{}",
}  # fmt: skip
JSON = {"Accept": "application/json"}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    url = f"sqlite+aiosqlite:///{tmp_path}/town.db"
    await migrate(url)
    async with served(url) as found:
        yield found


async def opened(town: Town, path: str, headers: dict[str, str], method: str = "GET") -> int:
    """The status of one request without any cookie jar."""
    async with town.browser.request(method, path, headers=headers, allow_redirects=False) as answer:
        await answer.read()
        return answer.status


@pytest.mark.parametrize("kind", [*DOORS, "metrics"])
async def test_token_when_put_into_every_door_then_only_its_own_opens(town: Town, kind: str) -> None:
    token = town.tokens[kind]
    found = {door: await opened(town, path.format(token), JSON) for door, path in DOORS.items()}
    assert found == {door: 200 if door == kind else 404 for door in DOORS}


@pytest.mark.parametrize("kind", [*DOORS, "metrics"])
async def test_token_when_sent_as_cookie_or_bearer_then_it_signs_nobody_in(town: Town, kind: str) -> None:
    """Every address that asks for a sign-in answers as it does to a stranger."""
    token, port = town.tokens[kind], town.browser.port
    found = []
    for line in LINES:
        if line.public or line.route == "GET /socket.io/":
            continue
        method, path = line.route.partition(" ")[0], path_of(town, line, next(places(line, STRANGER)))
        for headers in (
            {"Cookie": f"oppitupa-{port}={token}"},
            {"Authorization": f"Bearer {token}"},
            {"X-Token": token},
        ):
            status = await opened(town, f"{path}?token={token}", JSON | headers, method)
            found += [f"{line.route} {next(iter(headers))}: {status}"] if status != 401 else []
    assert found == []


@pytest.mark.parametrize("kind", ["link", "visit", "invitation", "question"])
async def test_token_when_only_looked_at_then_nobody_is_signed_in(town: Town, kind: str) -> None:
    """GET and HEAD burn nothing and give no cookie; scanners of mail do both."""
    path = DOORS[kind].format(town.tokens[kind])
    for method in ("GET", "HEAD", "GET"):
        async with town.browser.request(method, path) as answer:
            assert (answer.status, [name for name in answer.cookies if name != "language"]) == (200, [])


async def test_feed_when_read_then_it_holds_no_way_in(town: Town) -> None:
    """Whoever sees a calendar gets addresses that ask for a sign-in, and no names of people."""
    async with town.browser.get(DOORS["feed"].format(town.tokens["feed"])) as answer:
        text = (await answer.text()).replace("\r\n ", "")
        assert "Set-Cookie" not in answer.headers
    paths = set(re.findall(r"https?://[^/\s]+(/[^\s;:]*)", text)) - {DOORS["feed"].format(town.tokens["feed"])}
    assert paths
    assert {await opened(town, path, JSON) for path in paths} == {401}
    assert [name for name in ("Amina", "Bilal", "Veera") if name in text] == []


async def test_doors_when_listed_then_each_open_form_is_one_of_those_that_need_no_sign_in(town: Town) -> None:
    """Whatever changes something for a stranger stands in the list with its reason; what asks for a proof, whole."""
    public = {
        f"{route.method} {route.resource.canonical}"
        for route in town.app.router.routes()
        if route.resource is not None and route.method != "HEAD"
        if (rule := getattr(route.handler, "rule", "")) == PROOF or (rule == "public" and route.method == "POST")
    }
    assert public == AT_THE_DOOR.keys()
    assert [path for path, reason in AT_THE_DOOR.items() if len(reason) < 10] == []
