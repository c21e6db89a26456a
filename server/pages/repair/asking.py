"""The link of a substitute: a question with yes and no. Looking at it answers nothing; only a button does."""

from typing import Any

from aiohttp import web

from calendars import agenda
from calendars.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from calendars.names import in_language
from calendars.repair import asked, substitutes
from calendars.repair.asked import Asked
from calendars.rights import Actor
from calendars.store import Look
from classroom.handover import Handover, handover
from server.auth.guard import allow
from server.dates import When
from server.keys import ACTOR, LANGUAGE, SAY, SECRET, STORE
from server.page import render, speak_as
from server.pages.parts.forms import entered, see_other, text
from server.pages.parts.shown import Shown
from server.pages.parts.tiles import kind_word
from server.words import Say

routes = web.RouteTableDef()


@routes.get("/ask/{token}")
@allow("public")
async def show(request: web.Request) -> web.Response:
    """What is asked, or what came of it."""
    return await _page(request)


@routes.post("/ask/{token}")
@allow("public")
async def answer(request: web.Request) -> web.Response:
    """Yes or no, once. Whoever is signed in as somebody else answers for nobody."""
    form, said, actor = await request.post(), request.match_info["token"], request[ACTOR]
    try:
        async with request.app[STORE].work() as work:
            who = actor.person if actor else ""
            await substitutes.answer(work, request.app[SECRET], said, text(form, "answer", 5), who)
    except (Invalid, Conflict, Forbidden) as wrong:
        return await _page(request, wrong)
    return see_other(f"/ask/{said}")


async def _page(request: web.Request, wrong: Refused | None = None) -> web.Response:
    actor: Actor | None = request[ACTOR]
    async with request.app[STORE].look() as look:
        found = await asked.asked(look, request.app[SECRET], request.match_info["token"])
        foreign = actor is not None and actor.person != found.person.id
        speak_as(request, found.person.language, another=foreign)
        told = await _told(look, actor, found) if actor and not foreign and found.request.answer == "yes" else []
        now = look.now
    filled = entered(request, {}, wrong)  # not earlier: a refusal too is said in her language
    when = When(request[LANGUAGE], found.programme.zone)
    over = all(one.opened is not None or one.starts <= now for one in found.lessons)
    return render(
        request, "repair/ask.html", filled.status, entered=filled, whose=found.person, foreign=foreign,
        state=_state(found, over=over), path=request.path, until=when.at(found.request.until),
        programme=in_language(found.programme.name, request[LANGUAGE], found.programme.language),
        lessons=[_lesson(one, found, when, request[SAY]) for one in found.lessons], absent=found.absent.shown,
        then=then_words(found.then, request[SAY]),
        told=[(Shown(one, request[LANGUAGE], now), known) for one, known in told],
        own_when=when, teaching=found.programme.language,
    )  # fmt: skip


def then_words(then: str, say: Say) -> str:
    """What happens if whoever is asked does not come."""
    words = {
        "next": say("Then the next one is asked."),
        "alone": say("Then nobody is left to ask. The others lead it alone."),
        "independent": say("Then nobody is left to ask. The learners work by themselves."),
        "not_held": say("Then nobody is left to ask. The lesson is not held."),
    }
    return words[then]


def _lesson(one: Any, found: Asked, when: When, say: Say) -> dict[str, Any]:
    """When it is, whose, and where: what she must know before she says yes."""
    about = found.about[one.id]
    place = ", ".join(filter(None, (about.place.name, about.place.address))) if about.place else ""
    return {
        "time": when.whole(one.starts, one.ends), "kind": kind_word(about.kind, say), "place": place,
        "group": in_language(about.group, when.language, found.programme.language), "learners": about.learners,
    }  # fmt: skip


async def _told(look: Look, actor: Actor, found: Asked) -> list[tuple[agenda.Engagement, Handover]]:
    """What she must know, once she leads them and is signed in herself."""
    told = []
    for lesson in found.lessons:
        try:
            one = await agenda.of_lesson(look, actor, lesson.id, "lead")
            told.append((one, await handover(look, actor, lesson.id)))
        except (NotFound, Forbidden):  # it was undone, or somebody else leads it by now
            continue
    return told


def _state(found: Asked, *, over: bool) -> str:
    """open, yes, no, taken, over."""
    if found.request.answer in ("yes", "no"):
        return found.request.answer
    if found.search.ended is not None:
        return "taken" if found.search.outcome == "yes" else "over"
    return "over" if over else "open"
