"""For whoever plans or counsels: the tutoring minutes of a programme, what was never entered, and its two rules."""

from datetime import timedelta

from aiohttp import web

from calendars.appointments import diary, tutoring, tutoring_accounts
from calendars.appointments.kinds import ENTERED_WITHIN
from calendars.appointments.tutoring import Minutes
from calendars.appointments.tutoring_accounts import Account
from calendars.errors import Invalid, NotFound
from calendars.names import in_language
from calendars.rights import Target, may
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.appointments.talks_shown import balance_words, minutes_axis, minutes_bar, shown, subjects
from server.pages.parts.forms import UNTOUCHED, Entered, number_in, once, text
from server.words import Say

LONG_AGO = timedelta(days=400)
routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/tutoring")
@allow("see_people")
async def accounts(request: web.Request) -> web.Response:
    """Every learner's minutes as a bar; who has some left when her window ends soon; the sums by subject."""
    return await _page(request, UNTOUCHED)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        found = await tutoring_accounts.of_programme(look, actor, request.match_info["programme"])
        if found is None:
            raise NotFound()
        programme, quota, now = found.programme, found.quota, look.now
        late = [
            one
            for one in await diary.of_programme(look, actor, programme.id, now - LONG_AGO, now)
            if one.to_settle(now) and not one.private and one.ends + ENTERED_WITHIN < now
        ]
    when = When(language, programme.zone)
    most = max((one.balance.quota for one in found.accounts), default=quota.minutes)
    chosen = subjects(request, quota, programme.language)
    named = dict(chosen) | {"": say("Did not come")}
    return render(
        request, "appointments/tutoring.html", filled.status, entered=filled, axis=minutes_axis(most),
        programme=programme.id,
        rows=[_row(one, say) for one in found.accounts], opens=when.dated(quota.window.opens),
        until=when.dated(quota.window.until), name=in_language(programme.name, language, programme.language),
        hours=found.minutes // 60, used=found.used,
        due=[(one.person.shown, one.balance.left, when.dated(one.window.until)) for one in found.due],
        soon=any(one.due is not None for one in found.accounts),
        subjects=[(named.get(code, code), minutes) for code, minutes in found.subjects.items()],
        late=shown(request, late, now), chosen=chosen, no_show=quota.no_show,
        learners=[(one.person.id, one.person.shown) for one in found.accounts],
        plans=may(actor, "plan", Target(programme.organisation, programme.id)),
    )  # fmt: skip


def _row(one: Account, say: Say) -> dict[str, object]:
    return {
        "name": one.person.shown, "bars": minutes_bar(one.balance), "label": balance_words(one.balance, say),
        "sum": say("{left} min left", left=one.balance.left), "tone": "", "href": f"/people/{one.person.id}",
    }  # fmt: skip


@routes.post("/programmes/{programme}/tutoring/late")
@allow("plan")
async def enter_late(request: web.Request) -> web.Response:
    """Enter what nobody entered in time, with the reason."""
    actor, form = signed_in(request), await request.post()

    async def act(work: Work) -> str:
        appointment, reason = text(form, "appointment", 40), text(form, "reason")
        if not reason.strip():
            raise Invalid("reason_missing", field="reason")
        if form.get("missed") == "yes":
            await tutoring.miss(work, actor, appointment, reason)
        else:
            minutes = number_in(form, "minutes") or 0
            new = Minutes(minutes=minutes, subject=text(form, "subject", 40), reason=reason)
            await tutoring.hold(work, actor, appointment, new)
        return f"/programmes/{request.match_info['programme']}/tutoring"

    return await once(request, form, act, _page)


@routes.post("/programmes/{programme}/tutoring/more")
@allow("plan")
async def widen(request: web.Request) -> web.Response:
    """More minutes for one learner, with the reason."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        minutes = number_in(form, "more") or 0
        await tutoring.widen(work, actor, programme, text(form, "person", 40), minutes, text(form, "why"))
        return f"/programmes/{programme}/tutoring"

    return await once(request, form, act, _page)


@routes.post("/programmes/{programme}/tutoring/rule")
@allow("plan")
async def rule(request: web.Request) -> web.Response:
    """What becomes of booked minutes when the learner does not come."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        await tutoring.rule(work, actor, programme, text(form, "no_show", 20))
        return f"/programmes/{programme}/tutoring"

    return await once(request, form, act, _page)
