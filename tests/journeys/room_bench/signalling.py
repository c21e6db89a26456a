"""The smallest server that speaks the call's part of the socket protocol, for the bench alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import socketio
from aiohttp import web

from classroom.video.shape import Peer, Shape, one_each, shape

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent


@dataclass
class Room:
    """Who is in one lesson, and what was told of it; `letters` counts the signals that were passed on."""

    peers: dict[str, Peer] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    sids: dict[str, str] = field(default_factory=dict)
    shape: Shape | None = None
    version: int = 0
    letters: int = 0
    sound: dict[str, bool] = field(default_factory=dict)

    def state(self, lesson: str) -> dict[str, Any]:
        """Decide the shape anew and give the whole state."""
        self.shape = shape(list(self.peers.values()), self.shape)
        self.version += 1
        people = [
            {
                "connection": each.connection,
                "person": each.person,
                "name": self.names[each.connection],
                "role": each.role,
            }
            for each in one_each(list(self.peers.values()))
        ]
        return {
            "lesson": lesson,
            "version": self.version,
            "shape": self.shape.kind,
            "center": self.shape.center,
            "people": people,
        }


class Bench:
    """The rooms of one run; `deaf` are pairs of people whose letters get lost."""

    def __init__(self) -> None:
        self.rooms: dict[str, Room] = {}
        self.url = ""
        self.deaf: set[frozenset[str]] = set()
        self.io = socketio.AsyncServer(async_mode="aiohttp", async_handlers=False, ping_interval=2, ping_timeout=3)
        for name in ("enter", "leave", "signal", "sound", "line"):
            self.io.on(name, getattr(self, name))
        self.io.on("disconnect", self.disconnect)

    async def enter(self, sid: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Let anybody in who says who she is: this is a bench."""
        lesson, person = asked["lesson"], asked["person"]
        connection = asked["connection"]
        room = self.rooms.setdefault(lesson, Room())
        room.peers[connection] = Peer(connection, person, asked["role"], datetime.now(UTC))
        room.names[connection] = asked["name"]
        room.sids[connection] = sid
        await self.io.save_session(sid, {"lesson": lesson, "connection": connection})
        await self.io.enter_room(sid, lesson)
        state = room.state(lesson)
        await self.io.emit("call", state, room=lesson, skip_sid=sid)
        you = {"connection": connection, "person": person, "role": asked["role"], "name": asked["name"]}
        return {"lesson": lesson, "you": you, "call": state, "video": {"provider": "builtin", "ice_servers": []}}

    async def leave(self, sid: str, asked: dict[str, Any] | None = None) -> dict[str, Any]:
        """Take her out, whether she said so or her line fell."""
        session = await self.io.get_session(sid)
        room = self.rooms.get(session.get("lesson", ""))
        if room and room.peers.pop(session["connection"], None):
            await self.io.leave_room(sid, session["lesson"])
            await self.io.emit("call", room.state(session["lesson"]), room=session["lesson"])
        return {}

    async def disconnect(self, sid: str, *reason: Any) -> None:
        """A fallen socket is a leave."""
        await self.leave(sid)

    async def signal(self, sid: str, letter: dict[str, Any]) -> dict[str, Any]:
        """Pass a letter on inside one call; who sent it is the server's word."""
        session = await self.io.get_session(sid)
        if "lesson" not in session:
            return {}
        room = self.rooms[session["lesson"]]
        pair = frozenset(
            room.peers[each].person for each in (session["connection"], letter["to"]) if each in room.peers
        )
        if letter["to"] in room.peers and pair not in self.deaf:
            room.letters += 1
            passed = {"lesson": session["lesson"], "from": session["connection"], "data": letter["data"]}
            await self.io.emit("signal", passed, to=room.sids[letter["to"]])
        return {}

    async def sound(self, sid: str, told: dict[str, Any]) -> dict[str, Any]:
        """Remember whose sound is up."""
        session = await self.io.get_session(sid)
        if "lesson" in session:
            self.rooms[session["lesson"]].sound[session["connection"]] = told["on"]
        return {}

    async def line(self, sid: str, told: dict[str, Any]) -> dict[str, Any]:
        """The bench does not ask for more than eight."""
        return {}


@asynccontextmanager
async def bench(host: str = "127.0.0.1") -> AsyncIterator[Bench]:
    """Serve the page, the engine's own files and the sockets on a free port."""
    made = Bench()
    app = web.Application()
    made.io.attach(app)
    app.router.add_static("/static/room", ROOT / "static" / "room")
    app.router.add_static("/static/worklets", ROOT / "static" / "worklets")
    app.router.add_static("/client", ROOT / "node_modules" / "socket.io-client" / "dist")
    app.router.add_static("/bench", HERE)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, host, 0)
    await site.start()
    made.url = f"http://{host}:{runner.addresses[0][1]}/bench/page.html"
    try:
        yield made
    finally:
        await runner.cleanup()
