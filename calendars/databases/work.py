"""What one unit of work can do: a `Look` reads at one instant, a `Work` changes, and its facts go onto the trail."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import JSON, Column, Executable, Integer, Result, String, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncSession

from calendars.databases.appendonly import append_only
from calendars.databases.columns import Base, Instant
from calendars.databases.engines import unbroken
from calendars.facts import Fact, Told

Row = TypeVar("Row")
_AT_ONCE = 400  # rows in one statement

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


def _next_numbers(upsert: Any) -> Any:
    """Take the next numbers of one stream. Made once: to build and compile it costs ten times what running it does."""
    taken = upsert.values(stream=bindparam("name"), number=bindparam("count"))
    more = {"number": _streams.c.number + taken.excluded.number}
    return taken.on_conflict_do_update(index_elements=["stream"], set_=more).returning(_streams.c.number)


_NEXT = {"sqlite": _next_numbers(sqlite.insert(_streams)), "postgresql": _next_numbers(postgresql.insert(_streams))}
_LAST = select(_streams.c.number).where(_streams.c.stream == bindparam("name"))
_TELL, _TRAIL = _trail.insert(), [column.name for column in _trail.columns]
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
        self.dialect = session.get_bind().dialect.name
        self._here = self.dialect == "sqlite"

    async def run(self, statement: Executable, parameters: Any = None) -> Result[Any]:
        """Run a statement to its end even if the caller is cancelled, so that the connection stays whole."""
        return await unbroken(self.session.execute(statement, parameters), here=self._here)

    async def get(self, table: type[Row], key: Any) -> Row | None:
        """The row with this primary key, or None."""
        return await unbroken(self.session.get(table, key), here=self._here)

    async def all(self, statement: Any, parameters: Any = None) -> Sequence[Any]:
        """The first column (or entity) of every row."""
        return (await self.run(statement, parameters)).scalars().all()

    async def one(self, statement: Any) -> Any:
        """The first column (or entity) of the first row, or None."""
        return (await self.run(statement)).scalars().first()

    async def rows(self, statement: Any, parameters: Any = None) -> Sequence[Any]:
        """Every row with all its columns."""
        return (await self.run(statement, parameters)).all()

    async def trail(self, stream: str, after: int, most: int = 500) -> list[Told]:
        """The facts of one stream that come after a number, in order."""
        rows = await self.rows(
            _trail.select()
            .where(_trail.c.stream == stream, _trail.c.number > after)
            .order_by(_trail.c.number)
            .limit(most)
        )
        return [Told(row.stream, row.number, row.at, row.kind, row.audience, row.body) for row in rows]

    async def facts(self, streams: Sequence[str], kinds: Sequence[str], until: datetime) -> list[Told]:
        """The facts of these kinds that stood on these streams at an instant, each stream in its order."""
        rows = await self.rows(
            _trail.select()
            .where(_trail.c.stream.in_(streams), _trail.c.kind.in_(kinds), _trail.c.at <= until)
            .order_by(_trail.c.stream, _trail.c.number)
        )
        return [Told(row.stream, row.number, row.at, row.kind, row.audience, row.body) for row in rows]

    async def newest(self) -> datetime | None:
        """The instant of the last fact on any stream."""
        row = (await self.rows(_trail.select().order_by(_trail.c.at.desc()).limit(1)))[:1]
        return row[0].at if row else None

    async def numbers(self, streams: Sequence[str]) -> dict[str, int]:
        """The last number of each of these streams; 0 for one that nothing was told on."""
        if len(streams) == 1:
            return {streams[0]: (await self.run(_LAST, {"name": streams[0]})).scalar() or 0}
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
        await unbroken(self.session.flush(), here=self._here)

    def upsert(self, table: Any) -> Any:
        """An INSERT that knows ON CONFLICT, in the words of this database."""
        return sqlite.insert(table) if self.dialect == "sqlite" else postgresql.insert(table)

    async def pour(self, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
        """Write very many new rows in one statement, all with the same columns; nothing is filled in for them.

        Their values are made ready in a thread: row by row on the loop, ten thousand would keep everybody waiting.
        """
        if rows:
            connection = await unbroken(self.session.connection(), here=self._here)
            text, values = await asyncio.to_thread(_made_ready, table.__table__, connection.dialect, rows)
            await unbroken(connection.exec_driver_sql(text, values), here=self._here)

    def tell(self, fact: Fact) -> None:
        """Let everybody concerned know, once this work is durable."""
        self._facts.append(fact)

    async def earlier(self, write: str) -> str | None:
        """The answer that a write with this client-made id got before, or None if this is the first time.

        To be asked before anything is changed: whoever sends the same at one time waits here until the first has done
        it, or was refused.
        """
        mine = self.upsert(_writes).values(id=write, at=self.now, answer="").on_conflict_do_nothing()
        if (await self.run(mine.returning(_writes.c.id))).first() is not None:
            return None
        return str((await self.rows(_writes.select().where(_writes.c.id == write)))[0].answer)

    async def answer(self, write: str, answer: str) -> None:
        """Remember what this write was answered, so that the same write again changes nothing."""
        said = self.upsert(_writes).values(id=write, at=self.now, answer=answer)
        first = _writes.c.answer == ""  # what was answered once stays
        await self.run(said.on_conflict_do_update(index_elements=["id"], set_={"answer": answer}, where=first))

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
            last = await self.number_each({stream: len(by_stream[stream]) for stream in by_stream})
            told = [
                told_of(fact, last[stream] - len(by_stream[stream]) + 1 + n, self.now)
                for stream in sorted(by_stream)
                for n, fact in enumerate(by_stream[stream])
            ]
            await self.run(_TELL, [{name: getattr(one, name) for name in _TRAIL} for one in told])
            self.told += told
        await self.flush()

    async def number(self, stream: str, count: int = 1) -> int:
        """Take the next `count` numbers of a stream; the last of them. Whoever takes them orders all later ones."""
        return (await self.number_each({stream: count}))[stream]

    async def number_each(self, counts: Mapping[str, int]) -> dict[str, int]:
        """The same for several streams in one statement, in one order for all works: two cannot lock each other."""
        if len(counts) == 1:
            ((stream, count),) = counts.items()
            return {stream: (await self.run(_NEXT[self.dialect], {"name": stream, "count": count})).scalar_one()}
        last: dict[str, int] = {}
        streams = sorted(counts)
        for first in range(0, len(streams), _AT_ONCE):
            rows = [{"stream": one, "number": counts[one]} for one in streams[first : first + _AT_ONCE]]
            upsert = self.upsert(_streams).values(rows)
            statement = upsert.on_conflict_do_update(
                index_elements=["stream"], set_={"number": _streams.c.number + upsert.excluded.number}
            ).returning(_streams.c.stream, _streams.c.number)
            last |= {row.stream: row.number for row in await self.rows(statement)}
        return last


def _made_ready(table: Any, dialect: Dialect, rows: Sequence[Mapping[str, Any]]) -> tuple[str, list[tuple[Any, ...]]]:
    """An INSERT in the words of this database, and the values as its driver takes them."""
    compiled = table.insert().compile(dialect=dialect, column_keys=list(rows[0]))
    names = list(getattr(compiled, "positiontup", None) or ())
    bound = [(name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names]
    return str(compiled), [tuple(made(row[name]) if made else row[name] for name, made in bound) for row in rows]


def told_of(fact: Fact, number: int, at: datetime) -> Told:
    """The fact as it stands on the trail."""
    return Told(fact.stream, number, at, type(fact).__name__, fact.audience, fact.body())
