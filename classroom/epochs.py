"""The lives of our own processes: what they leave open is closed where it was last heard, and the outage is ours.

Without this a restart would count against the learners (contract.md, attendance rule 3).
"""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from calendars.clock import rfc3339
from calendars.store import Work, new_id
from classroom.facts import Dropped
from classroom.ledger import Said, close_stays, enter
from classroom.tables import Epoch, Visit

DEAD_AFTER = 10.0  # seconds without a sign of life; a process gives one each second


async def begin(work: Work) -> str:
    """A process starts its life; its id."""
    epoch = Epoch(id=new_id(), started=work.now, alive=work.now)
    work.add(epoch)
    await work.flush()
    return epoch.id


async def alive(work: Work, epoch: str) -> None:
    """The process is alive at this instant."""
    await work.run(update(Epoch).where(Epoch.id == epoch).values(alive=work.now))


async def end(work: Work, epoch: str) -> None:
    """The process stops in good order: what is still open ends at its last evidence."""
    await _end(work, await work.get(Epoch, epoch), work.now, "stopped")


async def bury(work: Work, this: str, *, all_of_them: bool = False) -> int:
    """Close what dead processes left open; how many visits that were.

    `all_of_them`: no other process can be alive (one process on SQLite), so nobody waits for the time-out.
    """
    silent = Epoch.alive < work.now - timedelta(seconds=0 if all_of_them else DEAD_AFTER)
    dead = await work.all(select(Epoch).where(Epoch.ended.is_(None), Epoch.id != this, silent).with_for_update())
    return sum([await _end(work, epoch, epoch.alive, "dead") for epoch in dead])


async def _end(work: Work, epoch: Epoch | None, at: datetime, reason: str) -> int:
    if epoch is None or epoch.ended is not None:
        return 0
    epoch.ended, epoch.reason = at, reason
    visits = await work.all(select(Visit).where(Visit.epoch == epoch.id, Visit.closed.is_(None)).order_by(Visit.id))
    by_lesson: dict[str, list[str]] = {}
    for visit in visits:
        if visit.lost is None:
            work.tell(Dropped(stream=visit.lesson, person=visit.person, visit=visit.id))
            by_lesson.setdefault(visit.lesson, []).append(visit.connection)
    await close_stays(work, visits, "lost")
    for lesson, connections in sorted(by_lesson.items()):
        body = {"from": rfc3339(at), "to": rfc3339(max(at, work.now)), "connections": sorted(set(connections))}
        await enter(work, lesson, Said("outage", None, body))
    return len(visits)


async def stalled(work: Work, epoch: str, since: datetime) -> None:
    """This process stood still from `since` until now: whoever was in a room could not be heard, through our fault."""
    visits = await work.all(select(Visit).where(Visit.epoch == epoch, Visit.closed.is_(None)).order_by(Visit.id))
    by_lesson: dict[str, set[str]] = {}
    for visit in visits:
        by_lesson.setdefault(visit.lesson, set()).add(visit.connection)
    for lesson, connections in sorted(by_lesson.items()):
        body = {"from": rfc3339(since), "to": rfc3339(work.now), "connections": sorted(connections)}
        await enter(work, lesson, Said("outage", None, body))
