"""A lesson is planned here: for a group, on one of the programme's days, from when to when, by whom, about what."""

from collections.abc import Mapping

from aiohttp import web

from calendars import lessons
from calendars.clock import local
from calendars.errors import Conflict, Invalid
from calendars.lessons import NewLesson
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import STORE
from server.page import render
from server.pages.lessons.fields import Desk, chosen_leaders, desk, required
from server.pages.parts.forms import Entered, once, text, time_in
from server.pages.parts.refusals import planned_against

routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/lessons/new")
@allow("plan")
async def ask(request: web.Request) -> web.Response:
    """One lesson; `?day=` and `?group=` choose beforehand, and the day's own hours stand there already."""
    return await _one(request, None)


@routes.post("/programmes/{programme}/lessons/new")
@allow("plan")
async def make(request: web.Request) -> web.Response:
    """Plan it."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]
    zone = ""

    async def act(work: Work) -> str:
        nonlocal zone
        before = await desk(request, work)
        zone = before.line.programme.zone
        new = _lesson(form, before)
        await lessons.plan(work, actor, programme, [new])
        n = next(day.n for day in before.line.days if day.id == new.day)
        return f"/programmes/{programme}/days/{n}"

    try:
        return await once(request, form, act)
    except (Invalid, Conflict) as wrong:
        return await _one(request, await planned_against(request, form, wrong, zone))


def _lesson(form: Mapping[str, object], before: Desk) -> NewLesson:
    zone, chosen = before.line.programme.zone, required(form, "day", before.offered.days)
    on = next(day.date for day in before.line.days if day.id == chosen)
    group = required(form, "group", before.offered.groups)
    led = chosen_leaders(form, before.leaders)
    starts, ends = local(on, time_in(form, "starts"), zone), local(on, time_in(form, "ends"), zone)
    return NewLesson(
        group, chosen, starts, ends, text(form, "topic", 60),
        leaders=tuple(one for one, role in led.items() if role == "teacher"),
        tutors=tuple(one for one, role in led.items() if role == "tutor"),
    )  # fmt: skip


async def _one(request: web.Request, filled: Entered | None) -> web.Response:
    async with request.app[STORE].look() as look:
        before = await desk(request, look)
    return render(
        request, "lessons/lesson_new.html", filled.status if filled else 200,
        entered=filled or _preset(request, before),
        programme=before.line.programme.id, offered=before.offered, name=before.name,
    )  # fmt: skip


def _preset(request: web.Request, before: Desk) -> Entered:
    """The day that was clicked, else today or the next one, with the hours that the model wants there."""
    wanted, line = request.query.get("day", ""), before.line
    days = [day for day in line.days if not day.cancelled]
    ahead = next((day for day in days if day.date >= line.today and day.kind != "workplace"), None)
    day = next((day for day in days if wanted in (day.id, str(day.n))), ahead or (days[-1] if days else None))
    values = {"group": request.query.get("group", "")}
    if day is not None:
        when = When("en", line.programme.zone)
        spans = [(one.starts, one.ends) for one in day.lessons] or [(day.starts, day.ends)]
        hours = spans[min(_position(request), len(spans) - 1)]
        values |= {"day": day.id, "starts": when.field(hours[0]), "ends": when.field(hours[1])}
    return Entered(values)


def _position(request: web.Request) -> int:
    """Which of the day's usual lessons is meant, counted from nought."""
    said = request.query.get("slot", "0")
    return int(said) if said.isdecimal() and len(said) < 3 else 0
