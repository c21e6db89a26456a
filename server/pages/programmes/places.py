"""The houses of a programme: their names and addresses, and how many rooms each has."""

from typing import Any

from aiohttp import web

from calendars import places, programmes, rights
from calendars.errors import NotFound
from calendars.names import in_language
from calendars.places import NewPlace
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.keys import LANGUAGE, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, number_in, once, text

routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/places")
@allow("plan")
async def show(request: web.Request) -> web.Response:
    """Every house in which days of the programme are."""
    return await _page(request, UNTOUCHED)


@routes.post("/programmes/{programme}/places/{place}")
@allow("plan")
async def change(request: web.Request) -> web.Response:
    """Its name, its address, its rooms. Only another name or address is news for calendars."""
    actor, form = signed_in(request), await request.post()
    programme, place = request.match_info["programme"], request.match_info["place"]

    async def act(work: Work) -> str:
        known = {one.place.id: one.place for one in await places.of_programme(work, actor, programme)}
        if place not in known:
            raise NotFound()
        row, name, address = known[place], text(form, "name", 120), text(form, "address", 200)
        await places.count_rooms(work, actor, programme, place, number_in(form, "rooms"))
        if (name.strip(), address.strip()) != (row.name, row.address):
            new = NewPlace(name=name, address=address, latitude=row.latitude, longitude=row.longitude)
            await places.furnish(work, actor, programme, place, new)
        return f"/programmes/{programme}/places"

    return await once(request, form, act, _page)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, programme = signed_in(request), request.match_info["programme"]
    async with request.app[STORE].look() as look:
        line = await programmes.line(look, actor, programme)
        rights.ask(actor, "plan", rights.Target(line.programme.organisation, programme))
        found = await places.of_programme(look, actor, programme)
    tried = request.match_info.get("place", "")
    return render(
        request, "programmes/places.html", filled.status, programme=programme,
        name=in_language(line.programme.name, request[LANGUAGE], line.programme.language),
        houses=[_house(one, filled if one.place.id == tried else UNTOUCHED) for one in found],
    )  # fmt: skip


def _house(one: places.Met, filled: Entered) -> dict[str, Any]:
    row = one.place
    values = {"name": row.name, "address": row.address, "rooms": "" if row.rooms is None else str(row.rooms)}
    return {
        "id": row.id, "name": row.name, "days": one.days, "rooms": row.rooms,
        "entered": Entered(values | dict(filled.values), filled.words, filled.field, filled.status),
    }  # fmt: skip
