"""Two workers, one house: a call's signals find their way from one to the other, with Redis, without it and past it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
import socketio
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer
from sqlalchemy import event, func, select

from calendars.clock import Clock
from calendars.store import Store
from calendars.tables import Person
from classroom.tables import Signal, Visit
from server.app import build
from server.auth.signin import personal_link, staff_demo_link
from server.keys import LIVE, SECRET, STORE
from server.settings import Settings
from tests.calendars.planned import MONDAY, Planned, plan_house
from tests.programs import Redis


@dataclass
class Seat:
    """Somebody's socket at one worker, and what came to it."""

    client: Any
    connection: str
    heard: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

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

    async def worker(self, redis: str = "") -> TestServer:
        settings = replace(Settings(), database=self._database, redis=redis, demo=True, beat=1)
        server = TestServer(build(settings, self._clock))
        await server.start_server()
        self._stack.push_async_callback(server.close)
        return server

    async def enters(self, worker: TestServer, name: str) -> Seat:
        session = await self._stack.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True)))
        async with self.planned.store.look() as look:
            who = await look.get(Person, self.planned.people[name])
        assert who is not None
        make = staff_demo_link if name in ("Veera", "Toivo") else personal_link
        link = make(worker.app[SECRET], who.id, who.generation)
        async with session.post(worker.make_url(link), data={"own": "yes"}, allow_redirects=False) as answer:
            assert answer.status == 303
        client = socketio.AsyncClient(http_session=session, reconnection=False)
        seat = Seat(client, "")
        client.on("signal", lambda message: seat.heard.append((time.monotonic(), message)))
        client.on("beat", lambda _beat: None)
        await client.connect(str(worker.make_url("/")), transports=["websocket"])
        self._stack.push_async_callback(client.disconnect)
        seat.connection = (await client.call("enter", {"lesson": self.lesson}, timeout=10))["you"]["connection"]
        return seat


@pytest.fixture
async def house(store: Store, database: str) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        yield House(await plan_house(store), database, stack)


async def test_signal_when_there_is_no_redis_then_it_comes_within_two_seconds_and_leaves_nothing(house: House) -> None:
    first, second = await house.worker(), await house.worker()
    veera, amina = await house.enters(first, "Veera"), await house.enters(second, "Amina")
    sent = time.monotonic()
    for number in range(5):
        assert await veera.signal(house.lesson, amina, {"n": number}) == {}
    assert await amina.gets(5) == [{"n": number} for number in range(5)]
    assert amina.heard[-1][0] - sent < 2
    assert amina.heard[0][1] == {"lesson": house.lesson, "from": veera.connection, "data": {"n": 0}}
    await amina.signal(house.lesson, veera, "answer")
    assert await veera.gets(1) == ["answer"]
    async with house.planned.store.look() as look:
        assert await look.one(select(func.count()).select_from(Signal)) == 0
        assert await look.one(select(func.count()).select_from(Visit)) == 2


async def test_signal_when_redis_answers_then_it_comes_at_once_and_past_the_database(
    house: House, redis_url: str
) -> None:
    first, second = await house.worker(redis_url), await house.worker(redis_url)
    veera, amina = await house.enters(first, "Veera"), await house.enters(second, "Amina")
    pokes = [worker.app[LIVE]._pokes for worker in (first, second)]
    await until(lambda: all(one.answers for one in pokes))
    with statements(first) as said:
        sent = time.monotonic()
        await veera.signal(house.lesson, amina, "offer")
        assert await amina.gets(1) == ["offer"]
        assert amina.heard[0][0] - sent < 0.5
    assert [one for one in said if "signals" in one] == []


async def test_signal_when_redis_is_killed_in_the_middle_then_it_still_comes(house: House) -> None:
    redis = Redis()
    try:
        first, second = await house.worker(redis.url), await house.worker(redis.url)
        veera, amina = await house.enters(first, "Veera"), await house.enters(second, "Amina")
        await until(lambda: first.app[LIVE]._pokes.answers and second.app[LIVE]._pokes.answers)
        await veera.signal(house.lesson, amina, 1)
        redis.kill()
        for number in (2, 3):
            await veera.signal(house.lesson, amina, number)
        assert await amina.gets(3) == [1, 2, 3]
        redis.start()
        await until(lambda: first.app[LIVE]._pokes.answers and second.app[LIVE]._pokes.answers, 10)
        await veera.signal(house.lesson, amina, 4)
        assert await amina.gets(4) == [1, 2, 3, 4]
    finally:
        redis.stop()


async def test_signal_when_only_the_other_worker_lost_redis_then_it_comes_through_the_database(
    house: House, redis_url: str
) -> None:
    first, second = await house.worker(redis_url), await house.worker()
    veera, amina = await house.enters(first, "Veera"), await house.enters(second, "Amina")
    await until(lambda: first.app[LIVE]._pokes.answers)
    await veera.signal(house.lesson, amina, "offer")
    assert await amina.gets(1) == ["offer"]


async def test_signal_when_it_is_for_somebody_of_another_lesson_then_nobody_gets_it(house: House) -> None:
    first, second = await house.worker(), await house.worker()
    veera, amina = await house.enters(first, "Veera"), await house.enters(second, "Amina")
    other = house.planned.lessons["second"][0]
    stranger = Seat(None, "nobody")
    assert (await veera.signal(other, amina, "hello"))["problem"]["status"] == 404
    assert await veera.signal(house.lesson, stranger, "hello") == {}
    await amina.client.call("leave", {"lesson": house.lesson})
    assert await veera.signal(house.lesson, amina, "late") == {}
    await asyncio.sleep(1.2)
    assert amina.heard == []


async def test_poll_when_nobody_signals_then_one_statement_a_second_as_ever(house: House) -> None:
    worker = await house.worker()
    await house.enters(worker, "Veera")
    with statements(worker) as said:
        await worker.app[LIVE].streams.poll()
    assert [one.split("\n")[0] for one in said] == ["SELECT streams.stream, streams.number "]


@contextlib.contextmanager
def statements(worker: TestServer) -> Any:
    """What this worker asks its database meanwhile."""
    said: list[str] = []
    engine = worker.app[STORE]._reading.sync_engine

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", hear)
