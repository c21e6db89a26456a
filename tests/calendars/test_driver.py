"""SQLite's driver: what it leans on in aiosqlite is still there, and a statement makes one hop and no more."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from calendars import driver
from calendars.engines import sqlite_engine


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


async def test_statement_when_run_makes_one_hop(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("CREATE TABLE seats (n INTEGER PRIMARY KEY, who TEXT)"))
        raw = (await connection.get_raw_connection()).driver_connection
        assert isinstance(raw, driver.Connection)
        queue, counted = raw._tx, Counted(raw._tx)
        raw._tx = counted  # type: ignore[assignment]
        await connection.execute(text("INSERT INTO seats (who) VALUES (:who)"), [{"who": "A"}, {"who": "B"}])
        answer = await connection.execute(text("SELECT n, who FROM seats ORDER BY n"))
        raw._tx = queue
        assert (counted.hops, answer.all()) == (2, [(1, "A"), (2, "B")])


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
