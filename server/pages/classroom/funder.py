"""What the funder sees: totals, from any of them to its lessons, from a lesson to the interval and the evidence."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from aiohttp import web

from calendars import programmes, rights
from calendars.clock import parse_instant
from calendars.names import in_language
from calendars.rights import Target
from classroom import register, reports
from classroom.attendance import Piece
from classroom.reports import SUMS, Report, Row
from server.auth.guard import allow, signed_in
from server.dates import When, duration
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.classroom import register as register_page
from server.pages.parts.bars import bars, pieces, spoken
from server.pages.parts.chains import room_words
from server.pages.parts.moved import AWAY, WHY
from server.pages.parts.testimonies import mark_word

PARTS: Final = ("learner", "group", "day")
routes = web.RouteTableDef()


@routes.get("/reports")
@allow("see_report")
async def page(request: web.Request) -> web.Response:
    """The programmes whose figures she may see."""
    async with request.app[STORE].look() as look:
        found = await programmes.of(look, signed_in(request))
    found = [one for one in found if rights.may(signed_in(request), "see_report", Target(one.organisation, one.id))]
    shown = [
        {"name": in_language(one.name, request[LANGUAGE], one.language), "href": f"/programmes/{one.id}/report",
         "days": " – ".join(When(request[LANGUAGE], one.zone).dated(day) for day in (one.starts, one.ends))}
        for one in found
    ]  # fmt: skip
    return render(request, "classroom/reports.html", programmes=shown)


@routes.get("/programmes/{programme}/report")
@allow("see_report")
async def report(request: web.Request) -> web.Response:
    """The totals, and the same by learner, group and day; each leads to its lessons."""
    actor, programme = signed_in(request), request.match_info["programme"]
    async with request.app[STORE].look() as look:
        found = await reports.report(look, actor, programme, _as_of(request))
        names = await reports.names(look, actor, found)
        line = await programmes.line(look, actor, programme)
    when = When(request[LANGUAGE], line.programme.zone)
    by, key = request.query.get("by", ""), request.query.get("of", "")
    chosen = [row for row in found.rows if by in PARTS and getattr(row, by) == key]
    return render(
        request, "classroom/report.html", programme=programme,
        title=in_language(line.programme.name, request[LANGUAGE]),
        totals=_figures(found.totals), called=found.totals["by_telephone"] > 0,
        as_of=when.moment(parse_instant(found.as_of)), rows=found.as_of,
        parts=[(part, _part(found, part, names, when)) for part in PARTS],
        chosen=[_row(row, names, when, request[SAY]) for row in chosen],
        moved=[_moved(request, one, when) for one in found.moves],
        chosen_name=_name(by, key, names, when) if chosen else "", counts=line.counts,
    )  # fmt: skip


def _moved(request: web.Request, one: dict[str, str], when: When) -> dict[str, str]:
    """A lesson that went on in another room: when, whither, and the way to its figure."""
    words = f"{room_words(request, one['from'])} → {room_words(request, one['to'])}"
    why = request[SAY](WHY.get(one["why"], AWAY))
    return {"at": when.moment(parse_instant(one["at"])), "words": words, "why": why, "lesson": one["lesson"]}


@routes.get("/programmes/{programme}/report.json")
@allow("see_report")
async def as_json(request: web.Request) -> web.Response:
    """The same bytes as `oppitupa report --format json`."""
    async with request.app[STORE].look() as look:
        found = await reports.report(look, signed_in(request), request.match_info["programme"], _as_of(request))
    return _file(reports.as_json(found), "application/json", "report.json")


@routes.get("/programmes/{programme}/report.csv")
@allow("see_report")
async def as_csv(request: web.Request) -> web.Response:
    """The same bytes as `oppitupa report --format csv`."""
    actor = signed_in(request)
    async with request.app[STORE].look() as look:
        found = await reports.report(look, actor, request.match_info["programme"], _as_of(request))
        text = reports.as_csv(found, await reports.names(look, actor, found))
    return _file(text, "text/csv", "report.csv")


@routes.get("/lessons/{lesson}/figure")
@allow("see_report")
async def figure(request: web.Request) -> web.Response:
    """Where a figure comes from: every learner's line of one lesson, its intervals, its raw evidence."""
    async with request.app[STORE].look() as look:
        found = await register.register(look, signed_in(request), request.match_info["lesson"])
        names = await register_page.names_in(look, found)
    when = When(request[LANGUAGE], found.programme.zone)
    return render(
        request, "classroom/figure.html", up=register_page.way_up(request, found),
        title=when.whole(found.lesson.starts, found.lesson.ends),
        **register_page.shown(request, found, names),
    )  # fmt: skip


def _as_of(request: web.Request) -> datetime | None:
    asked = request.query.get("as_of", "")
    return parse_instant(asked) if asked else None


def _file(text: str, kind: str, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=text.encode(), content_type=kind, charset="utf-8", headers=headers)


def _figures(sums: dict[str, Any]) -> dict[str, str]:
    return {name: duration(sums[name]) for name in SUMS}


def _part(found: Report, part: str, names: dict[str, str], when: When) -> list[dict[str, Any]]:
    rows = [
        {"key": key, "name": _name(part, key, names, when), "present": sums["present"], "held": sums["held"],
         **{f"{name}_words": words for name, words in _figures(sums).items()}}
        for key, sums in found.totals[f"by_{part}"].items()
    ]  # fmt: skip
    return rows if part == "day" else sorted(rows, key=lambda row: str(row["name"]))


def _name(part: str, key: str, names: dict[str, str], when: When) -> str:
    if part == "day":
        return when.day(datetime.fromisoformat(key).date())
    return names.get(key, key)


def _row(row: Row, names: dict[str, str], when: When, say: Any) -> dict[str, Any]:
    found = pieces(row.intervals)
    return {
        "learner": names.get(row.learner, row.learner), "group": names.get(row.group, ""), "lesson": row.lesson,
        "day": when.day(datetime.fromisoformat(row.day).date()), "present": duration(row.present),
        "held": duration(row.held), "state": mark_word(row.state, say), "signed": row.signed, "bars": bars(found),
        "axis": _axis(row, found), "spoken": spoken(found, when, say),
    }  # fmt: skip


def _axis(row: Row, found: Sequence[Piece]) -> dict[str, Any]:
    first = min((one.starts for one in found), default=0)
    last = max((one.ends for one in found), default=first + max(row.planned, 1))
    return {"start": first, "end": max(last, first + row.held), "ticks": [], "pauses": []}
