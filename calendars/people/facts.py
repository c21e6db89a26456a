"""What happened to people in the plan, in the past tense: abilities, working time, ways in and out, own lengths."""

from dataclasses import dataclass
from typing import ClassVar

from calendars.facts import Audience, Fact


@dataclass(frozen=True)
class AbilitiesSet(Fact):
    """What somebody can do in a lesson was said anew."""

    audience: ClassVar[Audience] = "person"
    abilities: tuple[str, ...]
    by: str


@dataclass(frozen=True)
class WorkingTimeSet(Fact):
    """When somebody works, or how much she may teach, was said anew."""

    audience: ClassVar[Audience] = "person"
    by: str


@dataclass(frozen=True)
class BusySaid(Fact):
    """Somebody is busy elsewhere for a time."""

    audience: ClassVar[Audience] = "person"
    absence: str
    by: str


@dataclass(frozen=True)
class BusyTakenBack(Fact):
    """Somebody is free then after all."""

    audience: ClassVar[Audience] = "person"
    absence: str
    by: str


@dataclass(frozen=True)
class ProfileSet(Fact):
    """What planning knows of a learner was said anew."""

    audience: ClassVar[Audience] = "person"
    by: str


@dataclass(frozen=True)
class Applied(Fact):
    """Somebody asks for a place in a programme."""

    audience: ClassVar[Audience] = "programme"
    person: str
    by: str


@dataclass(frozen=True)
class PaperSeen(Fact):
    """One line of the checklist at the door was seen, or taken back."""

    audience: ClassVar[Audience] = "programme"
    person: str
    check: str
    seen: bool
    by: str


@dataclass(frozen=True)
class DoorChanged(Fact):
    """What a programme asks of whoever comes was said anew; `criteria` as codes, never their words."""

    audience: ClassVar[Audience] = "programme"
    criteria: tuple[str, ...]
    by: str


@dataclass(frozen=True)
class Admitted(Fact):
    """Somebody was accepted; `missed` are the entry criteria that she did not meet, as codes."""

    audience: ClassVar[Audience] = "programme"
    person: str
    missed: tuple[str, ...]
    by: str


@dataclass(frozen=True)
class EnrolmentChanged(Fact):
    """Somebody waits, pauses, comes back, ends or was declined. `reason` is a code."""

    audience: ClassVar[Audience] = "programme"
    person: str
    status: str
    reason: str
    by: str


@dataclass(frozen=True)
class WishSaid(Fact):
    """Two learners should share a group (`together`), must not (`apart`), or it is all one again (empty)."""

    audience: ClassVar[Audience] = "programme"
    one: str
    other: str
    wish: str
    by: str


@dataclass(frozen=True)
class LengthSet(Fact):
    """A learner's own plan has so many training days; `recognised`: how many units shortened it."""

    audience: ClassVar[Audience] = "programme"
    person: str
    days: int
    recognised: int
    by: str


@dataclass(frozen=True)
class Extended(Fact):
    """The programme got days beyond its end, for those alone who need longer."""

    audience: ClassVar[Audience] = "programme"
    days: int
    by: str


@dataclass(frozen=True)
class WalkedIn(Fact):
    """Somebody without a seat came to a lesson: it expects her from now on."""

    audience: ClassVar[Audience] = "staff"
    person: str
    by: str


@dataclass(frozen=True)
class PeopleBroughtIn(Fact):
    """A file brought so many new people, and so many who were known."""

    audience: ClassVar[Audience] = "programme"
    new: int
    known: int
    by: str
