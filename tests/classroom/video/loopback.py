"""A server of our own on a real socket that behaves as badly as a test wants, byte for byte."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from calendars.clock import Clock
from calendars.reach import LOOPBACK, Reach
from classroom.video.line import PATIENCE, Line, Patience

Act = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""What is done with a connection after its request was heard."""


@dataclass
class Loopback:
    """Where it is and what it heard: the head of each request and the body that its length promised."""

    base: str = ""
    heard: list[bytes] = field(default_factory=list)


@asynccontextmanager
async def loopback(*acts: bytes | Act, tls: ssl.SSLContext | None = None) -> AsyncIterator[Loopback]:
    """Answers one connection after another, each with the next act, and then for ever with the last one."""
    found = Loopback()
    tasks: set[asyncio.Task[None]] = set()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            found.heard.append(head + await reader.readexactly(length[0] if length else 0))
            act = acts[min(len(found.heard), len(acts)) - 1]
            if isinstance(act, bytes):
                writer.write(act)
                await writer.drain()
            else:
                await act(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    server = await asyncio.start_server(hear, "127.0.0.1", 0, ssl=tls)
    host, port = server.sockets[0].getsockname()
    found.base = f"{'https' if tls else 'http'}://{host}:{port}"
    try:
        yield found
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def line_to(base: str, clock: Clock, patience: Patience = PATIENCE) -> AsyncIterator[Line]:
    """A line that waits for nothing between its tries and has no luck in its rests."""

    async def at_once(_seconds: float) -> None:
        """Time is not what these tests are about."""

    line = Line(base, clock, patience, reach=Reach(LOOPBACK), sleep=at_once, luck=lambda: 0.5)
    try:
        yield line
    finally:
        await line.close()


def said(status: str, *headers: str, body: bytes = b"") -> bytes:
    """One whole answer; its length is told unless the headers tell one."""
    told = "".join(f"{one}\r\n" for one in headers)
    length = "" if "ength:" in told or "ncoding:" in told else f"Content-Length: {len(body)}\r\n"
    return f"HTTP/1.1 {status}\r\n{told}{length}Connection: close\r\n\r\n".encode() + body
