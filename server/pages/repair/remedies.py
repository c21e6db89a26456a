"""Who is away and what to do: a substitute in one tap, the lesson moved in another, and what holds if nobody comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from calendars import agenda, rights
from calendars.errors import Conflict, Invalid, NotFound
from calendars.repair import absences, asked, candidates, leaders, openings, repairs, substitutes, unheld
from calendars.repair.absences import Gap
from calendars.repair.candidates import Candidate
from calendars.repair.openings import Opening
from calendars.scheduling import solves
from calendars.scheduling.solves import NewSolve
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.auth.origin import base_address
from server.dates import When
from server.keys import LANGUAGE, SAY, SECRET, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, entered, once, see_other, text
from server.pages.parts.shown import Shown
from server.pages.repair.asking import then_words
from server.pages.repair.returning import offers
from server.words import Say

AT_ONCE = 20  # lessons that one page shows with their remedies
IN_FRONT = 3  # lessons of one person that the house's first page shows with theirs
IN_FRONT_PEOPLE = 20  # people who are away that it shows: more than that are a closed house
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
        return {"absentees": [], "running": [], "short": [], "unheld": [], "back": []}
    running, back = await asked.searches(look, actor), await offers(request, look)
    returned = {lesson for one in back for lesson, _ in one.free}
    sought = {(lesson.id, one.absent.id) for one in running for lesson in one.lessons}
    gaps = [one for one in await absences.gaps(look, actor) if (one.lesson.id, one.absent.id) not in sought]
    return {
        "absentees": await _absentees(request, look, _by_person(gaps)[:IN_FRONT_PEOPLE], IN_FRONT),
        "running": [_running(request, one) for one in running],
        "unheld": [one for one in await _unheld(request, look) if one["shown"].id not in returned],
        "back": back,
        "short": await _short(request, look, {one.lesson.id for one in gaps} | {lesson for lesson, _ in sought}),
    }  # fmt: skip


async def _unheld(request: web.Request, look: Look, absent: str = "") -> list[dict[str, Any]]:
    """What nobody was found for, and whom the house asked: learners were told, so whoever plans must know."""
    actor = signed_in(request)
    fallen = await unheld.unheld(look, actor, absent)
    found = await agenda.of_lessons(look, actor, [one.lesson.id for one in fallen], "plan") if fallen else {}
    return [
        {"shown": Shown(found[one.lesson.id], request[LANGUAGE], look.now), "absent": one.absent.shown,
         "asked": ", ".join(who.shown for who in one.asked)}
        for one in fallen
        if one.lesson.id in found
    ]  # fmt: skip


async def _short(request: web.Request, look: Look, known: set[str]) -> list[dict[str, Any]]:
    """Lessons that begin with too few leaders and that nothing else on the page speaks of."""
    actor = signed_in(request)
    lacking = [
        one
        for one in await leaders.short(look, actor)
        if one.lesson.id not in known and one.lesson.opened is None
    ]  # fmt: skip
    found = await agenda.of_lessons(look, actor, [one.lesson.id for one in lacking], "plan") if lacking else {}
    return [
        {"shown": Shown(found[one.lesson.id], request[LANGUAGE], look.now), "coming": one.coming, "needed": one.needed}
        for one in lacking
        if one.lesson.id in found
    ]


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
        covered = await asked.covered(look, actor, person)
        sought = {lesson.id for one in running for lesson in one.lessons}
        gaps = [one for one in await absences.gaps(look, actor, person) if one.lesson.id not in sought]
        found = (await _absentees(request, look, [gaps], AT_ONCE, moves=True))[0] if gaps else None
        back = await offers(request, look, person)
        returned = {lesson for one in back for lesson, _ in one.free}
        fallen = [one for one in await _unheld(request, look, person) if one["shown"].id not in returned]
        programmes = list({one.programme.id: one.programme for one in gaps}.values())
        programmes += [one.programme for one in running if one.programme.id not in {p.id for p in programmes}]
    return render(
        request, "repair/absent.html", filled.status, entered=filled, whose=whose, found=found, path=request.path,
        running=[_running(request, one) for one in running], covered=covered_words(request, covered), unheld=fallen,
        back=back,
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


@routes.post("/absent/{person}/search")
@allow("plan")
async def search(request: web.Request) -> web.Response:
    """Let the timetable search find where these lessons could be held, and move nothing else unless it must."""
    actor, form, person = signed_in(request), await request.post(), request.match_info["person"]

    async def act(work: Work) -> str:
        gaps = await absences.gaps(work, actor, person)
        if not gaps:
            raise NotFound()
        programme = gaps[0].programme.id
        lost = tuple(one.lesson.id for one in gaps if one.programme.id == programme)
        new = NewSolve(programme=programme, mode="anew", seconds=solves.SECONDS[0], talks=False, repairs=lost)
        return f"/solves/{(await solves.ask(work, actor, new)).id}"

    try:
        return await once(request, form, act)
    except Conflict as wrong:
        if wrong.code == "search_under_way":
            return see_other(f"/solves/{wrong.facts['solve']}")
        return await _page(request, entered(request, form, wrong))
    except Invalid as wrong:  # there is nothing to search with: what each lesson offers stands there still
        return await _page(request, entered(request, form, wrong))


@routes.post("/lessons/{lesson}/hold")
@allow("plan")
async def hold(request: web.Request) -> web.Response:
    """It is held after all; who leads it is chosen on the page that follows."""
    actor, form, lesson = signed_in(request), await request.post(), request.match_info["lesson"]

    async def act(work: Work) -> str:
        await unheld.hold(work, actor, lesson)
        return f"/lessons/{lesson}/substitute"

    return await once(request, form, act)


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


def covered_words(request: web.Request, covered: Sequence[asked.Covered]) -> list[tuple[str, str]]:
    """(when, who leads it by now) of each lesson for which somebody was found."""
    language = request[LANGUAGE]
    return [
        (When(language, one.programme.zone).whole(one.lesson.starts, one.lesson.ends), ", ".join(one.leaders))
        for one in covered
    ]


def _by_person(gaps: Sequence[Gap]) -> list[list[Gap]]:
    found: dict[str, list[Gap]] = {}
    for one in gaps:
        found.setdefault(one.absent.id, []).append(one)
    return list(found.values())


async def _absentees(
    request: web.Request, look: Look, each: Sequence[list[Gap]], most: int, *, moves: bool = False
) -> list[Absentee]:
    """Everybody who is away with the first of her lessons; who could come is asked for all of them at once."""
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    shown = [gap for gaps in each for gap in gaps[:most]]
    all_of = [[one.lesson.id for one in gaps if one.programme.id == gaps[0].programme.id][:AT_ONCE] for gaps in each]
    known = await agenda.of_lessons(look, actor, [gap.lesson.id for gap in shown], "plan") if shown else {}
    asked = [([gap.lesson.id], gap.absent.id) for gap in shown]
    asked += [(lessons, gaps[0].absent.id) for lessons, gaps in zip(all_of, each, strict=True)]
    able = [_with_reasons(one, say) for one in await candidates.for_each(look, actor, asked)]
    to: dict[str, list[Opening] | None] = {}
    for gaps in each if moves else ():
        to |= await openings.for_each(look, actor, [gap.lesson.id for gap in gaps[:most]], gaps[0].absent.id)
    remedies: dict[str, list[Remedy]] = {}
    for gap, could in zip(shown, able, strict=False):
        remedies.setdefault(gap.absent.id, []).append(
            Remedy(
                Shown(known[gap.lesson.id], language, look.now), could,
                _moves(gap, to.get(gap.lesson.id) or [], language),
            )
        )  # fmt: skip
    return [
        Absentee(
            gaps[0].absent.id, gaps[0].absent.shown, remedies[gaps[0].absent.id],
            together if len(lessons) > 1 else [], lessons,
        )
        for gaps, lessons, together in zip(each, all_of, able[len(shown) :], strict=True)
    ]  # fmt: skip


def _moves(gap: Gap, found: Sequence[Opening], language: str) -> list[tuple[str, str]]:
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
        "then": then_words(one.then, request[SAY]),
        "link": f"{base_address(request)}/ask/{asked.token(request.app[SECRET], one.request.id)}",
    }  # fmt: skip
