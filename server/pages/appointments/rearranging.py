"""Talks whose member of staff falls ill, is away or leaves: each handed on, moved or cancelled in one tap, or all."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from aiohttp import web

from calendars import rights
from calendars.appointments import rearranging, unstaffed
from calendars.appointments.rearranging import Proposal, Step
from calendars.appointments.rights import meets
from calendars.appointments.talk_entries import kind_words
from calendars.clock import day_of, local
from calendars.errors import Invalid, NotFound
from calendars.rights import Actor
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import HOUSE, LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, day_in, entered, once, text, time_in

routes = web.RouteTableDef()


async def needs(request: web.Request, look: Look) -> list[tuple[str, str, int]]:
    """(who, her name, how many) for the house's first page: talks that lose somebody, for whoever plans."""
    actor = signed_in(request)
    if not rights.scopes_of(actor, "plan"):
        return []
    lost = await unstaffed.of(look, actor)
    names = {one.absent.id: one.absent.shown for one in lost}
    return [(who, name, sum(one.absent.id == who for one in lost)) for who, name in names.items()]


@routes.get("/staff/{person}/talks")
@allow("meet")
async def page(request: web.Request) -> web.Response:
    """Those that need somebody; with a day and hours those that she has then."""
    return await _page(request, UNTOUCHED)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, person = signed_in(request), request.match_info["person"]
    wrong = filled
    async with request.app[STORE].look() as look:
        whose = await _whose(look, actor, person)
        lost = await unstaffed.of(look, actor, person)
        if request.query.get("day"):
            try:
                starts, ends = _span(request.query, request.app[HOUSE].card.zone)
                lost = await unstaffed.within(look, actor, person, starts, ends)
            except Invalid as refused:
                wrong = entered(request, request.query, refused)
        found = await rearranging.proposals(look, actor, lost)
        hidden = [one for one in lost if one.hidden_from(actor)]
        able = await rearranging.colleagues(look, actor, person) if hidden else []
        now = look.now
    today = day_of(now, request.app[HOUSE].card.zone)
    rows = [_row(request, one) for one in found]
    return render(
        request, "appointments/rearranging.html", wrong.status, entered=wrong, whose=whose, own=person == actor.person,
        rows=rows,
        asked=bool(request.query.get("day")), hidden=len(hidden), able=[(one.id, one.shown) for one in able],
        day=request.query.get("day") or today.isoformat(), since=request.query.get("from", ""),
        until=request.query.get("to", ""), path=f"/staff/{person}/talks", query=request.query_string,
        best=[one for one in rows if one["best"]],
    )  # fmt: skip


async def _whose(look: Look, actor: Actor, person: str) -> Any:
    """Herself, or somebody whom the actor may invite and whose programmes she plans. Raises NotFound."""
    if person == actor.person:
        if not meets(actor):
            raise NotFound()
        return await rights.ask_about(look, actor, "see_own", person)
    if not rights.scopes_of(actor, "plan"):
        raise NotFound()
    return await rights.ask_about(look, actor, "invite", person, past=True)


def _span(said: Mapping[str, object], zone: str) -> tuple[datetime, datetime]:
    """The day, from its beginning to its end where no hours are said."""
    day = day_in(said, "day")
    since = time_in(said, "from") if text(said, "from", 20).strip() else time()
    starts = local(day, since, zone)
    if not text(said, "to", 20).strip():
        return starts, local(day + timedelta(days=1), time(), zone)
    ends = local(day, time_in(said, "to"), zone)
    if ends <= starts:
        raise Invalid("backwards", field="to")
    return starts, ends


def _row(request: web.Request, one: Proposal) -> dict[str, object]:
    """One talk with its remedies, each as the value of its button and in words; the best is what all at once does."""
    say, row = request[SAY], one.it.known.row
    when = When(request[LANGUAGE], one.it.known.programme.zone)
    length = row.ends - row.starts
    moves = [
        (f"{row.id}|move|{at.isoformat()}", say("Move to {time}", time=when.whole(at, at + length)))
        for at in one.times
    ]  # fmt: skip
    hands = [
        (f"{row.id}|hand|{who.id}", say("{name} takes it", name=who.shown)) for who in one.colleagues
    ]  # fmt: skip
    return {
        "id": row.id, "time": when.whole(row.starts, row.ends), "title": row.title or kind_words(say)[row.kind],
        "learner": one.it.learner.shown if one.it.learner else "", "open": row.status == "offered",
        "moves": moves, "hands": hands[: rearranging.NAMED], "cancel": f"{row.id}|cancel|",
        "best": next(iter([*moves[:1], *hands[:1]]), None),
    }  # fmt: skip


@routes.post("/staff/{person}/talks")
@allow("meet")
async def rearrange(request: web.Request) -> web.Response:
    """Do what was chosen, one or all of them; nothing is half done."""
    actor, form, person = signed_in(request), await request.post(), request.match_info["person"]
    wanted = [one for one in form.getall("do", []) if isinstance(one, str)][: rearranging.MOST]

    async def act(work: Work) -> str:
        await _whose(work, actor, person)
        await rearranging.rearrange(work, actor, person, [_step(one) for one in wanted])
        return f"{request.path}?{request.query_string}".rstrip("?")

    return await once(request, form, act, _page)


def _step(said: str) -> Step:
    """Raises Invalid `bad_choice` for what no button of the page says."""
    appointment, verb, rest = [*said.split("|"), "", ""][:3]
    if verb == "move":
        try:
            starts = datetime.fromisoformat(rest)
        except ValueError:
            raise Invalid("bad_choice", field="do") from None
        if starts.tzinfo is None:
            raise Invalid("bad_choice", field="do")
        return Step(appointment=appointment, starts=starts)
    if verb == "hand" and rest:
        return Step(appointment=appointment, to=rest)
    if verb != "cancel":
        raise Invalid("bad_choice", field="do")
    return Step(appointment=appointment)


@routes.post("/staff/{person}/talks/private")
@allow("plan")
async def rearrange_private(request: web.Request) -> web.Response:
    """Those of the support services, unseen: a colleague takes them where she is free, or they are cancelled."""
    actor, form, person = signed_in(request), await request.post(), request.match_info["person"]

    async def act(work: Work) -> str:
        await _whose(work, actor, person)
        to = text(form, "to", 40)
        if to:
            await rearranging.hand_private(work, actor, person, to)
        else:
            await rearranging.cancel_private(work, actor, person)
        return f"/staff/{person}/talks"

    return await once(request, form, act, _page)
