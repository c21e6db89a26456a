"""One training day of a programme: its kind and place, its lessons with what can be done about each."""

from datetime import datetime
from itertools import groupby
from typing import Any

from aiohttp import web

from calendars import agenda, groups, programmes, rights
from calendars.agenda import Engagement
from calendars.errors import NotFound
from calendars.names import in_language
from calendars.programmes import Line, PlannedDay
from classroom import rooms
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.parts.tiles import kind_word
from server.words import Say

ON_SITE = ("contact", "workplace")
routes = web.RouteTableDef()


@routes.get("/programmes/{programme}/days/{n}")
@allow("see_plan")
async def page(request: web.Request) -> web.Response:
    """What a tile leads to."""
    actor, language, say = signed_in(request), request[LANGUAGE], request[SAY]
    async with request.app[STORE].look() as look:
        line = await programmes.line(look, actor, request.match_info["programme"])
        target = rights.Target(line.programme.organisation, line.programme.id)
        rights.ask(actor, "see_plan", target)
        day = next((one for one in line.days if str(one.n) == request.match_info["n"]), None)
        if day is None:
            raise NotFound()
        planned = await agenda.of_day(look, actor, day.id)
        formed = await groups.of_programme(look, actor, line.programme.id)
        now = look.now
    may_plan = rights.may(actor, "plan", target)
    named = [(group.id, in_language(group.name, language, line.programme.language)) for group, _ in formed]
    busy = {one.group.id for one in planned if one.group and not one.cancelled}
    return render(
        request, "programmes/day.html", day=_head(line, day, language, say), may_plan=may_plan,
        spans=_spans([_row(one, language, now, say, may_plan) for one in planned]),
        idle=[(group, name) for group, name in named if group not in busy] if day.kind != "workplace" else [],
        groups=named, before=_beside(line, day, -1, language), after=_beside(line, day, 1, language),
    )  # fmt: skip


def _head(line: Line, day: PlannedDay, language: str, say: Say) -> dict[str, Any]:
    when = When(language, line.programme.zone)
    place = day.place
    return {
        "n": day.n, "id": day.id, "kind": day.kind, "kind_word": kind_word(day.kind, say), "cancelled": day.cancelled,
        "title": when.day(day.date, whole=True), "hours": when.span(day.starts, day.ends),
        "phase": in_language(day.title, language, line.programme.language),
        "place": ", ".join(filter(None, (place.name, place.address))) if place else "",
        "programme": line.programme.id, "name": in_language(line.programme.name, language, line.programme.language),
        "today": day.date == line.today, "over": day.date < line.today, "on_site": day.kind in ON_SITE,
    }  # fmt: skip


def _spans(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The lessons of each time of the day, those of one time by the names of their groups."""
    ordered = sorted(rows, key=lambda row: (row["time"], row["group"]))
    return [(hours, list(at_once)) for hours, at_once in groupby(ordered, key=lambda row: str(row["hours"]))]


def _row(one: Engagement, language: str, now: datetime, say: Say, may_plan: bool) -> dict[str, Any]:
    """A lesson as a row: who, when, about what, how it stands, and whether it can still be changed."""
    lesson, teaching, when = one.lesson, one.programme.language, When(language, one.zone)
    assert lesson is not None
    assert one.group is not None
    state = "cancelled" if one.cancelled else rooms.state(lesson, one.programme.rules, now)
    unbegun = lesson.opened is None and lesson.closed is None and lesson.signed is None
    return {
        "id": one.id, "target": one.target, "group": in_language(one.group.name, language, teaching),
        "hours": when.span(one.starts, one.ends), "time": (one.starts, one.ends),
        "topic": in_language(one.title, language, teaching), "leaders": ", ".join(who.shown for who in one.leaders),
        "state": state, "state_word": state_word(state, say), "tone": TONES.get(state, ""), "online": one.online,
        "may_change": may_plan and unbegun and not one.cancelled, "may_lead": may_plan and not lesson.signed
        and not one.cancelled and lesson.closed is None, "register": one.starts <= now and not one.cancelled,
    }  # fmt: skip


TONES = {"open": "pine", "running": "pine", "cancelled": "brick", "not_held": "amber", "ended": "amber"}


def state_word(state: str, say: Say) -> str:
    """How a lesson stands, in words."""
    words = {
        "planned": say("planned"), "open": say("the door is open"), "running": say("is on now"),
        "ended": say("the register is open"), "signed": say("signed"), "not_held": say("was not held"),
        "cancelled": say("cancelled"),
    }  # fmt: skip
    return words[state]


def _beside(line: Line, day: PlannedDay, step: int, language: str) -> dict[str, str] | None:
    """The day before or after, to go there."""
    days = [one for one in line.days if not one.cancelled or one.id == day.id]
    at = next(n for n, one in enumerate(days) if one.id == day.id) + step
    if not 0 <= at < len(days):
        return None
    when = When(language, line.programme.zone)
    return {"href": f"/programmes/{line.programme.id}/days/{days[at].n}", "label": when.day(days[at].date)}
