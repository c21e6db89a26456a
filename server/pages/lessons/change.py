"""A planned lesson is changed here: another day or time, another topic, other leaders; or it is cancelled."""

from collections.abc import Mapping

from aiohttp import web

from calendars import agenda, lessons
from calendars.agenda import Engagement
from calendars.changes import byhand
from calendars.changes.byhand import Edit
from calendars.errors import Conflict, Invalid
from calendars.names import in_language
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.lessons.fields import Desk, chosen_leaders, days_ahead, desk_of, required
from server.pages.parts.forms import UNTOUCHED, Entered, number_in, once, text, time_in
from server.pages.parts.refusals import planned_against
from server.words import Say

routes = web.RouteTableDef()


@routes.get("/lessons/{lesson}/change")
@allow("plan")
async def ask(request: web.Request) -> web.Response:
    """What stands now, to be changed."""
    return await _page(request, UNTOUCHED)


@routes.post("/lessons/{lesson}/change")
@allow("plan")
async def change(request: web.Request) -> web.Response:
    """Move it, call it otherwise, let others lead it: all of it or nothing."""
    form, zone = await request.post(), "UTC"

    async def act(work: Work) -> str:
        nonlocal zone
        found, before = await _read(request, work)
        zone = found.zone
        try:
            later = text(form, "how_far", 10) == "later"
            made = await byhand.edit(work, signed_in(request), found.id, _edit(form, found, before), later=later)
        except Invalid as wrong:
            if wrong.code != "nothing_changes":
                raise
            return f"/programmes/{found.programme.id}/days/{found.day.n}"
        return f"/proposals/{made.id}"

    try:
        return await once(request, form, act)
    except (Invalid, Conflict) as wrong:
        return await _page(request, await planned_against(request, form, wrong, zone))


def _edit(form: Mapping[str, object], found: Engagement, before: Desk) -> Edit:
    """What the form says; it shows two who lead, and a third one stays."""
    return Edit(
        day=required(form, "day", days_ahead(before, found.day.id)), starts=time_in(form, "starts"),
        ends=time_in(form, "ends"),
        topic=text(form, "topic", 60), led_by=tuple(chosen_leaders(form, before.leaders).items()),
        instead_of=tuple(one.id for one in found.leaders[:2]), seen=number_in(form, "revision"),
    )  # fmt: skip


@routes.post("/lessons/{lesson}/cancel")
@allow("plan")
async def cancel(request: web.Request) -> web.Response:
    """Take it out; it stays visible as cancelled, in every calendar too."""
    actor, form, lesson = signed_in(request), await request.post(), request.match_info["lesson"]

    async def act(work: Work) -> str:
        return f"/proposals/{(await byhand.cancel(work, actor, lesson, text(form, 'reason', 40))).id}"

    return await once(request, form, act, _page)


async def _read(request: web.Request, look: Look) -> tuple[Engagement, Desk]:
    found = await agenda.of_lesson(look, signed_in(request), request.match_info["lesson"], "plan")
    return found, await desk_of(request, look, found.programme.id)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    async with request.app[STORE].look() as look:
        found, before = await _read(request, look)
    lesson, when = found.lesson, When("en", found.zone)
    assert lesson is not None
    led = [one.id for one in found.leaders]
    standing = {
        "day": found.day.id, "starts": when.field(found.starts), "ends": when.field(found.ends), "topic": lesson.topic,
        "teacher": led[0] if led else "", "second": led[1] if len(led) > 1 else "",
    }  # fmt: skip
    shown = Entered(standing | dict(filled.values), filled.words, filled.field, filled.status)
    async with request.app[STORE].look() as look:
        later = len(await byhand.series(look, signed_in(request), found.id))
    begun = lesson.opened is not None or lesson.closed is not None or lesson.signed is not None
    own = When(request[LANGUAGE], found.zone)
    return render(
        request, "lessons/lesson_change.html", filled.status, entered=shown, offered=before.offered,
        days=days_ahead(before, found.day.id), id=found.id,
        name=in_language(found.group.name, request[LANGUAGE], found.programme.language) if found.group else "",
        time=own.whole(found.starts, found.ends), begun=begun, cancelled=found.cancelled,
        programme=found.programme.id, n=found.day.n, later=later, revision=lesson.revision,
        reasons=_reasons(request[SAY]),
    )  # fmt: skip


def _reasons(say: Say) -> list[tuple[str, str]]:
    words = {
        "teacher_ill": say("The teacher is ill"), "no_learners": say("No learner can come"),
        "technical": say("The technology fails"), "holiday": say("It is a free day"),
        "replanned": say("It is planned anew"), "other": say("Another reason"),
    }  # fmt: skip
    return [(code, words[code]) for code in lessons.REASONS]
