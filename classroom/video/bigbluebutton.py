"""BigBlueButton: a room that is made anew while it stands empty, a link signed at the click, and bbb-webhooks in.

Every call is signed over its query as it goes out. An empty room is forgotten after five minutes and a hook that could
not reach us for five is deleted, so `prepare` makes both again and again: doing it twice is doing it once. A link of
theirs has no end, so ours is minted at the click and handed out for minutes.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from calendars.errors import Forbidden, Invalid, Refused, Unavailable
from calendars.store import new_id
from classroom.video.line import Line
from classroom.video.provider import Asked, Call, Door, Finding, Guest, Sighting, named
from classroom.video.trials import walk
from classroom.video.xmlanswers import GONE, THERE, Said, understood

HASHES: Final = ("sha256", "sha1", "sha512")
"""By which calls are signed, the best first: what balances the load of several servers knows no sha384."""
HOOK_HASHES: Final = {40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}
"""By which hooks are signed, as their server was set up: the length tells."""
LONGEST_TITLE, LONGEST_NAME = 64, 120
OURS: Final = re.compile(r"[a-z2-7]{20}")
"""Ids of ours: a server that many houses share tells of strangers, too, and whoever came otherwise has its own id."""
EVENTS: Final[Mapping[str, Literal["joined", "left"]]] = {"user-joined": "joined", "user-left": "left"}
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
ROOM: Final = {
    "record": "false",
    "autoStartRecording": "false",
    "allowStartStopRecording": "false",
    "muteOnStart": "true",
    "guestPolicy": "ALWAYS_ACCEPT",  # who may come in is decided by our door: a lobby would lock the teacher out
    "lockSettingsDisablePrivateChat": "true",
    "lockSettingsLockOnJoin": "true",
    "meetingExpireIfNoUserJoinedInMinutes": "30",  # newer ones wait longer, so that a call that fails costs nothing
    "meetingExpireWhenLastUserLeftInMinutes": "10",
}
"""How every room is made. What viewers are locked out of holds for learners; whoever leads is a moderator."""
COMFORT: Final = {
    "userdata-bbb_skip_check_audio": "true",  # our own trial of the devices came before
    "userdata-bbb_ask_for_feedback_on_logout": "false",
}


@dataclass(frozen=True, slots=True)
class BigBlueButton:
    """A BigBlueButton, or what stands before several, that shares its secret with us."""

    line: Line
    secret: str = field(repr=False)
    algorithm: str = HASHES[0]
    callback: str = ""
    """Our own address for what this server tells, without a last slash; empty: it is only asked."""
    back: str = ""
    """Our page for whoever leaves the room, with {lesson} in its place."""
    name: str = "bigbluebutton"

    async def prepare(self, asked: Asked) -> str:
        """Make the room and the hook, or find them made. Raises Unavailable when there is no room."""
        run = await self._create(asked.lesson, asked.name)
        if self.callback:
            with suppress(Refused):  # not every server has bbb-webhooks: then it is asked who is in
                await self._hook(asked.lesson)
        return run

    def link(self, asked: Asked, guest: Guest, now: datetime) -> Door:
        """Their page for this room under this name. Raises Unavailable when nothing is set."""
        fields = {
            "fullName": guest.name[:LONGEST_NAME],
            "meetingID": asked.lesson,
            "role": "MODERATOR" if guest.leads else "VIEWER",
            "userID": guest.person,
            "userdata-bbb_override_default_locale": guest.language,
            **COMFORT,
        }
        if asked.run:
            fields["createTime"] = asked.run
        if self.back:
            fields["errorRedirectUrl"] = self.back.replace("{lesson}", asked.lesson)  # a run that is gone: click again
        if not guest.leads and guest.role != "learner":
            fields["excludeFromDashboard"] = "true"
        return Door(self.name, f"{self.line.base}{self._path('join')}?{self._signed('join', fields)}")

    async def present(self, lesson: str) -> Mapping[str, datetime | None]:
        """Who is in by an id of ours; since when, it does not know. Nobody where there is no such room."""
        said = await self._ask("getMeetingInfo", {"meetingID": lesson}, GONE)
        if said.one("returncode") != "SUCCESS" or said.one("hasBeenForciblyEnded") == "true":
            return {}
        return {one: None for one in said.texts.get("attendees/attendee/userID", ()) if OURS.fullmatch(one)}

    async def end(self, lesson: str) -> bool:
        """Close the room: whoever is in is sent out, a little later. Raises Unavailable.

        The hook outlives the room, for it has yet to tell who was sent out: it goes when the room is found gone.
        """
        said = await self._ask("end", {"meetingID": lesson, "password": self._word("moderator", lesson)}, GONE)
        if said.keys & GONE and self.callback:
            with suppress(Refused):
                await self._unhook(await self._hook(lesson))
        return bool(said.keys & GONE)

    async def trial(self, now: datetime) -> Sequence[Finding]:
        """Whether it answers, knows our secret, and makes, shows and ends a room of no lesson."""
        room = f"trial-{new_id()}"

        async def address() -> None:
            understood(await self.line.get(self._path("")), self.line.server)

        async def secret() -> None:
            await self._ask("isMeetingRunning", {"meetingID": room})

        return await walk(self.line, address, secret, lambda: self._round_trip(room))

    def evidence(self, call: Call, now: datetime) -> Sequence[Sighting]:
        """What bbb-webhooks tells of our people; nothing of others, nor when a room ends, which says nobody's name.

        Its instants are those at which bbb-webhooks heard of it. Out of order as they may come, each has its own.
        """
        kind, _, rest = call.path.partition("/")
        if kind == "end":
            lesson, _, proof = rest.partition("/")
            if not _same(proof, self._word("end", lesson)):
                raise Forbidden("bad_proof")
            return []
        self._check(call)
        if kind != "hook":
            raise Invalid("bad_message", field="path")
        return [sighting for event in _events(call.body) for sighting in _sightings(event)]

    def _check(self, call: Call) -> None:
        """Whether the server with our secret sent this to the address that we gave it. Raises Forbidden `bad_proof`."""
        if not self.secret:
            raise Forbidden("bad_proof")
        if _same(call.headers.get("authorization", ""), f"Bearer {self.secret}"):
            return
        try:
            given = parse_qs(urlsplit(call.url).query, max_num_fields=20).get("checksum", [""])[-1]
        except ValueError:  # a hundred fields, or an address that is none
            raise Forbidden("bad_proof") from None
        algorithm = HOOK_HASHES.get(len(given))
        signed = f"{self.callback}/{call.path}".encode() + call.body + self.secret.encode()
        if algorithm is None or not _same(given, hashlib.new(algorithm, signed).hexdigest()):
            raise Forbidden("bad_proof")

    async def _create(self, room: str, title: str) -> str:
        """Make the room, or find it; when this run of it was made, by their clock and as they write it."""
        fields = {"name": _title(title), "meetingID": room, **ROOM}
        fields |= {"attendeePW": self._word("viewer", room), "moderatorPW": self._word("moderator", room)}
        if self.callback:
            fields["meta_endCallbackUrl"] = f"{self.callback}/end/{room}/{self._word('end', room)}"
        if self.back:
            fields["logoutURL"] = self.back.replace("{lesson}", room)
        said = await self._ask("create", fields, THERE)
        if not said.one("createTime"):  # it stands, made with other words
            said = await self._ask("getMeetingInfo", {"meetingID": room}, GONE)
        run = said.one("createTime")
        return run if run.isdecimal() and len(run) < 20 else ""

    async def _hook(self, room: str) -> str:
        """Be told of this room alone, at an address of its own: not of strangers. Returns the hook's id."""
        told = {"callbackURL": f"{self.callback}/hook/{room}", "meetingID": room, "eventID": ",".join(EVENTS)}
        return (await self._ask("hooks/create", told)).one("hookID")

    async def _unhook(self, hook: str) -> None:
        await self._ask("hooks/destroy", {"hookID": hook}, GONE)

    async def _round_trip(self, room: str) -> None:
        try:
            await self._create(room, "Oppitupa")
            await self._ask("getMeetingInfo", {"meetingID": room})
            if self.callback:
                await self._try_hook(room)
        except Refused:
            with suppress(Refused):
                await self._ask("end", {"meetingID": room, "password": self._word("moderator", room)}, GONE)
            raise
        await self._ask("end", {"meetingID": room, "password": self._word("moderator", room)}, GONE)

    async def _try_hook(self, room: str) -> None:
        try:
            await self._unhook(await self._hook(room))
        except Refused:
            raise Unavailable("video_tells_nothing", server=self.line.server) from None

    async def _ask(self, call: str, fields: Mapping[str, str], fine: frozenset[str] = frozenset()) -> Said:
        """One call, by GET, which may be repeated: each of ours done twice is done once."""
        answer = await self.line.get(self._path(call), query=self._signed(call, fields))
        return understood(answer, self.line.server, fine)

    def _signed(self, call: str, fields: Mapping[str, str]) -> str:
        """The query with its checksum. Raises Unavailable when nothing is set."""
        if not (self.line.server and self.secret and self.algorithm in HASHES):
            raise Unavailable("provider_not_set", provider=self.name)
        query = urlencode(fields, errors="replace")
        return f"{query}&checksum={checksum(call, query, self.secret, self.algorithm)}"

    def _path(self, call: str) -> str:
        """What follows the address, whichever of its usual forms somebody wrote down."""
        whole = urlsplit(self.line.base).path
        left_out = "" if whole.endswith("/api") else "/api" if whole else "/bigbluebutton/api"
        return f"{left_out}/{call}" if call else left_out

    def _word(self, use: str, room: str) -> str:
        """A word for one use and one room that nobody guesses; the secret does not follow from it."""
        return hmac.new(self.secret.encode(), f"{use} of {room}".encode(), hashlib.sha256).hexdigest()[:40]


def checksum(call: str, query: str, secret: str, algorithm: str) -> str:
    """The signature of a call over its query exactly as it goes out, in hexadecimal."""
    return hashlib.new(algorithm, f"{call}{query}{secret}".encode()).hexdigest()


def _title(name: str) -> str:
    """Two to sixty-four letters, counted as Java counts them."""
    cut = name.encode("utf-16-le", "replace")[: 2 * LONGEST_TITLE].decode("utf-16-le", "ignore")
    return cut if len(cut.strip()) > 1 else f"{cut} – Oppitupa".strip()


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), known.encode())


def _events(body: bytes) -> list[Any]:
    """The events of one message: a form whose field `event` is a JSON list. Raises Invalid."""
    try:
        told = json.loads(parse_qs(body.decode(), max_num_fields=20)["event"][0])
    except (ValueError, KeyError, RecursionError):
        raise Invalid("bad_message", field="event") from None
    return told if isinstance(told, list) else [told]


def _sightings(event: object) -> Iterator[Sighting]:
    """The sighting in an event that tells of one of our people in one of our lessons."""
    what, when = _in(event, "data", "id"), _in(event, "data", "event", "ts")
    meeting, user = (_in(event, "data", "attributes", part) for part in ("meeting", "user"))
    lesson, person = _in(meeting, "external-meeting-id"), _in(user, "external-user-id")
    if not (isinstance(what, str) and what in EVENTS and _is_ours(lesson) and _is_ours(person)):
        return
    run, connection = _in(meeting, "internal-meeting-id"), _in(user, "internal-user-id")
    if not isinstance(when, int) or not 0 <= when < 10**14:  # until the year 5138
        raise Invalid("bad_message", field="ts")
    at = EPOCH + timedelta(milliseconds=when)
    yield Sighting(lesson, person, EVENTS[what], at, named(run, connection, what, when), named(run, connection))


def _is_ours(told: object) -> bool:
    return isinstance(told, str) and OURS.fullmatch(told) is not None


def _in(told: object, *path: str) -> Any:
    """What stands at this path, if anything does."""
    for part in path:
        told = told.get(part) if isinstance(told, dict) else None
    return told
