"""A house that is copied stands as the acts built it: row for row, at the same hour, under the same ids."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from shutil import copy

import pytest

from calendars.clock import SetClock
from calendars.store import Store
from tests.calendars.copied import built_once, rows_of
from tests.calendars.planned import Planned, planned_by_acts
from tests.programs import Postgres


@pytest.fixture
def beside(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Iterator[str]:
    """A second empty database of the same kind."""
    if database.startswith("sqlite"):
        yield f"sqlite+aiosqlite:///{copy(request.getfixturevalue('sqlite_pattern'), tmp_path / 'beside.db')}"
        return
    server: Postgres = request.getfixturevalue("postgresql")
    server.run("CREATE DATABASE beside TEMPLATE pattern STRATEGY wal_log")
    yield server.url("beside")
    server.run("DROP DATABASE beside WITH (FORCE)")


async def test_built_once_when_asked_for_again_then_the_same_house_row_for_row(store: Store, beside: str) -> None:
    builds: list[Store] = []

    @built_once
    async def build(store: Store) -> Planned:
        builds.append(store)
        return await planned_by_acts(store)

    other = Store(beside, SetClock(datetime(2026, 1, 1, tzinfo=UTC)))
    first, second = await build(store), await build(other)
    assert builds == [store]
    assert (first.store, second.store) == (store, other)
    assert replace(first, store=other) == second
    assert first.clock.at == second.clock.at
    assert await rows_of(store) == await rows_of(other)
    second.people.clear()
    assert first.people
    await other.close()
