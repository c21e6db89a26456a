"""A new programme: a model, a first day and a place; its days are looked at before it is made."""

from collections.abc import Mapping

from aiohttp import web

from calendars import programmes
from calendars.clock import day_of
from calendars.errors import Conflict, Invalid
from calendars.names import clean_line, clean_name
from calendars.places import NewPlace
from calendars.programmes import NewProgramme
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import HOUSE, LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, entered, once, text
from server.pages.programmes.forecast import forecast
from server.pages.programmes.plan_fields import ASKED, BREAKS, ON, Wanted, at_field, not_behind, offered, preset, wanted

LONGEST = 200
FIELDS = ("blueprint", "start", "place", "address", "break_first", "break_last")
"""Six inputs; four of them may stay empty."""
CARRIED = tuple(name for name in ASKED if name not in FIELDS)
"""What was tried out on the what-if page comes along unseen, and is said in words."""
ELSEWHERE = {"name": "place", "breaks": "break_last", "weekdays": "start", "zone": "start", "country": "start"}
routes = web.RouteTableDef()


@routes.get("/programmes/new")
@allow("plan")
async def ask(request: web.Request) -> web.Response:
    """Which model, from which day, where; with a start day its days are shown before anything is made."""
    if "start" not in request.query or "place" not in request.query:
        return await _form(request, entered(request, request.query) if request.query else UNTOUCHED)
    try:
        async with request.app[STORE].look() as look:
            asked = await wanted(request, look, request.query)
            _place(asked, request.query)
            not_behind(asked, {"late": "yes"}, day_of(look.now, asked.laid.zone))
    except Invalid as wrong:
        return await _form(request, entered(request, request.query, at_field(wrong, FIELDS, ELSEWHERE)))
    return await _form(request, entered(request, request.query), asked)


@routes.post("/programmes/new")
@allow("plan")
async def make(request: web.Request) -> web.Response:
    """Make it."""
    actor, form = signed_in(request), await request.post()

    async def act(work: Work) -> str:
        asked = await wanted(request, work, form)
        not_behind(asked, form, day_of(work.now, asked.laid.zone))
        new = NewProgramme(
            blueprint=asked.blueprint, start=asked.start, organisation=asked.organisation, country=asked.country,
            zone=asked.laid.zone, weekdays=asked.weekdays, breaks=asked.breaks, places=_place(asked, form),
        )  # fmt: skip
        return f"/programmes/{(await programmes.plan(work, actor, new)).id}"

    try:
        return await once(request, form, act)
    except (Invalid, Conflict) as wrong:
        asked = None
        if wrong.code == "days_behind":  # that it runs already is said beside its days
            async with request.app[STORE].look() as look:
                asked = await wanted(request, look, form)
        return await _form(request, entered(request, form, at_field(wrong, FIELDS, ELSEWHERE)), asked)


def _place(asked: Wanted, form: Mapping[str, object]) -> dict[str, NewPlace]:
    """The one place that stands for all of the model's. Raises Invalid with the field."""
    name, address = text(form, "place", LONGEST), text(form, "address", LONGEST)
    clean_line(address, "address")
    if name or asked.blueprint.places:
        clean_name(name, "place")
    return dict.fromkeys(asked.blueprint.places, NewPlace(name=name, address=address))


async def _form(request: web.Request, filled: Entered, asked: Wanted | None = None) -> web.Response:
    """The form, with the days that it would have once they are known."""
    async with request.app[STORE].look() as look:
        models = await offered(request, look)
    today = day_of(look.now, asked.laid.zone) if asked else None
    preview = forecast(asked.laid, request[LANGUAGE], request[SAY], today) if asked and today else None
    carried = {name: filled.value(name) for name in CARRIED if filled.value(name)}
    return render(
        request, "programmes/programme_new.html", filled.status, entered=filled, models=models, fields=FIELDS,
        carried=carried,
        told=_carried(carried, request), preview=preview, model=preset("", models),
        past=asked.past(today) if asked and today else 0,
    )  # fmt: skip


def _carried(carried: Mapping[str, str], request: web.Request) -> str:
    """What comes along unseen, in words."""
    when = When(request[LANGUAGE], request.app[HOUSE].card.zone)
    weekdays = [when.weekday(n) for n, name in enumerate(ON) if name in carried]
    more = [carried.get(name, "") for pair in BREAKS[1:] for name in pair]
    return " · ".join(filter(None, (carried.get("country", ""), ", ".join(weekdays), " ".join(filter(None, more)))))
