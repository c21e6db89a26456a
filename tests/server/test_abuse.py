"""What a socket may be sent by somebody who means ill: it is closed, nothing is hoarded, and nobody else notices."""

import asyncio
import json
import logging
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError
from aiohttp.test_utils import TestServer
from yarl import URL

from server import engine, members
from server.keys import LIVE
from server.members import EVENTS_AT_ONCE
from tests.server.workers import House, Seat, until

ADDRESS = "/socket.io/?EIO=4&transport=websocket"


class Attacked:
    """A worker with a good learner in the lesson, and sockets of somebody else who is signed in too."""

    def __init__(self, house: House, worker: TestServer, good: Seat) -> None:
        self.house, self.worker, self.good = house, worker, good

    @property
    def sockets(self) -> int:
        return len(self.worker.app[LIVE]._sio.eio.sockets)  # type: ignore[attr-defined]

    async def socket(self, *, greets: bool = True) -> ClientWebSocketResponse:
        session = await self.house.signs_in(self.worker, "Bilal")
        socket: ClientWebSocketResponse = await session.ws_connect(self.worker.make_url(ADDRESS), max_msg_size=0)
        assert (await socket.receive_str()).startswith("0{")
        if greets:
            await socket.send_str("40")
            assert (await socket.receive_str()).startswith("40{")
        return socket

    async def good_is_well(self) -> None:
        """Whoever behaves is answered at once."""
        began = time.monotonic()
        answer = await self.good.client.call("hand", {"lesson": self.house.lesson, "up": True}, timeout=5)
        assert (answer, time.monotonic() - began < 2) == ({}, True)


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """No socket is treated otherwise because of the database."""
    shutil.copy(request.getfixturevalue("sqlite_pattern"), tmp_path / "oppitupa.db")
    return f"sqlite+aiosqlite:///{tmp_path}/oppitupa.db"


@pytest.fixture
async def attacked(house: House, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Attacked]:
    caplog.set_level(logging.WARNING)
    worker = await house.worker()
    yield Attacked(house, worker, await house.enters(worker, "Amina"))
    broken = [record for record in caplog.records if record.levelno >= logging.ERROR or record.exc_info]
    assert broken == []


async def closed(socket: ClientWebSocketResponse, within: float = 5) -> list[str]:
    """What still comes before the socket is closed from the other side."""
    heard: list[str] = []
    async with asyncio.timeout(within):
        while True:
            message = await socket.receive()
            if message.type is not WSMsgType.TEXT:
                assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)
                await socket.close()
                return heard
            heard.append(message.data)


async def answer_to(socket: ClientWebSocketResponse, number: int, event: str, *data: Any) -> Any:
    """Say an event, and what it is answered."""
    await socket.send_str(f"42{number}" + json.dumps([event, *data]))
    async with asyncio.timeout(5):
        while True:
            heard = await socket.receive_str()
            if heard.startswith(f"43{number}["):
                return json.loads(heard[2 + len(str(number)) :])[0]


BROKEN = {
    "no number in front": "hello",
    "an unknown packet": "9",
    "nothing": "",
    "a message without a packet": "4",
    "an unknown message": "47",
    "half JSON": '42["enter',
    "no JSON": "42hello",
    "an object for an event": '42{"enter": 1}',
    "an empty event": "42[]",
    "brackets without end": "42" + "[" * 30_000,
    "a number without end": "42" + "9" * 30_000 + '["enter"]',
    "binary attachments to come": '451-["enter",{"_placeholder":true,"num":0}]',
    "a thousand attachments to come": '451000-["enter",{"_placeholder":true,"num":0}]',
    "an acknowledgement in parts": '461-0[{"_placeholder":true,"num":0}]',
}


ODD = {
    "a number for a name": "42[1, {}]",
    "an unknown event": '42["sesame", {}]',
    "one of the library's own events": '42["disconnect"]',
    "an acknowledgement of nothing": "439[]",
    "an acknowledgement that is no list": "430{}",
    "a second greeting": "40",
    "another namespace": "40/admin,",
    "an event in another namespace": '42/admin,["enter", {}]',
}


async def test_socket_when_it_sends_what_means_nothing_then_it_is_passed_over_and_the_next_word_is_heard(
    attacked: Attacked,
) -> None:
    outcomes = {}
    for what, message in ODD.items():
        socket = await attacked.socket()
        await socket.send_str(message)
        await socket.send_str('427["watch",{}]')
        outcomes[what] = await closed_or_answered(socket, "437[")
        await socket.close()
    await attacked.good_is_well()
    assert outcomes == dict.fromkeys(ODD, "answered")


async def test_socket_when_it_sends_what_no_client_would_then_it_is_closed_and_nobody_else_notices(
    attacked: Attacked,
) -> None:
    outcomes = {}
    for what, message in BROKEN.items():
        socket = await attacked.socket()
        await socket.send_str(message)
        await socket.send_str('427["watch",{}]')
        outcomes[what] = await closed_or_answered(socket, "437[")
        await socket.close()
    await until(lambda: attacked.sockets == 1)
    await attacked.good_is_well()
    assert outcomes == dict.fromkeys(BROKEN, "closed")


async def closed_or_answered(socket: ClientWebSocketResponse, answer: str) -> str:
    async with asyncio.timeout(5):
        while True:
            message = await socket.receive()
            if message.type is not WSMsgType.TEXT:
                return "closed"
            if message.data.startswith(answer):
                return "answered"


async def test_event_when_its_data_is_not_what_it_should_be_then_a_clear_answer_each_time(attacked: Attacked) -> None:
    socket, lesson = await attacked.socket(), attacked.house.lesson
    asked: list[tuple[str, tuple[Any, ...], str]] = [
        ("enter", (), "bad_message"),
        ("enter", (None,), "bad_message"),
        ("enter", ([lesson],), "bad_message"),
        ("enter", ({"lesson": 7},), "bad_message"),
        ("enter", ({"lesson": "x" * 65},), "bad_message"),
        ("enter", ({"lesson": "invented"},), "not_found"),
        ("enter", ({"lesson": "nul\0"},), "not_found"),
        ("watch", ({"lesson": lesson},), "not_yours_to_do"),
        ("say", ({"lesson": lesson, "id": "a", "text": "before she came in"},), "not_found"),
        ("signal", ({"lesson": lesson, "to": "nobody"},), "not_found"),
        ("sesame", ({"lesson": lesson},), "bad_message"),
    ]
    told = []
    for number, (event, data, _) in enumerate(asked):
        told.append((await answer_to(socket, number, event, *data))["problem"]["code"])
    assert told == [code for _, _, code in asked]
    assert (await answer_to(socket, 90, "enter", {"lesson": lesson, "media": False}))["lesson"] == lesson
    odd: list[tuple[str, dict[str, Any], str]] = [
        ("say", {"id": "a", "text": 7}, "bad_message"),
        ("say", {"id": "a", "text": "long " * 2001}, "bad_message"),
        ("line", {"up": "fast"}, "bad_message"),
        ("line", {"up": True}, "bad_message"),
        ("signal", {"to": {}}, "bad_message"),
    ]
    told = []
    for number, (event, data, _) in enumerate(odd, 100):
        told.append((await answer_to(socket, number, event, {"lesson": lesson} | data))["problem"]["code"])
    assert told == [code for _, _, code in odd]
    assert await answer_to(socket, 200, "leave", {"lesson": lesson}) == {}
    await socket.close()


async def test_socket_when_a_packet_is_too_large_then_it_is_closed(attacked: Attacked) -> None:
    socket = await attacked.socket()
    await socket.send_str("42" + json.dumps(["say", {"text": "x" * engine.LARGEST}]))
    await closed(socket)
    await until(lambda: attacked.sockets == 1)
    await attacked.good_is_well()


async def test_socket_when_it_sends_bytes_then_it_is_closed(attacked: Attacked) -> None:
    socket = await attacked.socket()
    await socket.send_bytes(b"4" + bytes(1000))
    await closed(socket)
    await until(lambda: attacked.sockets == 1)
    await attacked.good_is_well()


async def test_socket_when_it_never_greets_then_it_is_closed_and_one_that_greets_stays(
    attacked: Attacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "GREET_WITHIN", 0.5)
    mute, polite = [await attacked.socket(greets=False) for _ in range(3)], await attacked.socket()
    for socket in mute:
        await closed(socket)
    await until(lambda: attacked.sockets == 2)
    assert (await answer_to(polite, 1, "leave", {"lesson": "none"})) == {}
    await polite.close()


async def test_socket_when_it_floods_with_events_then_it_is_told_and_cut_off_and_the_others_are_served(
    attacked: Attacked,
) -> None:
    socket = await attacked.socket()
    tasks = len(asyncio.all_tasks())
    for number in range(EVENTS_AT_ONCE + 50):
        await socket.send_str(f'42{number}["hand",{{"lesson":"none"}}]')
    await attacked.good_is_well()
    assert len(asyncio.all_tasks()) - tasks < 10, "one event after the other, not a task for each"
    heard = await closed(socket, 10)
    assert any('"code":"slow_down"' in one.replace(" ", "") for one in heard)
    await until(lambda: attacked.sockets == 1)
    await attacked.good_is_well()


async def test_entering_when_she_comes_and_goes_without_end_then_slowed_down_on_every_socket_of_hers(
    attacked: Attacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each stay is a row of evidence that nothing takes away again."""
    monkeypatch.setattr(members, "ENTRANCES_AT_ONCE", 3)
    lesson, answers = attacked.house.lesson, []
    for number in (1, 3):
        socket = await attacked.socket()
        for step in (number, number + 100):
            answers.append(await answer_to(socket, step, "enter", {"lesson": lesson, "media": False}))
            await answer_to(socket, step + 50, "leave", {"lesson": lesson})
        await socket.close()
    codes = [one["problem"]["code"] if "problem" in one else one["lesson"] for one in answers]
    assert codes == [lesson, lesson, lesson, "slow_down"]
    await attacked.good_is_well()


async def test_door_when_one_person_opens_sockets_without_end_then_the_next_is_refused(
    attacked: Attacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "SOCKETS_MOST", 2)
    opened = [await attacked.socket() for _ in range(2)]
    with pytest.raises(WSServerHandshakeError) as refused:
        await attacked.socket()
    assert refused.value.status == 429
    await opened.pop().close()
    await until(lambda: attacked.sockets == 2)
    await (await attacked.socket()).close()
    await opened.pop().close()


async def test_socket_when_it_floods_with_packets_that_are_no_events_then_it_is_cut_off(attacked: Attacked) -> None:
    for packet in ("40", "439[]", '42["sesame"]'):
        socket = await attacked.socket()
        for _ in range(engine.MESSAGES_AT_ONCE + 50):
            if socket.closed:
                break
            await socket.send_str(packet)
        await closed(socket, 10)
        await until(lambda: attacked.sockets == 1)
    await attacked.good_is_well()


async def test_socket_when_it_acknowledges_beats_that_nobody_sent_then_nothing_is_credited(attacked: Attacked) -> None:
    socket, lesson = await attacked.socket(), attacked.house.lesson
    assert (await answer_to(socket, 1, "enter", {"lesson": lesson, "media": False}))["lesson"] == lesson
    live = attacked.worker.app[LIVE]
    member = next(one for one in live.members if one.actor.name == "Bilal")  # type: ignore[attr-defined]
    first = await beat_of(socket)
    before = member.heard[lesson]
    for forged in (first + 1, first + 7, 99_999):
        await socket.send_str(f"43{forged}[]")
    await answer_to(socket, 2, "leave", {"lesson": "none"})  # heard behind them
    assert member.heard[lesson] == before
    await socket.send_str(f"43{first}[]")
    await answer_to(socket, 3, "leave", {"lesson": "none"})
    after = member.heard[lesson]
    assert after > before
    await socket.send_str(f"43{first}[]")  # the same once more
    await answer_to(socket, 4, "leave", {"lesson": "none"})
    assert member.heard[lesson] == after
    await socket.close()


async def beat_of(socket: ClientWebSocketResponse) -> int:
    """The packet number of the next beat, which its acknowledgement must carry."""
    async with asyncio.timeout(5):
        while True:
            heard = await socket.receive_str()
            number, bracket, event = heard[2:].partition("[")
            if heard.startswith("42") and event.startswith('"beat"') and bracket:
                return int(number)


@pytest.mark.parametrize(
    "address",
    [
        "/socket.io/", "/socket.io/?EIO=4", "/socket.io/?EIO=4&transport=polling",
        "/socket.io/?EIO=3&transport=websocket", "/socket.io/?EIO=4&transport=websocket&sid=invented",
        "/socket.io/?transport=%00", "/socket.io/?EIO=x",
    ],
)  # fmt: skip
async def test_door_when_asked_in_another_way_then_refused_without_a_trace(attacked: Attacked, address: str) -> None:
    session = await attacked.house.signs_in(attacked.worker, "Bilal")
    async with session.get(attacked.worker.make_url("/").join(URL(address, encoded=True))) as answer:
        assert answer.status == 400
        assert "Traceback" not in await answer.text()
    assert attacked.sockets == 1


async def test_door_when_the_page_is_of_another_origin_or_nobody_is_signed_in_then_refused(attacked: Attacked) -> None:
    session = await attacked.house.signs_in(attacked.worker, "Bilal")
    for headers in ({"Origin": "https://elsewhere.example"}, {"Origin": "null"}):
        with pytest.raises(WSServerHandshakeError) as refused:
            await session.ws_connect(attacked.worker.make_url(ADDRESS), headers=headers)
        assert refused.value.status in (401, 403)
    session.cookie_jar.clear()
    with pytest.raises(WSServerHandshakeError) as refused:
        await session.ws_connect(attacked.worker.make_url(ADDRESS))
    assert refused.value.status == 401
    assert attacked.sockets == 1
