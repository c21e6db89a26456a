"""kill -9 in the middle of signing, sealing and exporting: never half a register, never a broken chain."""

import asyncio
import json
import os
import random
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from calendars.store import Store
from calendars.tables import Lesson
from classroom.proof.verdict import check
from classroom.tables import Link, Mark
from tests.calendars.planned import MONDAY, Planned, plan_house
from tests.classroom.proof.conftest import exported, taught

RUNS = max(3, int(os.environ.get("OPPITUPA_RUNS", "100")) // 33)
ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
async def house(store: Store) -> Planned:
    """A lesson that was taught and waits for its signature."""
    planned = await plan_house(store)
    planned.clock.at = MONDAY + timedelta(hours=1)
    await taught(planned)
    return planned


async def killed(luck: random.Random, *words: str) -> list[str]:
    """What a process had said when it was killed, at any moment after its first word."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.signing", *words, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        first = (await process.stdout.readline()).decode()
        await asyncio.sleep(luck.uniform(0, 0.3))
        process.kill()
        rest = (await process.stdout.read()).decode()
        await process.wait()
    return (first + rest).split()


async def test_killed_when_signing_then_the_register_and_its_record_stand_together_or_not_at_all(
    house: Planned, database: str
) -> None:
    lesson, luck = house.lessons["first"][0], random.Random(9)
    told: list[str] = []
    for run in range(RUNS):
        told += await killed(luck, "sign", database, lesson)
        async with house.store.look() as look:
            row = await look.get(Lesson, lesson)
            kinds = [
                json.loads(one)["kind"]
                for one in await look.all(select(Link.record).where(Link.lesson == lesson).order_by(Link.number))
            ]
            versions = list(await look.all(select(Mark.version).where(Mark.lesson == lesson, Mark.signed)))
        assert row is not None
        acts = [kind for kind in kinds if kind != "evidence"]
        assert acts == ["register", "reopened"] * (len(acts) // 2) + ["register"] * (len(acts) % 2)
        assert bool(row.signed) is (acts[-1] == "register")
        assert len(versions) == 2 * acts.count("register")  # of two learners each, never of one alone
        assert told.count("signed") <= acts.count("register") <= told.count("signed") + run + 1
        assert told.count("reopened") <= acts.count("reopened") <= told.count("reopened") + run + 1
    assert check(await exported(house))["findings"] == []


async def test_killed_when_exporting_then_the_bundle_of_before_stands_whole(
    house: Planned, database: str, tmp_path: Path
) -> None:
    whole, luck = b"", random.Random(10)
    for _ in range(RUNS):
        assert await killed(luck, "export", database, house.programme, str(tmp_path / "bundle.zip"))
        held = (tmp_path / "bundle.zip").read_bytes()
        assert check(held)["findings"] == []
        assert held == (whole or held)
        whole = held
