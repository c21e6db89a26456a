"""A file of people: brought, looked at line by line, and brought in by one act, all of it or nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.web import FileField

from calendars import importing, programmes, rights, staffing, uploads
from calendars.errors import Invalid
from calendars.importing import Entry, Match
from calendars.names import in_language
from calendars.rights import Actor, Target
from calendars.store import Look, Work
from calendars.uploads import KINDS
from server.auth.guard import allow, signed_in
from server.errorwords import ERRORS
from server.files import imports
from server.files.entries import Known, entries
from server.files.imports import HEADERS, LANGUAGES, LARGEST, Fault
from server.keys import HOUSE, LANGUAGE, SAY, STORE
from server.page import render
from server.pages.forms import UNTOUCHED, Entered, once, see_other, text
from server.words import Say, of_error

SHOWN = 100
COLUMNS = {
    "learners": ("name", "telephone", "email", "language", "born", "municipality", "field", "level", "free",
                 "languages", "registered", "referred_by"),
    "staff": ("name", "telephone", "email", "language", "role", "abilities"),
}  # fmt: skip
NEW = "new"
routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file would do."""

    upload: str
    faults: Sequence[Fault]
    ignored: tuple[str, ...]
    matches: Sequence[Match]

    @property
    def doubts(self) -> list[Match]:
        return [one for one in self.matches if one.perhaps]


@routes.get("/programmes/{programme}/import")
@allow("plan")
async def ask(request: web.Request) -> web.Response:
    """Which file."""
    return await _ask(request, UNTOUCHED)


@routes.post("/programmes/{programme}/import")
@allow("plan")
async def bring(request: web.Request) -> web.Response:
    """Keep the file, and show what it would do."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]
    kind, sent = _kind(request), form.get("file")

    async def act(work: Work) -> str:
        _, target = await rights.target_of_programme(work, programme)
        rights.ask(actor, "plan", target)
        body = sent.file.read(LARGEST + 1) if isinstance(sent, FileField) else b""
        if not body:
            raise Invalid("file_empty", field="file")
        await asyncio.to_thread(imports.read, body)
        await uploads.keep(work, actor, programme, kind, body)
        return f"/programmes/{programme}/import/preview?kind={kind}"

    return await once(request, form, act, _ask)


@routes.get("/programmes/{programme}/import/template.csv")
@allow("plan")
async def template(request: web.Request) -> web.Response:
    """An empty file to fill in."""
    async with request.app[STORE].look() as look:
        await _target(look, request)
    kind = _kind(request)
    return web.Response(
        body=imports.template(COLUMNS[kind], request[LANGUAGE]), content_type="text/csv", charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{kind}.csv"', "Cache-Control": "private, no-store"},
    )  # fmt: skip


@routes.get("/programmes/{programme}/import/preview")
@allow("plan")
async def preview(request: web.Request) -> web.Response:
    """Who is new, who is known already, what is wrong on which line."""
    return await _preview(request, UNTOUCHED)


@routes.post("/programmes/{programme}/import/preview")
@allow("plan")
async def confirm(request: web.Request) -> web.Response:
    """All of it, or nothing."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]
    kind, looked = _kind(request), await _look(request)

    async def act(work: Work) -> str:
        if looked is None or looked.upload != text(form, "upload", 40):
            raise Invalid("file_gone", field="file")
        if looked.faults:
            raise Invalid("faults_in_file", field="file")
        decided = _decided(looked, form)
        if kind == "staff":
            await importing.hire(work, actor, programme, decided)
        else:
            await importing.bring_in(work, actor, programme, decided, accept=form.get("accept") == "yes")
        await uploads.drop(work, actor, programme, kind)
        return "/staff" if kind == "staff" else f"/programmes/{programme}/people"

    return await once(request, form, act, _preview)


def _decided(looked: Looked, form: Mapping[str, object]) -> list[tuple[Entry, str]]:
    """Each entry with whom it is; where there is a doubt, somebody chose."""
    found = []
    for one in looked.matches:
        whom = one.sure.id if one.sure else ""
        if one.perhaps:
            said = text(form, f"who_{one.entry.line}", 40)
            if said != NEW and said not in {who.id for who in one.perhaps}:
                raise Invalid("choose_who", field=f"who_{one.entry.line}")
            whom = "" if said == NEW else said
        found.append((one.entry, whom))
    return found


def _kind(request: web.Request) -> str:
    said = request.query.get("kind", KINDS[0])
    return said if said in KINDS else KINDS[0]


async def _target(look: Look, request: web.Request) -> tuple[Any, Target]:
    found, target = await rights.target_of_programme(look, request.match_info["programme"])
    rights.ask(signed_in(request), "plan", target)
    return found, target


async def _look(request: web.Request) -> Looked | None:
    """Read the kept file and find its people; the reading is done beside the loop that serves everybody."""
    actor, programme, kind = signed_in(request), request.match_info["programme"], _kind(request)
    async with request.app[STORE].look() as look:
        upload = await uploads.kept(look, actor, programme, kind)
        if upload is None:
            return None
        known = await _known(look, actor, programme, kind, request.app[HOUSE].card.languages)
        standing = await importing.standing(look, actor, programme)
        id, body = upload.id, upload.body

    def work_through() -> Looked:
        sheet = imports.read(body)
        found, faults = entries(sheet, known)
        return Looked(id, faults, sheet.ignored, importing.match(found, standing))

    return await asyncio.to_thread(work_through)


async def _known(look: Look, actor: Actor, programme: str, kind: str, languages: Sequence[str]) -> Known:
    fields: dict[str, str] = {}
    for one in await programmes.fields(look, actor, programme):
        for name in (one.code, *one.name.values()):
            fields[name.casefold()] = one.code if kind == "staff" else one.id
    return Known(fields, list(await staffing.known(look, actor)), languages, staff=kind == "staff")


async def _ask(request: web.Request, filled: Entered) -> web.Response:
    async with request.app[STORE].look() as look:
        programme, _ = await _target(look, request)
    language, kind = request[LANGUAGE], _kind(request)
    return render(
        request, "import.html", filled.status, entered=filled, programme=programme.id, kind=kind,
        name=in_language(programme.name, language, programme.language),
        columns=[_column(one, language) for one in COLUMNS[kind]],
    )  # fmt: skip


async def _preview(request: web.Request, filled: Entered) -> web.Response:
    looked, language, say = await _look(request), request[LANGUAGE], request[SAY]
    if looked is None and filled.status == 200:
        async with request.app[STORE].look() as look:
            await _target(look, request)
        return see_other(f"/programmes/{request.match_info['programme']}/import?kind={_kind(request)}")
    if looked is None:
        return await _ask(request, filled)
    async with request.app[STORE].look() as look:
        programme, _ = await _target(look, request)
    sure = [one for one in looked.matches if one.sure]
    new = [one.entry for one in looked.matches if not one.sure and not one.perhaps]
    changed = [one for one in sure if one.changes]
    return render(
        request, "import_preview.html", filled.status, entered=filled, programme=programme.id, kind=_kind(request),
        name=in_language(programme.name, language, programme.language), upload=looked.upload, shown=SHOWN,
        faults=[(one.line, _column(one.column, language), fault_words(one, say), one.value)
                for one in looked.faults[:SHOWN]],
        faulty=len(looked.faults), ignored=looked.ignored, new=new[:SHOWN], news=len(new),
        same=len(sure) - len(changed),
        changed=[(one.entry, [(_column(column, language), before, after) for column, before, after in one.changes])
                 for one in changed[:SHOWN]],
        changes=len(changed),
        doubts=[(one.entry, [(who.id, " · ".join(filter(None, (who.name, who.telephone, who.email, who.born))))
                             for who in one.perhaps]) for one in looked.doubts],
    )  # fmt: skip


def _column(column: str, language: str) -> str:
    """What her language calls a column."""
    return HEADERS[column][LANGUAGES.get(language, 0)] if column in HEADERS else column


def fault_words(fault: Fault, say: Say) -> str:
    """What is wrong on a line, in words."""
    code = fault.code if fault.code in ERRORS else "bad_choice"
    return of_error(code, say, {"line": fault.value, "most": 120, "field": fault.column})
