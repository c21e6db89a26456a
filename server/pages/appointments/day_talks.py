"""The talks of a contact day: a time for each learner with some of the staff, or what would help."""

from collections.abc import Sequence

from aiohttp import web

from calendars import programmes, rights
from calendars.appointments import counterparts, diary, talks
from calendars.appointments.kinds import KINDS
from calendars.appointments.talk_entries import kind_words
from calendars.appointments.talks import NewTalks
from calendars.errors import Conflict, Invalid, NotFound
from calendars.names import in_language
from calendars.programmes import Line, PlannedDay
from calendars.rights import Target
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.appointments.talks_shown import shown
from server.pages.parts.forms import UNTOUCHED, Entered, once, text, time_in
from server.words import Say

routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/days/{n}/talks")
@allow("plan")
async def ask_talks(request: web.Request) -> web.Response:
    """Which talks, how long, by whom."""
    return await _page(request, UNTOUCHED)


@routes.post("/programmes/{programme}/days/{n}/talks")
@allow("plan")
async def plan_talks(request: web.Request) -> web.Response:
    """A time for each learner of the day; when there is none for all, what would help."""
    actor, form = signed_in(request), await request.post()
    helps: list[tuple[str, int, int]] = []

    async def act(work: Work) -> str:
        line, day = await _day(request, work)
        staff = tuple(one for one in form.getall("staff", []) if isinstance(one, str))
        said = text(form, "minutes", 4).strip()
        if not said.isascii() or not said.isdigit():
            raise Invalid("bad_minutes", field="minutes")
        rest = ((time_in(form, "from"), time_in(form, "to")),) if text(form, "from", 20).strip() else ()
        new = NewTalks(
            day=day.id, kind=text(form, "kind", 40), minutes=int(said), staff=staff, breaks=rest,
            spot=text(form, "spot"),
        )  # fmt: skip
        try:
            await talks.plan(work, actor, new, partly=form.get("partly") == "yes")
        except Conflict as wrong:
            known = wrong.facts.get("helps")
            helps.extend(known if isinstance(known, list) else ())
            raise
        return f"/programmes/{line.programme.id}/days/{day.n}/talks"

    async def again(request: web.Request, filled: Entered) -> web.Response:
        return await _page(request, filled, helps, [one for one in form.getall("staff", []) if isinstance(one, str)])

    return await once(request, form, act, again)


async def _day(request: web.Request, look: Look) -> tuple[Line, PlannedDay]:
    """The day of the address, for whoever plans it."""
    actor = signed_in(request)
    line = await programmes.line(look, actor, request.match_info["programme"])
    rights.ask(actor, "plan", Target(line.programme.organisation, line.programme.id))
    found = next((one for one in line.days if str(one.n) == request.match_info["n"]), None)
    if found is None:
        raise NotFound()
    return line, found


async def _page(
    request: web.Request,
    filled: Entered,
    helps: Sequence[tuple[str, int, int]] = (),
    chosen: Sequence[str] = (),
) -> web.Response:
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        line, day = await _day(request, look)
        found = await diary.of_programme(look, actor, line.programme.id, day.starts, day.ends)
        staff = await counterparts.staff(look, actor, line.programme.id)
        without = await counterparts.without_talk(look, actor, line.programme.id, day.date, found)
    when = When(language, line.programme.zone)
    standing = [one for one in shown(request, found, day.starts) if not one.it.cancelled]
    words = kind_words(say)
    return render(
        request, "appointments/day_talks.html", filled.status, entered=filled, n=day.n, programme=line.programme.id,
        name=in_language(line.programme.name, language, line.programme.language), day=when.day(day.date, whole=True),
        hours=when.span(day.starts, day.ends), standing=standing, chosen=chosen,
        staff=[(one.id, one.shown) for one in staff],
        kinds=[(code, words[code]) for code, kind in KINDS.items() if kind.single and not kind.private],
        helps=_helps(helps, say), without=[one.name for one in without],
    )  # fmt: skip


def _helps(helps: Sequence[tuple[str, int, int]], say: Say) -> list[str]:
    """What would help, in words, the most helpful first."""
    found = []
    for code, placed, minutes in helps:
        words = {
            "one_more_staff": say("With one more of the staff {placed} have a time.", placed=placed),
            "lessons_elsewhere": say("With their lessons at another time {placed} have a time.", placed=placed),
            "an_hour_more": say("With an hour more in the day {placed} have a time.", placed=placed),
            "shorter_talks": say("With talks of {minutes} min all have a time.", minutes=minutes),
        }
        found.append(words[code])
    return found
