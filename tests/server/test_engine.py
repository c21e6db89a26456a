"""What server/engine.py leans on in python-engineio: an upgrade that moves it must fail here, not in a lesson."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import socketio
from aiohttp import ClientWebSocketResponse, web
from aiohttp.test_utils import TestClient, TestServer
from engineio.packet import NOOP, Packet

from server.engine import QUEUE_MOST, Reaper, make_engine

ADDRESS = "/socket.io/?EIO=4&transport=websocket"


@pytest.fixture
def sio() -> socketio.AsyncServer:
    return make_engine()


@pytest.fixture
async def client(sio: socketio.AsyncServer) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application()
    app.router.add_get("/socket.io/", sio.handle_request)
    made = TestClient(TestServer(app))
    await made.start_server()
    yield made
    await made.close()
    await sio.shutdown()


async def greeted(client: Any) -> ClientWebSocketResponse:
    socket: ClientWebSocketResponse = await client.ws_connect(ADDRESS, compress=15)
    assert (await socket.receive_str()).startswith("0{")
    await socket.send_str("40")
    assert (await socket.receive_str()).startswith("40{")
    return socket


async def test_socket_when_the_browser_offers_deflate_then_none_is_used(sio: socketio.AsyncServer, client: Any) -> None:
    sio.on("connect", lambda *_: True)
    socket = await greeted(client)
    assert socket.compress == 0
    await socket.close()


async def test_socket_when_asked_for_polling_then_refused(client: Any) -> None:
    async with client.get("/socket.io/?EIO=4&transport=polling") as answer:
        assert answer.status == 400


async def test_events_when_the_first_one_is_slow_then_the_second_waits_for_it(
    sio: socketio.AsyncServer, client: Any
) -> None:
    ended: list[str] = []

    async def say(_sid: str, name: str) -> str:
        if name == "slow":
            await asyncio.sleep(0.1)
        ended.append(name)
        return name

    sio.on("say", say)
    socket = await greeted(client)
    for number, name in enumerate(("slow", "quick")):
        await socket.send_str(f"42{number}" + json.dumps(["say", name]))
    answers = [await socket.receive_str(), await socket.receive_str()]
    assert (ended, answers) == (["slow", "quick"], ['430["slow"]', '431["quick"]'])
    await socket.close()


async def test_reaper_when_a_client_does_not_keep_up_then_it_is_dropped_and_another_stays(
    sio: socketio.AsyncServer, client: Any
) -> None:
    sio.on("connect", lambda *_: True)
    keeps, lags = await greeted(client), await greeted(client)
    good, bad = list(sio.eio.sockets)
    for _ in range(QUEUE_MOST + 1):
        sio.eio.sockets[bad].queue.put_nowait(Packet(NOOP))
    await Reaper(sio).sweep()
    assert (sio.eio.sockets[good].closed, bad in sio.eio.sockets and not sio.eio.sockets[bad].closed) == (False, False)
    await keeps.close()
    await lags.close()
