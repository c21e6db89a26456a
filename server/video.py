"""The video servers as this worker knows them: read when it starts and when one was changed, asked how they are."""

import asyncio
import time
from collections.abc import Mapping
from typing import Final

import structlog
from aiohttp import web

from calendars.errors import Unavailable
from calendars.store import Work
from classroom import moves, servers, serverstates
from classroom.video.choose import Providers, Room, line_of
from classroom.video.health import Health
from classroom.video.kinds import KINDS, Home
from classroom.video.line import Line
from server.keys import LIVE, SEAL, SETTINGS, STORE, VIDEO

FIRST: Final = 30.0  # seconds after the start: whoever comes first need not wait for it
ASKED: Final = 30.0  # seconds between two questions to a server that is well
EACH: Final = 5.0  # seconds between two looks; so soon a server that failed once is asked again
log = structlog.get_logger()


async def renew(app: web.Application) -> None:
    """Read the rows of the servers again; whoever signs links uses them from the next click on."""
    store, video = app[STORE], app[VIDEO]
    async with store.look() as look:
        rooms, called = await servers.rooms(look, home_of(app), app[SEAL], video.rows)
        known = await serverstates.known(look)
    video.learn(known)
    for room in video.renew(rooms, called):
        await _close(room)


def home_of(app: web.Application) -> Home:
    """This house, as the providers of its servers know it."""
    return Home(app[STORE].clock, app[SETTINGS].url, app[SETTINGS].reach)


async def hang_up(app: web.Application) -> None:
    """The worker ends: close its lines to the servers."""
    for room in app[VIDEO].rooms:
        await _close(room)


async def _close(room: Room) -> None:
    line = line_of(room.provider)
    if line is not None:
        await line.close()


async def run(app: web.Application) -> None:
    """Until cancelled: one worker asks the servers how they are, each writes down what it found itself."""
    asked: dict[str, float] = {}
    await asyncio.sleep(FIRST)
    while True:
        try:
            if lines := _lines(app[VIDEO]):
                async with app[STORE].work() as work:
                    mine = await work.lease("servers", app[LIVE].epoch, EACH * 4)
                if mine:
                    await _ask(lines, asked)
                await report(app)
        except Unavailable as away:
            log.warning("servers_wait", code=away.code)
        except Exception:
            log.exception("servers_failed")
        await asyncio.sleep(EACH)


def _lines(video: Providers) -> dict[str, tuple[Line, str]]:
    """The line to each server, and what is asked on it."""
    found = {room.name: (line_of(room.provider), room.kind) for room in video.rooms}
    return {name: (line, KINDS[kind].pulse) for name, (line, kind) in found.items() if line is not None}


async def _ask(lines: Mapping[str, tuple[Line, str]], asked: dict[str, float]) -> None:
    """Ask those that were not heard of lately; a server that rests is left alone by its line."""
    now = time.monotonic()
    due = [
        name for name, (line, _) in lines.items() if _troubled(line.health) or now - asked.get(name, -ASKED) >= ASKED
    ]
    asked.update(dict.fromkeys(due, now))
    await asyncio.gather(*(_once(*lines[name]) for name in due))


def _troubled(health: Health) -> bool:
    return health.at is not None and (health.answered is None or health.at > health.answered)


async def _once(line: Line, pulse: str) -> None:
    """Ask one server. Whatever it answers, the round of the others goes on."""
    try:
        await line.get(pulse)
    except Unavailable:
        pass  # it stands in the health of the line
    except Exception:
        log.exception("server_not_asked", server=line.server)


async def report(app: web.Application) -> None:
    """Write down what this worker found of the servers, where it is news."""
    video = app[VIDEO]
    found = {name: line.health for name, (line, _) in _lines(video).items()}
    news = {name: health for name, health in found.items() if serverstates.is_news(video.known(name), health)}
    if news:
        async with app[STORE].work() as work:
            await serverstates.report(work, news)
        async with app[STORE].look() as look:
            video.learn(await serverstates.known(look))


async def go_on(work: Work, video: Providers) -> None:
    """Move the lessons that are on in rooms of servers that are away, by what this worker knows."""
    await moves.go_on_due(work, [*video.away, *video.lost()], video.why_not)
