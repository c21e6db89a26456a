"""What one who teaches can do, when she works and when she is busy: hers to say, and for whoever plans her."""

from collections.abc import Mapping

from aiohttp import web

from calendars import rights
from calendars.clock import local
from calendars.errors import Forbidden, Invalid, NotFound
from calendars.names import in_language
from calendars.people import people, staffing
from calendars.people.staffing import OF_FIELD, PLAIN, WEEKDAYS, NewBusy, Span, Staffed, Working
from calendars.rights import Actor
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import HOUSE, LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, day_in, number_in, once, text, time_in
from server.words import Say

MINUTES = 60
routes = web.RouteTableDef()


@routes.get("/staff/{person}/working")
@allow("see_own")
async def page(request: web.Request) -> web.Response:
    """What she can do, her week, and the hours that are taken."""
    return await _page(request, UNTOUCHED)


@routes.post("/staff/{person}/working")
@allow("see_own")
async def change(request: web.Request) -> web.Response:
    """Her week and how much she may teach, and what she can do where the form asks it."""
    actor, form, person = signed_in(request), await request.post(), request.match_info["person"]
    abilities = [one for one in form.getall("abilities", []) if isinstance(one, str)]

    async def act(work: Work) -> str:
        if form.get("able") == "yes":
            await staffing.enable(work, actor, person, abilities)
        await staffing.work_at(work, actor, person, _working(form))
        return f"/staff/{person}/working"

    return await once(request, form, act, _page)


@routes.post("/staff/{person}/busy")
@allow("see_own")
async def busy(request: web.Request) -> web.Response:
    """Keep an hour free, or give one back."""
    actor, form, person = signed_in(request), await request.post(), request.match_info["person"]
    zone = request.app[HOUSE].card.zone

    async def act(work: Work) -> str:
        if form.get("free"):
            await staffing.be_free(work, actor, text(form, "free", 40))
        else:
            day, starts, ends = day_in(form, "day"), time_in(form, "starts"), time_in(form, "ends")
            source = "own" if actor.person == person else "coordinator"
            new = NewBusy(local(day, starts, zone), local(day, ends, zone), source)
            await staffing.be_busy(work, actor, person, new)
        return f"/staff/{person}/working#busy"

    return await once(request, form, act, _page)


def _working(form: Mapping[str, object]) -> Working:
    spans = [span for day in WEEKDAYS for span in _spans(form, day)]
    hours = {name: number_in(form, name) for name in ("hours_a_day", "hours_a_week")}
    a_day, a_week = (None if one is None else one * MINUTES for one in hours.values())
    return Working(tuple(spans), a_day, a_week)


def _spans(form: Mapping[str, object], day: str) -> list[Span]:
    """`9.00-12.00, 13-16` of one weekday. Raises Invalid `bad_hour`."""
    name = f"working_{day}"
    found = []
    for part in text(form, name, 80).replace("–", "-").split(","):
        if part.strip():
            starts, dash, ends = part.partition("-")
            if not dash:
                raise Invalid("bad_span", field=name)
            try:
                found.append(Span(day, *(time_in({name: _whole(one)}, name) for one in (starts, ends))))
            except Invalid:
                raise Invalid("bad_span", field=name) from None
    return found


def _whole(said: str) -> str:
    said = said.strip()
    return f"{said}:00" if said.isdigit() else said


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, say, zone = signed_in(request), request[SAY], request.app[HOUSE].card.zone
    when = When(request[LANGUAGE], zone)
    async with request.app[STORE].look() as look:
        found = await staffing.of(look, actor, request.match_info["person"])
        taken = await staffing.busy(look, actor, found.person)
        offered = await _offered(look, actor, found, request[LANGUAGE], say)
        names = await people.who(look, [found.person])
    return render(
        request, "people/working.html", filled.status, entered=filled, whose=names[found.person], it=found,
        offered=offered,
        own=actor.person == found.person, week=_week(found, say, request[LANGUAGE]),
        a_day=_hours(found.working.minutes_a_day), a_week=_hours(found.working.minutes_a_week),
        busy=[(one.id, when.day(one.starts), when.span(one.starts, one.ends)) for one in taken],
    )  # fmt: skip


async def _offered(look: Look, actor: Actor, found: Staffed, language: str, say: Say) -> list[tuple[str, str]]:
    """The abilities that the actor may give her; none for whoever only looks at her own."""
    try:
        await rights.ask_about(look, actor, "plan", found.person)
        known = await staffing.known(look, actor)
    except (Forbidden, NotFound):
        return []
    return [
        (one, ability_words(one, known.get(one, {}), language, say))
        for one in sorted({*known, *found.abilities}, key=_order)
    ]


def _order(ability: str) -> tuple[bool, str]:
    return ability.startswith(OF_FIELD), f"{PLAIN.index(ability)}" if ability in PLAIN else ability


def ability_words(ability: str, title: Mapping[str, str], language: str, say: Say) -> str:
    """What somebody can do, in words; a field by its name, or by its code where no programme has it any more."""
    if ability.startswith(OF_FIELD):
        return say("field: {name}", name=in_language(title, language) if title else ability.removeprefix(OF_FIELD))
    return {
        "language": say("teaches the language"), "tutor": say("leads a group as a tutor"),
        "counsellor": say("gives guidance"), "support": say("supports people"),
    }[ability]  # fmt: skip


def weekday_words(say: Say) -> dict[str, str]:
    """The days of the week."""
    return {
        "mon": say("Monday"), "tue": say("Tuesday"), "wed": say("Wednesday"), "thu": say("Thursday"),
        "fri": say("Friday"), "sat": say("Saturday"), "sun": say("Sunday"),
    }  # fmt: skip


def _week(found: Staffed, say: Say, language: str) -> list[tuple[str, str, str]]:
    mark = "." if language == "fi" else ":"

    def written(span: Span) -> str:
        return "–".join(f"{at.hour}{mark}{at.minute:02}" for at in (span.starts, span.ends))

    return [
        (day, words, ", ".join(written(one) for one in found.working.spans if one.weekday == day))
        for day, words in weekday_words(say).items()
    ]


def _hours(minutes: int | None) -> str:
    return "" if minutes is None else str(minutes // MINUTES)
