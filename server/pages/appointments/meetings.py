"""The talks of whoever works here: what comes, whose minutes are not entered yet, and open times to offer."""

from datetime import timedelta

from aiohttp import web

from calendars import programmes, rights
from calendars.appointments import appointments, diary, quotas, tutoring
from calendars.appointments.checks import NewAppointment
from calendars.appointments.kinds import ENTERED_WITHIN, KINDS
from calendars.appointments.rights import meets
from calendars.appointments.tutoring import Minutes
from calendars.clock import day_of, local
from calendars.errors import Invalid, NotFound
from calendars.rights import Actor
from calendars.store import Look, Work
from classroom import consulted
from server.auth.guard import allow, signed_in
from server.keys import HOUSE, LANGUAGE, SAY, STORE
from server.page import render
from server.pages.appointments.talks_shown import reasons, shown, subjects, ways_to_meet
from server.pages.parts.forms import UNTOUCHED, Entered, day_in, once, text, time_in
from server.pages.parts.tiles import dated_name
from server.words import Say

AHEAD = timedelta(days=400)
"""Tutoring is booked months ahead; whoever offers a time finds it here however far it is."""
HERE = "/talks"
LENGTHS = (15, 20, 30, 45, 60, 90)
routes = web.RouteTableDef()


@routes.get("/talks")
@allow("meet")
async def page(request: web.Request) -> web.Response:
    """Her talks, those that wait for their minutes first."""
    return await _page(request, UNTOUCHED)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    if not meets(actor):
        raise NotFound()
    async with request.app[STORE].look() as look:
        now = look.now
        found = await diary.of_person(look, actor, actor.person, now - ENTERED_WITHIN, now + AHEAD)
        own = [one for one in found if one.role == "partner"]
        about = {one.programme.id: one.programme for one in own}
        known = {each: await quotas.quota_of(look, one) for each, one in about.items()}
        offered = await _programmes(look, actor, language)
        present = await consulted.proposed(look, actor, [one.id for one in own if one.to_settle(now)])
    chosen = {
        each: subjects(request, quota, about[each].language) for each, quota in known.items() if quota is not None
    }
    return render(
        request, "appointments/talks.html", filled.status, entered=filled, subjects=chosen, lengths=LENGTHS,
        present=present,
        to_settle=shown(request, [one for one in own if one.to_settle(now)], now),
        ahead=shown(request, [one for one in own if not one.cancelled and now < one.ends], now), reasons=reasons(say),
        today=day_of(now, request.app[HOUSE].card.zone).isoformat(),
        programmes=offered, kinds=kinds(say), meeting=ways_to_meet(say), times=[str(n) for n in range(1, 9)],
    )  # fmt: skip


async def _programmes(look: Look, actor: Actor, language: str) -> list[tuple[str, str]]:
    """Where she may offer times: the programmes of her rights; of support staff, who see no plan, those of theirs."""
    known = {one.id: one for one in await programmes.of(look, actor)}
    for scope in actor.scopes:
        if scope.kind == "programme" and "meet" in rights.MATRIX[scope.role] and scope.id not in known:
            known[scope.id] = (await rights.target_of_programme(look, scope.id))[0]
    return [(one.id, dated_name(one, language)) for one in known.values()]


def kinds(say: Say) -> list[tuple[str, str]]:
    """What may be offered openly."""
    from_words = {
        "guidance": say("Guidance"), "individual_discussion": say("Individual talk"), "tutoring": say("Tutoring"),
        "mentoring": say("Mentoring"), "language_assessment": say("Language assessment"), "support": say("Support"),
    }  # fmt: skip
    return [(code, words) for code, words in from_words.items() if code in KINDS]


@routes.post("/talks")
@allow("meet")
async def offer(request: web.Request) -> web.Response:
    """Offer some times in a row on one day."""
    actor, form = signed_in(request), await request.post()
    if not meets(actor):
        raise NotFound()

    async def act(work: Work) -> str:
        programme, _ = await rights.target_of_programme(work, text(form, "programme", 40))
        day, starts = day_in(form, "day"), time_in(form, "starts")
        try:
            count, minutes = int(text(form, "times", 3)), int(text(form, "minutes", 4))
        except ValueError:
            raise Invalid("bad_choice", field="times") from None
        if not 1 <= count <= 20 or minutes not in LENGTHS:
            raise Invalid("bad_choice", field="times")
        first, each = local(day, starts, programme.zone), timedelta(minutes=minutes)
        if day_of(first + count * each - timedelta(seconds=1), programme.zone) != day:
            raise Invalid("past_midnight", field="starts")
        way, spot = text(form, "way", 20), text(form, "spot")
        new = [
            NewAppointment(
                kind=text(form, "kind", 40), starts=first + n * each, ends=first + (n + 1) * each, way=way, spot=spot,
                partners=(actor.person,),
            )
            for n in range(count)
        ]  # fmt: skip
        await appointments.plan(work, actor, programme.id, new)
        return HERE

    return await once(request, form, act, _page)


@routes.post("/appointments/{appointment}/held")
@allow("see_own")
async def held(request: web.Request) -> web.Response:
    """Enter how long it was, or that the learner did not come."""
    actor, form, appointment = signed_in(request), await request.post(), request.match_info["appointment"]

    async def act(work: Work) -> str:
        if form.get("missed") == "yes":
            await tutoring.miss(work, actor, appointment)
            return HERE
        said = text(form, "minutes", 4).strip()
        if not said.isascii() or not said.isdigit():
            raise Invalid("bad_minutes", field="minutes")
        entered = Minutes(minutes=int(said), subject=text(form, "subject", 40), way=text(form, "way", 20))
        await tutoring.hold(work, actor, appointment, entered)
        return HERE

    return await once(request, form, act, _page)
