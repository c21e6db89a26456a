"""One group: its name, who sits in it and who sat there before, its coming lessons."""

from datetime import timedelta
from typing import Any

from aiohttp import web

from calendars import agenda, groups, programmes, rights
from calendars.clock import day_of
from calendars.names import LONGEST_NAME, in_language
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, once, text
from server.pages.parts.shown import Shown

AHEAD = timedelta(days=14)
routes = web.RouteTableDef()


@routes.get("/groups/{group}")
@allow("see_plan")
async def page(request: web.Request) -> web.Response:
    """What stands now."""
    return await _page(request, UNTOUCHED)


@routes.post("/groups/{group}/name")
@allow("plan")
async def rename(request: web.Request) -> web.Response:
    """Another name; every calendar and roster shows it from the next look on."""
    actor, form, group = signed_in(request), await request.post(), request.match_info["group"]

    async def act(work: Work) -> str:
        await groups.rename(work, actor, group, text(form, "name", LONGEST_NAME))
        return f"/groups/{group}"

    return await once(request, form, act, _page)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, language = signed_in(request), request[LANGUAGE]
    async with request.app[STORE].look() as look:
        group, programme, target = await rights.target_of_group(look, request.match_info["group"])
        rights.ask(actor, "see_plan", target)
        sees = rights.may(actor, "see_people", target)
        members = await groups.members(look, actor, [group.id]) if sees else []
        coming = await agenda.of_group(look, actor, group.id, look.now, look.now + AHEAD)
        line = await programmes.line(look, actor, programme.id)
        now = look.now
    today, when = day_of(now, programme.zone), When(language, programme.zone)
    numbers = {day.id: day.n for day in line.days}
    return render(
        request, "grouping/group.html", filled.status, entered=filled, id=group.id, programme=programme.id,
        name=in_language(group.name, language, programme.language),
        programme_name=in_language(programme.name, language, programme.language),
        here=[_member(one, when, programme) for one in members if one.last_day >= today],
        gone=[_member(one, when, programme) for one in members if one.last_day < today],
        coming=[(Shown(one, language, now), numbers[one.day.id]) for one in coming], sees_people=sees,
        may_plan=rights.may(actor, "plan", target), may_give=rights.may(actor, "give_link", target),
        may_invite=rights.may(actor, "invite", target),
    )  # fmt: skip


def _member(one: groups.Member, when: When, programme: Any) -> dict[str, Any]:
    """Her days are told only where they are not all of the programme's."""
    throughout = (one.first_day, one.last_day) == (programme.starts, programme.ends)
    return {
        "person": one.person, "name": one.name, "telephone": one.telephone,
        "days": "" if throughout else f"{when.day(one.first_day)} – {when.day(one.last_day)}",
    }  # fmt: skip
