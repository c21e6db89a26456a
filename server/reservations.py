"""Whether a Jitsi may open a room: its plugin asks at /hooks/{server}/conference, and our schedule answers."""

from dataclasses import replace
from urllib.parse import parse_qs

from aiohttp import web

from calendars.errors import Forbidden, NotFound, NotOpen, Unavailable
from classroom import reservations
from classroom.video.jitsi import Jitsi, lesson_of, reservation
from server.auth.guard import PROOF, allow
from server.hooks import heard, unproven
from server.keys import SAY, STORE, VIDEO
from server.words import of_error

FIELDS = 10
routes = web.RouteTableDef()


@routes.post("/hooks/{server}/conference")
@allow(PROOF)
async def reserve(request: web.Request) -> web.Response:
    """Somebody comes into a room that is not there yet."""
    said = await _said(request)
    return await _answer(request, said.get("name", ""), said.get("mail_owner", ""))


@routes.get("/hooks/{server}/conference/{room}")
@allow(PROOF)
async def reserved(request: web.Request) -> web.Response:
    """The same of a room by the name that we gave it."""
    await _said(request)
    return await _answer(request, request.match_info["room"], "")


@routes.delete("/hooks/{server}/conference/{room}")
@allow(PROOF)
async def ended(request: web.Request) -> web.Response:
    """A room is gone: nothing was kept for it, and it may come again while its lesson lasts."""
    await _said(request)
    return web.json_response({})


async def _said(request: web.Request) -> dict[str, str]:
    """The form that was sent, by one of our own servers. Raises SignInFirst `bad_proof`, TooMany."""
    call = await heard(request)
    try:
        provider = request.app[VIDEO].of(request.match_info["server"])
        if not isinstance(provider, Jitsi):
            raise Forbidden("bad_proof")
        provider.check(call)
    except (Forbidden, Unavailable):
        raise unproven(request) from None
    try:
        fields = parse_qs(call.body.decode(), max_num_fields=FIELDS)
    except ValueError:
        fields = {}
    return {name: values[0] for name, values in fields.items()}


async def _answer(request: web.Request, room: str, owner: str) -> web.Response:
    """Until when the room may be; or why it may not, in words that Jitsi shows to whoever wanted to come in."""
    store = request.app[STORE]
    try:
        async with store.look() as look:
            asked = await reservations.open_room(look, request.match_info["server"], lesson_of(room))
    except (NotFound, NotOpen) as refused:
        code = "no_lesson_in_room" if isinstance(refused, NotFound) else refused.code
        return web.json_response({"message": of_error(code, request[SAY], refused.facts)}, status=403)
    away = store.clock.shift  # their clock knows nothing of a house that lives at another time
    outside = replace(asked, starts=asked.starts - away, closes=asked.closes - away)
    return web.json_response(reservation(outside, room, owner))
