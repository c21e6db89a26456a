"""The wizard's groups and its timetable: proposed, looked at, taken; searched for, looked at, published."""

from aiohttp import web

from calendars import groupings, groups, programmes
from calendars.errors import Conflict, Invalid
from calendars.names import LONGEST_NAME, in_language
from calendars.people import enrolments
from calendars.scheduling import solves
from calendars.scheduling.solves import NewSolve
from calendars.store import Look, Work
from server import forming
from server.auth.guard import allow, signed_in
from server.keys import LANGUAGE, SAY, STORE
from server.pages.grouping.groupings import shown_groups, size_in
from server.pages.parts.forms import UNTOUCHED, Entered, entered, once, see_other, text
from server.pages.programmes import wizard_steps
from server.pages.timetable.making import field_names
from server.pages.timetable.solves import make_plan, shown_search
from server.pages.timetable.words import lack_words

routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/wizard/groups")
@allow("plan")
async def group_page(request: web.Request) -> web.Response:
    """Who waits for a group; the proposal; the groups that stand."""
    return await _groups(request, UNTOUCHED)


@routes.post("/programmes/{programme}/wizard/groups")
@allow("plan")
async def propose(request: web.Request) -> web.Response:
    """Search for groups, in a process of its own and outside of any transaction."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]
    try:
        async with request.app[STORE].look() as look:
            sizes = size_in(form, "smallest"), size_in(form, "largest")
            asked = await groupings.sized(look, actor, programme, *sizes)
        made = await forming.formed(request.app, asked)
    except (Invalid, Conflict) as wrong:
        return await _groups(request, entered(request, form, wrong))

    async def act(work: Work) -> str:
        await groupings.lay(work, actor, programme, asked, made)
        return wizard_steps.address(programme, "groups")

    return await once(request, form, act, _groups)


@routes.post("/programmes/{programme}/wizard/groups/fields")
@allow("plan")
async def choose_fields(request: web.Request) -> web.Response:
    """In which field each of those learns who has none yet; whoever is left out stays without."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        await wizard_steps.where(request, work)
        for name in form:
            chosen = text(form, name, 40) if name.startswith("field-") else ""
            if chosen:
                await enrolments.choose_field(work, actor, programme, name.removeprefix("field-"), chosen)
        return wizard_steps.address(programme, "groups")

    return await once(request, form, act, _groups)


@routes.post("/programmes/{programme}/wizard/groups/take")
@allow("plan")
async def take(request: web.Request) -> web.Response:
    """Form the groups as they are proposed, and give the seats from the first day on."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        names = {key.removeprefix("name-"): text(form, key, LONGEST_NAME) for key in form if key.startswith("name-")}
        await groupings.accept(work, actor, programme, names)
        return wizard_steps.address(programme, "teachers")

    return await once(request, form, act, _groups)


@routes.get("/programmes/{programme}/wizard/timetable")
@allow("plan")
async def timetable_page(request: web.Request) -> web.Response:
    """What waits for a time; the search while it runs; what it found."""
    return await _timetable(request, UNTOUCHED)


@routes.post("/programmes/{programme}/wizard/timetable")
@allow("plan")
async def search(request: web.Request) -> web.Response:
    """Search for a timetable; where one is on already, look at that one."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        await solves.ask(work, actor, NewSolve(programme=programme, talks=text(form, "talks", 10) != "later"))
        return wizard_steps.address(programme, "timetable")

    try:
        return await once(request, form, act)
    except (Conflict, Invalid) as wrong:
        if wrong.code == "search_under_way":
            return see_other(wizard_steps.address(programme, "timetable"))
        return await _timetable(request, entered(request, form, wrong))


@routes.post("/programmes/{programme}/wizard/timetable/publish")
@allow("plan")
async def publish(request: web.Request) -> web.Response:
    """Let the timetable that was found be the plan."""
    actor, form, programme = signed_in(request), await request.post(), request.match_info["programme"]

    async def act(work: Work) -> str:
        last = await solves.latest(work, actor, programme)
        if last is None:
            raise Conflict("no_timetable_yet")
        await make_plan(work, actor, last.id)
        return wizard_steps.address(programme, "ready")

    return await once(request, form, act, _timetable)


async def _groups(request: web.Request, filled: Entered) -> web.Response:
    actor, language, programme = signed_in(request), request[LANGUAGE], request.match_info["programme"]
    async with request.app[STORE].look() as look:
        ready = await wizard_steps.where(request, look)
        desk = await groupings.desk(look, actor, programme)
        formed = await groups.of_programme(look, actor, programme)
        fields = await programmes.fields(look, actor, programme)
        day = min(max(ready.line.today, desk.programme.starts), desk.programme.ends)
        members = await groups.members(look, actor, [group.id for group, _ in formed], day)
    teaching = desk.programme.language
    return wizard_steps.page(
        request, "groups", filled, ready, desk=desk, drafted=shown_groups(request, desk, formed),
        fieldless=[(one, desk.names[one]) for one in desk.fieldless],
        fields=[(one.id, in_language(one.name, language, teaching)) for one in fields],
        loose=[desk.names[one] for one in desk.loose],
        formed=[(group.id, in_language(group.name, language, teaching),
                 [it.name for it in members if it.group == group.id]) for group, _ in formed],
    )  # fmt: skip


async def _timetable(request: web.Request, filled: Entered) -> web.Response:
    actor, say, programme = signed_in(request), request[SAY], request.match_info["programme"]
    async with request.app[STORE].look() as look:
        ready = await wizard_steps.where(request, look)
        last = await solves.latest(look, actor, programme)
        shown = await shown_search(request, look, last) if last else None
        lacks = await _lacks(request, look)
    return wizard_steps.page(
        request, "timetable", filled, ready, solve=shown, lack=lacks[0][0] if lacks else "",
        lacks=[words for _, words in lacks], told=say("{count} lessons wait for a time", count=ready.missing),
        talks_told=say("{count} talks of learners have no time yet", count=ready.talks) if ready.talks else "",
    )  # fmt: skip


async def _lacks(request: web.Request, look: Look) -> list[tuple[str, str]]:
    """What a search still needs: (its code, in words)."""
    actor, programme = signed_in(request), request.match_info["programme"]
    fields = await field_names(look, actor, programme, request[LANGUAGE])
    found = await solves.lacking(look, actor, programme)
    return [(one.code, lack_words(one, fields, request[SAY])) for one in found]
