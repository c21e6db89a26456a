"""The two databases' own ways: connections, statements that are never torn, and their exceptions as ours."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import coroutine
from typing import Any, TypeVar, cast

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from calendars.databases import driver
from calendars.errors import Conflict, NotFound, Unavailable

Answer = TypeVar("Answer")


@asynccontextmanager
async def session_on(connection: AsyncConnection) -> AsyncIterator[AsyncSession]:
    """A session within the transaction of this connection."""
    session = AsyncSession(connection, expire_on_commit=False, autoflush=True, join_transaction_mode="rollback_only")
    try:
        yield session
    finally:
        await unbroken(session.close(), here=connection.dialect.name == "sqlite")


async def unbroken(step: Coroutine[Any, Any, Answer], *, here: bool = False) -> Answer:
    """Await a step of the database to its end even when cancelled: half a statement would spoil the connection.

    `here`: begin it in this task, which makes no other one for a step that has nothing to wait for. That is for SQLite:
    what must wait goes on in another task, and PostgreSQL's driver could take notice of which task it is in.
    """
    if here:
        try:
            waits = step.send(None)
        except StopIteration as done:
            return cast(Answer, done.value)
        step = _the_rest(step, waits)
    task = asyncio.ensure_future(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            await asyncio.wait([task])
        raise


@coroutine
def _the_rest(step: Coroutine[Any, Any, Answer], waits: Any) -> Generator[Any, Any, Answer]:
    """Go on with a step that has begun and now waits for this."""
    while True:
        try:
            try:
                answer = yield waits
            except BaseException as thrown:  # whatever it waited for failed, or the loop is being closed
                waits = step.throw(thrown)
            else:
                waits = step.send(answer)
        except StopIteration as done:
            return cast(Answer, done.value)


@contextmanager
def translated() -> Iterator[None]:
    """The database's own exceptions become ours at this door."""
    try:
        yield
    except IntegrityError as failure:
        raise Conflict("already_there") from failure
    except (OperationalError, InterfaceError, PoolTimeout, OSError) as failure:  # no socket, no host, no answer in time
        raise Unavailable(_ailment(failure)) from failure
    except DBAPIError as failure:
        if failure.connection_invalidated or _passes(failure):
            raise Unavailable(_ailment(failure)) from failure
        if _unsayable(failure):
            raise NotFound() from None
        raise
    except UnicodeEncodeError:
        raise NotFound() from None


def _passes(failure: DBAPIError) -> bool:
    """Whether it is the state of the database, not our statement (PostgreSQL's manual, appendix A: classes).

    25006: it only reads. 55000: it takes no connections at present.
    """
    state = getattr(failure.orig, "sqlstate", None) or ""
    passing = state[:2] in ("08", "40", "53", "57", "58") or state in ("25006", "55000")
    return passing or "readonly" in str(failure).lower()


def _unsayable(failure: BaseException | None) -> bool:
    """Whether a text in the statement was the trouble: a NUL or half a surrogate, which no row can hold."""
    while failure is not None:
        if isinstance(failure, UnicodeError) or getattr(failure, "sqlstate", None) == "22021":
            return True
        failure = getattr(failure, "orig", None) or failure.__cause__
    return False


def _ailment(failure: BaseException) -> str:
    text = str(failure).lower()
    if "full" in text or "no space" in text:
        return "disk_full"
    if "readonly" in text or "read-only" in text:
        return "database_read_only"
    return "database_away"


def sqlite_engine(url: str, begin: str, size: int, *, alone: bool = False, streams: bool = False) -> AsyncEngine:
    """SQLite as we run it: WAL, every commit on the disk, and `begin` said by us.

    `alone`: nobody else waits in this process, and what a power cut takes away may be made again from its beginning.
    `streams`: answers are read in parts (a backup), not fetched whole in one hop.
    """
    path = make_url(url).database or ":memory:"
    kind, synchronous = (driver.InPlace, "NORMAL") if alone else (driver.Connection, "FULL")
    opened: dict[str, Any] = {} if streams else {"async_creator": lambda: kind.to(path)}
    engine = create_async_engine(url, **opened, pool_size=size, max_overflow=0, pool_timeout=30, hide_parameters=True)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver's own comes too late and loses updates
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "foreign_keys=ON", "busy_timeout=5000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
