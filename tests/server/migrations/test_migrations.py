"""The steps of the database make exactly the tables that the code has, on both databases."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, column, insert, inspect, make_url, table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

from calendars.databases.columns import Instant
from server.migrations import METADATA, head, migrate, step_of, upgrade
from tests.programs import Postgres

WRITTEN, LATER = datetime(2026, 3, 9, 7, tzinfo=UTC), datetime(2026, 3, 16, 7, tzinfo=UTC)
ONLY_GROW = ("evidence", "link_seals", "links", "marks", "moves", "trail", "tutoring", "tutoring_grants")


@pytest.fixture(params=["sqlite", "postgresql"])
def nothing(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/new/oppitupa.db"
        return
    server: Postgres = request.getfixturevalue("postgresql")
    server.run("CREATE DATABASE nothing")
    yield server.url("nothing")
    server.run("DROP DATABASE nothing WITH (FORCE)")


async def asked(url: str, question: Any) -> Any:
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(question)
    finally:
        await engine.dispose()


def differences(connection: Connection) -> list[Any]:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, METADATA))


def triggers(connection: Connection) -> int:
    if connection.dialect.name == "sqlite":
        return int(connection.execute(text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger'")).scalar_one())
    return int(connection.execute(text("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal")).scalar_one())


async def test_migrate_when_nothing_is_there_then_every_table_as_the_code_has_it(nothing: str) -> None:
    assert await migrate(nothing)
    assert await asked(nothing, differences) == []
    assert await asked(nothing, step_of) == head()
    assert await asked(nothing, triggers) == len(ONLY_GROW) * (2 if nothing.startswith("sqlite") else 1)


async def test_migrate_when_done_already_then_nothing_is_done(nothing: str) -> None:
    await migrate(nothing)
    assert not await migrate(nothing)


def letter_of_the_first_step(connection: Connection) -> None:
    upgrade(connection, "0001")
    person = {
        "id": "p",
        "name": "Irene",
        "language": "fi",
        "telephone": "",
        "email": "",
        "generation": 1,
        "revision": 1,
    }
    letter = {"id": "l", "person": "p", "address": "irene@example.org", "subject": "s", "text": "t"}
    rows = {"people": person | {"added": WRITTEN}, "letters": letter | {"made": WRITTEN, "until": LATER}}
    for name, row in rows.items():
        columns = [column(key, Instant() if isinstance(value, datetime) else None) for key, value in row.items()]
        connection.execute(insert(table(name, *columns)), row)


async def test_migrate_when_a_house_stands_at_the_first_step_then_what_is_in_it_stays(nothing: str) -> None:
    if nothing.startswith("sqlite"):
        Path(make_url(nothing).database or "").parent.mkdir()
    engine = create_async_engine(nothing)
    async with engine.begin() as connection:
        await connection.run_sync(letter_of_the_first_step)
    assert await migrate(nothing)
    assert await asked(nothing, differences) == []
    async with engine.connect() as connection:
        query = "SELECT id, subject, tries, trouble, sent, again = made FROM letters"
        assert [tuple(row) for row in await connection.execute(text(query))] == [("l", "s", 0, "", None, True)]
    await engine.dispose()


async def test_migrate_when_a_step_fails_then_no_table_stays(nothing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(op, "execute", broken)  # the very last thing that the first step does
    with pytest.raises(RuntimeError, match="the power went"):
        await migrate(nothing)
    assert await asked(nothing, lambda connection: inspect(connection).get_table_names()) == []


@pytest.mark.parametrize("table", ONLY_GROW)
@pytest.mark.parametrize("change", ["UPDATE {table} SET at_or_received = at_or_received", "DELETE FROM {table}"])
async def test_table_when_it_only_grows_then_no_row_is_changed_or_deleted(
    database: str, table: str, change: str
) -> None:
    row = {
        "trail": "INSERT INTO trail VALUES ('s', 1, '2026-01-01', 'K', 'house', '{}')",
        "evidence": "INSERT INTO evidence (id, lesson, number, received, kind, body) "
        "VALUES ('e', 'l', 1, '2026-01-01', 'held', '{}')",
        "marks": "INSERT INTO marks (id, lesson, person, version, state, seconds, at, signed) "
        "VALUES ('m', 'l', 'p', 1, 'present', '{}', '2026-01-01', false)",
        "moves": "INSERT INTO moves (id, lesson, number, at, before, provider, why) "
        "VALUES ('m', 'l', 1, '2026-01-01', 'jitsi', 'builtin', 'by_hand')",
        "links": "INSERT INTO links (programme, number, at, record, hash) VALUES ('p', 1, '2026-01-01', '{}', 'h')",
        "link_seals": "INSERT INTO link_seals (programme, number, at, record) VALUES ('p', 1, '2026-01-01', '{}')",
        "tutoring": 'INSERT INTO tutoring (id, programme, person, number, kind, appointment, reserving, "using", '
        'reserved, used, quota, subject, way, reason, at, "by") '
        "VALUES ('t', 'p', 'l', 1, 'reserved', 'a', 30, 0, 30, 0, 240, '', '', '', '2026-01-01', 'k')",
        "tutoring_grants": 'INSERT INTO tutoring_grants (id, programme, person, minutes, reason, at, "by") '
        "VALUES ('g', 'p', 'l', 30, 'r', '2026-01-01', 'k')",
    }[table]
    time = "received" if table == "evidence" else "at"
    engine = create_async_engine(database)
    async with engine.connect() as connection:
        if database.startswith("postgresql"):  # rows that belong to no lesson are enough here
            await connection.execute(text("SET session_replication_role = replica"))
            await connection.execute(text(row))
            await connection.execute(text("SET session_replication_role = DEFAULT"))
        else:
            await connection.execute(text(row))
        with pytest.raises(DBAPIError, match="append-only"):
            await connection.execute(text(change.format(table=table).replace("at_or_received", time)))
    await engine.dispose()
