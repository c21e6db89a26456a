"""Every answer wears its headers: pages, refusals, wrong methods, files; and the policy lets nothing inline run."""

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from server.middleware.headers import ALWAYS, POLICY
from server.migrations import migrate
from tests.rights.town import Town, served


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    url = f"sqlite+aiosqlite:///{tmp_path}/town.db"
    await migrate(url)
    async with served(url, trusted_proxies=(ip_network("127.0.0.0/8"),)) as found:
        yield found


def test_policy_when_read_then_nothing_inline_and_nothing_from_elsewhere() -> None:
    parts = dict(part.strip().split(" ", 1) for part in POLICY.split(";"))
    assert parts["default-src"] == "'none'"
    assert parts["script-src"] == parts["style-src"] == "'self'"
    assert parts["base-uri"] == "'none'"
    assert parts["form-action"] == "'self'"
    assert [word for word in ("unsafe-inline", "unsafe-eval", "*", "http") if word in POLICY] == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200), ("GET", "/nowhere", 404), ("GET", "/house", 401), ("HEAD", "/house", 401),
        ("DELETE", "/", 405), ("OPTIONS", "/house", 405), ("POST", "/sign-out", 401), ("POST", "/code", 422),
        ("GET", "/static/nothing.js", 404), ("GET", "/static/../pyproject.toml", 404), ("GET", "/socket.io/", 401),
        ("GET", "/health/live", 200), ("GET", "/feeds/a.b.ics", 404),
    ],
)  # fmt: skip
async def test_answer_when_anything_is_asked_then_it_wears_the_headers(
    town: Town, method: str, path: str, status: int
) -> None:
    async with town.browser.request(method, path, headers={"Accept": "application/json"}) as answer:
        assert answer.status == status
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS


@pytest.mark.parametrize("line", ["SESAME / HTTP/1.1", "GET / HTTP/9.9", "GET /\x01 HTTP/1.1", "hello"])
async def test_answer_when_the_request_is_no_http_then_refused_and_no_version_told(town: Town, line: str) -> None:
    reader, writer = await asyncio.open_connection(town.browser.host, town.browser.port)
    writer.write(f"{line}\r\nHost: house\r\n\r\n".encode())
    told = (await asyncio.wait_for(reader.read(), 10)).decode().lower()
    writer.close()
    await writer.wait_closed()
    assert told.startswith(("http/1.1 400 ", "http/1.0 400 "))
    assert [word for word in ("aiohttp", "python", "traceback") if word in told] == []


async def test_file_when_it_is_served_then_it_wears_them_and_may_be_kept(town: Town) -> None:
    async with town.browser.get("/sign-in") as page:
        text = await page.text()
    style = text.split('rel="stylesheet" href="')[1].split('"')[0]
    async with town.browser.get(style) as answer:
        assert answer.status == 200
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
        assert "no-store" not in answer.headers.get("Cache-Control", "")


async def test_answer_when_the_line_is_https_then_the_browser_stays_with_it(town: Town) -> None:
    for scheme, said in (("https", "max-age=31536000"), ("http", None)):
        async with town.browser.get("/sign-in", headers={"X-Forwarded-Proto": scheme}) as answer:
            assert answer.headers.get("Strict-Transport-Security") == said
