"""SQLite's driver with one hop into its thread for each statement, where SQLAlchemy's own use of it makes four.

Every hop wakes two threads that share one interpreter: most of what a short statement costs. This file leans on inner
parts of aiosqlite (`_conn`, `_execute`, `_thread`); tests/calendars/test_driver.py fails when an upgrade moves them.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import aiosqlite

Rows = list[tuple[Any, ...]]


class Cursor:
    """What SQLAlchemy's asyncio adapter asks of a cursor: the answer is fetched whole while the statement runs."""

    arraysize = 1

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: Rows = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> "Cursor":
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement."""
        await self._connection.hop(lambda: self._run(lambda cursor: cursor.execute(statement, parameters)))

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Run one statement for each of these."""
        await self._connection.hop(lambda: self._run(lambda cursor: cursor.executemany(statement, parameters)))

    def _run(self, step: Callable[[sqlite3.Cursor], object]) -> None:
        """In the connection's thread."""
        cursor = self._connection.raw.cursor()
        try:
            step(cursor)
            self.description = cursor.description
            self._rows = cursor.fetchall() if cursor.description else []
            self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        finally:
            cursor.close()

    async def fetchall(self) -> Rows:
        """Every row that is left."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open here any more."""


class Connection(aiosqlite.Connection):
    """A connection whose cursors make one hop."""

    @classmethod
    async def to(cls, path: str) -> "Connection":
        """Open a file; the thread does not outlive the process."""
        connection = cls(lambda: sqlite3.connect(path, check_same_thread=False), iter_chunk_size=64)
        connection._thread.daemon = True
        await connection
        return connection

    @property
    def raw(self) -> sqlite3.Connection:
        """The connection itself, for its own thread."""
        return self._conn

    async def hop(self, step: Callable[[], None]) -> None:
        """Run a step in the connection's thread. Raises what it raises."""
        await self._execute(step)  # type: ignore[no-untyped-call]

    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self)


class InPlace(Connection):
    """A connection that works in the thread that asks: nobody is woken, and nobody else gets a turn meanwhile."""

    async def hop(self, step: Callable[[], None]) -> None:
        """Run a step here. Raises what it raises."""
        step()
