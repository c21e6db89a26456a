"""The database is away, full or read-only: a clear answer each time, nothing saved is lost, and it heals by itself."""

import asyncio
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from calendars.clock import SetClock
from calendars.errors import Unavailable
from calendars.store import Store
from tests.faults.ailing import Ailment, Full, Locked, ReadOnly, Still, Stopped, small_disk
from tests.faults.conftest import Open, all_in
from tests.faults.houses import House
from tests.faults.judged import Witness, agree, all_gone, evidence
from tests.faults.people import Pupil
from tests.faults.school import TELEPHONE, School, build
from tests.programs import Postgres

AWAY = 70.0 if int(os.environ.get("OPPITUPA_RUNS", "100")) >= 1000 else 12.0
"""Seconds; tests/long/many_faults.py lets it be more than a minute."""
Class = Callable[..., Pupil]


@contextmanager
def ailing(folder: Path) -> Iterator[tuple[dict[str, Ailment], list[str]]]:
    """What befalls databases, by the empty database's address; and why some of it cannot be shown on this machine."""
    file = folder / "locked.db"
    found: dict[str, Ailment] = {f"sqlite+aiosqlite:///{file}": Locked(file)}
    lacks: list[str] = []
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(folder / "disk"))
        if disk is not None:
            found[f"sqlite+aiosqlite:///{disk}/oppitupa.db"] = Full(disk)
        else:
            lacks.append("this machine lets nobody mount a disk that could be full, install nothing: run them as root")
        try:
            for kind in (Stopped, Still, ReadOnly):
                server = Postgres()  # its own: nobody else's tests may stand still with it
                stack.callback(server.stop)
                server.run("CREATE DATABASE ailing")
                found[server.url("ailing")] = kind(server)
        except pytest.skip.Exception as lacking:
            lacks.append(str(lacking))
        yield found, lacks


async def test_databases_ail_when_they_are_well_again_then_nobody_lost_a_second(
    tmp_path: Path, opened: Open, class_of: Class
) -> None:
    with ailing(tmp_path) as (found, lacks):
        schools = [await build(database) for database in found]
        async with asyncio.TaskGroup() as houses:  # all at once: they mostly wait
            for school, ailment in zip(schools, found.values(), strict=True):
                houses.create_task(endure(school, ailment, opened, class_of))
    if lacks:
        pytest.skip("; ".join(lacks))


async def endure(school: School, ailment: Ailment, opened: Open, class_of: Class) -> None:
    """A lesson during which this befalls its database: the seconds are those of the judge, the outage is ours."""
    house = await opened(school)
    pupils = [class_of(house, one) for one in (school.teacher, *school.learners)]
    witness = Witness(school)
    for pupil in pupils:
        pupil.come()
    await all_in(pupils)
    await asyncio.sleep(3)
    since = time.time()
    await asyncio.to_thread(ailment.strike)
    try:
        await suffer(house, ailment, pupils)
        await asyncio.sleep(max(0.0, since + AWAY - time.time()))
        saved_at_most(pupils, time.time())
    finally:
        await asyncio.to_thread(ailment.heal)
    witness.outage(since, time.time())
    await all_in(pupils)
    await well_again(house, pupils)
    assert await pupils[0].press("end") == 200
    witness.held(pupils[0].entries[0], pupils[0].pressed)
    await all_gone(pupils)
    verdict, report = await witness.verdict(pupils), await house.report()
    for pupil in pupils[1:]:
        agree(report[pupil.person], verdict[pupil.person], pupil, witness)
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
    await not_ready(house, ailment)
    assert len(pupils[2].acks) - acks >= (time.monotonic() - began) / (1.2 * 2) - 2, "beats go on"


async def not_ready(house: House, ailment: Ailment) -> None:
    """Whoever balances the load hears soon that nothing can be read, and that the process lives."""
    async with aiohttp.ClientSession() as session:
        began = time.monotonic()
        async with session.get(f"{house.url}/health/ready") as answer:
            told = await answer.json()
        assert time.monotonic() - began < 5
        assert (answer.status, told["status"]) == ((503, "unavailable") if ailment.reads_fail else (200, "ok"))
        async with session.get(f"{house.url}/health/live") as answer:
            assert answer.status == 200


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
