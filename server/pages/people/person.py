"""What staff may know of somebody: how to reach her, her seats, what she is here; and the form that corrects it."""

from typing import Any

from aiohttp import web

from calendars import groups, rights
from calendars.clock import day_of
from calendars.names import in_language
from calendars.people import colleagues, enrolments, people
from calendars.rights import Actor
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, once
from server.pages.parts.roles import may_about, place_words, role_words
from server.pages.parts.somebody import languages_of, person_in
from server.pages.people.seats import days_words
from server.words import Say

routes = web.RouteTableDef()


@routes.get("/people/{person}")
@allow("see_people")
async def page(request: web.Request) -> web.Response:
    """Everything on one page."""
    return await _page(request, UNTOUCHED)


@routes.post("/people/{person}")
@allow("invite")
async def change(request: web.Request) -> web.Response:
    """Correct her name, language or how to reach her."""
    actor, form, person = signed_in(request), await request.post(), request.match_info["person"]

    async def act(work: Work) -> str:
        await people.change(work, actor, person, person_in(form))
        return f"/people/{person}"

    return await once(request, form, act, _page)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        whose = await rights.ask_about(look, actor, "see_people", request.match_info["person"])
        seats = [
            _seat(member, group, programme, actor, look, language, say)
            for member, group, programme in await groups.seats_of(look, actor, whose.id)
        ]
        held = await colleagues.of(look, actor, whose.id)
        places = await place_words(look, held, language)
        changes = await may_about(look, actor, "invite", whose.id)
        ways_in = await _ways_in(look, actor, whose.id, language)
    return render(
        request, "people/person.html", filled.status, whose=whose, entered=filled,
        languages_known=languages_of(request),
        seats=seats, may_change=changes, may_plan=bool(rights.scopes_of(actor, "plan")),
        rights=[(one, role_words(say)[one.role], places[one.scope]) for one in held],
        counsels=ways_in is not None and not held, ways_in=ways_in or [],
        may_invite=bool(rights.scopes_of(actor, "invite")), may_link=bool(rights.scopes_of(actor, "give_link")),
    )  # fmt: skip


async def _ways_in(look: Look, actor: Actor, person: str, language: str) -> list[tuple[str, str]] | None:
    """The programmes on whose list she stands; None for whoever neither plans nor counsels her."""
    if not await may_about(look, actor, "counsel", person):
        return None
    found = {programme.id: programme for _, programme in await enrolments.of_person(look, actor, person)}
    for _, _, programme in await groups.seats_of(look, actor, person):
        if rights.may(actor, "counsel", rights.Target(programme.organisation, programme.id)):
            found[programme.id] = programme
    return [(one.id, in_language(one.name, language, one.language)) for one in found.values()]


def _seat(
    member: groups.Member, group: Any, programme: Any, actor: Actor, look: Look, language: str, say: Say
) -> dict[str, Any]:  # fmt: skip
    when = When(language, programme.zone)
    target = rights.Target(programme.organisation, programme.id, group.id)
    today = day_of(look.now, programme.zone)
    return {
        "id": member.seat, "group": group.id, "name": in_language(group.name, language, programme.language),
        "programme": in_language(programme.name, language, programme.language),
        "days": days_words(member, when, say), "past": member.last_day < today,
        "may_change": member.last_day >= today and rights.may(actor, "plan", target),
    }  # fmt: skip
