"""A page: a template with what every page needs; the language of whoever reads it."""

import os.path
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from calendars import rights
from calendars.rights import Actor, Target
from calendars.store import new_id
from server.auth.csrf import csrf_token
from server.auth.origin import port_of
from server.dates import When, duration
from server.keys import ACTOR, ASSETS, HOUSE, LANGUAGE, SAY, STORE, WORDS
from server.ways import ways
from server.words import NAMES, PLAIN, Say, Words, direction

COOKIE: Final = "language"
TEMPLATES: Final = Path(__file__).parent / "templates"

environment = Environment(
    loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
environment.globals["duration"] = duration


@web.middleware
async def speak(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find the language: asked for in the address, kept on this device, the person's own, or the browser's."""
    words = request.app[WORDS]
    asked = request.query.get("language", "")
    language = asked if asked in words.languages else _known(request, words)
    request[LANGUAGE], request[SAY] = language, words.say(language)
    try:
        response = await handler(request)
    except web.HTTPRedirection as elsewhere:  # the choice holds where it leads, too
        if asked == language:
            _keep(request, elsewhere)
        raise
    if asked == language and not response.prepared:
        _keep(request, response)
    return response


def _keep(request: web.Request, response: web.StreamResponse) -> None:
    year = int(timedelta(days=365).total_seconds())
    response.set_cookie(_cookie(request), request[LANGUAGE], max_age=year, samesite="Lax", path="/")


def _cookie(request: web.Request) -> str:
    """Cookies do not know ports: two houses on one machine, or two screens of the stage, keep a language each."""
    port = port_of(request)
    return f"{COOKIE}-{port}" if port else COOKIE


def forget_language(request: web.Request, response: web.StreamResponse) -> None:
    """Somebody else takes over the device: her own language comes with her."""
    response.del_cookie(_cookie(request), path="/", samesite="Lax")


def _known(request: web.Request, words: Words) -> str:
    kept = request.cookies.get(_cookie(request), "")
    actor = request.get(ACTOR)
    wished = [part.split(";")[0].strip().lower()[:2] for part in request.headers.get("Accept-Language", "").split(",")]
    candidates = [kept, actor.language if actor else "", *wished, PLAIN]
    return next(code for code in candidates if code in words.languages)


def speak_as(request: web.Request, language: str, *, another: bool) -> None:
    """Say this page in the language of the person whom a link is for, unless the reader chose one.

    On a device where `another` is signed in already, what was chosen there is that other one's choice.
    """
    words = request.app[WORDS]
    chosen = request.query.get("language") or (not another and request.cookies.get(_cookie(request)))
    if language in words.languages and not chosen:
        request[LANGUAGE], request[SAY] = language, words.say(language)


def render(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """The page as a response."""
    text = environment.get_template(template).render(frame(request) | values)
    return web.Response(text=text, status=status, content_type="text/html")


def frame(request: web.Request) -> dict[str, Any]:
    """What every template has: words, addresses, the house, who reads, and the forms' hidden fields."""
    language, say, app = request[LANGUAGE], request[SAY], request.app
    house, clock = app[HOUSE].card, app[STORE].clock
    when = When(language, house.zone)
    own = _isolating(say)
    return {
        "say": own, "both": _both(app[WORDS], own), "plain": app[WORDS].say(PLAIN), "asset": app[ASSETS].url,
        "language": language, "direction": direction(language), "languages": _languages(request),
        "house": house, "actor": request.get(ACTOR), "may": _asking(request.get(ACTOR)),
        "ways": ways(request), "when": when,
        "plain_when": When(PLAIN, house.zone),
        "now": clock.now(), "shifted": when.moment(clock.now()) if abs(clock.shift) > timedelta(minutes=1) else "",
        "csrf": lambda: Markup('<input type="hidden" name="csrf" value="{}">').format(csrf_token(request)),
        "write_id": lambda: Markup('<input type="hidden" name="write" value="{}">').format(new_id()),
        "words_of": lambda script: app[WORDS].share(language, app[ASSETS].words(script)),
    }  # fmt: skip


def _asking(actor: Actor | None) -> Callable[[str, Target], bool]:
    """For templates: a way is shown to whoever may go it."""
    return lambda verb, target: actor is not None and rights.may(actor, verb, target)


def _languages(request: web.Request) -> list[tuple[str, str, str]]:
    """Relative addresses: a page that says "not here" must be the same bytes wherever it stands."""
    query = {name: value for name, value in request.query.items() if name != "language"}
    offered = [code for code in request.app[HOUSE].card.languages if code in request.app[WORDS].languages]
    return [(code, NAMES.get(code, code), f"?{urlencode(query | {'language': code})}") for code in offered or [PLAIN]]


def _isolating(say: Say) -> Say:
    """On a right-to-left page a name, a number or an address keeps its own direction inside any sentence."""
    return say if direction(say.language) == "ltr" else _Isolating(say)


class _Isolating(Say):
    def __init__(self, within: Say) -> None:
        super().__init__(within.language, {})
        self._within = within

    def __call__(self, source: str, **facts: object) -> str:
        apart = {
            name: f"\u2068{fact}\u2069" if isinstance(fact, str) and fact else fact for name, fact in facts.items()
        }
        return self._within(source, **apart)


def _both(words: Words, say: Say) -> Callable[..., Markup]:
    """Her language large, plain Finnish under it: she learns it by using it."""
    plain = words.say(PLAIN)

    def both(source: str, **facts: object) -> Markup:
        own, small = say(source, **facts), plain(source, **facts)
        if own == small:  # her language is Finnish, or it lacks this text: never the same line twice
            return Markup('<span class="own" lang="{}" dir="ltr">{}</span>').format(PLAIN, own)
        return Markup(
            '<span class="own" lang="{}" dir="{}">{}</span><span class="selko" lang="fi" dir="ltr">{}</span>'
        ).format(say.language, direction(say.language), own, small)

    return both


def local_path(text: str) -> str:
    """A path on this house that may be gone on to; anything else is the first page (no open redirect)."""
    clean = os.path.normpath(text).replace(os.sep, "/") if text.startswith("/") else "/"
    safe = text.startswith("/") and not text.startswith(("//", "/\\")) and "\\" not in text and text.isprintable()
    return text if safe and not clean.startswith("//") else "/"
