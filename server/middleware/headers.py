"""The headers that every answer carries: what a browser may load, and that nobody keeps private pages."""

from typing import Final

from aiohttp import web, web_response
from aiohttp.typedefs import Handler

from server.auth.origin import is_secure
from server.keys import ACTOR

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; form-action 'self'; "
    "frame-src 'self'; frame-ancestors 'self'; base-uri 'none'"
)
ALWAYS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Server": "Oppitupa",  # aiohttp would tell its version and Python's
}

# What is no HTTP at all aiohttp answers before any of our code; this name it writes then, and nowhere else.
setattr(web_response, "SERVER_SOFTWARE", ALWAYS["Server"])  # noqa: B010  mypy: it is not exported there


@web.middleware
async def headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put them on; a handler that has set one of its own keeps it."""
    try:
        response = await handler(request)
    except web.HTTPException as redirect:
        _dress(request, redirect)
        raise
    if not response.prepared:
        _dress(request, response)
    return response


def _personal(request: web.Request) -> bool:
    """Whether the answer is for one person: she is signed in, or the address holds a token of hers."""
    return request.get(ACTOR) is not None or "token" in request.match_info


def _dress(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    if is_secure(request):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "private, no-store" if _personal(request) else "private, no-cache")
        response.headers.setdefault("Vary", "Cookie, Accept, Accept-Language")
