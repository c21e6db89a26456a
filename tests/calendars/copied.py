"""A house that many tests stand on: the product's own acts build it once in a process, later tests get its rows."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar, cast

from sqlalchemy import JSON

from calendars.clock import SetClock
from calendars.store import Store
from server.migrations import METADATA

Made = TypeVar("Made")
Build = Callable[..., Awaitable[Made]]
Rows = Sequence[tuple[str, Sequence[tuple[Any, ...]]]]
"""(a statement that writes a row, the values of each row as the driver has them)"""


@dataclass(frozen=True)
class Kept:
    """What a builder made: its ids without a store, where its clock stood in the end, its rows."""

    house: Any
    at: datetime
    rows: Rows


def built_once(build: Build[Made]) -> Build[Made]:
    """Build into an empty store once for each database and each way to ask; then copy, ids and all.

    What is built is a dataclass with the field `store`. Two houses of one process have the same ids and secrets.
    """
    kept: dict[Hashable, Kept] = {}

    @wraps(build)
    async def made(store: Store, *given: Hashable) -> Made:
        clock, way = cast(SetClock, store.clock), (store.url.get_backend_name(), *given)
        if way in kept:
            await _lay(store, kept[way].rows)
            clock.at = kept[way].at
            return cast(Made, replace(deepcopy(kept[way].house), store=store))
        house: Any = await build(store, *given)
        kept[way] = Kept(deepcopy(replace(house, store=None)), clock.at, await rows_of(store))
        return cast(Made, house)

    return made


async def rows_of(store: Store) -> Rows:
    """All that stands in a store, in an order in which it may be written."""
    found, embedded = [], store.url.get_backend_name() == "sqlite"
    async with store.look() as look:
        connection = await look.session.connection()
        for table in METADATA.sorted_tables:
            names = [f'"{column.name}"' for column in table.columns]
            read = [  # asyncpg gives JSON as objects and takes it as text
                f"{name}::text" if isinstance(column.type, JSON) and not embedded else name
                for name, column in zip(names, table.columns, strict=True)
            ]
            marks = ["?" if embedded else f"${n}" for n, _ in enumerate(names, 1)]
            rows = (await connection.exec_driver_sql(f'SELECT {", ".join(read)} FROM "{table.name}"')).all()
            write = f'INSERT INTO "{table.name}" ({", ".join(names)}) VALUES ({", ".join(marks)})'
            if rows:
                found.append((write, [tuple(row) for row in rows]))
    return found


async def _lay(store: Store, rows: Rows) -> None:
    async with store.work() as work:
        connection = await work.session.connection()
        for statement, values in rows:
            await connection.exec_driver_sql(statement, list(values))
