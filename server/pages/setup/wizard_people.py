"""The wizard's people: learners from a file or a copied table; those who lead need by need, or from a file."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from aiohttp import web

from calendars import groupings, programmes, uploads
from calendars.errors import Conflict, Invalid, Refused, Unavailable
from calendars.names import clean_email, clean_name
from calendars.people import importing, people
from calendars.scheduling import solves, teaching
from calendars.scheduling.readiness import Needed
from calendars.store import Work
from server import forming
from server.auth.guard import allow, signed_in
from server.keys import LANGUAGE, SAY, STORE
from server.pages.parts.forms import UNTOUCHED, Entered, entered, once, text
from server.pages.people.bringing import columns_of, decided_in, keep, look_through, shown_file
from server.pages.programmes import wizard_steps
from server.pages.timetable.making import field_names
from server.pages.timetable.words import need_word

KINDS: Final = {"learners": "learners", "teachers": "staff"}
"""Step -> what its file holds."""
MOST_NAMED: Final = 20
LONGEST_NAMES: Final = 1000
LONGEST_TABLE: Final = 200_000
routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/wizard/learners")
@allow("plan")
async def learners(request: web.Request) -> web.Response:
    """Which file; or what the one that was brought would do."""
    return await _learners(request, UNTOUCHED)


@routes.get("/programmes/{programme}/wizard/teachers")
@allow("plan")
async def teachers(request: web.Request) -> web.Response:
    """Who can lead what."""
    return await _teachers(request, UNTOUCHED)


@routes.post("/programmes/{programme}/wizard/learners")
@allow("plan")
async def bring_learners(request: web.Request) -> web.Response:
    """Keep the file, and show what it would do."""
    return await _bring(request, "learners")


@routes.post("/programmes/{programme}/wizard/teachers/file")
@allow("plan")
async def bring_teachers(request: web.Request) -> web.Response:
    """Keep the file, and show what it would do."""
    return await _bring(request, "teachers")


@routes.post("/programmes/{programme}/wizard/learners/in")
@allow("plan")
async def take_learners(request: web.Request) -> web.Response:
    """All the good lines of it; then groups are proposed at once, since nothing is decided by that."""
    answer = await _take(request, "learners")
    if answer.status == 303:
        await _propose(request)
    return answer


@routes.post("/programmes/{programme}/wizard/teachers/in")
@allow("plan")
async def take_teachers(request: web.Request) -> web.Response:
    """All the good lines of it."""
    return await _take(request, "teachers")


@routes.post("/programmes/{programme}/wizard/teachers")
@allow("plan")
async def entrust(request: web.Request) -> web.Response:
    """Take on whoever is named; when nothing is missing any more, the search for a timetable begins."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        ready = await wizard_steps.where(request, work)
        await teaching.entrust(work, actor, programme, _named(form, ready.needs))
        try:
            await solves.ask(work, actor, solves.NewSolve(programme=programme))
        except Conflict:  # one is on already, or as many wait as may: the next page asks again
            return wizard_steps.address(programme, "timetable")
        except Invalid:  # there is nothing to search for yet, or any more
            return wizard_steps.address(programme, "")
        return wizard_steps.address(programme, "timetable")

    try:
        return await once(request, form, act)
    except (Invalid, Conflict) as wrong:
        return await _teachers(request, entered(request, form, _at_need(wrong)))


def _named(form: Mapping[str, object], needs: Sequence[Needed]) -> dict[str, list[tuple[str, str]]]:
    """Need -> (name, e-mail or nothing) of each who is named there: `Anna Aalto, Ville Virta ville@example.org`."""
    found = {}
    for one in needs:
        said = text(form, f"need-{one.need}", LONGEST_NAMES)
        parts = [part for part in re.split(r"[,;]", said) if part.strip()]
        if len(parts) > MOST_NAMED:
            raise Invalid("too_many", field=one.need, most=MOST_NAMED)
        found[one.need] = [_person_in(part, one.need) for part in parts]
    return found


def _person_in(part: str, need: str) -> tuple[str, str]:
    words = part.replace("<", " ").replace(">", " ").split()
    email = next((word for word in words if "@" in word), "")
    name = clean_name(" ".join(word for word in words if "@" not in word), need)
    return name, clean_email(email, need)


def _at_need(wrong: Refused) -> Refused:
    """The same refusal, at the field of what is needed."""
    rest = {name: fact for name, fact in wrong.facts.items() if name != "field"}
    return Invalid(wrong.code, field=f"need-{wrong.facts.get('field', '')}", **rest)


async def _bring(request: web.Request, step: str) -> web.Response:
    form, programme = await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        await keep(work, request, KINDS[step], form)
        return wizard_steps.address(programme, step)

    async def again(request: web.Request, filled: Entered) -> web.Response:
        return await _shown(request, step, _with_table(filled, form))

    return await once(request, form, act, again)


async def _take(request: web.Request, step: str) -> web.Response:
    """Bring in every line that is right; the others are told and can be brought again when they are mended."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]
    kind = KINDS[step]
    looked = await look_through(request, kind)

    async def act(work: Work) -> str:
        if looked is None or looked.upload != text(form, "upload", 40):
            raise Invalid("file_gone", field="file")
        if form.get("drop"):
            await uploads.drop(work, actor, programme, kind)
            return wizard_steps.address(programme, step)
        decided = decided_in(looked.good, form)
        if step == "teachers":
            await importing.hire(work, actor, programme, decided)
        else:
            await importing.bring_in(work, actor, programme, decided, accept=True)
        await uploads.drop(work, actor, programme, kind)
        return wizard_steps.address(programme, "groups" if step == "learners" else step)

    async def again(request: web.Request, filled: Entered) -> web.Response:
        return await _shown(request, step, filled)

    return await once(request, form, act, again)


async def _propose(request: web.Request) -> None:
    """Lay a first proposal of groups down where there is none; whatever stands in its way, the next page asks."""
    actor, programme, store = signed_in(request), request.match_info["programme"], request.app[STORE]
    try:
        async with store.look() as look:
            desk = await groupings.desk(look, actor, programme)
            if desk.drafted or desk.fieldless:
                return
            asked = await groupings.sized(look, actor, programme, desk.smallest, desk.largest)
        made = await forming.formed(request.app, asked)
        async with store.work() as work:
            await groupings.lay(work, actor, programme, asked, made)
    except (Invalid, Conflict, Unavailable):
        return


def _with_table(filled: Entered, form: Mapping[str, Any]) -> Entered:
    """A copied table stays as it was, with its lines and columns."""
    said = form.get("table")
    if not isinstance(said, str):
        return filled
    table = "".join(letter for letter in said[:LONGEST_TABLE] if letter.isprintable() or letter in "\n\t")
    return replace(filled, values={**filled.values, "table": table})


async def _shown(request: web.Request, step: str, filled: Entered) -> web.Response:
    return await (_learners if step == "learners" else _teachers)(request, filled)


async def _learners(request: web.Request, filled: Entered) -> web.Response:
    actor, language, programme = signed_in(request), request[LANGUAGE], request.match_info["programme"]
    async with request.app[STORE].look() as look:
        ready = await wizard_steps.where(request, look)
        fields = await field_names(look, actor, programme, language)
        ids = {one.id: one.code for one in await programmes.fields(look, actor, programme)}
    looked = await look_through(request, "learners")
    counted = Counter(ids.get(one.entry.field, "") for one in looked.good.matches) if looked else Counter()
    return wizard_steps.page(
        request, "learners", filled, ready, columns=columns_of("learners", language), fields=fields,
        file=shown_file(request, looked.good) if looked else None, good=len(looked.good.matches) if looked else 0,
        by_field=[(fields[code], counted[code]) for code in fields if counted[code]],
        fieldless=counted[""] if fields else 0,
    )  # fmt: skip


async def _teachers(request: web.Request, filled: Entered) -> web.Response:
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        ready = await wizard_steps.where(request, look)
        fields = await field_names(look, actor, ready.line.programme.id, language)
        known = sorted({person.name for person, _ in await people.staff(look, actor)})
    looked = await look_through(request, "staff")
    return wizard_steps.page(
        request, "teachers", filled, ready, known=known, columns=columns_of("staff", language),
        needs=[(f"need-{one.need}", need_word(one.need, fields, say), one,
                sorted(one.able.items(), key=lambda pair: pair[1])) for one in ready.needs],
        file=shown_file(request, looked.good) if looked else None, good=len(looked.good.matches) if looked else 0,
    )  # fmt: skip
