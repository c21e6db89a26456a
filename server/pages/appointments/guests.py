"""Who comes from outside into one appointment: brought in with a role, her link to hand on, and taken back."""

from aiohttp import web

from calendars.appointments import diary, guests
from calendars.errors import Invalid
from calendars.names import LONGEST_NAME
from calendars.people.people import NewPerson
from calendars.store import Work
from server.auth import signin
from server.auth.guard import allow, signed_in
from server.auth.origin import base_address
from server.keys import LANGUAGE, SAY, SECRET, STORE
from server.page import render
from server.pages.appointments.talks_shown import guest_words, shown
from server.pages.parts.forms import UNTOUCHED, Entered, once, text
from server.pages.parts.somebody import languages_of

routes = web.RouteTableDef()


@routes.get("/appointments/{appointment}/guests")
@allow("meet")
async def page(request: web.Request) -> web.Response:
    """Those who come, each with her link, and somebody more."""
    return await _page(request, UNTOUCHED)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, appointment = signed_in(request), request.match_info["appointment"]
    async with request.app[STORE].look() as look:
        found = await guests.of(look, actor, appointment)
        one = await diary.one(look, actor, appointment)
        now = look.now
    words, base = dict(guest_words(request[SAY])), base_address(request)
    rows = [
        {
            "id": each.person.id, "name": each.person.shown, "guest": words[each.guest],
            "link": base + signin.personal_link(request.app[SECRET], each.person.id, each.person.generation),
        }
        for each in found
    ]  # fmt: skip
    return render(
        request, "appointments/guests.html", filled.status, entered=filled, one=shown(request, [one], now)[0],
        rows=rows,
        roles=guest_words(request[SAY]), languages_known=languages_of(request), path=request.path.removesuffix("/end"),
        ahead=not one.cancelled and now < one.ends,
    )  # fmt: skip


@routes.post("/appointments/{appointment}/guests")
@allow("meet")
async def bring(request: web.Request) -> web.Response:
    """Somebody more; her link stands on the page that follows."""
    actor, form, appointment = signed_in(request), await request.post(), request.match_info["appointment"]

    async def act(work: Work) -> str:
        new = NewPerson(
            name=text(form, "name", LONGEST_NAME), language=text(form, "language", 20) or request[LANGUAGE],
            telephone=text(form, "telephone", 40),
        )  # fmt: skip
        await guests.bring(work, actor, appointment, new, text(form, "guest", 20))
        return f"/appointments/{appointment}/guests"

    return await once(request, form, act, _page)


@routes.post("/appointments/{appointment}/guests/end")
@allow("meet")
async def dismiss(request: web.Request) -> web.Response:
    """Her link opens nothing any more."""
    actor, form, appointment = signed_in(request), await request.post(), request.match_info["appointment"]

    async def act(work: Work) -> str:
        person = text(form, "person", 40)
        if not person:
            raise Invalid("bad_choice", field="person")
        await guests.dismiss(work, actor, appointment, person)
        return f"/appointments/{appointment}/guests"

    return await once(request, form, act, _page)
