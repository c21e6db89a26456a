"""What the clients wrote down, put before the independent judge of tests/classroom/oracle.py."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine

from calendars.tables import Lesson
from classroom.tables import Evidence, Visit
from tests.classroom import oracle
from tests.faults.people import Act, Pupil, rfc3339
from tests.faults.school import School


class Witness:
    """The test itself: when it pressed which button, and when it did harm."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.lines: list[dict[str, Any]] = []
        self.unsure = 0
        """Seconds by which the house may have heard the buttons later than they were pressed."""

    def pause(self, since: Act, until: Act) -> None:
        self._between("pause", since, until)

    def held(self, since: Act, until: Act) -> None:
        self._between("held", since, until)

    def outage(self, since: float, until: float) -> None:
        """It hit everybody who was in through it, so no connection is named."""
        line = {"kind": "outage", "from": rfc3339(since), "to": rfc3339(until)}
        self.lines.append({"received": rfc3339(until)} | line)

    def _between(self, kind: str, since: Act, until: Act) -> None:
        self.unsure += since.unsure + until.unsure
        line = {"kind": kind, "from": rfc3339(since.began), "to": rfc3339(until.began)}
        self.lines.append({"received": rfc3339(until.began), "id": f"{kind} {len(self.lines)}"} | line)

    async def verdict(self, pupils: Sequence[Pupil]) -> dict[str, Any]:
        """Seconds by learner, as the judge finds them."""
        (row,) = await rows(self.school, select(Lesson.starts, Lesson.ends).where(Lesson.id == self.school.lesson))
        starts, ends = row[0].timestamp(), row[1].timestamp()
        head = {
            "lesson": {
                "starts": rfc3339(starts), "ends": rfc3339(ends), "doors_open": rfc3339(starts - 300),
                "doors_close": rfc3339(ends + 900),
            },
            "expected": self.school.learners,
        }  # fmt: skip
        acts = [line for pupil in pupils if not pupil.leads for line in pupil.lines]
        return oracle.judge([head, *acts, *self.lines])


async def rows(school: School, statement: Any) -> Sequence[Any]:
    """What stands in the database, past the house."""
    engine = create_async_engine(school.database)
    try:
        async with engine.connect() as connection:
            return (await connection.execute(statement)).all()
    finally:
        await engine.dispose()


async def evidence(school: School, kind: str) -> Sequence[Any]:
    """The ledger's lines of one kind."""
    query = select(Evidence.person, Evidence.body).where(Evidence.lesson == school.lesson, Evidence.kind == kind)
    return await rows(school, query.order_by(Evidence.number))


async def epochs_of(school: School, people: Sequence[str]) -> dict[str, str]:
    """Which process has the open stay of each of these people."""
    query = select(Visit.person, Visit.epoch).where(Visit.lesson == school.lesson, Visit.closed.is_(None))
    return {row[0]: row[1] for row in await rows(school, query.order_by(Visit.a)) if row[0] in people}


class Lag:
    """How late this machine was at worst: no judge can ask for more than it allows."""

    worst = 0.0


@asynccontextmanager
async def measured_lag() -> AsyncIterator[Lag]:
    """Look at the loop's punctuality all the while."""
    lag = Lag()

    async def watch() -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(0.02)
            lag.worst = max(lag.worst, time.monotonic() - began - 0.02)

    task = asyncio.create_task(watch())
    try:
        yield lag
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def agree(mine: dict[str, Any], theirs: dict[str, Any], pupil: Pupil, witness: Witness) -> None:
    """The same seconds, but for those in which nobody outside can know when the house heard what was said."""
    loose = pupil.unsure + witness.unsure
    reckoned = mine["seconds"] | {"present": mine["present"]}
    for kind, seconds in theirs["seconds"].items():
        assert abs(reckoned[kind] - seconds) <= loose, (kind, reckoned, theirs["seconds"], loose)
    assert loose or mine["state"] == theirs["state"]


async def all_gone(pupils: Sequence[Pupil], within: float = 30) -> None:
    """Everybody goes home, and what each had open is closed: from then on the evidence stands still."""
    for pupil in pupils:
        await pupil.go()
    school = pupils[0].school
    still_open = select(Visit.id).where(Visit.lesson == school.lesson, Visit.closed.is_(None))
    async with asyncio.timeout(within):
        while await rows(school, still_open):
            await asyncio.sleep(0.1)
