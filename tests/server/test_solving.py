"""A search in a process of its own: watched, stopped, ended with this process, and its answer proposed."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from calendars.changes import publishing
from calendars.scheduling import conflicts, solves
from calendars.scheduling.scheduling import Lack
from calendars.scheduling.solves import NewSolve
from calendars.store import Store
from calendars.tables import Solve
from calendars.timetable.check import judge
from calendars.timetable.papers import read_problem, read_timetable
from server import solving
from server.solving import Solving
from tests.calendars.greedy import Greedy
from tests.calendars.planned import SYSTEM, Planned, plan_house
from tests.calendars.scheduling.test_scheduling import able


@pytest.fixture
async def planned(store: Store) -> Planned:
    house = await plan_house(store)
    await able(house, "Veera", "Toivo")
    return house


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "BEATS_EVERY", 0.02)
    monkeypatch.setattr(solving, "LOOKS_EVERY", 0.02)


def seeker(house: Planned, how: str, worker: str = "w1") -> Solving:
    return Solving(house.store, worker, (sys.executable, "-m", "tests.server.seeker", how))


async def asked(house: Planned) -> str:
    actor = await house.actor("Kaisa")
    async with house.store.work() as work:
        return (await solves.ask(work, actor, NewSolve(programme=house.programme, seconds=5))).id


async def seen(house: Planned, id: str) -> Solve:
    async with house.store.look() as look:
        return await solves.solve(look, SYSTEM, id)


async def until(house: Planned, id: str, that: Callable[[Solve], object]) -> Solve:
    async with asyncio.timeout(20):
        while not that(row := await seen(house, id)):
            await asyncio.sleep(0.02)
        return row


@asynccontextmanager
async def under_way(house: Planned, how: str) -> AsyncIterator["asyncio.Task[str]"]:
    task = asyncio.create_task(seeker(house, how).once())
    yield task
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def alive(row: Solve) -> bool:
    try:
        os.kill(int(row.progress["pid"]), 0)
    except ProcessLookupError:
        return False
    return True


async def test_search_when_it_ends_then_its_timetable_is_proposed_to_whoever_asked(planned: Planned) -> None:
    id = await asked(planned)
    assert await seeker(planned, "quick").once() == id
    row = await seen(planned, id)
    assert (row.state, row.failure, alive(row)) == ("done", "", False)
    kaisa = await planned.actor("Kaisa")
    async with planned.store.look() as look:
        found = await publishing.proposal(look, kaisa, row.proposal)
    assert (found.status, found.made_by, len(found.changes)) == ("open", kaisa.person, 218)
    assert found.about == {"solve": id, "unplaced": 0}


async def test_search_when_none_waits_then_nothing_is_started(planned: Planned) -> None:
    assert await seeker(planned, "breaks").once() == ""


async def test_search_when_good_enough_then_the_best_so_far_is_the_answer(planned: Planned) -> None:
    id = await asked(planned)
    async with under_way(planned, "slow") as task:
        row = await until(planned, id, lambda row: "unplaced" in row.progress)
        assert (row.state, row.progress["unplaced"], alive(row)) == ("running", 0, True)
        async with planned.store.work() as work:
            await solves.enough(work, SYSTEM, id)
        assert await asyncio.wait_for(task, 20) == id
    row = await seen(planned, id)
    assert (row.state, bool(row.proposal), alive(row)) == ("done", True, False)


async def test_search_when_cancelled_then_its_process_is_gone_and_nothing_is_proposed(planned: Planned) -> None:
    id = await asked(planned)
    async with under_way(planned, "deaf") as task:
        await until(planned, id, lambda row: row.progress)
        async with planned.store.work() as work:
            await solves.cancel(work, SYSTEM, id)
        assert await asyncio.wait_for(task, 20) == id
    row = await seen(planned, id)
    assert (row.state, row.proposal, alive(row)) == ("cancelled", "", False)


async def test_search_when_cancelled_then_what_it_started_is_gone_too(planned: Planned) -> None:
    id = await asked(planned)
    async with under_way(planned, "nests") as task:
        await until(planned, id, lambda row: row.progress and "seconds" not in row.progress)
        async with planned.store.work() as work:
            await solves.cancel(work, SYSTEM, id)
        assert await asyncio.wait_for(task, 20) == id
    row = await until(planned, id, lambda row: not alive(row))
    assert row.state == "cancelled"


async def test_search_when_it_breaks_then_it_says_so_and_the_next_one_runs(planned: Planned) -> None:
    id = await asked(planned)
    await seeker(planned, "breaks").once()
    row = await seen(planned, id)
    assert (row.state, row.failure) == ("failed", "search_broke")
    second = await asked(planned)
    await seeker(planned, "quick").once()
    assert (await seen(planned, second)).state == "done"


async def test_search_when_it_hangs_beyond_its_time_then_it_is_ended(
    planned: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solving, "OVERTIME", -2.0)
    id = await asked(planned)
    assert await asyncio.wait_for(seeker(planned, "deaf").once(), 20) == id
    row = await seen(planned, id)
    assert (row.state, row.failure, alive(row)) == ("failed", "search_hung", False)


async def test_search_when_the_house_restarts_then_no_process_is_left_and_the_best_so_far_is_proposed(
    planned: Planned,
) -> None:
    id = await asked(planned)
    async with under_way(planned, "slow"):
        await until(planned, id, lambda row: "unplaced" in row.progress)
    row = await seen(planned, id)
    assert (row.state, row.failure, alive(row)) == ("interrupted", "house_restarts", False)
    placed, unplaced = solves.answer_of(row)
    assert (len(placed), unplaced) == (218 + 12, [])
    async with planned.store.look() as look:
        assert (await publishing.proposal(look, SYSTEM, row.proposal)).status == "open"


async def test_search_when_the_house_restarts_and_it_does_not_hear_then_nothing_is_waited_for_long(
    planned: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solving, "LAST_WORD", 0.1)
    id = await asked(planned)
    async with under_way(planned, "deaf"):
        await until(planned, id, lambda row: "unplaced" in row.progress)
    row = await seen(planned, id)
    assert (row.state, row.best, row.proposal, alive(row)) == ("interrupted", "", "", False)


@pytest.fixture
def kept_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solving, "KEEPS_EVERY", 0.0)
    monkeypatch.setattr(solving, "KEEPS_SLOWER", 0.0)


async def test_search_when_its_process_is_killed_then_the_best_so_far_is_proposed(
    planned: Planned, kept_at_once: None
) -> None:
    id = await asked(planned)
    async with under_way(planned, "betters") as task:
        row = await until(planned, id, lambda row: row.best)
        assert (row.state, row.proposal) == ("running", "")
        os.kill(int(row.progress["pid"]), signal.SIGKILL)
        assert await asyncio.wait_for(task, 20) == id
    row = await seen(planned, id)
    placed, unplaced = solves.answer_of(row)
    assert (row.state, row.failure, len(placed), unplaced) == ("interrupted", "search_broke", 218 + 12, [])
    async with planned.store.look() as look:
        assert (await publishing.proposal(look, SYSTEM, row.proposal)).status == "open"


async def test_search_when_it_hangs_then_the_best_so_far_is_proposed(
    planned: Planned, kept_at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solving, "OVERTIME", -2.0)
    id = await asked(planned)
    assert await asyncio.wait_for(seeker(planned, "betters").once(), 20) == id
    row = await seen(planned, id)
    assert (row.state, row.failure, bool(row.proposal), alive(row)) == ("interrupted", "search_hung", True, False)


async def test_search_when_stopped_then_what_was_kept_of_it_is_forgotten(planned: Planned, kept_at_once: None) -> None:
    id = await asked(planned)
    async with under_way(planned, "betters") as task:
        await until(planned, id, lambda row: row.best)
        async with planned.store.work() as work:
            await solves.cancel(work, SYSTEM, id)
        assert await asyncio.wait_for(task, 20) == id
    row = await seen(planned, id)
    assert (row.state, row.best, row.proposal) == ("cancelled", "", "")


@pytest.mark.parametrize("alone", [True, False])
async def test_search_when_its_house_died_then_the_next_one_proposes_what_was_kept(
    planned: Planned, alone: bool
) -> None:
    """Alone on its database the next house knows at once that the search is lost, else when it has been silent."""
    id = await asked(planned)
    async with planned.store.work() as work:
        job = await solves.claim(work, "w0")
        assert job is not None
        await solves.beat(work, id, "w0", {}, json.dumps(Greedy(json.loads(job.problem)).solve()))
    following = Solving(planned.store, "w1", (sys.executable, "-m", "tests.server.seeker", "breaks"), alone=alone)
    if not alone:
        assert await following.once() == ""
        assert (await seen(planned, id)).state == "running"
        planned.clock.forward(seconds=solves.SILENT.total_seconds() + 1)
    for _ in range(2):  # the second time there is nothing left to do
        assert await following.once() == ""
        row = await seen(planned, id)
        assert (row.state, row.failure) == ("interrupted", "house_restarts")
        async with planned.store.look() as look:
            assert (await publishing.proposal(look, SYSTEM, row.proposal)).status == "open"


def test_heard_when_a_timetable_is_large_then_it_is_kept_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(solving.time, "monotonic", lambda: now[0])
    heard, kept = solving.Heard(), []
    for now[0] in range(21):
        size = 100 if now[0] < 6 else 1_000_000
        heard.take(json.dumps({"better": f"{now[0]}" + "x" * size}).encode())
        if heard.due_for_writing():
            kept.append(now[0])
        assert heard.due_for_writing() == ""
    assert kept == [0, 3, 6, 14]


async def test_search_when_another_worker_buried_it_then_it_ends_without_a_word(planned: Planned) -> None:
    id = await asked(planned)
    async with under_way(planned, "slow") as task:
        await until(planned, id, lambda row: "unplaced" in row.progress)
        async with planned.store.work() as work:
            await solves.bury(work, all_of_them=True)
        assert await asyncio.wait_for(task, 20) == id
    row = await seen(planned, id)
    assert (row.state, row.proposal, alive(row)) == ("interrupted", "", False)


async def test_search_when_the_plan_changed_meanwhile_then_it_is_kept_and_told_why_it_cannot_be_proposed(
    planned: Planned,
) -> None:
    id = await asked(planned)
    async with under_way(planned, "slow") as task:
        await until(planned, id, lambda row: "unplaced" in row.progress)
        planned.clock.forward(days=30)
        async with planned.store.work() as work:
            await solves.enough(work, SYSTEM, id)
        await asyncio.wait_for(task, 20)
    row = await seen(planned, id)
    assert (row.state, row.proposal, row.failure) == ("done", "", "past_already")


async def test_search_when_it_is_the_true_one_then_the_judge_finds_nothing_and_it_can_be_published(
    planned: Planned,
) -> None:
    id = await asked(planned)
    task = asyncio.create_task(Solving(planned.store, "w1").once())
    await until(planned, id, lambda row: row.progress or row.ended)
    async with planned.store.work() as work:
        await solves.enough(work, SYSTEM, id)
    assert await asyncio.wait_for(task, 20) == id
    row = await seen(planned, id)
    assert (row.state, row.failure) == ("done", "")
    verdict = judge(read_problem(json.loads(row.problem)), read_timetable(json.loads(row.best)))
    assert (verdict.broken, verdict.misstated) == ((), {})
    kaisa = await planned.actor("Kaisa")
    async with planned.store.work() as work:
        await publishing.publish(work, kaisa, row.proposal)
    async with planned.store.look() as look:
        assert await solves.lacking(look, kaisa, planned.programme) == [Lack(code="nothing_to_place")]
        assert (await conflicts.ahead(look, kaisa, planned.programme))[0] == []


def test_house_when_it_serves_then_no_part_of_the_search_is_in_its_process() -> None:
    """Not even its modules: what is not there cannot hold up a click."""
    told = subprocess.run(
        [sys.executable, "-c", "import sys, server.app, server.commands.serve, server.commands.demo; "
         "print(sorted(name for name in sys.modules if name.startswith('calendars.timetable.')))"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert told.stdout.strip() == "[]"
