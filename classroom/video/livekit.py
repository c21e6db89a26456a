"""LiveKit: an access token for one person and one room, a few calls to its RoomService, and its webhooks in.

What it tells by webhook is camelCase, what it answers snake_case, and both write long numbers as strings.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import urlencode

from calendars.clock import Clock
from calendars.errors import Forbidden, Invalid, Unavailable
from calendars.store import new_id
from classroom.video.line import Answer, Line
from classroom.video.provider import Asked, Call, Door, Finding, Guest, Sighting
from classroom.video.tokens import opened, signed
from classroom.video.trials import walk

LIVES = timedelta(minutes=5)
"""For coming in only: LiveKit itself gives whoever is in a new token before the old one ends."""
SKEW = timedelta(seconds=60)
LEEWAY = 60
"""Seconds by which their clock may differ when they sign, as LiveKit's own receiver allows."""
LONGEST_NAME = 120
AHEAD = timedelta(hours=1)
"""How long before a lesson its room may have been made."""
CALL = timedelta(minutes=1)
"""How long a token of our own calls is good."""
TRIAL = "oppitupa-trial"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROOMS = "/twirp/livekit.RoomService"
EVENTS: Final[Mapping[str, Literal["joined", "left"]]] = {
    "participant_joined": "joined",
    "participant_left": "left",
    "participant_connection_aborted": "left",
}


@dataclass(frozen=True, slots=True)
class LiveKit:
    """A LiveKit server that knows our key and secret."""

    line: Line
    clock: Clock
    key: str
    secret: str = field(repr=False)
    front: str
    """The page that people see, for LiveKit has none: in a LiveKit Meet the one that takes an address and a token."""
    name: str = "livekit"

    async def prepare(self, asked: Asked) -> str:
        """Make the room, or find it made: it waits empty as long as the lesson may last. Raises Unavailable.

        It has no most of people: each token is for one person, and a number that is wrong would keep a teacher out.
        """
        lasts = asked.closes - asked.starts
        waits = {"empty_timeout": _seconds(AHEAD + lasts), "departure_timeout": _seconds(lasts)}
        await self._ask("CreateRoom", {"roomCreate": True}, {"name": asked.lesson, **waits})
        return ""

    async def present(self, lesson: str) -> Mapping[str, datetime | None]:
        """Whose sound and picture go through the room now, since when. Nobody where there is no such room."""
        told = await self._ask("ListParticipants", {"room": lesson, "roomAdmin": True}, {"room": lesson})
        people = told.get("participants", [])
        if not isinstance(people, list) or not all(isinstance(one, dict) for one in people):
            raise Unavailable("video_unreadable", server=self.line.server)
        return {
            one["identity"]: _since(one)
            for one in people
            if one.get("state") == "ACTIVE" and _ours(one) and isinstance(one.get("identity"), str)
        }

    async def end(self, lesson: str) -> bool:
        """Close the room: whoever is in is sent out at once. Raises Unavailable."""
        await self._ask("DeleteRoom", {"roomCreate": True}, {"room": lesson})
        return True

    async def remove(self, lesson: str, person: str) -> None:
        """Send one person out whose right has ended. Nothing where she is not in. Raises Unavailable."""
        may, whom = {"room": lesson, "roomAdmin": True}, {"room": lesson, "identity": person}
        await self._ask("RemoveParticipant", may, whom)

    def link(self, asked: Asked, guest: Guest, now: datetime) -> Door:
        """A token for this room under this name. Raises Unavailable when nothing is set."""
        if not (self.line.base and self.key and self.secret and self.front):
            raise Unavailable("provider_not_set", provider=self.name)
        until = now + LIVES
        name = guest.name[:LONGEST_NAME]
        may = {"room": asked.lesson, "roomJoin": True, **_grants(guest)}
        token = self._signed(now, {"sub": guest.person, "name": name, "video": may}, until)
        where = urlencode({"liveKitUrl": self.line.base.replace("http", "ws", 1), "token": token})
        return Door(self.name, f"{self.front}{'&' if '?' in self.front else '?'}{where}")

    def _signed(self, now: datetime, claims: Mapping[str, Any], until: datetime) -> str:
        times = {"nbf": int((now - SKEW).timestamp()), "exp": int(until.timestamp())}
        return signed({"iss": self.key, **claims, **times}, self.secret)

    async def _ask(self, method: str, may: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
        """One call of the RoomService; each of ours done twice is done once. What is not there is an empty answer."""
        now = self.clock.outside()
        headers = {
            "authorization": f"Bearer {self._signed(now, {'video': may}, now + CALL)}",
            "content-type": "application/json",
        }
        body = json.dumps(fields).encode()
        called = self.line.post(f"{ROOMS}/{method}", body=body, headers=headers, repeatable=True)
        return self._told(await self._judged(called))

    async def _judged(self, called: Awaitable[Answer]) -> Answer:
        """What it answers to a token of ours; where its clock is wrong it takes none, whatever the key."""
        try:
            return await called
        except Unavailable as refused:
            if refused.code == "video_refused":
                self.line.check_clock(SKEW)
            raise

    def _told(self, answer: Answer) -> dict[str, Any]:
        try:
            told = json.loads(answer.body)
        except (ValueError, RecursionError):
            told = None
        if isinstance(told, dict) and answer.status == 200 and "code" not in told:  # by a proxy an error may be a 200
            return told
        if isinstance(told, dict) and told.get("code") == "not_found":
            return {}
        raise Unavailable("video_unreadable", server=self.line.server)

    async def trial(self, now: datetime) -> Sequence[Finding]:
        """Does it answer, does its clock go right, does it take a token of ours, does a room come and go?"""
        return await walk(self.line, lambda: self.line.get("/"), lambda: self._validate(now), self._come_and_go)

    async def _validate(self, now: datetime) -> None:
        """Their own check of a token, without anybody coming in."""
        may = {"room": TRIAL, "roomJoin": True}
        token = self._signed(now, {"sub": TRIAL, "video": may}, now + CALL)
        answer = await self._judged(self.line.get("/rtc/validate", query=urlencode({"access_token": token})))
        if answer.status != 200:
            raise Unavailable("video_unreadable", server=self.line.server)

    async def _come_and_go(self) -> None:
        room = Asked(f"{TRIAL}-{new_id()}", "", EPOCH, EPOCH)
        await self.prepare(room)
        await self.present(room.lesson)
        await self.end(room.lesson)

    def evidence(self, call: Call, now: datetime) -> Sequence[Sighting]:
        """What one webhook says of a person. Its token holds the hash of the body, and is good for minutes."""
        claims = opened(call.headers.get("authorization", ""), self.secret, now, LEEWAY)
        proof = base64.b64encode(hashlib.sha256(call.body).digest()).decode()
        if claims.get("iss") != self.key or not hmac.compare_digest(str(claims.get("sha256")).encode(), proof.encode()):
            raise Forbidden("bad_proof")
        told = call.told()
        event, who = EVENTS.get(_text(told, "event")), told.get("participant")
        if event is None or not isinstance(who, dict) or not _ours(who):
            return []
        lesson, person, at = _text(told.get("room"), "name"), _text(who, "identity"), _instant(told.get("createdAt"))
        return [Sighting(lesson, person, event, at, _text(told, "id"), connection=_text(who, "sid"))]


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())


def _since(who: Mapping[str, Any]) -> datetime | None:
    try:
        return _instant(who.get("joined_at"))
    except Invalid:
        return None


def _grants(guest: Guest) -> dict[str, bool]:
    """What she may do in there. Nobody renames herself: the name is what the programme allows."""
    speaks = guest.speaks
    may = {"canPublish": speaks, "canPublishData": speaks, "canSubscribe": True, "canUpdateOwnMetadata": False}
    return may | ({"roomAdmin": True} if guest.leads else {})


def _ours(who: Mapping[str, Any]) -> bool:
    """Whether this is a person: recorders, telephones and programs are participants, too, of kinds of their own."""
    return bool(who.get("kind", "STANDARD") == "STANDARD")


def _text(told: object, name: str) -> str:
    found = told.get(name) if isinstance(told, dict) else None
    if not isinstance(found, str) or not found:
        raise Invalid("bad_message", field=name)
    return found


def _instant(seconds: object) -> datetime:
    """An int64, which JSON carries as text."""
    try:
        return datetime.fromtimestamp(int(str(seconds)), UTC)
    except (ValueError, OverflowError, OSError):
        raise Invalid("bad_message", field="createdAt") from None
