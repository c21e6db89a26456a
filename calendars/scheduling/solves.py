"""A search for a timetable: asked for, claimed by one worker, watched, ended; it lives in the database alone.

The search itself runs in a process of its own (server/solving.py); here is what it is and how far it has come.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any, Final

from sqlalchemy import func, select, update

from calendars import rights
from calendars.errors import Conflict, Full, Invalid, NotFound
from calendars.facts import SearchAsked, SearchEnded
from calendars.rights import Actor
from calendars.scheduling import adjusting, answered, problems, repairing, scheduling
from calendars.scheduling.adjusting import Held
from calendars.scheduling.scheduling import Lack
from calendars.scheduling.wanted import Mode
from calendars.store import Look, Work, new_id
from calendars.tables import Organisation, Programme, Solve

SECONDS: Final = (5, 15, 60, 300)
"""For how long one may let it search."""
USUAL_SECONDS: Final = 15
MODES: Final[Sequence[Mode]] = ("missing", "anew")
REPAIR: Final = "repair"
"""The mode of a search that moves lessons whose teacher is away."""
MOST_WAITING: Final = 8
"""So many searches of one organisation may wait at one time."""
UNDER_WAY: Final = ("waiting", "running")
CUT_SHORT: Final = ("house_restarts", "search_broke", "search_hung")
"""Why a search ended before its time: what was kept of it is good all the same."""
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
    around: str = ""
    """A proposal whose held lessons stay as they are there."""
    talks: bool = True
    """Whether talks of learners get their times too: where a contact day is short, they may push a lesson out."""
    repairs: tuple[str, ...] = ()
    """Lessons that lost their teacher: they may go anywhere near, all others only if they must."""


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

    Raises Conflict `search_under_way`, Full `searches_wait` where the organisation has as many waiting as it may, and
    Invalid `timetable_lacks` with the first thing that is missing.
    """
    if new.mode not in MODES or new.seconds not in SECONDS:
        raise Invalid("bad_choice", field="mode" if new.mode not in MODES else "seconds")
    programmes = tuple(dict.fromkeys((new.programme, *new.programmes)))
    plan = await scheduling.gather(work, actor, programmes, new.mode)
    if not new.talks:
        plan = replace(plan, wanted=[one for one in plan.wanted if one.standing or not one.learner])
    kept = await adjusting.held(work, actor, new.around) if new.around else []
    plan = replace(plan, wanted=adjusting.around(plan.wanted, kept))
    if new.repairs:
        plan = repairing.freed(plan, new.repairs, work.now)
    for lack in scheduling.lacking(plan):
        raise Invalid("timetable_lacks", lack=lack.code, needs=list(lack.needs))
    # Two who ask at one instant come one after the other, and the second one is told of the first one's search.
    await work.run(
        select(Programme.id).where(Programme.id.in_(programmes)).order_by(Programme.id).with_for_update(key_share=True)
    )
    other = select(Solve.id).where(Solve.programme.in_(programmes), Solve.state.in_(UNDER_WAY))
    if found := await work.one(other.limit(1)):
        raise Conflict("search_under_way", solve=found)
    organisation = await _with_room(work, new.programme)
    posed = problems.pose(plan)
    row = Solve(
        id=new_id(), organisation=organisation, programme=new.programme, programmes=list(programmes),
        mode=REPAIR if new.repairs else new.mode,
        seconds=new.seconds, seed=new.seed, state="waiting", problem=json.dumps(posed.problem),
        previous=json.dumps(posed.previous) if posed.previous and new.mode == "anew" else "",
        meaning=json.dumps(answered.meaning(plan, posed) | {"held": adjusting.written(kept)}),
        asked_by=actor.person, asked=work.now,
    )  # fmt: skip
    work.add(row)
    work.tell(SearchAsked(stream=new.programme, solve=row.id, by=actor.person))
    await work.flush()
    return row


async def _with_room(work: Work, programme: str) -> str:
    """The organisation of a programme, if one more search of it may wait; who asks at one instant asks in turn."""
    mine = select(Organisation.id).join(Programme, Programme.organisation == Organisation.id)
    organisation: str = await work.one(
        mine.where(Programme.id == programme).with_for_update(of=Organisation, key_share=True)
    )
    waiting = select(func.count()).where(Solve.organisation == organisation, Solve.state == "waiting")
    if (await work.one(waiting) or 0) >= MOST_WAITING:
        raise Full("searches_wait", count=MOST_WAITING)
    return organisation


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


async def locked(work: Work, actor: Actor, id: str) -> Solve:
    """The same search as it is now: whoever else wants to change it waits until this work is done."""
    await work.flush()
    await work.all(select(Solve).where(Solve.id == id).with_for_update().execution_options(populate_existing=True))
    return await solve(work, actor, id)


async def latest(look: Look, actor: Actor, programme: str) -> Solve | None:
    """The search that was asked for last in a programme."""
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    mine = select(Solve).where(Solve.programme == programme).order_by(Solve.asked.desc(), Solve.id).limit(1)
    found: Solve | None = await look.one(mine)
    return found


async def enough(work: Work, actor: Actor, id: str) -> None:
    """What was found so far is good enough. Doing it twice changes nothing."""
    row = await locked(work, actor, id)
    if row.state == "running" and row.wish != "cancel":  # whoever stopped it wants nothing of it any more
        row.wish = "enough"


async def cancel(work: Work, actor: Actor, id: str) -> None:
    """Stop searching and forget what was found. Doing it twice changes nothing."""
    row = await locked(work, actor, id)
    if row.state == "waiting":
        _end(work, row, "cancelled")
    elif row.state == "running":
        row.wish = "cancel"


async def any_to_see_to(look: Look) -> bool:
    """Whether a search waits or runs anywhere, or was lost: only then is there something to claim, bury or propose."""
    return bool(await look.one(select(Solve.id).where(Solve.state.in_(UNDER_WAY) | _ORPHAN).limit(1)))


_ORPHAN: Final = (Solve.state == "interrupted") & (Solve.failure == "") & (Solve.best != "")


async def orphans(look: Look) -> list[str]:
    """The searches whose process is gone, of which something was kept and nobody has proposed it yet."""
    return list(await look.all(select(Solve.id).where(_ORPHAN).order_by(Solve.ended, Solve.id)))


async def care_for(work: Work, id: str, failure: str) -> Solve | None:
    """Take on what was kept of such a search, to propose it, and say what befell it. None: somebody has already."""
    found: Solve | None = await work.one(select(Solve).where(Solve.id == id, _ORPHAN).with_for_update())
    if found is not None:
        found.failure = failure
        await work.flush()
    return found


async def claim(work: Work, worker: str) -> Job | None:
    """Take the search whose turn it is, if none runs anywhere: two at a time would only slow each other."""
    # Whoever claims beside waits here, and only then looks what runs: else each could begin another one.
    await work.run(select(Solve.id).where(Solve.state == "waiting").order_by(Solve.id).with_for_update())
    if await work.one(select(Solve.id).where(Solve.state == "running").limit(1)):
        return None
    first = next(iter(await _queue(work)), "")
    row: Solve | None = await work.get(Solve, first) if first else None
    if row is None:
        return None
    row.state, row.worker, row.began, row.beat = "running", worker, work.now, work.now
    return Job(id=row.id, problem=row.problem, previous=row.previous, seconds=row.seconds, seed=row.seed)


async def before(look: Look, row: Solve) -> int:
    """How many searches come before one that waits, the one that runs among them."""
    if row.state != "waiting":
        return 0
    running, queue = await look.one(select(func.count()).where(Solve.state == "running")), await _queue(look)
    return queue.index(row.id) + int(running or 0) if row.id in queue else 0  # it may have begun this moment


async def _queue(look: Look) -> list[str]:
    """The searches that wait, in the order in which they get their turn."""
    rows = await look.rows(
        select(Solve.id, Solve.organisation).where(Solve.state == "waiting").order_by(Solve.asked, Solve.id)
    )
    whose = {organisation for _, organisation in rows}
    last = select(Solve.organisation, func.max(Solve.began)).where(Solve.organisation.in_(whose))
    had = {organisation: began for organisation, began in await look.rows(last.group_by(Solve.organisation)) if began}
    return turns([(id, organisation) for id, organisation in rows], had)


def turns(waiting: Sequence[tuple[str, str]], had: Mapping[str, datetime]) -> list[str]:
    """Of searches (id, organisation) in the order in which they were asked for: the order in which they are run.

    The organisations take turns, whoever had none yet or has waited longest for one first; `had`: when each had its
    last. So nobody waits for more than one search of each other organisation.
    """
    mine: dict[str, list[str]] = {}
    for id, organisation in waiting:
        mine.setdefault(organisation, []).append(id)
    each = sorted(mine, key=lambda one: had[one].timestamp() if one in had else 0.0)  # of equals who asked first
    return [id for round_ in zip_longest(*(mine[one] for one in each)) for id in round_ if id is not None]


async def beat(work: Work, id: str, worker: str, progress: Mapping[str, Any], best: str = "") -> str:
    """Say how far it is. Returns what is wished of it: nothing, `enough` or `cancel`, which is also for a lost one.

    `best`: the best timetable so far, to be kept should the process be lost; empty leaves what is kept as it is.
    """
    values = {"beat": work.now, "progress": dict(progress)} | ({"best": best} if best else {})
    mine = (Solve.id == id, Solve.worker == worker, Solve.state == "running")
    wish = (await work.run(update(Solve).where(*mine).values(values).returning(Solve.wish))).scalars().first()
    return "cancel" if wish is None else wish


async def end(work: Work, id: str, worker: str, state: str, *, best: str = "", failure: str = "") -> Solve | None:
    """A search has come to its end. Returns it, or None if it was not this worker's any more."""
    row = await work.get(Solve, id)
    if row is None or row.worker != worker or row.state != "running":
        return None
    row.best = "" if state == "cancelled" else best or row.best
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
        if row.wish == "cancel":  # nobody wants what it found
            row.best = ""
        _end(work, row, "interrupted")
    await work.flush()
    return len(rows)


def held_of(row: Solve) -> list[Held]:
    """The lessons that its answer takes as they were held."""
    return adjusting.read(json.loads(row.meaning).get("held", [])) if row.meaning else []


def answer_of(row: Solve) -> tuple[list[answered.Placed], list[answered.Unplaced]]:
    """What the best timetable so far means in the plan: lessons, and those without a place."""
    if not row.best:
        return [], []
    meant, best = json.loads(row.meaning), json.loads(row.best)
    return list(answered.placed(meant, best)), list(answered.unplaced(meant, best))


def _end(work: Work, row: Solve, state: str) -> None:
    row.state, row.ended, row.wish = state, work.now, ""
    work.tell(SearchEnded(stream=row.programme, solve=row.id, state=state))
