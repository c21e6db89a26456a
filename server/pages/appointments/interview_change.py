"""One interview of a programme: moved, given to a learner, swapped with another's, or cancelled."""

from collections.abc import Mapping
from datetime import datetime

from aiohttp import web

from calendars.appointments import appointments, interviews
from calendars.appointments.interviews import Met
from calendars.clock import local
from calendars.errors import Invalid
from calendars.names import in_language
from calendars.rights import Actor
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.appointments.interviews import learners_of, time_of
from server.pages.appointments.talks_shown import reasons
from server.pages.parts.forms import UNTOUCHED, Entered, day_in, once, text, time_in

routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/interviews/{appointment}")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """When it is and with whom, and what may be changed of it."""
    return await _page(request, UNTOUCHED)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, programme = signed_in(request), request.match_info["programme"]
    async with request.app[STORE].look() as look:
        met, others = await interviews.one(look, actor, programme, request.match_info["appointment"])
        learners = await learners_of(look, request)
        now = look.now
    busy = {one.learner.id for one in others if one.learner and _ahead(one, now)}
    when = When(request[LANGUAGE], met.programme.zone)
    return render(
        request, "appointments/interview_change.html", filled.status, entered=filled, programme=programme,
        name=in_language(met.programme.name, request[LANGUAGE], met.programme.language), id=met.row.id,
        time=time_of(request, met, now), employer=met.employer.name, open=met.is_open,
        learner=met.learner.shown if met.learner else "", hosts=[(who.id, who.shown) for who in met.hosts],
        day=when.dated(met.row.starts.astimezone(when.zone).date()), starts=when.field(met.row.starts),
        changeable=_ahead(met, now), reasons=reasons(request[SAY]),
        free=[(who, shown) for who, shown in learners if who not in busy],
        others=[
            (one.row.id, f"{when.whole(one.row.starts, one.row.ends)} · {one.learner.shown}")
            for one in others if one.learner and _ahead(one, now)
        ],
    )  # fmt: skip


def _ahead(one: Met, now: datetime) -> bool:
    return one.row.status != "cancelled" and not one.row.outcome and one.row.starts > now


@routes.post("/programmes/{programme}/interviews/{appointment}")
@allow("plan")
async def change(request: web.Request) -> web.Response:
    """Do what the button says; whoever is in it is told."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        met, _ = await interviews.one(work, actor, programme, request.match_info["appointment"])
        await _do(work, actor, met, form)
        return f"/programmes/{programme}/interviews"

    return await once(request, form, act, _page)


async def _do(work: Work, actor: Actor, met: Met, form: Mapping[str, object]) -> None:
    asked = text(form, "do", 20)
    if asked == "move":
        starts = local(day_in(form, "day"), time_in(form, "starts"), met.programme.zone)
        await appointments.move(work, actor, met.row.id, starts, starts + (met.row.ends - met.row.starts))
    elif asked == "give":
        await appointments.give(work, actor, met.row.id, text(form, "learner", 40))
    elif asked == "swap":
        await interviews.swap(work, actor, met.row.id, text(form, "other", 40))
    elif asked == "cancel":
        await appointments.cancel(work, actor, met.row.id, text(form, "reason", 40))
    else:
        raise Invalid("bad_choice", field="do")
