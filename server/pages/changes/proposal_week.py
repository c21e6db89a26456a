"""A week as a proposal would have it: its lessons are dragged to another time, day, person or house, or put by keys.

The page is a picture with links; with a script a lesson is taken up there, and every place says what it would break.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from aiohttp import web

from calendars import programmes
from calendars.changes import publishing
from calendars.clock import Interval, monday_of
from calendars.names import in_language
from calendars.places import house_of
from calendars.programmes import Line, PlannedDay
from calendars.scheduling import adjusting, choices
from calendars.scheduling.adjusting import Spot
from calendars.scheduling.choices import Run, Stage
from calendars.scheduling.conflicts import Conflict
from calendars.scheduling.timetables import Taught
from calendars.store import Look, Work
from server.auth.guard import allow, signed_in
from server.dates import When
from server.keys import LANGUAGE, SAY, STORE
from server.page import render
from server.pages.changes.proposals import axis_of_hours, second_of
from server.pages.lessons.fields import required
from server.pages.parts.forms import UNTOUCHED, Entered, once, text, time_in
from server.pages.timetable.grid import LONG, PLAIN, VIEWS, Reader, laned, nobody, rows_of
from server.pages.timetable.timetable import WEEK, beside, conflict_words

MOST: Final = 40  # people to whom a lesson may be given on this page
routes = web.RouteTableDef()


@dataclass(frozen=True, slots=True)
class Board:
    """What lies on the page: the week, in whose words, and who may lead."""

    line: Line
    monday: date
    stage: Stage
    reader: Reader

    @property
    def days(self) -> list[PlannedDay]:
        """The programme's own days of this week."""
        return [
            day for day in self.line.days
            if not day.cancelled and self.monday <= day.date < self.monday + WEEK
        ]  # fmt: skip

    @property
    def people(self) -> list[str]:
        """Whoever may lead here, by name; who can only counsel does not."""
        can = self.stage.staff.can
        return [one for one in self.stage.staff.names if can.get(one, frozenset()) - PLAIN][:MOST]


@routes.get("/proposals/{proposal}/week")
@allow("plan")
async def page(request: web.Request) -> web.Response:
    """One week, that of `?week=` a day of it, else the first in which something changes; `?by=` as in the timetable."""
    return await _page(request, UNTOUCHED)


@routes.get("/proposals/{proposal}/lessons/{proposed}/places")
@allow("plan")
async def show_places(request: web.Request) -> web.Response:
    """For the script: what each place of that week would break, for each who may lead it instead of `?instead=`."""
    async with request.app[STORE].look() as look:
        board, now = await _read(request, look, request.query.get("week", "")), look.now
    it = board.stage.one(request.match_info["proposed"])
    said = request.query.get("instead")
    short = len(it.leaders) < max(1, len(it.needs))
    instead = said if said is not None else "" if short else it.who[0]
    others = [one for one in board.people if one not in it.who]
    # Some hundred places are judged for each of them: beside the loop, so that nobody's join waits for it.
    found = await asyncio.to_thread(choices.places, board.stage, it.lesson, board.days, others, now, instead)
    return web.json_response(_told(found, board, it, others, instead))


@routes.post("/proposals/{proposal}/place")
@allow("plan")
async def place(request: web.Request) -> web.Response:
    """Put a lesson on a place."""
    actor, form, proposal = signed_in(request), await request.post(), request.match_info["proposal"]
    lesson, week = text(form, "lesson", 40), text(form, "week", 10)

    async def act(work: Work) -> str:
        board = await _read(request, work, week)
        it = board.stage.one(lesson)
        who, instead = text(form, "who", 40), text(form, "instead", 40)
        day = required(form, "day", [(one.id, "") for one in board.days])
        spot = Spot(day=day, starts=time_in(form, "starts"), who=who, instead_of=instead)
        await adjusting.put(work, actor, proposal, lesson, spot)
        was = "~".join((_day_of(board, it), When("en", it.zone).field(it.starts), instead if who else "", who))
        view = text(form, "by", 10)
        back = f"&was={was}" if _day_of(board, it) and (instead or not who) else ""
        return f"/proposals/{proposal}/week?by={view}&week={board.monday}&moved={lesson}{back}#lesson-{lesson}"

    return await once(request, form, act, _page)


async def _read(request: web.Request, look: Look, week: str) -> Board:
    actor, id = signed_in(request), request.match_info["proposal"]
    row = await publishing.proposal(look, actor, id)
    line = await programmes.line(look, actor, row.programme)
    first = min((one.after.starts.date() for one in publishing.changes_of(row)), default=line.today)
    monday = _monday(week, first, line)
    stage = await choices.stage(look, actor, id, monday, monday)
    language = request[LANGUAGE]
    when = When(language, line.programme.zone)
    return Board(line, monday, stage, Reader(language, line.programme.language, when, request[SAY]))


def _monday(said: str, first: date, line: Line) -> date:
    """The Monday of the week that was asked for, else of the first change, but within the programme's days."""
    try:
        day = date.fromisoformat(said)
    except ValueError:
        day = first
    ends = max([line.programme.ends, *(one.date for one in line.days)])
    return monday_of(min(max(day, line.programme.starts), ends))


def _day_of(board: Board, it: Taught) -> str:
    """The id of a lesson's day, where it lies in this week."""
    return next((day.id for day in board.days if day.n == it.n and day.date == it.date), "")


def _told(
    found: Mapping[str, Mapping[str, Sequence[Run]]], board: Board, it: Taught, others: Sequence[str], instead: str
) -> dict[str, Any]:
    """All of it as plain JSON: each sentence once, and by its number in every place that needs it."""
    sentences: dict[str, int] = {}

    def number(one: Conflict) -> int:
        return sentences.setdefault(_sentence(one, it, board), len(sentences))

    names = board.stage.staff.names
    where = {
        who: {day: [[run.first, run.last, [number(one) for one in run.breaks]] for run in runs]
              for day, runs in days.items()}
        for who, days in found.items()
    }  # fmt: skip
    return {
        "minutes": choices.wall_minutes(it), "places": where, "words": list(sentences), "instead": instead,
        "leaders": [[who, name] for who, name in it.leaders], "people": [[who, names[who]] for who in others],
    }  # fmt: skip


def _sentence(one: Conflict, it: Taught, board: Board) -> str:
    """What a place would break, with the lesson that is in the way."""
    reader = board.reader
    others = [
        f"{reader.group(each)} {reader.when.span(each.starts, each.ends)}"
        for each in one.lessons
        if each.lesson != it.lesson and one.code in ("group_twice", "leader_twice", "rooms")
    ]
    words = conflict_words(one, board.stage.staff.names, reader)["words"]
    return f"{words} ({', '.join(others)})" if others else words


async def _page(request: web.Request, filled: Entered) -> web.Response:
    actor, query, language = signed_in(request), request.query, request[LANGUAGE]
    async with request.app[STORE].look() as look:
        board = await _read(request, look, filled.value("week") or query.get("week", ""))
        wrong, staff = await choices.breaks(look, actor, board.stage.row.id)
    view = filled.value("by") or query.get("by", "group")
    view = view if view in VIEWS else "group"
    line, reader, row = board.line, board.reader, board.stage.row
    shown = [one for one in board.stage.each if view != "group" or one.programme == row.programme]
    hours = [(one.starts, one.ends) for one in shown] + [(day.starts, day.ends) for day in board.days]
    spans = [_span(starts, ends, reader.when) for starts, ends in hours]
    axis = axis_of_hours(spans, When(language, "UTC"))
    troubled = {each.lesson for one in wrong for each in one.lessons if one.code not in LONG}
    moved = next((one for one in board.stage.would if one.lesson == query.get("moved")), None)
    return render(
        request, "changes/proposal_week.html", filled.status, entered=filled, id=row.id, axis=axis, view=view,
        cards=_cards(board, shown, view, troubled) if row.status == "open" else [],
        views=[(one, request[SAY](words)) for one, words in VIEWS.items()], monday=board.monday.isoformat(),
        title=request[SAY]("week {n}", n=board.monday.isocalendar().week),
        span=f"{reader.when.day(board.monday)} – {reader.when.day(board.monday + timedelta(days=6))}",
        before=beside(line, board.monday - WEEK), after=beside(line, board.monday + WEEK),
        wrong=[conflict_words(one, staff.names, reader) for one in wrong],
        moved=_moved(moved, [one for one in wrong if moved in one.lessons], query.get("was", ""), board),
        programme=in_language(line.programme.name, language, line.programme.language),
    )  # fmt: skip


def _moved(one: Taught | None, wrong: Sequence[Conflict], was: str, board: Board) -> dict[str, Any] | None:
    """What was put where just now, and the way back."""
    if one is None:
        return None
    parts = was.split("~")
    names, reader = board.stage.staff.names, board.reader
    return {
        "lesson": one.lesson, "name": reader.group(one), "time": reader.when.whole(one.starts, one.ends),
        "who": reader.led(one), "wrong": [conflict_words(each, names, reader)["words"] for each in wrong],
        "back": dict(zip(("day", "starts", "who", "instead"), parts, strict=True)) if len(parts) == 4 else None,
    }  # fmt: skip


def _span(starts: datetime, ends: datetime, when: When) -> Interval:
    first = second_of(starts, when)
    return Interval(first, max(first + 900, second_of(ends, when)))


def _cards(board: Board, shown: Sequence[Taught], view: str, wrong: set[str]) -> list[dict[str, Any]]:
    """A card for each group, person or house, with a row for each day."""
    if view != "teacher":
        rows = rows_of(shown, view, board.reader)
        return [_card(name, "", lessons, board, view, wrong) for name, lessons in rows]
    led: dict[str, list[Taught]] = {}
    for one in shown:
        for who in one.who or ("",):
            led.setdefault(who, []).append(one)
    people = {"": nobody(board.reader.say), **board.stage.staff.names}
    shown_too = {*led, *board.people}
    return [_card(name, who, led.get(who, []), board, view, wrong) for who, name in people.items() if who in shown_too]


def _card(
    name: str, who: str, lessons: Sequence[Taught], board: Board, view: str, wrong: set[str]
) -> dict[str, Any]:  # fmt: skip
    """`who`: the person whose card it is, if it is anybody's."""
    days = {day.date: day for day in board.days}
    if view == "room":
        here = {one.place for one in lessons}
        days = {on: day for on, day in days.items() if house_of(day.place) in here}
    dates = sorted({*days, *(one.date for one in lessons)})
    rows = [_row(on, days.get(on), [one for one in lessons if one.date == on], board, view, wrong) for on in dates]
    return {"name": name, "who": who, "rows": rows}


def _row(
    on: date, day: PlannedDay | None, lessons: Sequence[Taught], board: Board, view: str, wrong: set[str]
) -> dict[str, Any]:
    placed, lanes = laned(lessons)
    reader = board.reader
    return {
        "day": day.id if day else "", "words": reader.when.day(on), "lanes": lanes,
        "place": day.place.name if day and day.place else "",
        "bars": [_bar(one, lane, board, view, one.lesson in wrong) for one, lane in placed],
    }  # fmt: skip


def _bar(one: Taught, lane: int, board: Board, view: str, wrong: bool) -> dict[str, Any]:
    reader = board.reader
    hours = reader.when.span(one.starts, one.ends)
    text = reader.led(one) if view == "group" else reader.group(one)
    span = _span(one.starts, one.ends, reader.when)
    return {
        "lesson": one.lesson, "lane": lane, "kind": one.kind, "text": text, "from": span.starts, "to": span.ends,
        "movable": any(each.lesson == one.lesson for each in board.stage.would), "wrong": wrong or not one.leaders,
        "held": one.lesson in adjusting.marked_in(board.stage.row),
        "label": ", ".join(filter(None, (hours, reader.group(one), reader.topic(one), reader.led(one)))),
    }  # fmt: skip
