"""Socket.IO as we run it: WebSocket only, no compression, one event of a client after the other, everything bounded.

This file leans on inner parts of python-socketio and python-engineio (the table of drivers, the sockets, their queues,
the door where a message comes in); tests/server/test_engine.py fails loudly when an upgrade moves them. Why: deflate
costs 93 KB a connection, polling has an unauthenticated leak, concurrent handlers of one client let its events
overtake each other, and the libraries set no bound to what one client may send, hoard or leave unread.
"""

import asyncio
import re
import time
from contextlib import suppress
from typing import Any

import socketio
import structlog
from aiohttp import web
from engineio.async_drivers.aiohttp import WebSocket

LARGEST = 65536  # bytes of one message; a session description of ten links has about 12,000
QUEUE_MOST = 1000  # packets that a client may lag behind before it is dropped
QUEUE_LARGEST = 1_000_000  # bytes of them
GREET_WITHIN = 10.0  # seconds for a socket to say which namespace it wants
CLOSE_WITHIN = 2.0  # seconds for a dropped client to take its good-bye; then the line is cut
MESSAGES_AT_ONCE, MESSAGES_PER_SECOND = 400, 100  # of any kind; twice what server/members.py lets a person say

MESSAGE = re.compile("4[0-6]")  # close is 1, pong is 3; what comes behind a message's 4 is a Socket.IO packet

log = structlog.get_logger()


class PlainWebSocket(WebSocket):  # type: ignore[misc]
    """The driver's socket without permessage-deflate, for which it has no option."""

    async def __call__(self, environ: dict[str, Any]) -> web.WebSocketResponse:
        self._sock = web.WebSocketResponse(compress=False, max_msg_size=self.server.max_http_buffer_size)
        await self._sock.prepare(environ["aiohttp.request"])
        self.environ = environ
        await self.handler(self)
        return self._sock

    async def wait(self) -> str:
        """The next message. Raises OSError, which ends the socket, for one that no client of ours would send."""
        message = await super().wait()
        if not isinstance(message, str) or not (message in ("1", "3") or MESSAGE.match(message)):
            raise OSError("not an Engine.IO packet")
        return message


class Allowance:
    """A bucket that drips full again: so many at once, so many a second."""

    def __init__(self, at_once: float, per_second: float) -> None:
        self._most, self._per_second = at_once, per_second
        self._left, self._filled = at_once, time.monotonic()

    def spend(self) -> bool:
        """Take one; False when there is none left."""
        now = time.monotonic()
        self._left = min(self._most, self._left + (now - self._filled) * self._per_second) - 1
        self._filled = now
        return self._left >= 0


class Server(socketio.AsyncServer):  # type: ignore[misc]
    """A Socket.IO server that closes whoever sends what cannot be read, or far too much of it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._allowances: dict[str, Allowance] = {}

    async def _handle_eio_connect(self, eio_sid: str, environ: dict[str, Any]) -> None:
        self._allowances[eio_sid] = Allowance(MESSAGES_AT_ONCE, MESSAGES_PER_SECOND)
        await super()._handle_eio_connect(eio_sid, environ)

    async def _handle_eio_disconnect(self, eio_sid: str, reason: str) -> None:
        self._allowances.pop(eio_sid, None)
        await super()._handle_eio_disconnect(eio_sid, reason)

    async def _handle_eio_message(self, eio_sid: str, data: Any) -> None:
        allowance = self._allowances.get(eio_sid)
        if allowance is None:
            return  # it is being closed
        if not allowance.spend():
            await drop(self, eio_sid)
            return
        try:
            if data[:1] in ("5", "6"):  # binary: nothing of ours is, and its attachments would be hoarded without bound
                raise ValueError("binary packet")
            await super()._handle_eio_message(eio_sid, data)
        except Exception as wrong:  # our own handlers answer every error: this one is the message's
            log.warning("malformed_message", why=type(wrong).__name__)
            await drop(self, eio_sid)


def make_engine() -> Server:
    """A Socket.IO server; who may knock is decided at its route, before anything is upgraded."""
    sio = Server(
        async_mode="aiohttp",
        transports=["websocket"],
        async_handlers=False,
        cors_allowed_origins=[],  # the door of server/live.py checks the origin itself, with our own address
        max_http_buffer_size=LARGEST,
        ping_interval=20,
        ping_timeout=20,
        logger=False,
        engineio_logger=False,
    )
    sio.eio._async = {**sio.eio._async, "websocket": PlainWebSocket}
    return sio


class Reaper:
    """Ends sockets that never greet and clients that do not keep up."""

    def __init__(self, sio: socketio.AsyncServer) -> None:
        self._sio = sio
        self._first_seen: dict[str, float] = {}

    async def sweep(self) -> None:
        """Look at every socket once; called each second."""
        sockets = dict(self._sio.eio.sockets)
        now = time.monotonic()
        self._first_seen = {sid: self._first_seen.get(sid, now) for sid in sockets}
        for sid, socket in sockets.items():
            greeted = self._sio.manager.sid_from_eio_sid(sid, "/") is not None
            if (not greeted and now - self._first_seen[sid] > GREET_WITHIN) or lags(socket):
                await drop(self._sio, sid)


def lags(socket: Any) -> bool:
    """Whether a client has left too much of what it was told unread."""
    waiting = list(socket.queue._queue)
    return len(waiting) > QUEUE_MOST or sum(len(one.data or "") for one in waiting if one) > QUEUE_LARGEST


async def drop(sio: socketio.AsyncServer, engine_sid: str) -> None:
    """Close a socket below Socket.IO, so that the client comes back by itself if it may."""
    socket = sio.eio.sockets.get(engine_sid)
    environ = sio.environ.get(engine_sid)
    if socket is None:
        return
    if not socket.closed:
        await socket.close(wait=False, reason=sio.eio.reason.SERVER_DISCONNECT)
        await socket.queue.put(None)  # its writer says good-bye and ends
    if environ is not None:
        request: web.Request = environ["aiohttp.request"]
        asyncio.get_running_loop().call_later(CLOSE_WITHIN, _cut, request)


def _cut(request: web.Request) -> None:
    """Whoever does not take the good-bye is cut off, and what waited for her is let go."""
    with suppress(AttributeError):
        if request.transport is not None:
            request.transport.abort()
