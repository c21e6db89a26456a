"""Where the house may not call it does not, however the address is written and whatever its name says later."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from ipaddress import ip_network
from typing import Any

import pytest

from calendars.clock import Clock
from calendars.errors import Invalid, Unavailable
from calendars.reach import LOOPBACK, PUBLIC, Reach
from classroom.video.dial import check
from classroom.video.line import Line
from classroom.video.observer import visit
from tests.classroom.video.loopback import Loopback, loopback, said

DISGUISES = [
    "127.0.0.1", "localhost", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0", "0.0.0.0", "[::ffff:127.0.0.1]",
    "[::1]", "[::]", "[64:ff9b::7f00:1]", "[::7f00:1]",
]  # fmt: skip
ABROAD = "93.184.216.34"  # public, and never called here
Answers = Callable[..., Awaitable[list[Any]]]


@pytest.fixture
async def secret() -> AsyncIterator[Loopback]:
    """What listens inside, and should never be heard of."""
    async with loopback(said("200 OK", body=b"internal secret")) as server:
        yield server


def port_of(server: Loopback) -> int:
    return int(server.base.rpartition(":")[2])


def names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """A name server that gives one answer after another; the names that were looked up."""
    asked: list[str] = []

    def look_up(host: str, port: int, **_more: object) -> list[Any]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize("host", DISGUISES)
async def test_call_when_the_address_is_an_inside_one_then_nobody_is_called(host: str, secret: Loopback) -> None:
    base = f"https://{host}:{port_of(secret)}"
    line = Line(base, Clock())
    with pytest.raises(Unavailable) as told:
        await line.get("/")
    with pytest.raises(Unavailable) as heard:
        await visit(line, "group", "token")
    await line.close()
    assert {told.value.code, heard.value.code} <= {"video_inside", "video_bad_address"}  # the latter: not even asked
    assert secret.heard == []


async def test_call_when_the_address_is_inside_then_the_code_says_so_and_nothing_else_of_it(secret: Loopback) -> None:
    line = Line(secret.base.replace("http:", "https:"), Clock())
    with pytest.raises(Unavailable, match="video_inside") as told:
        await line.get("/")
    assert told.value.facts == {"server": "127.0.0.1"}
    with pytest.raises(Invalid, match="video_inside") as refused:
        await check(line.base, PUBLIC, "url")
    assert refused.value.facts == {"field": "url", "server": "127.0.0.1"}


async def test_call_when_the_name_changes_its_answer_then_only_the_judged_address_is_dialled(
    secret: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = names(monkeypatch, ["127.0.0.1"], ["10.0.0.1"])
    line = Line(f"http://moving.example.org:{port_of(secret)}", Clock(), reach=Reach(LOOPBACK))
    assert (await line.get("/")).body == b"internal secret"
    await line.close()
    assert (asked, len(secret.heard)) == (["moving.example.org"], 1)
    with pytest.raises(Unavailable, match="video_inside"):
        await line.get("/")  # a new connection is judged anew
    assert (len(asked), len(secret.heard)) == (2, 1)
    await line.close()


async def test_call_when_a_name_has_an_inside_address_among_others_then_that_one_is_never_tried(
    secret: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    names(monkeypatch, ["10.9.9.9", "127.0.0.1", "169.254.169.254"])
    line = Line(f"http://mixed.example.org:{port_of(secret)}", Clock(), reach=Reach((ip_network("127.0.0.1/32"),)))
    assert (await line.get("/")).status == 200
    await line.close()


async def test_call_when_a_server_leads_to_an_inside_address_then_nobody_follows(secret: Loopback) -> None:
    async with loopback(said("302 Found", f"Location: {secret.base}/")) as outside:
        line = Line(outside.base, Clock(), reach=Reach(LOOPBACK))
        with pytest.raises(Unavailable, match="video_redirected"):
            await line.get("/")
        with pytest.raises(Unavailable, match="video_redirected"):
            await visit(line, "group", "token")
        await line.close()
    assert secret.heard == []


async def test_lookups_when_the_name_server_is_silent_then_nobody_else_waits_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_asked, **_more: silent.wait(30) and [])
    waiting = [asyncio.create_task(check(f"https://host{n}.example.org", PUBLIC, "url")) for n in range(40)]
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        assert await asyncio.to_thread(lambda: "at once") == "at once"
    silent.set()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_call_when_it_is_not_encrypted_then_only_inside_what_the_machine_lists(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names(monkeypatch, [ABROAD])
    line = Line("http://plain.example.org", Clock(), reach=Reach(LOOPBACK))
    with pytest.raises(Unavailable, match="video_plain"):
        await line.get("/")
    with pytest.raises(Invalid, match="video_plain"):
        await check(line.base, line.reach, "url")
    await check("https://plain.example.org", line.reach, "url")
    await line.close()


@pytest.mark.parametrize("written", ["", "https://", "https://[", "https://x:99999", "no address", "https://[::1"])
async def test_check_when_it_is_no_address_then_its_own_check_says_more(written: str) -> None:
    await check(written, PUBLIC, "url")
