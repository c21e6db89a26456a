"""What a video room is to the house: two verbs, one that may wait and one that may not."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from calendars.rights import LEADS


@dataclass(frozen=True, slots=True)
class Asked:
    """A room that is asked for: one lesson, and when its doors close."""

    lesson: str
    name: str
    starts: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is to come in, under the name that others may see."""

    person: str
    name: str
    role: str
    language: str

    @property
    def leads(self) -> bool:
        """Whether she leads the room: never by accident, and a teacher always."""
        return self.role in LEADS


@dataclass(frozen=True, slots=True)
class Door:
    """The way into a room: our own page with `settings` for it, or another address with a signed link."""

    provider: str
    url: str | None = None
    until: datetime | None = None
    settings: dict[str, Any] = field(default_factory=dict)


class Provider(Protocol):
    """A kind of video room. Whatever goes wrong at the provider becomes Unavailable at this door."""

    @property
    def name(self) -> str:
        """By which a programme chooses it."""

    async def prepare(self, asked: Asked) -> None:
        """Make the room ready ahead of time. May use the network, so never inside a unit of work."""

    def link(self, asked: Asked, guest: Guest, now: datetime) -> Door:
        """The way in for one person, signed here: no network. `now` is the time that the provider's own clock shows."""
