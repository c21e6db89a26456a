"""Training models: looked at, taken home as a file, changed, brought in, taken out."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from aiohttp.web_request import FileField

from calendars import blueprints, models
from calendars.blueprint_form import Blueprint
from calendars.errors import Conflict, Invalid, NotFound
from calendars.names import in_language
from calendars.sheets import LONGEST_SHEET
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.faultwords import fault_in_words
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.forms import once, text
from server.pages.model_words import in_words, tiles
from server.pages.plan_fields import planned_in
from server.words import of_error

MOST_FAULTS: Final = 50
routes: Final = web.RouteTableDef()


@routes.get("/models")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """Every model with the line of its days, the newest version of each first."""
    actor, language = signed_in(request), request[LANGUAGE]
    async with request.app[STORE].look() as look:
        organisation = await planned_in(request, look)
        known = await models.offered(look, actor, organisation)
        drawn = {one.key: tiles(await models.blueprint(look, actor, organisation, one.name, one.version), language,
                                request[SAY]) for one in known}  # fmt: skip
    rows = [{"key": one.key, "name": one.name, "version": one.version, "title": in_language(one.title, language),
             "shipped": one.shipped, "programmes": one.programmes, "withdrawn": one.withdrawn,
             "tiles": drawn[one.key]} for one in known]  # fmt: skip
    return render(request, "models.html", rows=rows)


@routes.get("/models/new")
@allow("plan")
async def ask(request: web.Request) -> web.Response:
    """An empty sheet, or with `?from=name@version` that model with its version counted up."""
    name, _, version = request.query.get("from", "").partition("@")
    sheet = ""
    if name:
        async with request.app[STORE].look() as look:
            actor, organisation = signed_in(request), await planned_in(request, look)
            sheet = await models.text_of(look, actor, organisation, name, version)
            others = [one.version for one in await models.offered(look, actor, organisation) if one.name == name]
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
        if text(form, "act", 10) == "check":
            return _form(request, sheet, good=blueprints.parse(sheet, source))
    except Invalid as wrong:
        return _form(request, _written(form), wrong)

    async def act(work: Work) -> str:
        kept = await models.bring_in(work, actor, await planned_in(request, work), sheet, source)
        return f"/models/{kept.name}/{kept.version}"

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
        actor, organisation = signed_in(request), await planned_in(request, look)
        it = next(
            (one for one in await models.offered(look, actor, organisation) if one.key == f"{name}@{version}"), None
        )
        if it is None:
            raise NotFound()
        found = await models.blueprint(look, actor, organisation, name, version)
    return render(request, "model.html", it=it, model=in_words(found, request[LANGUAGE], request[SAY]))


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
        await verb(work, actor, await planned_in(request, work), name, version)
        return "/models"

    return await once(request, form, act)


def as_file(sheet: str, name: str) -> web.Response:
    """A sheet as a download."""
    kept = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return web.Response(text=sheet, content_type="application/toml", headers=kept)


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
        request, "model_new.html", status, sheet=sheet, faults=faults, more=more, words=words,
        good=good and in_words(good, request[LANGUAGE], request[SAY]),
    )  # fmt: skip
