"""One page for the house itself: name, logo, telephone number, time zone and languages."""

from typing import Final
from zoneinfo import available_timezones

from aiohttp import web
from aiohttp.web_request import FileField

from calendars import houses
from calendars.errors import Invalid, Refused
from calendars.houses import LARGEST_LOGO, HouseCard, NewHouse
from server.auth.guard import allow, signed_in
from server.keys import HOUSE, SAY, STORE, WORDS
from server.page import render
from server.pages.arrival import see_other, text
from server.words import NAMES, of_error

routes: Final = web.RouteTableDef()


@routes.get("/settings")
@allow("administer")
async def show(request: web.Request) -> web.Response:
    """What stands now."""
    return _page(request, _as_it_is(request.app[HOUSE].card))


@routes.post("/settings")
@allow("administer")
async def change(request: web.Request) -> web.Response:
    """Set the house. Every page shows it from the next click on."""
    form = await request.post()
    first = not request.app[HOUSE].card.ready
    new = NewHouse(
        name=text(form, "name"), telephone=text(form, "telephone"), zone=text(form, "zone"),
        country=request.app[HOUSE].card.country, logo=_logo(form.get("logo"), bool(form.get("no_logo"))),
        languages=tuple(str(one) for one in form.getall("languages", []) if one in request.app[WORDS].languages),
    )  # fmt: skip
    try:
        async with request.app[STORE].work() as work:
            card = await houses.set_house(work, signed_in(request), new)
    except Invalid as wrong:
        return _page(request, new, wrong)
    request.app[HOUSE].card = card
    return see_other("/" if first else "/settings")


@routes.get("/logo")
@allow("public")
async def logo(request: web.Request) -> web.Response:
    """The logo of the house."""
    async with request.app[STORE].look() as look:
        picture, kind = await houses.logo(look)
    return web.Response(body=picture, content_type=kind, headers={"Cache-Control": "public, max-age=3600"})


def _page(request: web.Request, standing: NewHouse, wrong: Refused | None = None) -> web.Response:
    zones = sorted({one for one in available_timezones() if one.startswith("Europe/")} | {standing.zone})
    offered = [(code, NAMES.get(code, code)) for code in request.app[WORDS].languages]
    error = of_error(wrong.code, request[SAY], wrong.facts) if wrong else ""
    return render(
        request, "settings.html", 422 if wrong else 200, standing=standing, zones=[(one, one) for one in zones],
        offered=offered, error=error, field=str(wrong.facts.get("field", "")) if wrong else "",
        first=not request.app[HOUSE].card.ready,
    )  # fmt: skip


def _as_it_is(card: HouseCard) -> NewHouse:
    return NewHouse(
        name=card.name, telephone=card.telephone, zone=card.zone, country=card.country, languages=card.languages
    )


def _logo(sent: object, away: bool) -> bytes | None:
    """The bytes of a new logo; None keeps the present one, empty takes it away."""
    if isinstance(sent, FileField) and sent.filename:
        return sent.file.read(LARGEST_LOGO + 1)
    return b"" if away else None
