"""The stage: one page with the real product three times side by side, each with its own sign-in.

Each of the three speaks to the same house through a port of its own: the cookie's name carries the port, so three
people can be signed in in one browser, and a line can truly be cut by closing a port.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from socket import socket
from typing import Any, Final

from aiohttp import web

from calendars import programmes, rights
from calendars.errors import NotFound
from calendars.people import people
from classroom import roster
from server.auth.guard import allow
from server.dates import When
from server.demo import classmates, directory, stand_ins
from server.demo.memory import Memory
from server.keys import LANGUAGE, SAY, SECRET, STORE
from server.listening import BACKLOG, KEEPALIVE, LAST_REQUESTS, listen, settle_memory, stop_event
from server.middleware.headers import POLICY
from server.page import render
from server.pages.parts.tiles import shown_line
from server.settings import Settings

PARTS: Final = ("teacher", "learner", "coordinator")
WIDTHS: Final = {"teacher": 1000, "learner": 360, "coordinator": 800}
"""How wide each part's own screen is in CSS pixels; the stage shows it smaller, as a photograph of a laptop would."""
CUT_FOR: Final = 20.0  # seconds; long enough to be seen, short enough to be bridged


@dataclass(slots=True)
class Entrance:
    """The port of one part of the stage."""

    port: int
    address: str
    site: web.SockSite | None = None


class Stage:
    """The demo's own page, its three entrances and its classmates."""

    def __init__(self, kept: Memory, settings: Settings, tls: ssl.SSLContext | None, classmates: int | None) -> None:
        self._kept = kept
        self._settings = settings
        self._tls = tls
        self._classmates = classmates
        self._entrances: dict[str, Entrance] = {}
        self._healing: asyncio.Task[None] | None = None
        self._runner: web.AppRunner | None = None
        self.address = f"{settings.url}/stage"

    def add_to(self, app: web.Application) -> None:
        """Add the stage's routes, and let it show our own pages in its frames."""
        app.router.add_get("/stage", allow("public")(self._page))
        app.router.add_get("/stage/state", allow("public")(self._state))
        app.router.add_get("/stage/seat/{part}", allow("public")(self._seat))
        app.router.add_post("/stage/cut", allow("public")(self._cut))
        app.router.add_post("/stage/ill", allow("public")(self._ill))
        app.on_response_prepare.append(self._framed)

    async def run(self, app: web.Application, listening: socket, ready: Callable[[], Awaitable[None]]) -> None:
        """Serve until Ctrl-C."""
        stop = stop_event()
        runner = web.AppRunner(app, access_log=None, keepalive_timeout=KEEPALIVE, shutdown_timeout=LAST_REQUESTS)
        await runner.setup()
        settle_memory()
        self._runner = runner
        players: asyncio.Task[None] | None = None
        answering: asyncio.Task[None] | None = None
        try:
            await web.SockSite(runner, listening, ssl_context=self._tls, backlog=BACKLOG).start()
            for part in PARTS:
                await self._open(part)
            await ready()
            players = asyncio.create_task(classmates.play(await self._cast(app)))
            if self._classmates != 0:  # with none, the house stands still: whoever tries it answers for everybody
                answering = asyncio.create_task(stand_ins.answer_all(app, self._settings.url))
            await stop.wait()
        finally:
            for task in filter(None, (players, answering, self._healing)):
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            await runner.cleanup()

    async def _open(self, part: str) -> None:
        known = self._entrances.get(part)
        listening = listen(self._settings.host, known.port if known else 0)
        port = listening.getsockname()[1]
        assert self._runner is not None
        site = web.SockSite(self._runner, listening, ssl_context=self._tls, backlog=BACKLOG)
        await site.start()
        host = self._settings.url.rpartition(":")[0]
        self._entrances[part] = Entrance(port, f"{host}:{port}", site)

    async def _cast(self, app: web.Application) -> list[classmates.Part]:
        """Whom the demo plays: the stage's classmates, the other classes, and every teacher.

        The stage's own teacher is played until somebody presses her button: then she is in by herself. One learner of
        the stage never comes; everything else is calm, so that the one dark seat is seen.
        """
        if self._classmates == 0:
            return []
        teachers = [(teacher, lesson) for lesson, _, teacher, _ in self._kept.classes]
        learners = [
            (one, lesson)
            for position, (lesson, _, _, members) in enumerate(self._kept.classes)
            for one in (members if position else self._others(members))
        ]
        own = self._kept.teacher
        async with app[STORE].look() as look:
            return [
                classmates.Part(
                    self._settings.url + await directory.link_of(look, app[SECRET], person), lesson, 0.3 * n,
                    stands_in_for=own if person == own else "",
                )
                for n, (person, lesson) in enumerate([*teachers, *learners])
            ]  # fmt: skip

    def _others(self, learners: tuple[str, ...]) -> tuple[str, ...]:
        """Whom of the open lesson the demo plays: all but its learner and the one who never comes, or so many."""
        others = tuple(one for one in learners if one not in (self._kept.learner, self._kept.missing))
        return others if self._classmates is None else (*others, self._kept.missing)[: self._classmates]

    async def _page(self, request: web.Request) -> web.Response:
        kept, actor = self._kept, rights.system()
        async with request.app[STORE].look() as look:
            line = await programmes.line(look, actor, kept.programme)
            ill = await stand_ins.tomorrow(look, kept)
            known = await people.who(look, [kept.learner, kept.missing])
        names = {one: person.shown for one, person in known.items()}
        tiles = shown_line(line, request[LANGUAGE], request[SAY])["tiles"]
        return render(
            request, "stage.html", line=line, tiles=tiles, missing=names.get(kept.missing, ""),
            learner=names.get(kept.learner, ""), person=kept.learner, absent=kept.missing, widths=WIDTHS,
            frames={part: f"{self._entrances[part].address}/stage/seat/{part}" for part in PARTS},
            ill=ill, door=f"{self._entrances['coordinator'].address}/house",
            follows=f"{self._entrances['learner'].address}/j/{ill.lesson}" if ill else "",
            day=When(request[LANGUAGE], line.programme.zone).day(ill.starts) if ill else "",
            report=f"{self._entrances['coordinator'].address}/programmes/{kept.programme}/report",
            plan=f"{self._entrances['coordinator'].address}/programmes/{kept.programme}",
        )  # fmt: skip

    async def _state(self, request: web.Request) -> web.Response:
        """The seats of the stage's learner and of the one who never came, for the line of text that leads on."""
        cut = self._healing is not None and not self._healing.done()
        async with request.app[STORE].look() as look:
            found = await roster.roster(look, rights.system(), self._lesson) if self._lesson else {"seats": []}
            now, ill = look.now, await stand_ins.tomorrow(look, self._kept)
        wanted = (self._kept.learner, self._kept.missing)
        seats = {seat["person"]: seat for seat in found["seats"] if seat["person"] in wanted}
        return web.json_response({"seats": seats, "cut": cut, "now": now.timestamp() * 1000} | stand_ins.told(ill))

    @property
    def _lesson(self) -> str:
        """The lesson that is open on the stage; a programme without online days has none."""
        return self._kept.classes[0][0] if self._kept.classes else ""

    async def _seat(self, request: web.Request) -> web.Response:
        """Fetches the real sign-in page of one part and presses its button; without scripts it is one tap."""
        part = request.match_info["part"]
        if part not in PARTS:
            raise NotFound()
        async with request.app[STORE].look() as look:
            link = await directory.link_of(look, request.app[SECRET], getattr(self._kept, part))
        begins = {"teacher": f"/j/{self._lesson}" if self._lesson else "/teaching", "coordinator": "/house"}
        return render(request, "stage_seat.html", link=f"{link}?wanted={begins.get(part, '/')}")

    async def _ill(self, request: web.Request) -> web.Response:
        """The teacher of the stage says on her own telephone that she is ill on the next day."""
        async with request.app[STORE].work() as work:
            await stand_ins.fall_ill(work, self._kept)
        return web.json_response({})

    async def _cut(self, request: web.Request) -> web.Response:
        """Cut the learner's line: her port is closed and what runs through it breaks off. It heals by itself."""
        if self._healing is None or self._healing.done():
            await self._close("learner", request)
            self._healing = asyncio.create_task(self._heal("learner"))
        return web.json_response({"seconds": CUT_FOR})

    async def _close(self, part: str, request: web.Request) -> None:
        entrance = self._entrances[part]
        assert self._runner is not None
        server = self._runner.server
        assert server is not None
        if entrance.site is not None:
            await entrance.site.stop()
        for connection in list(server.connections):
            transport = connection.transport
            if transport is not None and transport.get_extra_info("sockname")[1] == entrance.port:
                transport.abort()

    async def _heal(self, part: str) -> None:
        await asyncio.sleep(CUT_FOR)
        await self._open(part)

    async def _framed(self, request: web.Request, response: web.StreamResponse) -> None:
        """Our pages may stand in the stage's frames, and the frames may use the camera; nobody else's may."""
        if "Content-Security-Policy" not in response.headers:
            return
        response.headers.popall("X-Frame-Options", None)  # it knows no other origin; the policy says it all
        frames = " ".join(entrance.address for entrance in self._entrances.values())
        stage = self._settings.url
        policy = POLICY.replace("frame-ancestors 'self'", f"frame-ancestors 'self' {stage}")
        policy = policy.replace("frame-src 'self'", f"frame-src 'self' {frames}")
        response.headers["Content-Security-Policy"] = policy
        quoted = " ".join(f'"{entrance.address}"' for entrance in self._entrances.values())
        permissions: Any = f"camera=(self {quoted}), microphone=(self {quoted}), geolocation=()"
        response.headers["Permissions-Policy"] = permissions
