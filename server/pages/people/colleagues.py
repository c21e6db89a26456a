"""Those who work here: who they are, a new one, another role for one who is known, a role that ends, one who leaves."""

from datetime import timedelta
from typing import Any

from aiohttp import web

from calendars import agenda, rights
from calendars.agenda import Engagement
from calendars.appointments import leaving, unstaffed
from calendars.errors import Invalid
from calendars.grants import Right
from calendars.people import colleagues, people
from calendars.rights import HOUSE as WHOLE_HOUSE
from calendars.rights import Actor
from calendars.scheduling import scheduling
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, once, text
from server.pages.parts.roles import may_about, place_words, role_words, what_they_do
from server.pages.parts.shown import Shown
from server.pages.parts.somebody import languages_of, person_in
from server.pages.parts.tiles import dated_name

AHEAD = timedelta(days=14)
ALL_AHEAD = timedelta(days=1000)
routes = web.RouteTableDef()


@routes.get("/staff")
@allow("invite")
async def page(request: web.Request) -> web.Response:
    """Everybody who works here, with what she is."""
    actor, say = signed_in(request), request[SAY]
    async with request.app[STORE].look() as look:
        rows = await people.staff(look, actor)
    known: dict[str, dict[str, Any]] = {}
    for person, grant in rows:
        entry = known.setdefault(
            person.id, {"id": person.id, "name": person.shown, "telephone": person.telephone, "roles": []}
        )
        word = role_words(say)[grant.role]
        if word not in entry["roles"]:
            entry["roles"].append(word)
    return render(request, "people/colleagues.html", colleagues=list(known.values()))


@routes.get("/staff/new")
@allow("invite")
async def ask(request: web.Request) -> web.Response:
    """Who, in which role, where. `?role=` is marked: whoever was told to find a counsellor need not look for it."""
    role = request.query.get("role", "")
    return await _new(request, Entered({"role": role}) if role in scheduling.LEADING else UNTOUCHED)


@routes.post("/staff/new")
@allow("invite")
async def hire(request: web.Request) -> web.Response:
    """Take her on; the next page makes her invitation."""
    actor, form = signed_in(request), await request.post()

    async def act(work: Work) -> str:
        row = await colleagues.hire(work, actor, person_in(form), _right(form))
        return f"/people/{row.id}/link"

    return await once(request, form, act, _new)


@routes.get("/staff/{person}")
@allow("invite")
async def show(request: web.Request) -> web.Response:
    """One of them: her roles, what may be done about each, the way to her invitation."""
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        whose = await rights.ask_about(look, actor, "invite", request.match_info["person"], past=True)
        held = await colleagues.of(look, actor, whose.id)
        places = await place_words(look, held, language)
        known = await may_about(look, actor, "see_people", whose.id)
        coming = await _coming(look, actor, whose.id) if await may_about(look, actor, "see_plan", whose.id) else None
        plans_her = bool(held) and await may_about(look, actor, "plan", whose.id)
        now = look.now
    words = role_words(say)
    return render(
        request, "people/colleague.html", whose=whose, may_correct=known, may_plan_her=plans_her,
        rights=[(one, words[one.role], places[one.scope]) for one in held],
        coming=None if coming is None else [(Shown(one, language, now), _remedy(actor, one)) for one in coming],
    )  # fmt: skip


async def _coming(look: Look, actor: Actor, person: str) -> list[Engagement]:
    """The lessons of two weeks that somebody leads: what has to be thought of when she falls ill."""
    found = await agenda.agenda(look, actor, person, look.now, look.now + AHEAD)
    return [one for one in found if one.lesson is not None and not one.cancelled and one.ends > look.now]


def _remedy(actor: Actor, one: Engagement) -> str:
    """Where another leader is found for it, by whoever may; for others its day."""
    if rights.may(actor, "plan", one.target):
        return f"/lessons/{one.id}/change"
    return f"/programmes/{one.programme.id}/days/{one.day.n}"


@routes.get("/people/{person}/rights/new")
@allow("invite")
async def ask_right(request: web.Request) -> web.Response:
    """Another role for somebody who is known."""
    return await _right_page(request, UNTOUCHED)


@routes.post("/people/{person}/rights")
@allow("invite")
async def give(request: web.Request) -> web.Response:
    """Give it."""
    actor, form, person = signed_in(request), await request.post(), request.match_info["person"]

    async def act(work: Work) -> str:
        await leaving.appoint(work, actor, person, _right(form))
        return f"/staff/{person}"

    return await once(request, form, act, _right_page)


@routes.post("/people/{person}/rights/{grant}/end")
@allow("invite")
async def end(request: web.Request) -> web.Response:
    """A role ends now; whatever she has open closes within a second."""
    actor, form, person = signed_in(request), await request.post(), request.match_info["person"]

    async def act(work: Work) -> str:
        await leaving.dismiss(work, actor, request.match_info["grant"])
        return f"/staff/{person}"

    return await once(request, form, act)


@routes.get("/people/{person}/stop")
@allow("invite")
async def ask_stop(request: web.Request) -> web.Response:
    """What ends when she leaves, before it does."""
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        whose = await rights.ask_about(look, actor, "invite", request.match_info["person"], past=True)
        held = await colleagues.of(look, actor, whose.id)
        places = await place_words(look, held, language)
        coming = await colleagues.coming(look, actor, whose.id)
        plans = rights.scopes_of(actor, "plan")
        talks = await unstaffed.within(look, actor, whose.id, look.now, look.now + ALL_AHEAD) if plans else []
    words = role_words(say)
    return render(
        request, "people/stop.html", whose=whose, lessons=coming, talks=len(talks),
        rights=[f"{words[one.role]} · {places[one.scope]}" for one in held],
    )  # fmt: skip


@routes.post("/people/{person}/stop")
@allow("invite")
async def stop(request: web.Request) -> web.Response:
    """She works here no longer."""
    actor, form = signed_in(request), await request.post()

    async def act(work: Work) -> str:
        person = request.match_info["person"]
        await leaving.stop(work, actor, person)
        plans = rights.scopes_of(actor, "plan")
        return f"/staff/{person}/talks" if plans and await unstaffed.of(work, actor, person) else "/staff"

    return await once(request, form, act)


def _right(form: Any) -> Right:
    """The role and its place: `organisation:…` or `programme:…`. Raises Invalid `bad_choice`."""
    role = text(form, "role", 40)
    if role == "admin":
        return Right("admin", "house", WHOLE_HOUSE)
    kind, _, scope = text(form, "place", 80).partition(":")
    if kind not in ("organisation", "programme") or not scope:
        raise Invalid("bad_choice", field="place")
    return Right(role, kind, scope)


async def _choices(request: web.Request, look: Look, actor: Actor) -> dict[str, Any]:
    language, say = request[LANGUAGE], request[SAY]
    organisations, running = await colleagues.places(look, actor)
    roles = [*colleagues.ROLES, *(["admin"] if rights.may(actor, "administer", rights.THE_HOUSE) else [])]
    words, work = role_words(say), what_they_do(say)
    return {
        "roles": [(one, f"{words[one]}: {work[one]}") for one in roles],
        "places": [(f"organisation:{one.id}", one.name) for one in organisations]
        + [(f"programme:{one.id}", dated_name(one, language)) for one in running],
    }  # fmt: skip


async def _new(request: web.Request, filled: Entered) -> web.Response:
    async with request.app[STORE].look() as look:
        choices = await _choices(request, look, signed_in(request))
    return render(
        request,
        "people/colleague_new.html",
        filled.status,
        entered=filled,
        languages_known=languages_of(request),
        **choices,
    )


async def _right_page(request: web.Request, filled: Entered) -> web.Response:
    actor = signed_in(request)
    async with request.app[STORE].look() as look:
        whose = await rights.ask_about(look, actor, "invite", request.match_info["person"], past=True)
        choices = await _choices(request, look, actor)
    return render(request, "people/right_new.html", filled.status, entered=filled, whose=whose, **choices)
