"""Socket.IO as we run it: WebSocket only, no compression, one event of a client after the other.

This file leans on inner parts of python-engineio (its table of drivers, its sockets and their queues);
tests/server/test_engine.py fails loudly when an upgrade moves them. Why: deflate costs 93 KB a connection, polling
has an unauthenticated leak, and concurrent handlers of one client let its events overtake each other.
"""

import time
from typing import Any

import socketio
from aiohttp import web
from engineio.async_drivers.aiohttp import WebSocket

LARGEST = 65536  # bytes of one message; a session description of ten links has about 12,000
QUEUE_MOST = 1000  # packets that a client may lag behind before it is dropped
GREET_WITHIN = 10.0  # seconds for a socket to say which namespace it wants


class PlainWebSocket(WebSocket):  # type: ignore[misc]
    """The driver's socket without permessage-deflate, for which it has no option."""

    async def __call__(self, environ: dict[str, Any]) -> web.WebSocketResponse:
        self._sock = web.WebSocketResponse(compress=False, max_msg_size=self.server.max_http_buffer_size)
        await self._sock.prepare(environ["aiohttp.request"])
        self.environ = environ
        await self.handler(self)
        return self._sock


def make_engine() -> socketio.AsyncServer:
    """A Socket.IO server; who may knock is decided at its route, before anything is upgraded."""
    sio = socketio.AsyncServer(
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
            if (not greeted and now - self._first_seen[sid] > GREET_WITHIN) or socket.queue.qsize() > QUEUE_MOST:
                await drop(self._sio, sid)


async def drop(sio: socketio.AsyncServer, engine_sid: str) -> None:
    """Close a socket below Socket.IO, so that the client comes back by itself if it may."""
    socket = sio.eio.sockets.get(engine_sid)
    if socket is not None and not socket.closed:
        await socket.close(wait=False, reason=sio.eio.reason.SERVER_DISCONNECT)
