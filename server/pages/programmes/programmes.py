"""Programmes: the line of days, month by month, and the groups; where its video rooms are."""

from collections.abc import Sequence
from datetime import date

from aiohttp import web

from calendars import chains, groups, lessons, programmes, rights
from calendars.appointments import tutoring_accounts
from calendars.appointments.talk_entries import kind_words
from calendars.groups import NewGroup
from calendars.names import LONGEST_NAME, in_language
from calendars.programmes import Line
from calendars.scheduling import readiness
from calendars.store import Work
from classroom import moves
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.chains import chosen_in, shown_chain, shown_choices
from server.pages.parts.forms import UNTOUCHED, Entered, once, text
from server.pages.parts.tiles import shown_kinds, shown_line, shown_months
from server.pages.programmes.wizard_steps import steps

MOST_DAYS = 8
routes = web.RouteTableDef()


@routes.get("/programmes")
@allow("see_plan")
async def page(request: web.Request) -> web.Response:
    """Every programme that she has a part in."""
    actor, language = signed_in(request), request[LANGUAGE]
    async with request.app[STORE].look() as look:
        lines = [await programmes.line(look, actor, one.id) for one in await programmes.of(look, actor)]
    return render(
        request, "programmes/programmes.html", lines=[shown_line(one, language, request[SAY]) for one in lines],
        may_plan=bool(rights.scopes_of(actor, "plan")),
    )  # fmt: skip


@routes.get("/programmes/{programme}")
@allow("see_plan")
async def show(request: web.Request) -> web.Response:
    """Its days, its groups with their people, its video rooms."""
    return await _programme(request, UNTOUCHED)


async def _programme(request: web.Request, filled: Entered) -> web.Response:
    actor, language, programme = signed_in(request), request[LANGUAGE], request.match_info["programme"]
    async with request.app[STORE].look() as look:
        line = await programmes.line(look, actor, programme)
        target = rights.Target(line.programme.organisation, programme)
        rights.ask(actor, "see_plan", target)
        formed = await groups.of_programme(look, actor, programme)
        sees = rights.may(actor, "see_people", target)
        day = min(max(line.today, line.programme.starts), line.programme.ends)  # before it begins: who will sit there
        members = await groups.members(look, actor, [group.id for group, _ in formed], day) if sees else []
        fields = await programmes.fields(look, actor, programme)
        planned = await lessons.of_programme(look, actor, programme)
        unled = await lessons.unled(look, actor, programme)
        withdrawn = line.programme.status == "cancelled"
        plans = rights.may(actor, "plan", target) and not withdrawn
        ready = await readiness.of(look, actor, programme) if plans and line.today <= line.programme.ends else None
        choices = await chains.chosen(look, actor, programme) if plans else []
        on_now = await moves.on_now(look, actor, programme) if plans else 0
        tutored = (await programmes.blueprint_of(look, programme)).tutoring is not None
        met = await tutoring_accounts.mentored(look, actor, programme) if sees else {}
    teaching = line.programme.language
    return render(
        request, "programmes/programme.html", filled.status, line=shown_line(line, language, request[SAY]),
        entered=filled,
        calendar=shown_months(line, language, request[SAY]), kinds_shown=shown_kinds(line, request[SAY]),
        lessons=sum(lesson.status != "cancelled" for lesson, _ in planned),
        unled=len(unled), unled_days=_first_days(line, unled, language),
        choices=shown_choices(request, choices, line.programme.zone), on_now=on_now,
        saved="rooms" in request.query,
        rooms=shown_chain(request, chains.chain(line.programme), line.programme.organisation, filled),
        steps=steps(request[SAY], "", ready) if ready and ready.unfinished else None,
        may_plan=plans, withdrawn=withdrawn,
        taught=any(line.counts.get(kind) for kind in ("online", "contact", "independent")),
        groups=[(group.id, in_language(group.name, language, teaching), [m for m in members if m.group == group.id])
                for group, _ in formed],
        fields=[(one.id, in_language(one.name, language, teaching)) for one in fields],
        sees_report=rights.may(actor, "see_report", target), sees_people=sees, tutored=tutored,
        counsels=rights.may(actor, "counsel", target),
        talks=[(kind_words(request[SAY])[kind], len(of), sum(of.values())) for kind, of in sorted(met.items())],
    )  # fmt: skip


def _first_days(line: Line, unled: Sequence[tuple[int, date]], language: str) -> list[tuple[str, str]]:
    """The next of these days, once each: (its date, its address)."""
    when = When(language, line.programme.zone)
    first = list(dict.fromkeys(unled))[:MOST_DAYS]
    return [(when.day(day), f"/programmes/{line.programme.id}/days/{n}") for n, day in first]


@routes.post("/programmes/{programme}/groups")
@allow("plan")
async def form_group(request: web.Request) -> web.Response:
    """A new group of one field."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        await groups.form(work, actor, NewGroup(programme, text(form, "field", 40), text(form, "name", LONGEST_NAME)))
        return f"/programmes/{programme}"

    return await once(request, form, act, _programme)


@routes.post("/programmes/{programme}/provider")
@allow("plan")
async def choose_provider(request: web.Request) -> web.Response:
    """Take the video rooms from elsewhere from now on; no learner's link changes."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        found, _ = await rights.target_of_programme(work, programme)
        await moves.choose(work, actor, programme, chosen_in(request, form, found.organisation))
        return f"/programmes/{programme}?rooms#rooms"

    return await once(request, form, act, _programme)
