"""Her own week: what she leads and whom she meets, day by day, on a telephone as well."""

from datetime import date, time, timedelta
from itertools import groupby
from typing import Any, Final

from aiohttp import web

from calendars import agenda, rights
from calendars.appointments import diary
from calendars.clock import day_of, local, monday_of
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import HOUSE, LANGUAGE, SAY, STORE
from server.page import render
from server.pages.appointments.talks_shown import shown as shown_talks
from server.pages.parts.shown import Shown

WEEK: Final = timedelta(days=7)
FURTHEST: Final = timedelta(days=800)
"""Beyond it nobody plans; a mistyped year leads back to this week."""
routes = web.RouteTableDef()


@routes.get("/teaching/week")
@allow("lead")
async def page(request: web.Request) -> web.Response:
    """This week, or that of `?week=` a day of it."""
    actor, language, zone = signed_in(request), request[LANGUAGE], request.app[HOUSE].card.zone
    when = When(language, zone)
    async with request.app[STORE].look() as look:
        today = day_of(look.now, zone)
        monday = _monday(request.query.get("week", ""), today)
        span = local(monday, time(), zone), local(monday + WEEK, time(), zone)
        known = await agenda.agenda(look, actor, actor.person, *span)
        talks = await diary.of_person(look, actor, actor.person, *span)
    led = [Shown(one, language, look.now) for one in known if one.role in rights.LEADS and one.lesson is not None]
    met = [one for one in shown_talks(request, talks, look.now) if one.it.status != "cancelled"]
    rows: list[dict[str, Any]] = [{"lesson": one, "it": one.it} for one in led]
    rows += [{"talk": one, "it": one.it} for one in met]
    rows.sort(key=lambda row: row["it"].starts)
    return render(
        request, "today/own_week.html", title=request[SAY]("week {n}", n=monday.isocalendar().week),
        span=f"{when.day(monday)} – {when.day(monday + WEEK - timedelta(days=1))}",
        days=[(when.day(day, whole=True), day == today, list(its))
              for day, its in groupby(rows, key=lambda row: row["it"].date)],
        before=(monday - WEEK).isoformat(), after=(monday + WEEK).isoformat(),
        back=not monday <= today < monday + WEEK,
    )  # fmt: skip


def _monday(said: str, today: date) -> date:
    """The Monday of the week that was asked for, else of today."""
    try:
        day = date.fromisoformat(said)
    except ValueError:
        day = today
    return monday_of(day if abs(day - today) <= FURTHEST else today)
