"""What a programme asks of whoever wants to come in, said by its coordinator in a form."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from calendars import rights
from calendars.blueprints.entry import LEVELS, SKILLS
from calendars.errors import Invalid
from calendars.names import in_language
from calendars.people import doors
from calendars.people.doors import NewDoor
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, number_in, once, text
from server.pages.people.profile import capital, skill_words

FREE: Final = 3  # empty lines for more papers
routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/entry")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """The form, filled in with what holds now."""
    return await _page(request, UNTOUCHED)


@routes.post("/programmes/{programme}/entry")
@allow("plan")
async def change(request: web.Request) -> web.Response:
    """Say it anew; whoever is in stays in."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]
    language = request[LANGUAGE]

    async def act(work: Work) -> str:
        await doors.set_door(work, actor, programme, _read(form), language)
        return f"/programmes/{programme}/people"

    return await once(request, form, act, _page)


def _read(form: Mapping[str, object]) -> NewDoor:
    on_miss = text(form, "on_miss", 10)
    if on_miss not in ("warn", "refuse"):
        raise Invalid("bad_choice", field="on_miss")
    levels = {skill: text(form, f"level_{skill}", 10) for skill in SKILLS}
    lines = range(doors.MOST_CHECKS + FREE)
    return NewDoor(
        language={skill: level for skill, level in levels.items() if level}, least_age=number_in(form, "least_age"),
        register_needed=form.get("register_needed") == "yes", refuses=on_miss == "refuse",
        checks=[(text(form, f"code_{n}", 64), text(form, f"check_{n}")) for n in lines if f"check_{n}" in form],
    )  # fmt: skip


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        programme, _ = await rights.target_of_programme(look, request.match_info["programme"])
        door = await doors.of(look, actor, programme.id)
    words = skill_words(say)
    lines = [(code, in_language(said, language, programme.language)) for code, said in door.checks.items()]
    return render(
        request, "programmes/entry.html", filled.status, entered=filled, programme=programme.id, door=door,
        name=in_language(programme.name, language, programme.language),
        skills=[(f"level_{skill}", capital(words[skill]), door.language.get(skill, "")) for skill in SKILLS],
        levels=[("", say("not asked")), *((one, one) for one in LEVELS)], lines=[*lines, *[("", "")] * FREE],
    )  # fmt: skip
