"""The socket that a house listens on, and the life of one process behind it: answer, then leave in good order."""

import asyncio
import contextlib
import errno
import gc
import signal
import socket
import ssl
import time
from collections.abc import Callable
from typing import Final

from aiohttp import web

from server.settings import Unsettled

BACKLOG: Final = 4096  # a whole house that comes back at once; aiohttp's 128 made it 13 times slower
KEEPALIVE: Final = 20.0  # seconds; it bounds slow headers too
AT_ONCE: Final = 16  # connections taken in one go, so that one worker does not take a whole house from the others
RELEASED_WITHIN: Final = 3.0  # seconds that a taken place is tried again
LAST_REQUESTS: Final = 10.0  # seconds that running requests get when the house stops
EVERYWHERE: Final = ("", "0.0.0.0", "::")  # noqa: S104  compared, not bound

Ready = Callable[[], None]


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises Unsettled with a sentence when the place is taken or not ours."""
    if not 0 <= port <= 65535:
        raise Unsettled(f"{port} is no port: a port is a number from 0 to 65535.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as wrong:
        raise Unsettled(f"OPPITUPA_HOST {host} is no address of this machine: {wrong.strerror}.") from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        _bind(listening, address)
        listening.listen(BACKLOG)
    except OSError as wrong:
        listening.close()
        raise Unsettled(f"Nothing can listen on {host} port {port}: {wrong.strerror}.") from None
    return listening


def _bind(listening: socket.socket, address: tuple[object, ...]) -> None:
    """Take the place; a house that was just killed may need a moment to let go of it."""
    end = time.monotonic() + RELEASED_WITHIN
    while True:
        try:
            listening.bind(address)
            return
        except OSError as wrong:
            if wrong.errno != errno.EADDRINUSE or time.monotonic() > end:
                raise
            time.sleep(0.1)


def reached_at(host: str) -> str:
    """Where others reach a house that listens on `host`: for all addresses of the machine, the one it goes out by."""
    if host not in EVERYWHERE:
        return host
    six = host == "::"
    with (
        contextlib.suppress(OSError),  # no network but this machine's own
        socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM) as probe,
    ):
        probe.connect(("2001:db8::1" if six else "192.0.2.1", 9))  # sends nothing: it only asks which would be used
        return str(probe.getsockname()[0])
    return "::1" if six else "127.0.0.1"


def stop_event() -> asyncio.Event:
    """Set by SIGTERM and Ctrl-C; on Windows, which knows no such handlers in its loop, from the signal itself."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    return stop


def settle_memory() -> None:
    """What was loaded stays, and is never looked through again for garbage: once in a process, when it is set up."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)  # the largest single switch for many connections (facts/realtime.md A4)


async def answer(
    app: web.Application, listening: socket.socket, tls: ssl.SSLContext | None, ready: Ready, stop: asyncio.Event
) -> None:
    """Answer on the socket until `stop`; then close the door, drain, and let running requests end."""
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=KEEPALIVE, shutdown_timeout=LAST_REQUESTS)
    await runner.setup()
    settle_memory()
    try:
        await web.SockSite(runner, listening, ssl_context=tls, backlog=AT_ONCE).start()
        listening.listen(BACKLOG)  # asyncio takes one number for both
        ready()
        await stop.wait()
    finally:
        await runner.cleanup()
        with contextlib.suppress(OSError):
            listening.close()
