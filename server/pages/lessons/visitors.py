"""Who comes from outside to one lesson: her link made, shown, copied, scanned, and taken back."""

from datetime import datetime
from typing import Any, Final

from aiohttp import web

from calendars import agenda, visitors
from calendars.clock import day_of, local
from calendars.names import LONGEST_NAME
from calendars.people.people import NewPerson
from calendars.store import Look, Work
from calendars.visitors import Invited
from server.auth import signin
from server.auth.guard import allow, signed_in
from server.auth.origin import base_address
from server.dates import When
from server.keys import LANGUAGE, SAY, SECRET, STORE, WORDS
from server.page import render
from server.pages.entrance.arrival import qr
from server.pages.parts.forms import UNTOUCHED, Entered, once, text, time_in
from server.pages.parts.roles import visitor_words
from server.pages.parts.shown import Shown
from server.pages.parts.somebody import languages_of

HOLDS: Final = ("ahead", "open")
routes = web.RouteTableDef()


@routes.get("/lessons/{lesson}/guests")
@allow("lead")
async def page(request: web.Request) -> web.Response:
    """Those who come, each with her link, and somebody more."""
    return await _page(request, UNTOUCHED)


@routes.post("/lessons/{lesson}/guests")
@allow("lead")
async def invite(request: web.Request) -> web.Response:
    """Somebody more; her link stands on the page that follows."""
    actor, form, lesson = signed_in(request), await request.post(), request.match_info["lesson"]

    async def act(work: Work) -> str:
        guest, language = text(form, "guest", 20), text(form, "language", 20) or request[LANGUAGE]
        name = text(form, "name", LONGEST_NAME).strip() or _role_as_name(request, guest, language)
        until = await _until(work, request, lesson, form)
        who = await visitors.invite(work, actor, lesson, NewPerson(name=name, language=language), guest, until)
        return f"/lessons/{lesson}/guests#{who.id}"

    return await once(request, form, act, _page)


@routes.post("/lessons/{lesson}/guests/end")
@allow("lead")
async def withdraw(request: web.Request) -> web.Response:
    """Her link opens nothing any more, and whoever is in by it is put out."""
    actor, form, lesson = signed_in(request), await request.post(), request.match_info["lesson"]

    async def act(work: Work) -> str:
        person = text(form, "person", 40)
        await visitors.withdraw(work, actor, lesson, person)
        return f"/lessons/{lesson}/guests#{person}"

    return await once(request, form, act, _page)


def _role_as_name(request: web.Request, guest: str, language: str) -> str:
    """Who has no name here is called by what she comes as, in her own language where the house has it."""
    return dict(visitor_words(request.app[WORDS].say(language))).get(guest, guest)


async def _until(look: Look, request: web.Request, lesson: str, form: Any) -> datetime | None:
    """A local time on the lesson's day; nothing where she stays to the end."""
    if not text(form, "until", 20).strip():
        return None
    met = await agenda.of_lesson(look, signed_in(request), lesson, "lead")
    return local(day_of(met.starts, met.zone), time_in(form, "until"), met.zone)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, lesson = signed_in(request), request.match_info["lesson"]
    async with request.app[STORE].look() as look:
        met = await agenda.of_lesson(look, actor, lesson, "lead")
        found = await visitors.of(look, actor, lesson)
        now = look.now
    shown = Shown(met, request[LANGUAGE], now)
    return render(
        request, "lessons/visitors.html", filled.status, entered=filled, one=shown, lesson=met.id,
        rows=[_row(request, each, When(request[LANGUAGE], met.zone)) for each in found],
        roles=visitor_words(request[SAY]), languages_known=languages_of(request),
        path=f"/lessons/{met.id}/guests", ends=When(request[LANGUAGE], met.zone).clock(met.ends),
        ahead=met.online and not met.cancelled and not shown.is_over,
    )  # fmt: skip


def _row(request: web.Request, one: Invited, when: When) -> dict[str, Any]:
    path = signin.visitor_link(request.app[SECRET], one.person.id, one.person.generation)
    address = base_address(request) + path
    return {
        "id": one.person.id, "name": one.person.shown, "guest": dict(visitor_words(request[SAY]))[one.row.guest],
        "link": address, "holds": one.state in HOLDS, "state": one.state, "until": when.clock(one.told),
        "picture": qr(address, request[SAY]("Her link")) if one.state in HOLDS else "",
    }  # fmt: skip
