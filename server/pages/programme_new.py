"""A new programme: a model, a first day and a place; its days are looked at before it is made."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from calendars import blueprints, houses, programmes, schooldays
from calendars.errors import Conflict, Invalid, NotFound, Refused
from calendars.freedays import Break
from calendars.names import clean_line, clean_name, in_language
from calendars.programmes import NewPlace, NewProgramme
from calendars.schooldays import Plan
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import HOUSE, LANGUAGE, SAY
from server.page import render
from server.pages.forms import UNTOUCHED, Entered, day_in, entered, once, text
from server.words import Say

LONGEST = 200
FIELDS = ("blueprint", "start", "place", "address", "break_first", "break_last")
"""Six inputs; four of them may stay empty."""
ELSEWHERE = {"name": "place", "breaks": "break_last", "weekdays": "start", "zone": "start", "country": "start"}
routes = web.RouteTableDef()


@routes.get("/programmes/new")
@allow("plan")
async def ask(request: web.Request) -> web.Response:
    """Which model, from which day, where; with a start day its days are shown before anything is made."""
    if "start" not in request.query:
        return _form(request, UNTOUCHED)
    try:
        _, laid = _read(request, request.query, "")
    except (Invalid, NotFound) as wrong:
        return _form(request, entered(request, request.query, _at_field(wrong)))
    return _form(request, entered(request, request.query), laid)


@routes.post("/programmes/new")
@allow("plan")
async def make(request: web.Request) -> web.Response:
    """Make it."""
    actor, form = signed_in(request), await request.post()

    async def act(work: Work) -> str:
        known = await houses.organisations(work, actor)
        if not known:
            raise NotFound()
        new, _ = _read(request, form, known[0].id)
        return f"/programmes/{(await programmes.plan(work, actor, new)).id}"

    try:
        return await once(request, form, act)
    except (Invalid, Conflict) as wrong:
        return _form(request, entered(request, form, _at_field(wrong)))


def _read(request: web.Request, form: Mapping[str, object], organisation: str) -> tuple[NewProgramme, Plan]:
    """What is wanted, and the days that it would have. Raises Invalid with the field."""
    try:
        blueprint = blueprints.load(text(form, "blueprint", 60))
    except NotFound:
        raise Invalid("no_such_blueprint", field="blueprint") from None
    start, zone = day_in(form, "start"), request.app[HOUSE].card.zone
    name, address = text(form, "place", LONGEST), text(form, "address", LONGEST)
    clean_line(address, "address")
    if name or blueprint.places:
        clean_name(name, "place")
    breaks = _breaks(form)
    laid = schooldays.plan(blueprint, start, breaks=breaks, zone=zone)
    places = dict.fromkeys(blueprint.places, NewPlace(name=name, address=address))
    new = NewProgramme(
        blueprint=blueprint, start=start, organisation=organisation, zone=zone, breaks=breaks, places=places
    )
    return new, laid


def _breaks(form: Mapping[str, object]) -> tuple[Break, ...]:
    """The own break, if one was said; one day alone is a break of one day."""
    if not form.get("break_first"):
        if form.get("break_last"):
            raise Invalid("bad_day", field="break_first")
        return ()
    first = day_in(form, "break_first")
    return ((first, day_in(form, "break_last") if form.get("break_last") else first),)


def _at_field(wrong: Refused) -> Refused:
    """The same refusal, at the field of this form."""
    field = str(wrong.facts.get("field", ""))
    rest = {name: fact for name, fact in wrong.facts.items() if name != "field"}
    return Invalid(wrong.code, field=field if field in FIELDS else ELSEWHERE.get(field, ""), **rest)


def _form(request: web.Request, filled: Entered, laid: Plan | None = None) -> web.Response:
    language = request[LANGUAGE]
    models = [(name, in_language(blueprints.load(name).title, language)) for name in blueprints.names()]
    return render(
        request, "programme_new.html", filled.status, entered=filled, models=models, fields=FIELDS,
        preview=_preview(laid, language, request[SAY]) if laid else None,
    )  # fmt: skip


def _preview(laid: Plan, language: str, say: Say) -> dict[str, Any]:
    """The days that the programme would have, what they are, and what the calendar of the country takes out of them."""
    when, counts = When(language, laid.zone), laid.counts
    tiles = [{"kind": one.kind, "when": "ahead", "label": f"{one.n}. {when.day(one.date)}"} for one in laid.days]
    for series in laid.series:
        for n, one in enumerate(series.meetings, len(tiles) + 1):
            tiles.append({"kind": series.kind, "when": "ahead", "label": f"{n}. {when.whole(one.starts, one.ends)}"})
    meetings = sum(len(series.meetings) for series in laid.series)
    told = [
        say("{count} contact days", count=counts["contact"]) if counts.get("contact") else "",
        say("{count} online days", count=counts["online"]) if counts.get("online") else "",
        say("{count} workplace days", count=counts["workplace"]) if counts.get("workplace") else "",
        say("{count} weekly meetings", count=meetings) if meetings else "",
    ]
    return {
        "tiles": tiles, "told": ", ".join(filter(None, told)), "starts": when.day(laid.start),
        "ends": when.day(laid.end), "moved": any(one.code == "start_moved" for one in laid.warnings),
        "holidays": [f"{when.day(day)} {name}" for day, name in sorted(laid.holidays.items())],
    }  # fmt: skip
