"""The link of somebody from outside: what it opens and when, or that it has ended; one button, no account."""

from typing import Final

from aiohttp import web

from calendars import rights, visitors
from calendars.errors import NotFound, NotOpen
from calendars.names import in_language
from calendars.rights import Actor
from calendars.visitors import Invited
from server.auth import cookies
from server.auth.guard import allow
from server.auth.signin import begin, visitor_of_link
from server.dates import When
from server.keys import ACTOR, LANGUAGE, SAY, SECRET, STORE
from server.middleware.problems import wants_json
from server.page import render, speak_as
from server.pages.entrance.arrival import arrived, device_of, seated
from server.pages.parts.forms import see_other
from server.pages.parts.roles import visitor_words

MEANS: Final = "visitor"
routes: Final = web.RouteTableDef()


@routes.get("/g/{token}")
@allow("public")
async def show(request: web.Request) -> web.Response:
    """What the link opens, and one button. Looking changes nothing: scanners of mail look at everything."""
    try:
        async with request.app[STORE].look() as look:
            found = await visitors.invited(look, await visitor_of_link(look, *_link(request)))
    except NotFound:
        return _no_link(request)
    return _page(request, found)


@routes.post("/g/{token}")
@allow("public")
async def follow(request: web.Request) -> web.Response:
    """The button was pressed: into the lesson's room, and to nothing else.

    Whoever has a door of her own is led to it: she must not become a guest of her own lesson by one tap.
    """
    try:
        async with request.app[STORE].work() as work:
            person = await visitor_of_link(work, *_link(request))
            own = _own_door(request, await visitors.invited(work, person))
            if own:
                return see_other(own)
            found = await visitors.come(work, person)
            opened = await begin(work, found.person.id, MEANS, device_of(request, own=True), found.ends)
            held = await seated(request, work, opened)
    except NotFound:
        return _no_link(request)
    except NotOpen:  # ended, or not open yet: the page of the link says which
        return see_other(request.path)
    return arrived(request, held, False, f"/lessons/{found.lesson.id}/room")


def _own_door(request: web.Request, found: Invited) -> str:
    """Where somebody belongs who is signed in already and is no guest: this lesson, or her work; else empty."""
    actor: Actor | None = request[ACTOR]
    if actor is None:
        return ""
    target = rights.place_of(found.lesson, found.programme)
    if rights.may(actor, "enter", target) and rights.role_in(actor, target) != "visitor":
        return f"/j/{found.lesson.id}"
    return "/" if actor.is_staff else ""


def _page(request: web.Request, found: Invited) -> web.Response:
    actor: Actor | None = request[ACTOR]
    door = _own_door(request, found)
    if not door:
        speak_as(request, found.person.language, another=bool(cookies.read(request).all))
    language, when = request[LANGUAGE], When(request[LANGUAGE], found.programme.zone)
    return render(
        request, "entrance/visitor.html", name=found.person.shown, state=found.state,
        guest=dict(visitor_words(request[SAY]))[found.row.guest],
        lesson=in_language(found.programme.name, language, found.programme.language),
        time=when.whole(found.lesson.starts, found.lesson.ends), until=when.clock(found.told),
        link=request.path, door=door, whose=actor.name if actor else "",
    )  # fmt: skip


def _link(request: web.Request) -> tuple[bytes, str]:
    return request.app[SECRET], request.match_info["token"]


def _no_link(request: web.Request) -> web.Response:
    if wants_json(request):
        raise NotFound()
    return render(request, "entrance/no_link.html", 404)
