"""A series is planned here: the same hours on many days, all of them shown before the first is made."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from aiohttp import web

from calendars import series
from calendars.errors import Conflict, Invalid
from calendars.programmes import Line
from calendars.series import IN_TURN, Laid, NewSeries
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.lessons.fields import Desk, chosen_leaders, desk, required
from server.pages.parts.forms import Entered, day_in, entered, once, text, time_in
from server.pages.parts.refusals import planned_against
from server.words import Say

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
KINDS = ("online", "contact", "independent")
FIELDS = ("group", "kind", "starts", "ends", "first", "last", "topic", "teacher", "second")
routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/series")
@allow("plan")
async def ask(request: web.Request) -> web.Response:
    """The form; once it is filled in, every lesson that it would make."""
    said = request.query
    if "starts" not in said:
        return await _page(request, None)
    zone = "UTC"
    try:
        async with request.app[STORE].look() as look:
            before = await desk(request, look)
            zone = before.line.programme.zone
            laid = await series.lay(look, signed_in(request), before.line.programme.id, _read(said, before))
    except (Invalid, Conflict) as wrong:
        return await _page(request, await planned_against(request, said, wrong, zone))
    return await _page(request, entered(request, said), laid)


@routes.post("/programmes/{programme}/series")
@allow("plan")
async def make(request: web.Request) -> web.Response:
    """Plan all of them, or none."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]
    zone = "UTC"

    async def act(work: Work) -> str:
        nonlocal zone
        before = await desk(request, work)
        zone = before.line.programme.zone
        await series.plan(work, actor, programme, _read(form, before))
        return f"/programmes/{programme}"

    try:
        return await once(request, form, act)
    except (Invalid, Conflict) as wrong:
        return await _page(request, await planned_against(request, form, wrong, zone))


def _read(form: Mapping[str, object], before: Desk) -> NewSeries:
    led = chosen_leaders(form, before.leaders)
    return NewSeries(
        group=required(form, "group", before.offered.groups), starts=time_in(form, "starts"),
        ends=time_in(form, "ends"), first=_day(form, "first"), last=_day(form, "last"),
        kinds=(required(form, "kind", [(one, "") for one in _kinds(before.line)]),),
        weekdays=frozenset(n for n, name in enumerate(WEEKDAYS) if form.get(f"on_{name}")),
        topic=text(form, "topic", 60), around=bool(form.get("around")),
        leaders=tuple(one for one, role in led.items() if role == "teacher"),
        tutors=tuple(one for one, role in led.items() if role == "tutor"),
    )  # fmt: skip


def _day(form: Mapping[str, object], name: str) -> date | None:
    return day_in(form, name) if form.get(name) else None


def _kinds(line: Line) -> list[str]:
    """The kinds of days on which there can be lessons, the online ones first."""
    return [kind for kind in KINDS if line.counts.get(kind)]


async def _page(request: web.Request, filled: Entered | None, laid: Laid | None = None) -> web.Response:
    language, say = request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        before = await desk(request, look)
    line, kinds = before.line, _kinds(before.line)
    when = When(language, line.programme.zone)
    used = sorted({day.date.weekday() for day in line.days if day.kind in kinds})
    shown = filled or Entered(_usual(line, request.query.get("group", ""), kinds[0] if kinds else ""))
    return render(
        request, "lessons/series.html", shown.status, entered=shown, programme=line.programme.id, name=before.name,
        offered=before.offered, kinds=[(one, _days_word(one, say)) for one in kinds], fields=FIELDS,
        topics=[(IN_TURN, say("the topics in turn")), *before.offered.topics],
        weekdays=[(f"on_{WEEKDAYS[n]}", when.weekday(n)) for n in used],
        laid=_shown(laid, when) if laid else None,
    )  # fmt: skip


def _usual(line: Line, group: str, kind: str) -> dict[str, str]:
    """The hours that the model wants on such days, on every weekday, from today on."""
    values = {"group": group, "kind": kind, "topic": IN_TURN} | {f"on_{name}": "yes" for name in WEEKDAYS}
    when = When("en", line.programme.zone)
    usual = next((day.lessons[0] for day in line.days if day.kind == kind and day.lessons), None)
    if usual is not None:
        values |= {"starts": when.field(usual.starts), "ends": when.field(usual.ends)}
    if line.days and line.days[0].date < line.today:
        values["first"] = line.today.isoformat()
    return values


def _days_word(kind: str, say: Say) -> str:
    words = {"online": say("online days"), "contact": say("contact days"), "independent": say("days of own study")}
    return words[kind]


def _shown(laid: Laid, when: When) -> dict[str, Any]:
    """The lessons in the order of their days, and the days that are left out."""
    return {
        "lessons": [
            f"{day.n}. {when.whole(one.starts, one.ends)}" for day, one in zip(laid.days, laid.lessons, strict=True)
        ],
        "left_out": [f"{day.n}. {when.day(day.date)}" for day in laid.left_out],
    }
