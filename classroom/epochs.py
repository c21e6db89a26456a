"""The lives of our own processes: what they leave open is closed where it was last heard, and the outage is ours.

Without this a restart, a worker that stood still or a database that was away would count against the learners
(contract.md, attendance rule 3).
"""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from calendars.clock import rfc3339
from calendars.store import Look, Work, new_id
from classroom.facts import Dropped
from classroom.ledger import Said, close_stays, enter
from classroom.tables import Epoch, Visit

DEAD_AFTER = 10.0  # seconds without a sign of life; a process gives one every three
LOOK_WITHIN = 5.0  # seconds between two looks at the others; after a longer break the watching begins anew


async def begin(work: Work) -> str:
    """A process starts its life; its id."""
    epoch = Epoch(id=new_id(), started=work.now, alive=work.now)
    work.add(epoch)
    await work.flush()
    return epoch.id


async def alive(work: Work, epoch: str) -> bool:
    """The process is alive at this instant. False if another one has held it for dead and closed its stays."""
    statement = update(Epoch).where(Epoch.id == epoch, Epoch.ended.is_(None)).values(alive=work.now)
    return bool((await work.run(statement.returning(Epoch.id))).all())


async def revive(work: Work, epoch: str) -> None:
    """We were held for dead and are not."""
    await work.run(update(Epoch).where(Epoch.id == epoch).values(alive=work.now, ended=None, reason=""))


async def end(work: Work, epoch: str) -> None:
    """The process stops in good order: what is still open ends at its last evidence."""
    row = await work.get(Epoch, epoch)
    if row is not None and row.ended is None:
        await _end(work, {row: work.now}, "stopped")


class Watch:
    """Who has given no sign of life for so long as we ourselves looked on.

    The clock alone must not judge: after an outage of the database every process looks silent, and none is dead.
    """

    def __init__(self) -> None:
        self._seen: dict[str, tuple[datetime, float]] = {}
        self._looked = 0.0

    def silent(self, signs: Mapping[str, datetime], now: float | None = None) -> dict[str, datetime]:
        """Of the last signs of life by epoch, those that have not changed for DEAD_AFTER seconds of our watching."""
        now = time.monotonic() if now is None else now
        if now - self._looked > LOOK_WITHIN:
            self._seen = {}
        self._looked = now
        self._seen = {
            epoch: self._seen[epoch] if self._seen.get(epoch, (None,))[0] == at else (at, now)
            for epoch, at in signs.items()
        }
        return {epoch: at for epoch, (at, since) in self._seen.items() if now - since > DEAD_AFTER}


async def signs(look: Look, this: str) -> dict[str, datetime]:
    """The last sign of life of every other process that has not ended."""
    rows = await look.rows(select(Epoch.id, Epoch.alive).where(Epoch.ended.is_(None), Epoch.id != this))
    return {row[0]: row[1] for row in rows}


async def bury(work: Work, dead: Mapping[str, datetime]) -> list[str]:
    """Close what these processes left open, unless one has stirred since; the lessons that were touched."""
    rows = await work.all(
        select(Epoch).where(Epoch.ended.is_(None), Epoch.id.in_(sorted(dead))).order_by(Epoch.id).with_for_update()
    )
    return sorted(await _end(work, {epoch: epoch.alive for epoch in rows if epoch.alive == dead[epoch.id]}, "dead"))


async def tidy(work: Work) -> list[str]:
    """Close what was begun in the very moment in which its process ended; the lessons that were touched."""
    left = await work.all(
        select(Visit)
        .join(Epoch, Epoch.id == Visit.epoch)
        .where(Visit.closed.is_(None), Epoch.ended < work.now - timedelta(seconds=DEAD_AFTER))
        .order_by(Visit.id)
    )
    return sorted(await _close(work, left))


async def _end(work: Work, ended: Mapping[Epoch, datetime], reason: str) -> set[str]:
    """End these at their last sign of life. All their stays close together: in one order of lessons, as others do."""
    for epoch in ended:
        epoch.ended, epoch.reason = work.now, reason
    mine = [epoch.id for epoch in ended]
    visits = await work.all(select(Visit).where(Visit.epoch.in_(mine), Visit.closed.is_(None)).order_by(Visit.id))
    ours = [visit for visit in visits if visit.lost is None]  # who was lost before was not lost by us
    lessons = await _close(work, visits)
    for epoch, at in ended.items():
        await _note(work, [visit for visit in ours if visit.epoch == epoch.id], at, work.now)
    return lessons


async def _close(work: Work, visits: Sequence[Visit]) -> set[str]:
    for visit in visits:
        if visit.lost is None:
            work.tell(Dropped(stream=visit.lesson, person=visit.person, visit=visit.id))
    await close_stays(work, visits, "lost")
    return {visit.lesson for visit in visits}


async def outage(work: Work, epoch: str, since: datetime, until: datetime) -> list[str]:
    """This process could not hear or not save in this time: nobody who was in a room through it may lose by it."""
    was_in = Visit.closed.is_(None) | (Visit.closed >= since)
    visits = await work.all(select(Visit).where(Visit.epoch == epoch, was_in).order_by(Visit.id))
    return await _note(work, visits, since, until)


async def _note(work: Work, visits: Sequence[Visit], since: datetime, until: datetime) -> list[str]:
    by_lesson: dict[str, set[str]] = {}
    for visit in visits:
        by_lesson.setdefault(visit.lesson, set()).add(visit.connection)
    for lesson, connections in sorted(by_lesson.items()):
        body = {"from": rfc3339(since), "to": rfc3339(max(since, until)), "connections": sorted(connections)}
        await enter(work, lesson, Said("outage", None, body))
    return sorted(by_lesson)
