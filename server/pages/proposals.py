"""Changes of the plan on one page: before and after, who is touched, and the buttons to make, undo and tell them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from calendars import publishing, rights
from calendars.clock import Interval
from calendars.names import in_language
from calendars.publishing import UNDO
from calendars.rights import Actor
from calendars.standings import Change, Standing
from calendars.store import Look, Work
from calendars.touched import Touched, touched
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.forms import UNTOUCHED, Entered, once
from server.words import Say

HOUR = 3600
MOST = 60  # lessons that one page shows; more than that nobody reads
routes = web.RouteTableDef()
Step = Callable[[Work, Actor, str], Awaitable[object]]


async def waiting(request: web.Request, look: Look) -> list[dict[str, Any]]:
    """What lies before whoever plans, in one line each; nothing for others."""
    actor = signed_in(request)
    if not rights.scopes_of(actor, "plan"):
        return []
    return [
        {"id": one.id, "count": len(one.changes), "published": one.status == "published"} | _left(one, look.now)
        for one in await publishing.waiting(look, actor)
    ]


@routes.get("/proposals/{proposal}")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """Before, after, and whom it touches."""
    return await _page(request, UNTOUCHED)


@routes.post("/proposals/{proposal}/publish")
@allow("plan")
async def publish(request: web.Request) -> web.Response:
    """Make all of it."""
    return await _do(request, publishing.publish)


@routes.post("/proposals/{proposal}/drop")
@allow("plan")
async def drop(request: web.Request) -> web.Response:
    """Lay it aside."""
    return await _do(request, publishing.drop, "/house")


@routes.post("/proposals/{proposal}/undo")
@allow("plan")
async def undo(request: web.Request) -> web.Response:
    """Everything as before; nobody was told."""
    return await _do(request, publishing.undo)


@routes.post("/proposals/{proposal}/tell")
@allow("plan")
async def tell(request: web.Request) -> web.Response:
    """Tell everybody now."""
    return await _do(request, publishing.tell_now)


async def _do(request: web.Request, step: Step, back: str = "") -> web.Response:
    actor, form, proposal = signed_in(request), await request.post(), request.match_info["proposal"]

    async def act(work: Work) -> str:
        await step(work, actor, proposal)
        return back or f"/proposals/{proposal}"

    return await once(request, form, act, _page)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, language = signed_in(request), request[LANGUAGE]
    async with request.app[STORE].look() as look:
        found = await touched(look, actor, request.match_info["proposal"])
        now = look.now
    when = When(language, found.programme.zone)
    row, sides = found.proposal, [side for one in found.changes[:MOST] for side in (one.before, one.after) if side]
    spans = [Interval(_second(one.starts, when), _second(one.starts, when) + _length(one)) for one in sides]
    return render(
        request, "proposal.html", filled.status, entered=filled, id=row.id, state=row.status,
        told=row.told is not None,
        lines=[_line(one, found, when, request[SAY], language) for one in found.changes[:MOST]],
        more=max(0, len(found.changes) - MOST), axis=_axis(spans, When(language, "UTC")),
        programme=in_language(found.programme.name, language, found.programme.language), programme_id=row.programme,
        groups=[in_language(one.name, language, found.programme.language) for one in found.groups.values()],
        learners=[one.shown for one in found.learners], leaders=[one.shown for one in found.leaders.values()],
        kind=row.kind, **_left(row, now),
    )  # fmt: skip


def _left(row: Any, now: datetime) -> dict[str, Any]:
    """How long it can still be undone: seconds for the script, the instant for everybody."""
    if not publishing.may_be_undone(row, now):
        return {"undo": False, "seconds": 0, "until": None}
    until = row.published + UNDO
    return {"undo": True, "seconds": max(0, int((until - now).total_seconds())), "until": until}


def _second(at: datetime, when: When) -> int:
    """The second of its day, by the clock on the wall."""
    here = at.astimezone(when.zone)
    return here.hour * 3600 + here.minute * 60


def _length(one: Standing) -> int:
    return max(900, int((one.ends - one.starts).total_seconds()))


def _axis(spans: list[Interval], when: When) -> dict[str, Any]:
    """From the full hour before the first lesson to the one after the last, a mark at every hour or every other."""
    first = min(one.starts for one in spans) // HOUR * HOUR
    last = -(-max(one.ends for one in spans) // HOUR) * HOUR
    step = HOUR if last - first <= 3 * HOUR else 2 * HOUR
    ticks = [{"at": at, "label": when.clock(datetime.fromtimestamp(at, UTC))} for at in range(first, last + 1, step)]
    return {"start": first, "end": last, "ticks": ticks, "pauses": []}


def _line(one: Change, found: Touched, when: When, say: Say, language: str) -> dict[str, Any]:
    group = found.groups[one.after.group]
    return {
        "name": in_language(group.name, language, found.programme.language),
        "sides": [
            _side(side, kind, found, when, say)
            for kind, side in (("before", one.before), ("after", one.after))
            if side is not None
        ],
        "touched": len(found.learners_of[one.lesson]),
    }


def _side(one: Standing, kind: str, found: Touched, when: When, say: Say) -> dict[str, Any]:
    """One lesson as it stood or will stand: its bar, and the same in words."""
    who = ", ".join(found.leaders[person].shown for person in one.leaders if person in found.leaders)
    state = say("Cancelled") if not one.takes_place else say("Independent work") if one.independent else ""
    starts = _second(one.starts, when)
    bars = [{"from": starts, "to": starts + _length(one), "kind": kind}] if one.takes_place else []
    time = when.whole(one.starts, one.ends)
    return {
        "kind": kind, "day": when.day(one.starts), "time": time, "who": who or state or say("nobody yet"),
        "state": state, "bars": bars, "label": ", ".join(filter(None, (time, who, state))),
    }  # fmt: skip
