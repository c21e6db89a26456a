"""A BigBlueButton with bbb-webhooks that speaks its real protocol over a real socket, with a clock that a test moves.

It checks what is signed by the definition in its manual, answers errors inside a 200, forgets an empty room, retries a
hook byte by byte the same and deletes it after the twelfth time.
"""

import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from itertools import count
from typing import Any, Final
from urllib.parse import parse_qs, quote_plus, urlsplit
from xml.sax.saxutils import escape

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

LENGTHS: Final = {40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}
TRIES: Final = 13  # the first and twelve more
EMPTY, LEFT = 5 * 60, 60
"""Seconds after which a room is forgotten: nobody came; the last one left."""


@dataclass
class Room:
    """A meeting that runs."""

    told: dict[str, str]
    run: str
    since: float
    users: dict[str, dict[str, str]] = field(default_factory=dict)
    used: bool = False
    """Whether anybody ever came."""

    @property
    def made(self) -> str:
        """When this run of it was made, in milliseconds."""
        return self.run.rpartition("-")[2]


@dataclass
class FakeBigBlueButton:
    """One server: its rooms, its hooks, and what it has yet to tell."""

    secret: str = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
    hook_hash: str = "sha1"
    bearer: bool = False
    hooks_run: bool = True
    """Whether bbb-webhooks is installed."""
    skew: float = 0.0
    now: float = 1_795_000_000.0
    wall: Callable[[], float] | None = None
    """What the machine before it says of the time, where that is not `now`."""
    base: str = ""
    rooms: dict[str, Room] = field(default_factory=dict)
    hooks: dict[str, dict[str, str]] = field(default_factory=dict)
    owed: list[tuple[str, str]] = field(default_factory=list)
    """Messages that are not delivered yet: the address of a hook and the body."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    # --- what people do there ---------------------------------------------------------------------------------------

    def join(self, link: str) -> str:
        """Open a link in a browser. Returns the internal id of the one who is in. Raises PermissionError."""
        address = urlsplit(link)
        call, key, told = self._judged("join", address.query)
        room = self.rooms.get(told["meetingID"]) if not key else None
        if room is None or address.path != "/bigbluebutton/api/join":
            raise PermissionError(key or call)
        if told.get("createTime", room.made) != room.made:
            raise PermissionError("mismatchCreateTime")
        user = f"w_{next(self.numbers):012d}"
        room.users[user] = {
            "userID": told.get("userID", user), "fullName": told["fullName"].strip(), "role": told["role"].upper(),
        }  # fmt: skip
        room.used = True
        self._event("user-joined", room, user)
        return user

    def leave(self, lesson: str, user: str) -> None:
        """Close the browser."""
        room = self.rooms[lesson]
        self._event("user-left", room, user)
        del room.users[user]
        room.since = self.now

    def pass_time(self, seconds: float) -> None:
        """Let time go by: rooms in which nobody is are forgotten."""
        self.now += seconds
        for lesson, room in list(self.rooms.items()):
            if not room.users and self.now - room.since >= (LEFT if room.used else EMPTY):
                del self.rooms[lesson]

    # --- what it tells ----------------------------------------------------------------------------------------------

    def _event(self, what: str, room: Room, user: str) -> None:
        who, lesson = room.users[user], room.told["meetingID"]
        self.now += 0.001
        event = {
            "data": {
                "type": "event",
                "id": what,
                "attributes": {
                    "meeting": {"internal-meeting-id": room.run, "external-meeting-id": lesson},
                    "user": {
                        "internal-user-id": user, "external-user-id": who["userID"], "name": who["fullName"],
                        "role": who["role"], "presenter": False, "guest": False, "ip-address": "192.0.2.7",
                    },
                },
                "event": {"ts": round(self.now * 1000)},
            }
        }  # fmt: skip
        told = json.dumps([event], separators=(",", ":"), ensure_ascii=False)
        body = f"domain=bbb.example.org&event={quote_plus(told)}&timestamp={round(self.now * 1000)}"
        for hook in self.hooks.values():
            wanted = hook.get("eventID", what).lower().split(",")
            if hook.get("meetingID", lesson) == lesson and what in wanted:
                self.owed.append((hook["callbackURL"], body))

    async def deliver(self, order: list[int] | None = None) -> list[int]:
        """Send what is owed, in this order; what is not taken is sent again as it was. Returns every status."""
        owed, self.owed = self.owed, []
        statuses: list[int] = []
        async with aiohttp.ClientSession() as session:
            for number in order if order is not None else range(len(owed)):
                address, body = owed[number]
                for _ in range(TRIES):
                    async with session.post(
                        address + self._proof(address, body), data=body.encode(), headers=self._headers()
                    ) as taken:
                        statuses.append(taken.status)
                    if taken.ok or taken.status == 401:
                        break
                else:
                    self.hooks = {key: hook for key, hook in self.hooks.items() if hook["callbackURL"] != address}
        return statuses

    def posts(self) -> list[tuple[str, bytes, dict[str, str]]]:
        """What is owed as it would go out: address, body, headers by lower-case name. It is owed no more."""
        owed, self.owed = self.owed, []
        return [self.signed(address, body) for address, body in owed]

    def signed(self, address: str, body: str) -> tuple[str, bytes, dict[str, str]]:
        """One message to this address as it goes out."""
        headers = {name.lower(): text for name, text in self._headers().items()}
        return address + self._proof(address, body), body.encode(), headers

    def _proof(self, address: str, body: str) -> str:
        proof = hashlib.new(self.hook_hash, f"{address}{body}{self.secret}".encode()).hexdigest()
        return "" if self.bearer else f"{'&' if '?' in address else '?'}checksum={proof}"

    def _headers(self) -> dict[str, str]:
        form = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
        return form | ({"Authorization": f"Bearer {self.secret}"} if self.bearer else {})

    # --- what it answers --------------------------------------------------------------------------------------------

    async def call(self, request: web.Request) -> web.Response:
        """GET /bigbluebutton/api/…"""
        query = request.raw_path.partition("?")[2]
        call, key, told = self._judged(request.match_info["call"], query)
        self.asked.append((call, told))
        answers = {
            "create": self._create, "isMeetingRunning": self._running, "getMeetingInfo": self._info, "end": self._end,
        }  # fmt: skip
        hooks = {"hooks/create": self._hook, "hooks/destroy": self._unhook}
        known = {**answers, **(hooks if self.hooks_run else {})}
        if call not in known:
            return web.Response(status=404, text="<html><head><title>404</title><hr></html>", content_type="text/html")
        return _xml(known[call](told) if not key else _failed(key))

    def _judged(self, call: str, query: str) -> tuple[str, str, dict[str, str]]:
        """The call, the key of what is wrong with it, and its parameters: signed is what stands before the checksum."""
        told = {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
        bare = re.sub(r"&?checksum=[^&]*", "", query)
        algorithm = LENGTHS.get(len(told.get("checksum", "")), "md5")
        proof = hashlib.new(algorithm, f"{call}{bare}{self.secret}".encode()).hexdigest()
        return call, "" if proof == told.pop("checksum", "") else "checksumError", told

    def _create(self, told: dict[str, str]) -> str:
        if not 2 <= len(told.get("name", "")) <= 64:
            return '<returncode>FAILED</returncode><errors><error key="validationError" message="name"/></errors>'
        room = self.rooms.get(told["meetingID"])
        if room is None:
            run = f"{hashlib.sha1(told['meetingID'].encode()).hexdigest()}-{round(self.now * 1000)}"
            room = self.rooms[told["meetingID"]] = Room(told, run, self.now)
            key = "<messageKey/>"
        elif all(room.told.get(name) == told.get(name) for name in ("attendeePW", "moderatorPW")):
            key = "<messageKey>duplicateWarning</messageKey>"
        else:
            return _failed("idNotUnique")
        return f"{_fine()}<internalMeetingID>{room.run}</internalMeetingID><createTime>{room.made}</createTime>{key}"

    def _running(self, told: dict[str, str]) -> str:
        room = self.rooms.get(told["meetingID"])
        return f"{_fine()}<running>{'true' if room and room.users else 'false'}</running>"

    def _info(self, told: dict[str, str]) -> str:
        room = self.rooms.get(told["meetingID"])
        if room is None:
            return _failed("notFound")
        people = "".join(
            "<attendee>" + "".join(f"<{name}>{escape(text)}</{name}>" for name, text in user.items()) + "</attendee>"
            for user in room.users.values()
        )
        name = f"<meetingName><![CDATA[{room.told['name']}]]></meetingName>"
        name += f"<createTime>{room.made}</createTime>"
        return f"{_fine()}{name}<hasBeenForciblyEnded>false</hasBeenForciblyEnded><attendees>{people}</attendees>"

    def _end(self, told: dict[str, str]) -> str:
        """Whoever was in is told of, too, by bbb-webhooks itself."""
        room = self.rooms.pop(told["meetingID"], None)
        if room is None:
            return _failed("notFound")
        for user in list(room.users):
            self._event("user-left", room, user)
        return f"{_fine()}<messageKey>sentEndMeetingRequest</messageKey>"

    def _hook(self, told: dict[str, str]) -> str:
        for number, hook in self.hooks.items():
            if hook["callbackURL"] == told["callbackURL"]:
                return f"{_fine()}<hookID>{number}</hookID><messageKey>duplicateWarning</messageKey>"
        number = str(next(self.numbers))
        self.hooks[number] = told
        return f"{_fine()}<hookID>{number}</hookID><permanentHook>false</permanentHook><rawData>false</rawData>"

    def _unhook(self, told: dict[str, str]) -> str:
        found = self.hooks.pop(told["hookID"], None)
        return f"{_fine()}<removed>true</removed>" if found else _failed("destroyMissingHook")


def _fine() -> str:
    return "<returncode>SUCCESS</returncode>"


def _failed(key: str) -> str:
    return f"<returncode>FAILED</returncode><messageKey>{key}</messageKey><message>Sorry.</message>"


def _xml(inside: str) -> web.Response:
    return web.Response(text=f"<response>{inside}</response>", content_type="text/xml")


@asynccontextmanager
async def bigbluebutton_server(**settings: Any) -> AsyncIterator[FakeBigBlueButton]:
    """A server that runs until the end of the block."""
    fake = FakeBigBlueButton(**settings)

    async def version(_request: web.Request) -> web.Response:
        return _xml(f"{_fine()}<version>2.0</version><apiVersion>2.0</apiVersion>")

    async def date(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = formatdate((fake.wall() if fake.wall else fake.now) + fake.skew, usegmt=True)

    app = web.Application()
    app.router.add_get("/bigbluebutton/api", version)
    app.router.add_get("/bigbluebutton/api/{call:.+}", fake.call)
    app.on_response_prepare.append(date)
    async with TestServer(app) as server:
        fake.base = str(server.make_url("")).rstrip("/")
        yield fake
