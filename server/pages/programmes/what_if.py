"""What if: the days that a programme would have, looked at and changed as often as one likes; nothing is saved."""

from aiohttp import web

from calendars.clock import day_of
from calendars.errors import Invalid
from server.auth.guard import allow
from server.dates import WHOLE_WEEKDAYS
from server.keys import HOUSE, LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, entered
from server.pages.programmes.forecast import forecast
from server.pages.programmes.plan_fields import ASKED, BREAKS, ELSEWHERE, ON, at_field, lands, offered, preset, wanted

routes = web.RouteTableDef()


@routes.get("/programmes/what-if")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """The fields, and with a first day among them the days that follow."""
    language, card = request[LANGUAGE], request.app[HOUSE].card
    filled, found = UNTOUCHED, None
    async with request.app[STORE].look() as look:
        models = await offered(request, look)
        if "start" in request.query:
            try:
                laid = (await wanted(request, look, request.query)).laid
                found = forecast(laid, language, request[SAY], day_of(look.now, laid.zone))
                filled = entered(request, request.query)
            except Invalid as wrong:
                filled = entered(request, request.query, at_field(wrong, ASKED, ELSEWHERE))
    return render(
        request, "programmes/what_if.html", filled.status, entered=filled, found=found, models=models, fields=ASKED,
        model=preset(request.query.get("blueprint", ""), models),
        countries=lands(language), country=card.country, breaks=BREAKS,
        broken_off=any(filled.value(name) for pair in BREAKS for name in pair),
        weekdays=list(zip(ON, WHOLE_WEEKDAYS.get(language, WHOLE_WEEKDAYS["fi"]), strict=True)),
    )  # fmt: skip
