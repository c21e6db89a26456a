"""Somebody stands at the door of a lesson: a name and a number, and she is in."""

from aiohttp import web

from calendars import agenda
from calendars.names import LONGEST_NAME
from calendars.people import walkins
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.keys import LANGUAGE, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, once, text
from server.pages.parts.roles import may_about
from server.pages.parts.shown import Shown

routes = web.RouteTableDef()


@routes.get("/lessons/{lesson}/walk-in")
@allow("lead")
async def page(request: web.Request) -> web.Response:
    """Two fields."""
    return await _page(request, UNTOUCHED)


@routes.post("/lessons/{lesson}/walk-in")
@allow("lead")
async def add(request: web.Request) -> web.Response:
    """She has a seat from today, and the lesson expects her; then to her link, where the leader may give it."""
    actor, form, lesson = signed_in(request), await request.post(), request.match_info["lesson"]

    async def act(work: Work) -> str:
        came = await walkins.admit(work, actor, lesson, text(form, "name", LONGEST_NAME), text(form, "telephone"))
        if not came.seated:
            return f"/lessons/{lesson}/walk-in?full=yes"
        if await may_about(work, actor, "give_link", came.person):
            return f"/people/{came.person}/link"
        return f"/lessons/{lesson}/walk-in?in=yes"

    return await once(request, form, act, _page)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor = signed_in(request)
    async with request.app[STORE].look() as look:
        met = await agenda.of_lesson(look, actor, request.match_info["lesson"], "lead")
        shown = Shown(met, request[LANGUAGE], look.now)
    return render(
        request, "classroom/walkin.html", filled.status, entered=filled, it=shown, lesson=met.id,
        full=request.query.get("full") == "yes", came=request.query.get("in") == "yes",
    )  # fmt: skip
