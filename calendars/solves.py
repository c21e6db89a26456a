"""A search for a timetable: asked for, claimed by one worker, watched, ended; it lives in the database alone.

The search itself runs in a process of its own (server/solving.py); here is what it is and how far it has come.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select, update

from calendars import answered, rights, scheduling, timetabling
from calendars.errors import Conflict, Invalid, NotFound
from calendars.facts import SearchAsked, SearchEnded
from calendars.rights import Actor
from calendars.scheduling import Lack
from calendars.store import Look, Work, new_id
from calendars.tables import Programme, Solve
from calendars.wanted import Mode

SECONDS: Final = (5, 15, 60, 300)
"""For how long one may let it search."""
USUAL_SECONDS: Final = 15
MODES: Final[Sequence[Mode]] = ("missing", "anew")
UNDER_WAY: Final = ("waiting", "running")
SILENT: Final = timedelta(seconds=20)
"""A search of which nothing was heard for so long has lost its process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSolve:
    """What is asked for: `programmes` beside the one on whose page it was asked, of the same organisation."""

    programme: str
    programmes: tuple[str, ...] = ()
    mode: Mode = "missing"
    seconds: int = USUAL_SECONDS
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a worker takes along to run a search."""

    id: str
    problem: str
    previous: str
    seconds: int
    seed: int


async def ask(work: Work, actor: Actor, new: NewSolve) -> Solve:
    """Ask for a timetable; a worker takes it within a second or two.

    Raises Conflict `search_under_way`, and Invalid `timetable_lacks` with the first thing that is missing.
    """
    if new.mode not in MODES or new.seconds not in SECONDS:
        raise Invalid("bad_choice", field="mode" if new.mode not in MODES else "seconds")
    programmes = tuple(dict.fromkeys((new.programme, *new.programmes)))
    plan = await scheduling.gather(work, actor, programmes, new.mode)
    for lack in scheduling.lacking(plan):
        raise Invalid("timetable_lacks", lack=lack.code, needs=list(lack.needs))
    other = select(Solve.id).where(Solve.programme.in_(programmes), Solve.state.in_(UNDER_WAY))
    if found := await work.one(other.limit(1)):
        raise Conflict("search_under_way", solve=found)
    posed = timetabling.pose(plan)
    organisation = await work.one(select(Programme.organisation).where(Programme.id == new.programme))
    row = Solve(
        id=new_id(), organisation=organisation, programme=new.programme, programmes=list(programmes), mode=new.mode,
        seconds=new.seconds, seed=new.seed, state="waiting", problem=json.dumps(posed.problem),
        previous=json.dumps(posed.previous) if posed.previous and new.mode == "anew" else "",
        meaning=json.dumps(answered.meaning(plan, posed)), asked_by=actor.person, asked=work.now,
    )  # fmt: skip
    work.add(row)
    work.tell(SearchAsked(stream=new.programme, solve=row.id, by=actor.person))
    await work.flush()
    return row


async def lacking(look: Look, actor: Actor, programme: str, mode: Mode = "missing") -> list[Lack]:
    """What the timetable of a programme still needs before a search makes sense."""
    return scheduling.lacking(await scheduling.gather(look, actor, (programme,), mode))


async def solve(look: Look, actor: Actor, id: str) -> Solve:
    """One search, for whoever plans the programme. Raises NotFound."""
    row = await look.get(Solve, id)
    if row is None:
        raise NotFound()
    _, target = await rights.target_of_programme(look, row.programme)
    rights.ask(actor, "plan", target)
    return row


async def latest(look: Look, actor: Actor, programme: str) -> Solve | None:
    """The search that was asked for last in a programme."""
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    mine = select(Solve).where(Solve.programme == programme).order_by(Solve.asked.desc(), Solve.id).limit(1)
    found: Solve | None = await look.one(mine)
    return found


async def enough(work: Work, actor: Actor, id: str) -> None:
    """What was found so far is good enough. Doing it twice changes nothing."""
    row = await _locked(work, actor, id)
    if row.state == "running":
        row.wish = "enough"


async def cancel(work: Work, actor: Actor, id: str) -> None:
    """Stop searching and forget what was found. Doing it twice changes nothing."""
    row = await _locked(work, actor, id)
    if row.state == "waiting":
        _end(work, row, "cancelled")
    elif row.state == "running":
        row.wish = "cancel"


async def any_under_way(look: Look) -> bool:
    """Whether a search waits or runs anywhere: only then is there something to claim, or to bury."""
    return bool(await look.one(select(Solve.id).where(Solve.state.in_(UNDER_WAY)).limit(1)))


async def claim(work: Work, worker: str) -> Job | None:
    """Take the search that has waited longest, if none runs anywhere: two at a time would only slow each other."""
    await bury(work)
    if await work.one(select(Solve.id).where(Solve.state == "running").limit(1)):
        return None
    waiting = select(Solve).where(Solve.state == "waiting").order_by(Solve.asked, Solve.id).limit(1)
    row: Solve | None = await work.one(waiting.with_for_update(skip_locked=True))
    if row is None:
        return None
    row.state, row.worker, row.began, row.beat = "running", worker, work.now, work.now
    return Job(id=row.id, problem=row.problem, previous=row.previous, seconds=row.seconds, seed=row.seed)


async def beat(work: Work, id: str, worker: str, progress: Mapping[str, Any]) -> str:
    """Say how far it is. Returns what is wished of it: nothing, `enough` or `cancel`, which is also for a lost one."""
    values = {"beat": work.now, "progress": dict(progress)}
    mine = (Solve.id == id, Solve.worker == worker, Solve.state == "running")
    wish = (await work.run(update(Solve).where(*mine).values(values).returning(Solve.wish))).scalars().first()
    return "cancel" if wish is None else wish


async def end(work: Work, id: str, worker: str, state: str, *, best: str = "", failure: str = "") -> Solve | None:
    """A search has come to its end. Returns it, or None if it was not this worker's any more."""
    row = await work.get(Solve, id)
    if row is None or row.worker != worker or row.state != "running":
        return None
    row.best = best or row.best
    row.failure = failure
    _end(work, row, state)
    await work.flush()
    return row


async def bury(work: Work, *, all_of_them: bool = False) -> int:
    """Say of every search whose process is gone that it was interrupted. Returns how many.

    `all_of_them`: at the start of a house in which no other process can be alive.
    """
    running = select(Solve).where(Solve.state == "running").order_by(Solve.id)
    if all_of_them:
        rows = await work.all(running.with_for_update())
    else:  # one that is locked says something at this very moment
        silent = running.where(Solve.beat < work.now - SILENT)
        rows = await work.all(silent.with_for_update(skip_locked=True))
    for row in rows:
        _end(work, row, "interrupted")
    await work.flush()
    return len(rows)


def answer_of(row: Solve) -> tuple[list[answered.Placed], list[answered.Unplaced]]:
    """What the best timetable so far means in the plan: lessons, and those without a place."""
    if not row.best:
        return [], []
    meant, best = json.loads(row.meaning), json.loads(row.best)
    return list(answered.placed(meant, best)), list(answered.unplaced(meant, best))


def _end(work: Work, row: Solve, state: str) -> None:
    row.state, row.ended, row.wish = state, work.now, ""
    work.tell(SearchEnded(stream=row.programme, solve=row.id, state=state))


async def _locked(work: Work, actor: Actor, id: str) -> Solve:
    await work.run(select(Solve.id).where(Solve.id == id).with_for_update())
    return await solve(work, actor, id)
