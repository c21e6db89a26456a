"""Interviews: the employer's own page behind her link, and the programme's page of blocks, results and internships."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from aiohttp import web

from calendars import groups, programmes, rights
from calendars.appointments import counterparts, diary, interviews
from calendars.appointments.interviews import Conversion, Met, NewBlock, NewEmployer
from calendars.clock import day_of, local
from calendars.errors import Invalid
from calendars.names import LONGEST_NAME, in_language
from calendars.people.people import NewPerson
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.appointments.talks_shown import reasons, ways_to_meet
from server.pages.parts.forms import UNTOUCHED, Entered, day_in, number_in, once, text, time_in
from server.words import Say

OWN: Final = "/interviews"
OPEN: Final = "open"
"""Nobody is invited by name: learners choose their times themselves."""
routes = web.RouteTableDef()


@routes.get("/interviews")
@allow("see_own")
async def own(request: web.Request) -> web.Response:
    """Who comes to the employer, when; and what came of it, in one choice each."""
    return await _own(request, UNTOUCHED)


async def _own(request: web.Request, filled: Entered) -> web.Response:
    async with request.app[STORE].look() as look:
        met = await interviews.own(look, signed_in(request))
        now = look.now
    return render(
        request, "appointments/interviews_own.html", filled.status, entered=filled, met=_rows(request, met, now),
        results=result_words(request[SAY]),
    )  # fmt: skip


@routes.get("/programmes/{programme}/interviews")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """The interviews of a programme, what came of them per employer, and a new block."""
    return await _page(request, UNTOUCHED)


async def _page(
    request: web.Request, filled: Entered, chosen: Mapping[str, list[str]] = MappingProxyType({})
) -> web.Response:
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    programme = request.match_info["programme"]
    async with request.app[STORE].look() as look:
        line = await programmes.line(look, actor, programme)
        known = await interviews.employers(look, actor, programme)
        met = await interviews.of_programme(look, actor, programme)
        learners = await learners_of(look, request)
        hosts = [(one.id, one.shown) for one in await counterparts.staff(look, actor, programme)]
        now = look.now
    return render(
        request, "appointments/interviews.html", filled.status, entered=filled, met=_rows(request, met, now),
        programme=programme,
        name=in_language(line.programme.name, language, line.programme.language), results=result_words(say),
        conversions=[_conversion(one, say) for one in interviews.conversions(met)],
        employers=[(one.id, one.name) for one in known], contacts=[(one.name, one.contact) for one in known],
        blocks=_blocks(request, met, now), reasons=reasons(say), learners=learners, hosts=hosts,
        chosen=chosen, meeting=ways_to_meet(say),
    )  # fmt: skip


async def learners_of(look: Look, request: web.Request) -> list[tuple[str, str]]:
    """Everybody who sits or sat in the programme, by name."""
    actor, programme = signed_in(request), request.match_info["programme"]
    formed = await groups.of_programme(look, actor, programme)
    members = await groups.members(look, actor, [group.id for group, _ in formed])
    return sorted({one.person: one.name for one in members}.items(), key=lambda pair: (pair[1], pair[0]))


def _rows(request: web.Request, met: list[Met], now: datetime) -> list[dict[str, object]]:
    words = dict(result_words(request[SAY]))
    return [
        {
            "id": one.row.id, "learner": one.learner.shown if one.learner else "", "employer": one.employer.name,
            "time": time_of(request, one, now),
            "room": f"/j/{one.row.id}" if one.row.way == "online" and not one.is_open else "", "spot": one.row.spot,
            "result": words.get(one.interview.result, ""), "open": one.is_open,
            "hosts": ", ".join(who.shown for who in one.hosts),
            "begun": one.row.starts <= now, "cancelled": one.row.status == "cancelled", "code": one.interview.result,
            "days": _days(one),
        }
        for one in met
    ]  # fmt: skip


def time_of(request: web.Request, one: Met, now: datetime) -> str:
    """When it is; with its year where that is not this one."""
    when = When(request[LANGUAGE], one.programme.zone)
    year = day_of(one.row.starts, one.programme.zone).year
    said = when.whole(one.row.starts, one.row.ends)
    return said if year == day_of(now, one.programme.zone).year else f"{said} · {year}"


def _blocks(request: web.Request, met: list[Met], now: datetime) -> list[dict[str, object]]:
    """What can be taken out at once: the coming times of one employer on one day, where there are several."""
    coming: dict[tuple[str, str], list[Met]] = {}
    for one in met:
        if one.row.status != "cancelled" and one.row.starts > now:
            day = day_of(one.row.starts, one.programme.zone).isoformat()
            coming.setdefault((day, one.employer.id), []).append(one)
    return [
        {
            "employer": employer, "name": rows[0].employer.name, "day": day, "count": len(rows),
            "words": When(request[LANGUAGE], rows[0].programme.zone).day(rows[0].row.starts),
        }
        for (day, employer), rows in sorted(coming.items()) if len(rows) > 1
    ]  # fmt: skip


def _days(one: Met) -> str:
    first, last = one.interview.first_day, one.interview.last_day
    return f"{first.day}.{first.month}.{first.year} – {last.day}.{last.month}.{last.year}" if first and last else ""


def _conversion(one: Conversion, say: Say) -> dict[str, object]:
    words = dict(result_words(say))
    return {
        "employer": one.employer.name, "interviews": one.interviews, "held": one.held, "open": one.open,
        "results": [(words[code], count) for code, count in one.results.items()],
    }  # fmt: skip


def result_words(say: Say) -> list[tuple[str, str]]:
    """What may come of an interview."""
    words = {
        "internship": say("Internship"), "job": say("A job"), "second_talk": say("We meet again"),
        "declined": say("Not this time"), "withdrew": say("The learner does not want it"),
    }  # fmt: skip
    return [(code, words[code]) for code in interviews.RESULTS]


@routes.post("/interviews/{appointment}/result")
@allow("see_own")
async def note(request: web.Request) -> web.Response:
    """What came of one interview, said by the employer or by whoever plans."""
    actor, form, appointment = signed_in(request), await request.post(), request.match_info["appointment"]

    async def act(work: Work) -> str:
        result = text(form, "result", 40)
        days = [day_in(form, name) if text(form, name, 20).strip() else None for name in ("first_day", "last_day")]
        await interviews.note(work, actor, appointment, result, *days)
        found = await diary.one(work, actor, appointment)
        return OWN if found.role == "partner" else f"/programmes/{found.programme.id}/interviews"

    return await once(request, form, act, _own)


@routes.post("/programmes/{programme}/employers")
@allow("plan")
async def add_employer(request: web.Request) -> web.Response:
    """A company with whoever speaks for it; her link is on her page."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        contact = NewPerson(
            name=text(form, "contact", LONGEST_NAME), language=request[LANGUAGE], telephone=text(form, "telephone", 40)
        )
        new = NewEmployer(name=text(form, "company", LONGEST_NAME), contact=contact)
        await interviews.add_employer(work, actor, programme, new)
        return f"/programmes/{programme}/interviews"

    return await once(request, form, act, _page)


@routes.post("/programmes/{programme}/interviews/cancel")
@allow("plan")
async def cancel_block(request: web.Request) -> web.Response:
    """Take out all coming times of one employer on one day."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        reason = text(form, "reason", 40)
        await interviews.cancel_block(work, actor, programme, text(form, "employer", 40), day_in(form, "day"), reason)
        return f"/programmes/{programme}/interviews"

    return await once(request, form, act, _page)


@routes.post("/programmes/{programme}/interviews")
@allow("plan")
async def plan_block(request: web.Request) -> web.Response:
    """Cut an employer's time into interviews: one for each chosen learner, or open ones."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]
    chosen = {name: [one for one in form.getall(name, []) if isinstance(one, str)] for name in ("learner", "host")}

    async def act(work: Work) -> str:
        found, target = await rights.target_of_programme(work, programme)
        rights.ask(actor, "plan", target)
        day, minutes = day_in(form, "day"), number_in(form, "minutes")
        if not minutes:
            raise Invalid("bad_minutes", field="minutes")
        invited = form.get("who") != OPEN
        if invited and not chosen["learner"]:
            raise Invalid("bad_choice", field="learner")
        starts, ends = (local(day, time_in(form, name), found.zone) for name in ("starts", "ends"))
        new = NewBlock(
            employer=text(form, "employer", 40), starts=starts, ends=ends, minutes=minutes,
            learners=tuple(chosen["learner"]) if invited else (), hosts=tuple(chosen["host"]),
            way=text(form, "way", 20) or "online", spot=text(form, "spot"),
        )  # fmt: skip
        await interviews.plan_block(work, actor, programme, new)
        return f"/programmes/{programme}/interviews"

    async def again(request: web.Request, filled: Entered) -> web.Response:
        return await _page(request, filled, chosen)

    return await once(request, form, act, again)
