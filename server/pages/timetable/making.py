"""A timetable is asked for here: what is important in it in words, for how long to search, what is still missing."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from calendars import groups, programmes, rights
from calendars.errors import Conflict, Invalid
from calendars.names import in_language
from calendars.programmes import Line
from calendars.rights import Actor
from calendars.scheduling import scheduling, solves, teaching, weights
from calendars.scheduling.problems import Plan
from calendars.scheduling.solves import NewSolve
from calendars.scheduling.wanted import Mode
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, entered, once, see_other, text
from server.pages.parts.tiles import dated_name
from server.pages.timetable.words import lack_words
from server.words import Say, phrase

QUESTIONS: Final = {
    "teacher": phrase("A group keeps the same teacher"), "hours": phrase("The hours suit the people"),
    "gaps": phrase("No idle hours between lessons"),
}  # fmt: skip
ANSWERS: Final = {
    "little": phrase("a little important"), "much": phrase("important"), "very": phrase("very important"),
    "always": phrase("always, without exception"),
}  # fmt: skip
MOST_BESIDE: Final = 20
routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/timetable/new")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """What is important, and the button; or what is missing, and the one next step."""
    return await _page(request, UNTOUCHED)


@routes.post("/programmes/{programme}/timetable/new")
@allow("plan")
async def ask(request: web.Request) -> web.Response:
    """Search. A form without any word takes what was important before."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        words = {about: text(form, about, 10) for about in weights.WORDS if form.get(about)}
        if words:
            await scheduling.weigh(work, actor, programme, words)
        mode = text(form, "mode", 10) or "missing"
        beside = tuple(one for one in form.getall("programmes", []) if isinstance(one, str))[:MOST_BESIDE]
        new = NewSolve(
            programme=programme, programmes=beside, mode=mode, seconds=_seconds(form),  # type: ignore[arg-type]
            talks=text(form, "talks", 10) != "later",
        )  # fmt: skip
        return f"/solves/{(await solves.ask(work, actor, new)).id}"

    try:
        return await once(request, form, act)
    except (Conflict, Invalid) as wrong:
        if wrong.code == "search_under_way":
            return see_other(f"/solves/{wrong.facts['solve']}")
        return await _page(request, entered(request, form, wrong))


@routes.post("/programmes/{programme}/timetable/able")
@allow("plan")
async def enable(request: web.Request) -> web.Response:
    """Whoever teaches here (or whoever asks) can do what is missing: said in one tap, changed for each on her page."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        await teaching.enable_all(work, actor, programme, herself=bool(form.get("herself")))
        return f"/programmes/{programme}/timetable/new"

    return await once(request, form, act, _page)


def _seconds(form: Mapping[str, object]) -> int:
    said = text(form, "seconds", 4) or str(solves.USUAL_SECONDS)
    if not said.isdecimal():
        raise Invalid("bad_choice", field="seconds")
    return int(said)


async def field_names(look: Look, actor: Actor, programme: str, language: str) -> dict[str, str]:
    """The fields of a programme by their codes."""
    found = await programmes.fields(look, actor, programme)
    teaching = (await programmes.line(look, actor, programme)).programme.language
    return {one.code: in_language(one.name, language, teaching) for one in found}


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, language, say, programme = (
        signed_in(request), request[LANGUAGE], request[SAY], request.match_info["programme"],
    )  # fmt: skip
    async with request.app[STORE].look() as look:
        words = await scheduling.weighed(look, actor, programme)
        line = await programmes.line(look, actor, programme)
        mode, plan, settled = await _looked_at(look, actor, programme, filled.value("mode"))
        fields = await field_names(look, actor, programme, language)
        formed = await groups.of_programme(look, actor, programme)
        last = await solves.latest(look, actor, programme)
        beside = await _beside(look, actor, line, language)
    lacks = scheduling.lacking(plan)
    waiting = sum(one.standing is None and one.learner is None for one in plan.wanted)
    values = {
        **words,
        "talks": "later" if waiting else "too",
        "seconds": str(solves.USUAL_SECONDS),
        "mode": mode,
        **filled.values,
    }
    return render(
        request, "timetable/timetable_new.html", filled.status,
        entered=Entered(values, filled.words, filled.field, filled.status), programme=programme,
        name=in_language(line.programme.name, language, line.programme.language), questions=_questions(say),
        settled=settled, lack=lacks[0].code if lacks else "", lacks=[lack_words(one, fields, say) for one in lacks],
        counts={"lessons": waiting,
                "talks": sum(one.standing is None and one.learner is not None for one in plan.wanted),
                "groups": len(formed),
                "teachers": sum(bool(one.can) for one in plan.teachers),
                "standing": sum(one.standing is not None and one.learner is None for one in plan.wanted)},
        seconds=[(str(one), _for(one, say)) for one in solves.SECONDS], last=last, beside=beside,
    )  # fmt: skip


async def _beside(look: Look, actor: Actor, line: Line, language: str) -> list[tuple[str, str]]:
    """Other programmes of the organisation that may be placed in the same search: they share people and rooms."""
    own = line.programme
    return [
        (one.id, dated_name(one, language))
        for one in await programmes.of(look, actor)
        if one.id != own.id and one.organisation == own.organisation and one.ends >= line.today
        and rights.may(actor, "plan", rights.Target(one.organisation, one.id))
    ]  # fmt: skip


async def _looked_at(look: Look, actor: Actor, programme: str, said: str) -> tuple[Mode, Plan, bool]:
    """What a search would be about: what is missing, else all anew; and whether nothing is missing any more."""
    plan = await scheduling.gather(look, actor, (programme,), "missing")
    settled = any(one.code == "nothing_to_place" for one in scheduling.lacking(plan))
    if not settled and said != "anew":
        return "missing", plan, False
    return "anew", await scheduling.gather(look, actor, (programme,), "anew"), settled


def _questions(say: Say) -> list[dict[str, Any]]:
    return [
        {"name": about, "words": say(QUESTIONS[about]), "answers": [(word, say(ANSWERS[word])) for word in known]}
        for about, known in weights.WORDS.items()
    ]


def _for(seconds: int, say: Say) -> str:
    return say("{count} seconds", count=seconds) if seconds < 60 else say("{count} minutes", count=seconds // 60)
