"""A backup is whole, of one instant, and comes back the same on either database."""

import asyncio
import json
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine

from calendars import houses, rights
from calendars.houses import NewHouse
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.store import Store
from server.migrations import METADATA, head
from server.migrations.archive import Unreadable, check, read_into, write_from
from tests.calendars.planned import plan_house


@pytest.fixture
def other(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A second empty database, of the other kind than `database`."""
    if request.getfixturevalue("database").startswith("sqlite"):
        server = request.getfixturevalue("postgresql")
        server.run("DROP DATABASE IF EXISTS other WITH (FORCE)")
        server.run("CREATE DATABASE other TEMPLATE pattern STRATEGY file_copy")
        return str(server.url("other"))
    (tmp_path / "other.db").write_bytes(request.getfixturevalue("sqlite_pattern").read_bytes())
    return f"sqlite+aiosqlite:///{tmp_path}/other.db"


async def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        found = {
            table.name: [tuple(row) for row in await connection.execute(select(table).order_by(*table.primary_key))]
            for table in METADATA.sorted_tables
        }
    await engine.dispose()
    return found


async def test_restore_when_into_the_other_database_then_every_value_is_the_same(
    store: Store, database: str, other: str, tmp_path: Path
) -> None:
    await plan_house(store)
    rows = await write_from(database, tmp_path / "house.zip")
    assert await read_into(other, tmp_path / "house.zip", head()) == rows > 50
    assert await everything(other) == await everything(database)


async def test_backup_when_the_house_works_on_then_it_holds_one_instant(
    store: Store, database: str, tmp_path: Path
) -> None:
    """Each work adds one person and one fact: a torn backup would have more of one than of the other."""
    async with store.work() as work:
        await houses.found(work, NewHouse(name="House"))
    stop = asyncio.Event()
    written = 0

    async def go_on() -> None:
        nonlocal written
        while not stop.is_set():
            async with store.work() as work:
                await people.add(work, rights.system(), NewPerson(name="Somebody"), rights.THE_HOUSE)
            written += 1

    works = [asyncio.create_task(go_on()) for _ in range(3)]
    while written < 50:
        await asyncio.sleep(0.01)
    before = after = written
    while after == before:  # on a busy machine nobody may have got a turn while it was written
        before = written
        await write_from(database, tmp_path / "house.zip")
        after = written
    stop.set()
    await asyncio.gather(*works)
    with zipfile.ZipFile(tmp_path / "house.zip") as archive:
        counts = json.loads(archive.read("about.json"))["rows"]
    assert counts["people"] == counts["trail"]
    assert before <= counts["people"] <= after


async def test_restore_when_the_database_is_not_empty_then_nothing_is_overwritten(
    store: Store, database: str, tmp_path: Path
) -> None:
    await plan_house(store)
    await write_from(database, tmp_path / "house.zip")
    before = await everything(database)
    with pytest.raises(Unreadable, match="not empty"):
        await read_into(database, tmp_path / "house.zip", head())
    assert await everything(database) == before


async def test_restore_when_the_file_is_damaged_then_nothing_comes_in(
    store: Store, database: str, other: str, tmp_path: Path
) -> None:
    await plan_house(store)
    await write_from(database, tmp_path / "house.zip")
    with zipfile.ZipFile(tmp_path / "house.zip") as whole, zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        for name in whole.namelist():
            told = whole.read(name)
            bad.writestr(name, told.replace(b"confirmed", b"cancelled") if name == "lessons.jsonl" else told)
    with pytest.raises(Unreadable, match="is not what was written"):
        await read_into(other, tmp_path / "bad.zip", head())
    assert not any((await everything(other)).values())


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + bytes(18)])
async def test_restore_when_no_backup_then_one_sentence(database: str, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "no.zip").write_bytes(content)
    with pytest.raises(Unreadable, match="this is no backup"):
        await read_into(database, tmp_path / "no.zip", head())


async def test_restore_when_made_by_another_version_then_it_says_which(
    store: Store, database: str, tmp_path: Path
) -> None:
    await write_from(database, tmp_path / "house.zip")
    with pytest.raises(Unreadable, match=f"it was made at step {head()}"):
        await read_into(database, tmp_path / "house.zip", "9999")


async def test_restore_when_any_byte_has_rotted_then_one_sentence_and_nothing_comes_in(
    store: Store, database: str, other: str, tmp_path: Path
) -> None:
    await plan_house(store)
    await write_from(database, tmp_path / "house.zip")
    whole, refused = (tmp_path / "house.zip").read_bytes(), 0
    for at in range(7, len(whole), len(whole) // 60):
        rotten = bytearray(whole)
        rotten[at] ^= 0x55
        (tmp_path / "rotten.zip").write_bytes(rotten)
        with suppress(Unreadable):
            check(tmp_path / "rotten.zip", head())
            continue
        refused += 1
        with pytest.raises(Unreadable, match=r"\.$"):
            await read_into(other, tmp_path / "rotten.zip", head())
    assert refused > 30  # where nothing reads it, in a time or a comment of the zip, a byte does no harm
    assert not any((await everything(other)).values())
