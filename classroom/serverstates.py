"""What all processes of the house together know of its video servers: each brings what it found, the newest stays."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from calendars.store import Look, Work
from classroom.servers import STREAM
from classroom.tables import ServerState
from classroom.video.choose import Known
from classroom.video.facts import ServerBack, ServerFell
from classroom.video.health import Health

TELLS_AHEAD = "video_tells_ahead"
OFTEN = timedelta(seconds=60)
"""An answer is no news while the last one that was written down is younger than this."""


async def known(look: Look) -> dict[str, Known]:
    """What was found so far, by the server's name."""
    return {row.server: _known(row) for row in await look.all(select(ServerState))}


def is_news(before: Known | None, found: Health) -> bool:
    """Whether what a process found is worth a line: it fell, came back, went wrong otherwise, or answers after long."""
    if found.answered is None and found.at is None:
        return False
    if before is None:
        return True
    rests = found.state == "resting"
    newer = found.at is not None and (before.at is None or found.at > before.at)
    answered = found.answered is not None and (before.answered is None or found.answered > before.answered)
    if rests:
        return newer
    late = before.answered is None or (found.answered is not None and found.answered - before.answered > OFTEN)
    return answered and (before.away or late or (newer and found.problem != before.problem))


async def report(work: Work, found: Mapping[str, Health]) -> None:
    """Write down what this process found; that a server fell or came back is told once."""
    rows = await work.all(
        select(ServerState).where(ServerState.server.in_(sorted(found))).order_by(ServerState.server).with_for_update()
    )
    held = {row.server: row for row in rows}
    for name, health in sorted(found.items()):
        row = held.get(name)
        if row is None:
            statement = work.upsert(ServerState).values(server=name, problem="", facts={}).on_conflict_do_nothing()
            await work.run(statement)
            row = await work.get(ServerState, name)
            assert row is not None
        before = _known(row).away
        _merge(row, health)
        now = _known(row)
        if now.away and not before:
            work.tell(ServerFell(stream=STREAM, server=name, problem=now.problem))
        elif before and not now.away:
            work.tell(ServerBack(stream=STREAM, server=name))


async def tells_ahead(work: Work, server: str, host: str, ahead: timedelta) -> None:
    """What a server told lay in the future, so it counts for nothing: say so where its administrator looks."""
    await work.run(work.upsert(ServerState).values(server=server, problem="", facts={}).on_conflict_do_nothing())
    row = await work.one(select(ServerState).where(ServerState.server == server).with_for_update())
    said_now = row.problem == TELLS_AHEAD and row.at is not None and work.now - row.at < OFTEN
    if not said_now:
        row.problem, row.at = TELLS_AHEAD, work.now
        row.facts = {"server": host, "seconds": str(round(ahead.total_seconds()))}


def _merge(row: ServerState, found: Health) -> None:
    if found.answered is not None:
        row.answered = max(filter(None, [row.answered, found.answered]))
    if found.problem is not None and found.at is not None and (row.at is None or found.at > row.at):
        row.problem, row.at = found.problem, found.at
        row.facts = {name: str(value) for name, value in found.facts.items()}
    if found.state == "resting" and found.at is not None:
        row.fell = max(filter(None, [row.fell, found.at]))


def _known(row: ServerState) -> Known:
    return Known(row.answered, row.fell, row.problem, dict(row.facts), row.at)
