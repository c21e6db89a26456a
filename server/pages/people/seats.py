"""A learner's seats: given, moved to another group, on certain weekdays only, ended with a reason; her past stays."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from calendars import groups, rights
from calendars.clock import day_of
from calendars.errors import NotFound
from calendars.freedays import WEEKDAYS
from calendars.groups import Member
from calendars.names import in_language
from calendars.people import parttime, seating
from calendars.people.seating import Place
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, day_in, once, text
from server.pages.people.people import groups_seen
from server.pages.people.working import weekday_words
from server.words import Say

routes = web.RouteTableDef()


@routes.get("/people/{person}/seats/new")
@allow("plan")
async def ask(request: web.Request) -> web.Response:
    """Which group, from which day to which."""
    return await _new(request, UNTOUCHED)


@routes.post("/people/{person}/seats")
@allow("plan")
async def give(request: web.Request) -> web.Response:
    """A seat from today, or from the programme's first day, unless another day is said."""
    actor, form, person = signed_in(request), await request.post(), request.match_info["person"]

    async def act(work: Work) -> str:
        group = text(form, "group", 40)
        _, programme, _ = await rights.target_of_group(work, group)
        where = Place(group, _day(form, "first_day"), _day(form, "last_day"))
        seat = await seating.place(work, actor, person, where, text(form, "grounds", 600))
        return f"/people/{person}" if seat else f"/programmes/{programme.id}/people/{person}"

    return await once(request, form, act, _new)


@routes.get("/people/{person}/seats/{seat}")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """One seat: move it, or end it."""
    return await _page(request, UNTOUCHED)


@routes.post("/people/{person}/seats/{seat}/move")
@allow("plan")
async def move(request: web.Request) -> web.Response:
    """To another group from a day on; what she did before stays with the old one."""
    actor, form, seat = signed_in(request), await request.post(), request.match_info["seat"]

    async def act(work: Work) -> str:
        await seating.ask_room(work, actor, Place(text(form, "group", 40), _day(form, "first_day")))
        moved = await groups.move(work, actor, seat, text(form, "group", 40), _day(form, "first_day"))
        return f"/people/{moved.person}"

    return await once(request, form, act, _page)


@routes.post("/people/{person}/seats/{seat}/weekdays")
@allow("plan")
async def come_on(request: web.Request) -> web.Response:
    """On which weekdays she comes, from a day on; what she did before stays."""
    actor, form, seat = signed_in(request), await request.post(), request.match_info["seat"]

    async def act(work: Work) -> str:
        await parttime.come_on(work, actor, seat, _weekdays(form), _day(form, "first_day"))
        return f"/people/{request.match_info['person']}"

    return await once(request, form, act, _page)


@routes.post("/people/{person}/seats/{seat}/end")
@allow("plan")
async def end(request: web.Request) -> web.Response:
    """She stops: her last day and why."""
    actor, form, seat = signed_in(request), await request.post(), request.match_info["seat"]

    async def act(work: Work) -> str:
        await seating.stop(work, actor, seat, text(form, "reason", 40), _day(form, "last_day"))
        return f"/people/{request.match_info['person']}"

    return await once(request, form, act, _page)


async def _new(request: web.Request, filled: Entered) -> web.Response:
    actor = signed_in(request)
    async with request.app[STORE].look() as look:
        whose = await rights.ask_about(look, actor, "see_people", request.match_info["person"])
        offered = await groups_seen(look, actor, request[LANGUAGE], lasting=True)
    return render(request, "people/seat_new.html", filled.status, whose=whose, entered=filled, groups=offered)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, language, person = signed_in(request), request[LANGUAGE], request.match_info["person"]
    async with request.app[STORE].look() as look:
        member, group, programme = await _held(look, request)
        target = rights.Target(programme.organisation, programme.id, group.id)
        rights.ask(actor, "plan", target)
        formed = await groups.of_programme(look, actor, programme.id)
        form = await request.post() if filled.words else {}
        today = day_of(look.now, programme.zone)
    when, teaching = When(language, programme.zone), programme.language
    tomorrow = max(today + timedelta(days=1), member.first_day)
    return render(
        request, "people/seat.html", filled.status, entered=filled, person=person, name=member.name, seat=member.seat,
        group=in_language(group.name, language, teaching), programme=in_language(programme.name, language, teaching),
        days=days_words(member, when, request[SAY]), reasons=reasons(request[SAY]),
        groups=[(one.id, in_language(one.name, language, teaching)) for one, _ in formed if one.id != group.id],
        week=_week(_weekdays(form) if "week" in form else member.weekdays or WEEKDAYS, programme, request[SAY]),
        first=max(today, member.first_day).isoformat(), tomorrow=tomorrow.isoformat(), last=today.isoformat(),
    )  # fmt: skip


async def _held(look: Look, request: web.Request) -> tuple[Member, Any, Any]:
    """The seat of this address, if it is that person's."""
    for found in await groups.seats_of(look, signed_in(request), request.match_info["person"]):
        if found[0].seat == request.match_info["seat"]:
            return found
    raise NotFound()


def _day(form: Mapping[str, object], name: str) -> date | None:
    return day_in(form, name) if form.get(name) else None


def _weekdays(form: Mapping[str, object]) -> list[str]:
    """The days that are ticked: each box has a name of its own."""
    return [one for one in WEEKDAYS if form.get(f"on_{one}") == "yes"]


def _week(chosen: Sequence[str], programme: Any, say: Say) -> list[tuple[str, str, bool]]:
    """(name of its box, words, whether it is ticked) of each weekday on which the programme has days."""
    words = weekday_words(say)
    days = [one for one in WEEKDAYS if one in (programme.weekdays or WEEKDAYS[:5])]
    return [(f"on_{one}", words[one], one in chosen) for one in days]


def days_words(member: Member, when: When, say: Say) -> str:
    """From when to when she sits, and on which weekdays where not on all."""
    days, words = f"{when.day(member.first_day)} – {when.day(member.last_day)}", weekday_words(say)
    return f"{days} · {', '.join(words[one].lower() for one in member.weekdays)}" if member.weekdays else days


def reasons(say: Say) -> list[tuple[str, str]]:
    """Why a seat ends or pauses; `moved` is said by the move alone."""
    words = {
        "employed": say("She got a job"), "education": say("She goes to another school"), "ill": say("She is ill"),
        "moved_away": say("She moves away"), "own_wish": say("She wants to stop"),
        "mistake": say("It was a mistake"), "other": say("Another reason"),
    }  # fmt: skip
    return [(code, words[code]) for code in groups.REASONS if code in words]
