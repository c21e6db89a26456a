"""A learner's own pages: her day, her hours, her calendar addresses."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from aiohttp import web

from calendars import agenda, feeds, programmes
from calendars.agenda import MyDay
from calendars.appointments import diary
from calendars.appointments.rights import meets
from calendars.clock import day_of, monday_of, parse_instant, seconds
from calendars.people import lengths
from calendars.rights import Actor
from calendars.store import Look, Work
from classroom import reports, roster
from classroom.reports import Row
from server.auth import devices
from server.auth.guard import allow, signed_in
from server.auth.origin import base_address
from server.dates import When, duration
from server.keys import HOUSE, LANGUAGE, SAY, SECRET, STORE
from server.page import render
from server.pages.appointments.talks_shown import shown as shown_talks
from server.pages.parts.forms import once, text
from server.pages.parts.shown import HOUR, Shown
from server.pages.parts.testimonies import mark_word
from server.pages.parts.tiles import dated_name, tile
from server.words import Say

DAYS_SHOWN = 5
WEEK = timedelta(days=7)
YEAR = timedelta(days=365)
routes = web.RouteTableDef()


async def my_day(request: web.Request) -> web.Response:
    """What is now, what comes next, where to go tomorrow, how many hours there are."""
    actor, language = signed_in(request), request[LANGUAGE]
    employs = "employer" in actor.roles
    async with request.app[STORE].look() as look:
        now = look.now
        day = await agenda.now(look, actor, now)
        front = day.now or (day.next if day.next and day.next.date == day_of(now, day.next.zone) else None)
        mates = await roster.classmates(look, actor, front.id) if front and front.online else []
        sums = reports.sums(await reports.own_rows(look, actor, actor.person))
        week = await _week(look, actor, day, language, request[SAY])
        talks = await diary.of_person(look, actor, actor.person, now - timedelta(hours=1), now + 2 * WEEK)
        learns = "learner" in actor.roles
        code = await devices.telephone_code(look, actor, request.app[SECRET], actor.person) if learns else ""

    def shown(one: agenda.Engagement | None) -> Shown | None:
        return Shown(one, language, now) if one else None

    return render(
        request, "today/my_day.html", now_on=shown(day.now), next=shown(day.next), on_site=shown(day.on_site),
        contact=shown(day.contact), later=[Shown(one, language, now) for one in day.later],
        cancelled=[Shown(one, language, now) for one in day.today if one.cancelled and now < one.ends],
        mates=[one for one in mates if one["person"] != actor.person and one["role"] == "learner"],
        leader_here=any(one["here"] for one in mates if one["role"] != "learner"), hours=duration(sums["present"]),
        week=week, meets=meets(actor), employs=employs, code=code,
        hosts=employs and actor.roles <= {"employer", "support"},
        talks=shown_talks(request, [one for one in talks if one.status != "offered" and now < one.ends], now)[:2],
    )  # fmt: skip


async def _week(look: Look, actor: Actor, day: MyDay, language: str, say: Say) -> list[dict[str, str]]:
    """The training days of this week as tiles, or of the week in which the next one lies."""
    programme = await _programme(look, actor, day)
    if programme is None:
        return []
    line = await programmes.line(look, actor, programme)
    ahead = [one.date for one in line.days if one.date >= line.today and not one.cancelled]
    middle = min(ahead, default=line.today)
    monday = monday_of(middle)
    return [
        tile(one.kind, one.date, line.today, When(language, line.programme.zone), say)
        for one in line.days
        if monday <= one.date < monday + WEEK and not one.cancelled
    ]


async def _programme(look: Look, actor: Actor, day: MyDay) -> str | None:
    nearest = day.now or day.on_site or day.next or day.contact
    if nearest is not None:
        return nearest.programme.id
    parts = await programmes.of(look, actor)
    return parts[0].id if parts else None


@routes.get("/hours")
@allow("see_own")
async def hours(request: web.Request) -> web.Response:
    """A learner's own hours: the sum, its days, and the bars that each day is the sum of."""
    actor, before = signed_in(request), request.query.get("before", "9999")
    async with request.app[STORE].look() as look:
        rows = await reports.own_rows(look, actor, actor.person)
        now = look.now
        since, until = now - 2 * YEAR, now + WEEK
        met = {one.id: one for one in await agenda.agenda(look, actor, actor.person, since, until)}
        own = [await lengths.of(look, actor, one.id, actor.person) for one in (await programmes.of(look, actor))[:1]]
    over = [row for row in rows if row.lesson not in met or Shown(met[row.lesson], request[LANGUAGE], now).has_ended]
    lived = [list(lines) for _, lines in groupby(over, key=lambda row: row.day)]
    earlier = [lines for lines in reversed(lived) if lines[0].day < before]
    shown, sums = earlier[:DAYS_SHOWN], reports.sums(rows)
    return render(
        request, "today/hours.html", present=duration(sums["present"]), held=duration(sums["held"]),
        days=[_lived(lines, met, request) for lines in shown],
        older=shown[-1][0].day if len(earlier) > DAYS_SHOWN else "", own=next((one for one in own if one.days), None),
        came=reports.own_days(rows).get(actor.person),
    )  # fmt: skip


def _lived(lines: Sequence[Row], met: Mapping[str, agenda.Engagement], request: web.Request) -> dict[str, Any]:
    """One day: its lessons with the bars that make their minutes, on one axis."""
    known = [(row, met[row.lesson]) for row in lines if row.lesson in met]
    when, say = When(request[LANGUAGE], known[0][1].zone if known else request.app[HOUSE].card.zone), request[SAY]
    axis = _axis([one for _, one in known], when)
    return {
        "title": when.day(date.fromisoformat(lines[0].day), whole=True),
        "sum": duration(sum(row.present for row in lines)),
        "axis": axis,
        "rows": [_line(row, one, when, say) for row, one in known],
    }


def _axis(lessons: Sequence[agenda.Engagement], when: When) -> dict[str, Any]:
    """From the full hour before the first lesson to the one after the last, a mark at every hour."""
    first = min((seconds(one.starts) for one in lessons), default=0) // HOUR * HOUR
    last = -(-max((seconds(one.ends) for one in lessons), default=HOUR) // HOUR) * HOUR
    step = HOUR if last - first <= 6 * HOUR else 2 * HOUR
    ticks = [{"at": at, "label": when.clock(datetime.fromtimestamp(at, UTC))} for at in range(first, last + 1, step)]
    return {"start": first, "end": last, "ticks": ticks}


def _line(row: Row, one: agenda.Engagement, when: When, say: Say) -> dict[str, Any]:
    spans = [(parse_instant(part["from"]), parse_instant(part["to"]), part["kind"]) for part in row.intervals]
    told = [when.span(starts, ends) for starts, ends, _ in spans]
    return {
        "name": when.span(one.starts, one.ends),
        "bars": [{"from": seconds(starts), "to": seconds(ends), "kind": kind} for starts, ends, kind in spans],
        "label": ", ".join(told) or say("You were not there."),
        "sum": f"{duration(row.present)} · {mark_word(row.state, say)}",
        "tone": "muted" if row.state in ("excused", "not_held") else "brick" if row.state == "absent" else "",
        "href": "",
    }


@routes.get("/calendar")
@allow("see_own")
async def calendar(request: web.Request) -> web.Response:
    """Her private calendar addresses, and when an app last asked for each."""
    actor, language = signed_in(request), request[LANGUAGE]
    async with request.app[STORE].look() as look:
        made = {(feed.kind, feed.target): feed for feed in await feeds.of(look, actor)}
        parts = await feeds.programmes_of(look, actor)
    say, base = request[SAY], base_address(request)
    offered = [("mine", actor.person, say("My lessons and my days"))]
    offered += [("contact_days", one.id, f"{say('Contact days')} · {dated_name(one, language)}") for one in parts]
    cards = []
    for kind, target, title in offered:
        feed = made.get((kind, target))
        address = base + feeds.path(request.app[SECRET], feed) if feed else ""
        cards.append({"kind": kind, "target": target, "title": title, "feed": feed, "address": address})
    return render(request, "today/calendar.html", cards=cards)


@routes.post("/calendar")
@allow("see_own")
async def make_calendar(request: web.Request) -> web.Response:
    """Make an address, or give one anew; the old one then shows nothing any more."""
    actor, form = signed_in(request), await request.post()

    async def act(work: Work) -> str:
        feed = await feeds.address(work, actor, text(form, "kind"), text(form, "target"))
        if form.get("renew") == "yes":
            await feeds.renew(work, actor, feed.id)
        return "/calendar"

    return await once(request, form, act)
