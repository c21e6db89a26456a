"""The unit of work: one transaction at one instant that commits, *then* tells.

`store.work()` changes, `store.look()` only reads. On SQLite the works come one after another; each is a savepoint in
a commit that it shares with whatever was waiting (a natural group commit), and leaving the block waits for that commit.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Executable,
    ForeignKey,
    Integer,
    MetaData,
    Result,
    String,
    Table,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from calendars.appendonly import append_only
from calendars.clock import Clock
from calendars.errors import Conflict, NotFound, Unavailable
from calendars.facts import Fact, Told

Row = TypeVar("Row")
Listener = Callable[[Sequence[Told]], None]

GROUP_MOST = 64  # works that share one commit; beyond it the first would wait for too many others
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def new_id() -> str:
    """A random public id of 100 bits, never reused; its letters are safe in URLs, HTML ids and room names."""
    return "".join(secrets.choice(ALPHABET) for _ in range(20))


class Base(DeclarativeBase):
    """The one base of all tables, with names that migrations can rely on."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime with microseconds, the same on both databases (SQLite itself knows no zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is no instant")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def owner(target: str) -> ForeignKey:
    """A foreign key; nothing is ever deleted with its owner, so there is no cascade."""
    return ForeignKey(target)


_trail = Table(
    "trail",
    Base.metadata,
    Column("stream", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("kind", String(40), nullable=False),
    Column("audience", String(12), nullable=False),
    Column("body", JSON, nullable=False),
)
append_only(_trail)
_streams = Table(
    "streams",
    Base.metadata,
    Column("stream", String(64), primary_key=True),
    Column("number", Integer, nullable=False),
)
_writes = Table(
    "writes",
    Base.metadata,
    Column("id", String(64), primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("answer", String(500), nullable=False),
)
_leases = Table(
    "leases",
    Base.metadata,
    Column("name", String(40), primary_key=True),
    Column("holder", String(40), nullable=False),
    Column("until", Instant, nullable=False),
)


class Look:
    """One consistent reading of the database at the instant `now`."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self.session = session
        self.now = now

    async def run(self, statement: Executable, parameters: Any = None) -> Result[Any]:
        """Run a statement to its end even if the caller is cancelled, so that the connection stays whole."""
        return await unbroken(self.session.execute(statement, parameters))

    async def get(self, table: type[Row], key: Any) -> Row | None:
        """The row with this primary key, or None."""
        return await unbroken(self.session.get(table, key))

    async def all(self, statement: Any) -> Sequence[Any]:
        """The first column (or entity) of every row."""
        return (await self.run(statement)).scalars().all()

    async def one(self, statement: Any) -> Any:
        """The first column (or entity) of the first row, or None."""
        return (await self.run(statement)).scalars().first()

    async def rows(self, statement: Any) -> Sequence[Any]:
        """Every row with all its columns."""
        return (await self.run(statement)).all()

    @property
    def dialect(self) -> str:
        return self.session.get_bind().dialect.name

    async def trail(self, stream: str, after: int, most: int = 500) -> list[Told]:
        """The facts of one stream that come after a number, in order."""
        rows = await self.rows(
            _trail.select()
            .where(_trail.c.stream == stream, _trail.c.number > after)
            .order_by(_trail.c.number)
            .limit(most)
        )
        return [Told(row.stream, row.number, row.at, row.kind, row.audience, row.body) for row in rows]

    async def newest(self) -> datetime | None:
        """The instant of the last fact on any stream."""
        row = (await self.rows(_trail.select().order_by(_trail.c.at.desc()).limit(1)))[:1]
        return row[0].at if row else None

    async def numbers(self, streams: Sequence[str]) -> dict[str, int]:
        """The last number of each of these streams; 0 for one that nothing was told on."""
        rows = await self.rows(_streams.select().where(_streams.c.stream.in_(streams)))
        return dict.fromkeys(streams, 0) | {row.stream: row.number for row in rows}

    async def last_told(self, streams: Sequence[str]) -> datetime | None:
        """When the latest fact of any of these streams was told."""
        last = (_streams.c.stream == _trail.c.stream) & (_streams.c.number == _trail.c.number)
        statement = select(func.max(_trail.c.at)).join(_streams, last).where(_streams.c.stream.in_(streams))
        found: datetime | None = await self.one(statement)
        return found

    async def moved_since(self, at: datetime, audiences: Sequence[str]) -> dict[str, int]:
        """The streams on which something was told to these audiences since then, with its last number."""
        rows = await self.rows(
            select(_trail.c.stream, func.max(_trail.c.number))
            .where(_trail.c.at >= at, _trail.c.audience.in_(audiences))
            .group_by(_trail.c.stream)
        )
        return {row[0]: row[1] for row in rows}


class Work(Look):
    """One change of the database; its facts are told after the commit."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        super().__init__(session, now)
        self._facts: list[Fact] = []
        self.told: list[Told] = []

    def add(self, *rows: object) -> None:
        """Write new rows when the work ends (or at the next statement)."""
        self.session.add_all(rows)

    async def flush(self) -> None:
        """Write what was added, so that a refusal by the database shows here."""
        await unbroken(self.session.flush())

    def upsert(self, table: Any) -> Any:
        """An INSERT that knows ON CONFLICT, in the words of this database."""
        return sqlite.insert(table) if self.dialect == "sqlite" else postgresql.insert(table)

    def tell(self, fact: Fact) -> None:
        """Let everybody concerned know, once this work is durable."""
        self._facts.append(fact)

    async def earlier(self, write: str) -> str | None:
        """The answer that a write with this client-made id got before, or None if this is the first time."""
        row = (await self.rows(_writes.select().where(_writes.c.id == write)))[:1]
        return row[0].answer if row else None

    async def answer(self, write: str, answer: str) -> None:
        """Remember what this write was answered, so that the same write again changes nothing."""
        await self.run(self.upsert(_writes).values(id=write, at=self.now, answer=answer).on_conflict_do_nothing())

    async def lease(self, name: str, holder: str, seconds: float) -> bool:
        """Take or renew the right to do a chore for some seconds. False while another holds it."""
        until = self.now + timedelta(seconds=seconds)
        statement = self.upsert(_leases).values(name=name, holder=holder, until=until)
        free = (_leases.c.until <= self.now) | (_leases.c.holder == holder)
        statement = statement.on_conflict_do_update(
            index_elements=["name"], set_={"holder": holder, "until": until}, where=free
        ).returning(_leases.c.holder)
        return bool((await self.run(statement)).all())

    async def finish(self) -> None:
        """Number the facts in their streams and write the trail. The store calls it before the commit."""
        facts, self._facts = self._facts, []
        if facts:
            by_stream: dict[str, list[Fact]] = {}
            for fact in facts:
                by_stream.setdefault(fact.stream, []).append(fact)
            for stream in sorted(by_stream):  # one order for everybody, so that two works cannot lock each other
                last = await self.number(stream, len(by_stream[stream]))
                first = last - len(by_stream[stream]) + 1
                told = [told_of(fact, first + n, self.now) for n, fact in enumerate(by_stream[stream])]
                await self.run(_trail.insert(), [asdict(one) for one in told])
                self.told += told
        await self.flush()

    async def number(self, stream: str, count: int = 1) -> int:
        """Take the next `count` numbers of a stream; the last of them. Whoever takes them orders all later ones."""
        statement = self.upsert(_streams).values(stream=stream, number=count)
        statement = statement.on_conflict_do_update(
            index_elements=["stream"], set_={"number": _streams.c.number + count}
        ).returning(_streams.c.number)
        return int((await self.run(statement)).scalar_one())


def told_of(fact: Fact, number: int, at: datetime) -> Told:
    """The fact as it stands on the trail."""
    return Told(fact.stream, number, at, type(fact).__name__, fact.audience, fact.body())


class Store:
    """The database: SQLite with one writer, or PostgreSQL."""

    def __init__(self, url: str, clock: Clock) -> None:
        self.url = make_url(url)
        self.clock = clock
        self._listeners: list[Listener] = []
        self._embedded = self.url.get_backend_name() == "sqlite"
        if self._embedded:
            self._writing = sqlite_engine(url, "BEGIN IMMEDIATE", size=1)
            self._reading = sqlite_engine(url, "BEGIN", size=4)
            self._group = _Group(self._writing, self._tell)
        else:
            self._writing = create_async_engine(
                url, pool_size=8, max_overflow=8, pool_timeout=4, connect_args={"timeout": 4, "command_timeout": 8}
            )
            self._reading = self._writing.execution_options(isolation_level="REPEATABLE READ")  # one look, one state

    def listen(self, listener: Listener) -> None:
        """Hear the facts of every work of this process, in the order of its commits."""
        self._listeners.append(listener)

    @asynccontextmanager
    async def look(self) -> AsyncIterator[Look]:
        """Read only, at one instant. Raises Unavailable when the database does not answer."""
        with translated():
            async with self._reading.connect() as connection, _session(connection) as session:
                yield Look(session, self.clock.now())

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """Change something. Raises Unavailable when it could not be made durable; then nothing of it stays."""
        with translated():
            if self._embedded:
                async with self._group.member(self.clock) as work:
                    yield work
                return
            async with self._writing.connect() as connection, connection.begin(), _session(connection) as session:
                work = Work(session, self.clock.now())
                yield work
                await work.finish()
            self._tell(work.told)

    async def close(self) -> None:
        """Let go of every connection."""
        await self._writing.dispose()
        await self._reading.dispose()

    def _tell(self, told: Sequence[Told]) -> None:
        if told:
            for listener in self._listeners:
                listener(told)


class _Group:
    """SQLite's one writer. Works that wait for it share a commit; nobody waits for a timer."""

    def __init__(self, engine: AsyncEngine, tell: Callable[[Sequence[Told]], None]) -> None:
        self._engine = engine
        self._tell = tell
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._connection: AsyncConnection | None = None
        self._members: list[tuple[Work, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def member(self, clock: Clock) -> AsyncIterator[Work]:
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self._waiting -= 1
        try:
            async with self._savepoint() as session:
                work = Work(session, clock.now())
                yield work
                await work.finish()
            self._members.append((work, durable))
        finally:
            if not self._waiting or len(self._members) >= GROUP_MOST:
                await unbroken(self._commit())
            self._turn.release()
            if not self._waiting and self._members:  # whoever waited behind us was cancelled meanwhile
                asyncio.get_running_loop().create_task(self._commit_left_over())
        await asyncio.shield(durable)

    @asynccontextmanager
    async def _savepoint(self) -> AsyncIterator[AsyncSession]:
        if self._connection is None:
            connection = await unbroken(self._engine.connect().start())
            try:
                await unbroken(connection.begin().start())
            except BaseException:
                await unbroken(connection.close())
                raise
            self._connection = connection
        point = await unbroken(self._connection.begin_nested().start())
        try:
            async with _session(self._connection) as session:
                yield session
            await unbroken(point.commit())
        except BaseException:
            if point.is_active:
                await unbroken(point.rollback())
            raise

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


@asynccontextmanager
async def _session(connection: AsyncConnection) -> AsyncIterator[AsyncSession]:
    session = AsyncSession(connection, expire_on_commit=False, autoflush=True, join_transaction_mode="rollback_only")
    try:
        yield session
    finally:
        await unbroken(session.close())


async def unbroken(step: Awaitable[Row]) -> Row:
    """Await a step of the database to its end even when cancelled: half a statement would spoil the connection."""
    task = asyncio.ensure_future(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            await asyncio.wait([task])
        raise


@contextmanager
def translated() -> Iterator[None]:
    """The database's own exceptions become ours at this door."""
    try:
        yield
    except IntegrityError as failure:
        raise Conflict("already_there") from failure
    except (OperationalError, InterfaceError, PoolTimeout, ConnectionError, TimeoutError) as failure:
        raise Unavailable(_ailment(failure)) from failure
    except DBAPIError as failure:
        if failure.connection_invalidated or "readonly" in str(failure).lower():
            raise Unavailable(_ailment(failure)) from failure
        if _unsayable(failure):
            raise NotFound() from None
        raise
    except UnicodeEncodeError:
        raise NotFound() from None


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


def sqlite_engine(url: str, begin: str, size: int) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=size, max_overflow=0, pool_timeout=30)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver's own comes too late and loses updates
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
