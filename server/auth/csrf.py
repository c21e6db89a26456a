"""No other site can press our buttons: the browser says where a request was made, and each form carries a token.

The token is bound to the sign-in. Before anybody is signed in the browser's own word (Sec-Fetch-Site, Origin) decides
alone: there is nothing yet that a token could be bound to, and nobody may be signed in as somebody else from outside.
"""

import hmac
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from calendars.errors import Forbidden
from calendars.tokens import signature
from server.auth import forms
from server.auth.guard import PROOF, rule_of
from server.auth.origin import own_origin
from server.keys import ACTOR, SECRET, SETTINGS

SAFE: Final = frozenset({hdrs.METH_GET, hdrs.METH_HEAD, hdrs.METH_OPTIONS})
FIELD: Final = "csrf"


def csrf_token(request: web.Request) -> str:
    """What the hidden field `csrf` of every form on this page holds."""
    actor = request[ACTOR]
    return signature(request.app[SECRET], "csrf", actor.sign_in if actor else "nobody")


@web.middleware
async def csrf(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site sends. Raises Forbidden `foreign_form` or `stale_form`."""
    if request.method not in SAFE and rule_of(request) != PROOF:
        if not made_here(request):
            raise Forbidden("foreign_form")
        if rule_of(request) is not None:
            request = forms.roomy(request)
            await forms.read(request)
            return await _judged(request, handler)
    return await handler(request)


async def _judged(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The answer to a form that was read whole."""
    try:
        if request[ACTOR] is not None and rule_of(request) != "public" and not await _told(request):
            raise Forbidden("stale_form")
        return await handler(request)
    finally:
        await forms.put_away(request)


def made_here(request: web.Request) -> bool:
    """Whether a page of ours made this request, or no browser at all (then there is no cookie to abuse)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is None:
        return True
    return origin.lower() in (own_origin(request), (request.app[SETTINGS].url or "").rstrip("/").lower())


async def _told(request: web.Request) -> bool:
    if request.content_type == forms.JSON:  # another site may not, before it asks (CORS)
        return True
    said = (await request.post()).get(FIELD, "")
    return isinstance(said, str) and hmac.compare_digest(said.encode(), csrf_token(request).encode())
