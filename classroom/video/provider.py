"""What a video room is to the house: two verbs that every one has, and five that only some can answer.

`prepare` may wait for the network, `link` may not. A room that tells of its people by itself has `evidence`, one that
can be asked has `present`, one that can be closed `end`, one that can send somebody out `remove`, one that can be tried
before the first lesson `trial`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol, runtime_checkable

from calendars.errors import Invalid
from calendars.rights import LEADS, Actor

SILENT: Final = frozenset({"board", "inspector", "officer"})
"""Whoever comes to look on is seen by everybody, and says nothing."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A room that is asked for: one lesson, and when its doors close.

    `run`: what `prepare` said of the room that stands, so that a link leads into that one and no later one.
    """

    lesson: str
    name: str
    starts: datetime
    closes: datetime
    run: str = ""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is to come in, under the name that others may see."""

    person: str
    name: str
    role: str
    language: str

    @classmethod
    def of(cls, actor: Actor, role: str) -> "Guest":
        """Somebody as the house shows her: by her alias, where she has one."""
        return cls(actor.person, actor.name, role, actor.language)

    @property
    def leads(self) -> bool:
        """Whether she leads the room: never by accident, and a teacher always."""
        return self.role in LEADS

    @property
    def speaks(self) -> bool:
        """Whether she may be heard and write to all."""
        return self.role not in SILENT


@dataclass(frozen=True, slots=True)
class Door:
    """The way into a room: our own page with `settings` for it, or another address with a signed link."""

    provider: str
    url: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)


class Provider(Protocol):
    """A kind of video room. Whatever goes wrong at the provider becomes Unavailable at this door."""

    @property
    def name(self) -> str:
        """By which a programme chooses it."""

    async def prepare(self, asked: Asked) -> str:
        """Make the room ready ahead of time; what its links must carry (`Asked.run`), mostly nothing. May use the
        network, so never inside a unit of work."""

    def link(self, asked: Asked, guest: Guest, now: datetime) -> Door:
        """The way in for one person, signed here: no network. `now` is the time outside, by which the clock of a server
        goes, too: `prepare` has refused one whose clock is off."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a provider sent us, byte for byte: nothing in it is believed before its own proof of origin is checked."""

    path: str
    """What follows the server's own part of our address: `events/occupant/joined`; often nothing."""
    url: str
    """The whole address that was called, as it stands on the line: some sign that too."""
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    method: str = "POST"

    def told(self) -> dict[str, Any]:
        """The body as the JSON object that it should be. Raises Invalid `bad_message`."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Invalid("bad_message", field="body")
        return found


@dataclass(frozen=True, slots=True)
class Sighting:
    """One person came into a lesson's room or left it, as a provider tells it: evidence of kind *room*."""

    lesson: str
    person: str
    """Our own id, as the signed link carried it: a name typed by hand is nobody."""
    event: Literal["joined", "left"]
    at: datetime
    """By the provider's clock, UTC."""
    key: str
    """The same however often this is told, another for anything else of this provider."""
    connection: str = ""
    """Her tab or device, by the provider's own id for it: of two that joined, one that left leaves the other in. Empty
    where the provider knows people alone."""


def named(*parts: object) -> str:
    """A short name that is the same for the same parts: for an event or a connection of theirs that has none."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a trial: what was tried, and the code of what went wrong; none where it went well."""

    what: Literal["address", "clock", "secret", "round_trip"]
    problem: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Reporting(Protocol):
    """A provider that tells us by itself who comes and goes."""

    def evidence(self, call: Call, now: datetime) -> Sequence[Sighting]:
        """What a message says. Pure. Raises Forbidden `bad_proof` where it is not theirs, Invalid where it is none."""


@runtime_checkable
class Watched(Protocol):
    """A provider that can be asked who is in: so what was lost on its way to us is found again."""

    async def present(self, lesson: str) -> Mapping[str, datetime | None]:
        """Our people who are in the room now, each with the instant since when, if the provider knows it."""


@runtime_checkable
class Ending(Protocol):
    """A provider whose rooms can be closed: a lesson that is over is over there, too."""

    async def end(self, lesson: str) -> bool:
        """Close the room: whoever is in is sent out. Whether nothing of it is left; if not, end it again a little
        later. Raises Unavailable."""


@runtime_checkable
class Removing(Protocol):
    """A provider that can send one person out."""

    async def remove(self, lesson: str, person: str) -> None:
        """Send out one person whose right has ended. Nothing where she is not in. Raises Unavailable."""


@runtime_checkable
class Tried(Protocol):
    """A provider on a server that may be wrongly set, away, or of another time."""

    async def trial(self, now: datetime) -> Sequence[Finding]:
        """Address, clock, secret and a real round trip, each as far as the one before it allows. Raises nothing."""
