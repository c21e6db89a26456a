"""The coordinator's house: every lesson of now and the next hour, who is missing, and the line of days."""

from datetime import date, datetime
from typing import Any

from aiohttp import web

from calendars import agenda, lessons, people, programmes, rights
from calendars.errors import Conflict, Invalid, NotFound
from calendars.names import in_language
from calendars.programmes import Line
from calendars.rights import Actor
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import HOUSE, LANGUAGE, SAY, SETTINGS, STORE
from server.pages import classes
from server.pages.arrival import text
from server.pages.forms import UNTOUCHED, Entered, entered, once
from server.pages.shown import Shown
from server.pages.ways import staff_page
from server.words import Say

LINES_SHOWN = 4
WORKING_DAYS = 5
routes = web.RouteTableDef()


@routes.get("/house")
@allow("see_roster")
async def page(request: web.Request) -> web.Response:
    """The house as it is at this moment."""
    actor, language = signed_in(request), request[LANGUAGE]
    async with request.app[STORE].look() as look:
        now = look.now
        found = await classes.of(look, await agenda.house(look, actor, now), language)
        lines = await _lines(look, actor, now)
    on, ahead = [one for one in found if one.begun], [one for one in found if not one.begun]
    return staff_page(
        request, "house.html", on=on, ahead=ahead, lines=[shown_line(line, language, request[SAY]) for line in lines],
        here=sum(one.here for one in on if one.it.online), expected=sum(one.expected for one in on if one.it.online),
        calm=not any(one.leaderless or one.troubled for one in found),
        live=classes.live(found, request.app[HOUSE].card.zone, now), plans=_may(actor, "plan"),
        no_turn=_may(actor, "plan") and not request.app[SETTINGS].turn,
    )  # fmt: skip


async def _lines(look: Look, actor: Actor, now: datetime) -> list[Line]:
    """The programmes that run now, else the next one."""
    newest = (await programmes.of(look, actor))[: 3 * LINES_SHOWN]
    known = [await programmes.line(look, actor, one.id) for one in newest]
    running = [one for one in known if one.programme.starts <= one.today <= one.programme.ends]
    ahead = [one for one in known if one.today < one.programme.starts]
    return (running or ahead[-1:] or known[:1])[:LINES_SHOWN]


def _may(actor: Actor, verb: str) -> bool:
    return bool(rights.scopes_of(actor, verb))


def shown_line(line: Line, language: str, say: Say) -> dict[str, Any]:
    """A programme's days as the macro `days` takes them, each with its date, kind and place in words."""
    when = When(language, line.programme.zone)
    kinds = {
        "contact": say("contact day"), "online": say("online day"), "workplace": say("workplace day"),
        "independent": say("day of own study"),
    }  # fmt: skip
    counted = {
        "contact": say("{count} contact days", count=line.counts.get("contact", 0)),
        "online": say("{count} online days", count=line.counts.get("online", 0)),
        "workplace": say("{count} workplace days", count=line.counts.get("workplace", 0)),
    }
    tiles, weeks = [], _Weeks(when, say)
    for day in line.days:
        if day.cancelled:
            continue
        state = "past" if day.date < line.today else "today" if day.date == line.today else "ahead"
        place = f", {day.place.name}" if day.place else ""
        label = f"{day.n}. {when.day(day.date)} {kinds.get(day.kind, day.kind)}{place}"
        href = f"/programmes/{line.programme.id}/days/{day.n}"
        tiles.append({"kind": day.kind, "when": state, "label": label})
        weeks.add(day.date, tiles[-1] | {"href": href})
    return {
        "id": line.programme.id, "name": in_language(line.programme.name, language, line.programme.language),
        "tiles": tiles, "weeks": weeks.rows, "n": line.n, "of": len(tiles),
        "counts": ", ".join(counted[kind] for kind in counted if line.counts.get(kind)),
        "starts": when.day(line.programme.starts), "ends": when.day(line.programme.ends),
    }  # fmt: skip


class _Weeks:
    """Days laid out as the macro `weeks` takes them: from Monday on, a gap where no training is."""

    def __init__(self, when: When, say: Say) -> None:
        self.rows: list[dict[str, Any]] = []
        self._when, self._say, self._last = when, say, (0, 0)

    def add(self, date: date, day: dict[str, str]) -> None:
        """The next day, in its week."""
        year, week, weekday = date.isocalendar()
        if (year, week) != self._last:
            self._last = (year, week)
            self.rows.append({"name": self._say("week {n}", n=week), "days": [None] * WORKING_DAYS})
        days = self.rows[-1]["days"]
        days += [None] * (weekday - len(days))
        days[weekday - 1] = day | {"short": f"{date.day}.{date.month}."}


@routes.get("/lessons/{lesson}/substitute")
@allow("plan")
async def ask_substitute(request: web.Request) -> web.Response:
    """Who could lead this lesson instead."""
    return await _substitutes(request, UNTOUCHED)


@routes.post("/lessons/{lesson}/substitute")
@allow("plan")
async def send_substitute(request: web.Request) -> web.Response:
    """Somebody else leads it, beside whoever was to come."""
    actor, form, lesson = signed_in(request), await request.post(), request.match_info["lesson"]

    async def act(work: Work) -> str:
        await lessons.lead(work, actor, lesson, text(form, "person"))
        return "/house"

    try:
        return await once(request, form, act)
    except (Invalid, Conflict) as wrong:
        return await _substitutes(request, entered(request, form, wrong))


async def _substitutes(request: web.Request, filled: Entered) -> web.Response:
    actor = signed_in(request)
    async with request.app[STORE].look() as look:
        found = await agenda.of_lesson(look, actor, request.match_info["lesson"], "plan")
        known = {person.id: person for person, grant in await people.staff(look, actor) if grant.role in rights.LEADS}
        now = look.now
    if found.lesson is None:
        raise NotFound()
    leading = {one.id for one in found.leaders}
    return staff_page(
        request, "substitute.html", filled.status, one=Shown(found, request[LANGUAGE], now), entered=filled,
        offered=[(person.id, person.shown) for person in known.values() if person.id not in leading],
    )  # fmt: skip


@routes.get("/house/turn")
@allow("plan")
async def turn(request: web.Request) -> web.Response:
    """In plain words: what TURN is, and what fails without it."""
    return staff_page(request, "turn.html", turn=bool(request.app[SETTINGS].turn))
