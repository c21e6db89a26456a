"""Joins while the house searches for a timetable, against joins while it does not: p50 and p99, taken in turns.

    python -m tests.benchmarks.solve_beside_server [people] [turns]        (40 people and 6 turns if not said)

The house runs the search as it always does: it finds it in its database, starts the child and follows it. In each turn
everybody joins twice, a few at a time, without a search and with one of 240 learners (M) under way; the order changes
from turn to turn, so that a noisy neighbour is shared. The goal is a ratio of at most 1.5 (facts/scheduling.md §10).
"""

import asyncio
import json
import sys
import time
from datetime import timedelta
from statistics import quantiles

from sqlalchemy import select

from calendars.clock import Clock
from calendars.store import Store, new_id
from calendars.tables import Person, Programme, Solve
from tests.benchmarks.crowd import EIGHT, database
from tests.benchmarks.fleet import AT_ONCE, Client, Fleet
from tests.benchmarks.servers import Served, start
from tests.instances import instance

FEW = 4
"""So many join at one time: a lesson that begins, not a flood."""
ROUNDS = 2
LONGEST = 300
"""Seconds that a search may take; it is stopped when its turn is over."""


class Search:
    """A search in the house, begun and ended from outside as a coordinator's browser would."""

    def __init__(self, served: Served, problem: str, shift: timedelta) -> None:
        self._store = Store(database(served.folder), Clock(shift))
        self._problem = problem
        self._id = ""

    async def begin(self) -> None:
        """Ask for it, and wait until its first timetable stands."""
        async with self._store.work() as work:
            programme = (await work.all(select(Programme).limit(1)))[0]
            person = await work.one(select(Person.id).limit(1))
            row = Solve(
                id=new_id(), organisation=programme.organisation, programme=programme.id, programmes=[programme.id],
                mode="missing", seconds=LONGEST, seed=1, state="waiting", problem=self._problem, asked_by=person,
                asked=work.now,
            )  # fmt: skip
            work.add(row)
            self._id = row.id
        while not (await self._row()).progress:
            await asyncio.sleep(0.1)

    async def end(self) -> None:
        """Stop it, and wait until its process is gone."""
        async with self._store.work() as work:
            row = await work.get(Solve, self._id)
            assert row is not None
            assert row.state == "running", row.state
            row.wish = "cancel"
        while (await self._row()).state == "running":
            await asyncio.sleep(0.1)

    async def close(self) -> None:
        await self._store.close()

    async def _row(self) -> Solve:
        async with self._store.look() as look:
            row = await look.get(Solve, self._id)
            assert row is not None
            return row


async def joins(fleet: Fleet) -> list[float]:
    """How long each join took, in milliseconds."""
    took: list[float] = []

    async def one(client: Client) -> None:
        began = time.perf_counter()
        await client.join()
        took.append((time.perf_counter() - began) * 1000)

    for _ in range(ROUNDS):
        await fleet.all(one, FEW)
        await fleet.quiet(0.3)
        await fleet.all(Client.drop)
    return took


async def measure(served: Served, turns: int) -> dict[str, list[float]]:
    """Both kinds in turns."""
    fleet = Fleet(served.url, served.seats)
    search = Search(served, json.dumps(instance("M", 1).problem), timedelta())
    found: dict[str, list[float]] = {"quiet": [], "during a search": []}
    try:
        await fleet.all(Client.sign_in, AT_ONCE)
        await joins(fleet)  # caches are warm before anything is counted
        for turn in range(turns):
            for kind in sorted(found, reverse=bool(turn % 2)):
                if kind == "quiet":
                    found[kind] += await joins(fleet)
                    continue
                await search.begin()
                found[kind] += await joins(fleet)
                await search.end()
    finally:
        await fleet.close()
        await search.close()
    return found


def main(people: int, turns: int) -> None:
    served = start("house", people // EIGHT)
    try:
        found = asyncio.run(measure(served, turns))
    finally:
        served.stop()
    p99 = {}
    for kind, took in found.items():
        cuts = quantiles(took, n=100)
        p99[kind] = cuts[98]
        figures = f"p50 {cuts[49]:7.1f} ms   p99 {cuts[98]:7.1f} ms   most {max(took):7.1f} ms"
        print(f"{kind:16} {len(took):5} joins   {figures}")
    print(f"p99 during a search ÷ quiet: {p99['during a search'] / p99['quiet']:.2f} (goal: at most 1.5)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40, int(sys.argv[2]) if len(sys.argv) > 2 else 6)
