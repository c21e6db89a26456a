"""A teacher's day: the class that runs and who is missing in it, what happens on site, the registers still to close."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from aiohttp import web

from calendars import agenda, rights, unplanned
from calendars.agenda import Engagement
from calendars.clock import day_of
from calendars.names import in_language
from calendars.repair import asked
from calendars.repair.asked import Asked
from calendars.store import Look, Work
from classroom import register
from classroom.unsigned import unsigned
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import HOUSE, LANGUAGE, SAY, SECRET, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, once
from server.pages.parts.shown import Shown
from server.pages.today import classes

BACK = timedelta(days=60)
MOST_OPEN = 20
MOST_AHEAD = 3
routes = web.RouteTableDef()


@routes.get("/teaching")
@allow("lead")
async def page(request: web.Request) -> web.Response:
    """Today, and what is still open."""
    return await day(request, UNTOUCHED)


async def day(request: web.Request, filled: Entered) -> web.Response:
    """Her day, with what was refused on it."""
    actor, language, card = signed_in(request), request[LANGUAGE], request.app[HOUSE].card
    async with request.app[STORE].look() as look:
        now = look.now
        known = await agenda.agenda(look, actor, actor.person, now - BACK, now + timedelta(days=14))
        led = [one for one in known if one.role in rights.LEADS and one.lesson is not None and not one.cancelled]
        today = [one for one in led if one.date == day_of(now, one.zone)]
        found = await classes.of(look, today, language)
        still_open = [one for one in led if _is_open(one, now) and rights.may(actor, "register", one.target)]
        questions = await asked.of_person(look, actor)
        own_groups = await unplanned.groups_of(look, actor)
        summaries = await _summaries(look, request, still_open[-MOST_OPEN:])
    running = [one for one in found if one.it.online and one.it.is_on(now)]
    return render(
        request, "today/teacher_day.html", filled.status, entered=filled,
        today=When(language, card.zone).day(now, whole=True),
        running=running, on_site=[one for one in found if not one.it.online and one.begun and one.state != "signed"],
        later=sorted((one for one in found if one not in running and not one.begun), key=lambda one: one.it.starts),
        open=summaries, live=classes.live(running, card.zone, now),
        questions=[_question(request, one) for one in questions],
        groups=[(group.id, in_language(group.name, language, of.language)) for group, of in own_groups],
        ahead=[Shown(one, language, now) for one in led if one.is_ahead(now) and one not in today][:MOST_AHEAD],
    )  # fmt: skip


def _question(request: web.Request, one: Asked) -> dict[str, Any]:
    """She is asked to lead lessons of somebody else."""
    when = When(request[LANGUAGE], one.programme.zone)
    return {
        "path": f"/ask/{asked.token(request.app[SECRET], one.request.id)}",
        "times": [when.whole(lesson.starts, lesson.ends) for lesson in one.lessons],
    }


def _is_open(one: Engagement, now: Any) -> bool:
    lesson = one.lesson
    return lesson is not None and lesson.signed is None and (lesson.closed is not None or one.ends <= now)


async def _summaries(look: Look, request: web.Request, engagements: Sequence[Engagement]) -> list[dict[str, Any]]:
    """Open registers, each in one line: how many are present, and who is not."""
    lessons = [(one.lesson, one.programme) for one in engagements if one.lesson is not None]
    found = await unsigned(look, signed_in(request), lessons)
    return [
        {
            "shown": Shown(one, request[LANGUAGE], look.now), "present": found[one.id].present,
            "expected": found[one.id].people, "absent": ", ".join(found[one.id].absent),
        }
        for one in engagements
    ]  # fmt: skip


@routes.post("/teaching/sign")
@allow("register")
async def sign(request: web.Request) -> web.Response:
    """Sign one register from the day's page, or all that are shown as ready."""
    actor, form = signed_in(request), await request.post()
    wanted = [one for one in form.getall("lesson", []) if isinstance(one, str)][:MOST_OPEN]

    async def act(work: Work) -> str:
        for lesson in wanted:
            await register.sign(work, actor, lesson)
        return "/teaching"

    return await once(request, form, act, day)


@routes.post("/lessons/{lesson}/ticks")
@allow("register")
async def tick(request: web.Request) -> web.Response:
    """On site: the teacher saw these people for the whole lesson."""
    actor, form, lesson = signed_in(request), await request.post(), request.match_info["lesson"]
    people = [one for one in form.getall("here", []) if isinstance(one, str)]

    async def act(work: Work) -> str:
        await register.tick(work, actor, lesson, people, request[SAY]("Seen on site"))
        return f"/lessons/{lesson}/register"

    return await once(request, form, act, day)
