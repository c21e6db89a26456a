"""A file of people: brought, looked at line by line, and brought in by one act, all of it or nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from aiohttp.web import FileField

from calendars import programmes, rights, uploads, weeks
from calendars.clock import day_of
from calendars.errors import Invalid
from calendars.freedays import WEEKDAYS
from calendars.houses import HouseCard
from calendars.names import in_language
from calendars.people import importing, staffing, weekly
from calendars.people.importing import Entry, Match, Standing
from calendars.rights import Actor, Target
from calendars.store import Look, Work
from calendars.uploads import KINDS
from server.auth.guard import allow, signed_in
from server.dates import When
from server.errorwords import ERRORS
from server.files import imports
from server.files.entries import Known, entries
from server.files.imports import HEADERS, LANGUAGES, LARGEST, Fault
from server.keys import HOUSE, LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, once, see_other, text
from server.words import Say, of_error

SHOWN = 100
IGNORED = 20  # columns that are named as not read
COLUMNS = {
    "learners": ("name", "telephone", "email", "language", "born", "municipality", "field", "level", "free",
                 "weekdays", "languages", "registered", "referred_by"),
    "staff": ("name", "telephone", "email", "language", "role", "abilities"),
}  # fmt: skip
NEW, KNOWN = "new", "known"
"""What one choice says of all doubts that are left: somebody new, or the one person who fits."""
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

    @property
    def shown_doubts(self) -> list[Match]:
        """Those of them who are asked one by one: first where several people are meant, for no choice fits all."""
        return sorted(self.doubts, key=lambda one: (len(one.perhaps) == 1, one.entry.line))[:SHOWN]

    @property
    def good(self) -> "Looked":
        """The same without the lines on which something is wrong."""
        wrong = {one.line for one in self.faults}
        kept = [one for one in self.matches if one.entry.line not in wrong]
        return Looked(self.upload, self.faults, self.ignored, kept)


@routes.get("/programmes/{programme}/import")
@allow("plan")
async def ask(request: web.Request) -> web.Response:
    """Which file."""
    return await _ask(request, UNTOUCHED)


@routes.post("/programmes/{programme}/import")
@allow("plan")
async def bring(request: web.Request) -> web.Response:
    """Keep the file, and show what it would do."""
    form, programme, kind = await request.post(), request.match_info["programme"], _kind(request)

    async def act(work: Work) -> str:
        await keep(work, request, kind, form)
        return f"/programmes/{programme}/import/preview?kind={kind}"

    return await once(request, form, act, _ask)


async def keep(work: Work, request: web.Request, kind: str, form: Mapping[str, Any]) -> None:
    """Keep the file of a form, or the table copied into it, until it is decided on. Raises Invalid and NotFound."""
    actor, programme, sent = signed_in(request), request.match_info["programme"], form.get("file")
    _, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    body = sent.file.read(LARGEST + 1) if isinstance(sent, FileField) else b""
    copied = form.get("table")  # straight out of a spreadsheet: the same, without the file
    body = body or (copied.encode(errors="replace") if isinstance(copied, str) else b"")
    if not body:
        raise Invalid("file_empty", field="file")
    await asyncio.to_thread(imports.read, body)
    await uploads.keep(work, actor, programme, kind, body)


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
    kind = _kind(request)
    looked = await look_through(request, kind)

    async def act(work: Work) -> str:
        if looked is None or looked.upload != text(form, "upload", 40):
            raise Invalid("file_gone", field="file")
        if looked.faults:
            raise Invalid("faults_in_file", field="file")
        decided = decided_in(looked, form)
        if kind == "staff":
            await importing.hire(work, actor, programme, decided)
        else:
            await importing.bring_in(work, actor, programme, decided, accept=form.get("accept") == "yes")
        await uploads.drop(work, actor, programme, kind)
        return "/staff" if kind == "staff" else f"/programmes/{programme}/people"

    return await once(request, form, act, _preview)


def decided_in(looked: Looked, form: Mapping[str, object]) -> list[tuple[Entry, str]]:
    """Each entry with whom it is; where there is a doubt, somebody chose, for one line or for all that are left."""
    found, rest = [], text(form, "all", 10)
    shown = {one.entry.line for one in looked.shown_doubts}
    for one in looked.matches:
        whom = one.sure.id if one.sure else ""
        if one.perhaps:
            said = text(form, f"who_{one.entry.line}", 40) or _for_all(rest, one)
            if said != NEW and said not in {who.id for who in one.perhaps}:
                raise Invalid("choose_who", field=f"who_{one.entry.line}" if one.entry.line in shown else "all")
            whom = "" if said == NEW else said
        found.append((one.entry, whom))
    return found


def _for_all(said: str, one: Match) -> str:
    """Whom a choice for all lines means on this one; nobody where two could be meant."""
    known = one.perhaps[0].id if len(one.perhaps) == 1 else ""
    return NEW if said == NEW else known if said == KNOWN else ""


def _kind(request: web.Request) -> str:
    said = request.query.get("kind", KINDS[0])
    return said if said in KINDS else KINDS[0]


async def _target(look: Look, request: web.Request) -> tuple[Any, Target]:
    found, target = await rights.target_of_programme(look, request.match_info["programme"])
    rights.ask(signed_in(request), "plan", target)
    return found, target


async def look_through(request: web.Request, kind: str) -> Looked | None:
    """Read the kept file and find its people; the reading is done beside the loop that serves everybody."""
    actor, programme = signed_in(request), request.match_info["programme"]
    async with request.app[STORE].look() as look:
        upload = await uploads.kept(look, actor, programme, kind)
        if upload is None:
            return None
        known = await _known(look, actor, programme, kind, request.app[HOUSE].card)
        standing = await importing.standing(look, actor, programme)
        here, _ = await rights.target_of_programme(look, programme)
        id, body = upload.id, upload.body

    def work_through() -> Looked:
        sheet = imports.read(body)
        found, faults = entries(sheet, known)
        found = [
            one if one.weekdays is None else replace(one, weekdays=weekly.as_held(here, one.weekdays)) for one in found
        ]
        return Looked(id, faults, sheet.ignored, importing.match(found, standing))

    return await asyncio.to_thread(work_through)


async def _known(look: Look, actor: Actor, programme: str, kind: str, card: HouseCard) -> Known:
    fields: dict[str, str] = {}
    for one in await programmes.fields(look, actor, programme):
        for name in (one.code, *one.name.values()):
            fields[name.casefold()] = one.code if kind == "staff" else one.id
    today = day_of(look.now, card.zone)
    return Known(fields, list(await staffing.known(look, actor)), card.languages, kind == "staff", today)


def columns_of(kind: str, language: str) -> list[str]:
    """What the columns of a file are called in her language."""
    return [_column(one, language) for one in COLUMNS[kind]]


async def _ask(request: web.Request, filled: Entered) -> web.Response:
    async with request.app[STORE].look() as look:
        programme, _ = await _target(look, request)
    language, kind = request[LANGUAGE], _kind(request)
    return render(
        request, "people/import.html", filled.status, entered=filled, programme=programme.id, kind=kind,
        name=in_language(programme.name, language, programme.language),
        columns=columns_of(kind, language),
    )  # fmt: skip


async def _preview(request: web.Request, filled: Entered) -> web.Response:
    looked = await look_through(request, _kind(request))
    if looked is None and filled.status == 200:
        async with request.app[STORE].look() as look:
            await _target(look, request)
        return see_other(f"/programmes/{request.match_info['programme']}/import?kind={_kind(request)}")
    if looked is None:
        return await _ask(request, filled)
    async with request.app[STORE].look() as look:
        programme, _ = await _target(look, request)
    return render(
        request, "people/import_preview.html", filled.status, entered=filled, programme=programme.id,
        kind=_kind(request),
        name=in_language(programme.name, request[LANGUAGE], programme.language), file=shown_file(request, looked),
    )  # fmt: skip


def shown_file(request: web.Request, looked: Looked) -> dict[str, Any]:
    """What a file would do, for the templates that tell it before it is done."""
    language, say = request[LANGUAGE], request[SAY]
    sure = [one for one in looked.matches if one.sure]
    broken = {one.line for one in looked.faults}
    new = [one.entry for one in looked.matches if not one.sure and not one.perhaps and one.entry.line not in broken]
    changed = [one for one in sure if one.changes]
    return {
        "upload": looked.upload, "shown": SHOWN,
        "faults": [(one.line, _column(one.column, language), fault_words(one, say), one.value)
                   for one in looked.faults[:SHOWN]],
        "faulty": len(looked.faults), "broken": len(broken), "ignored": looked.ignored[:IGNORED],
        "ignored_more": max(0, len(looked.ignored) - IGNORED), "new": new[:SHOWN], "news": len(new),
        "same": len(sure) - len(changed), "changes": len(changed),
        "changed": [
            (one.entry, [(_column(column, language), *(_value(column, side, language, say) for side in sides))
                         for column, *sides in one.changes])
            for one in changed[:SHOWN]
        ],
        "doubted": len(looked.doubts), "new_word": NEW, "known_word": KNOWN,
        "doubts": [(one.entry, [(who.id, _perhaps(one, who, language, say)) for who in one.perhaps])
                   for one in looked.shown_doubts],
    }  # fmt: skip


def _perhaps(one: Match, who: Standing, language: str, say: Say) -> str:
    """One whom a line may mean, with what the file would change of her weekdays."""
    week = next((change for change in replace(one, sure=who, perhaps=()).changes if change[0] == "weekdays"), None)
    turned = " → ".join(_value("weekdays", side, language, say) for side in week[1:]) if week else ""
    return " · ".join(filter(None, (who.name, who.telephone, who.email, who.born, turned)))


def _value(column: str, value: str, language: str, say: Say) -> str:
    """A value of a file as it is read; weekdays in words."""
    if column != "weekdays":
        return value
    words = dict(zip(WEEKDAYS, (When(language, "UTC").weekday(n) for n in range(7)), strict=True))
    return " ".join(words[one] for one in weeks.named(int(value))) or say("all days")


def _column(column: str, language: str) -> str:
    """What her language calls a column."""
    return HEADERS[column][LANGUAGES.get(language, 0)] if column in HEADERS else column


def fault_words(fault: Fault, say: Say) -> str:
    """What is wrong on a line, in words."""
    code = fault.code if fault.code in ERRORS else "bad_choice"
    return of_error(code, say, {"line": fault.value, "most": 120, "field": fault.column})
