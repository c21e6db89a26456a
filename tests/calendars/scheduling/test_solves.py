"""A search as rows: asked once, claimed by one worker, watched, stopped, and never lost with its process."""

import json
from datetime import timedelta
from typing import Any

import pytest

from calendars.errors import Conflict, Forbidden, Invalid, NotFound
from calendars.scheduling import solves
from calendars.scheduling.solves import NewSolve
from calendars.tables import Solve
from tests.calendars.greedy import Greedy
from tests.calendars.planned import SYSTEM, Planned
from tests.calendars.scheduling.test_scheduling import able


async def asked(house: Planned, **facts: Any) -> str:
    actor = await house.actor("Kaisa")
    async with house.store.work() as work:
        return (await solves.ask(work, actor, NewSolve(**({"programme": house.programme} | facts)))).id


async def seen(house: Planned, id: str) -> Solve:
    async with house.store.look() as look:
        return await solves.solve(look, SYSTEM, id)


async def claimed(house: Planned, worker: str = "w1") -> str:
    async with house.store.work() as work:
        job = await solves.claim(work, worker)
    return job.id if job else ""


async def test_search_when_claimed_and_ended_then_its_answer_can_be_read(house: Planned) -> None:
    await able(house, "Veera", "Toivo")
    id = await asked(house)
    async with house.store.work() as work:
        job = await solves.claim(work, "w1")
        assert job is not None
        assert (job.id, job.previous, job.seconds) == (id, "", solves.USUAL_SECONDS)
        answer = Greedy(json.loads(job.problem)).solve()
        assert await solves.beat(work, id, "w1", {"unplaced": 3}) == ""
        assert await solves.end(work, id, "w1", "done", best=json.dumps(answer)) is not None
    row = await seen(house, id)
    placed, unplaced = solves.answer_of(row)
    assert (row.state, row.progress, len(placed), unplaced) == ("done", {"unplaced": 3}, 218 + 12, [])


async def test_search_when_one_runs_then_no_other_is_claimed_anywhere(house: Planned) -> None:
    await able(house, "Veera", "Toivo")
    first = await asked(house)
    assert await claimed(house) == first
    assert await claimed(house, "w2") == ""
    with pytest.raises(Conflict) as refused:
        await asked(house)
    assert (refused.value.code, refused.value.facts["solve"]) == ("search_under_way", first)


@pytest.mark.parametrize("wish", ["enough", "cancel"])
async def test_search_when_somebody_wishes_then_its_worker_hears_it(house: Planned, wish: str) -> None:
    await able(house, "Veera", "Toivo")
    id = await asked(house)
    await claimed(house)
    async with house.store.work() as work:
        await getattr(solves, wish)(work, SYSTEM, id)
        await getattr(solves, wish)(work, SYSTEM, id)
    async with house.store.work() as work:
        assert await solves.beat(work, id, "w1", {}) == wish
        await solves.end(work, id, "w1", "cancelled")
    row = await seen(house, id)
    assert (row.state, row.wish) == ("cancelled", "")


async def test_search_when_cancelled_before_it_began_then_nobody_claims_it(house: Planned) -> None:
    await able(house, "Veera", "Toivo")
    id = await asked(house)
    async with house.store.work() as work:
        await solves.cancel(work, SYSTEM, id)
    assert await claimed(house) == ""
    assert (await seen(house, id)).state == "cancelled"


async def test_search_when_its_process_falls_silent_then_it_is_interrupted(house: Planned) -> None:
    await able(house, "Veera", "Toivo")
    id = await asked(house)
    await claimed(house)
    async with house.store.work() as work:
        await solves.beat(work, id, "w1", {"unplaced": 1})
        assert await solves.bury(work) == 0
    house.clock.forward(seconds=solves.SILENT.total_seconds() + 1)
    async with house.store.work() as work:
        assert await solves.bury(work) == 1
        assert await solves.bury(work) == 0
        assert await solves.beat(work, id, "w1", {}) == "cancel"
        assert await solves.end(work, id, "w1", "done") is None
    row = await seen(house, id)
    assert (row.state, row.progress, row.ended) == ("interrupted", {"unplaced": 1}, house.clock.now())


async def test_search_when_stopped_and_then_its_process_lost_then_nothing_of_it_is_kept(house: Planned) -> None:
    await able(house, "Veera", "Toivo")
    id = await asked(house)
    await claimed(house)
    async with house.store.work() as work:
        assert await solves.beat(work, id, "w1", {}, "{}") == ""
        assert await solves.beat(work, id, "w1", {}) == ""
    assert (await seen(house, id)).best == "{}"
    async with house.store.work() as work:
        await solves.cancel(work, SYSTEM, id)
        assert await solves.bury(work, all_of_them=True) == 1
        assert await solves.orphans(work) == []
    row = await seen(house, id)
    assert (row.state, row.best) == ("interrupted", "")


async def test_search_when_the_house_starts_anew_then_a_running_one_is_interrupted_at_once(house: Planned) -> None:
    await able(house, "Veera", "Toivo")
    id = await asked(house)
    async with house.store.work() as work:
        assert await solves.bury(work, all_of_them=True) == 0
    await claimed(house)
    house.clock.at += timedelta(seconds=1)
    async with house.store.work() as work:
        assert await solves.bury(work, all_of_them=True) == 1
    assert (await seen(house, id)).state == "interrupted"
    second = await asked(house)
    async with house.store.look() as look:
        last = await solves.latest(look, SYSTEM, house.programme)
    assert last is not None
    assert last.id == second


async def test_search_when_something_is_missing_then_it_is_refused_with_what(house: Planned) -> None:
    with pytest.raises(Invalid) as refused:
        await asked(house)
    assert (refused.value.code, refused.value.facts["lack"]) == ("timetable_lacks", "nobody_can")
    with pytest.raises(Invalid) as refused:
        await asked(house, seconds=7)
    assert refused.value.facts["field"] == "seconds"
    with pytest.raises(Invalid) as refused:
        await asked(house, mode="all")
    assert refused.value.facts["field"] == "mode"


async def test_search_when_asked_by_whoever_does_not_plan_then_refused(house: Planned) -> None:
    await able(house, "Veera", "Toivo")
    id = await asked(house)
    for name, error in (("Oona", Forbidden), ("Amina", NotFound), ("Stranger", NotFound)):
        actor = await house.actor(name)
        for act in (solves.enough, solves.cancel):
            with pytest.raises(error):
                async with house.store.work() as work:
                    await act(work, actor, id)
        with pytest.raises(error):
            async with house.store.look() as look:
                await solves.solve(look, actor, id)
        with pytest.raises(error):
            async with house.store.work() as work:
                await solves.ask(work, actor, NewSolve(programme=house.programme))
