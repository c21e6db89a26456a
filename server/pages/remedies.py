"""Who is away and what to do: a substitute in one tap, the lesson moved in another, and what holds if nobody comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from calendars import absences, agenda, asked, candidates, leaders, openings, repairs, rights, substitutes
from calendars.absences import Gap
from calendars.candidates import Candidate
from calendars.errors import Conflict, Invalid, NotFound
from calendars.openings import Opening
from calendars.rights import Actor
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.auth.origin import base_address
from server.dates import When
from server.keys import LANGUAGE, SAY, SECRET, STORE
from server.page import render
from server.pages.forms import UNTOUCHED, Entered, once, text
from server.pages.shown import Shown
from server.words import Say

AT_ONCE = 20  # lessons that one page shows with their remedies
IN_FRONT = 3  # lessons of one person that the house's first page shows with theirs
NAMED = 3  # candidates of one lesson
routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class Remedy:
    """A lesson whose leader is away, with what may be done about it."""

    shown: Shown
    able: list[tuple[Candidate, str]]
    moves: list[tuple[str, str]]
    """(value, words) of each hour at which it could be held instead."""


@dataclass(frozen=True, slots=True)
class Absentee:
    """Somebody who is away, and her lessons."""

    person: str
    name: str
    remedies: list[Remedy]
    together: list[tuple[Candidate, str]]
    """Who could take all of them."""
    lessons: list[str]


async def needs(request: web.Request, look: Look) -> dict[str, Any]:
    """What the house's first page says of all this, for whoever plans; empty for others."""
    actor = signed_in(request)
    if not rights.scopes_of(actor, "plan"):
        return {"absentees": [], "running": [], "short": []}
    running = await asked.searches(look, actor)
    sought = {(lesson.id, one.absent.id) for one in running for lesson in one.lessons}
    gaps = [one for one in await absences.gaps(look, actor) if (one.lesson.id, one.absent.id) not in sought]
    return {
        "absentees": [
            await _absentee(request, look, of_one, IN_FRONT, moves=False)
            for of_one in _by_person(gaps)
        ],
        "running": [_running(request, one) for one in running],
        "short": await _short(request, look, {one.lesson.id for one in gaps} | {lesson for lesson, _ in sought}),
    }  # fmt: skip


async def _short(request: web.Request, look: Look, known: set[str]) -> list[dict[str, Any]]:
    """Lessons that begin with too few leaders and that nothing else on the page speaks of."""
    found = []
    for one in await leaders.short(look, signed_in(request)):
        if one.lesson.id not in known and one.lesson.opened is None:
            it = await agenda.of_lesson(look, signed_in(request), one.lesson.id, "plan")
            shown = Shown(it, request[LANGUAGE], look.now)
            found.append({"shown": shown, "coming": one.coming, "needed": one.needed})
    return found


@routes.get("/absent/{person}")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """All lessons of one who is away, each with who could come and where it could go."""
    return await _page(request, UNTOUCHED)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, person = signed_in(request), request.match_info["person"]
    async with request.app[STORE].look() as look:
        whose = await rights.ask_about(look, actor, "invite", person, past=True)
        running = [one for one in await asked.searches(look, actor) if one.absent.id == person]
        sought = {lesson.id for one in running for lesson in one.lessons}
        gaps = [one for one in await absences.gaps(look, actor, person) if one.lesson.id not in sought]
        found = await _absentee(request, look, gaps, AT_ONCE, moves=True) if gaps else None
        programmes = list({one.programme.id: one.programme for one in gaps}.values())
        programmes += [one.programme for one in running if one.programme.id not in {p.id for p in programmes}]
    return render(
        request, "absent.html", filled.status, entered=filled, whose=whose, found=found, path=request.path,
        running=[_running(request, one) for one in running],
        rules=[(one.id, one.rules.get("without_teacher", "not_held"), one.rules.get("independent_task", ""))
               for one in programmes[:1]],
    )  # fmt: skip


@routes.post("/absent/{person}/ask")
@allow("plan")
async def seek(request: web.Request) -> web.Response:
    """Ask this one first, for one lesson or for all of them."""
    actor, form, person = signed_in(request), await request.post(), request.match_info["person"]
    wanted = [one for one in form.getall("lesson", []) if isinstance(one, str)][:AT_ONCE]

    async def act(work: Work) -> str:
        if not wanted:
            raise NotFound()
        await substitutes.seek(work, actor, wanted, person, text(form, "first", 40))
        return "/house" if text(form, "back", 10) == "house" else f"/absent/{person}"

    return await once(request, form, act, _page)


@routes.post("/absent/{person}/move")
@allow("plan")
async def shift(request: web.Request) -> web.Response:
    """Hold one lesson at another time; what changed can be undone on the page that follows."""
    actor, form, person = signed_in(request), await request.post(), request.match_info["person"]
    lesson, said = text(form, "lesson", 40), text(form, "to", 80)

    async def act(work: Work) -> str:
        offered = {_value(one): one for one in await openings.openings(work, actor, lesson, person)}
        if said not in offered:
            raise Invalid("bad_choice", field="to")
        return f"/proposals/{(await repairs.shift(work, actor, lesson, offered[said])).id}"

    return await once(request, form, act, _page)


@routes.post("/searches/{search}/stop")
@allow("plan")
async def stop(request: web.Request) -> web.Response:
    """Ask nobody any more."""
    actor, form = signed_in(request), await request.post()

    async def act(work: Work) -> str:
        await substitutes.stop(work, actor, request.match_info["search"])
        return "/house"

    return await once(request, form, act)


@routes.post("/programmes/{programme}/without-teacher")
@allow("plan")
async def rule(request: web.Request) -> web.Response:
    """What becomes of a lesson for which nobody is found."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        task = str(form.get("task", ""))
        await repairs.rule(work, actor, programme, text(form, "without_teacher", 20), task)
        return "/house"

    return await once(request, form, act)


def _by_person(gaps: Sequence[Gap]) -> list[list[Gap]]:
    found: dict[str, list[Gap]] = {}
    for one in gaps:
        found.setdefault(one.absent.id, []).append(one)
    return list(found.values())


async def _absentee(request: web.Request, look: Look, gaps: list[Gap], most: int, *, moves: bool) -> Absentee:
    actor, language, absent = signed_in(request), request[LANGUAGE], gaps[0].absent
    since, until = min(one.lesson.starts for one in gaps), max(one.lesson.ends for one in gaps)
    known = {one.id: one for one in await agenda.agenda(look, actor, absent.id, since, until)}
    first = gaps[0].programme.id
    lessons = [one.lesson.id for one in gaps if one.programme.id == first][:AT_ONCE]
    together = await candidates.candidates(look, actor, lessons, absent.id) if len(lessons) > 1 else []
    remedies = []
    for gap in gaps[:most]:
        able = await candidates.candidates(look, actor, [gap.lesson.id], absent.id)
        remedies.append(
            Remedy(
                Shown(known[gap.lesson.id], language, look.now), _with_reasons(able, request[SAY]),
                await _moves(look, actor, gap, language) if moves else [],
            )
        )  # fmt: skip
    return Absentee(absent.id, absent.shown, remedies, _with_reasons(together, request[SAY]), lessons)


async def _moves(look: Look, actor: Actor, gap: Gap, language: str) -> list[tuple[str, str]]:
    try:
        found = await openings.openings(look, actor, gap.lesson.id, gap.absent.id)
    except Conflict:
        return []
    when = When(language, gap.programme.zone)
    return [(_value(one), when.whole(one.starts, one.ends)) for one in found]


def _value(one: Opening) -> str:
    return f"{one.day}|{one.starts.isoformat()}"


def _with_reasons(able: Sequence[Candidate], say: Say) -> list[tuple[Candidate, str]]:
    words = {
        "knows_group": say("knows the group"), "knows_field": say("teaches this field"), "able": say("can do it"),
        "untold": say("nobody said what she can do"),
    }  # fmt: skip
    return [(one, words[one.reasons[0]]) for one in able[:NAMED]]


def _running(request: web.Request, one: asked.Asked) -> dict[str, Any]:
    """A question that waits for its answer, as the planner sees it."""
    when = When(request[LANGUAGE], one.programme.zone)
    return {
        "search": one.search.id, "name": one.person.shown, "telephone": one.person.telephone,
        "absent": one.absent.shown, "until": when.at(one.request.until),
        "lessons": [when.whole(lesson.starts, lesson.ends) for lesson in one.lessons],
        "link": f"{base_address(request)}/ask/{asked.token(request.app[SECRET], one.request.id)}",
    }  # fmt: skip
