"""A LiveKit that speaks its real protocol over a real socket: tokens judged and webhooks made by the official SDK.

What it answers and tells are LiveKit's own messages, written as its server writes them: answers in snake_case with all
their fields, webhooks in camelCase without the empty ones, long numbers as strings in both.
"""

import base64
import hashlib
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import formatdate
from time import time
from typing import Any

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from google.protobuf.json_format import MessageToDict, MessageToJson, Parse
from google.protobuf.message import Message
from jwt import PyJWTError
from livekit.api import AccessToken, TokenVerifier, VideoGrants
from livekit.protocol import models, room, webhook

from classroom.video.provider import Call
from tests.fakes.timely import timely

Participant = models.ParticipantInfo


@dataclass
class FakeLiveKit:
    """One server with its rooms and whoever is in them."""

    key: str = "APIoppitupa"
    secret: str = "a secret of at least thirty-two letters"
    base: str = ""
    skew: float = 0.0
    """Seconds by which its clock is ahead, in what it says of the time and in what it takes."""
    rooms: dict[str, models.Room] = field(default_factory=dict)
    people: dict[str, dict[str, models.ParticipantInfo]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    # --- what people do there ---------------------------------------------------------------------------------------

    def join(self, token: str, at: int) -> list[bytes]:
        """Come in with a token; a connection of the same person before this one ends. The webhooks that it makes."""
        claims = TokenVerifier(self.key, self.secret).verify(token)
        assert claims.video is not None
        assert claims.video.room_join
        told = self.leave(claims.video.room, claims.identity, at, models.DUPLICATE_IDENTITY)
        who = Participant(
            sid=f"PA_{next(self.numbers)}", identity=claims.identity, name=claims.name, state=Participant.ACTIVE,
            joined_at=at, permission=models.ParticipantPermission(can_publish=claims.video.can_publish),
        )  # fmt: skip
        self.people.setdefault(claims.video.room, {})[claims.identity] = who
        return [*told, self.event("participant_joined", claims.video.room, at, participant=who)]

    def leave(self, name: str, identity: str, at: int, reason: int = models.CLIENT_INITIATED) -> list[bytes]:
        """Go out again, for this reason."""
        who = self.people.get(name, {}).pop(identity, None)
        if who is None:
            return []
        who.state, who.disconnect_reason = Participant.DISCONNECTED, reason  # type: ignore[assignment]
        return [self.event("participant_left", name, at, participant=who)]

    def event(self, what: str, name: str, at: int, **more: Any) -> bytes:
        """The body of one webhook."""
        told = webhook.WebhookEvent(
            event=what, id=f"EV_{next(self.numbers)}", created_at=at, room=models.Room(sid="RM_1", name=name), **more
        )
        return MessageToJson(told, indent=None).encode()

    def call(self, body: bytes, lives: timedelta = timedelta(minutes=5), **said: str) -> Call:
        """The same as it comes to us, signed; `said`: another key or secret."""
        token = AccessToken(said.get("key", self.key), said.get("secret", self.secret)).with_ttl(lives)
        proof = base64.b64encode(hashlib.sha256(body).digest()).decode()
        headers = {"content-type": "application/webhook+json", "authorization": token.with_sha256(proof).to_jwt()}
        return Call("", "https://oppitupa.example.org/hooks/lk", headers, body)

    # --- what it answers --------------------------------------------------------------------------------------------

    def _may(self, token: str, allowed: Callable[[VideoGrants], object]) -> bool:
        try:
            video = TokenVerifier(self.key, self.secret).verify(token).video
            timely(jwt.decode(token, options={"verify_signature": False}), time() + self.skew, leeway=60)
        except PyJWTError:
            return False
        return bool(video and allowed(video))

    async def validate(self, request: web.Request) -> web.Response:
        """GET /rtc/validate"""
        token = request.query.get("access_token", "")
        good = self._may(token, lambda video: video.room_join and video.room)
        return web.Response(status=200, text="success") if good else web.Response(status=401, text="invalid token")

    async def service(self, request: web.Request) -> web.Response:
        """POST /twirp/livekit.RoomService/…"""
        method = request.match_info["method"]
        if method not in self._methods or request.content_type != "application/json":
            return web.json_response({"code": "bad_route", "msg": "no handler"}, status=404)
        wanted, act = self._methods[method]
        told = Parse(await request.text(), wanted())
        self.asked.append(method)
        named = getattr(told, "room", "") or getattr(told, "name", "")
        if method in ("CreateRoom", "DeleteRoom"):
            allowed = self._may(self._bearer(request), lambda video: video.room_create)
        else:
            allowed = self._may(self._bearer(request), lambda video: video.room_admin and video.room == named)
        if not allowed:
            return web.json_response({"code": "unauthenticated", "msg": "permissions denied"}, status=401)
        answer = act(told)
        if answer is None:
            return web.json_response({"code": "not_found", "msg": "participant does not exist"}, status=404)
        whole = {"preserving_proto_field_name": True, "always_print_fields_with_no_presence": True}
        return web.json_response(MessageToDict(answer, **whole))  # type: ignore[arg-type]

    @staticmethod
    def _bearer(request: web.Request) -> str:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        return token if kind == "Bearer" else ""

    @property
    def _methods(self) -> dict[str, tuple[type[Message], Callable[[Any], Message | None]]]:
        return {
            "CreateRoom": (room.CreateRoomRequest, self._create),
            "ListParticipants": (room.ListParticipantsRequest, self._list),
            "DeleteRoom": (room.DeleteRoomRequest, self._delete),
            "RemoveParticipant": (room.RoomParticipantIdentity, self._remove),
        }

    def _create(self, told: room.CreateRoomRequest) -> Message:
        waits = {"empty_timeout": told.empty_timeout or 300, "departure_timeout": told.departure_timeout or 20}
        made = models.Room(name=told.name, sid=f"RM_{next(self.numbers)}", creation_time=int(time()), **waits)
        return self.rooms.setdefault(told.name, made)

    def _list(self, told: room.ListParticipantsRequest) -> Message:
        return room.ListParticipantsResponse(participants=self.people.get(told.room, {}).values())

    def _delete(self, told: room.DeleteRoomRequest) -> Message | None:
        self.people.pop(told.room, None)
        return room.DeleteRoomResponse() if self.rooms.pop(told.room, None) else None

    def _remove(self, told: room.RoomParticipantIdentity) -> Message | None:
        gone = self.people.get(told.room, {}).pop(told.identity, None)
        return room.RemoveParticipantResponse() if gone else None


@asynccontextmanager
async def livekit_server(**settings: Any) -> AsyncIterator[FakeLiveKit]:
    """A server that runs until the end of the block."""
    fake = FakeLiveKit(**settings)

    async def hello(_request: web.Request) -> web.Response:
        return web.Response(text="OK")

    async def date(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = formatdate(time() + fake.skew, usegmt=True)

    app = web.Application()
    app.router.add_get("/", hello)
    app.router.add_get("/rtc/validate", fake.validate)
    app.router.add_post("/twirp/livekit.RoomService/{method}", fake.service)
    app.on_response_prepare.append(date)
    async with TestServer(app) as server:
        fake.base = str(server.make_url("")).rstrip("/")
        yield fake
