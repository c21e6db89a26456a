"""Groups are formed here: proposed with reasons, changed by hand, locked, proposed again, accepted in one act."""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from calendars import groupings, groups
from calendars.clock import day_of
from calendars.errors import Conflict, Invalid
from calendars.grouping.problem import Learner, Problem
from calendars.grouping.reasons import reasons
from calendars.grouping.weighing import ABOUT
from calendars.groupings import Desk, Drafted
from calendars.names import LONGEST_NAME, in_language
from calendars.store import Work
from server import forming
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE, WORDS
from server.page import render
from server.pages.grouping.figures import figure_of, questions
from server.pages.grouping.words import change_in_words, known_of, reasons_in_words
from server.pages.parts.forms import UNTOUCHED, Entered, day_in, entered, once, text

routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/grouping")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """Who waits for a group, and the proposal if there is one."""
    return await _page(request, UNTOUCHED)


@routes.post("/programmes/{programme}/grouping/propose")
@allow("plan")
async def propose(request: web.Request) -> web.Response:
    """Search for groups, in a process of its own; what is locked stays. The search is outside of any transaction."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]
    try:
        said = weighed(form)
        async with request.app[STORE].look() as look:
            asked = await groupings.sized(
                look, actor, programme, size_in(form, "smallest"), size_in(form, "largest"), said or None
            )
        made = await forming.formed(request.app, asked)
    except (Invalid, Conflict) as wrong:
        return await _page(request, entered(request, form, wrong))

    async def act(work: Work) -> str:
        await groupings.lay(work, actor, programme, asked, made, said or None)
        return f"/programmes/{programme}/grouping#groups"

    return await once(request, form, act, _page)


@routes.post("/programmes/{programme}/grouping/move")
@allow("plan")
async def move(request: web.Request) -> web.Response:
    """One learner into another group; the page says at once what it costs."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        person = text(form, "person", 40)
        await groupings.put(work, actor, programme, person, text(form, "group", 40))
        return f"/programmes/{programme}/grouping#seat-{person}"

    return await once(request, form, act, _page)


@routes.post("/programmes/{programme}/grouping/lock")
@allow("plan")
async def lock(request: web.Request) -> web.Response:
    """Keep a group, or a learner in hers, when the rest is proposed again; or let go."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        what = text(form, "what", 40)
        await groupings.lock(work, actor, programme, what, on=text(form, "on", 3) == "yes")
        return f"/programmes/{programme}/grouping#lock-{what}"

    return await once(request, form, act, _page)


@routes.post("/programmes/{programme}/grouping/drop")
@allow("plan")
async def drop(request: web.Request) -> web.Response:
    """Forget the proposal."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        await groupings.lay_aside(work, actor, programme)
        return f"/programmes/{programme}/grouping"

    return await once(request, form, act, _page)


@routes.post("/programmes/{programme}/grouping/accept")
@allow("plan")
async def accept(request: web.Request) -> web.Response:
    """Form the groups and give the seats, in one act."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        names = {key.removeprefix("name-"): text(form, key, LONGEST_NAME) for key in form if key.startswith("name-")}
        first = day_in(form, "first_day") if form.get("first_day") else None
        await groupings.accept(work, actor, programme, names, first)
        return f"/programmes/{programme}#groups"

    return await once(request, form, act, _page)


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        desk = await groupings.desk(look, actor, request.match_info["programme"])
        formed = await groups.of_programme(look, actor, desk.programme.id)
        today = day_of(look.now, desk.programme.zone)
    seats = {one.id: _seat(request, desk, one) for one in desk.learners}
    rows = shown_groups(request, desk, formed)
    return render(
        request, "grouping/grouping.html", filled.status, entered=filled, programme=desk.programme.id,
        programme_name=in_language(desk.programme.name, language, desk.programme.language),
        smallest=desk.smallest, largest=desk.largest, groups=rows, proven=desk.proven,
        waiting=[] if desk.drafted else list(seats.values()), loose=[seats[one] for one in desk.loose],
        fieldless=[(one, desk.names[one]) for one in desk.fieldless],
        people=sorted(((one.id, desk.names[one.id]) for one in desk.learners), key=lambda pair: pair[1]),
        moved=desk.names.get(desk.moved, "") if desk.moved in seats else "",
        change=change_in_words(say, desk.before, desk.cost) if desk.before else [],
        first_day=max(desk.programme.starts, today).isoformat(), new=groupings.NEW, formed=len(formed),
        questions=questions(say), words=desk.words,
    )  # fmt: skip


def shown_groups(request: web.Request, desk: Desk, formed: Sequence[tuple[Any, Any]]) -> list[dict[str, Any]]:
    """The proposed groups with their people, their reasons, and what each may be called beside those that stand."""
    names = _names(request, desk, [field.id for _, field in formed if field is not None], len(formed))
    seats, asked = {one.id: _seat(request, desk, one) for one in desk.learners}, desk.problem
    when, known = When(request[LANGUAGE], desk.programme.zone), {one.id: one for one in desk.learners}
    rows = [_group(request, desk, asked, group) | {"name": names[group.id]} for group in desk.drafted]
    for row in rows:
        row["figure"] = figure_of([known[one] for one in row["people"]], when)
        row["seats"] = [seats[one] for one in row.pop("people")]
    return rows


def _group(request: web.Request, desk: Desk, asked: Problem, group: Drafted) -> dict[str, Any]:
    why = reasons(asked, group.people)
    return {
        "id": group.id, "field": group.field or "", "locked": group.id in desk.locked, "people": group.people,
        "reasons": reasons_in_words(request[SAY], why, desk.names, desk.places),
        "troubled": bool(why.clashing or why.over),
    }  # fmt: skip


def _seat(request: web.Request, desk: Desk, learner: Learner) -> dict[str, Any]:
    return {
        "id": learner.id, "name": desk.names[learner.id], "field": learner.field or "",
        "known": known_of(request[SAY], learner), "locked": learner.id in desk.locked,
    }  # fmt: skip


def _names(request: web.Request, desk: Desk, taken: list[str], formed: int) -> Mapping[str, str]:
    """What each proposed group may be called: its field and a number that no group of the field has yet."""
    teaching, found = desk.programme.language, {}
    say = request.app[WORDS].say(teaching)
    counts: dict[str | None, int] = {field: taken.count(field) for field in desk.fields}
    for group in desk.drafted:
        counts[group.field] = number = counts.get(group.field, formed) + 1
        field = in_language(desk.fields[group.field].name, teaching, teaching) if group.field else say("Group")
        found[group.id] = f"{field} {number}"[:LONGEST_NAME]
    return found


def weighed(form: Mapping[str, object]) -> dict[str, str]:
    """What a form says is important; nothing where it asks nothing. Raises Invalid."""
    return {about: text(form, about, 10) for about in ABOUT if form.get(about)}


def size_in(form: Mapping[str, object], name: str) -> int:
    """A size that must be there. Raises Invalid `bad_number`."""
    said = text(form, name, 10).strip()
    if not said.isdecimal():
        raise Invalid("bad_number", field=name)
    return int(said)
