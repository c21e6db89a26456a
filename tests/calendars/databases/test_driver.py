"""SQLite's driver: what it leans on in aiosqlite is still there, and it hops only where it may have to wait."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from calendars.databases import driver
from calendars.databases.engines import sqlite_engine


class Counted:
    """Stands in the place of a thread's queue, and counts what goes through."""

    def __init__(self, queue: Any) -> None:
        self._queue = queue
        self.hops = 0

    def put_nowait(self, step: object) -> None:
        self.hops += 1
        self._queue.put_nowait(step)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    made = sqlite_engine(f"sqlite+aiosqlite:///{tmp_path}/house.db", "BEGIN", size=1)
    yield made
    await made.dispose()


@asynccontextmanager
async def counting(connection: AsyncConnection) -> AsyncIterator[Counted]:
    """How often something goes into the connection's thread meanwhile."""
    raw = (await connection.get_raw_connection()).driver_connection
    assert isinstance(raw, driver.Connection)
    queue, counted = raw._tx, Counted(raw._tx)
    raw._tx = counted  # type: ignore[assignment]
    yield counted
    raw._tx = queue


async def test_statement_when_it_is_short_then_it_makes_no_hop(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("CREATE TABLE seats (n INTEGER PRIMARY KEY, who TEXT)"))
        await connection.execute(text("INSERT INTO seats (who) VALUES ('A')"))
        await asyncio.sleep(0)
        async with counting(connection) as counted:
            answer = await connection.execute(text("SELECT n, who FROM seats ORDER BY n"))
        assert (counted.hops, answer.all()) == (0, [(1, "A")])


async def test_statement_when_it_changes_many_rows_or_commits_then_one_hop_each(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("CREATE TABLE seats (n INTEGER PRIMARY KEY, who TEXT)"))
        async with counting(connection) as counted:
            await connection.execute(text("INSERT INTO seats (who) VALUES (:who)"), [{"who": "A"}, {"who": "B"}])
            await connection.commit()
        assert counted.hops == 2


async def test_begin_when_it_must_wait_for_another_writer_then_the_loop_goes_on_meanwhile(tmp_path: Path) -> None:
    engine = sqlite_engine(f"sqlite+aiosqlite:///{tmp_path}/house.db", "BEGIN IMMEDIATE", size=2)
    async with engine.connect() as first, engine.connect() as second:
        await first.execute(text("SELECT 1"))
        waiting = asyncio.create_task(second.execute(text("SELECT 2")))
        for _ in range(3):
            await asyncio.sleep(0.02)
        assert not waiting.done()
        await first.rollback()
        assert (await waiting).scalar() == 2
    await engine.dispose()


SLOW = text("WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 60000) SELECT max(n) FROM up")


async def test_statement_when_it_was_slow_then_it_hops_from_then_on(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        await asyncio.sleep(0)
        hops = []
        for _ in range(3):
            async with counting(connection) as counted:
                await connection.execute(SLOW)
                await asyncio.sleep(0)
            hops.append(counted.hops)
        assert hops == [0, 1, 1]


def test_pace_when_a_statement_is_slow_again_then_it_hops_for_longer_and_a_quick_one_is_forgiven() -> None:
    pace = driver.Pace()
    hops = []
    for _ in range(2):
        pace.took("slow", 1.0)
        hops.append(sum(pace.is_slow("slow") for _ in range(1000)))
    assert hops == [driver.HOPS, driver.HOPS**2]
    pace.took("slow", 0.0)
    pace.took("slow", 1.0)
    assert sum(pace.is_slow("slow") for _ in range(1000)) == driver.HOPS
    for number in range(driver.SLOW_MOST + 1):
        pace.took(f"statement {number}", 1.0)
    assert not pace.is_slow(f"statement {driver.SLOW_MOST}")


async def test_turn_when_one_task_goes_on_and_on_then_it_is_over_and_begins_anew_after_the_others() -> None:
    turn = driver.Turn.of_loop()
    assert turn is driver.Turn.of_loop()
    assert (turn.is_over(10.0), turn.is_over(10.0 + driver.TURN / 2)) == (False, False)
    assert turn.is_over(10.0 + driver.TURN * 2)
    await asyncio.sleep(0)
    assert not turn.is_over(20.0)


async def test_statement_when_it_changes_rows_then_it_says_which_and_how_many(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("CREATE TABLE seats (n INTEGER PRIMARY KEY, who TEXT)"))
        made = await connection.execute(text("INSERT INTO seats (who) VALUES ('A'), ('B') RETURNING n"))
        assert made.all() == [(1,), (2,)]
        changed = await connection.execute(text("UPDATE seats SET who = 'C'"))
        assert changed.rowcount == 2


async def test_statement_when_it_fails_then_the_driver_says_why_and_the_next_one_works(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        with pytest.raises(Exception, match="no such table: nowhere"):
            await connection.execute(text("SELECT * FROM nowhere"))
        assert (await connection.execute(text("SELECT 1"))).scalar() == 1


async def test_connection_when_opened_then_its_thread_holds_no_process_up(tmp_path: Path) -> None:
    connection = await driver.Connection.to(str(tmp_path / "house.db"))
    assert (connection._thread.daemon, type(connection.raw)) == (True, sqlite3.Connection)
    await connection.close()
