"""The link of somebody from outside: what it opens and when, or that it has ended; one button, no account."""

from typing import Final

from aiohttp import web

from calendars import visitors
from calendars.errors import NotFound, NotOpen
from calendars.names import in_language
from calendars.visitors import Invited
from server.auth import cookies
from server.auth.guard import allow
from server.auth.signin import begin, visitor_of_link
from server.dates import When
from server.keys import LANGUAGE, SAY, SECRET, STORE
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
    """The button was pressed: into the lesson's room, and to nothing else."""
    try:
        async with request.app[STORE].work() as work:
            found = await visitors.come(work, await visitor_of_link(work, *_link(request)))
            opened = await begin(work, found.person.id, MEANS, device_of(request, own=True), found.ends)
            held = await seated(request, work, opened)
    except NotFound:
        return _no_link(request)
    except NotOpen:  # ended, or not open yet: the page of the link says which
        return see_other(request.path)
    return arrived(request, held, False, f"/lessons/{found.lesson.id}/room")


def _page(request: web.Request, found: Invited) -> web.Response:
    speak_as(request, found.person.language, another=bool(cookies.read(request).all))
    language, when = request[LANGUAGE], When(request[LANGUAGE], found.programme.zone)
    return render(
        request, "entrance/visitor.html", name=found.person.shown, state=found.state,
        guest=dict(visitor_words(request[SAY]))[found.row.guest],
        lesson=in_language(found.programme.name, language, found.programme.language),
        time=when.whole(found.lesson.starts, found.lesson.ends), until=when.clock(found.ends),
        link=request.path,
    )  # fmt: skip


def _link(request: web.Request) -> tuple[bytes, str]:
    return request.app[SECRET], request.match_info["token"]


def _no_link(request: web.Request) -> web.Response:
    if wants_json(request):
        raise NotFound()
    return render(request, "entrance/no_link.html", 404)
