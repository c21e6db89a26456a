"""Try a room before the first lesson: each thing that was tried in one line, with what to do where it went wrong."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from aiohttp import web

from calendars import rights
from calendars.errors import NotFound, Unavailable
from classroom import servers, serverstates
from classroom.video.provider import Finding, Tried
from server import video
from server.auth.guard import allow, signed_in
from server.keys import SAY, STORE, VIDEO
from server.page import render
from server.pages.setup.server_health import clock_told
from server.words import Say, of_error, phrase

WITHIN: Final = 30.0  # seconds for all that is tried
TRIED: Final = {
    "address": phrase("The server answers"), "clock": phrase("Its clock is right"),
    "secret": phrase("It takes our secret"), "round_trip": phrase("A room works from beginning to end"),
}  # fmt: skip
routes = web.RouteTableDef()


@routes.post("/settings/servers/{server}/try")
@allow("administer")
async def attempt(request: web.Request) -> web.Response:
    """Ask the server itself, outside any unit of work; nothing of the house changes by it."""
    actor, which, app = signed_in(request), request.match_info["server"], request.app
    async with app[STORE].look() as look:
        if which in app[VIDEO].rows:
            await servers.server(look, actor, which)
        elif not rights.may(actor, "administer", rights.THE_HOUSE):
            raise NotFound()
        app[VIDEO].learn(await serverstates.known(look))
    try:
        provider = app[VIDEO].of(which)
    except Unavailable:
        raise NotFound() from None
    found = await trial(provider, app[STORE].clock.outside()) if isinstance(provider, Tried) else []
    await video.report(app)
    if told_ahead := clock_told(app[VIDEO].known(which), app[STORE].clock.now()):
        found = [told_ahead if one == Finding("clock") else one for one in found]
    return render(
        request, "setup/server_trial.html", server=which, name=app[VIDEO].shown(which),
        found=told(found, request[SAY]), row=which in app[VIDEO].rows,
    )  # fmt: skip


async def trial(provider: Tried, now: Any) -> Sequence[Finding]:
    """What a provider's trial found, within its time."""
    try:
        async with asyncio.timeout(WITHIN):
            return await provider.trial(now)
    except TimeoutError:
        return [Finding("address", "too_slow")]


def told(found: Sequence[Finding], say: Say) -> list[dict[str, Any]]:
    """Each line: whether it went well, and the sentence that says what to do where it did not."""
    return [
        {"what": say(TRIED[one.what]), "well": one.problem is None,
         "todo": of_error(one.problem, say, one.facts) if one.problem else ""}
        for one in found
    ]  # fmt: skip
