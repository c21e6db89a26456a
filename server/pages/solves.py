"""A search for a timetable on a page: how far it is, good enough, stop, what has no place and what would help."""

from typing import Any

from aiohttp import web

from calendars import groups, programmes, proposed, publishing, solves
from calendars.errors import Conflict, Invalid
from calendars.names import in_language
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.forms import UNTOUCHED, Entered, entered, once
from server.pages.timetable_making import field_names
from server.pages.timetable_words import missing, state_words
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
    actor, form, id = signed_in(request), await request.post(), request.match_info["solve"]

    async def act(work: Work) -> str:
        await solves.enough(work, actor, id)
        return f"/solves/{id}"

    return await once(request, form, act)


@routes.post("/solves/{solve}/cancel")
@allow("plan")
async def cancel(request: web.Request) -> web.Response:
    """Search no longer, and keep nothing."""
    actor, form, id = signed_in(request), await request.post(), request.match_info["solve"]

    async def act(work: Work) -> str:
        await solves.cancel(work, actor, id)
        return f"/solves/{id}"

    return await once(request, form, act)


@routes.post("/solves/{solve}/publish")
@allow("plan")
async def publish(request: web.Request) -> web.Response:
    """Let the timetable that was found be the plan: in each programme that it touches, or in none."""
    actor, form, id = signed_in(request), await request.post(), request.match_info["solve"]

    async def act(work: Work) -> str:
        row = await solves.solve(work, actor, id)
        for proposal in await proposed.propose(work, actor, id):
            await publishing.publish(work, actor, proposal)
        return f"/programmes/{row.programme}/timetable"

    try:
        return await once(request, form, act)
    except (Conflict, Invalid) as wrong:
        return await _page(request, entered(request, form, wrong))


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        row = await solves.solve(look, actor, request.match_info["solve"])
        line = await programmes.line(look, actor, row.programme)
        teaching = line.programme.language
        named: dict[str, str] = {}
        fields: dict[str, str] = {}
        for one in row.programmes:
            fields |= await field_names(look, actor, one, language)
            for group, _ in await groups.of_programme(look, actor, one):
                named[group.id] = in_language(group.name, language, teaching)
        laid = [await publishing.proposal(look, actor, one) for one in row.proposal.split()]
    placed, unplaced = solves.answer_of(row) if row.state == "done" else ([], [])
    return render(
        request, "solve.html", filled.status, entered=filled, solve=row, progress=_progress(row, say),
        under_way=row.state in solves.UNDER_WAY, state=state_words(row, say), programme=row.programme,
        name=in_language(line.programme.name, language, teaching),
        new=sum(one.lesson is None for one in placed), changes=sum(len(one.changes) for one in laid),
        open=[one.id for one in laid if one.status == "open"], placed=len(placed),
        published=bool(laid) and all(one.status == "published" for one in laid), unplaced=len(unplaced),
        missing=missing(unplaced, named, fields, When(language, line.programme.zone), say),
    )  # fmt: skip


def _progress(row: Any, say: Say) -> dict[str, Any]:
    """How far it is: the share of its time, and in words what it has."""
    told, share = row.progress, float(row.progress.get("share") or 0)
    words = []
    if "unplaced" in told:
        words.append(say("Some lessons have no place yet.") if told["unplaced"] else say("Every lesson has a place."))
    cost = told.get("cost") or {}
    if cost:
        words += [
            say("{count} changes of teacher", count=int(cost.get("teacher_change", 0))),
            say("{count} idle hours", count=int(cost.get("gap", 0))),
        ]
    return {"percent": min(100, round(share * 100)), "words": words}
