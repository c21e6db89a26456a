"""Interviews: the employer's own page behind her link, and the programme's page of blocks, results and internships."""

from datetime import datetime

from aiohttp import web

from calendars import diary, groups, interviews, programmes, rights
from calendars.clock import local
from calendars.errors import Invalid
from calendars.interviews import Conversion, Met, NewBlock, NewEmployer
from calendars.names import LONGEST_NAME, in_language
from calendars.people import NewPerson
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.forms import UNTOUCHED, Entered, day_in, once, text, time_in
from server.words import Say

OWN = "/interviews"
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
        request, "interviews_own.html", filled.status, entered=filled, met=_rows(request, met, now),
        results=result_words(request[SAY]),
    )  # fmt: skip


@routes.get("/programmes/{programme}/interviews")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """The interviews of a programme, what came of them per employer, and a new block."""
    return await _page(request, UNTOUCHED)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    programme = request.match_info["programme"]
    async with request.app[STORE].look() as look:
        line = await programmes.line(look, actor, programme)
        known = await interviews.employers(look, actor, programme)
        met = await interviews.of_programme(look, actor, programme)
        learners = await _learners(look, request)
        now = look.now
    return render(
        request, "interviews.html", filled.status, entered=filled, met=_rows(request, met, now), programme=programme,
        name=in_language(line.programme.name, language, line.programme.language), results=result_words(say),
        conversions=[_conversion(one, say) for one in interviews.conversions(met)],
        employers=[(one.id, one.name) for one in known], contacts=[(one.name, one.contact) for one in known],
        learners=learners,
    )  # fmt: skip


async def _learners(look: Look, request: web.Request) -> list[tuple[str, str]]:
    """Everybody who sits or sat in the programme, by name."""
    actor, programme = signed_in(request), request.match_info["programme"]
    formed = await groups.of_programme(look, actor, programme)
    members = await groups.members(look, actor, [group.id for group, _ in formed])
    return sorted({one.person: one.name for one in members}.items(), key=lambda pair: (pair[1], pair[0]))


def _rows(request: web.Request, met: list[Met], now: datetime) -> list[dict[str, object]]:
    words = dict(result_words(request[SAY]))
    return [
        {
            "id": one.row.id, "learner": one.learner.shown, "employer": one.employer.name,
            "time": When(request[LANGUAGE], one.programme.zone).whole(one.row.starts, one.row.ends),
            "room": f"/j/{one.row.id}" if one.row.way == "online" else "",
            "result": words.get(one.interview.result, ""),
            "begun": one.row.starts <= now, "cancelled": one.row.status == "cancelled", "code": one.interview.result,
            "days": _days(one),
        }
        for one in met
    ]  # fmt: skip


def _days(one: Met) -> str:
    first, last = one.interview.first_day, one.interview.last_day
    return f"{first.day}.{first.month}.{first.year} – {last.day}.{last.month}.{last.year}" if first and last else ""


def _conversion(one: Conversion, say: Say) -> dict[str, object]:
    words = dict(result_words(say))
    return {
        "employer": one.employer.name, "interviews": one.interviews, "held": one.held,
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


@routes.post("/programmes/{programme}/interviews")
@allow("plan")
async def plan_block(request: web.Request) -> web.Response:
    """Cut an employer's time into interviews, one for each chosen learner."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        found, target = await rights.target_of_programme(work, programme)
        rights.ask(actor, "plan", target)
        day, said = day_in(form, "day"), text(form, "minutes", 4).strip()
        if not said.isascii() or not said.isdigit():
            raise Invalid("bad_minutes", field="minutes")
        learners = tuple(one for one in form.getall("learner", []) if isinstance(one, str))
        if not learners:
            raise Invalid("bad_choice", field="learner")
        starts, ends = (local(day, time_in(form, name), found.zone) for name in ("starts", "ends"))
        new = NewBlock(
            employer=text(form, "employer", 40), starts=starts, ends=ends, minutes=int(said), learners=learners
        )
        await interviews.plan_block(work, actor, programme, new)
        return f"/programmes/{programme}/interviews"

    return await once(request, form, act, _page)
