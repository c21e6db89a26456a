"""A planned lesson is changed here: another day or time, another topic, other leaders; or it is cancelled."""

from collections.abc import Mapping

from aiohttp import web

from calendars import agenda, lessons, programmes, rights
from calendars.agenda import Engagement
from calendars.clock import local
from calendars.errors import Conflict, Invalid
from calendars.names import in_language
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.forms import UNTOUCHED, Entered, once, text, time_in
from server.pages.lesson_fields import Desk, chosen_leaders, desk_of, required
from server.pages.refusals import planned_against
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
        await _change(request, work, form, found, before)
        day = await _day(work, request, found)
        return f"/programmes/{found.programme.id}/days/{day}"

    try:
        return await once(request, form, act)
    except (Invalid, Conflict) as wrong:
        return await _page(request, await planned_against(request, form, wrong, zone))


async def _change(
    request: web.Request, work: Work, form: Mapping[str, object], found: Engagement, before: Desk
) -> None:
    actor, lesson = signed_in(request), found.id
    chosen = required(form, "day", before.offered.days)
    on = next(day.date for day in before.line.days if day.id == chosen)
    starts, ends = local(on, time_in(form, "starts"), found.zone), local(on, time_in(form, "ends"), found.zone)
    led, present = chosen_leaders(form, before.leaders), {one.id for one in found.leaders}
    for person in [one.id for one in found.leaders[:2] if one.id not in led]:  # the form shows two; a third one stays
        await lessons.relieve(work, actor, lesson, person)
    if (chosen, starts, ends) != (found.day.id, found.starts, found.ends):
        await lessons.move(work, actor, lesson, starts, ends, chosen)
    for person in sorted(set(led) - present):
        await lessons.lead(work, actor, lesson, person, led[person])
    await lessons.retitle(work, actor, lesson, text(form, "topic", 60))


async def _day(work: Work, request: web.Request, found: Engagement) -> int:
    row, _, _ = await rights.target_of_lesson(work, found.id)
    line = await programmes.line(work, signed_in(request), found.programme.id)
    return next(day.n for day in line.days if day.id == row.day)


@routes.post("/lessons/{lesson}/cancel")
@allow("plan")
async def cancel(request: web.Request) -> web.Response:
    """Take it out; it stays visible as cancelled, in every calendar too."""
    actor, form, lesson = signed_in(request), await request.post(), request.match_info["lesson"]

    async def act(work: Work) -> str:
        found, _ = await _read(request, work)
        await lessons.cancel(work, actor, lesson, text(form, "reason", 40))
        return f"/programmes/{found.programme.id}/days/{found.day.n}"

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
    begun = lesson.opened is not None or lesson.closed is not None or lesson.signed is not None
    own = When(request[LANGUAGE], found.zone)
    return render(
        request, "lesson_change.html", filled.status, entered=shown, offered=before.offered, id=found.id,
        name=in_language(found.group.name, request[LANGUAGE], found.programme.language) if found.group else "",
        time=own.whole(found.starts, found.ends), begun=begun, cancelled=found.cancelled,
        programme=found.programme.id, n=found.day.n, reasons=_reasons(request[SAY]),
    )  # fmt: skip


def _reasons(say: Say) -> list[tuple[str, str]]:
    words = {
        "teacher_ill": say("The teacher is ill"), "no_learners": say("No learner can come"),
        "technical": say("The technology fails"), "holiday": say("It is a free day"),
        "replanned": say("It is planned anew"), "other": say("Another reason"),
    }  # fmt: skip
    return [(code, words[code]) for code in lessons.REASONS]
