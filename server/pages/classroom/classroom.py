"""The live room: its page, the way to another provider, the board without scripts, the leader's three buttons."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from calendars import agenda, chains, rights
from calendars.agenda import Engagement
from calendars.chains import EMBEDDED
from calendars.clock import rfc3339
from calendars.lessons import doors
from calendars.names import clean_text
from calendars.rights import Actor
from calendars.store import Look, Work
from classroom import board, moves, register, rooms, roster, taps, telephone
from classroom.video.provider import Asked, Guest
from server.auth import devices
from server.auth.guard import allow, signed_in
from server.auth.signin import own_visitor_link
from server.auth.telephone import DIGITS
from server.dates import When
from server.keys import ASSETS, HOUSE, LANGUAGE, SECRET, STORE, VIDEO, WORDS
from server.middleware.problems import wants_json
from server.page import render
from server.pages.parts.chains import room_words
from server.pages.parts.forms import see_other, text
from server.pages.parts.shown import Shown
from server.words import PLAIN, Text

LONGEST_SAID = 8000  # characters as they come; the board itself says how many may stay
routes = web.RouteTableDef()


@routes.get("/lessons/{lesson}/room")
@allow("enter")
async def room(request: web.Request) -> web.Response:
    """The page of the live room. Outside its doors the stable address knows better what to say."""
    actor = signed_in(request)
    async with request.app[STORE].look() as look:
        found = await agenda.of_lesson(look, actor, request.match_info["lesson"], "enter")
        if not found.online or not found.is_on(look.now):
            raise web.HTTPSeeOther(f"/j/{found.id}")
        leads = rights.may(actor, "lead", found.target)
        sees = rights.may(actor, "see_roster", found.target)
        seen = await _last_seen(look, actor, found, request[LANGUAGE]) if sees else {}
        paused = await rooms.running_pause(look, found.id)
        link = await own_visitor_link(look, request.app[SECRET], actor.person) if found.role == "visitor" else ""
        now = look.now
    shown, provider = Shown(found, request[LANGUAGE], now), await _room_of(request, found)
    chain = chains.chain(found.programme)
    silent = [one for one in dict.fromkeys((provider, *chain)) if _tells_nothing(request, one)]
    return render(
        request, "classroom/classroom.html", one=shown, leads=leads, sees_roster=sees, paused=paused is not None,
        registers=sees and rights.may(actor, "register", found.target), digits=DIGITS,
        embedded=provider == EMBEDDED, tells_nothing=provider in silent,
        silent=silent if found.role not in rights.UNCOUNTED else (), guest=bool(link),
        plain_words=_plain_words(request),
        room={
            "lesson": found.id, "zone": found.zone, "now": now.timestamp() * 1000, "person": actor.person,
            "leads": leads, "provider": provider, "last_seen": seen,
            "links": rights.may(actor, "give_link", found.target), "telephone": request.app[HOUSE].card.telephone,
            "starts": rfc3339(found.starts), "ends": rfc3339(found.ends), "role": found.role,
            "mosaic": request.app[ASSETS].url("worklets/mosaic.js"),
            "opened": rfc3339(found.lesson.opened) if found.lesson and found.lesson.opened else None,
            "paused": rfc3339(paused.starts) if paused else None, "go": "go" in request.query,
            "rooms": _names_of_rooms(request, found) if sees else {}, "wordless": silent,
            "guest": link, "undone_within": telephone.UNDONE_WITHIN // timedelta(milliseconds=1),
        },
        others=[(one, room_words(request, one)) for one in chain if one != provider] if leads else [],
    )  # fmt: skip


def _names_of_rooms(request: web.Request, found: Engagement) -> dict[str, str]:
    """What staff call the servers that a lesson of theirs may move to: no other organisation's are told."""
    rooms = request.app[VIDEO].for_organisation(found.programme.organisation)
    return {room.name: room_words(request, room.name) for room in rooms}


async def _room_of(request: web.Request, found: Engagement) -> str:
    """Who gives the room now, decided without asking anybody; a lesson whose server is away goes on elsewhere."""
    video = request.app[VIDEO]
    here = moves.room_of(found.lesson, found.programme) if found.lesson else found.programme.provider
    if not video.why_not(here):
        return here
    async with request.app[STORE].work() as work:
        return await moves.go_on(work, found.id, video.why_not)


def _tells_nothing(request: web.Request, name: str) -> bool:
    """Whether a room is another tool's that says nothing of who is in it; the house's own page sees whom it shows."""
    video = request.app[VIDEO]
    return name != EMBEDDED and not video.why_not(name) and not taps.tells(video.of(name))


def _plain_words(request: web.Request) -> dict[str, Text]:
    """What the room's script says, in plain Finnish: a learner reads both."""
    return request.app[WORDS].share(PLAIN, request.app[ASSETS].words("pages/classroom.js"))


async def _last_seen(look: Look, actor: Actor, found: Engagement, language: str) -> dict[str, str]:
    when = When(language, found.zone)
    return {person: when.moment(at) for person, at in (await roster.last_seen(look, actor, found.id)).items()}


@routes.get("/lessons/{lesson}/door")
@allow("enter")
async def door(request: web.Request) -> web.Response:
    """Through to another provider's room, by a link signed at this very click."""
    actor, store = signed_in(request), request.app[STORE]
    async with store.look() as look:
        found = await agenda.of_lesson(look, actor, request.match_info["lesson"], "enter")
        now = look.now
    if not found.online or not found.is_on(now) or found.lesson is None:
        return see_other(f"/j/{found.id}")
    closes = doors(found.lesson, found.programme.rules).closes
    room = await _room_of(request, found)
    named, run = Shown(found, request[LANGUAGE], now).heading.own, found.lesson.runs.get(room, "")
    asked = Asked(found.id, named, found.starts, closes, run)
    guest = Guest.of(actor, found.role)
    way = request.app[VIDEO].of(room).link(asked, guest, store.clock.outside())
    if way.url and _tells_nothing(request, room):  # the last that is seen of her on a phone that opens the tool's app
        async with store.work() as work:
            await taps.say_here(work, actor, found.id)
    return see_other(way.url or f"/lessons/{found.id}/room")


@routes.post("/lessons/{lesson}/here")
@allow("enter")
async def here(request: web.Request) -> web.StreamResponse:
    """She is in the lesson, she says: her page slept beside another tool's, or runs no scripts."""
    lesson = request.match_info["lesson"]
    async with request.app[STORE].work() as work:
        await taps.say_here(work, signed_in(request), lesson)
    return web.json_response({}) if wants_json(request) else see_other(f"/lessons/{lesson}/board?here")


@routes.get("/lessons/{lesson}/board")
@allow("enter")
async def plain_board(request: web.Request) -> web.Response:
    """The board for a browser that cannot be in the room: what was said, a line to say something, a number to call."""
    actor = signed_in(request)
    async with request.app[STORE].look() as look:
        found = await agenda.of_lesson(look, actor, request.match_info["lesson"], "enter")
        shared = await board.board(look, found.id)
        counts = found.role not in rights.UNCOUNTED
        code = await devices.telephone_code(look, actor, request.app[SECRET], actor.person) if counts else ""
        now = look.now
    shown = Shown(found, request[LANGUAGE], now)
    if not found.is_on(now):
        return see_other(f"/j/{found.id}")
    when = When(request[LANGUAGE], found.zone)
    messages = [one | {"clock": when.clock(datetime.fromisoformat(one["at"]))} for one in shared["messages"]]
    return render(
        request, "classroom/board.html", one=shown, messages=messages, hands=shared["hands"],
        said_here="here" in request.query, counts=counts, code=code,
    )  # fmt: skip


@routes.post("/lessons/{lesson}/board")
@allow("enter")
async def say_plainly(request: web.Request) -> web.Response:
    """Say something without scripts; the form's own id makes a second click say nothing new."""
    actor, form = signed_in(request), await request.post()
    said, write = str(form.get("text", ""))[:LONGEST_SAID], str(form.get("write", ""))
    async with request.app[STORE].work() as work:
        found = await agenda.of_lesson(work, actor, request.match_info["lesson"], "enter")
        if clean_text(said) and found.is_on(work.now):
            await board.say(work, actor, found.target, write, said)
    return see_other(f"/lessons/{request.match_info['lesson']}/board")


@routes.post("/lessons/{lesson}/pause")
@allow("lead")
async def pause(request: web.Request) -> web.StreamResponse:
    """Begin a break."""
    return await _led(request, rooms.pause, "room")


@routes.post("/lessons/{lesson}/resume")
@allow("lead")
async def resume(request: web.Request) -> web.StreamResponse:
    """End the break."""
    return await _led(request, rooms.resume, "room")


@routes.post("/lessons/{lesson}/move")
@allow("lead")
async def move(request: web.Request) -> web.StreamResponse:
    """Take everybody to another room of the programme; each goes by herself, with one tap."""
    form, video = await request.post(), request.app[VIDEO]

    async def act(work: Work, actor: Actor, lesson: str) -> None:
        await moves.move(work, actor, lesson, text(form, "provider", 40), video.why_not)

    return await _led(request, act, "room")


@routes.post("/lessons/{lesson}/end")
@allow("lead")
async def end(request: web.Request) -> web.StreamResponse:
    """End the lesson for everybody; its register is proposed in the same moment."""
    return await _led(request, register.close, "register")


async def _led(
    request: web.Request, act: Callable[[Work, Actor, str], Awaitable[None]], then: str
) -> web.StreamResponse:
    """One act of whoever leads. The room's own script wants no new page: that would hang up on everybody."""
    lesson = request.match_info["lesson"]
    async with request.app[STORE].work() as work:
        await act(work, signed_in(request), lesson)
    if wants_json(request):
        answer: dict[str, Any] = {}
        return web.json_response(answer)
    return see_other(f"/lessons/{lesson}/{then}")
