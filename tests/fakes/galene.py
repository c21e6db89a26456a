"""A Galene that speaks its real protocol over real sockets: tokens judged by PyJWT, groups by its administration API.

What it does follows its sources: a token is judged before doors and numbers are, whoever carries `op` is exempt from
those, a name must be a clean path, what came before somebody is told to her behind her own `joined`, in one piece.
"""

import asyncio
import base64
import json
import posixpath
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import formatdate
from time import time
from typing import Any
from urllib.parse import urlsplit

import jwt
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web
from aiohttp.test_utils import TestServer

from tests.fakes.timely import UNTIMED, timely

LENGTHS = {"HS256": 32, "HS384": 48, "HS512": 64}
FIELDS = {"displayName", "comment", "not-before", "expires", "max-clients", "allow-recording", "autolock", "autokick"}


class Kept(Exception):
    """Why somebody may not come in, in its words."""


@dataclass
class Group:
    """A room as its file says, and whoever is in."""

    described: dict[str, Any]
    keys: list[dict[str, str]] = field(default_factory=list)
    tag: int = 1
    locked: bool = False
    people: dict[str, "Person"] = field(default_factory=dict)


@dataclass
class Person:
    """One connection in a room."""

    name: str
    may: list[str]
    socket: web.WebSocketResponse


@dataclass
class Inside:
    """A browser in a room."""

    people: dict[str, Person]
    own: str
    socket: ClientWebSocketResponse

    async def leave(self) -> None:
        """Close it, and wait until Galene knows."""
        await self.socket.close()
        while self.own in self.people:
            await asyncio.sleep(0)


@dataclass
class FakeGalene:
    """One server with its groups."""

    admin: str = "oppitupa"
    password: str = "the administrator's own"
    writable: bool = True
    skew: float = 0.0
    base: str = ""
    groups: dict[str, Group] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    pongs: int = 0
    """How often somebody answered that she is alive; it asks whoever comes."""
    hands_on: bool = True
    """Whether it tells the others what a token permits."""
    behind_a_wall: bool = False
    """Whether what stands before it lets no websocket through."""
    typed: bool = False
    """Whether its groups let in whoever types a name (`wildcard-user`)."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    """Its clock, for the doors of its groups."""

    # --- what people do there ---------------------------------------------------------------------------------------

    async def enter(self, session: ClientSession, group: str, **join: str) -> "Inside":
        """A browser comes in, with a token or a name typed by hand. Raises Kept."""
        socket, own = await session.ws_connect(f"{self.base}/ws"), secrets.token_hex(8)
        await socket.send_json({"type": "handshake", "version": ["2"], "id": own})
        await socket.send_json({"type": "join", "kind": "join", "group": group, **join})
        while (told := await socket.receive_json())["type"] != "joined":
            pass
        if told["kind"] != "join":
            raise Kept(told["value"])
        return Inside(self.groups[group].people, own, socket)

    # --- who may come in --------------------------------------------------------------------------------------------

    def judged(self, group: str, token: str) -> tuple[str, list[str]]:
        """Name and permissions of a token, as Galene judges it. Raises Kept."""
        keys = [key for key in self.groups[group].keys if key["alg"] == jwt.get_unverified_header(token).get("alg")]
        try:
            claims = self._claims(token, keys)
        except (jwt.PyJWTError, StopIteration):
            raise Kept("not authorised") from None
        named = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        paths = [urlsplit(one).path for one in named]
        whole = f"/group/{group}/"
        below = claims.get("include-subgroups") is True
        fits = any(path == whole or (below and path.endswith("/") and whole.startswith(path)) for path in paths)
        may = claims.get("permissions") or []
        name = claims.get("sub", "")
        clean = name == "" or ("\\" not in name and name != "/" and posixpath.normpath(f"/{name}") == f"/{name}")
        if not fits or not isinstance(may, list) or not clean:
            raise Kept("not authorised")
        return name, may

    def _claims(self, token: str, keys: list[dict[str, str]]) -> dict[str, Any]:
        key = base64.urlsafe_b64decode(next(iter(keys))["k"] + "==")
        algorithm = keys[0]["alg"]
        if len(key) != LENGTHS[algorithm]:
            raise jwt.InvalidKeyError("bad length for key")
        options: Any = {"require": ["exp", "aud"], "verify_aud": False, **UNTIMED}
        claims = dict(jwt.decode(token, key, algorithms=[algorithm], options=options))
        timely(claims, time() + self.skew, leeway=5)
        return claims

    def admitted(self, name: str, token: str) -> tuple[str, list[str]]:
        """The same, with the doors of the group. Raises Kept."""
        group = self.groups.get(name)
        if group is None:
            raise Kept("group does not exist")
        who, may = self.judged(name, token)
        now = self.now()
        if "op" not in may:
            if group.locked:
                raise Kept("this group is locked")
            if datetime.fromisoformat(group.described.get("not-before", "1970-01-01T00:00:00Z")) > now:
                raise Kept("this group is not open yet")
            if datetime.fromisoformat(group.described.get("expires", "9999-01-01T00:00:00Z")) < now:
                raise Kept("this group is closed")
            if 0 < group.described.get("max-clients", 0) <= len(group.people):
                raise Kept("too many users")
        return who, may

    # --- its websocket ----------------------------------------------------------------------------------------------

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """GET /ws"""
        if self.behind_a_wall:
            raise web.HTTPBadRequest
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        hello = await socket.receive_json()
        assert (hello["type"], hello["version"]) == ("handshake", ["2"])
        await socket.send_json({"type": "handshake", "version": ["2"]})
        joined = ""
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                told = json.loads(message.data)
                if told["type"] == "join":
                    joined = await self._join(socket, hello["id"], told)
                await self._heard(socket, joined, told)
        finally:
            await self._leave(joined, hello["id"])
        return socket

    async def _join(self, socket: web.WebSocketResponse, own: str, told: dict[str, Any]) -> str:
        name = told["group"]
        try:
            by_hand = self.typed and "token" not in told
            who, may = (told["username"], ["present", "message"]) if by_hand else self.admitted(name, told["token"])
        except Kept as kept:
            await socket.send_json({"type": "joined", "kind": "fail", "group": name, "value": str(kept)})
            return ""
        await socket.send_json({"type": "ping"})
        people = self.groups[name].people
        others = dict(people)
        people[own] = Person(who, may, socket)
        await socket.send_json({"type": "joined", "kind": "join", "group": name, "permissions": may, "username": who})
        await socket.send_json(self._user("add", own, people[own]))
        for one, person in others.items():
            await socket.send_json(self._user("add", one, person))
            await person.socket.send_json(self._user("add", own, people[own]))
        return str(name)

    def _user(self, kind: str, own: str, person: Person) -> dict[str, Any]:
        may = person.may if self.hands_on else [one for one in person.may if ":" not in one]
        return {"type": "user", "kind": kind, "id": own, "username": person.name, "permissions": may}

    async def _heard(self, socket: web.WebSocketResponse, joined: str, told: dict[str, Any]) -> None:
        people = self.groups[joined].people if joined in self.groups else {}
        if told["type"] == "ping":
            await socket.send_json({"type": "pong"})
        self.pongs += told["type"] == "pong"
        if told["type"] == "useraction" and told["kind"] == "kick":
            me = next(one for one in people.values() if one.socket is socket)
            assert "op" in me.may
            await people[told["dest"]].socket.close()

    async def _leave(self, joined: str, own: str) -> None:
        people = self.groups[joined].people if joined in self.groups else {}
        people.pop(own, None)
        for person in people.values():
            with suppress(ConnectionError):
                await person.socket.send_json({"type": "user", "kind": "delete", "id": own})

    # --- its administration -----------------------------------------------------------------------------------------

    async def status(self, request: web.Request) -> web.Response:
        """GET /group/NAME/.status"""
        name = request.match_info["name"]
        if name not in self.groups:
            return web.Response(status=404)
        return web.json_response({"name": name, "endpoint": "wss://elsewhere.example.org/ws"})

    async def api(self, request: web.Request) -> web.Response:
        """Anything below /galene-api/v0/.groups/"""
        path = request.match_info["path"]
        self.asked.append(f"{request.method} {path}")
        pair = base64.b64encode(f"{self.admin}:{self.password}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {pair}":
            return web.Response(status=401)
        if not path:
            return web.json_response(sorted(self.groups))
        if request.method == "PUT" and not self.writable:
            return web.Response(status=401)
        if path.endswith("/.keys"):
            return await self._keys(request, path.removesuffix("/.keys"))
        return await self._group(request, path)

    async def _keys(self, request: web.Request, name: str) -> web.Response:
        if request.content_type != "application/jwk-set+json":
            return web.Response(status=415)
        if name not in self.groups:
            return web.Response(status=404)
        group = self.groups[name]
        group.keys, group.tag = (await request.json())["keys"], group.tag + 1
        return web.Response(status=204)

    async def _group(self, request: web.Request, name: str) -> web.Response:
        group = self.groups.get(name)
        tag = f'"{group.tag}"' if group else ""
        match, none_match = request.headers.get("If-Match"), request.headers.get("If-None-Match")
        if (match is not None and match != tag) or (none_match is not None and group and none_match in ("*", tag)):
            return web.Response(status=412)
        if request.method == "PUT":
            return await self._put(request, name, group)
        if group is None:
            return web.Response(status=404)
        if request.method == "DELETE":
            del self.groups[name]
            return web.Response(status=204)
        return web.json_response(group.described, headers={"ETag": tag})

    async def _put(self, request: web.Request, name: str, group: Group | None) -> web.Response:
        if request.content_type != "application/json":
            return web.Response(status=415)
        told = await request.json()
        if not told.keys() <= FIELDS:
            return web.Response(status=500)  # keys and users among them: "description is not sanitised"
        if group is None:
            self.groups[name] = Group(told)
            return web.Response(status=201)
        group.described, group.tag = told, group.tag + 1
        return web.Response(status=204)


@asynccontextmanager
async def galene_server(**settings: Any) -> AsyncIterator[FakeGalene]:
    """A server that runs until the end of the block."""
    fake = FakeGalene(**settings)

    async def hello(_request: web.Request) -> web.Response:
        return web.Response(text="Galène")

    async def date(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = formatdate(time() + fake.skew, usegmt=True)

    app = web.Application()
    app.router.add_get("/", hello)
    app.router.add_get("/ws", fake.socket)
    app.router.add_get("/group/{name:.+}/.status", fake.status)
    app.router.add_route("*", "/galene-api/v0/.groups/{path:.*}", fake.api)
    app.on_response_prepare.append(date)
    async with TestServer(app) as server:
        fake.base = str(server.make_url("")).rstrip("/")
        yield fake
        await asyncio.gather(*(one.socket.close() for group in fake.groups.values() for one in group.people.values()))


@asynccontextmanager
async def strange(told: Sequence[str]) -> AsyncIterator[str]:
    """Where a server says all this to whoever comes in, closes at the word `close`, and is silent else."""

    async def socket(request: web.Request) -> web.WebSocketResponse:
        here = web.WebSocketResponse()
        await here.prepare(request)
        with suppress(ConnectionError):
            for one in told:
                await (here.close() if one == "close" else here.send_str(one))
            async for _message in here:
                pass
        return here

    app = web.Application()
    app.router.add_get("/ws", socket)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")
