"""One whole lesson on two workers, PostgreSQL and Redis: undisturbed, with Redis killed, with a worker killed.

The seconds are those that an independent judge finds in what the clients wrote down; nobody watching is misled.
"""

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from classroom import epochs, seats
from tests.faults.conftest import Open, all_in
from tests.faults.houses import House
from tests.faults.judged import Witness, agree, all_gone, epochs_of
from tests.faults.people import Pupil
from tests.faults.school import build
from tests.programs import Redis

LONG = int(os.environ.get("OPPITUPA_RUNS", "100")) >= 1000
Class = Callable[..., Pupil]


async def enter_on_both(house: House, first: list[Pupil], second: list[Pupil]) -> None:
    """Some at one worker, some at the other: whichever stands still takes nobody."""
    one, other = house.workers()
    for pupil in (*first, *second):
        await pupil.sign_in()
    for resting, comers in ((other, first), (one, second)):
        await asyncio.sleep(0.5)  # what it still does for the sign-in is done: it falls asleep with no row held
        os.kill(resting, signal.SIGSTOP)
        for pupil in comers:
            pupil.come()
        try:
            await all_in(comers, 4)
        finally:
            os.kill(resting, signal.SIGCONT)
    where = await epochs_of(house.school, [pupil.person for pupil in (*first, *second)])
    assert len({where[pupil.person] for pupil in first}) == len({where[pupil.person] for pupil in second}) == 1
    assert where[first[0].person] != where[second[0].person]


async def watch(pupil: Pupil) -> Any:
    client = await pupil.connect()
    pupil.roster = (await client.call("watch", {"lesson": pupil.school.lesson}))["roster"]
    return client


def seen(pupil: Pupil) -> dict[str, Any]:
    """The roster as her page has it: the snapshot and every fact since."""
    assert pupil.roster is not None
    found = pupil.roster
    for fact in list(pupil.facts):
        found = seats.apply(found, fact) or {}
    return found


async def same_rosters(watchers: list[Pupil], within: float = 5) -> float:
    """Seconds until every page shows what the database has."""
    began = time.monotonic()
    while True:
        fresh = (await watchers[0]._client.call("watch", {"lesson": watchers[0].school.lesson}))["roster"]
        if all(seen(one) == fresh for one in watchers):
            return time.monotonic() - began
        assert time.monotonic() - began < within, [seen(one)["number"] for one in watchers] + [fresh["number"]]
        await asyncio.sleep(0.1)


async def move_about(pupils: list[Pupil], witness: Witness) -> None:
    """What a class does: a line that breaks, a break, one who leaves and comes back."""
    teacher, first, second, *_ = pupils
    await first.drop()
    await asyncio.sleep(2)
    assert await teacher.press("pause") == 200
    since = teacher.pressed
    await asyncio.sleep(2)
    assert await teacher.press("resume") == 200
    witness.pause(since, teacher.pressed)
    await second.leave()
    await asyncio.sleep(2)
    second.closed = False
    second._session = None
    second.come()
    await asyncio.wait_for(second.entered.wait(), 10)


async def do_harm(fault: str, redis: Redis, house: House, witness: Witness) -> None:
    if fault == "redis":
        redis.kill()
    if fault == "worker":
        killed = time.time()
        os.kill(house.workers()[0], signal.SIGKILL)
        witness.outage(killed, killed + 10)
    if fault == "asleep":  # so long that the other one takes it for dead; it wakes with all its sockets
        sleeper = house.workers()[0]
        os.kill(sleeper, signal.SIGSTOP)
        await asyncio.sleep(epochs.DEAD_AFTER + 8)
        os.kill(sleeper, signal.SIGCONT)
        await asyncio.sleep(3)


@pytest.mark.alone
@pytest.mark.parametrize("fault", ["none", "redis", "worker", *(["asleep"] if LONG else [])])
async def test_lesson_on_two_workers_when_something_dies_then_the_seconds_are_the_same(
    fault: str, redis: Redis, empty_postgresql: str, opened: Open, class_of: Class
) -> None:
    school = await build(empty_postgresql)
    house = await opened(school, "--workers", "2", OPPITUPA_REDIS=redis.url, OPPITUPA_BEAT="1")
    pupils = [class_of(house, one) for one in (school.teacher, *school.learners)]
    office, witness = class_of(house, school.coordinator), Witness(school)
    try:
        await enter_on_both(house, pupils[:2], pupils[2:])
        office._client = await watch(office)
        begun = pupils[0].entries[0]
        await same_rosters([pupils[0], office])
        await asyncio.sleep(2)
        await do_harm(fault, redis, house, witness)
        await all_in(pupils)
        await move_about(pupils, witness)
        if fault != "worker":
            await same_rosters([pupils[0], office])
        await asyncio.sleep(2.5)
        assert await pupils[0].press("end") == 200
        witness.held(begun, pupils[0].pressed)
        await all_gone(pupils)
        await judge(house, witness, pupils, fault)
        assert ("was_held_for_dead" in house.log.read_text()) == (fault == "asleep")
    finally:
        if redis.process.returncode is not None:
            redis.start()
    assert house.traces() == []


async def judge(house: House, witness: Witness, pupils: list[Pupil], fault: str) -> None:
    verdict, report = await witness.verdict(pupils), await house.report()
    assert {row["learner"] for row in report.values()} == set(house.school.learners)
    for pupil in pupils[1:]:
        mine, theirs = report[pupil.person], verdict[pupil.person]
        if fault == "worker":  # up to a second of what was heard was not durable: that part of the gap is ours too
            for seconds in (mine["seconds"], theirs["seconds"]):
                seconds["service_gap"] += seconds.pop("evidenced")
        agree(mine, theirs, pupil, witness)
    code, trace, said = await house.command("attendance", "trace", "--lesson", house.school.lesson)
    assert code == 0, said
    (house.folder / "trace.jsonl").write_text(trace)
    code, replayed, said = await house.command("attendance", "replay", str(house.folder / "trace.jsonl"), "--json")
    assert code == 0, said
    again = json.loads(replayed)["learners"]
    for learner, row in (await house.report()).items():
        assert {kind: n for kind, n in again[learner]["seconds"].items() if kind != "present"} == row["seconds"]
