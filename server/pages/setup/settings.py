"""One page for the house itself: name, logo, telephone number, time zone and languages."""

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import available_timezones

from aiohttp import web
from aiohttp.web_request import FileField

from calendars import houses, rights
from calendars.errors import Invalid
from calendars.houses import HouseCard, NewHouse
from calendars.names import LONGEST_NAME
from calendars.people import people
from calendars.pictures import LARGEST_LOGO
from server.auth.guard import allow, signed_in
from server.keys import HOUSE, LANGUAGE, STORE, WORDS
from server.page import render
from server.pages.parts.forms import Entered, entered, see_other, text
from server.words import NAMES

LONGEST_HOUSE_NAME: Final = 80
routes: Final = web.RouteTableDef()


@routes.get("/settings")
@allow("administer")
async def show(request: web.Request) -> web.Response:
    """What stands now."""
    card = request.app[HOUSE].card
    return _page(request, Entered(_as_it_is(card)), card.languages)


@routes.post("/settings")
@allow("administer")
async def change(request: web.Request) -> web.Response:
    """Set the house; the first time also who sets it. Every page shows it from the next click on."""
    form, actor = await request.post(), signed_in(request)
    first = not request.app[HOUSE].card.ready
    languages = tuple(str(one) for one in form.getall("languages", []) if one in request.app[WORDS].languages)
    try:
        async with request.app[STORE].work() as work:
            if first:
                await people.introduce(work, actor, text(form, "own_name", LONGEST_NAME), request[LANGUAGE])
            card = await houses.set_house(work, actor, _read(request, form, languages))
    except Invalid as wrong:
        return _page(request, entered(request, form, wrong), languages)
    request.app[HOUSE].card = card
    return see_other("/wizard" if first and rights.scopes_of(actor, "plan") else "/" if first else "/settings")


def _read(request: web.Request, form: Mapping[str, Any], languages: tuple[str, ...]) -> NewHouse:
    return NewHouse(
        name=text(form, "name", LONGEST_HOUSE_NAME), telephone=text(form, "telephone", 40), zone=text(form, "zone"),
        country=request.app[HOUSE].card.country, languages=languages,
        logo=_logo(form.get("logo"), bool(form.get("no_logo"))),
    )  # fmt: skip


@routes.get("/logo")
@allow("public")
async def logo(request: web.Request) -> web.Response:
    """The logo of the house."""
    async with request.app[STORE].look() as look:
        picture, kind = await houses.logo(look)
    return web.Response(body=picture, content_type=kind, headers={"Cache-Control": "public, max-age=3600"})


def _page(request: web.Request, filled: Entered, languages: tuple[str, ...]) -> web.Response:
    zones = {one for one in available_timezones() if one.startswith("Europe/")} | {request.app[HOUSE].card.zone}
    return render(
        request, "setup/settings.html", filled.status, entered=filled, zones=[(one, one) for one in sorted(zones)],
        offered=[(code, NAMES.get(code, code)) for code in request.app[WORDS].languages], chosen=languages,
        first=not request.app[HOUSE].card.ready,
    )  # fmt: skip


def _as_it_is(card: HouseCard) -> dict[str, str]:
    """The fields before anybody touches them; a house that has no name yet leaves its field empty."""
    return {"name": card.name if card.ready else "", "telephone": card.telephone, "zone": card.zone}


def _logo(sent: object, away: bool) -> bytes | None:
    """The bytes of a new logo; None keeps the present one, empty takes it away."""
    if isinstance(sent, FileField) and sent.filename:
        return sent.file.read(LARGEST_LOGO + 1)
    return b"" if away else None
