"""Programmes: the line of days and the groups; a new one from a blueprint, looked at before it is made."""

from typing import Any

from aiohttp import web

from calendars import blueprints, groups, people, programmes, rights, schooldays
from calendars.errors import Conflict, Invalid, NotFound
from calendars.groups import NewGroup
from calendars.names import in_language
from calendars.programmes import NewPlace, NewProgramme
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE, VIDEO
from server.pages.arrival import text
from server.pages.coordinator import shown_line
from server.pages.forms import UNTOUCHED, Entered, day_in, entered, once
from server.pages.ways import staff_page

routes = web.RouteTableDef()


@routes.get("/programmes")
@allow("see_plan")
async def page(request: web.Request) -> web.Response:
    """Every programme that she has a part in."""
    actor, language = signed_in(request), request[LANGUAGE]
    async with request.app[STORE].look() as look:
        lines = [await programmes.line(look, actor, one.id) for one in await programmes.of(look, actor)]
    return staff_page(
        request, "programmes.html", lines=[shown_line(one, language, request[SAY]) for one in lines],
        may_plan=bool(rights.scopes_of(actor, "plan")),
    )  # fmt: skip


@routes.get("/programmes/new")
@allow("plan")
async def ask(request: web.Request) -> web.Response:
    """Which model, from which day, where; with a start day its days are shown before anything is made."""
    if "start" not in request.query:
        return await _form(request, UNTOUCHED)
    filled = entered(request, request.query)
    try:
        day_in(request.query, "start")
        schooldays.plan(blueprints.load(text(request.query, "blueprint", 60)), day_in(request.query, "start"))
    except (Invalid, NotFound) as wrong:
        return await _form(request, entered(request, request.query, Invalid(wrong.code, field="start", **_rest(wrong))))
    return await _form(request, filled)


@routes.post("/programmes/new")
@allow("plan")
async def make(request: web.Request) -> web.Response:
    """Make it."""
    actor, form = signed_in(request), await request.post()

    async def act(work: Work) -> str:
        blueprint = blueprints.load(text(form, "blueprint", 60))
        place = NewPlace(name=text(form, "place", 2000), address=text(form, "address", 2000))
        organisation = (await people.organisations(work, actor))[0].id
        new = NewProgramme(
            blueprint=blueprint, start=day_in(form, "start"), organisation=organisation,
            places=dict.fromkeys(blueprint.places, place),
        )  # fmt: skip
        return f"/programmes/{(await programmes.plan(work, actor, new)).id}"

    try:
        return await once(request, form, act)
    except (Invalid, Conflict) as wrong:
        return await _form(request, entered(request, form, wrong))


def _rest(wrong: Any) -> dict[str, object]:
    return {name: fact for name, fact in wrong.facts.items() if name != "field"}


async def _form(request: web.Request, filled: Entered) -> web.Response:
    language = request[LANGUAGE]
    models = [(name, in_language(blueprints.load(name).title, language)) for name in blueprints.names()]
    return staff_page(
        request, "programme_new.html", filled.status, entered=filled, models=models,
        preview=_preview(request, filled) if filled.value("start") and not filled.words else None,
    )  # fmt: skip


def _preview(request: web.Request, filled: Entered) -> dict[str, Any]:
    """The days that the programme would have."""
    laid = schooldays.plan(blueprints.load(filled.value("blueprint")), day_in(filled.values, "start"))
    when = When(request[LANGUAGE], laid.zone)
    tiles = [{"kind": one.kind, "when": "ahead", "label": f"{one.n}. {when.day(one.date)}"} for one in laid.days]
    return {"tiles": tiles, "counts": laid.counts, "starts": when.day(laid.start), "ends": when.day(laid.end)}


@routes.get("/programmes/{programme}")
@allow("see_plan")
async def show(request: web.Request) -> web.Response:
    """Its days, its groups with their people, its video rooms."""
    return await _programme(request, UNTOUCHED)


async def _programme(request: web.Request, filled: Entered) -> web.Response:
    actor, language, programme = signed_in(request), request[LANGUAGE], request.match_info["programme"]
    async with request.app[STORE].look() as look:
        line = await programmes.line(look, actor, programme)
        target = rights.Target(line.programme.organisation, programme)
        rights.ask(actor, "see_plan", target)
        formed = await groups.of_programme(look, actor, programme)
        sees = rights.may(actor, "see_people", target)
        members = await groups.members(look, actor, [group.id for group, _ in formed], line.today) if sees else []
        fields = await programmes.fields(look, actor, programme)
    teaching = line.programme.language
    return staff_page(
        request, "programme.html", filled.status, line=shown_line(line, language, request[SAY]), entered=filled,
        provider=line.programme.provider, providers=request.app[VIDEO].names,
        may_plan=rights.may(actor, "plan", target),
        groups=[(group.id, in_language(group.name, language, teaching), [m for m in members if m.group == group.id])
                for group, _ in formed],
        fields=[(one.id, in_language(one.name, language, teaching)) for one in fields],
        sees_report=rights.may(actor, "see_report", target),
    )  # fmt: skip


@routes.get("/programmes/{programme}/days/{n}")
@allow("see_plan")
async def day(request: web.Request) -> web.Response:
    """A tile leads to its programme, at that day."""
    async with request.app[STORE].look() as look:
        found, target = await rights.target_of_programme(look, request.match_info["programme"])
    rights.ask(signed_in(request), "see_plan", target)
    raise web.HTTPSeeOther(f"/programmes/{found.id}")


@routes.post("/programmes/{programme}/groups")
@allow("plan")
async def form_group(request: web.Request) -> web.Response:
    """A new group of one field."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        await groups.form(work, actor, NewGroup(programme, text(form, "field", 40), text(form, "name", 2000)))
        return f"/programmes/{programme}"

    try:
        return await once(request, form, act)
    except (Invalid, Conflict) as wrong:
        return await _programme(request, entered(request, form, wrong))


@routes.post("/programmes/{programme}/provider")
@allow("plan")
async def choose_provider(request: web.Request) -> web.Response:
    """Take the video rooms from elsewhere from now on; no learner's link changes."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        name = request.app[VIDEO].check(text(form, "provider", 40))
        await programmes.choose_provider(work, actor, programme, name)
        return f"/programmes/{programme}"

    try:
        return await once(request, form, act)
    except (Invalid, Conflict) as wrong:
        return await _programme(request, entered(request, form, wrong))
