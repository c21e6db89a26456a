"""What video servers tell us at /hooks/{server}: open by the proof that each message carries, and by nothing else.

Whoever has none gets one answer, for a server that we have as for an invented one. What was taken or known is answered
with 200; while the database is away 503 lets them try again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import structlog
from aiohttp import web

from calendars.clock import Clock
from calendars.errors import Forbidden, Invalid, SignInFirst, Unavailable
from classroom import serverstates, sightings
from classroom.video.choose import line_of
from classroom.video.provider import Call, Reporting, Sighting
from server.allowance import Allowance
from server.auth.guard import PROOF, allow
from server.auth.origin import address_of, base_address, household_of
from server.keys import SETTINGS, STORE, VIDEO

LARGEST: Final = 256 * 1024  # bytes of a message
WITHIN: Final = 10.0  # seconds that a message may take to arrive
A_MINUTE: Final = 1200  # messages without proof from one address to one server: whoever has the proof is not counted
HOOKS: Final = web.AppKey("HOOKS", Allowance)
routes = web.RouteTableDef()
log = structlog.get_logger()


@routes.post("/hooks/{server}{path:(/.*)?}")
@allow(PROOF)
async def tell(request: web.Request) -> web.Response:
    """Somebody came or went, by the words of her server."""
    return await _told(request)


@routes.get("/hooks/{server}{path:(/.*)?}")
@allow(PROOF)
async def ask(request: web.Request) -> web.Response:
    """A callback that comes as a question."""
    return await _told(request)


@routes.delete("/hooks/{server}{path:(/.*)?}")
@allow(PROOF)
async def end(request: web.Request) -> web.Response:
    """A room is over."""
    return await _told(request)


async def _told(request: web.Request) -> web.Response:
    server, store = request.match_info["server"], request.app[STORE]
    found = _evidence(request, server, await heard(request))
    if found:
        async with store.work() as work:
            taken = await sightings.take(work, server, _in_our_time(found, store.clock))
            if taken.ahead:
                line = line_of(request.app[VIDEO].of(server))
                await serverstates.tells_ahead(work, server, line.server if line else server, taken.ahead)
        if taken.kept_out:
            log.warning("sightings_kept_out", server=server, **taken.kept_out)
    return web.Response()


def _evidence(request: web.Request, server: str, call: Call) -> Sequence[Sighting]:
    """What the message says; nothing for one that is theirs and cannot be used: to hear it again would not help."""
    try:
        provider: object = request.app[VIDEO].of(server)
        if isinstance(provider, Reporting):
            return provider.evidence(call, request.app[STORE].clock.outside())
    except Unavailable:
        pass  # we have none of this name
    except Invalid as useless:
        log.warning("hook_unreadable", server=server, code=useless.code)
        return ()
    except Forbidden:
        refused = unproven(request)
        log.warning("hook_without_proof", server=server)  # one of ours: what others write into addresses is no matter
        raise refused from None
    raise unproven(request)


def unproven(request: web.Request) -> SignInFirst:
    """The one answer to a message without proof, which counts against the address from which it came.

    Raises TooMany where too many came from there. Only these ever wait: whoever has the proof may stand in the same
    house as whoever floods us, and to look at a proof costs less than to read the message.
    """
    request.app[HOOKS].ask(_sender(request))
    request.app[HOOKS].count(_sender(request))
    return SignInFirst("bad_proof")


def _sender(request: web.Request) -> str:
    """Who is counted: an address at one server of ours; all names that we do not have are one."""
    server = request.match_info["server"]
    household = household_of(address_of(request, request.app[SETTINGS].trusted_proxies))
    return f"{server if server in request.app[VIDEO].names else ''} {household}"


async def heard(request: web.Request) -> Call:
    """The message as it stands on the line, with the address by which they call us, whatever a proxy made of it."""
    body = bytearray()
    try:
        async with asyncio.timeout(WITHIN):
            async for part in request.content.iter_any():
                body += part
                if len(body) > LARGEST:
                    raise web.HTTPRequestEntityTooLarge(LARGEST, len(body))
    except TimeoutError:
        raise web.HTTPBadRequest from None
    headers = {name.lower(): value for name, value in request.headers.items()}
    path = request.match_info.get("path", "").removeprefix("/")
    return Call(path, base_address(request) + request.raw_path, headers, bytes(body), request.method)


def _in_our_time(found: Sequence[Sighting], clock: Clock) -> list[Sighting]:
    """Their clocks know nothing of a house that lives at another time."""
    return [replace(one, at=one.at + clock.shift) for one in found]
