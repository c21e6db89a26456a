"""Two workers, one house: a call's signals find their way from one to the other, with Redis, without it and past it."""

import asyncio
import contextlib
import time
from typing import Any

from aiohttp.test_utils import TestServer
from sqlalchemy import event, func, select

from classroom.tables import Signal, Visit
from server.keys import LIVE, STORE
from tests.programs import Redis
from tests.server.workers import House, Seat, until


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
        await amina.gets(1)
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
