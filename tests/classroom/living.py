"""Plays random histories of a lesson through the product's own acts, and writes down the raw lines beside them.

What the product stores (one row a stay) and what it was told (each join, beat and leave) must give the same seconds.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from calendars.errors import Refused
from calendars.store import new_id
from classroom import epochs, visits
from classroom.visits import Connection, Stay
from tests.calendars.planned import Planned


@dataclass
class Socket:
    """One connection as the worker remembers it."""

    person: str
    connection: Connection
    stay: Stay
    heard: datetime
    silent: bool = False


@dataclass
class Living:
    """A lesson that is being lived."""

    house: Planned
    lesson: str
    epoch: str = ""
    sockets: list[Socket] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    alive: datetime | None = None

    async def start(self) -> None:
        """A worker begins its life; what a dead one left is closed, and the outage is ours."""
        async with self.house.store.work() as work:
            self.epoch = await epochs.begin(work)
        async with self.house.store.work() as work:
            await epochs.bury(work, await epochs.signs(work, self.epoch))

    async def enter(self, name: str) -> None:
        actor = await self.house.actor(name)
        connection = Connection(new_id(), self.epoch)
        try:
            async with self.house.store.work() as work:
                stay = await visits.enter(work, actor, self.lesson, connection)
        except Refused:
            return
        self.sockets.append(Socket(actor.person, connection, stay, self.house.clock.at))
        self._line(self.sockets[-1], "join")

    async def beat(self, socket: Socket, *, saved: bool = True) -> None:
        """What server/beats.py does with an acknowledgement."""
        at = self.house.clock.at
        async with self.house.store.work() as work:
            if int(at.timestamp()) - int(socket.heard.timestamp()) > socket.stay.lease:
                socket.stay = await visits.awoke(work, socket.stay, socket.connection, at)
                socket.silent = False
            elif socket.silent:
                await visits.resumed(work, socket.stay.visit, at)
                socket.silent = False
            elif saved:
                await visits.record(work, [(socket.stay.visit, at)])
            await epochs.alive(work, self.epoch)
        self.alive = at
        if saved or socket.heard == at:
            self._line(socket, "ack")
        socket.heard = at

    async def hush(self, socket: Socket) -> None:
        async with self.house.store.work() as work:
            await visits.silent(work, [socket.stay.visit])
        socket.silent = True

    async def leave(self, socket: Socket) -> None:
        async with self.house.store.work() as work:
            await visits.leave(work, socket.stay, socket.heard)
        self._line(socket, "leave")
        self.sockets.remove(socket)

    async def lose(self, socket: Socket) -> None:
        async with self.house.store.work() as work:
            await visits.lost(work, socket.connection.id, {socket.stay.visit: socket.heard})
        self.sockets.remove(socket)

    async def kill(self, seconds: int) -> None:
        """kill -9, and a new worker some seconds later. The sign of life is at most a second old."""
        async with self.house.store.work() as work:
            await epochs.alive(work, self.epoch)
        died, gone = self.house.clock.at, self.sockets
        self.sockets = []
        self.house.clock.at += timedelta(seconds=seconds)
        await self.start()
        names = sorted({one.connection.id for one in gone if not one.silent})
        if names:
            line = {"kind": "outage", "from": _text(died), "to": _text(self.house.clock.at), "connections": names}
            self.lines.append({"received": _text(self.house.clock.at)} | line)

    def _line(self, socket: Socket, kind: str) -> None:
        line = {"learner": socket.person, "connection": socket.connection.id, "kind": kind, "id": new_id()}
        self.lines.append({"received": _text(self.house.clock.at)} | line)


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
