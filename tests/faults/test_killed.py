"""kill -9 in the middle of a lesson: nothing that was told to be saved is lost, nothing is gained, all come back."""

import asyncio
import math
import os
import random
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from classroom.tables import Epoch, Visit
from tests.faults.conftest import Open, all_in
from tests.faults.houses import House
from tests.faults.judged import Lag, measured_lag, rows
from tests.faults.people import Act, Pupil
from tests.faults.school import School, build

BEAT = 1.0
RUNS = max(3, int(os.environ.get("OPPITUPA_RUNS", "100")) // 33)
SEED = RUNS  # the same moments each time, others in a longer run
SAVED_WITHIN = 1.0  # seconds after its hearing; contract: a kill costs at most 1.2 × the beat + this
APART = 0.02  # seconds that the clocks of two processes may differ
Class = Callable[..., Pupil]


async def stays(house: House, pupil: Pupil) -> list[tuple[float, float]]:
    """[a, b] of every stay of hers, as it stands in the database, in seconds since 1970."""
    query = select(Visit.a, Visit.b).where(Visit.lesson == house.school.lesson, Visit.person == pupil.person)
    return [(row[0].timestamp(), row[1].timestamp()) for row in await rows(house.school, query.order_by(Visit.a))]


async def look_at(house: House, pupil: Pupil, killed: float, lag: Lag) -> float:
    """Seconds that were lost to her; fails when she gained one, or lost one that was told to be saved."""
    came = pupil.entries[-1]
    a, b = (await stays(house, pupil))[-1]
    assert came.began - APART <= a <= came.answered + APART
    acks = [ack for ack in pupil.acks if came.began <= ack.began <= killed]  # a beat may overtake the welcome
    assert b == a or any(ack.began - APART <= b <= ack.answered + APART for ack in acks), (
        "a phantom",
        seen_from(killed, b, acks),
    )
    if pupil.saved is not None:
        assert b >= datetime.fromisoformat(pupil.saved).timestamp(), "told to be saved, and lost"
    slow = lag.worst + max((ack.answered - ack.began for ack in acks if ack.answered < math.inf), default=0.0)
    durable = [a, *(ack.began for ack in acks if ack.answered <= killed - SAVED_WITHIN - slow)]
    assert b >= max(durable) - APART, ("not written in time", seen_from(killed, b, acks))
    if not pupil.quiet:
        assert killed - max([came.began, *(ack.began for ack in acks)]) <= 1.2 * BEAT + 0.25 + slow, "no beat came"
        assert killed - b <= 1.2 * BEAT + SAVED_WITHIN + slow
    return killed - b


def seen_from(killed: float, b: float, acks: list[Act]) -> list[float]:
    """The end of her stay and her last acknowledgements, in seconds before the kill."""
    return [round(killed - moment, 3) for moment in (b, *(part for ack in acks[-3:] for part in ack))]


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
    for pupil in pupils:
        pupil.quiet = False
        pupil.entered.clear()
    await house.start()
    await all_in(pupils)
    return lost


async def buried(house: House, lives: int) -> None:
    """Until what every killed process left open is closed; with PostgreSQL the next one watches it for ten seconds."""
    async with asyncio.timeout(30):
        while len(await rows(house.school, select(Epoch.id).where(Epoch.reason == "dead"))) < lives:
            await asyncio.sleep(0.2)


async def live_through(school: School, opened: Open, class_of: Class, runs: int, seed: int) -> list[float]:
    """A lesson whose house is killed again and again, then stopped in good order, and ends well."""
    house = await opened(school, OPPITUPA_BEAT=str(BEAT))
    pupils = [class_of(house, one) for one in (school.teacher, *school.learners)]
    for pupil in pupils:
        pupil.exact = False  # at any moment, not in the middle of a second
        pupil.come()
    await all_in(pupils)
    luck, lost = random.Random(seed), []
    for _ in range(runs):
        async with measured_lag() as lag:
            lost += await one_kill(house, pupils, luck, lag)
    await buried(house, runs)
    await stop_in_good_order(house, pupils)
    await house.start()
    await all_in(pupils)
    assert await pupils[0].press("end") == 200
    report = await house.report()
    for pupil in pupils[1:]:
        proved = sum(int(b) - int(a) for a, b in await stays(house, pupil))
        assert report[pupil.person]["seconds"]["evidenced"] <= proved
        assert report[pupil.person]["seconds"]["service_gap"] > 0, "the outages are ours"
        assert report[pupil.person]["state"] == "present"
    assert house.traces() == []
    return lost


async def stop_in_good_order(house: House, pupils: list[Pupil]) -> None:
    """SIGTERM: who asked just before is answered, and everybody's stay is closed at her last evidence."""
    began, before = time.time(), {pupil.person: max(ack.began for ack in pupil.acks) for pupil in pupils}
    asked = asyncio.create_task(pupils[1].get("/"))
    await asyncio.sleep(0.05)
    assert await house.stop() == 0
    assert time.time() - began < 12
    assert (await asked)[0] == 200
    query = select(Visit.person, Visit.b, Visit.closed, Visit.end).where(Visit.lesson == house.school.lesson)
    last = {row[0]: row[1:] for row in await rows(house.school, query.order_by(Visit.a))}
    for person, (b, closed, end) in last.items():
        assert closed is not None
        assert end == "lost"
        assert before[person] - APART <= b.timestamp() <= closed.timestamp()
    for pupil in pupils:
        pupil.entered.clear()


async def test_killed_at_any_moment_when_started_again_then_nothing_gained_and_nothing_acknowledged_lost(
    tmp_path: Path, opened: Open, class_of: Class, request: pytest.FixtureRequest
) -> None:
    databases = [f"sqlite+aiosqlite:///{tmp_path}/oppitupa.db"]
    try:
        databases.append(request.getfixturevalue("empty_postgresql"))
    except pytest.skip.Exception as lacks:
        lacking: str | None = str(lacks)
    else:
        lacking = None
    schools = [await build(database, learners=5) for database in databases]
    async with asyncio.TaskGroup() as houses:  # both at once: they mostly wait
        lives = [houses.create_task(live_through(school, opened, class_of, RUNS, SEED)) for school in schools]
    assert [len(life.result()) for life in lives] == [RUNS * 6] * len(databases)
    if lacking:
        pytest.skip(lacking)
