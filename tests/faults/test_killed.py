"""kill -9 in the middle of a lesson: nothing that was told to be saved is lost, nothing is gained, all come back."""

import asyncio
import os
import random
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from classroom.tables import Epoch, Visit
from tests.faults.conftest import Open
from tests.faults.houses import House
from tests.faults.judged import Lag, measured_lag, rows
from tests.faults.people import Pupil
from tests.faults.school import build

BEAT = 1.0
RUNS = max(3, int(os.environ.get("OPPITUPA_RUNS", "60")) // 20)
TRANSIT = 0.3  # seconds between her acknowledging and the house's hearing it, on one machine
Class = Callable[..., Pupil]


async def stays(house: House, pupil: Pupil) -> list[tuple[float, float]]:
    """[a, b] of every stay of hers, as it stands in the database, in seconds since 1970."""
    query = select(Visit.a, Visit.b).where(Visit.lesson == house.school.lesson, Visit.person == pupil.person)
    return [(row[0].timestamp(), row[1].timestamp()) for row in await rows(house.school, query.order_by(Visit.a))]


async def look_at(house: House, pupil: Pupil, killed: float, lag: Lag) -> float:
    """Seconds that were lost to her; fails when she gained one, or lost one that was told to be saved."""
    spare = TRANSIT + lag.worst
    a, b = (await stays(house, pupil))[-1]
    assert a <= pupil.entries[-1] + 0.01
    proofs = [pupil.entries[-1], *(moment for moment in pupil.acks if moment <= killed)]
    nearest = min(abs(b - moment) for moment in proofs)
    assert nearest <= spare, (
        "a phantom",
        nearest,
        b - killed,
        [m - killed for m in proofs[-4:]],
        lag.worst,
        pupil.quiet,
    )
    assert b <= max(proofs) + spare
    if pupil.saved is not None:
        saved = datetime.fromisoformat(pupil.saved).timestamp()
        assert b >= saved, "acknowledged and lost"
    heard = max(moment for moment in proofs if moment <= killed)
    old_enough = [moment for moment in proofs if moment <= killed - 1.0 - spare or moment == pupil.entries[-1]]
    assert b >= max(old_enough) - spare
    assert killed - heard <= 1.2 * BEAT + 0.25 + spare or pupil.quiet
    return killed - b


async def one_kill(house: House, pupils: list[Pupil], luck: random.Random, lag: Lag) -> list[float]:
    """Kill it at any moment; what each has lost by it."""
    for pupil in pupils:
        pupil.quiet = luck.random() < 0.2
    await asyncio.sleep(luck.uniform(0.3, 3.5))
    house.kill()
    killed = time.time()  # an acknowledgement of before it is a proof, of after it nobody's
    assert house.process is not None
    await house.process.wait()
    lost = [await look_at(house, pupil, killed, lag) for pupil in pupils]
    for pupil, seconds in zip(pupils, lost, strict=True):
        assert pupil.quiet or seconds <= 1.2 * BEAT + 1 + TRANSIT + lag.worst
    for pupil in pupils:
        pupil.quiet = False
        pupil.entered.clear()
    await house.start()
    await asyncio.wait_for(asyncio.gather(*(pupil.entered.wait() for pupil in pupils)), 30)
    return lost


async def buried(house: House, lives: int) -> None:
    """Until what every killed process left open is closed; with PostgreSQL the next one watches it for ten seconds."""
    async with asyncio.timeout(30):
        while len(await rows(house.school, select(Epoch.id).where(Epoch.reason == "dead"))) < lives:
            await asyncio.sleep(0.2)


async def kill_often(school: Any, opened: Open, class_of: Class, runs: int, seed: int) -> list[float]:
    house = await opened(school, OPPITUPA_BEAT=str(BEAT))
    pupils = [class_of(house, one) for one in (school.teacher, *school.learners)]
    for pupil in pupils:
        pupil.exact = False  # at any moment, not in the middle of a second
        pupil.come()
    await asyncio.wait_for(asyncio.gather(*(pupil.entered.wait() for pupil in pupils)), 30)
    luck, lost = random.Random(seed), []
    for _ in range(runs):
        async with measured_lag() as lag:
            lost += await one_kill(house, pupils, luck, lag)
    await buried(house, runs)
    assert await pupils[0].press("end") == 200
    report = await house.report()
    for pupil in pupils[1:]:
        proved = sum(int(b) - int(a) for a, b in await stays(house, pupil))
        assert report[pupil.person]["seconds"]["evidenced"] <= proved
        assert report[pupil.person]["seconds"]["service_gap"] > 0, "the outages are ours"
        assert report[pupil.person]["state"] == "present"
    assert house.traces() == []
    return lost


async def test_killed_at_any_moment_when_started_again_then_nothing_gained_and_nothing_acknowledged_lost(
    empty: str, opened: Open, class_of: Class
) -> None:
    lost = await kill_often(await build(empty, learners=5), opened, class_of, RUNS, seed=7)
    assert len(lost) == RUNS * 6


async def test_stopped_with_sigterm_then_it_drains_and_everybody_is_closed_at_her_last_evidence(
    empty: str, opened: Open, class_of: Class
) -> None:
    school = await build(empty)
    house = await opened(school, OPPITUPA_BEAT=str(BEAT))
    pupils = [class_of(house, one) for one in (school.teacher, *school.learners)]
    for pupil in pupils:
        pupil.exact = False
        pupil.come()
    await asyncio.wait_for(asyncio.gather(*(pupil.entered.wait() for pupil in pupils)), 30)
    await asyncio.sleep(4)
    began, before = time.time(), {pupil.person: max(pupil.acks) for pupil in pupils}
    asked = asyncio.create_task(pupils[1].get("/"))
    await asyncio.sleep(0.05)
    assert await house.stop() == 0
    assert time.time() - began < 12
    assert (await asked)[0] == 200
    query = select(Visit.person, Visit.b, Visit.closed, Visit.end).where(Visit.lesson == school.lesson)
    for person, b, closed, end in await rows(school, query):
        assert closed is not None
        assert end == "lost"
        assert before[person] - 0.01 <= b.timestamp() <= closed.timestamp()
    assert house.traces() == []
