"""Galene: a group for each lesson, a token for one person, and an observer who hears who is in.

Everybody in a room sees the username, so it is the name that may be shown and nothing else. Who it is stands among the
permissions of the token: Galene hands them on with every user as they were signed and knows none but its own, so
two learners of one name are two, and no name that somebody types is anybody. Hence no token of ours carries `token`,
with which its bearer could let in others under permissions that she copied.

Groups are made through the administration API, all below one prefix, by a user there who has the permission `admin`.

Galene tells nothing by itself, and `/.stats` knows connections, not people: `present` goes in for a moment, under the
name of the house. Whoever left cleanly is gone at once, whoever fell silent after fifty seconds.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

from calendars.clock import Clock, rfc3339
from calendars.errors import Unavailable
from calendars.store import new_id
from classroom.video.line import Answer, Line
from classroom.video.observer import Seen, visit
from classroom.video.provider import Asked, Door, Finding, Guest
from classroom.video.tokens import signed
from classroom.video.trials import walk

LIVES = timedelta(minutes=5)
"""For coming in only: whoever is in stays when her token ends."""
SKEW = timedelta(seconds=60)
"""What a clock of theirs may be off: Galene itself forgives five seconds."""
CALL = timedelta(minutes=1)
"""How long a token of the observer is good."""
OPENS = timedelta(days=1)
"""Before a lesson: our own doors open far later, by the rules of each programme."""
MOST = 200
"""Connections in one room, far above any class: against a page that comes in again and again. Who leads always may."""
LONGEST_NAME = 120
KEY_BYTES = 32
"""HS256 takes no other length there."""
GROUPS: Final = "/galene-api/v0/.groups/"
JSON, KEYS = "application/json", "application/jwk-set+json"
PERSON: Final = "oppitupa:"
"""What stands before our person's id among the permissions."""
LEADS, SPEAKS = ("op", "present", "message"), ("present", "message")
HOUSE = "Oppitupa"
SLASHES: Final = str.maketrans({"/": "∕", "\\": "＼", ".": "․"})


@dataclass(frozen=True, slots=True)
class Galene:
    """A Galene (0.9 or newer) that has its `writableGroups` on and an administrator for us."""

    line: Line
    clock: Clock
    secret: str = field(repr=False)
    admin: str
    password: str = field(repr=False)
    name: str = "galene"
    prefix: str = "oppitupa"

    @property
    def key(self) -> str:
        """What signs: the secret itself where it is of the right length, else as many letters that are made of it."""
        if len(self.secret.encode()) == KEY_BYTES:
            return self.secret
        return base64.urlsafe_b64encode(hashlib.sha256(self.secret.encode()).digest())[:KEY_BYTES].decode()

    @property
    def jwk(self) -> dict[str, str]:
        """The key as a group has it in its `authKeys`."""
        packed = base64.urlsafe_b64encode(self.key.encode()).rstrip(b"=").decode()
        return {"kty": "oct", "alg": "HS256", "k": packed}

    async def prepare(self, asked: Asked) -> str:
        """Make the group with our key in it, or find it made; a lesson that has moved moves it. Raises Unavailable.

        Nothing is recorded. It neither locks nor empties itself while nobody leads: a teacher whose line fails for
        a minute would lock the learners out, and who may come in is decided by our own door.
        """
        group, bare = self._group(asked.lesson), self._described(asked)
        wanted = bare | {"comment": f"{HOUSE} {hashlib.sha256(self.key.encode()).hexdigest()[:12]}"}
        found, tag = await self._found(group)
        self.line.check_clock(SKEW)  # the administration asks for a password, so it would take us by any clock
        if found != wanted:
            await self._write(group, bare, {"if-match": tag} if tag else {"if-none-match": "*"})
            await self._write(f"{group}/.keys", {"keys": [self.jwk]}, {"content-type": KEYS})
            await self._write(group, wanted, {})  # last, so that one that is marked has its key
        return ""

    def link(self, asked: Asked, guest: Guest, now: datetime) -> Door:
        """The page of the lesson's group with this person's token. Raises Unavailable when nothing is set."""
        may = LEADS if guest.leads else SPEAKS if guest.speaks else ()
        until = now + LIVES
        token = self._token(asked.lesson, _username(guest.name), [*may, PERSON + guest.person], now, until)
        return Door(self.name, f"{self.line.base}/group/{self._group(asked.lesson)}/?token={token}")

    async def present(self, lesson: str) -> Mapping[str, datetime | None]:
        """Who is in by a token of ours; since when, it does not know. Nobody where there is no such room."""
        if not await self._stands(lesson):
            return {}
        _own, seen = await self._visit(lesson)
        return {person: None for may in seen.values() for person in _people(may)}

    async def end(self, lesson: str) -> bool:
        """Send everybody out and take the group away. Raises Unavailable."""
        try:
            if await self._stands(lesson):
                await self._visit(lesson, out=lambda may: True)
        finally:
            await self._call("DELETE", self._group(lesson))
        return True

    async def remove(self, lesson: str, person: str) -> None:
        """Send one person out whose right has ended. Nothing where she is not in. Raises Unavailable."""
        if await self._stands(lesson):
            await self._visit(lesson, out=lambda may: PERSON + person in may)

    async def trial(self, now: datetime) -> Sequence[Finding]:
        """Does it answer, does its clock go right, does it know our administrator, does a room come and go?"""
        room = Asked(f"trial-{new_id()}", HOUSE, now, now + CALL)
        return await walk(self.line, lambda: self.line.get("/"), self._known, lambda: self._come_and_go(room))

    async def _known(self) -> None:
        answer = await self._call("GET", "")
        if answer.status != 200:
            raise self._unreadable()

    async def _come_and_go(self, room: Asked) -> None:
        """A room of no lesson: made, seen with ourselves in it, taken away."""
        try:
            await self.prepare(room)
        except Unavailable as refused:
            if refused.code == "video_refused":  # it knew our administrator a moment ago
                raise Unavailable("video_failed", server=self.line.server, key="writableGroups") from None
            raise
        try:
            own, seen = await self._visit(room.lesson)
            if PERSON + HOUSE not in seen.get(own, ()):
                raise self._unreadable()  # it does not hand on what our tokens say of people
        finally:
            await self._call("DELETE", self._group(room.lesson))

    def _token(self, lesson: str, name: str, may: Sequence[str], now: datetime, until: datetime) -> str:
        whole = urlsplit(self.line.base)
        claims = {
            "sub": name,
            "aud": f"{whole.scheme}://{whole.netloc}/group/{self._group(lesson)}/",  # wherever a proxy has put it
            "permissions": list(may),
            "nbf": int((now - SKEW).timestamp()),
            "exp": int(until.timestamp()),
        }
        return signed(claims, self.key)

    def _group(self, lesson: str) -> str:
        """The address of a lesson's group. Raises Unavailable when nothing is set."""
        if not (self.line.server and self.secret and self.admin and self.password):
            raise Unavailable("provider_not_set", provider=self.name)
        return quote(f"{self.prefix}/{lesson}")

    def _described(self, asked: Asked) -> dict[str, Any]:
        times = {"not-before": rfc3339(asked.starts - OPENS), "expires": rfc3339(asked.closes)}
        return {"displayName": asked.name, **times, "max-clients": MOST}

    async def _stands(self, lesson: str) -> bool:
        """Whether there is such a room; a server that rests is not visited either."""
        answer = await self.line.get(f"/group/{self._group(lesson)}/.status")
        if answer.status not in (200, 404):
            raise self._unreadable()
        return answer.status == 200

    async def _visit(self, lesson: str, out: Callable[[frozenset[str]], bool] | None = None) -> tuple[str, Seen]:
        self.line.check_clock(SKEW)
        now = self.clock.outside()
        token = self._token(lesson, HOUSE, ["op", PERSON + HOUSE], now, now + CALL)
        return await visit(self.line, f"{self.prefix}/{lesson}", token, out=out)

    async def _found(self, group: str) -> tuple[dict[str, Any] | None, str]:
        """What the server has of a group, and the tag of this state; nothing where it has none."""
        answer = await self._call("GET", group)
        if answer.status == 404:
            return None, ""
        try:
            told = json.loads(answer.body)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict) or answer.status != 200:
            raise self._unreadable()
        return told, answer.headers.get("etag", "")

    async def _write(self, path: str, told: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        """Put it there; where somebody else was faster, she wrote the same."""
        answer = await self._call("PUT", path, json.dumps(told).encode(), {"content-type": JSON, **headers})
        if answer.status not in (201, 204, 412):
            raise self._unreadable()

    async def _call(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        pair = base64.b64encode(f"{self.admin}:{self.password}".encode()).decode()
        named = {"authorization": f"Basic {pair}", **(headers or {})}
        return await self.line.call(method, GROUPS + path, headers=named, body=body)

    def _unreadable(self) -> Unavailable:
        return Unavailable("video_unreadable", server=self.line.server)


def _people(may: frozenset[str]) -> list[str]:
    """Whose token these permissions are of: one of ours says one, the observer's own nobody of ours."""
    people = [one.removeprefix(PERSON) for one in may if one.startswith(PERSON)]
    return people if len(people) == 1 and people != [HOUSE] else []


def _username(name: str) -> str:
    """The name as Galene takes it: what would be no clean path it refuses, so that gets letters that look alike."""
    shown = name[:LONGEST_NAME]
    clean = "\\" not in shown and not {"", ".", ".."} & set(shown.split("/"))
    return shown if clean else shown.translate(SLASHES) or "·"
