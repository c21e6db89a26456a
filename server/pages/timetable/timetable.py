"""The timetable as it stands: a week by group, person and room; who teaches how much; what cannot be held."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from aiohttp import web

from calendars import programmes, rights
from calendars.appointments import diary
from calendars.appointments.diary import Talk
from calendars.clock import local, monday_of
from calendars.names import in_language
from calendars.programmes import Line
from calendars.scheduling import conflicts, timetables
from calendars.scheduling.conflicts import Conflict, weeks_of
from calendars.scheduling.timetables import Taught
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.appointments.talks_shown import shown as shown_talks
from server.pages.timetable.grid import TALK, VIEWS, Reader, hours_of, loads, week
from server.words import Say, phrase

WEEK: Final = timedelta(days=7)
WRONG: Final = {
    "group_twice": phrase("{group} has two lessons at one time."),
    "leader_twice": phrase("{who} leads two lessons at one time."),
    "group_taken": phrase("{group} has an appointment then."),
    "taken": phrase("{who} has an appointment then."),
    "away": phrase("{who} is away then."),
    "not_at_work": phrase("{who} does not work then."),
    "unled": phrase("Nobody leads this lesson."),
    "too_few": phrase("{count} of {most} leaders are there."),
    "cannot": phrase("{who} is not known to teach this."),
    "rooms": phrase("{count} groups at one time, but {most} rooms."),
    "two_sites": phrase("{who} would be in two houses on one day."),
    "holiday": phrase("Lessons on a public holiday ({name}): {number}."),
    "day_too_long": phrase("{who} has too long a day: {hours} of {limit}."),
    "week_too_long": phrase("{who} has too much in this week: {hours} of {limit}."),
}  # fmt: skip
routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/timetable")
@allow("see_plan")
async def page(request: web.Request) -> web.Response:
    """One week: this one, or that of `?week=` a day of it; `?by=` group, teacher or room."""
    actor, say, programme = signed_in(request), request[SAY], request.match_info["programme"]
    view = request.query.get("by", "group")
    view = view if view in VIEWS else "group"
    async with request.app[STORE].look() as look:
        line = await programmes.line(look, actor, programme)
        monday = _monday(request.query.get("week", ""), line)
        taught = await timetables.between(look, actor, programme, monday, monday + timedelta(days=6))
        talks = await diary.beside(look, actor, programme, *_whole(monday, 7, line)) if view == "teacher" else []
        wrong, _ = await conflicts.ahead(look, actor, programme)
    mine = taught if view != "group" else [one for one in taught if one.programme == programme]
    reader = _reader(request, line)
    days = week(monday, [*mine, *_met(request, talks, line)], view, wrong, reader)
    may_plan = rights.may(actor, "plan", rights.Target(line.programme.organisation, programme))
    return render(
        request, "timetable/timetable.html", days=days, programme=programme, may_plan=may_plan, conflicts=len(wrong),
        name=in_language(line.programme.name, request[LANGUAGE], line.programme.language), view=view,
        views=[(one, say(words)) for one, words in VIEWS.items()], monday=monday.isoformat(),
        title=say("week {n}", n=monday.isocalendar().week), span=_span(monday, reader.when),
        before=beside(line, monday - WEEK), after=beside(line, monday + WEEK),
    )  # fmt: skip


@routes.get("/programmes/{programme}/timetable/loads")
@allow("see_plan")
async def show_loads(request: web.Request) -> web.Response:
    """How much each person leads, week by week, against what she may."""
    actor, programme = signed_in(request), request.match_info["programme"]
    async with request.app[STORE].look() as look:
        line = await programmes.line(look, actor, programme)
        first, last = line.programme.starts, line.programme.ends
        taught = await timetables.between(look, actor, programme, first, last)
        talks = await diary.beside(look, actor, programme, *_whole(first, (last - first).days + 1, line))
        taught += _met(request, [one for one in talks if one.status == "confirmed"], line)
        staff = await timetables.staff(look, actor, programme, taught)
    weeks = _weeks(first, last)
    rows = loads(weeks_of(taught), staff, weeks, _reader(request, line))
    return render(
        request, "timetable/timetable_loads.html", rows=rows, weeks=[n for _, n in weeks], programme=programme,
        name=in_language(line.programme.name, request[LANGUAGE], line.programme.language),
    )  # fmt: skip


@routes.get("/programmes/{programme}/timetable/conflicts")
@allow("see_plan")
async def show_conflicts(request: web.Request) -> web.Response:
    """What cannot be held as it stands, each with the way to its remedy."""
    actor, programme = signed_in(request), request.match_info["programme"]
    async with request.app[STORE].look() as look:
        line = await programmes.line(look, actor, programme)
        wrong, staff = await conflicts.ahead(look, actor, programme)
        may_plan = rights.may(actor, "plan", rights.Target(line.programme.organisation, programme))
    reader = _reader(request, line)
    return render(
        request, "timetable/timetable_conflicts.html", programme=programme, may_plan=may_plan,
        rows=[_conflict(one, staff.names, programme, reader) for one in wrong],
        name=in_language(line.programme.name, request[LANGUAGE], line.programme.language),
    )  # fmt: skip


def _whole(first: date, days: int, line: Line) -> tuple[datetime, datetime]:
    """From the first midnight to the last of so many days."""
    zone = line.programme.zone
    return local(first, time(), zone), local(first + timedelta(days=days), time(), zone)


def _met(request: web.Request, talks: Sequence[Talk], line: Line) -> list[Taught]:
    """Talks and visits as they stand in the week of whoever leads them; with whom is not said here."""
    numbers = {day.date: day.n for day in line.days}
    return [
        Taught(
            lesson=one.id, programme=one.it.programme.id, zone=one.it.zone, group=one.id,
            group_name={request[LANGUAGE]: one.title.own}, field="", n=numbers.get(one.it.date, 0), date=one.it.date,
            kind=TALK, starts=one.it.starts, ends=one.it.ends, topic={}, needs=(), place_name=one.place,
            leaders=one.leaders,
        )
        for one in shown_talks(request, talks, line.programme.modified)
        if one.leaders
    ]  # fmt: skip


def _reader(request: web.Request, line: Line) -> Reader:
    language = request[LANGUAGE]
    return Reader(language, line.programme.language, When(language, line.programme.zone), request[SAY])


def _monday(said: str, line: Line) -> date:
    """The Monday of the week that was asked for, else of today, but within the programme."""
    try:
        day = date.fromisoformat(said)
    except ValueError:
        day = line.today
    return monday_of(min(max(day, line.programme.starts), line.programme.ends))


def beside(line: Line, monday: date) -> str:
    """The week before or after, where the programme has one."""
    within = line.programme.starts <= monday + timedelta(days=6) and monday <= line.programme.ends
    return monday.isoformat() if within else ""


def _span(monday: date, when: When) -> str:
    return f"{when.day(monday)} – {when.day(monday + timedelta(days=6))}"


def _weeks(first: date, last: date) -> list[tuple[int, int]]:
    monday, found = monday_of(first), []
    while monday <= last:
        found.append(monday.isocalendar()[:2])
        monday += WEEK
    return found


def conflict_words(one: Conflict, names: Mapping[str, str], reader: Reader) -> dict[str, str]:
    """A conflict in one sentence, and when it is."""
    group = reader.group(one.lessons[0]) if one.lessons else ""
    facts = {
        "group": group, "who": names.get(one.person, ""), "count": one.count, "most": one.most,
        "hours": hours_of(one.count), "limit": hours_of(one.most), "name": one.name, "number": one.count,
    }  # fmt: skip
    return {"words": reader.say(WRONG[one.code], **facts), "when": reader.when.moment(one.starts)}


def _conflict(one: Conflict, names: Mapping[str, str], programme: str, reader: Reader) -> dict[str, Any]:
    """A conflict in words, with its lessons and the pages on which each can be mended."""
    say = reader.say
    return {
        **conflict_words(one, names, reader), "code": one.code,
        "lessons": [
            {"words": f"{reader.when.span(each.starts, each.ends)} {reader.group(each)} · {reader.led(each)}",
             "id": each.lesson, "mine": each.programme == programme}
            for each in one.lessons
        ],
        "talks": [reader.when.whole(each.starts, each.ends) for each in one.talks],
        "remedy": _remedy(one, programme, say),
    }  # fmt: skip


def _remedy(one: Conflict, programme: str, say: Say) -> tuple[str, str]:
    """(words, address): where this is put right."""
    if one.code in ("day_too_long", "week_too_long"):
        return say("Show her hours"), f"/programmes/{programme}/timetable/loads"
    last = next((each for each in reversed(one.lessons) if each.programme == programme), one.lessons[-1])
    if one.code in ("group_twice", "group_taken", "rooms"):
        return say("Move a lesson"), f"/lessons/{last.lesson}/change"
    if one.code == "holiday":
        return say("Change the day"), f"/programmes/{last.programme}/days/{last.n}/change"
    return say("Find somebody else") if one.code != "unled" else say(
        "Find somebody"
    ), f"/lessons/{last.lesson}/substitute"
