"""People, added one by one: a form of six fields with a seat in a group; and everybody, group by group."""

from collections.abc import Sequence

from aiohttp import web

from calendars import groups, programmes, rights
from calendars.clock import day_of
from calendars.groups import Member
from calendars.names import in_language
from calendars.people import enrolments, people, seating
from calendars.people.people import NewPerson
from calendars.people.seating import Place
from calendars.rights import Actor
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.keys import HOUSE, LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import Entered, day_in, once, text
from server.pages.parts.somebody import languages_of, person_in
from server.pages.parts.tiles import dated_name

MOST_PROGRAMMES = 12
ASKS = "asks:"
"""Before the id of a programme in the choice of a group: she has none yet, she asks for a place."""
routes = web.RouteTableDef()


@routes.get("/people")
@allow("invite")
async def page(request: web.Request) -> web.Response:
    """Everybody with a seat, group by group."""
    async with request.app[STORE].look() as look:
        formed = await groups_seen(look, signed_in(request), request[LANGUAGE])
        members = await groups.members(look, signed_in(request), [one for one, _ in formed])
        today = day_of(look.now, request.app[HOUSE].card.zone)
    here = [one for one in members if one.last_day >= today]
    seated = [(group, name, [one for one in here if one.group == group]) for group, name in formed]
    return render(request, "people/people.html", groups=seated, gone=_gone(members, here))


def _gone(members: Sequence[Member], here: Sequence[Member]) -> list[tuple[str, str]]:
    """Those who have no seat any more, once each: they may come back."""
    still = {one.person for one in here}
    return sorted({(one.name, one.person) for one in members if one.person not in still})


@routes.get("/people/new")
@allow("invite")
async def ask(request: web.Request) -> web.Response:
    """The form; `?group=` chooses the group beforehand."""
    return await _form(request, Entered({"group": request.query.get("group", "")}))


@routes.post("/people/new")
@allow("invite")
async def add(request: web.Request) -> web.Response:
    """Somebody new: in a group from today on or from its programme's first day, or on the list of who asks."""
    actor, form = signed_in(request), await request.post()

    async def act(work: Work) -> str:
        chosen = text(form, "group", 60)
        if chosen.startswith(ASKS):
            return await _asks(work, actor, chosen.removeprefix(ASKS), person_in(form))
        _, programme, target = await rights.target_of_group(work, chosen)
        row = await people.add(work, actor, person_in(form), target)
        first = day_in(form, "first_day") if form.get("first_day") else None
        seat = await seating.place(work, actor, row.id, Place(chosen, first))
        return f"/people/{row.id}" if seat else f"/programmes/{programme.id}/people/{row.id}"

    return await once(request, form, act, _form)


async def _asks(work: Work, actor: Actor, programme: str, person: NewPerson) -> str:
    """She is written down behind the others who ask; where to go on."""
    _, target = await rights.target_of_programme(work, programme)
    row = await people.add(work, actor, person, target)
    await enrolments.apply(work, actor, programme, row.id)
    return f"/programmes/{programme}/people/{row.id}"


async def _form(request: web.Request, filled: Entered) -> web.Response:
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        formed = await groups_seen(look, actor, language, lasting=True)
        lists = await _lists(look, actor, language)
    formed += [(ASKS + id, say("No group yet: asks for a place ({name})", name=name)) for id, name in lists]
    return render(
        request,
        "people/person_new.html",
        filled.status,
        entered=filled,
        groups=formed,
        languages_known=languages_of(request),
    )


async def _lists(look: Look, actor: Actor, language: str) -> list[tuple[str, str]]:
    """The programmes that she plans and that have not ended, with their names."""
    return [
        (one.id, dated_name(one, language))
        for one in (await programmes.of(look, actor))[:MOST_PROGRAMMES]
        if one.ends >= day_of(look.now, one.zone) and rights.may(actor, "plan", rights.Target(one.organisation, one.id))
    ]


async def groups_seen(look: Look, actor: Actor, language: str, *, lasting: bool = False) -> list[tuple[str, str]]:
    """The groups whose people she may see, with their names; of several programmes each with its programme's name.

    With `lasting` only those of programmes that have not ended: who comes today can sit in no other.
    """
    seen = (await programmes.of(look, actor))[:MOST_PROGRAMMES]
    if lasting:
        seen = [one for one in seen if one.ends >= day_of(look.now, one.zone)]
    found = []
    for programme in seen:
        where = f" · {dated_name(programme, language)}" if len(seen) > 1 else ""
        for group, _ in await groups.of_programme(look, actor, programme.id):
            target = rights.Target(programme.organisation, programme.id, group.id)
            if rights.may(actor, "see_people", target):
                found.append((group.id, in_language(group.name, language, programme.language) + where))
    return found
