"""A lesson that nobody planned begins now: two taps on the teacher's page."""

from aiohttp import web

from calendars import unplanned
from calendars.errors import Conflict, Invalid
from calendars.store import Work
from classroom import rooms
from server.auth.guard import allow, signed_in
from server.keys import HOUSE
from server.pages.parts.forms import once
from server.pages.parts.refusals import planned_against
from server.pages.today import teacher

routes = web.RouteTableDef()


@routes.post("/groups/{group}/begin")
@allow("lead")
async def begin(request: web.Request) -> web.Response:
    """Plan it, write down who is expected, open it, and go in; on site to its register."""
    actor, form, group = signed_in(request), await request.post(), request.match_info["group"]

    async def act(work: Work) -> str:
        row, online = await unplanned.begin(work, actor, group)
        if online:
            await rooms.open_lesson(work, actor, row.id)
        return f"/j/{row.id}" if online else f"/lessons/{row.id}/register"

    try:
        return await once(request, form, act)
    except (Invalid, Conflict) as wrong:
        filled = await planned_against(request, form, wrong, request.app[HOUSE].card.zone)
        return await teacher.day(request, filled)
