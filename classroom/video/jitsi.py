"""Jitsi behind the same link: a signed token for one person and one room, minted at the click.

Prosody compares strings and has no leeway: `aud` is one string, the room lower-case ASCII (our ids are), and the
token says at once whether its bearer leads. It lives for minutes because a refused one is logged there in full.
The clock there must be right, therefore: what its plugin told by a wrong one would count for nothing, either, so no
token is signed for it, and the lesson goes on elsewhere until somebody has set it.
A Jitsi that 8x8 runs (JaaS) takes the same link in another form, signed with a private key of ours.

It tells of its people through the plugin event_sync. Nobody can ask it who is in: its list of a room holds addresses
and names, no ids, so there is no `present` here.

A trial goes as far as the login: whether somebody comes in and is heard, only a first lesson shows.
"""

import functools
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import quote

from calendars.errors import Forbidden, Invalid, Unavailable
from classroom.video.line import Line
from classroom.video.prosody import Login
from classroom.video.provider import Asked, Call, Door, Finding, Guest, Sighting, named
from classroom.video.tokens import signed, signed_with_key
from classroom.video.trials import walk

LIVES = timedelta(minutes=5)
LONGEST_NAME = 120  # an address of 16 kB is never answered at all
SKEW = timedelta(seconds=60)  # what a clock of theirs may be off: one behind would refuse a token of this very second
CLOSED = ("recording", "livestreaming", "transcription", "outbound-call")
"""What nobody may start: a class is not recorded, and no call goes out of it."""
TOLD: Final[Mapping[str, str]] = {
    "events/room/created": "",
    "events/room/destroyed": "all_occupants",
    "events/occupant/joined": "occupant",
    "events/occupant/left": "occupant",
}
"""The addresses that event_sync calls, each with the place of the people in its message."""
TRIAL = "oppitupa-trial"
TENANT = re.compile(r"^\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Jitsi:
    """A Jitsi Meet that knows our application id and secret (HS256), or 8x8's with a key of ours (RS256)."""

    url: str
    app_id: str
    secret: str = field(repr=False)
    """What is shared with the server; with a `key_id`, a private RSA key as PEM."""
    domain: str = ""
    """The XMPP domain (`sub`); the host of the address where it is empty."""
    name: str = "jitsi"
    key_id: str = ""
    """Under which 8x8 has the public half of the key (`kid`): only then this is JaaS."""
    line: Line | None = None
    """For `prepare` and a trial: nothing else here goes over the network."""

    async def prepare(self, asked: Asked) -> str:
        """A room is made by whoever comes first; ahead we ask only whether the clock there lets our tokens be good.

        Raises Unavailable where it does not. 8x8 keeps its own clocks right.
        """
        if self.line is not None and not self.key_id:
            with suppress(Unavailable):  # whether it is there, its line knows; an error has a `Date`, too
                await self.line.get("/")
            self.line.check_clock(SKEW)
        return ""

    def link(self, asked: Asked, guest: Guest, now: datetime) -> Door:
        """Their page for this room with this person's token. Raises Unavailable when nothing is set."""
        if not (self.url and self.app_id and self.secret):
            raise Unavailable("provider_not_set", provider=self.name)
        shown = replace(guest, name=guest.name[:LONGEST_NAME])
        token = self._token(asked.lesson, shown, now)
        display = quote(json.dumps(shown.name, ensure_ascii=False), safe="")
        hints = f"#userInfo.displayName={display}&config.startWithVideoMuted=true&config.startWithAudioMuted=true"
        return Door(self.name, f"{self._page}/{room_of(asked.lesson)}?jwt={token}{hints}")

    def _token(self, lesson: str, guest: Guest, now: datetime) -> str:
        times = {"nbf": int((now - SKEW).timestamp()), "exp": int((now + LIVES).timestamp())}
        claims = {"room": room_of(lesson), **times}
        return self._of_jaas(claims, guest) if self.key_id else self._of_prosody(claims, guest)

    @property
    def _page(self) -> str:
        """Under which the rooms are: 8x8's are all below the application's own name."""
        return self.url.rstrip("/") + (f"/{self.app_id}" if self.key_id else "")

    @property
    def _domain(self) -> str:
        return self.domain or self.url.split("//", 1)[-1].split("/", 1)[0].split(":", 1)[0]

    def _of_prosody(self, claims: dict[str, Any], guest: Guest) -> str:
        user = {
            "id": guest.person,
            "name": guest.name,
            "moderator": guest.leads,
            "affiliation": "owner" if guest.leads else "member",
        }
        whose = {"iss": self.app_id, "aud": self.app_id, "sub": self._domain}
        context = {"user": user, "features": dict.fromkeys(CLOSED, False)}
        return signed({**whose, **claims, "context": context}, self.secret)

    def _of_jaas(self, claims: dict[str, Any], guest: Guest) -> str:
        """Their words for yes and no are strings."""
        user = {"id": guest.person, "name": guest.name, "moderator": "true" if guest.leads else "false"}
        whose = {"iss": "chat", "aud": "jitsi", "sub": self.app_id}
        context = {"user": user, "features": dict.fromkeys(CLOSED, "false")}
        return signed_with_key({**whose, **claims, "context": context}, self.secret, self.key_id)

    async def trial(self, now: datetime) -> Sequence[Finding]:
        """Does the page answer, does the clock go right, does prosody let a token of ours log in?

        8x8 takes a token only from a browser that comes in: there the key is read here, and no more is tried.
        """
        line = self.line
        if line is None or not (self.app_id and self.secret):
            return [Finding("address", "provider_not_set", {"provider": self.name})]
        token = functools.partial(self._token, TRIAL, Guest(TRIAL, "Oppitupa", "guest", "en"), now)

        async def refused() -> None:
            token()
            raise Unavailable("video_untried", server=line.server)

        async def known() -> None:
            async with Login(line, self._domain, TRIAL, token()) as login:
                await login.authenticate()

        async def logged_in() -> None:
            async with Login(line, self._domain, TRIAL, token()) as login:
                await login.authenticate()
                await login.bind()

        return await walk(line, lambda: line.get("/"), refused if self.key_id else known, logged_in)

    @property
    def proof(self) -> str:
        """What a server of ours must send with each message, as `Authorization: Bearer …`.

        It follows from the shared secret, so that nobody has to keep a second one; the secret does not follow from it.
        """
        return hmac.new(self.secret.encode(), b"what event_sync and reservations send", hashlib.sha256).hexdigest()

    def check(self, call: Call) -> None:
        """Whether this is our server's: its messages carry no signature, only this. Raises Forbidden `bad_proof`."""
        given = call.headers.get("authorization", "").encode("utf-8", "surrogateescape")
        known = bool(self.secret) and not self.key_id
        if not (known and hmac.compare_digest(given, f"Bearer {self.proof}".encode())):
            raise Forbidden("bad_proof")

    def evidence(self, call: Call, now: datetime) -> Sequence[Sighting]:
        """What event_sync tells. A room that goes tells again of everybody who was in: so what was lost is found.

        With a line that may be resumed, its `left_at` is the end of the waiting: up to a minute late.
        """
        self.check(call)
        if call.path not in TOLD:
            raise Invalid("bad_message", field="path")
        told = call.told()
        if not isinstance(told.get("room_name"), str):
            raise Invalid("bad_message", field="room_name")
        people = told.get(TOLD[call.path])
        return [
            sighting
            for one in (people if isinstance(people, list) else [people])
            if isinstance(one, dict)
            for sighting in _sightings(told, one)
        ]


def room_of(lesson: str) -> str:
    """The room's name: prosody compares it with the claim in lower-case letters of ASCII."""
    return lesson.lower()


def lesson_of(room: str) -> str:
    """Whose room this is, as prosody names it: a tenant's stands in brackets before it."""
    return TENANT.sub("", room)


def reservation(asked: Asked, room: str, owner: str) -> dict[str, Any]:
    """What the plugin `reservations` must be told of a room that may be opened; at its end it is closed there."""
    return {
        "id": asked.lesson,
        "name": room,
        "mail_owner": owner,
        "start_time": asked.starts.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "duration": int((asked.closes - asked.starts).total_seconds()),
    }


def _sightings(told: Mapping[str, Any], one: Mapping[str, Any]) -> Iterator[Sighting]:
    """When she came and, if she did, left. Whoever has no id of ours came without a link of ours and is nobody."""
    person, address = one.get("id"), one.get("occupant_jid")
    if not (isinstance(person, str) and person and isinstance(address, str)):
        return
    lesson = lesson_of(told["room_name"])
    events: tuple[tuple[Literal["joined", "left"], str], ...] = (("joined", "joined_at"), ("left", "left_at"))
    for event, when in events:
        if when in one:
            at = _instant(one[when])
            place = told.get("room_jid"), told.get("breakout_room_id"), address
            key = named(*place, event, int(at.timestamp()))
            yield Sighting(lesson, person, event, at, key, connection=named(*place))


def _instant(second: object) -> datetime:
    if isinstance(second, int | float) and not isinstance(second, bool):
        try:
            return datetime.fromtimestamp(int(second), UTC)
        except (ValueError, OverflowError, OSError):
            pass
    raise Invalid("bad_message", field="at")
