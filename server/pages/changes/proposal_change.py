"""A lesson of a proposal that is not published yet: put elsewhere by hand, held there, and the rest sought again."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from calendars.changes import publishing
from calendars.changes.byhand import Edit
from calendars.changes.standings import Standing
from calendars.errors import Conflict, NotFound
from calendars.names import in_language
from calendars.scheduling import adjusting, solves
from calendars.scheduling.solves import NewSolve
from calendars.scheduling.wanted import Mode
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, STORE
from server.page import render
from server.pages.lessons.fields import Desk, chosen_leaders, days_ahead, desk_of, required
from server.pages.parts.forms import UNTOUCHED, Entered, once, see_other, text, time_in

routes = web.RouteTableDef()


@routes.get("/proposals/{proposal}/lessons/{proposed}")
@allow("plan")
async def ask(request: web.Request) -> web.Response:
    """Where a proposal would put this lesson, to be changed."""
    return await _page(request, UNTOUCHED)


@routes.post("/proposals/{proposal}/lessons/{proposed}")
@allow("plan")
async def adjust(request: web.Request) -> web.Response:
    """Put it elsewhere, or let others lead it. What that breaks stands on the proposal's page at once."""
    actor, form = signed_in(request), await request.post()
    proposal, lesson = request.match_info["proposal"], request.match_info["proposed"]

    async def act(work: Work) -> str:
        standing, before = await _read(request, work)
        await adjusting.adjust(work, actor, proposal, lesson, _edit(form, standing, before))
        return f"/proposals/{proposal}#lesson-{lesson}"

    return await once(request, form, act, _page)


@routes.post("/proposals/{proposal}/hold")
@allow("plan")
async def hold(request: web.Request) -> web.Response:
    """The next search goes around this lesson, or may move it again."""
    actor, form, proposal = signed_in(request), await request.post(), request.match_info["proposal"]
    lesson = text(form, "lesson", 40)

    async def act(work: Work) -> str:
        await adjusting.hold(work, actor, proposal, lesson, held=text(form, "held", 5) == "yes")
        return f"/proposals/{proposal}#lesson-{lesson}"

    return await once(request, form, act)


@routes.post("/proposals/{proposal}/again")
@allow("plan")
async def again(request: web.Request) -> web.Response:
    """Search again around what is held."""
    actor, form, proposal = signed_in(request), await request.post(), request.match_info["proposal"]

    async def act(work: Work) -> str:
        row = await publishing.proposal(work, actor, proposal)
        before = await solves.solve(work, actor, str(row.about.get("solve", "")))
        mode: Mode = "anew" if before.mode == "anew" else "missing"
        new = NewSolve(
            programme=row.programme, programmes=tuple(before.programmes), mode=mode, seconds=before.seconds,
            around=proposal,
        )  # fmt: skip
        return f"/solves/{(await solves.ask(work, actor, new)).id}"

    try:
        return await once(request, form, act)
    except Conflict as wrong:
        if wrong.code != "search_under_way":
            raise
        return see_other(f"/solves/{wrong.facts['solve']}")


def _edit(form: Mapping[str, object], standing: Standing, before: Desk) -> Edit:
    return Edit(
        day=required(form, "day", days_ahead(before, standing.day)), starts=time_in(form, "starts"),
        ends=time_in(form, "ends"),
        topic=standing.topic, led_by=tuple(chosen_leaders(form, before.leaders).items()),
        instead_of=standing.leaders[:2],
    )  # fmt: skip


async def _read(request: web.Request, look: Look) -> tuple[Standing, Desk]:
    actor, lesson = signed_in(request), request.match_info["proposed"]
    row = await publishing.proposal(look, actor, request.match_info["proposal"])
    found = next((one.after for one in publishing.changes_of(row) if one.lesson == lesson), None)
    if found is None:
        raise NotFound()
    return found, await desk_of(request, look, row.programme)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    async with request.app[STORE].look() as look:
        standing, before = await _read(request, look)
    programme, language = before.line.programme, request[LANGUAGE]
    written = When("en", programme.zone)
    led = standing.leaders
    values: dict[str, Any] = {
        "day": standing.day, "starts": written.field(standing.starts), "ends": written.field(standing.ends),
        "teacher": led[0] if led else "", "second": led[1] if len(led) > 1 else "",
    }  # fmt: skip
    return render(
        request, "changes/proposal_change.html", filled.status, offered=before.offered,
        days=days_ahead(before, standing.day),
        entered=Entered(values | dict(filled.values), filled.words, filled.field, filled.status),
        proposal=request.match_info["proposal"], lesson=request.match_info["proposed"],
        name=dict(before.offered.groups).get(standing.group, ""),
        programme=in_language(programme.name, language, programme.language),
        time=When(language, programme.zone).whole(standing.starts, standing.ends),
    )  # fmt: skip
