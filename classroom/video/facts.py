"""What happened to the video servers, in the past tense. Their stream is one for the house; no secret stands here."""

from dataclasses import dataclass
from typing import ClassVar

from calendars.facts import Audience, Fact


@dataclass(frozen=True)
class ServerAdded(Fact):
    """The house has one more video server."""

    audience: ClassVar[Audience] = "house"
    server: str
    by: str


@dataclass(frozen=True)
class ServerChanged(Fact):
    """A video server is reached otherwise, or has another name, from now on; nothing of its secrets stands here."""

    audience: ClassVar[Audience] = "house"
    server: str
    by: str


@dataclass(frozen=True)
class ServerRetired(Fact):
    """A video server gives no rooms any more; its name stays for the lessons that were held there."""

    audience: ClassVar[Audience] = "house"
    server: str
    by: str


@dataclass(frozen=True)
class ServerFell(Fact):
    """A video server answers no more; lessons go on in the next room of their chain."""

    audience: ClassVar[Audience] = "house"
    server: str
    problem: str


@dataclass(frozen=True)
class ServerBack(Fact):
    """A video server answers again; lessons that moved stay where they are."""

    audience: ClassVar[Audience] = "house"
    server: str
