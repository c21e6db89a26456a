"""The database is away, full or read-only: a clear answer each time, nothing saved is lost, and it heals by itself."""

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from calendars.clock import SetClock
from calendars.errors import Unavailable
from calendars.store import Store
from tests.faults.ailing import Ailment, Full, Locked, ReadOnly, Still, Stopped, off_loop, small_disk
from tests.faults.conftest import Open
from tests.faults.houses import House
from tests.faults.judged import Witness, agree, evidence, measured_lag
from tests.faults.people import Pupil
from tests.faults.school import TELEPHONE, School, build
from tests.programs import Postgres

AWAY = float(os.environ.get("OPPITUPA_RUNS", "0") == "long") * 48 + 12
"""Seconds; tests/long lets it be a minute."""
Class = Callable[..., Pupil]


@pytest.fixture(scope="module")
def own_postgresql() -> Iterator[Postgres]:
    """One that may be stopped without anybody else's noticing."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(params=["stopped", "still", "read_only", "locked", "full"])
def struck(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Ailment, Path]]:
    """The address of an empty database, what will befall it, and a folder for the house."""
    kind = request.param
    if kind in ("stopped", "still", "read_only"):
        server: Postgres = request.getfixturevalue("own_postgresql")
        server.run(f"CREATE DATABASE {kind}")
        ailment: Ailment = {"stopped": Stopped, "still": Still, "read_only": ReadOnly}[kind](server)
        yield server.url(kind), ailment, tmp_path
        return
    with small_disk(tmp_path / "disk") as disk:
        file = disk / "oppitupa.db"
        yield f"sqlite+aiosqlite:///{file}", Locked(file) if kind == "locked" else Full(disk), tmp_path


async def test_database_ails_when_it_is_well_again_then_nobody_lost_a_second(
    struck: tuple[str, Ailment, Path], opened: Open, class_of: Class
) -> None:
    database, ailment, _ = struck
    school = await build(database)
    house = await opened(school)
    pupils = [class_of(house, one) for one in (school.teacher, *school.learners)]
    witness = Witness(school)
    async with measured_lag() as lag:
        for pupil in pupils:
            pupil.come()
        await asyncio.wait_for(asyncio.gather(*(pupil.entered.wait() for pupil in pupils)), 20)
        await asyncio.sleep(3)
        since = time.time()
        await off_loop(ailment.strike)
        try:
            await suffer(house, ailment, pupils)
            await asyncio.sleep(max(0.0, since + AWAY - time.time()))
            saved_at_most(pupils, time.time())
        finally:
            await off_loop(ailment.heal)
        witness.outage(since, time.time())
        await asyncio.wait_for(asyncio.gather(*(pupil.entered.wait() for pupil in pupils)), 30)
        await well_again(house, pupils)
        assert await pupils[0].press("end") == 200
        witness.held(pupils[0].entries[0], pupils[0].pressed)
    verdict, report = await witness.verdict(pupils), await house.report()
    for pupil in pupils[1:]:
        agree(report[pupil.person], verdict[pupil.person], pupil, lag, strained=True)
        assert report[pupil.person]["state"] == "present"
    assert [len(pupil.entries) for pupil in (pupils[0], *pupils[2:])] == [1, 1, 1], "who was in stayed in"
    assert len(pupils[1].entries) == 2
    assert await evidence(school, "outage"), "the outage is on record as ours"
    assert house.traces() == []


async def suffer(house: House, ailment: Ailment, pupils: list[Pupil]) -> None:
    """While it lasts: whoever asks is told, whoever is in is heard, whose line breaks waits."""
    teacher, first, *_ = pupils
    await asyncio.sleep(1)
    await first.drop()
    acks = len(pupils[2].acks)
    began = time.monotonic()
    status, kind, told = await teacher.post("pause")
    assert (status, kind) == (503, "application/problem+json"), told
    assert json.loads(told)["code"] == ailment.code
    status, kind, told = await teacher.post("pause", accept="text/html")
    assert (status, kind) == (503, "text/html")
    assert TELEPHONE in told
    assert "Traceback" not in told
    assert time.monotonic() - began < 30, "two answers"
    assert len(pupils[2].acks) - acks >= (time.monotonic() - began) / (1.2 * 2) - 2, "beats go on"


def saved_at_most(pupils: list[Pupil], now: float) -> None:
    """Nobody was told that anything is saved which is not."""
    for pupil in pupils:
        if pupil.saved is not None:
            assert datetime.fromisoformat(pupil.saved).timestamp() <= now - AWAY + 3


async def well_again(house: House, pupils: list[Pupil]) -> None:
    """Until everybody is told that all is saved."""
    await house.until_ready()
    healed = time.time()
    async with asyncio.timeout(30):
        while any(p.saved is None or datetime.fromisoformat(p.saved).timestamp() < healed for p in pupils):
            await asyncio.sleep(0.1)


async def test_ready_when_the_database_is_away_then_503_soon_and_200_when_it_is_back(
    own_postgresql: Postgres, opened: Open, class_of: Class
) -> None:
    own_postgresql.run("CREATE DATABASE ready")
    school = await build(own_postgresql.url("ready"))
    house = await opened(school)
    somebody = class_of(house, school.learners[0])
    for ailment in (Stopped(own_postgresql), Still(own_postgresql)):
        await off_loop(ailment.strike)
        began = time.monotonic()
        status, told = await somebody.ask("/health/ready")
        assert (status, json.loads(told)["status"]) == (503, "unavailable")
        assert time.monotonic() - began < 5
        assert (await somebody.ask("/health/live"))[0] == 200
        await off_loop(ailment.heal)
        await house.until_ready(30)
    assert house.traces() == []


async def test_serve_when_the_database_cannot_be_used_then_one_sentence_and_exit_2(tmp_path: Path) -> None:
    nobody = House(School("postgresql://nobody@127.0.0.1:1/nothing"), tmp_path)
    code, _, said = await nobody.command("serve")
    assert code == 2
    assert len(said.strip().splitlines()) == 1
    assert said.startswith("oppitupa: ")


async def test_store_when_sqlite_is_read_only_then_unavailable_and_well_again_later(
    sqlite_pattern: Path, tmp_path: Path, clock: SetClock
) -> None:
    (tmp_path / "house.db").write_bytes(sqlite_pattern.read_bytes())
    store = Store(f"sqlite+aiosqlite:///{tmp_path}/house.db", clock)

    async def pragma(value: str) -> None:
        async with store._writing.connect() as connection:
            raw = await connection.get_raw_connection()
            await raw.driver_connection.execute(f"PRAGMA query_only = {value}")  # type: ignore[union-attr]

    async def write() -> Any:
        async with store.work() as work:
            await work.number("house")

    await write()
    await pragma("ON")
    with pytest.raises(Unavailable) as refused:
        await write()
    assert refused.value.code == "database_read_only"
    await pragma("OFF")
    await write()
    async with store.look() as look:
        assert await look.numbers(["house"]) == {"house": 2}
    await store.close()
