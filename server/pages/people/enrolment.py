"""The people of a programme: who asks, who waits, who is in; and one person's way in, with the checklist."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any

from aiohttp import web

from calendars import groups, rights
from calendars.blueprints.entry import Door
from calendars.clock import day_of
from calendars.errors import Invalid, NotFound
from calendars.names import in_language
from calendars.people import enrolments, lengths, people, seating, wishes
from calendars.people.enrolments import Applicant
from calendars.people.lengths import NewLength, Unit
from calendars.people.seating import Place
from calendars.rights import Actor, Target
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.forms import UNTOUCHED, Entered, day_in, number_in, once, text
from server.pages.people.profile import skill_words
from server.pages.people.seats import reasons
from server.words import Say

PARTS = ("applied", "waiting", "accepted", "paused")
routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/people")
@allow("counsel")
async def page(request: web.Request) -> web.Response:
    """Everybody, by where she stands."""
    return await _all(request, UNTOUCHED)


@routes.post("/programmes/{programme}/people")
@allow("counsel")
async def wish(request: web.Request) -> web.Response:
    """Two learners who should share a group, or must not."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        one, other, kind = text(form, "one", 40), text(form, "other", 40), text(form, "kind", 20)
        await wishes.wish(work, actor, programme, one, other, "" if kind == "none" else kind)
        return f"/programmes/{programme}/people#wishes"

    return await once(request, form, act, _all)


@routes.get("/programmes/{programme}/people/{person}")
@allow("counsel")
async def show(request: web.Request) -> web.Response:
    """One person's way in, and what may be done about it now."""
    return await _one(request, UNTOUCHED)


@routes.post("/programmes/{programme}/people/{person}")
@allow("counsel")
async def do(request: web.Request) -> web.Response:
    """One step of it: a paper seen, accepted, a place, a pause, a return, her length, the next in her place."""
    actor, form = signed_in(request), await request.post()
    programme, person = request.match_info["programme"], request.match_info["person"]

    async def act(work: Work) -> str:
        _, target = await rights.target_of_programme(work, programme)
        rights.ask(actor, "counsel", target)
        step = STEPS.get(text(form, "act", 20))
        if step is None:
            raise Invalid("bad_choice", field="act")
        await step(work, actor, programme, person, form)
        return f"/programmes/{programme}/people/{person}"

    return await once(request, form, act, _one)


async def _all(request: web.Request, filled: Entered) -> web.Response:
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        programme, target = await rights.target_of_programme(look, request.match_info["programme"])
        found = await enrolments.of_programme(look, actor, programme.id)
        wished = await wishes.of_programme(look, actor, programme.id)
        known = await people.who(look, {one.person.id for one in found})
        formed = await _groups(look, actor, programme, language)
    door = enrolments.door(programme)
    shown = {part: [_row(one, formed, door, language, say) for one in found if _part(one) == part]
             for part in (*PARTS, "gone")}  # fmt: skip
    together = [(known[one.one].shown, known[one.other].shown, one.kind, one.one, one.other) for one in wished]
    return render(
        request, "people/enrolments.html", filled.status, entered=filled, programme=programme.id,
        name=in_language(programme.name, language, programme.language), parts=shown, wishes=together,
        people=sorted((row.shown, row.id) for row in known.values()), may_plan=rights.may(actor, "plan", target),
    )  # fmt: skip


def _part(one: Applicant) -> str:
    return one.enrolment.status if one.enrolment.status in PARTS else "gone"


def _row(one: Applicant, formed: Mapping[str, str], door: Door, language: str, say: Say) -> dict[str, Any]:
    missed = one.missed or one.enrolment.missed
    return {
        "name": one.person.shown, "person": one.person.id, "status": status_words(say)[one.enrolment.status],
        "group": formed.get(one.seat.group, "") if one.seat else "", "unknown": len(one.unknown),
        "missed": [criterion(code, door, language, say) for code in missed], "met": len(one.met),
    }  # fmt: skip


async def _one(request: web.Request, filled: Entered) -> web.Response:
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        programme, target = await rights.target_of_programme(look, request.match_info["programme"])
        every = await enrolments.of_programme(look, actor, programme.id)
        found = next((one for one in every if one.person.id == request.match_info["person"]), None)
        if found is None:
            raise NotFound()
        own = await lengths.of(look, actor, programme.id, found.person.id)
        formed = await _groups(look, actor, programme, language)
        queue = [one for one in every if one.enrolment.status == "waiting"]
        seers = await people.who(look, {one.seen_by for one in found.checks.values()})
        today = day_of(look.now, programme.zone)
    when, door = When(language, programme.zone), enrolments.door(programme)
    sits = found.seat is not None and found.seat.last_day >= today
    return render(
        request, "people/enrolment.html", filled.status, entered=filled, it=found, programme=programme.id, sits=sits,
        name=in_language(programme.name, language, programme.language), own=own, reasons=reasons(say),
        stands=status_words(say)[found.enrolment.status], groups=[("", say("Choose")), *formed.items()],
        days=f"{when.day(own.days[0])} – {when.day(own.days[-1])}" if own.days else "",
        group=formed.get(found.seat.group, "") if found.seat else "",
        criteria=[_line(code, found, door, seers, when, say, language) for code in door.criteria],
        grounded=[criterion(code, door, language, say) for code in found.enrolment.missed],
        queue=[(one.person.id, one.person.shown) for one in queue], may_plan=rights.may(actor, "plan", target),
    )  # fmt: skip


def _line(
    code: str, one: Applicant, door: Door, seers: Mapping[str, Any], when: When, say: Say, language: str
) -> dict[str, Any]:
    kind, _, check = code.partition(":")
    seen = one.checks.get(check) if kind == "check" else None
    by = seers[seen.seen_by].shown if seen and seen.seen_by in seers else ""
    return {
        "words": criterion(code, door, language, say), "check": check if kind == "check" else "",
        "state": "missed" if code in one.missed else "unknown" if code in one.unknown else "met",
        "seen": say("seen {day}", day=when.day(seen.seen_on)) + (f" · {by}" if by else "") if seen else "",
    }  # fmt: skip


async def _groups(look: Look, actor: Actor, programme: Any, language: str) -> dict[str, str]:
    formed = await groups.of_programme(look, actor, programme.id)
    return {
        group.id: in_language(group.name, language, programme.language)
        for group, _ in formed
        if rights.may(actor, "see_people", Target(programme.organisation, programme.id, group.id))
    }


def status_words(say: Say) -> dict[str, str]:
    """Where somebody stands on her way in or out."""
    return {
        "applied": say("asks for a place"), "waiting": say("waits for a place"), "accepted": say("accepted"),
        "paused": say("on a pause"), "ended": say("ended"), "no_show": say("never came"), "declined": say("not taken"),
    }  # fmt: skip


def criterion(code: str, door: Door, language: str, say: Say) -> str:
    """One entry rule in words."""
    kind, _, name = code.partition(":")
    if kind == "language":
        return f"{skill_words(say)[name]} {door.language.get(name, '')}"
    if kind == "age":
        return say("at least {years} years old", years=door.least_age or 0)
    if kind == "register":
        return say("customer of the employment services")
    return in_language(door.checks.get(name, {}), language)


Form = Mapping[str, object]
Step = Callable[[Work, Actor, str, str, Form], Awaitable[object]]


def _day(form: Form, name: str) -> date | None:
    return day_in(form, name) if form.get(name) else None


async def _see(work: Work, actor: Actor, programme: str, person: str, form: Form) -> None:
    seen = form.get("seen") != "no"
    await enrolments.see(work, actor, programme, person, text(form, "check", 40), _day(form, "seen_on"), seen=seen)


async def _ask(work: Work, actor: Actor, programme: str, person: str, form: Form) -> None:
    await enrolments.apply(work, actor, programme, person)


async def _accept(work: Work, actor: Actor, programme: str, person: str, form: Form) -> None:
    await enrolments.accept(work, actor, programme, person, text(form, "grounds", 600))


async def _place(work: Work, actor: Actor, programme: str, person: str, form: Form) -> None:
    where = Place(text(form, "group", 40), _day(form, "first_day"))
    if not where.group:
        raise Invalid("bad_choice", field="group")
    await seating.place(work, actor, person, where, text(form, "grounds", 600))


async def _decline(work: Work, actor: Actor, programme: str, person: str, form: Form) -> None:
    await enrolments.change(work, actor, programme, person, "declined", text(form, "reason", 20))


async def _wait(work: Work, actor: Actor, programme: str, person: str, form: Form) -> None:
    await enrolments.change(work, actor, programme, person, "waiting")


async def _pause(work: Work, actor: Actor, programme: str, person: str, form: Form) -> None:
    await seating.pause(work, actor, programme, person, text(form, "reason", 20), _day(form, "last_day"))


async def _resume(work: Work, actor: Actor, programme: str, person: str, form: Form) -> None:
    where = Place(text(form, "group", 40), _day(form, "first_day"))
    await seating.resume(work, actor, programme, person, where)


async def _replace(work: Work, actor: Actor, programme: str, person: str, form: Form) -> None:
    after, grounds = text(form, "after", 40), text(form, "grounds", 600)
    await seating.replace(work, actor, programme, person, _day(form, "first_day"), after=after, grounds=grounds)


async def _length(work: Work, actor: Actor, programme: str, person: str, form: Form) -> None:
    days, grounds = number_in(form, "days"), text(form, "grounds", 600)
    await lengths.set_length(
        work, actor, programme, person, NewLength(days=days, units=_units(form), grounds=grounds)
    )  # fmt: skip


def _units(form: Form) -> Sequence[Unit]:
    named = ((text(form, f"unit_{n}", 120), number_in(form, f"worth_{n}")) for n in range(1, 6))
    return [Unit(name, worth or 0) for name, worth in named if name.strip()]


STEPS: Mapping[str, Step] = {
    "see": _see, "ask": _ask, "accept": _accept, "place": _place, "decline": _decline, "wait": _wait, "pause": _pause,
    "resume": _resume, "replace": _replace, "length": _length,
}  # fmt: skip
