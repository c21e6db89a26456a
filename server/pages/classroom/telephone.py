"""Who is in a lesson by telephone: found among the missing or by her own code, then one tap; it works without scripts.

A code that somebody reads out travels in the body of a form alone: no address and no log has it.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from calendars import agenda
from calendars.errors import Conflict, Invalid
from calendars.people import people
from calendars.rights import Actor
from calendars.store import Look, Work
from classroom import roster, telephone
from server.auth.guard import allow, signed_in
from server.auth.telephone import DIGITS, spoken, whose
from server.dates import When
from server.keys import LANGUAGE, SECRET, STORE
from server.middleware.problems import wants_json
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, entered, see_other, text
from server.pages.parts.shown import Shown

Said = Callable[[Work, Actor, str, str], Awaitable[None]]
AWAY = ("expected", "could_not_enter", "dropped", "left")
"""Whoever is in none of the ways by which we see her may well be the one who calls."""
routes = web.RouteTableDef()


@routes.get("/lessons/{lesson}/telephone")
@allow("register")
async def page(request: web.Request) -> web.Response:
    """Who is on the telephone, a field for the code, and everybody who is missing."""
    return await _page(request, UNTOUCHED)


@routes.post("/lessons/{lesson}/telephone/code")
@allow("register")
async def by_code(request: web.Request) -> web.Response:
    """Whose code this is; nothing is recorded yet. Raises Invalid `no_such_code`."""
    form = await request.post()
    try:
        async with request.app[STORE].look() as look:
            found = await _owners(request, look, text(form, "code", 20))
    except Invalid as wrong:
        if wants_json(request):
            raise
        return await _page(request, entered(request, {}, wrong))
    if wants_json(request):
        return web.json_response({"people": found})
    return await _page(request, UNTOUCHED, found)


@routes.post("/lessons/{lesson}/telephone")
@allow("register")
async def record(request: web.Request) -> web.Response:
    """She is on the telephone, says whoever leads."""
    return await _said(request, telephone.record)


@routes.post("/lessons/{lesson}/telephone/end")
@allow("register")
async def hang_up(request: web.Request) -> web.Response:
    """Her call is over."""
    return await _said(request, telephone.hang_up)


@routes.post("/lessons/{lesson}/telephone/undo")
@allow("register")
async def undo(request: web.Request) -> web.Response:
    """It was a mistake."""
    return await _said(request, telephone.take_back)


async def _said(request: web.Request, act: Said) -> web.Response:
    form, lesson = await request.post(), request.match_info["lesson"]
    try:
        who = text(form, "person", 40)
        if not who:
            raise Invalid("bad_choice", field="person")
        async with request.app[STORE].work() as work:
            await act(work, signed_in(request), lesson, who)
    except (Conflict, Invalid) as wrong:
        if wants_json(request):
            raise
        return await _page(request, entered(request, {}, wrong))
    return web.json_response({}) if wants_json(request) else see_other(f"/lessons/{lesson}/telephone")


async def _owners(request: web.Request, look: Look, code: str) -> list[dict[str, str]]:
    """The learners of this lesson whose code it is: nearly always one."""
    seats = await _learners(request, look)
    known = await people.who(look, [seat["person"] for seat in seats])
    found = whose(request.app[SECRET], code, known.values())
    if not found:
        raise Invalid("no_such_code", field="code", digits=DIGITS)
    return [{"person": one.id, "name": one.shown} for one in found]


async def _learners(request: web.Request, look: Look) -> list[dict[str, Any]]:
    found = await roster.roster(look, signed_in(request), request.match_info["lesson"])
    seats = [one for one in found["seats"] if one["expected"] and one["role"] == "learner"]
    return sorted(seats, key=lambda one: str(one["name"]))


async def _page(request: web.Request, filled: Entered, found: list[dict[str, str]] | None = None) -> web.Response:
    actor, lesson = signed_in(request), request.match_info["lesson"]
    async with request.app[STORE].look() as look:
        met = await agenda.of_lesson(look, actor, lesson, "register")
        seats = await _learners(request, look)
        calls = await telephone.on_it(look, actor, lesson)
        now = look.now
    when = When(request[LANGUAGE], met.zone)
    return render(
        request, "classroom/telephone.html", filled.status, it=Shown(met, request[LANGUAGE], now), lesson=met.id,
        entered=filled, found=found or [], digits=DIGITS, example=spoken("12345"[:DIGITS]),
        on_it=[
            one | {"since": when.clock(since), "undo": telephone.may_be_undone(since, now)}
            for one in seats
            if (since := calls.get(one["person"]))
        ],
        missing=[one for one in seats if one["state"] in AWAY and one["person"] not in calls],
    )  # fmt: skip
