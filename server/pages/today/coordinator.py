"""The coordinator's house: every lesson of now and the next hour, who is missing, and the line of days."""

from datetime import datetime

from aiohttp import web

from calendars import agenda, lessons, programmes, rights
from calendars.clock import day_of
from calendars.errors import NotFound
from calendars.programmes import Line
from calendars.repair import candidates
from calendars.rights import Actor
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.keys import HOUSE, LANGUAGE, SAY, SETTINGS, STORE
from server.page import render
from server.pages.appointments import rearranging
from server.pages.changes import proposals
from server.pages.parts.forms import UNTOUCHED, Entered, once, text
from server.pages.parts.shown import Shown
from server.pages.parts.tiles import shown_line
from server.pages.repair import remedies
from server.pages.today import classes

LINES_SHOWN = 4
routes = web.RouteTableDef()


@routes.get("/house")
@allow("see_roster")
async def page(request: web.Request) -> web.Response:
    """The house as it is at this moment."""
    actor, language = signed_in(request), request[LANGUAGE]
    async with request.app[STORE].look() as look:
        now = look.now
        found = await classes.of(look, await agenda.house(look, actor, now), language)
        lines = await _lines(look, actor, now)
        needs = await remedies.needs(request, look) | {"talks": await rearranging.needs(request, look)}
        changes = await proposals.waiting(request, look)
    on, ahead = [one for one in found if one.begun], [one for one in found if not one.begun]
    return render(
        request, "today/house.html", on=on, ahead=ahead,
        lines=[shown_line(line, language, request[SAY]) for line in lines],
        here=sum(one.here for one in on if one.it.online), expected=sum(one.expected for one in on if one.it.online),
        calm=not any(one.leaderless or one.troubled for one in found) and not any(needs.values()),
        needs=needs, changes=changes,
        live=classes.live(found, request.app[HOUSE].card.zone, now), plans=_may(actor, "plan"),
        no_turn=_may(actor, "plan") and not request.app[SETTINGS].turn,
    )  # fmt: skip


async def _lines(look: Look, actor: Actor, now: datetime) -> list[Line]:
    """The programmes that run now, else the next one."""
    known = await programmes.of(look, actor)
    running = [one for one in known if one.starts <= day_of(now, one.zone) <= one.ends]
    ahead = [one for one in known if day_of(now, one.zone) < one.starts]
    chosen = (running or ahead[-1:] or known[:1])[:LINES_SHOWN]
    return [await programmes.line(look, actor, one.id) for one in chosen]


def _may(actor: Actor, verb: str) -> bool:
    return bool(rights.scopes_of(actor, verb))


@routes.get("/lessons/{lesson}/substitute")
@allow("plan")
async def ask_substitute(request: web.Request) -> web.Response:
    """Who could lead this lesson instead."""
    return await _substitutes(request, UNTOUCHED)


@routes.post("/lessons/{lesson}/substitute")
@allow("plan")
async def send_substitute(request: web.Request) -> web.Response:
    """Somebody else leads it, beside whoever was to come."""
    actor, form, lesson = signed_in(request), await request.post(), request.match_info["lesson"]

    async def act(work: Work) -> str:
        await lessons.lead(work, actor, lesson, text(form, "person"))
        return "/house"

    return await once(request, form, act, _substitutes)


async def _substitutes(request: web.Request, filled: Entered) -> web.Response:
    actor = signed_in(request)
    async with request.app[STORE].look() as look:
        found = await agenda.of_lesson(look, actor, request.match_info["lesson"], "plan")
        if found.lesson is None:
            raise NotFound()
        choice, now = await candidates.choice(look, actor, found.lesson.id), look.now
    say = request[SAY]
    return render(
        request, "today/substitute.html", filled.status, one=Shown(found, request[LANGUAGE], now), entered=filled,
        offered=[(one.id, one.shown) for one in choice.fitting]
        + [(one.id, f"{one.shown} · {say('breaks a rule')}") for one in choice.others],
        taken=[one.shown for one in choice.taken],
    )  # fmt: skip


@routes.get("/house/turn")
@allow("plan")
async def turn(request: web.Request) -> web.Response:
    """In plain words: what TURN is, and what fails without it."""
    return render(request, "today/turn.html", turn=bool(request.app[SETTINGS].turn))
