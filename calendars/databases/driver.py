"""SQLite's driver: a short statement runs where it is asked for, and only what may have to wait goes into the thread.

A hop into aiosqlite's thread and back wakes two threads that share one interpreter: three times what a short statement
costs. So a statement hops when it may wait (for another's lock, for the disk), when it once was slow, or when nobody
else has had a turn for a while; SQLAlchemy's own use of aiosqlite makes four hops for each. This file leans on inner
parts of aiosqlite (`_conn`, `_execute`, `_thread`); tests/calendars/databases/test_driver.py fails when an upgrade
moves them.
"""

import asyncio
import sqlite3
import time
import weakref
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

import aiosqlite

Rows = list[tuple[Any, ...]]
WAITS: Final = frozenset({"BEGIN IMMEDIATE"})  # commits go through aiosqlite itself, and so into the thread
SLOW: Final = 0.002  # seconds; a statement that took longer hops for a while, and for longer each time
TURN: Final = 0.005  # seconds; whoever has had the loop for so long lets the others have a turn
HOPS: Final = 8  # of a statement that was slow once; so many times as many after each time more
SLOW_MOST: Final = 500  # statements that are remembered


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
        await self._connection.do(statement, lambda: self._run(lambda cursor: cursor.execute(statement, parameters)))

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Run one statement for each of these."""
        await self._connection.hop(lambda: self._run(lambda cursor: cursor.executemany(statement, parameters)))

    def _run(self, step: Callable[[sqlite3.Cursor], object]) -> None:
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


class Pace:
    """Which statements were slow: of each, how often it still hops, and how often it did the last time."""

    def __init__(self) -> None:
        self._slow: dict[str, tuple[int, int]] = {}

    def is_slow(self, statement: str) -> bool:
        """Whether it should hop now; asking counts."""
        left, all_of_them = self._slow.get(statement, (0, 0))
        if left:
            self._slow[statement] = (left - 1, all_of_them)
        return left > 0

    def took(self, statement: str, seconds: float) -> None:
        """It was tried here, and took so long. A busy machine makes anything slow once."""
        if seconds <= SLOW:
            self._slow.pop(statement, None)
        elif statement in self._slow or len(self._slow) < SLOW_MOST:
            hops = max(1, self._slow.get(statement, (0, 0))[1]) * HOPS
            self._slow[statement] = (hops, hops)


_pace = Pace()  # of the process: a statement is as slow on every connection


class Turn:
    """For how long one task has had the loop with nothing but short statements."""

    _of: ClassVar["weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Turn]"] = weakref.WeakKeyDictionary()

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = weakref.ref(loop)
        self._since: float | None = None

    @classmethod
    def of_loop(cls) -> "Turn":
        """The one turn that all connections of this loop share."""
        loop = asyncio.get_running_loop()
        return cls._of.setdefault(loop, cls(loop))

    def is_over(self, now: float) -> bool:
        """Whether it is time for the others; begins the turn if nobody has it."""
        loop = self._loop()
        if self._since is None and loop is not None:
            self._since = now
            loop.call_soon(self._ended)
        return self._since is None or now - self._since > TURN

    def _ended(self) -> None:
        self._since = None


class Connection(aiosqlite.Connection):
    """A connection whose cursors hop only where they may have to wait."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._turn = Turn.of_loop()

    @classmethod
    async def to(cls, path: str) -> "Connection":
        """Open a file; the thread does not outlive the process."""
        connection = cls(lambda: sqlite3.connect(path, check_same_thread=False), iter_chunk_size=64)
        connection._thread.daemon = True
        await connection
        return connection

    @property
    def raw(self) -> sqlite3.Connection:
        """The connection itself; whoever has the turn uses it, in the thread or here, never both at once."""
        return self._conn

    async def do(self, statement: str, step: Callable[[], None]) -> None:
        """Run the step of a statement, here or in the thread. Raises what it raises."""
        began = time.monotonic()
        if statement in WAITS or _pace.is_slow(statement) or self._turn.is_over(began):
            await self.hop(step)
            return
        step()
        _pace.took(statement, time.monotonic() - began)

    async def hop(self, step: Callable[[], None]) -> None:
        """Run a step in the connection's thread. Raises what it raises."""
        await self._execute(step)  # type: ignore[no-untyped-call]

    async def rollback(self) -> None:
        """Nothing is waited for: what was changed is only forgotten."""
        self.raw.rollback()

    def cursor(self) -> Cursor:  # type: ignore[override]
        return Cursor(self)


class InPlace(Connection):
    """A connection that works in the thread that asks: nobody is woken, and nobody else gets a turn meanwhile."""

    async def hop(self, step: Callable[[], None]) -> None:
        """Run a step here. Raises what it raises."""
        step()
