"""A backup: a zip with one JSON Lines file a table, all of one instant, the same from either database.

SQLite and PostgreSQL both read it under one snapshot, so that a house that goes on working does not tear it.
"""

import asyncio
import hashlib
import json
import struct
import zipfile
import zlib
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, LargeBinary, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from calendars.databases.engines import translated
from calendars.store import Instant, sqlite_engine
from server.migrations import METADATA, head

FORMAT: Final = "oppitupa-backup-1"
AT_ONCE: Final = 500  # rows
LONGEST_LINE: Final = 20_000_000  # bytes
DAMAGED: Final = (KeyError, ValueError, OSError, EOFError, RuntimeError, struct.error, zipfile.BadZipFile, zlib.error)
"""What a zip file says in which something has rotted: a name, a sum, a length, a method, the packed bytes."""


class Unreadable(Exception):
    """The file is no whole backup, or does not fit this house; one sentence says why."""


def _engine(url: str, begin: str) -> AsyncEngine:
    if url.startswith("sqlite"):
        return sqlite_engine(url, begin, size=1, streams=True)
    return create_async_engine(url, isolation_level="REPEATABLE READ")


async def write_from(url: str, path: Path) -> int:
    """Write everything that was committed when we began; the number of rows."""
    engine, counts, sums = _engine(url, "BEGIN"), {}, {}
    try:
        with translated(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            async with engine.begin() as connection:
                for table in METADATA.sorted_tables:
                    counts[table.name], sums[table.name] = await _write_table(connection, archive, table)
            about = {"format": FORMAT, "step": head(), "rows": counts, "sha256": sums}
            archive.writestr("about.json", json.dumps(about, indent=1))
    finally:
        await engine.dispose()
    return sum(counts.values())


async def _write_table(connection: AsyncConnection, archive: zipfile.ZipFile, table: Table) -> tuple[int, str]:
    count, total = 0, hashlib.sha256()
    with archive.open(f"{table.name}.jsonl", "w", force_zip64=True) as file:
        async for row in _rows(connection, table):
            line = json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False).encode() + b"\n"
            file.write(line)
            total.update(line)
            count += 1
    return count, total.hexdigest()


async def _rows(connection: AsyncConnection, table: Table) -> AsyncIterator[Mapping[str, Any]]:
    result = await connection.stream(select(table).order_by(*table.primary_key.columns))
    async for part in result.mappings().partitions(AT_ONCE):
        for row in part:
            yield dict(row)


def check(path: Path, step: str) -> None:
    """Read a backup through, before anything is touched. Raises Unreadable unless every byte is as it was written."""
    with _opened(path) as archive:
        about = _about(archive, step)
        for table in METADATA.sorted_tables:
            _check_table(archive, table.name, about)


def _check_table(archive: zipfile.ZipFile, name: str, about: Mapping[str, Any]) -> None:
    count, total = 0, hashlib.sha256()
    for line in _lines(archive, name):
        total.update(line)
        count += 1
    if (count, total.hexdigest()) != (about["rows"].get(name), about["sha256"].get(name)):
        raise Unreadable(f"{name}.jsonl is not what was written: the file is damaged.")


async def read_into(url: str, path: Path, step: str) -> int:
    """Fill an empty, migrated database in one transaction. Raises Unreadable; then nothing has changed."""
    await asyncio.to_thread(check, path, step)
    engine = _engine(url, "BEGIN IMMEDIATE")
    try:
        with _opened(path) as archive, translated():
            async with engine.begin() as connection:
                await _must_be_empty(connection)
                return sum([await _read_table(connection, archive, table) for table in METADATA.sorted_tables])
    finally:
        await engine.dispose()


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except DAMAGED as wrong:
        raise Unreadable(f"this is no backup ({getattr(wrong, 'strerror', None) or wrong}).") from None


def _about(archive: zipfile.ZipFile, step: str) -> dict[str, Any]:
    try:
        about: dict[str, Any] = json.loads(archive.read("about.json"))
    except DAMAGED:
        raise Unreadable("this is no backup (about.json is missing or broken).") from None
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise Unreadable("this is no backup that this version knows.")
    if about.get("step") != step:
        raise Unreadable(
            f"it was made at step {about.get('step')} of the database and this version is at {step}: "
            "restore it with the version that made it, then migrate."
        )
    if not all(isinstance(about.get(part), dict) for part in ("rows", "sha256")):
        raise Unreadable("this is no backup (about.json is missing or broken).")
    return about


async def _must_be_empty(connection: AsyncConnection) -> None:
    for table in METADATA.sorted_tables:
        if await connection.scalar(select(func.count()).select_from(select(table).limit(1).subquery())):
            raise Unreadable("the database is not empty. A restore never overwrites: name an empty one.")


async def _read_table(connection: AsyncConnection, archive: zipfile.ZipFile, table: Table) -> int:
    count, waiting = 0, []
    for line in _lines(archive, table.name):
        waiting.append(_row(table, line))
        count += 1
        if len(waiting) == AT_ONCE:
            await connection.execute(table.insert(), waiting)
            waiting = []
    if waiting:
        await connection.execute(table.insert(), waiting)
    return count


def _row(table: Table, line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line)
        return {column.name: _value(column, told[column.name]) for column in table.columns}
    except (KeyError, TypeError, ValueError):
        raise Unreadable(f"{table.name}.jsonl holds a row that this version cannot read.") from None


def _lines(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    try:
        with archive.open(f"{name}.jsonl") as file:
            while line := file.readline(LONGEST_LINE):
                yield line
    except DAMAGED:
        raise Unreadable(f"{name}.jsonl is missing or damaged.") from None


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value  # a datetime is a date


def _value(column: Column[Any], value: Any) -> Any:
    """What JSON cannot hold comes back as what the column wants."""
    if value is None:
        return None
    if isinstance(column.type, LargeBinary):
        return b64decode(value)
    wanted = datetime if isinstance(column.type, Instant) else column.type.python_type
    return wanted.fromisoformat(value) if wanted in (date, datetime) else value
