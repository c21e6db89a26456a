"""A teacher cannot come: she says so in two taps on her telephone; so does whoever invites her."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from aiohttp import web

from calendars import agenda, rights
from calendars.appointments.rights import meets
from calendars.clock import day_of, local
from calendars.errors import Invalid, NotFound
from calendars.repair import absences, asked
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import HOUSE, LANGUAGE, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, day_in, once, text
from server.pages.parts.shown import Shown
from server.pages.repair.remedies import covered_words
from server.pages.repair.returning import offers

AHEAD = timedelta(days=14)
LONG = timedelta(days=31)
"""An absence above this is kept only with a tick: a mistyped month takes a person out of all plans."""
routes = web.RouteTableDef()


@routes.get("/absence")
@allow("meet")
async def ask(request: web.Request) -> web.Response:
    """From when to when, and what it would leave behind."""
    _ask_meets(request)
    return await _page(request, UNTOUCHED)


@routes.post("/absence")
@allow("meet")
async def report(request: web.Request) -> web.Response:
    """I am ill today, or away from one day to another."""
    _ask_meets(request)
    actor, form = signed_in(request), await request.post()
    zone = request.app[HOUSE].card.zone

    async def act(work: Work) -> str:
        starts, ends = _span(form, work.now, zone)
        await absences.report(work, actor, actor.person, starts, ends, text(form, "kind", 10) or "ill")
        return "/absence"

    return await once(request, form, act, _page)


@routes.post("/absence/{absence}/withdraw")
@allow("signed_in")
async def withdraw(request: web.Request) -> web.Response:
    """She can come after all."""
    actor, form, absence = signed_in(request), await request.post(), request.match_info["absence"]

    async def act(work: Work) -> str:
        row = await absences.withdraw(work, actor, absence)
        return "/absence" if row.person == actor.person else f"/staff/{row.person}/absence"

    return await once(request, form, act)


@routes.get("/staff/{person}/absence")
@allow("invite")
async def ask_for(request: web.Request) -> web.Response:
    """The same for somebody who called."""
    return await _page(request, UNTOUCHED)


@routes.post("/staff/{person}/absence")
@allow("invite")
async def report_for(request: web.Request) -> web.Response:
    """She called: she cannot come."""
    actor, form, person = signed_in(request), await request.post(), request.match_info["person"]
    zone = request.app[HOUSE].card.zone

    async def act(work: Work) -> str:
        starts, ends = _span(form, work.now, zone)
        await absences.report(work, actor, person, starts, ends, text(form, "kind", 10) or "ill")
        return f"/absent/{person}" if rights.scopes_of(actor, "plan") else f"/staff/{person}/absence"

    return await once(request, form, act, _page)


def _ask_meets(request: web.Request) -> None:
    """Only for those whose absence somebody would miss. Raises NotFound."""
    if not meets(signed_in(request)):
        raise NotFound()


def _span(form: Mapping[str, object], now: datetime, zone: str) -> tuple[datetime, datetime]:
    """The rest of today, the whole of tomorrow, or from one day to another, both included. Raises `long_absence`."""
    today, said = day_of(now, zone), text(form, "span", 10)
    first = today + timedelta(days=1) if said == "tomorrow" else today
    last = first
    if said == "days":
        first, last = day_in(form, "first"), day_in(form, "last")
    if last - first >= LONG and text(form, "long", 5) != "yes":
        raise Invalid("long_absence", field="long", days=(last - first).days + 1)
    starts = local(first, time(), zone)
    return (max(starts, now.replace(second=0, microsecond=0)) if first == today else starts), local(
        last + timedelta(days=1), time(), zone
    )


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, language = signed_in(request), request[LANGUAGE]
    person = request.match_info.get("person", actor.person)
    async with request.app[STORE].look() as look:
        whose = await rights.ask_about(look, actor, "see_own" if person == actor.person else "invite", person)
        standing = await absences.of(look, actor, person)
        coming = await _coming(look, actor, person) if person == actor.person else []
        covered = await asked.covered(look, actor, person)
        back = await offers(request, look, person)
        now = look.now
    zone = request.app[HOUSE].card.zone
    when, today = When(language, zone), day_of(now, zone)
    return render(
        request, "repair/absence.html", filled.status, entered=filled, whose=whose, own=person == actor.person,
        leads=bool(rights.scopes_of(actor, "lead")),
        path="/absence" if person == actor.person else f"/staff/{person}/absence",
        standing=[(one, _said(one, when, today)) for one in standing], tomorrow=when.day(now + timedelta(days=1)),
        today=when.day(now), coming=[Shown(one, language, now) for one in coming],
        covered=covered_words(request, covered), back=back, planned=when.dated(today),
    )  # fmt: skip


async def _coming(look: Look, actor: rights.Actor, person: str) -> list[agenda.Engagement]:
    found = await agenda.agenda(look, actor, person, look.now, look.now + AHEAD)
    return [one for one in found if one.lesson and one.role in rights.LEADS and not one.cancelled][:5]


def _said(one: Any, when: When, today: date) -> str:
    """From which day to which; a mistyped year is seen."""
    zone = when.zone.key
    first = when.near(day_of(one.starts, zone), today)
    last = when.near(day_of(one.ends - timedelta(minutes=1), zone), today)
    return first if first == last else f"{first} – {last}"
