"""The servers that are compared: all speak the same wire to the same clients, and tell their CPU seconds at /cpu.

The house is the whole product. Our Socket.IO without a house, python-socketio as it comes, bare aiohttp and Node's
socket.io keep nothing and ask nobody: what a house costs beyond them is rights, roster and a durable row.
"""

import asyncio
import itertools
import json
import multiprocessing
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Protocol

import socketio
from aiohttp import WSMsgType, web

from calendars.clock import Clock
from server import app as house_app
from server.auth.guard import allow
from server.engine import make_engine
from server.listening import BACKLOG, listen
from server.middleware import logs
from server.settings import Settings
from tests.benchmarks.crowd import EIGHT, Crowd, Seat, database, gather

NODE_SERVER = Path(__file__).with_name("socketio.mjs")
NODE_MODULES = "OPPITUPA_NODE_SOCKETIO"
"""Where `npm install socket.io` was run, if it was."""

WELCOME: dict[str, Any] = {
    "lesson": "L" * 20, "beat": 15, "roster": None, "board": {"messages": [], "hands": []},
    "you": {"connection": "C" * 20, "person": "P" * 20, "role": "learner", "name": "Person 10.3"},
    "call": {
        "lesson": "L" * 20, "version": 9, "shape": "star", "center": "C" * 20, "capacity": 8,
        "people": [
            {"connection": "C" * 20, "person": "P" * 20, "name": "Person 10.3", "role": "learner"} for _ in range(EIGHT)
        ],
    },
    "video": {"provider": "builtin", "ice": []},
}  # fmt: skip
"""As many bytes as a learner of a full room gets from the house."""


def fact(lesson: str, number: int) -> dict[str, Any]:
    """As many bytes as a raised hand has."""
    at = "2026-03-09T07:00:00.123456Z"
    return {"kind": "HandRaised", "stream": lesson, "number": number, "at": at, "person": "P" * 20}


class Talk(Protocol):
    """What a Socket.IO server is asked to do here."""

    async def enter_room(self, sid: str, room: str) -> None: ...
    async def emit(self, event: str, data: Any, room: str) -> None: ...


async def _cpu(_request: web.Request) -> web.Response:
    return web.json_response(time.process_time())


async def _sign_in(_request: web.Request) -> web.Response:
    answer = web.Response(status=303, headers={"Location": "/"})
    answer.set_cookie("bare", "x" * 43, httponly=True, samesite="Lax")
    return answer


def _house(folder: str, crowd: Crowd) -> web.Application:
    logs.set_up(readable=False, quiet=True)
    settings = replace(Settings(), database=database(folder), demo=True, host="127.0.0.1", url="")
    return house_app.build(
        settings, Clock(crowd.shift), extra=lambda app: app.router.add_get("/cpu", allow("public")(_cpu))
    )


def _plain() -> web.Application:
    app = web.Application()
    app.router.add_get("/cpu", _cpu)
    app.router.add_post("/l/{token}", _sign_in)
    return app


def _socketio(sio: socketio.AsyncServer) -> web.Application:
    """Rooms, an acknowledgement, a message to all in the room: nothing else."""
    app, numbers = _plain(), itertools.count(1)

    async def enter(sid: str, data: dict[str, Any]) -> dict[str, Any]:
        await sio.enter_room(sid, data["lesson"])
        return WELCOME

    async def hand(_sid: str, data: dict[str, Any]) -> dict[str, Any]:
        await sio.emit("facts", [fact(data["lesson"], next(numbers))], room=data["lesson"])
        return {}

    sio.on("connect", lambda *_: True)
    sio.on("disconnect", lambda *_: None)
    sio.on("enter", enter)
    sio.on("hand", hand)
    app.router.add_get("/socket.io/", sio.handle_request)
    return app


def _bare() -> web.Application:
    """The same messages by hand over aiohttp's WebSocket; one string for all in the room."""
    app, numbers = _plain(), itertools.count(1)
    rooms: dict[str, set[web.WebSocketResponse]] = {}

    async def answer(socket: web.WebSocketResponse, text: str) -> str | None:
        id, bracket, rest = text[2:].partition("[")
        event, data = json.loads(bracket + rest)
        room = rooms.setdefault(data["lesson"], set())
        if event == "enter":
            room.add(socket)
            await socket.send_str(f"43{id}" + json.dumps([WELCOME], separators=(",", ":")))
            return str(data["lesson"])
        told = "42" + json.dumps(["facts", [fact(data["lesson"], next(numbers))]], separators=(",", ":"))
        for other in list(room):
            await other.send_str(told)
        await socket.send_str(f"43{id}[{{}}]")
        return None

    async def talk(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        await socket.send_str('0{"sid":"x","upgrades":[],"pingTimeout":20000,"pingInterval":20000}')
        entered = None
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT and message.data.startswith("40"):
                    await socket.send_str('40{"sid":"x"}')
                elif message.type is WSMsgType.TEXT and message.data.startswith("42"):
                    entered = await answer(socket, message.data) or entered
        finally:
            if entered is not None:
                rooms[entered].discard(socket)
        return socket

    app.router.add_get("/socket.io/", talk)
    return app


def _application(kind: str, folder: str, crowd: Crowd) -> web.Application:
    if kind == "house":
        return _house(folder, crowd)
    if kind == "bare aiohttp":
        return _bare()
    stock = kind == "python-socketio as it comes"
    sio = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins=[]) if stock else make_engine()
    return _socketio(sio)


def serve(pipe: Connection, kind: str, rooms: int) -> None:
    """One server in a process of its own, until the pipe closes."""

    async def run(folder: str) -> None:
        crowd = await gather(folder, rooms) if kind == "house" else _strangers(rooms)
        runner = web.AppRunner(_application(kind, folder, crowd), access_log=None)
        await runner.setup()
        listening = listen("127.0.0.1", 0)
        # as it comes means: with aiohttp's own backlog as well
        backlog = 128 if kind == "python-socketio as it comes" else BACKLOG
        await web.SockSite(runner, listening, backlog=backlog).start()
        pipe.send((listening.getsockname()[1], crowd.seats, folder if kind == "house" else ""))
        with suppress(EOFError):
            await asyncio.get_running_loop().run_in_executor(None, pipe.recv)
        await runner.cleanup()

    with tempfile.TemporaryDirectory(prefix="oppitupa-bench-") as folder:
        asyncio.run(run(folder))


def _strangers(rooms: int) -> Crowd:
    seats = [Seat(f"p{room}.{n}", f"lesson{room}", "/l/x", n == 0) for room in range(rooms) for n in range(EIGHT)]
    return Crowd(tuple(seats), Clock().shift)


@dataclass
class Served:
    """A server that was started."""

    port: int
    seats: tuple[Seat, ...]
    folder: str
    stop: Any

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def start(kind: str, rooms: int) -> Served:
    """Start one of the servers."""
    if kind == "Node socket.io":
        return _start_node(rooms)
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, kind, rooms))
    process.start()
    theirs.close()

    def stop() -> None:
        ours.close()
        process.join(20)
        if process.is_alive():
            process.kill()

    return Served(*ours.recv(), stop)


def node_is_here() -> bool:
    """Whether Node's socket.io can be compared: it is no dependency of ours."""
    return bool(shutil.which("node")) and (Path(os.environ.get(NODE_MODULES, "")) / "node_modules/socket.io").is_dir()


def _start_node(rooms: int) -> Served:
    command = ["node", str(NODE_SERVER), os.environ[NODE_MODULES], json.dumps(WELCOME), json.dumps(fact("", 0))]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None

    def stop() -> None:
        process.terminate()
        process.wait(20)

    return Served(int(process.stdout.readline()), _strangers(rooms).seats, "", stop)
