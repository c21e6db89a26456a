"""Letters between two browsers of a call whose sockets are in different workers, while nothing faster carries them.

A letter waits in the database for the one worker that has the other end, and is gone when that worker fetches it.
Nothing here speaks for attendance: a letter that is lost is written again by the browser that misses its answer.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select

from calendars.store import Look, Work
from classroom.tables import Signal, Visit

FRESH = timedelta(seconds=15)
"""After this long a browser has made its link anew: an older letter would only confuse it."""
WAITING_MOST = 500
"""Letters that may wait for one worker; a star of ten writes about 110 when everybody comes at once."""


def bell(epoch: str) -> str:
    """The stream whose number moves with each letter for this worker: it is seen in the poll that there is anyway."""
    return f"signals:{epoch}"


async def worker_of(look: Look, lesson: str, connection: str) -> str | None:
    """The life of the worker that has this connection in this lesson; None if nobody is there (any more)."""
    found: str | None = await look.one(
        select(Visit.epoch)
        .where(Visit.lesson == lesson, Visit.connection == connection, Visit.closed.is_(None))
        .limit(1)
    )
    return found


async def post(work: Work, epoch: str, connection: str, body: dict[str, Any]) -> bool:
    """Leave a letter for a connection of that worker. False when too many wait there: it is most likely dead."""
    oldest = await work.one(select(func.min(Signal.number)).where(Signal.epoch == epoch))
    number = await work.number(bell(epoch))
    if oldest is not None and number - oldest >= WAITING_MOST:
        return False
    await work.run(insert(Signal).values(epoch=epoch, number=number, connection=connection, body=body, at=work.now))
    return True


async def fetch(work: Work, epoch: str) -> list[tuple[str, dict[str, Any]]]:
    """Take all letters for this worker, in the order in which they were written; those too old are dropped."""
    taken = delete(Signal).where(Signal.epoch == epoch)
    rows = await work.rows(taken.returning(Signal.number, Signal.connection, Signal.body, Signal.at))
    return [(row.connection, row.body) for row in sorted(rows) if row.at > work.now - FRESH]


async def sweep(work: Work) -> None:
    """Throw away what nobody fetched: its worker is dead, or was away for too long."""
    await work.run(delete(Signal).where(Signal.at < work.now - 2 * FRESH))
