"""Messages of video servers over the wire: proven, taken once, and answered so that a good server goes on sending."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from sqlalchemy import make_url
from yarl import URL

from calendars import chains
from classroom import register, serverstates
from classroom.video.jitsi import Jitsi
from classroom.video.provider import Finding
from server import hooks
from server.keys import STORE, VIDEO
from server.pages.setup.server_health import clock_told
from tests.calendars.planned import MONDAY, SYSTEM
from tests.programs import Postgres
from tests.server.test_provider_switch import JITSI
from tests.server.workers import House

Answered = tuple[int, bytes]
Asks = Callable[..., Awaitable[Answered]]
JOINED, LEFT = "events/occupant/joined", "events/occupant/left"


@pytest.fixture
async def worker(house: House) -> TestServer:
    """A worker whose programme has its rooms from a Jitsi; the house lives at another time than the Jitsi."""
    async with house.planned.store.work() as work:
        await chains.choose(work, SYSTEM, house.planned.programme, ["jitsi"])
    return await house.worker(**JITSI)


@pytest.fixture
async def caller(worker: TestServer) -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


def proof(worker: TestServer) -> dict[str, str]:
    jitsi = worker.app[VIDEO].of("jitsi")
    assert isinstance(jitsi, Jitsi)
    return {"Authorization": f"Bearer {jitsi.proof}"}


def told(house: House, worker: TestServer, name: str, joined: int, left: int | None = None) -> dict[str, Any]:
    """So many seconds after ten o'clock by the clock of the house; the Jitsi has its own."""
    ten = MONDAY + timedelta(hours=1) - worker.app[STORE].clock.shift
    one: dict[str, Any] = {"occupant_jid": f"{name}@x", "id": house.planned.people[name], "name": "typed by hand"}
    one |= {"joined_at": int((ten + timedelta(seconds=joined)).timestamp())}
    if left is not None:
        one |= {"left_at": int((ten + timedelta(seconds=left)).timestamp())}
    return {"room_name": house.lesson, "room_jid": f"{house.lesson}@conference", "occupant": one}


async def test_hook_when_a_jitsi_tells_then_it_is_evidence_once_in_the_time_of_the_house(
    house: House, worker: TestServer, caller: ClientSession
) -> None:
    async def tells(path: str, message: dict[str, Any]) -> int:
        url = worker.make_url(f"/hooks/jitsi/{path}")
        async with caller.post(url, headers=proof(worker), json=message) as answer:
            return answer.status

    for _ in range(2):
        assert await tells(JOINED, told(house, worker, "Amina", 5)) == 200
        assert await tells(LEFT, told(house, worker, "Amina", 5, 185)) == 200
    assert await tells(JOINED, told(house, worker, "Stranger", 5)) == 200
    async with house.planned.store.look() as look:
        found = await register.register(look, SYSTEM, house.lesson)
    amina = next(one for one in found.entries if one.name == "Amina")
    room = [(one.starts, one.ends) for one in amina.reckoning.intervals if one.kind == "room"]
    begun = int((MONDAY + timedelta(hours=1)).timestamp())
    assert [(starts - begun, ends - begun) for starts, ends in room] == [pytest.approx((5, 185), abs=1)]
    assert [one.kind for one in found.evidence] == ["provider", "provider"]


async def test_hook_when_the_clock_there_is_minutes_ahead_then_the_administrators_line_says_how_far(
    house: House, worker: TestServer, caller: ClientSession
) -> None:
    ahead = (worker.app[STORE].clock.now() - MONDAY - timedelta(hours=1)).total_seconds() + 300
    url = worker.make_url(f"/hooks/jitsi/{JOINED}")
    async with caller.post(url, headers=proof(worker), json=told(house, worker, "Amina", int(ahead))) as answer:
        assert answer.status == 200
    async with house.planned.store.look() as look:
        known = (await serverstates.known(look))["jitsi"]
    assert known.problem == "video_tells_ahead"
    assert int(known.facts["seconds"]) == pytest.approx(300, abs=5)  # type: ignore[call-overload]
    assert not known.away
    found = clock_told(known, worker.app[STORE].clock.now())
    assert found == Finding(
        "clock", known.problem, {"server": known.facts["server"], "seconds": known.facts["seconds"]}
    )
    assert clock_told(known, worker.app[STORE].clock.now() + timedelta(minutes=11)) is None


@pytest.fixture
def asks(worker: TestServer, caller: ClientSession, good: bytes) -> Asks:
    """One message, as somebody sends it."""

    async def send(method: str, path: str, body: bytes = good, headers: Mapping[str, str] | None = None) -> Answered:
        url = URL(f"{worker.make_url('/hooks/')}{path}", encoded=True)
        named = proof(worker) if headers is None else headers
        async with caller.request(method, url, headers=named, data=body) as answer:
            return answer.status, await answer.read()

    return send


@pytest.fixture
def good(house: House, worker: TestServer) -> bytes:
    return json.dumps(told(house, worker, "Amina", 5)).encode()


async def nothing_stands(house: House) -> None:
    async with house.planned.store.look() as look:
        assert (await register.register(look, SYSTEM, house.lesson)).evidence == ()


async def test_hook_when_it_has_no_proof_then_nothing_is_taken_and_nobody_learns_which_servers_we_have(
    house: House, worker: TestServer, asks: Asks
) -> None:
    refused = await asks("POST", f"jitsi/{JOINED}", headers={})
    assert refused[0] == 401
    assert json.loads(refused[1])["code"] == "bad_proof"
    for method, path, headers in (
        ("POST", f"jitsi/{JOINED}", {"Authorization": "Bearer wrong"}),
        ("POST", f"jitsi/{JOINED}", {"Authorization": "Bearer \x80ä", "Cookie": "sign_in=x", "Origin": "https://evil"}),
        ("POST", f"nobody/{JOINED}", None),
        ("POST", "builtin", None),
        ("GET", "jitsi", {}),
        ("DELETE", "jitsi/conference/5", {}),
        ("POST", f"jitsi%00/{JOINED}", None),
        ("POST", "x" * 5000, None),
    ):
        assert await asks(method, path, headers=headers) == refused, (method, path)
    await nothing_stands(house)


async def test_hook_when_it_is_theirs_and_no_message_then_it_is_not_sent_again_and_nothing_is_taken(
    house: House, good: bytes, asks: Asks
) -> None:
    for path, body in (
        (JOINED, b"{"), (JOINED, b"\xff\x00"), (JOINED, b"[" * 100_000), ("events/else", good), (JOINED, b"[]"),
        (JOINED, good.replace(b'"joined_at": ', b'"joined_at": 9')), ("../../..", good), ("", good),
    ):  # fmt: skip
        assert (await asks("POST", f"jitsi/{path}", body))[0] == 200, path
    assert (await asks("POST", f"jitsi/{JOINED}", b" " * (hooks.LARGEST + 1)))[0] == 413
    assert (await asks("PUT", f"jitsi/{JOINED}"))[0] == 405
    await nothing_stands(house)


async def test_hook_when_too_many_come_without_proof_then_they_wait_and_invented_names_count_as_one(
    worker: TestServer, asks: Asks
) -> None:
    worker.app[hooks.HOOKS].__init__(3)  # type: ignore[misc]
    for _ in range(5):  # whoever has the proof is never counted
        assert (await asks("POST", f"jitsi/{JOINED}", b"[]"))[0] == 200
    found = [(await asks("POST", path, headers={}))[0] for path in ("nobody", "another", "third", "fourth", "jitsi")]
    assert found == [401, 401, 401, 429, 401]
    assert [(await asks("POST", "jitsi", headers={}))[0] for _ in range(3)] == [401, 401, 429]
    assert (await asks("POST", f"jitsi/{JOINED}", b"[]"))[0] == 200  # nobody can silence a server of ours by rubbish


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_hook_when_the_database_is_away_then_they_are_told_to_come_again(
    asks: Asks, database: str, postgresql: Postgres
) -> None:
    name = make_url(database).database
    postgresql.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    postgresql.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    assert (await asks("POST", f"jitsi/{JOINED}"))[0] == 503
    postgresql.run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert (await asks("POST", f"jitsi/{JOINED}"))[0] == 200
