"""The store: one transaction, one instant; told after the commit, in order, without holes; nothing half."""

import asyncio
import os
import random
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from calendars.clock import SetClock
from calendars.databases import driver
from calendars.databases.columns import ALPHABET
from calendars.errors import Conflict, NotFound, Unavailable
from calendars.facts import Fact, PersonAdded, Told
from calendars.store import GROUP_MOST, Store, new_id
from calendars.tables import Organisation, Person, Place
from tests.programs import Postgres


@dataclass(frozen=True)
class Said(Fact):
    """A fact for these tests."""

    what: str = ""


def person(name: str, id: str = "") -> Person:
    return Person(id=id or new_id(), name=name, added=datetime(2026, 1, 1, tzinfo=UTC))


async def names(store: Store) -> list[str]:
    async with store.look() as look:
        return list(await look.all(select(Person.name).order_by(Person.name)))


def heard(store: Store) -> list[Told]:
    told: list[Told] = []
    store.listen(told.extend)
    return told


async def test_work_when_it_ends_then_durable_and_told(store: Store) -> None:
    told = heard(store)
    async with store.work() as work:
        work.add(person("A"))
        work.tell(Said("s", what="x"))
        assert told == []
    assert await names(store) == ["A"]
    assert [(one.stream, one.number, one.kind, one.body) for one in told] == [("s", 1, "Said", {"what": "x"})]


async def _fail(store: Store) -> None:
    async with store.work() as work:
        work.add(person("A"))
        work.tell(Said("s"))
        await work.flush()
        raise ZeroDivisionError


async def test_work_when_it_fails_then_nothing_stays_and_nothing_is_told(store: Store) -> None:
    told = heard(store)
    with pytest.raises(ZeroDivisionError):
        await _fail(store)
    async with store.work() as work:
        work.tell(Said("s"))
    assert (await names(store), [one.number for one in told]) == ([], [1])


async def test_work_when_many_at_once_then_each_by_itself(store: Store) -> None:
    told = heard(store)

    async def one(n: int) -> None:
        async with store.work() as work:
            work.add(person(f"{n:03}"))
            work.tell(Said("s", what=str(n)))
            await work.flush()
            if n % 3 == 0:
                raise ZeroDivisionError

    results = await asyncio.gather(*(one(n) for n in range(GROUP_MOST + 20)), return_exceptions=True)
    good = [n for n in range(GROUP_MOST + 20) if n % 3]
    assert [n for n, result in enumerate(results) if result is None] == good
    assert await names(store) == [f"{n:03}" for n in good]
    assert sorted(one.number for one in told) == list(range(1, len(good) + 1))
    async with store.look() as look:
        trail = await look.trail("s", 0)
    assert [one.number for one in trail] == list(range(1, len(good) + 1))
    assert {int(one.body["what"]) for one in trail} == set(good)


async def test_work_when_cancelled_then_the_others_go_on(store: Store) -> None:
    async def slow() -> None:
        async with store.work() as work:
            work.add(person("slow"))
            await work.flush()
            await asyncio.sleep(30)

    async def quick(name: str) -> None:
        async with store.work() as work:
            work.add(person(name))

    task = asyncio.create_task(slow())
    await asyncio.sleep(0.05)
    others = [asyncio.create_task(quick(name)) for name in ("a", "b", "c")]
    await asyncio.sleep(0.05)
    task.cancel()
    others[1].cancel()
    results = await asyncio.gather(task, *others, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert {"a", "c"} <= set(await names(store)) <= {"a", "b", "c"}
    await quick("later")
    assert "later" in await names(store)


async def test_work_when_cancelled_at_any_moment_then_the_house_goes_on_and_nothing_is_half(store: Store) -> None:
    """Also in the middle of a commit, and while the one that is cancelled was the last to wait."""
    luck = random.Random(7)

    async def one(name: str) -> None:
        async with store.work() as work:
            work.add(person(f"{name} first"))
            work.tell(Said("s", what=name))
            await work.flush()
            work.add(person(f"{name} second"))

    done = set()
    for turn in range(int(os.environ.get("OPPITUPA_RUNS", "100"))):
        tasks = {f"{turn}.{n}": asyncio.create_task(one(f"{turn}.{n}")) for n in range(3)}
        await asyncio.sleep(luck.uniform(0, 0.008))
        for name in luck.sample(sorted(tasks), luck.randint(1, 2)):
            tasks[name].cancel()
        async with asyncio.timeout(20):
            results = await asyncio.gather(*tasks.values(), return_exceptions=True)
        assert all(one is None or isinstance(one, asyncio.CancelledError) for one in results)
        done |= {name for name, result in zip(tasks, results, strict=True) if result is None}
    async with asyncio.timeout(20):
        await one("last")
    found = await names(store)
    whole = {name.removesuffix(" second") for name in found if name.endswith(" second")}
    assert found == sorted(f"{name} {part}" for name in whole for part in ("first", "second"))
    assert done | {"last"} <= whole
    async with store.look() as look:
        trail = await look.trail("s", 0, most=1000)
    assert {one.body["what"] for one in trail} == whole
    assert [one.number for one in trail] == list(range(1, len(trail) + 1))


async def test_work_when_the_same_key_twice_then_conflict_and_the_rest_of_the_group_stands(store: Store) -> None:
    async def one(id: str, name: str) -> None:
        async with store.work() as work:
            work.add(person(name, id))

    results = await asyncio.gather(one("x", "A"), one("x", "B"), one("y", "C"), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Conflict", "NoneType", "NoneType"]
    assert len(await names(store)) == 2
    assert [result.code for result in results if isinstance(result, Conflict)] == ["already_there"]


async def test_facts_when_on_several_streams_then_each_is_numbered_by_itself(store: Store) -> None:
    async with store.work() as work:
        for stream in ("b", "a", "b"):
            work.tell(Said(stream))
    async with store.work() as work:
        work.tell(PersonAdded("b", person="p", by="q"))
    async with store.look() as look:
        assert await look.numbers(["a", "b", "c"]) == {"a": 1, "b": 3, "c": 0}
        assert [(one.number, one.kind) for one in await look.trail("b", 1)] == [(2, "Said"), (3, "PersonAdded")]
        assert [one.number for one in await look.trail("b", 0, most=1)] == [1]


async def test_trail_when_asked_what_moved_then_by_time_and_audience(store: Store, clock: SetClock) -> None:
    start = clock.at
    async with store.work() as work:
        work.tell(Said("old"))
    clock.forward(minutes=1)
    async with store.work() as work:
        work.tell(Said("new"))
        work.tell(Said("new"))
    async with store.look() as look:
        assert await look.moved_since(start, ("house",)) == {"old": 1, "new": 2}
        assert await look.moved_since(clock.at, ("house",)) == {"new": 2}
        assert await look.moved_since(start, ("lesson",)) == {}
        assert await look.last_told(["old", "new"]) == clock.at
        assert await look.last_told(["old"]) == start
        assert await look.last_told(["never"]) is None


async def test_listener_when_it_fails_then_every_work_of_its_commit_ends_well_and_others_hear(store: Store) -> None:
    def fail(_told: Sequence[Told]) -> None:
        raise TypeError("a telling that went wrong")

    store.listen(fail)
    told = heard(store)

    async def add(name: str) -> None:
        async with store.work() as work:
            work.add(person(name))
            work.tell(Said(name))

    async with asyncio.timeout(10):
        await asyncio.gather(*(add(name) for name in "abc"))
    assert (await names(store), sorted(one.stream for one in told)) == (["a", "b", "c"], ["a", "b", "c"])


async def test_listener_when_works_commit_then_hears_them_in_order(store: Store) -> None:
    batches: list[Sequence[Told]] = []
    store.listen(batches.append)

    async def one() -> None:
        async with store.work() as work:
            work.tell(Said("s"))
            work.tell(Said("s"))

    await asyncio.gather(*(one() for _ in range(10)))
    assert [one.number for batch in batches for one in batch] == list(range(1, 21))
    async with store.work() as work:
        work.add(person("silent"))
    assert len(batches) == 10


async def test_lease_when_held_then_nobody_else_until_it_ends(store: Store, clock: SetClock) -> None:
    async def take(holder: str) -> bool:
        async with store.work() as work:
            return await work.lease("sweep", holder, 10)

    assert [await take("a"), await take("b"), await take("a")] == [True, False, True]
    clock.forward(seconds=10)
    assert [await take("b"), await take("a")] == [True, False]


async def test_instant_when_stored_then_back_in_utc_to_the_microsecond(store: Store) -> None:
    at = datetime(2026, 3, 29, 4, 30, 0, 123456, tzinfo=timezone(timedelta(hours=3)))
    async with store.work() as work:
        work.add(Person(id="p", name="A", added=at))
    async with store.look() as look:
        found = await look.get(Person, "p")
        assert found is not None
        assert (found.added, found.added.tzinfo) == (at, UTC)
        assert await look.one(select(Person.id).where(Person.added == at)) == "p"
    with pytest.raises(Exception, match="naive"):
        async with store.work() as work:
            work.add(Person(id="q", name="B", added=at.replace(tzinfo=None)))


async def test_look_when_something_commits_meanwhile_then_one_state_to_its_end(store: Store) -> None:
    async with store.look() as look:
        assert await look.one(select(func.count()).select_from(Person)) == 0
        async with store.work() as work:
            work.add(person("A"))
        assert await look.one(select(func.count()).select_from(Person)) == 0
    assert await names(store) == ["A"]


@pytest.mark.parametrize("key", ["\x00", "a\x00b", "\ud800"])
async def test_look_when_no_row_could_have_the_key_then_none_is_found(store: Store, key: str) -> None:
    found: Person | None = None
    try:
        async with store.look() as look:
            found = await look.get(Person, key)
    except NotFound:
        pass
    assert found is None
    assert await names(store) == []


async def test_row_when_it_names_nobody_then_refused(store: Store) -> None:
    with pytest.raises(Conflict):
        async with store.work() as work:
            work.add(Place(id="x", organisation="nobody", name="Nowhere"))
    async with store.work() as work:
        work.add(Organisation(id="o", name="O"))


async def test_database_when_away_then_unavailable(clock: SetClock) -> None:
    away = Store("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", clock)
    for open_it in (away.look, away.work):
        with pytest.raises(Unavailable, match="database_away"):
            async with open_it() as look:
                await look.run(text("SELECT 1"))
    await away.close()


async def test_database_when_it_takes_no_connections_then_unavailable(postgresql: Postgres, clock: SetClock) -> None:
    postgresql.run("CREATE DATABASE shut ALLOW_CONNECTIONS false")
    store = Store(postgresql.url("shut"), clock)
    with pytest.raises(Unavailable, match="database_away"):
        async with store.look() as look:
            await look.run(text("SELECT 1"))
    await store.close()


async def test_database_when_read_only_then_unavailable_and_well_again_after(tmp_path: Path, clock: SetClock) -> None:
    store = Store(f"sqlite+aiosqlite:///{tmp_path}/house.db", clock)
    async with store.work() as work:
        await work.run(text("CREATE TABLE things (n INTEGER)"))
        connection: Any = await (await work.session.connection()).get_raw_connection()
        only_writer = connection.driver_connection
    await only_writer.execute("PRAGMA query_only=ON")
    with pytest.raises(Unavailable, match="database_read_only"):
        async with store.work() as work:
            await work.run(text("INSERT INTO things VALUES (1)"))
    await only_writer.execute("PRAGMA query_only=OFF")
    async with store.work() as work:
        await work.run(text("INSERT INTO things VALUES (2)"))
    async with store.look() as look:
        assert list(await look.all(text("SELECT n FROM things"))) == [2]
    await store.close()


def test_id_when_made_then_twenty_safe_letters_and_never_the_same() -> None:
    made = {new_id() for _ in range(1_000)}
    assert len(made) == 1_000
    assert all(len(one) == 20 and set(one) <= set(ALPHABET) for one in made)


async def test_numbers_when_a_work_takes_them_on_many_streams_then_each_stream_its_own_last(store: Store) -> None:
    counts = {f"s{n:04}": n % 3 + 1 for n in range(900)}  # more than one statement carries
    for times in (1, 2):
        async with store.work() as work:
            assert await work.number_each(counts) == {stream: times * count for stream, count in counts.items()}
    async with store.work() as work:
        assert await work.number_each({}) == {}


async def test_store_when_alone_then_statements_run_in_place_and_another_store_reads_them(
    tmp_path: Path, sqlite_pattern: Path, clock: SetClock
) -> None:
    shutil.copy(sqlite_pattern, tmp_path / "oppitupa.db")
    url, threads = f"sqlite+aiosqlite:///{tmp_path}/oppitupa.db", set()
    alone = Store(url, clock, alone=True)
    async with alone.work() as work:
        raw = (await (await work.session.connection()).get_raw_connection()).driver_connection
        assert isinstance(raw, driver.InPlace)
        raw.raw.create_function("thread", 0, threading.get_ident)
        threads.add(await work.one(text("SELECT thread()")))
        work.tell(Said("s"))
    await alone.close()
    assert threads == {threading.get_ident()}
    usual = Store(url, clock)
    async with usual.look() as look:
        assert [one.kind for one in await look.trail("s", 0)] == ["Said"]
    await usual.close()
