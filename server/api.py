"""The house for programs: JSON under /api/, and the document that describes it."""

from datetime import UTC, date, datetime, time, timedelta
from importlib import metadata
from typing import Annotated, Any, Final

import msgspec
from aiohttp import web

from calendars import agenda, programmes
from calendars.agenda import Engagement
from calendars.clock import day_of, in_utc, local, rfc3339
from calendars.errors import Invalid
from classroom import reports, rooms, roster
from server.auth.cookies import name_of
from server.auth.guard import allow, signed_in
from server.auth.origin import base_address
from server.endpoints import Endpoints, asked
from server.keys import HOUSE, STORE
from server.page import render

LONGEST: Final = timedelta(days=400)
LAST: Final = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)
Instant = Annotated[datetime, msgspec.Meta(extra_json_schema={"format": "date-time"})]
endpoints = Endpoints()
routes = endpoints.routes


class Right(msgspec.Struct):
    """What somebody is, and where."""

    role: str
    scope_kind: str
    scope: str


class Me(msgspec.Struct):
    """Whoever is signed in."""

    id: str
    name: str
    language: str
    rights: list[Right]


class Lesson(msgspec.Struct):
    """A lesson as its reader meets it; `role` is hers, empty when she looks on from outside; `field` is its code."""

    id: str
    programme: str
    group: str
    field: str | None
    day: str
    starts: str
    ends: str
    doors_open: str
    state: str
    title: dict[str, str]
    online: bool
    place: str
    role: str
    leaders: list[str]
    revision: int
    sequence: int
    join: str


class Seat(msgspec.Struct):
    """One person of a lesson: expected, here, late, dropped, left or could_not_enter."""

    person: str
    name: str
    role: str
    expected: bool
    state: str
    since: str | None
    late_by: int
    step: str | None
    sound: bool | None
    hand: str | None
    devices: int
    stands_on: str | None
    """page (her own beats), room (the video room saw her), phone or teacher (somebody's word), own
    (her own word alone, by a tap); None: not here."""
    tapped: str | None = None
    """When she said last herself that she is here."""


class Roster(msgspec.Struct):
    """Who is expected, here and missing; `number` is the last fact of the lesson that it holds."""

    lesson: str
    number: int
    seats: list[Seat]


class Programme(msgspec.Struct):
    """One run of a training model."""

    id: str
    blueprint: str
    version: str
    name: dict[str, str]
    starts: date
    ends: date
    zone: str
    provider: str
    revision: int


class Between(msgspec.Struct):
    """A span of time: the house's own today when nothing is said, one day from `from` on, 400 days at most."""

    since: Instant | None = msgspec.field(default=None, name="from")
    until: Instant | None = msgspec.field(default=None, name="to")


class AsOf(msgspec.Struct):
    """The instant whose knowledge is asked for; now when nothing is said."""

    as_of: Instant | None = None


@endpoints.get("/api/me", "see_own", Me)
async def me(request: web.Request) -> Me:
    """Who I am here, and what I may do where."""
    actor = signed_in(request)
    held = [Right(scope.role, scope.kind, scope.id) for scope in actor.scopes if scope.kind != "self"]
    return Me(actor.person, actor.name, actor.language, held)


@endpoints.get("/api/lessons", "see_own", list[Lesson], Between)
async def lessons(request: web.Request) -> list[Lesson]:
    """My own lessons between two instants, in order: those I learn in and those I lead."""
    actor, span, zone = signed_in(request), asked(request, Between), request.app[HOUSE].card.zone
    async with request.app[STORE].look() as look:
        today = day_of(look.now, zone)
        since = _aware(span.since) or local(today, time(), zone)
        ends = _after(since, timedelta(days=1)) if span.since else local(today + timedelta(days=1), time(), zone)
        until = min(_aware(span.until) or ends, _after(since, LONGEST))
        found = await agenda.agenda(look, actor, actor.person, since, until)
        return [_lesson(request, one, look.now) for one in found if one.lesson is not None]


@endpoints.get("/api/lessons/{lesson}", "see_lesson", Lesson)
async def lesson(request: web.Request) -> Lesson:
    """One lesson."""
    async with request.app[STORE].look() as look:
        found = await agenda.of_lesson(look, signed_in(request), request.match_info["lesson"])
        return _lesson(request, found, look.now)


@endpoints.get("/api/lessons/{lesson}/roster", "see_roster", Roster)
async def lesson_roster(request: web.Request) -> Roster:
    """Who is expected, here, late, dropped, gone, or could not get in."""
    async with request.app[STORE].look() as look:
        found = await roster.roster(look, signed_in(request), request.match_info["lesson"])
    return msgspec.convert(found, Roster)


@endpoints.get("/api/programmes", "see_own", list[Programme])
async def all_programmes(request: web.Request) -> list[Programme]:
    """The programmes whose plan I see."""
    async with request.app[STORE].look() as look:
        found = await programmes.of(look, signed_in(request))
        return [msgspec.convert(one, Programme, from_attributes=True) for one in found]


@endpoints.get("/api/programmes/{programme}/report", "see_report", reports.Report, AsOf)
async def report(request: web.Request) -> reports.Report:
    """The funder's report: whole seconds, each the sum of intervals that are shown."""
    as_of = _aware(asked(request, AsOf).as_of)
    async with request.app[STORE].look() as look:
        return await reports.report(look, signed_in(request), request.match_info["programme"], as_of)


@routes.get("/openapi.json")
@allow("public")
async def document(request: web.Request) -> web.Response:
    """The description of this interface (OpenAPI 3.1)."""
    return web.json_response(described(request))


@routes.get("/openapi")
@allow("public")
async def document_page(request: web.Request) -> web.Response:
    """The same description for people."""
    found = described(request)
    operations = [(path, operation["get"]) for path, operation in found["paths"].items()]
    return render(request, "openapi.html", document=found, operations=operations)


def described(request: web.Request) -> dict[str, Any]:
    """The OpenAPI document of a house that is reached as by this request."""
    try:
        version = metadata.version("oppitupa")
    except metadata.PackageNotFoundError:  # a tree that was never installed
        version = "0"
    return endpoints.document("Oppitupa", version, base_address(request), name_of(request))


def _aware(instant: datetime | None) -> datetime | None:
    """In UTC. Raises Invalid `bad_time` for one without an offset, and for an instant that no calendar holds."""
    if instant is not None and instant.tzinfo is None:
        raise Invalid("bad_time", text=instant.isoformat())
    return None if instant is None else in_utc(instant)


def _after(instant: datetime, span: timedelta) -> datetime:
    """So much later, or the last instant that a calendar holds."""
    return instant + min(span, LAST - instant)


def _lesson(request: web.Request, one: Engagement, now: datetime) -> Lesson:
    found = one.lesson
    if found is None:
        raise ValueError("a day on site is no lesson")
    return Lesson(
        id=found.id, programme=one.programme.id, group=found.group, field=one.field.code if one.field else None,
        day=one.date.isoformat(),
        starts=rfc3339(one.starts, one.zone), ends=rfc3339(one.ends, one.zone),
        doors_open=rfc3339(one.opens, one.zone), state=rooms.state(found, one.programme.rules, now),
        title=dict(one.title), online=one.online, place=one.place.name if one.place else "", role=one.role,
        leaders=[leader.id for leader in one.leaders], revision=found.revision, sequence=found.sequence,
        join=f"{base_address(request)}/j/{found.id}",
    )  # fmt: skip
