"""The guard of every route: finds who stands before it and lets in whom the route's own rule allows.

Only the coarse part is decided here ("could anybody like her?"); the act asks about the very thing.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import wraps
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from calendars.errors import NotFound, SignInFirst, Unavailable
from calendars.rights import MATRIX, Actor
from server.auth import cookies
from server.auth.signin import SEEN_EVERY, actor_of_token, seen
from server.keys import ACTOR, SETTINGS, STORE

Page = Callable[[web.Request], Awaitable[web.StreamResponse]]

VERBS: Final = frozenset().union(*MATRIX.values())
PROOF: Final = "proof"
"""Open to other servers, by the proof that each message carries: no cookie is read there, and no form."""
RULES: Final = VERBS | {"public", "signed_in", PROOF}


@web.middleware
async def find_actor(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put whoever the cookie stands for into `request[ACTOR]`; a cookie that opens nothing stands for nobody."""
    request[ACTOR] = None
    held = cookies.read(request)
    nowhere = request.match_info.http_exception is not None  # "it is not here" is said in her language too
    if held.present and (nowhere or rule_of(request) not in (None, PROOF)):
        request[ACTOR] = await _actor(request, held.present)
    return await handler(request)


async def _actor(request: web.Request, token: str) -> Actor | None:
    store = request.app[STORE]
    async with store.look() as look:
        found = await actor_of_token(look, token, request.app[SETTINGS].demo)
        now = look.now
    if found is None:
        return None
    actor, last = found
    if now - last > SEEN_EVERY:
        with suppress(Unavailable):  # a database that only reads must not keep anybody out
            async with store.work() as work:
                await seen(work, actor.sign_in)
    return actor


def signed_in(request: web.Request) -> Actor:
    """Who acts. Raises SignInFirst when nobody is signed in."""
    actor = request[ACTOR]
    if actor is None:
        raise SignInFirst()
    return actor


def allow(rule: str) -> Callable[[Page], Page]:
    """Say who may use a route: `public`, `signed_in`, `proof`, or a verb that one of her roles must hold."""
    if rule not in RULES:
        raise ValueError(f"{rule!r} is no rule: public, signed_in, proof or a verb of calendars/rights.py")

    def guard(page: Page) -> Page:
        @wraps(page)
        async def guarded(request: web.Request) -> web.StreamResponse:
            if rule not in ("public", PROOF):
                actor = signed_in(request)
                if rule in VERBS and not any(rule in MATRIX[role] for role in actor.roles):
                    raise NotFound()
            return await page(request)

        setattr(guarded, "rule", rule)  # noqa: B010  mypy knows no attributes of functions
        return guarded

    return guard


def rule_of(request: web.Request) -> str | None:
    """The rule of the route that was asked for; None for files, sockets and addresses that do not exist."""
    return declared(request.match_info.handler)


def declared(handler: object) -> str | None:
    """The rule that a handler declares, for the test that walks every route."""
    rule = getattr(handler, "rule", None)
    return rule if isinstance(rule, str) else None
