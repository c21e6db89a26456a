"""The unit of work: one transaction at one instant that commits, *then* tells.

`store.work()` changes, `store.look()` only reads. On SQLite the works come one after another; each is a savepoint in
a commit that it shares with whatever was waiting (a natural group commit), and leaving the block waits for that commit.
This file is the face of the cellar: what tables and acts need of columns.py, work.py and engines.py is named here.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, AsyncTransaction, create_async_engine

from calendars.clock import Clock
from calendars.databases.columns import Base, Instant, new_id, owner
from calendars.databases.engines import session_on, sqlite_engine, translated, unbroken
from calendars.databases.work import Look, Work
from calendars.facts import Told

__all__ = ["Base", "Instant", "Look", "Store", "Work", "new_id", "owner", "sqlite_engine", "translated"]

log = logging.getLogger(__name__)

Listener = Callable[[Sequence[Told]], None]

TURN_WITHIN = 8.0  # seconds that a work waits for those before it: who clicks gets an answer, not a queue
GROUP_MOST = 64  # works that share one commit; beyond it the first would wait for too many others


class Store:
    """The database: SQLite with one writer, or PostgreSQL."""

    def __init__(self, url: str, clock: Clock, *, alone: bool = False) -> None:
        self.url = make_url(url)
        self.clock = clock
        self._listeners: list[Listener] = []
        self._embedded = self.url.get_backend_name() == "sqlite"
        if self._embedded:
            self._writing = sqlite_engine(url, "BEGIN IMMEDIATE", size=1, alone=alone)
            self._reading = sqlite_engine(url, "BEGIN", size=4, alone=alone)
            self._group = _Group(self._writing, self._tell)
        else:
            self._writing = create_async_engine(
                url,
                pool_size=8,
                max_overflow=8,
                pool_timeout=4,
                connect_args={"timeout": 4, "command_timeout": 8},
                hide_parameters=True,  # an exception that is logged must not carry names along
            )
            self._turns = _Turns(self._tell)
            self._reading = self._writing.execution_options(isolation_level="REPEATABLE READ")  # one look, one state

    def listen(self, listener: Listener) -> None:
        """Hear the facts of every work of this process, in the order of its commits."""
        self._listeners.append(listener)

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Look]:
        """Read only, at one instant. Raises Unavailable when the database does not answer."""
        with translated():
            async with self._reading.connect() as connection, session_on(connection) as session:
                yield Look(session, self.clock.now())

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """Change something. Raises Unavailable when it could not be made durable; then nothing of it stays."""
        with translated():
            if self._embedded:
                async with self._group.member(self.clock) as work:
                    yield work
                return
            async with self._writing.connect() as connection:
                with self._turns.one() as turn:
                    async with connection.begin(), session_on(connection) as session:
                        work = Work(session, self.clock.now())
                        yield work
                        await work.finish()
                        turn.take(work)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._writing.dispose()
        await self._reading.dispose()

    def _tell(self, told: Sequence[Told]) -> None:
        if told:
            for listener in self._listeners:
                try:
                    listener(told)
                except Exception as failure:  # it is committed: no failed telling may fail the act, or those beside it
                    log.error("a listener failed: %s", type(failure).__name__)


class _Turn:
    """The place of one work in the order of telling."""

    def __init__(self, queue: deque["_Turn"]) -> None:
        self._queue = queue
        self.told: Sequence[Told] = ()
        self.ended = False

    def take(self, work: Work) -> None:
        """Its numbers are taken: whoever has later ones on the same stream comes behind it."""
        self.told = work.told
        self._queue.append(self)


class _Turns:
    """PostgreSQL lets the next work go on before our news of a commit comes: telling keeps the order of the numbers."""

    def __init__(self, tell: Callable[[Sequence[Told]], None]) -> None:
        self._tell = tell
        self._queue: deque[_Turn] = deque()

    @contextmanager
    def one(self) -> Iterator[_Turn]:
        """A turn that ends with its transaction; what failed tells nothing and holds nobody up."""
        turn = _Turn(self._queue)
        try:
            yield turn
        except BaseException:
            turn.told = ()
            raise
        finally:
            turn.ended = True
            while self._queue and self._queue[0].ended:
                self._tell(self._queue.popleft().told)


async def _started(point: AsyncTransaction) -> None:
    await point.start()


class _Group:
    """SQLite's one writer. Works that wait for it share a commit; nobody waits for a timer."""

    def __init__(self, engine: AsyncEngine, tell: Callable[[Sequence[Told]], None]) -> None:
        self._engine = engine
        self._tell = tell
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._connection: AsyncConnection | None = None
        self._members: list[tuple[Work, asyncio.Future[None]]] = []
        self._late: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def member(self, clock: Clock) -> AsyncIterator[Work]:
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._take_turn()
        try:
            async with self._savepoint() as session:
                work = Work(session, clock.now())
                yield work
                await work.finish()
            self._members.append((work, durable))
        finally:
            try:
                if not self._waiting or len(self._members) >= GROUP_MOST:
                    await unbroken(self._commit(), here=True)
            finally:  # cancelled in the middle of a commit: the turn must still pass on
                self._turn.release()
                self._leave_none_behind()
        await asyncio.shield(durable)

    async def _take_turn(self) -> None:
        self._waiting += 1
        try:
            async with asyncio.timeout(TURN_WITHIN):
                await self._turn.acquire()
        except (asyncio.CancelledError, TimeoutError):
            self._waiting -= 1
            self._leave_none_behind()
            raise
        self._waiting -= 1

    def _leave_none_behind(self) -> None:
        """Those who were done counted on a commit by whoever waited behind them; that one may have been cancelled."""
        if self._members and not self._waiting and not self._turn.locked():
            self._late = asyncio.get_running_loop().create_task(self._commit_left_over())

    @asynccontextmanager
    async def _savepoint(self) -> AsyncIterator[AsyncSession]:
        if self._connection is None:
            await unbroken(self._open(), here=True)
        assert self._connection is not None
        point = self._connection.begin_nested()
        try:
            await unbroken(_started(point), here=True)
            async with session_on(self._connection) as session:
                yield session
            await unbroken(point.commit(), here=True)
        except BaseException:
            if point.sync_transaction is not None and point.is_active:
                await unbroken(point.rollback(), here=True)
            raise

    async def _open(self) -> None:
        """Take the one connection and begin; in one step, so that whoever is cancelled meanwhile does not lose it."""
        connection = await self._engine.connect()
        try:
            await connection.begin()
        except BaseException:
            await connection.close()
            raise
        self._connection = connection

    async def _commit_left_over(self) -> None:
        async with self._turn:
            await self._commit()

    async def _commit(self) -> None:
        members, self._members = self._members, []
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            await connection.commit()
        except BaseException as failure:
            for _, durable in members:
                if not durable.done():
                    durable.set_exception(failure)
                    durable.exception()  # read once: a member who was cancelled must leave no warning behind
        else:
            for work, durable in members:
                self._tell(work.told)
                if not durable.done():
                    durable.set_result(None)
        finally:
            await connection.close()
