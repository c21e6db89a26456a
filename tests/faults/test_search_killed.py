"""kill -9 in the middle of a search for a timetable, of the search itself and of the house: the best so far is kept."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from calendars import rights
from calendars.changes import publishing
from calendars.clock import Clock
from calendars.grants import Right
from calendars.people import people
from calendars.scheduling import solves
from calendars.scheduling.solves import NewSolve
from calendars.store import Store
from calendars.tables import Ability, Programme, Solve
from calendars.timetable.check import judge
from calendars.timetable.papers import read_problem, read_timetable
from tests.faults.conftest import Open
from tests.faults.houses import House
from tests.faults.school import School, build
from tests.programs import wait_until

SYSTEM = rights.system()


@asynccontextmanager
async def stored(school: School) -> AsyncIterator[Store]:
    store = Store(school.database, Clock())
    yield store
    await store.close()


async def staffed(school: School) -> None:
    """Somebody can teach everything, with hours enough for both groups."""
    async with stored(school) as store, store.work() as work:
        found = await work.get(Programme, school.programme)
        assert found is not None
        for who in (school.teacher, school.coordinator):
            await people.appoint(work, SYSTEM, who, Right("teacher", "organisation", found.organisation))
            work.add(*[Ability(person=who, ability=one) for one in ("field", "language", "counsellor")])


async def asked(school: School) -> str:
    async with stored(school) as store:
        async with store.look() as look:
            kaisa = await rights.actor_of(look, school.coordinator)
        async with store.work() as work:
            return (await solves.ask(work, kaisa, NewSolve(programme=school.programme, seconds=300))).id


async def until(school: School, id: str, that: Callable[[Solve], object], seconds: float = 60) -> Solve:
    async with stored(school) as store, asyncio.timeout(seconds):
        while True:
            async with store.look() as look:
                row = await solves.solve(look, SYSTEM, id)
            if that(row):
                return row
            await asyncio.sleep(0.1)


def searches_of(process: int) -> list[int]:
    """The searches that a house has started."""
    children = map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())
    return [one for one in children if b"calendars.timetable" in Path(f"/proc/{one}/cmdline").read_bytes()]


def gone(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def proposed(school: School, row: Solve) -> list[str]:
    """What lies before the coordinator of a search that was cut short: it breaks no rule. Her proposals."""
    verdict = judge(read_problem(json.loads(row.problem)), read_timetable(json.loads(row.best)), partial=True)
    assert verdict.broken == ()
    found = row.proposal.split()
    async with stored(school) as store, store.look() as look:
        assert [(await publishing.proposal(look, SYSTEM, one)).status for one in found] == ["open"]
    return found


async def live_through(school: School, opened: Open) -> None:
    """Its search is killed, then the house in the next search; both times what was found can be published."""
    await staffed(school)
    house: House = await opened(school)
    assert house.process is not None
    first = await asked(school)
    await until(school, first, lambda row: row.best)
    [search] = searches_of(house.process.pid)
    os.kill(search, signal.SIGKILL)
    row = await until(school, first, lambda row: row.state != "running")
    assert (row.state, row.failure) == ("interrupted", "search_broke")
    await proposed(school, row)
    second = await asked(school)
    before = await until(school, second, lambda row: row.best)
    assert before.state == "running"
    [search] = searches_of(house.process.pid)
    house.kill()
    await house.process.wait()
    wait_until(lambda: gone(search), "the search to end with its house")
    await house.start()
    row = await until(school, second, lambda row: row.state != "running" and row.failure)
    assert (row.state, row.failure) == ("interrupted", "house_restarts")
    proposals = await proposed(school, row)
    async with stored(school) as store, store.work() as work:
        kaisa = await rights.actor_of(work, school.coordinator)
        for one in proposals:
            await publishing.publish(work, kaisa, one)


async def test_search_killed_then_the_best_so_far_is_proposed_and_can_be_published(
    tmp_path: Path, opened: Open, empty_postgresql: str
) -> None:
    databases = (f"sqlite+aiosqlite:///{tmp_path}/oppitupa.db", empty_postgresql)
    schools = [await build(database) for database in databases]
    async with asyncio.TaskGroup() as houses:  # both at once: they mostly wait
        for school in schools:
            houses.create_task(live_through(school, opened))
