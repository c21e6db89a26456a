"""Company visits of a programme: where to, when, who goes, with whom, how one gets there, what to bring along."""

from collections.abc import Mapping
from datetime import timedelta

from aiohttp import web

from calendars import groups, rights
from calendars.appointments import counterparts, visits
from calendars.appointments.visits import NewVisit, Visit
from calendars.clock import local
from calendars.errors import Invalid
from calendars.names import in_language
from calendars.places import NewPlace
from calendars.store import Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.appointments.talks_shown import reasons
from server.pages.parts.forms import UNTOUCHED, Entered, day_in, once, text, time_in

BACK, AHEAD = timedelta(days=120), timedelta(days=400)
routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/visits")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """The visits of a programme, and a new one."""
    return await _page(request, UNTOUCHED, {})


async def _page(request: web.Request, filled: Entered, chosen: Mapping[str, list[str]]) -> web.Response:
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    programme = request.match_info["programme"]
    async with request.app[STORE].look() as look:
        found, target = await rights.target_of_programme(look, programme)
        rights.ask(actor, "plan", target)
        now = look.now
        known = await visits.of_programme(look, actor, programme, now - BACK, now + AHEAD)
        formed = [group for group, _ in await groups.of_programme(look, actor, programme)]
        members = await groups.members(look, actor, [group.id for group in formed])
        staff = [(one.id, one.shown) for one in await counterparts.staff(look, actor, programme)]
    when = When(language, found.zone)
    return render(
        request, "appointments/visits.html", filled.status, entered=filled, programme=programme, chosen=chosen,
        name=in_language(found.name, language, found.language), staff=staff, reasons=reasons(say),
        groups=[(one.id, in_language(one.name, language, found.language)) for one in formed],
        learners=sorted({one.person: one.name for one in members}.items(), key=lambda pair: (pair[1], pair[0])),
        visits=[_row(one, when, language, now < one.first.starts) for one in known],
    )  # fmt: skip


def _row(one: Visit, when: When, language: str, ahead: bool) -> dict[str, object]:
    first = one.first
    going = [row for row in one.rows if not row.cancelled]
    place = first.place
    return {
        "id": one.id, "title": first.title, "time": when.whole(first.starts, first.ends), "ahead": ahead,
        "cancelled": not going, "place": ", ".join(filter(None, [place.name, place.address])) if place else "",
        "spot": first.spot, "transport": first.transport, "gear": first.gear,
        "staff": ", ".join(who.shown for who in first.partners),
        "who": sorted(
            in_language(row.group.name, language, first.programme.language) if row.group
            else row.learner.shown if row.learner else ""
            for row in going
        ),
        "day": first.date.isoformat(), "starts": when.field(first.starts), "ends": when.field(first.ends),
    }  # fmt: skip


@routes.post("/programmes/{programme}/visits")
@allow("plan")
async def plan(request: web.Request) -> web.Response:
    """Arrange one; all who go have it on their page and in their calendar."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]
    several = ("group", "learner", "staff")
    chosen = {name: [one for one in form.getall(name, []) if isinstance(one, str)] for name in several}

    async def act(work: Work) -> str:
        found, _ = await rights.target_of_programme(work, programme)
        day = day_in(form, "day")
        new = NewVisit(
            title=text(form, "title"), starts=local(day, time_in(form, "starts"), found.zone),
            ends=local(day, time_in(form, "ends"), found.zone), groups=tuple(chosen["group"]),
            learners=tuple(chosen["learner"]), staff=tuple(chosen["staff"]), spot=text(form, "spot"),
            transport=text(form, "transport"), gear=text(form, "gear"),
            place=NewPlace(
                name=text(form, "place"), address=text(form, "address"), latitude=_degrees(form, "latitude"),
                longitude=_degrees(form, "longitude"),
            ),
        )  # fmt: skip
        await visits.plan(work, actor, programme, new)
        return f"/programmes/{programme}/visits"

    async def again(request: web.Request, filled: Entered) -> web.Response:
        return await _page(request, filled, chosen)

    return await once(request, form, act, again)


def _degrees(form: Mapping[str, object], name: str) -> float | None:
    """A number as people write it, with a comma or a point; nothing where nothing is said."""
    said = text(form, name, 20).strip().replace(",", ".")
    if not said:
        return None
    try:
        return float(said)
    except ValueError:
        raise Invalid("bad_position", field=name) from None


@routes.post("/programmes/{programme}/visits/change")
@allow("plan")
async def change(request: web.Request) -> web.Response:
    """Go at another time, or not at all; everybody is told."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        found, target = await rights.target_of_programme(work, programme)
        rights.ask(actor, "plan", target)
        visit = text(form, "visit", 40)
        if form.get("cancel") == "yes":
            await visits.cancel(work, actor, visit, text(form, "reason", 40))
        else:
            day = day_in(form, "day")
            starts, ends = (local(day, time_in(form, name), found.zone) for name in ("starts", "ends"))
            await visits.move(work, actor, visit, starts, ends)
        return f"/programmes/{programme}/visits"

    async def again(request: web.Request, filled: Entered) -> web.Response:
        return await _page(request, filled, {})

    return await once(request, form, act, again)
