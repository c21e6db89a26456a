"""Socket clients as thin as can be: they speak Engine.IO and Socket.IO by hand and remember every fact they hear."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp

from tests.benchmarks.crowd import Seat

AT_ONCE = 100  # of those who sign in: a browser's own few connections each, not a flood
WAIT = 60.0  # seconds for any one answer


class Client:
    """One person's browser."""

    def __init__(self, web: aiohttp.ClientSession, url: str, seat: Seat) -> None:
        self._web = web
        self._url = url
        self.seat = seat
        self.heard: list[tuple[str, int]] = []
        """(lesson, number) of every fact, in the order in which it came."""
        self._cookie = ""
        self._calls: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._next = 0
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reading: asyncio.Task[None] | None = None

    async def sign_in(self) -> None:
        """Press the one button of her link."""
        async with self._web.post(self._url + self.seat.link, data={"own": "yes"}, allow_redirects=False) as answer:
            answer.raise_for_status()
            self._cookie = "; ".join(f"{one.key}={one.value}" for one in answer.cookies.values())

    async def join(self) -> dict[str, Any]:
        """Open a socket and enter the lesson; the acknowledgement comes after the row is durable."""
        self._socket = await self._web.ws_connect(
            f"{self._url}/socket.io/?EIO=4&transport=websocket",
            headers={"Cookie": self._cookie, "Origin": self._url, "User-Agent": "benchmark"}, max_msg_size=0,
        )  # fmt: skip
        assert (await self._socket.receive_str(timeout=WAIT)).startswith("0{")
        await self._socket.send_str("40")
        assert (await self._socket.receive_str(timeout=WAIT)).startswith("40{")
        self._reading = asyncio.create_task(self._read(self._socket))
        answer = await self.call("enter", {"lesson": self.seat.lesson, "media": False})
        assert "problem" not in answer, answer
        return answer

    async def call(self, event: str, data: dict[str, Any]) -> dict[str, Any]:
        """Say something and wait for its acknowledgement."""
        assert self._socket is not None
        number, self._next = self._next, self._next + 1
        self._calls[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_str(f"42{number}" + json.dumps([event, data]))
        async with asyncio.timeout(WAIT):
            return await self._calls[number]

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            text = message.data
            if text == "2":
                await socket.send_str("3")
                continue
            id, bracket, rest = text[2:].partition("[")
            body = json.loads(bracket + rest)
            if text.startswith("43"):
                self._calls.pop(int(id)).set_result(body[0])
            elif body[0] == "facts":
                self.heard += [(one["stream"], one["number"]) for one in body[1]]
            elif id:  # a beat: its acknowledgement is the evidence
                await socket.send_str(f"43{id}[]")

    async def drop(self) -> None:
        """Fall out as a telephone in a lift does: no good-bye of any kind."""
        if self._socket is None or self._reading is None:
            return
        self._reading.cancel()
        connection = self._socket._conn
        if connection is not None and connection.transport is not None:
            connection.transport.abort()
        await asyncio.gather(self._reading, return_exceptions=True)


class Fleet:
    """All clients of one server."""

    def __init__(self, url: str, seats: Sequence[Seat]) -> None:
        self._web = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(WAIT),
        )  # fmt: skip
        self._url = url
        self.clients = [Client(self._web, url, seat) for seat in seats]

    async def all(self, step: Callable[[Client], Awaitable[Any]], at_once: int = 0) -> None:
        """Everybody does it, all at once or so many at a time."""
        gate = asyncio.Semaphore(at_once or len(self.clients))

        async def one(client: Client) -> None:
            async with gate:
                await step(client)

        async with asyncio.TaskGroup() as group:
            for client in self.clients:
                group.create_task(one(client))

    async def cpu(self) -> float:
        """The server's CPU seconds so far."""
        async with self._web.get(f"{self._url}/cpu") as answer:
            return float(await answer.text())

    async def quiet(self, of: float = 0.7) -> None:
        """Wait until nobody has heard anything for a while."""
        before = -1
        while (now := sum(len(client.heard) for client in self.clients)) != before:
            before = now
            await asyncio.sleep(of)

    async def close(self) -> None:
        await self.all(Client.drop)
        await self._web.close()
