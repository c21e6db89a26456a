"""Changes of the plan on one page: before and after, who is touched, and the buttons to make, undo and tell them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from calendars import rights
from calendars.appointments.talk_entries import kind_words
from calendars.changes import publishing
from calendars.changes.arranging import Arranged
from calendars.changes.publishing import UNDO
from calendars.changes.standings import Change, Standing
from calendars.changes.touched import Touched, touched
from calendars.clock import Interval
from calendars.names import in_language
from calendars.rights import Actor
from calendars.scheduling import adjusting, choices
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.changes import proposal_days
from server.pages.parts.forms import UNTOUCHED, Entered, once
from server.pages.timetable.grid import Reader
from server.pages.timetable.timetable import conflict_words
from server.words import Say

HOUR = 3600
MOST = 60  # lessons that one page shows
routes = web.RouteTableDef()
Step = Callable[[Work, Actor, str], Awaitable[object]]


async def waiting(request: web.Request, look: Look) -> list[dict[str, Any]]:
    """What lies before whoever plans, in one line each; nothing for others."""
    actor = signed_in(request)
    if not rights.scopes_of(actor, "plan"):
        return []
    return [
        {
            "id": one.id,
            "count": len(one.changes) + len(one.talks),
            "days": proposal_days.heading(one.kind, one.about, request[LANGUAGE], request[SAY]),
            "published": one.status == "published",
        }
        | _left(one, look.now)
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
        days = await proposal_days.shown(look, actor, found, language, request[SAY])
        wrong, staff = await choices.breaks(look, actor, found.proposal.id)
        now = look.now
    when = When(language, found.programme.zone)
    first = _first(request.query.get("from", ""), len(found.changes))
    row, here = found.proposal, found.changes[first : first + MOST]
    sides = [side for one in here for side in (one.before, one.after) if side]
    reader, held = Reader(language, found.programme.language, when, request[SAY]), adjusting.marked_in(row)
    spans = [Interval(second_of(one.starts, when), second_of(one.starts, when) + _length(one)) for one in sides]
    return render(
        request, "changes/proposal.html", filled.status, entered=filled, id=row.id, state=row.status,
        told=row.told is not None,
        lines=[_line(one, found, when, request[SAY], language) for one in here], held=held,
        before=max(0, first - MOST) if first else None,
        after=first + MOST if first + MOST < len(found.changes) else None,
        wrong=[conflict_words(one, staff.names, reader) for one in wrong],
        adjustable=row.status == "open" and row.kind == "timetable",
        axis=axis_of_hours(spans, When(language, "UTC")) if spans else None,
        talks=[_talk(one, found, when, request[SAY]) for one in found.talks],
        programme=in_language(found.programme.name, language, found.programme.language), programme_id=row.programme,
        groups=[in_language(one.name, language, found.programme.language) for one in found.groups.values()],
        learners=[one.shown for one in found.learners], leaders=[one.shown for one in found.leaders.values()],
        kind=row.kind, days=days, changed=len(found.changes), **_left(row, now),
    )  # fmt: skip


def _first(said: str, count: int) -> int:
    """The number of the first lesson on this page of many."""
    number = int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 0
    return number if number < count else 0


def _talk(one: Arranged, found: Touched, when: When, say: Say) -> dict[str, str]:
    """A talk as it would be arranged, in words."""
    met = found.talking
    return {
        "time": when.whole(one.starts, one.ends), "kind": kind_words(say)[one.kind],
        "learner": met[one.learner].shown if one.learner in met else "",
        "who": ", ".join(met[person].shown for person in one.partners if person in met),
    }  # fmt: skip


def _left(row: Any, now: datetime) -> dict[str, Any]:
    """How long it can still be undone: seconds for the script, the instant for everybody."""
    if not publishing.may_be_undone(row, now):
        return {"undo": False, "seconds": 0, "until": None}
    until = row.published + UNDO
    return {"undo": True, "seconds": max(0, int((until - now).total_seconds())), "until": until}


def second_of(at: datetime, when: When) -> int:
    """The second of its day, by the clock on the wall."""
    here = at.astimezone(when.zone)
    return here.hour * 3600 + here.minute * 60


def _length(one: Standing) -> int:
    return max(900, int((one.ends - one.starts).total_seconds()))


def axis_of_hours(spans: list[Interval], when: When) -> dict[str, Any]:
    """From the full hour before the first lesson to the one after the last, a mark at every hour or every other."""
    if not spans:
        return {"start": 0, "end": HOUR, "ticks": [], "pauses": []}
    first = min(one.starts for one in spans) // HOUR * HOUR
    last = -(-max(one.ends for one in spans) // HOUR) * HOUR
    step = HOUR if last - first <= 3 * HOUR else 2 * HOUR
    ticks = [{"at": at, "label": when.clock(datetime.fromtimestamp(at, UTC))} for at in range(first, last + 1, step)]
    return {"start": first, "end": last, "ticks": ticks, "pauses": []}


def _line(one: Change, found: Touched, when: When, say: Say, language: str) -> dict[str, Any]:
    group = found.groups[one.after.group]
    return {
        "lesson": one.lesson,
        "takes_place": one.after.takes_place,
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
    starts = second_of(one.starts, when)
    bars = [{"from": starts, "to": starts + _length(one), "kind": kind}] if one.takes_place else []
    time = when.whole(one.starts, one.ends)
    return {
        "kind": kind, "time": time, "who": state or who or say("nobody yet"), "state": state,
        "bars": bars, "label": ", ".join(filter(None, (time, who, state))),
    }  # fmt: skip
