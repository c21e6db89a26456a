"""The first page, and the door of every lesson: the address that stands in calendars for good."""

from typing import Final

from aiohttp import web

from calendars import agenda
from calendars.rights import Actor
from server.auth.guard import allow, signed_in
from server.auth.signin import own_visitor_link
from server.keys import ACTOR, LANGUAGE, SECRET, STORE
from server.page import render
from server.pages.parts.shown import Shown
from server.pages.today import learner

HOMES: Final = (
    ("coordinator", "/house"), ("teacher", "/teaching"), ("tutor", "/teaching"), ("counsellor", "/house"),
    ("inspector", "/reports"), ("admin", "/settings"),
)  # fmt: skip
"""Where each role's own work lies, the widest first; whoever has none of them learns here."""
routes = web.RouteTableDef()


@routes.get("/")
@allow("public")
async def first(request: web.Request) -> web.StreamResponse:
    """Her own day for a learner, their rooms for those who work here, the way in for whoever is not signed in."""
    actor = request[ACTOR]
    if actor is None:
        return render(request, "sign_in.html", wanted="")
    if actor.roles <= {"visitor"}:  # somebody from outside has one page here, which says what her link opens
        async with request.app[STORE].look() as look:
            there = await own_visitor_link(look, request.app[SECRET], actor.person)
        raise web.HTTPSeeOther(there)
    home = home_of(actor)
    if home:
        raise web.HTTPSeeOther(home)
    return await learner.my_day(request)


def home_of(actor: Actor) -> str:
    """The address of the page where somebody's work begins; empty for a learner."""
    return next((home for role, home in HOMES if role in actor.roles), "")


@routes.get("/j/{lesson}")
@allow("signed_in")
async def join(request: web.Request) -> web.StreamResponse:
    """Into the room now; else what there is to know: when it opens, where it is, that it is over or cancelled."""
    actor = signed_in(request)
    store = request.app[STORE]
    async with store.look() as look:
        found = await agenda.of_lesson(look, actor, request.match_info["lesson"])
        now = look.now
        ahead = (await agenda.now(look, actor, now)).next if found.role != "visitor" else None
    shown = Shown(found, request[LANGUAGE], now)
    if found.cancelled:
        state = "cancelled"
    elif not found.online:
        state = "on_site"
    elif shown.is_over:
        state = "over"
    elif now < found.opens:
        state = "ahead"
    else:
        raise web.HTTPSeeOther(f"/lessons/{found.id}/room")
    following = Shown(ahead, request[LANGUAGE], now) if ahead and ahead.id != found.id else None
    template = "today/on_site.html" if state == "on_site" else "today/countdown.html"
    return render(request, template, one=shown, state=state, following=following)
