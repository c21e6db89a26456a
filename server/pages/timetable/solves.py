"""A search for a timetable on a page: how far it is, good enough, stop, what has no place and what would help."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from calendars import groups, programmes
from calendars.changes import publishing
from calendars.errors import Conflict, Invalid
from calendars.names import in_language
from calendars.people import people
from calendars.rights import Actor
from calendars.scheduling import proposed, solves
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, entered, once
from server.pages.timetable.making import field_names
from server.pages.timetable.words import missing, state_words
from server.words import Say

routes = web.RouteTableDef()


@routes.get("/solves/{solve}")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """How the search stands; the page comes again by itself while it runs."""
    return await _page(request, UNTOUCHED)


@routes.post("/solves/{solve}/enough")
@allow("plan")
async def enough(request: web.Request) -> web.Response:
    """The best so far is good enough."""
    return await _wish(request, solves.enough)


@routes.post("/solves/{solve}/cancel")
@allow("plan")
async def cancel(request: web.Request) -> web.Response:
    """Search no longer, and keep nothing."""
    return await _wish(request, solves.cancel)


async def _wish(request: web.Request, wish: Callable[[Work, Actor, str], Awaitable[object]]) -> web.Response:
    """Say what is wanted of a search, and show it where the button stood."""
    actor, form, id = signed_in(request), await request.post(), request.match_info["solve"]

    async def act(work: Work) -> str:
        await wish(work, actor, id)
        return await _back(work, actor, id, form)

    return await once(request, form, act)


@routes.post("/solves/{solve}/publish")
@allow("plan")
async def publish(request: web.Request) -> web.Response:
    """Let the timetable that was found be the plan: in each programme that it touches, or in none."""
    actor, form, id = signed_in(request), await request.post(), request.match_info["solve"]

    async def act(work: Work) -> str:
        await make_plan(work, actor, id)
        return f"/solves/{id}"  # where it can be undone

    try:
        return await once(request, form, act)
    except (Conflict, Invalid) as wrong:
        return await _page(request, entered(request, form, wrong))


async def make_plan(work: Work, actor: Actor, id: str) -> str:
    """Publish what a search found, in each programme that it touches, or in none; the programme on whose page it is."""
    row = await solves.solve(work, actor, id)
    for proposal in await proposed.propose(work, actor, id):
        await publishing.publish(work, actor, proposal)
    return str(row.programme)


async def _back(look: Look, actor: Actor, id: str, form: Mapping[str, object]) -> str:
    """The page on which the button stood: the search's own, or the wizard's."""
    if form.get("from") == "wizard":
        return f"/programmes/{(await solves.solve(look, actor, id)).programme}/wizard/timetable"
    return f"/solves/{id}"


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor = signed_in(request)
    async with request.app[STORE].look() as look:
        row = await solves.solve(look, actor, request.match_info["solve"])
        shown = await shown_search(request, look, row)
        line = await programmes.line(look, actor, row.programme)
    return render(
        request, "timetable/solve.html", filled.status, entered=filled, solve=shown, programme=row.programme,
        name=in_language(line.programme.name, request[LANGUAGE], line.programme.language),
    )  # fmt: skip


async def shown_search(request: web.Request, look: Look, row: Any) -> dict[str, Any]:
    """A search as the templates show it: how it stands, what it found, what has no place and would help."""
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    programme = (await programmes.line(look, actor, row.programme)).programme
    named: dict[str, str] = {}
    fields: dict[str, str] = {}
    for one in row.programmes:
        fields |= await field_names(look, actor, one, language)
        for group, _ in await groups.of_programme(look, actor, one):
            named[group.id] = in_language(group.name, language, programme.language)
    newest = await solves.latest(look, actor, row.programme)
    laid = [await publishing.proposal(look, actor, one) for one in row.proposal.split()]
    placed, unplaced = solves.answer_of(row) if row.state not in solves.UNDER_WAY else ([], [])
    found = await people.who(look, {one.learner for one in unplaced if one.learner})
    named |= {one.id: one.shown for one in found.values()}
    return {
        "id": row.id,
        "mode": row.mode,
        "ready": bool(row.best) and row.state in ("done", "interrupted"),
        "talks": sum(len(one.talks) for one in laid),
        "raw_state": row.state,
        "under_way": row.state in solves.UNDER_WAY,
        "state": state_words(row, await solves.before(look, row), say),
        "progress": _progress(row, say),
        "overtaken": bool(row.failure) and row.failure not in solves.CUT_SHORT,
        "changes": sum(len(one.changes) for one in laid),
        "placed": len(placed),
        "unplaced": len(unplaced),
        "lessons_left": sum(one.learner is None for one in unplaced),
        "open": [one.id for one in laid if one.status == "open"],
        "published": bool(laid) and all(one.status == "published" for one in laid),
        "undo": [
            (one.id, one.published + publishing.UNDO)
            for one in laid
            if one.published is not None and publishing.may_be_undone(one, look.now)
        ],
        "newer": newest.id
        if laid and newest and newest.id != row.id and all(one.status == "dropped" for one in laid)
        else "",
        "missing": missing(unplaced, named, fields, row.programme, When(language, programme.zone), say),
    }


def _progress(row: Any, say: Say) -> dict[str, Any]:
    """How far it is: the share of its time, and in words what it has."""
    told, share = row.progress, float(row.progress.get("share") or 0)
    words = []
    if "unplaced" in told and row.state in solves.UNDER_WAY:  # once it is over, what was found says so
        words.append(say("Some lessons have no place yet.") if told["unplaced"] else say("Every lesson has a place."))
    cost = told.get("cost") or {}
    if cost:
        words.append(say("{count} changes of teacher", count=int(cost.get("teacher_change", 0))))
    return {"percent": min(100, round(share * 100)), "words": words}
