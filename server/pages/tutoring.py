"""For whoever plans: the tutoring minutes of a programme, and the talks of a contact day."""

from collections.abc import Sequence

from aiohttp import web

from calendars import diary, people, programmes, rights, talks, tutoring_accounts
from calendars.appointment_kinds import KINDS
from calendars.clock import day_of
from calendars.errors import Conflict, Invalid, NotFound
from calendars.names import in_language
from calendars.programmes import Line, PlannedDay
from calendars.rights import Target
from calendars.store import Look, Work
from calendars.talk_entries import kind_words
from calendars.talks import NewTalks
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.forms import UNTOUCHED, Entered, once, text, time_in
from server.pages.talks_shown import balance_words, minutes_axis, minutes_bar, shown, subjects
from server.words import Say

routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/tutoring")
@allow("see_people")
async def accounts(request: web.Request) -> web.Response:
    """Every learner's minutes as a bar; who has some left when the window ends soon; the sums by subject."""
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        found = await tutoring_accounts.of_programme(look, actor, request.match_info["programme"])
        now = look.now
    if found is None:
        raise NotFound()
    programme, quota = found.programme, found.quota
    due = found.reminder(day_of(now, programme.zone))
    axis, when = minutes_axis(quota), When(language, programme.zone)
    rows = [
        {
            "name": one.person.shown, "bars": minutes_bar(one.balance), "label": balance_words(one.balance, say),
            "sum": say("{left} min left", left=one.balance.left), "tone": "", "href": f"/people/{one.person.id}",
        }
        for one in found.accounts
    ]  # fmt: skip
    named = dict(subjects(request, quota, programme.language)) | {"": say("Did not come")}
    return render(
        request, "tutoring.html", rows=rows, axis=axis, opens=when.dated(quota.opens), until=when.dated(quota.until),
        name=in_language(programme.name, language, programme.language), programme=programme.id,
        hours=found.minutes // 60, used=found.used, due=due,
        unused=[(one.person.shown, one.balance.left) for one in found.unused] if due is not None else [],
        subjects=[(named.get(code, code), minutes) for code, minutes in found.subjects.items()],
    )  # fmt: skip


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
        known = await people.staff(look, actor)
    when = When(language, line.programme.zone)
    staff = {
        person.id: person.shown for person, grant in known
        if "meet" in rights.MATRIX[grant.role] and grant.scope in (line.programme.organisation, line.programme.id)
    }  # fmt: skip
    standing = [one for one in shown(request, found, day.starts) if not one.it.cancelled]
    words = kind_words(say)
    return render(
        request, "day_talks.html", filled.status, entered=filled, n=day.n, programme=line.programme.id,
        name=in_language(line.programme.name, language, line.programme.language), day=when.day(day.date, whole=True),
        hours=when.span(day.starts, day.ends), standing=standing, staff=list(staff.items()), chosen=chosen,
        kinds=[(code, words[code]) for code, kind in KINDS.items() if kind.single and not kind.private],
        helps=_helps(helps, say),
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
