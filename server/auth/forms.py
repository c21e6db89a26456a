"""The one place where a form is read: what no form can be is refused in words, and what trickles in is cut off."""

import asyncio
from typing import Final

from aiohttp import hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from calendars.errors import Refused, Unavailable

BODY_WITHIN: Final = 20  # seconds; a form that trickles in longer only holds a place
FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
JSON: Final = "application/json"


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


def _sent(request: web.Request) -> bool:
    return hdrs.CONTENT_TYPE in request.headers and request.can_read_body
