"""People, added one by one: a form of five fields with a seat in a group, and what staff may know of one person."""

from typing import Any

from aiohttp import web

from calendars import groups, people, programmes, rights
from calendars.errors import Conflict, Invalid
from calendars.names import in_language
from calendars.people import NewPerson
from calendars.rights import Actor
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.keys import HOUSE, LANGUAGE, STORE
from server.pages.arrival import text
from server.pages.forms import UNTOUCHED, Entered, entered, once
from server.pages.ways import staff_page
from server.words import NAMES

LONGEST = 2000  # characters as they come; the act says how long a name may be
MOST_PROGRAMMES = 12
routes = web.RouteTableDef()


@routes.get("/people")
@allow("invite")
async def page(request: web.Request) -> web.Response:
    """Everybody with a seat, group by group."""
    async with request.app[STORE].look() as look:
        formed = await _groups(look, signed_in(request), request[LANGUAGE])
        members = await groups.members(look, signed_in(request), [one for one, _ in formed])
    seated = [(name, [one for one in members if one.group == group]) for group, name in formed]
    return staff_page(request, "people.html", groups=seated)


@routes.get("/people/new")
@allow("invite")
async def ask(request: web.Request) -> web.Response:
    """The form; `?group=` chooses the group beforehand."""
    return await _form(request, Entered({"group": request.query.get("group", "")}))


@routes.post("/people/new")
@allow("invite")
async def add(request: web.Request) -> web.Response:
    """Somebody new, in a group from today on or from its programme's first day."""
    actor, form = signed_in(request), await request.post()

    async def act(work: Work) -> str:
        _, _, target = await rights.target_of_group(work, text(form, "group", 40))
        row = await people.add(work, actor, _person(form), target)
        await groups.seat(work, actor, text(form, "group", 40), row.id)
        return f"/people/{row.id}"

    try:
        return await once(request, form, act)
    except (Invalid, Conflict) as wrong:
        return await _form(request, entered(request, form, wrong))


async def _form(request: web.Request, filled: Entered) -> web.Response:
    async with request.app[STORE].look() as look:
        formed = await _groups(look, signed_in(request), request[LANGUAGE])
    return staff_page(
        request, "person_new.html", filled.status, entered=filled, groups=formed, languages_known=_languages(request)
    )


@routes.get("/people/{person}")
@allow("see_people")
async def one(request: web.Request) -> web.Response:
    """What staff may know of somebody."""
    return await _person_page(request, UNTOUCHED)


@routes.post("/people/{person}")
@allow("invite")
async def change(request: web.Request) -> web.Response:
    """Correct her name, language or telephone number."""
    actor, form, person = signed_in(request), await request.post(), request.match_info["person"]

    async def act(work: Work) -> str:
        await people.change(work, actor, person, _person(form))
        return f"/people/{person}"

    try:
        return await once(request, form, act)
    except (Invalid, Conflict) as wrong:
        return await _person_page(request, entered(request, form, wrong))


async def _person_page(request: web.Request, filled: Entered) -> web.Response:
    actor = signed_in(request)
    async with request.app[STORE].look() as look:
        whose = await rights.ask_about(look, actor, "see_people", request.match_info["person"])
        formed = dict(await _groups(look, actor, request[LANGUAGE]))
        members = [one for one in await groups.members(look, actor, list(formed)) if one.person == whose.id]
    return staff_page(
        request, "person.html", filled.status, whose=whose, entered=filled, languages_known=_languages(request),
        seats=[(formed[one.group], one) for one in members], may_change=bool(rights.scopes_of(actor, "invite")),
    )  # fmt: skip


def _person(form: Any) -> NewPerson:
    return NewPerson(
        name=text(form, "name", LONGEST), language=text(form, "language", 40) or "fi",
        telephone=text(form, "telephone"), email=text(form, "email"), alias=text(form, "alias", LONGEST),
    )  # fmt: skip


def _languages(request: web.Request) -> list[tuple[str, str]]:
    return [(code, NAMES.get(code, code)) for code in request.app[HOUSE].card.languages]


async def _groups(look: Look, actor: Actor, language: str) -> list[tuple[str, str]]:
    """The groups whose people she may see, with their names."""
    found = []
    for programme in (await programmes.of(look, actor))[:MOST_PROGRAMMES]:
        for group, _ in await groups.of_programme(look, actor, programme.id):
            target = rights.Target(programme.organisation, programme.id, group.id)
            if rights.may(actor, "see_people", target):
                found.append((group.id, in_language(group.name, language, programme.language)))
    return found
