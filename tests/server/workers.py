"""A planned house whose first lesson is on, served by as many workers as a test starts, and people at their sockets."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import socketio
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer
from aiohttp.web import AppRunner

from calendars.clock import Clock
from calendars.tables import Person
from server.app import build
from server.auth.signin import personal_link, staff_demo_link
from server.keys import SECRET
from server.settings import Settings
from tests.calendars.planned import MONDAY, Planned

STAFF = ("Veera", "Toivo", "Kaisa")


class Worker(TestServer):
    """As production runs it: whoever goes away in the middle of an answer cancels no handler."""

    async def _make_runner(self, **options: Any) -> AppRunner:
        return AppRunner(self.app, **options | {"handler_cancellation": False})


@dataclass
class Seat:
    """Somebody's socket at one worker, and what came to it."""

    client: Any
    connection: str
    heard: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    entrance: dict[str, Any] = field(default_factory=dict)

    async def signal(self, lesson: str, to: "Seat", data: object) -> Any:
        return await self.client.call("signal", {"lesson": lesson, "to": to.connection, "data": data}, timeout=10)

    async def gets(self, count: int, seconds: float = 5) -> list[Any]:
        await until(lambda: len(self.heard) >= count, seconds)
        return [message["data"] for _, message in self.heard]


async def until(true: Callable[[], bool], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


class House:
    """A planned house whose first lesson is on, and as many workers as a test starts."""

    def __init__(self, planned: Planned, database: str, stack: AsyncExitStack) -> None:
        self.planned = planned
        self.lesson = planned.lessons["first"][0]
        self._database = database
        self._stack = stack
        self._clock = Clock(MONDAY + timedelta(minutes=65) - Clock().now())

    async def worker(self, redis: str = "", **more: Any) -> TestServer:
        settings = replace(Settings(), database=self._database, redis=redis, demo=True, beat=1, **more)
        server = Worker(build(settings, self._clock))
        await server.start_server()
        self._stack.push_async_callback(server.close)
        return server

    async def link(self, worker: TestServer, name: str) -> str:
        """Somebody's personal link, or the demo's for staff."""
        async with self.planned.store.look() as look:
            who = await look.get(Person, self.planned.people[name])
        assert who is not None
        make = staff_demo_link if name in STAFF else personal_link
        return make(worker.app[SECRET], who.id, who.generation)

    async def signs_in(self, worker: TestServer, name: str) -> ClientSession:
        """A browser of hers at this worker."""
        session = await self._stack.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True)))
        link = worker.make_url(await self.link(worker, name))
        async with session.post(link, data={"own": "yes"}, allow_redirects=False) as answer:
            assert answer.status == 303
        return session

    async def enters(self, worker: TestServer, name: str) -> Seat:
        """Her socket at this worker, inside the lesson."""
        session = await self.signs_in(worker, name)
        client = socketio.AsyncClient(http_session=session, reconnection=False)
        seat = Seat(client, "")
        client.on("signal", lambda message: seat.heard.append((time.monotonic(), message)))
        client.on("beat", lambda _beat: None)
        await client.connect(str(worker.make_url("/")), transports=["websocket"])
        self._stack.push_async_callback(client.disconnect)
        seat.entrance = await client.call("enter", {"lesson": self.lesson}, timeout=10)
        seat.connection = seat.entrance["you"]["connection"]
        return seat
