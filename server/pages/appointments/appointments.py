"""One's own times with somebody: what is booked, what may be booked, who would swap; each with its one button."""

from datetime import timedelta

from aiohttp import web

from calendars.appointments import appointments, diary, swaps, tutoring_accounts
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import HOUSE, LANGUAGE, SAY, STORE, WORDS
from server.page import render
from server.pages.appointments.talks_shown import balance_words, minutes_axis, minutes_bar, reasons, shown
from server.pages.parts.forms import UNTOUCHED, Entered, once, text
from server.words import PLAIN, Twice

AHEAD = timedelta(days=365)
MOST_OFFERS = 40
HERE = "/appointments"
routes = web.RouteTableDef()


@routes.get("/appointments")
@allow("see_own")
async def page(request: web.Request) -> web.Response:
    """What she has, and what she may choose."""
    return await _page(request, UNTOUCHED)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, language = signed_in(request), request[LANGUAGE]
    async with request.app[STORE].look() as look:
        now = look.now
        own = await diary.of_person(look, actor, actor.person, now - timedelta(hours=12), now + AHEAD)
        offers = (await diary.offers(look, actor))[:MOST_OFFERS]
        asked = await swaps.asked_by(look, actor)
        wanted = await swaps.offered(look, actor)
        accounts = await tutoring_accounts.own(look, actor)
    ahead = [one for one in own if one.status != "offered" and now < one.ends]
    by_id = {one.id: one for one in shown(request, ahead, now)}
    return render(
        request, "appointments/appointments.html", filled.status, entered=filled, own=list(by_id.values()),
        offers=shown(request, offers, now), asked=asked, reasons=reasons(request[SAY], own=True), here=actor.person,
        swaps=[(one, _time(request, one), by_id[one.mine]) for one in wanted if one.mine in by_id],
        accounts=[
            {
                "until": When(language, programme.zone).dated(account.window.until),
                "left": account.balance.left, "used": account.balance.used, "booked": account.balance.reserved,
                "bars": minutes_bar(account.balance), "axis": minutes_axis(account.balance.quota),
                "words": balance_words(account.balance, request[SAY]),
            }
            for programme, quota, account in accounts
        ],
        zone=request.app[HOUSE].card.zone,
    )  # fmt: skip


def _time(request: web.Request, one: swaps.Offer) -> Twice:
    own = When(request[LANGUAGE], one.zone).whole(one.starts, one.ends)
    plain = When(request.app[WORDS].say(PLAIN).language, one.zone).whole(one.starts, one.ends)
    return Twice(own, "" if own == plain else plain)


@routes.post("/appointments/{appointment}/book")
@allow("see_own")
async def book(request: web.Request) -> web.Response:
    """Take this time; whoever was quicker has it, and the page shows what is left."""
    actor, form = signed_in(request), await request.post()

    async def act(work: Work) -> str:
        await appointments.book(work, actor, request.match_info["appointment"])
        return HERE

    return await once(request, form, act, _page)


@routes.post("/appointments/{appointment}/cancel")
@allow("see_own")
async def cancel(request: web.Request) -> web.Response:
    """Give this time back. Staff cancel theirs here as well."""
    actor, form = signed_in(request), await request.post()

    async def act(work: Work) -> str:
        await appointments.cancel(work, actor, request.match_info["appointment"], text(form, "reason", 40))
        return "/talks" if form.get("then") == "talks" else HERE

    return await once(request, form, act, _page)


@routes.post("/appointments/{appointment}/swap")
@allow("see_own")
async def ask_to_swap(request: web.Request) -> web.Response:
    """Ask whether somebody gives her time for this one, or keep it after all."""
    actor, form, appointment = signed_in(request), await request.post(), request.match_info["appointment"]

    async def act(work: Work) -> str:
        if form.get("keep") == "yes":
            await swaps.withdraw(work, actor, appointment)
        else:
            await swaps.ask(work, actor, appointment)
        return HERE

    return await once(request, form, act, _page)


@routes.post("/appointments/{appointment}/agree")
@allow("see_own")
async def agree(request: web.Request) -> web.Response:
    """Give this time of hers for the one that another learner offers."""
    actor, form, appointment = signed_in(request), await request.post(), request.match_info["appointment"]

    async def act(work: Work) -> str:
        await swaps.agree(work, actor, text(form, "swap", 40), appointment)
        return HERE

    return await once(request, form, act, _page)
