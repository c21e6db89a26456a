"""The line to a video server: what it gives, what it does when a server is bad, and what it never tells."""

import asyncio
import gzip
import logging
import socket
import ssl
import struct
import traceback
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from calendars.clock import SetClock
from calendars.errors import Unavailable
from classroom.video.line import Line, Patience
from server.errorwords import ERRORS
from server.tls import self_signed
from tests.classroom.video.loopback import Act, line_to, loopback, said

NINE = datetime(2026, 9, 1, 9, tzinfo=UTC)
SECRET = "5ecre7"
SIGNED = f"name=L%C3%A4ks%C3%B6+1&a=%7e~!$'()*,;:@/?&checksum={SECRET}"
GOOD = said("200 OK", "X-Kind: bbb", body=b"<response/>")
SHORT = Patience(attempt=0.15, whole=3.0, tries=2)
ONCE = Patience(whole=0.15)
SMALL = Patience(largest=100_000, tries=2)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NINE)


async def nothing(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Hangs until it is cancelled."""
    await asyncio.Event().wait()


async def drops(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Slow as can be, but always a little: no single read would time out."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b"<x>" * 21845 + b"<" + b"\r\n")
        await writer.drain()


async def reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The connection is torn down in the middle of an answer."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    await writer.drain()
    await asyncio.sleep(0.02)
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


BAD: dict[str, tuple[bytes | Act, str, int, Patience]] = {
    "never answers": (nothing, "video_silent", 2, SHORT),
    "drop by drop": (drops, "video_silent", 1, ONCE),
    "half an answer": (said("200 OK", "Content-Length: 100", body=b"half"), "video_unreadable", 2, SMALL),
    "half a head": (b"HTTP/1.1 200 OK\r\nContent-", "video_unreadable", 2, SMALL),
    "nothing at all": (b"", "video_unreadable", 2, SMALL),
    "another protocol": (b"SSH-2.0-OpenSSH_9.2p1\r\n", "video_unreadable", 2, SMALL),
    "a head without end": (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 40_000, "video_unreadable", 2, SMALL),
    "reset": (reset, "video_broken", 2, SMALL),
    "a body without end": (endless, "video_too_much", 1, SMALL),
    "a length of 100 MB": (said("200 OK", "Content-Length: 100000000", body=b"<"), "video_too_much", 1, SMALL),
    "a length of 5000 digits": (said("200 OK", "Content-Length: " + "9" * 5000), "video_unreadable", 2, SMALL),
    "packed": (
        said("200 OK", "Content-Encoding: gzip", body=gzip.compress(bytes(10_000_000))),
        "video_unreadable", 1, SMALL,
    ),
    "fault": (said("500 Oh", body=SECRET.encode()), "video_broken", 1, SMALL),
    "restart": (said("503 Later", "Retry-After: 3600"), "video_busy", 2, SMALL),
    "too many": (said("429 Slow"), "video_busy", 1, SMALL),
    "not you": (said("401 No"), "video_refused", 1, SMALL),
    "not this": (said("403 No"), "video_refused", 1, SMALL),
    "elsewhere inside": (said("302 There", "Location: http://169.254.169.254/"), "video_redirected", 1, SMALL),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
async def test_get_when_a_server_is_bad_then_its_code_and_no_secret_anywhere(
    name: str, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    act, code, tries, patience = BAD[name]
    caplog.set_level(logging.DEBUG)
    async with loopback(act) as server, line_to(server.base, clock, patience) as line:
        with pytest.raises(Unavailable) as refused:
            await line.get("/api/create", query=SIGNED, headers={"Authorization": f"Bearer {SECRET}"})
    assert (refused.value.code, refused.value.facts, len(server.heard)) == (code, {"server": "127.0.0.1"}, tries)
    assert (refused.value.__cause__, refused.value.__context__) == (None, None)
    assert SECRET not in "".join(traceback.format_exception(refused.value)) + caplog.text + repr(line.health)
    assert (line.health.problem, line.health.at) == (code, NINE)
    assert code in ERRORS


async def test_get_when_the_answer_is_without_end_then_little_of_it_is_ever_taken(clock: SetClock) -> None:
    sent = 0

    async def counted(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(1600):  # 100 MB
            writer.write(b"<" * 65536)
            await writer.drain()
            sent += 65536

    async with loopback(counted) as server, line_to(server.base, clock) as line:
        with pytest.raises(Unavailable, match="video_too_much"):
            await line.get("/")
    assert sent < 30_000_000


async def test_get_when_it_is_answered_then_everything_went_as_it_was_written(
    clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    ahead = said("200 OK", "Date: " + format_datetime(NINE.replace(minute=5), usegmt=True), "Set-Cookie: a=b; Path=/")
    none = said("404 No", "Date: yesterday", body=b"{}")
    async with loopback(GOOD, ahead, none) as server, line_to(f"{server.base}/bigbluebutton/", clock) as line:
        first = await line.get("/api/create", query=SIGNED, headers={"X-Key": "k"})
        assert line.skew is None
        second = await line.post("/twirp", body=b'{"room":"\xc3\xa4"}', headers={"Content-Type": "application/json"})
        third = await line.call("DELETE", "/group")
    assert (first.status, first.headers["x-kind"], first.body) == (200, "bbb", b"<response/>")
    assert (second.body, third.status, third.body, line.skew) == (b"", 404, b"{}", 300.5)
    heads = [one.decode().split("\r\n") for one in server.heard]
    assert [one[0] for one in heads] == [
        f"GET /bigbluebutton/api/create?{SIGNED} HTTP/1.1",
        "POST /bigbluebutton/twirp HTTP/1.1",
        "DELETE /bigbluebutton/group HTTP/1.1",
    ]
    assert heads[1][-1] == '{"room":"ä"}'
    assert "X-Key: k" in heads[0]
    assert not [line for head in heads for line in head if line.lower().startswith("cookie")]


async def test_get_when_sent_to_an_address_inside_then_nobody_there_hears_of_it(clock: SetClock) -> None:
    async with loopback(GOOD) as inside:
        moved = said("301 Moved", f"Location: {inside.base}/admin?{SIGNED}")
        async with loopback(moved) as server, line_to(server.base, clock) as line:
            with pytest.raises(Unavailable, match="video_redirected"):
                await line.get("/api")
        assert inside.heard == []


@pytest.mark.parametrize(
    ("method", "repeatable", "heard"),
    [("GET", None, 3), ("PUT", None, 3), ("POST", None, 1), ("POST", True, 3), ("GET", False, 1)],
)
async def test_call_when_a_server_restarts_then_only_what_is_harmless_is_repeated(
    clock: SetClock, method: str, repeatable: bool | None, heard: int
) -> None:
    restarts = said("502 Bad Gateway")
    async with loopback(restarts, restarts, GOOD) as server, line_to(server.base, clock) as line:
        if heard == 3:
            assert (await line.call(method, "/", repeatable=repeatable)).body == b"<response/>"
            assert line.health.problem is None
        else:
            with pytest.raises(Unavailable, match="video_busy"):
                await line.call(method, "/", repeatable=repeatable)
    assert len(server.heard) == heard


async def test_get_when_nobody_is_there_or_its_certificate_is_its_own_then_each_has_its_word(
    clock: SetClock, tmp_path: Path
) -> None:
    async with loopback(GOOD) as gone:
        pass
    async with line_to(gone.base, clock) as line:
        with pytest.raises(Unavailable, match="video_unreachable"):
            await line.get("/")
    for name, made in zip(("c.pem", "k.pem"), self_signed(["127.0.0.1"]), strict=True):
        (tmp_path / name).write_bytes(made)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(tmp_path / "c.pem", tmp_path / "k.pem")
    async with loopback(GOOD, tls=own) as server, line_to(server.base, clock) as line:
        with pytest.raises(Unavailable, match="video_untrusted"):
            await line.get("/")
    assert server.heard == []


@pytest.mark.parametrize(
    "base",
    [
        "", "meet.example.org", "ftp://x.example.org", "file:///etc/passwd", "https://", "https://me:pw@x.example.org",
        "https://x.example.org/?a=b", "https://x.example.org/#a", "https://x.example.org:99999", "https://[::1",
        "https://ä.example.org", "https://x.example.org/a b", "https://x\n.example.org",
    ],
)  # fmt: skip
async def test_get_when_the_address_is_none_then_nothing_is_called(clock: SetClock, base: str) -> None:
    with pytest.raises(Unavailable) as refused:
        await Line(base, clock).get("/")
    assert (refused.value.code, refused.value.facts) == ("video_bad_address", {})


@pytest.mark.parametrize("zone", ["+" + "9" * 30, "+" + "9" * 16, "+9999", "-0000", "x"])
async def test_get_when_the_date_is_nonsense_then_the_answer_counts_all_the_same(clock: SetClock, zone: str) -> None:
    strange = said("200 OK", f"Date: Tue, 01 Sep 2026 09:00:00 {zone}")
    async with loopback(strange) as server, line_to(server.base, clock) as line:
        assert (await line.get("/")).status == 200


async def test_get_when_what_is_asked_is_not_quoted_then_it_never_goes_out_nor_into_a_message(clock: SetClock) -> None:
    async with loopback(GOOD) as server, line_to(server.base, clock) as line:
        for query in (f"a=ä{SECRET}", f"a=b HTTP/1.1\r\nX: {SECRET}"):
            with pytest.raises(ValueError, match="quoted") as refused:
                await line.get("/", query=query)
            assert SECRET not in "".join(traceback.format_exception(refused.value, limit=0))
    assert server.heard == []


async def test_line_when_a_server_fails_three_times_then_it_rests_and_one_call_tries(clock: SetClock) -> None:
    fault, gate = said("500 Oh"), asyncio.Event()

    async def late(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gate.wait()
        writer.write(GOOD)

    async with loopback(fault, fault, fault, fault, late, GOOD) as server, line_to(server.base, clock) as line:
        for _ in range(3):
            with pytest.raises(Unavailable, match="video_broken"):
                await line.get("/")
        assert (line.health.state, line.health.since) == ("resting", NINE)
        for seconds, code, wait in [
            (0, "resting", 10),
            (9.5, "resting", 1),
            (0.5, "broken", None),
            (10, "resting", 10),
        ]:
            clock.forward(seconds=seconds)
            with pytest.raises(Unavailable, match=f"video_{code}") as refused:
                await line.get("/")
            assert refused.value.facts.get("seconds") == wait
        assert len(server.heard) == 4
        clock.forward(seconds=10)
        first = asyncio.create_task(line.get("/"))
        await asyncio.sleep(0)
        with pytest.raises(Unavailable, match="video_resting"):
            await line.get("/")
        gate.set()
        assert (await first).status == 200
        assert (await line.get("/")).status == 200
    health = line.health
    assert (health.state, health.since, health.problem, health.answered) == (
        "well",
        clock.now(),
        "video_broken",
        clock.now(),
    )


async def test_line_when_whoever_tries_is_cancelled_or_somebody_looks_then_the_next_may_try(clock: SetClock) -> None:
    fault = said("500 Oh")
    async with loopback(fault, fault, fault, nothing, GOOD) as server, line_to(server.base, clock) as line:
        for _ in range(3):
            with pytest.raises(Unavailable):
                await line.get("/")
        line.wake()
        first = asyncio.create_task(line.get("/"))
        while len(server.heard) < 4:
            await asyncio.sleep(0.001)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert (await line.get("/")).status == 200


def test_line_when_it_is_loaded_then_what_would_write_addresses_is_silent() -> None:
    for name in ("httpx", "httpcore.http11", "httpcore.connection"):
        assert not logging.getLogger(name).isEnabledFor(logging.INFO)
