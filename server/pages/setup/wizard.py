"""The wizard from nothing to a live programme: its first step, the way to the one that is left, and its last page."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from calendars import groups, models, places, programmes, rights
from calendars.blueprints.form import Blueprint
from calendars.clock import day_of
from calendars.errors import Conflict, Invalid
from calendars.freedays import countries, sensible_start
from calendars.names import clean_line, clean_name, in_language
from calendars.places import NewPlace
from calendars.programmes import NewProgramme
from calendars.rights import Target
from calendars.scheduling import readiness, solves
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import HOUSE, LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, entered, once, see_other, text
from server.pages.parts.tiles import shown_kinds, shown_line
from server.pages.programmes import wizard_steps
from server.pages.programmes.forecast import forecast, told
from server.pages.programmes.plan_fields import at_field, not_behind, planned_in, wanted
from server.pages.timetable.making import field_names
from server.pages.timetable.solves import shown_search
from server.pages.timetable.words import need_word

LONGEST: Final = 200
FIELDS: Final = ("blueprint", "start", "late", "place", "address", "break_first", "break_last")
ELSEWHERE: Final = {"name": "place", "breaks": "break_last", "zone": "start", "country": "start"}
USUAL: Final = "occupation-for-immigrants"
MOST_UNFINISHED: Final = 6
routes = web.RouteTableDef()


@routes.get("/wizard")
@allow("plan")
async def ask(request: web.Request) -> web.Response:
    """Which training model, from which day; all of it is chosen already, and its days are shown."""
    return await _first(request, entered(request, request.query) if "blueprint" in request.query else UNTOUCHED)


@routes.post("/wizard")
@allow("plan")
async def make(request: web.Request) -> web.Response:
    """Make the programme, and go on to its people."""
    actor, form = signed_in(request), await request.post()

    async def act(work: Work) -> str:
        asked = await wanted(request, work, form)
        not_behind(asked, form, day_of(work.now, asked.laid.zone))
        new = NewProgramme(
            blueprint=asked.blueprint, start=asked.start, organisation=asked.organisation, country=asked.country,
            zone=asked.laid.zone, breaks=asked.breaks, places=_places(asked.blueprint, form),
        )  # fmt: skip
        return wizard_steps.address((await programmes.plan(work, actor, new)).id, "learners")

    try:
        return await once(request, form, act)
    except (Invalid, Conflict) as wrong:
        return await _first(request, entered(request, form, at_field(wrong, FIELDS, ELSEWHERE)))


@routes.get("/programmes/{programme}/wizard")
@allow("plan")
async def go_on(request: web.Request) -> web.Response:
    """To the first step of which something is left."""
    ready = await wizard_steps.standing(request)
    return see_other(wizard_steps.address(ready.line.programme.id, ready.next or "ready"))


@routes.get("/programmes/{programme}/wizard/programme")
@allow("plan")
async def look_back(request: web.Request) -> web.Response:
    """What was chosen in the first step, and where it is."""
    return await _programme(request, UNTOUCHED)


@routes.post("/programmes/{programme}/wizard/programme")
@allow("plan")
async def furnish(request: web.Request) -> web.Response:
    """Say where the contact days really are."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        ready = await wizard_steps.where(request, work)
        stand = {day.place.id: (day.place.name, day.place.address) for day in ready.line.days if day.place}
        for id, (name, where) in _said_places(form).items():
            clean_name(name, f"place-{id}")
            if stand.get(id) == (name, where):  # every calendar would show a change that is none
                continue
            await places.furnish(work, actor, programme, id, NewPlace(name=name, address=where))
        return wizard_steps.address(programme, "")

    return await once(request, form, act, _programme)


@routes.get("/programmes/{programme}/wizard/ready")
@allow("plan")
async def ready_page(request: web.Request) -> web.Response:
    """What lives now, what is still missing, and what to do next."""
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        ready = await wizard_steps.where(request, look)
        programme = ready.line.programme
        formed = await groups.of_programme(look, actor, programme.id)
        day = min(max(ready.line.today, programme.starts), programme.ends)
        members = await groups.members(look, actor, [group.id for group, _ in formed], day)
        fields = await field_names(look, actor, programme.id, language)
        last = await solves.latest(look, actor, programme.id)
        published = await shown_search(request, look, last) if last else None
    leaders = {id: name for one in ready.needs for id, name in one.able.items()}
    return wizard_steps.page(
        request, "ready", UNTOUCHED, ready, line=shown_line(ready.line, language, say),
        kinds_shown=shown_kinds(ready.line, say), told=told(ready.line.counts, 0, say),
        groups=[(group.id, in_language(group.name, language, programme.language),
                 sum(one.group == group.id for one in members)) for group, _ in formed],
        leaders=sorted(leaders.items(), key=lambda pair: pair[1]),
        solve=published,
        wordless=[need_word(one.need, fields, say) for one in ready.needs if one.talks and not one.able],
        short=[need_word(one.need, fields, say) for one in ready.needs if one.short and not one.talks],
    )  # fmt: skip


def _places(blueprint: Blueprint, form: Mapping[str, object]) -> dict[str, NewPlace]:
    """The one place that stands for all of the model's: nobody is sent to a house that a model has made up."""
    name, where = text(form, "place", LONGEST), text(form, "address", LONGEST)
    clean_line(where, "address")
    if not (blueprint.places or name or where):
        return {}
    clean_name(name, "place")
    return dict.fromkeys(blueprint.places, NewPlace(name=name, address=where))


def _said_places(form: Mapping[str, object]) -> dict[str, tuple[str, str]]:
    ids = [name.removeprefix("place-") for name in form if name.startswith("place-")]
    return {id: (text(form, f"place-{id}", LONGEST), text(form, f"address-{id}", LONGEST)) for id in ids}


async def _first(request: web.Request, filled: Entered) -> web.Response:
    """The first step: with what was entered, else with what is nearly always right."""
    card = request.app[HOUSE].card
    async with request.app[STORE].look() as look:
        today = day_of(look.now, card.zone)
        offered = await _offered(request, look)
        met = await places.latest(look, signed_in(request), await planned_in(request, look))
        country = card.country if card.country.partition("-")[0] in countries() else offered[0].country
        values = {"blueprint": USUAL if any(one.name == USUAL for one in offered) else offered[0].name,
                  "start": When("fi", card.zone).dated(sensible_start(country, today)),
                  "place": met.name if met else card.name, "address": met.address if met else ""}  # fmt: skip
        filled = Entered(values | dict(filled.values), filled.words, filled.field, filled.status)
        try:
            asked = await wanted(request, look, filled.values)
        except Invalid as wrong:
            asked = None
            if not filled.words:
                filled = entered(request, filled.values, at_field(wrong, FIELDS, ELSEWHERE))
        unfinished = await _unfinished(request, look)
    chosen = asked.blueprint if asked else next(one for one in offered if one.name == values["blueprint"])
    return render(
        request, "setup/wizard_programme_new.html", filled.status, entered=filled, fields=FIELDS,
        steps=wizard_steps.steps(request[SAY], "programme"), unfinished=unfinished,
        models=[(one.name, in_language(one.title, request[LANGUAGE]), in_language(one.summary, request[LANGUAGE]))
                for one in offered],
        teaching=chosen.teaching_language, on_site=bool(chosen.places),
        known=met is not None,
        past=asked.past(today) if asked and asked.laid.end >= today else 0,
        preview=forecast(asked.laid, request[LANGUAGE], request[SAY], today) if asked else None,
    )  # fmt: skip


async def _offered(request: web.Request, look: Look) -> list[Blueprint]:
    """The newest version of every model, the usual one first."""
    actor, organisation = signed_in(request), await planned_in(request, look)
    names = dict.fromkeys(
        one.name for one in await models.offered(look, actor, organisation) if not one.withdrawn
    )  # fmt: skip
    ordered = sorted(names, key=lambda name: (name != USUAL, name))
    return [await models.blueprint(look, actor, organisation, name) for name in ordered]


async def _unfinished(request: web.Request, look: Look) -> list[dict[str, Any]]:
    """Programmes that are not over and not live yet: somebody may only have paused."""
    actor, found = signed_in(request), []
    known = [
        one for one in await programmes.of(look, actor)
        if one.ends >= day_of(look.now, one.zone) and rights.may(actor, "plan", Target(one.organisation, one.id))
    ]  # fmt: skip
    for one in known[:MOST_UNFINISHED]:
        ready = await readiness.of(look, actor, one.id)
        if ready.unfinished:
            found.append({"line": shown_line(ready.line, request[LANGUAGE], request[SAY]),
                          "next": request[SAY](wizard_steps.STEPS[ready.next])})  # fmt: skip
    return found


async def _programme(request: web.Request, filled: Entered) -> web.Response:
    language, say = request[LANGUAGE], request[SAY]
    ready = await wizard_steps.standing(request)
    places = {day.place.id: (day.place.name, day.place.address) for day in ready.line.days if day.place}
    return wizard_steps.page(
        request, "programme", filled, ready, line=shown_line(ready.line, language, say), places=places,
        kinds_shown=shown_kinds(ready.line, say), told=told(ready.line.counts, 0, say),
    )  # fmt: skip
