"""A look into a room of Galene over its websocket: come in, hear who is there, go again.

Galene tells who is in to nobody but those who are in. It queues all who were there before us behind its word that we
have come in, so its answer to a ping that we send after that word stands behind the last of them. All of it is bounded
in time and size, a redirect is not followed, and no exception from here carries the token.
"""

import asyncio
import json
import logging
import re
import secrets
import ssl
from collections.abc import Callable, Mapping
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from calendars.errors import Unavailable
from classroom.video.dial import OutOfReach, dialled
from classroom.video.line import PATIENCE, Line, trust

logging.getLogger("websockets").setLevel(logging.WARNING)  # it writes whole messages, tokens among them

LARGEST: Final = 4_000_000
"""Bytes of one visit: Galene takes a megabyte from each of its clients and hands it on to us."""
MOST: Final = 5_000
"""Messages of one visit."""
STRANGE = re.compile(r"[^\w .,:'-]")
Seen = dict[str, frozenset[str]]
"""The permissions of everybody who is in, by Galene's own id for the connection; ours among them."""


class _Straight(connect):
    """A connection to the address that the house wrote down and to no other."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class Visit:
    """One stay in a room, as somebody whose token carries `op`: what is locked, full or over is open to her alone."""

    def __init__(self, line: Line, socket: ClientConnection) -> None:
        self.own = secrets.token_hex(16)
        self._line = line
        self._socket = socket
        self._left = LARGEST

    async def enter(self, group: str, token: str) -> Seen:
        """Come in and hear who is there. Raises Unavailable where we are kept out."""
        await self._say({"type": "handshake", "version": ["2"], "id": self.own})
        await self._say({"type": "join", "kind": "join", "group": group, "token": token})
        return await self._hear()

    async def send_out(self, connections: list[str]) -> None:
        """Send these out, and wait until Galene has heard it."""
        for one in connections:
            await self._say({"type": "useraction", "kind": "kick", "source": self.own, "dest": one, "value": ""})
        await self._say({"type": "ping"})
        await self._hear()

    async def _say(self, told: Mapping[str, Any]) -> None:
        await self._socket.send(json.dumps(told))

    async def _hear(self) -> Seen:
        """All that comes until our ping is answered."""
        found: Seen = {}
        for _ in range(MOST):
            told = await self._read()
            match told.get("type"), told.get("kind"):
                case "ping", _:
                    await self._say({"type": "pong"})
                case "pong", _:
                    return found
                case "joined", "join":
                    await self._say({"type": "ping"})
                case "joined", "fail" | "redirect":
                    raise self._kept_out(told)
                case "user", "add" | "change":
                    found[str(told.get("id"))] = _permissions(told)
                case "user", "delete":
                    found.pop(str(told.get("id")), None)
        raise Unavailable("video_too_much", server=self._line.server)

    async def _read(self) -> dict[str, Any]:
        raw = await self._socket.recv(decode=False)
        self._left -= len(raw)
        if self._left < 0:
            raise Unavailable("video_too_much", server=self._line.server)
        try:
            told = json.loads(raw)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise Unavailable("video_unreadable", server=self._line.server)
        return told

    def _kept_out(self, told: Mapping[str, Any]) -> Unavailable:
        why = STRANGE.sub("", str(told.get("value", "")))[:60]
        if why == "not authorised":
            return Unavailable("video_refused", server=self._line.server)
        return Unavailable("video_failed", server=self._line.server, key=why)


async def visit(
    line: Line, group: str, token: str, *, out: Callable[[frozenset[str]], bool] | None = None,
    whole: float = PATIENCE.whole,
) -> tuple[str, Seen]:  # fmt: skip
    """Our own connection there and all who are in; whoever has such permissions that `out` says so is sent out.

    All of it in `whole` seconds. Raises Unavailable with the codes of a Line, and `video_failed` with Galene's own
    words where it keeps us out.
    """
    secure: dict[str, Any] = {"ssl": trust()} if line.base.startswith("https") else {}
    code = "video_silent"
    try:
        async with asyncio.timeout(whole), _Straight(
            f"{line.base.replace('http', 'ws', 1)}/ws", compression=None, proxy=None, max_size=LARGEST,
            open_timeout=None, ping_interval=None, close_timeout=1, user_agent_header="Oppitupa",
            sock=await dialled(line.base, line.reach), **secure,
        ) as socket:  # fmt: skip
            here = Visit(line, socket)
            seen = await here.enter(group, token)
            if out is not None:
                await here.send_out([one for one, may in seen.items() if one != here.own and out(may)])
            return here.own, seen
    except TimeoutError:
        pass
    except (WebSocketException, OSError, ValueError) as failure:
        code = _code(failure)
    raise Unavailable(code, server=line.server)  # out here, so that it has no chain: that holds what we said


def _permissions(told: Mapping[str, Any]) -> frozenset[str]:
    said = told.get("permissions")
    return frozenset(one for one in said if isinstance(one, str)) if isinstance(said, list) else frozenset()


def _code(failure: Exception) -> str:
    """What went wrong, in the words of a Line."""
    if isinstance(failure, OutOfReach):
        return failure.code
    if isinstance(failure, ConnectionClosed):
        large = failure.sent is not None and failure.sent.code == 1009
        return "video_too_much" if large else "video_broken"
    if isinstance(failure, InvalidStatus):
        status = failure.response.status_code
        if 300 <= status < 400:
            return "video_redirected"
        return "video_refused" if status in (401, 403) else "video_broken" if status >= 500 else "video_unreadable"
    if isinstance(failure, ssl.SSLCertVerificationError):
        return "video_untrusted"
    return "video_unreachable" if isinstance(failure, OSError) else "video_unreadable"
