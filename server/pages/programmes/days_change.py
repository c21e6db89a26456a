"""The days of a programme are changed here: its breaks and its end on one page, a single day on another."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from calendars import programmes, rights
from calendars.days import breaks, single, span, withdrawal
from calendars.errors import Conflict, Invalid, NotFound
from calendars.names import in_language
from calendars.programmes import Line, PlannedDay
from calendars.rights import Actor
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, day_in, number_in, once, text
from server.pages.parts.tiles import kind_word, shown_kinds, shown_line
from server.words import phrase

HELD = {
    "contact": phrase("In a house"), "online": phrase("In video rooms"), "workplace": phrase("At the workplaces"),
    "independent": phrase("Everybody studies alone"),
}  # fmt: skip
Form = Mapping[str, object]
Step = Callable[[Work, Actor, str, Form], Awaitable[Any]]
routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/calendar")
@allow("plan")
async def ask(request: web.Request) -> web.Response:
    """The line of its days with the breaks, and what may be changed."""
    return await _all(request, UNTOUCHED)


@routes.post("/programmes/{programme}/calendar")
@allow("plan")
async def propose(request: web.Request) -> web.Response:
    """A break, or another end; what it changes is looked at before it is done."""
    return await _propose(request, STEPS, request.match_info["programme"], _all)


@routes.get("/programmes/{programme}/days/{n}/change")
@allow("plan")
async def ask_day(request: web.Request) -> web.Response:
    """One day, and what may become of it."""
    return await _one(request, UNTOUCHED)


@routes.post("/programmes/{programme}/days/{n}/change")
@allow("plan")
async def propose_day(request: web.Request) -> web.Response:
    """Another date, not held, or another kind of day; looked at before it is done."""
    return await _propose(request, DAY_STEPS, request.match_info["programme"], _one)


async def _propose(
    request: web.Request, steps: Mapping[str, Step], programme: str,
    again: Callable[[web.Request, Entered], Awaitable[web.Response]],
) -> web.Response:  # fmt: skip
    actor, form, n = signed_in(request), await request.post(), request.match_info.get("n", "")

    async def act(work: Work) -> str:
        _, target = await rights.target_of_programme(work, programme)
        rights.ask(actor, "plan", target)
        step = steps.get(text(form, "act", 20))
        if step is None:
            raise Invalid("bad_choice", field="act")
        day = _day(await programmes.line(work, actor, programme), n).id if n else ""
        made = await step(work, actor, programme, form if not n else {**form, "day": day})
        return f"/proposals/{made.id}"

    return await once(request, form, act, again)


async def _add(work: Work, actor: Actor, programme: str, form: Form) -> Any:
    first, last = day_in(form, "first"), day_in(form, "last")
    return await breaks.add(work, actor, programme, first, last, lessons=_lessons(form))


async def _change(work: Work, actor: Actor, programme: str, form: Form) -> Any:
    first, last = day_in(form, "first"), day_in(form, "last")
    return await breaks.change(work, actor, programme, text(form, "break", 40), first, last, lessons=_lessons(form))


async def _take_away(work: Work, actor: Actor, programme: str, form: Form) -> Any:
    return await breaks.take_away(work, actor, programme, text(form, "break", 40))


async def _go_on(work: Work, actor: Actor, programme: str, form: Form) -> Any:
    return await span.go_on(work, actor, programme, number_in(form, "days") or 0, series=_series(form))


async def _end(work: Work, actor: Actor, programme: str, form: Form) -> Any:
    return await span.end_earlier(work, actor, programme, day_in(form, "last"))


async def _withdraw(work: Work, actor: Actor, programme: str, form: Form) -> Any:
    return await withdrawal.withdraw(work, actor, programme)


async def _move(work: Work, actor: Actor, programme: str, form: Form) -> Any:
    free_day = text(form, "free_day", 5) == "yes"
    to, day = day_in(form, "to"), text(form, "day", 40)
    return await single.move(work, actor, programme, day, to, free_day=free_day, lessons=_lessons(form))


async def _cancel(work: Work, actor: Actor, programme: str, form: Form) -> Any:
    longer = text(form, "longer", 5)
    if longer not in ("yes", "no"):
        raise Invalid("bad_choice", field="longer")
    return await single.cancel(
        work, actor, programme, text(form, "day", 40), longer=longer == "yes", series=_series(form)
    )


async def _turn(work: Work, actor: Actor, programme: str, form: Form) -> Any:
    kind, place = text(form, "kind", 20), text(form, "place", 40)
    return await single.turn(work, actor, programme, text(form, "day", 40), kind, place)


def _series(form: Form) -> bool:
    return text(form, "series", 5) == "yes"


def _lessons(form: Form) -> str:
    return text(form, "lessons", 10) or "move"


STEPS: Mapping[str, Step] = {
    "add": _add, "change": _change, "take_away": _take_away, "go_on": _go_on, "end": _end,
    "withdraw": _withdraw,
}  # fmt: skip
DAY_STEPS: Mapping[str, Step] = {"move": _move, "cancel": _cancel, "turn": _turn}


def _day(line: Line, n: str) -> PlannedDay:
    found = next((one for one in line.days if str(one.n) == n and not one.cancelled), None)
    if found is None:
        raise NotFound()
    return found


async def _line(request: web.Request, look: Look) -> Line:
    actor = signed_in(request)
    line = await programmes.line(look, actor, request.match_info["programme"])
    rights.ask(actor, "plan", rights.Target(line.programme.organisation, line.programme.id))
    if line.programme.status == "cancelled":
        raise Conflict("programme_withdrawn")
    return line


async def _all(request: web.Request, filled: Entered) -> web.Response:
    language, say = request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        line = await _line(request, look)
        kept = await breaks.of(look, signed_in(request), line.programme.id)
        lived = await withdrawal.lived(look, signed_in(request), line.programme.id)
    when = When(language, line.programme.zone)
    return render(
        request, "programmes/days_change.html", filled.status, entered=filled, line=shown_line(line, language, say),
        kinds_shown=shown_kinds(line, say), ends=when.dated(line.programme.ends),
        breaks=[
            {"id": one.id, "first": when.dated(one.first), "last": when.dated(one.last),
             "title": f"{when.day(one.first)} – {when.day(one.last)}", "over": one.last < line.today,
             "begun": one.first <= line.today}
            for one in kept
        ],
        over=line.programme.ends < line.today, lived=lived,
    )  # fmt: skip


async def _one(request: web.Request, filled: Entered) -> web.Response:
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        line = await _line(request, look)
        day = _day(line, request.match_info["n"])
        houses = await single.places(look, actor, line.programme.id)
        offered = await single.kinds(look, actor, line.programme.id)
        now = look.now
    when = When(language, line.programme.zone)
    return render(
        request, "programmes/day_change.html", filled.status, entered=filled, programme=line.programme.id, n=day.n,
        title=when.day(day.date, whole=True), kind=day.kind, kind_word=kind_word(day.kind, say),
        name=in_language(line.programme.name, language, line.programme.language),
        place=day.place.id if day.place else "",
        houses=[(one.id, ", ".join(filter(None, (one.name, one.address)))) for one in houses],
        kinds=[(one, say(HELD[one])) for one in offered], begun=day.starts <= now, extra=day.extra,
    )  # fmt: skip
