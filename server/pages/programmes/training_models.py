"""Training models: looked at, taken home as a file, changed, brought in, taken out."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from aiohttp.web_request import FileField

from calendars import models
from calendars.blueprints import shipped
from calendars.blueprints.form import Blueprint
from calendars.blueprints.sheets import LONGEST_SHEET
from calendars.errors import Conflict, Invalid, NotFound
from calendars.names import in_language
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.faultwords import fault_in_words
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import once, text
from server.pages.programmes.model_words import in_words, tiles
from server.pages.programmes.plan_fields import PlansIn, planned_in, plans_in
from server.words import of_error

MOST_FAULTS: Final = 50
routes: Final = web.RouteTableDef()


@routes.get("/models")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """Every model with the line of its days, the newest version of each first."""
    actor, language = signed_in(request), request[LANGUAGE]
    async with request.app[STORE].look() as look:
        here = await plans_in(request, look)
        organisation = here.organisation
        known = await models.offered(look, actor, organisation)
        drawn = {one.key: tiles(await models.blueprint(look, actor, organisation, one.name, one.version), language,
                                request[SAY]) for one in known}  # fmt: skip
    rows = [{"key": one.key, "name": one.name, "version": one.version, "title": in_language(one.title, language),
             "shipped": one.shipped, "programmes": one.programmes, "withdrawn": one.withdrawn,
             "tiles": drawn[one.key]} for one in known]  # fmt: skip
    return render(request, "programmes/models.html", rows=rows, here=here)


@routes.get("/models/new")
@allow("plan")
async def ask(request: web.Request) -> web.Response:
    """An empty sheet, or with `?from=name@version` that model with its version counted up."""
    name, _, version = request.query.get("from", "").partition("@")
    sheet = ""
    async with request.app[STORE].look() as look:
        actor, organisation = signed_in(request), await planned_in(request, look)
        if name:
            sheet = await models.text_of(look, actor, organisation, name, version)
            others = [one.version for one in await models.offered(look, actor, organisation) if one.name == name]
    if name:
        free = models.next_version(version, others)
        sheet = sheet.replace(f'version = "{version}"', f'version = "{free}"', 1)
    return _form(request, sheet)


@routes.post("/models/new")
@allow("plan")
async def bring_in(request: web.Request) -> web.Response:
    """Check a sheet, or keep it. What was written stays, whatever is wrong with it."""
    actor, form = signed_in(request), await request.post()
    try:
        sheet, source = _sheet(form)
        # a sheet can be made to take a second or two; beside the loop it takes them from nobody
        good = await asyncio.to_thread(shipped.parse, sheet, source)
        if text(form, "act", 10) == "check":
            return _form(request, sheet, good=good)
    except Invalid as wrong:
        return _form(request, _written(form), wrong)

    async def act(work: Work) -> str:
        here = await plans_in(request, work)
        kept = await models.bring_in(work, actor, here.organisation, sheet, source)
        return _of(f"/models/{kept.name}/{kept.version}", here)

    try:
        return await once(request, form, act)
    except (Invalid, Conflict) as wrong:
        return _form(request, sheet, wrong)


@routes.get("/models/{name}/{version}")
@allow("plan")
async def show(request: web.Request) -> web.Response:
    """One version in words and pictures."""
    name, version = request.match_info["name"], request.match_info["version"]
    async with request.app[STORE].look() as look:
        actor, here = signed_in(request), await plans_in(request, look)
        organisation = here.organisation
        it = next(
            (one for one in await models.offered(look, actor, organisation) if one.key == f"{name}@{version}"), None
        )
        if it is None:
            raise NotFound()
        found = await models.blueprint(look, actor, organisation, name, version)
    key = f"{it.key}@{organisation}" if here.of else it.key
    return render(
        request,
        "programmes/model.html",
        it=it,
        here=here,
        key=key,
        model=in_words(found, request[LANGUAGE], request[SAY]),
    )


@routes.get("/models/{name}/{version}/file")
@allow("plan")
async def file(request: web.Request) -> web.Response:
    """The model as the file that it is."""
    name, version = request.match_info["name"], request.match_info["version"]
    async with request.app[STORE].look() as look:
        organisation = await planned_in(request, look)
        sheet = await models.text_of(look, signed_in(request), organisation, name, version)
    return as_file(sheet, f"{name}-{version}.toml")


@routes.post("/models/{name}/{version}/offer")
@allow("plan")
async def offer(request: web.Request) -> web.Response:
    """Offer a version no more, or again."""
    actor, form = signed_in(request), await request.post()
    name, version = request.match_info["name"], request.match_info["version"]

    async def act(work: Work) -> str:
        verb = models.withdraw if text(form, "act", 10) == "withdraw" else models.offer_again
        here = await plans_in(request, work)
        await verb(work, actor, here.organisation, name, version)
        return _of("/models", here)

    return await once(request, form, act)


def _of(path: str, here: PlansIn) -> str:
    """The address, for the organisation that was chosen."""
    return f"{path}?{here.of}" if here.of else path


def as_file(sheet: str, name: str) -> web.Response:
    """A sheet as a download."""
    kept = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return web.Response(text=sheet, content_type="application/toml", headers=kept)


def _chosen(request: web.Request) -> str:
    """What the address says of the organisation, for the form to say it again."""
    said = request.query.get("organisation", "")
    return f"?organisation={said}" if said.isalnum() else ""


def _sheet(form: Mapping[str, Any]) -> tuple[str, str]:
    """The file that was chosen, else what stands in the field, with its name."""
    given = form.get("file")
    if isinstance(given, FileField) and given.filename:
        try:
            return given.file.read(4 * LONGEST_SHEET).decode("utf-8-sig"), given.filename[:80]
        except UnicodeDecodeError:
            raise Invalid("bad_text", field="file") from None
    return _written(form), "blueprint.toml"


def _written(form: Mapping[str, Any]) -> str:
    said = form.get("text", "")
    return said.replace("\r\n", "\n") if isinstance(said, str) else ""


def _form(
    request: web.Request, sheet: str, wrong: Invalid | Conflict | None = None, good: Blueprint | None = None
) -> web.Response:
    faults: list[tuple[int, str]] = []
    words, more = "", 0
    if wrong is not None and isinstance(found := wrong.facts.get("faults"), tuple):
        faults = [(one.line, fault_in_words(one, request[SAY])) for one in found[:MOST_FAULTS]]
        more = max(0, len(found) - MOST_FAULTS)
    elif wrong is not None:
        words = of_error(wrong.code, request[SAY], wrong.facts)
    status = 200 if wrong is None else 409 if isinstance(wrong, Conflict) else 422
    return render(
        request, "programmes/model_new.html", status, of=_chosen(request), sheet=sheet, faults=faults, more=more,
        words=words,
        good=good and in_words(good, request[LANGUAGE], request[SAY]),
    )  # fmt: skip
