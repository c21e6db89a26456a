"""The one place where a form is read: what no form can be is refused in words, and what trickles in is cut off."""

import asyncio
from typing import Final

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from calendars.errors import Refused, Unavailable
from calendars.rights import MATRIX
from server.auth.guard import rule_of
from server.keys import ACTOR

PLANNING: Final = frozenset({"plan", "invite", "administer"})
LARGEST_OF_STAFF: Final = 24_000_000  # bytes; everybody else's forms end where app.py says
BODY_WITHIN: Final = 20  # seconds; a form that trickles in longer only holds a place
FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
JSON: Final = "application/json"


def roomy(request: web.Request) -> web.Request:
    """Whoever plans may send far too much: it is refused at its field, and the rest of her form comes back to her."""
    rule, actor = rule_of(request), request[ACTOR]
    if rule in PLANNING and actor is not None and any(rule in MATRIX[role] for role in actor.roles):
        return request.clone(client_max_size=LARGEST_OF_STAFF)
    return request


async def read(request: web.Request) -> None:
    """Read the form of a request, which keeps it for the handler. Raises `bad_request` for an unreadable one.

    JSON waits, read but not understood, for the handler that asks for it; any other kind of body is none that a page
    of ours sends.
    """
    kind = request.content_type
    if kind not in FORMS and not _sent(request):
        return
    if kind != JSON and kind not in FORMS:
        raise web.HTTPUnsupportedMediaType()
    try:
        async with asyncio.timeout(BODY_WITHIN):
            await (request.read() if kind == JSON else request.post())
    except TimeoutError:
        raise Unavailable("too_slow") from None
    except (LookupError, ValueError, HttpProcessingError, web.RequestPayloadError):
        raise Refused("bad_request") from None  # an unknown charset, a multipart without an end, gzip that is none


async def put_away(request: web.Request) -> None:
    """Close the files that came with a form: of a request that was cloned nobody else does."""
    if request.content_type in FORMS:
        for field in (await request.post()).values():
            if isinstance(field, web.FileField):
                field.file.close()


def _sent(request: web.Request) -> bool:
    return hdrs.CONTENT_TYPE in request.headers and request.can_read_body
