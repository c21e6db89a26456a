"""What happened when somebody could not come, in the past tense: said, asked, answered, and who is missing."""

from dataclasses import dataclass
from typing import ClassVar

from calendars.facts import Audience, Fact


@dataclass(frozen=True)
class AbsenceReported(Fact):
    """Somebody who leads lessons cannot, for a while; why is not said here."""

    audience: ClassVar[Audience] = "person"
    absence: str
    by: str


@dataclass(frozen=True)
class AbsenceWithdrawn(Fact):
    """She can lead after all."""

    audience: ClassVar[Audience] = "person"
    absence: str
    by: str


@dataclass(frozen=True)
class SubstituteAsked(Fact):
    """Somebody was asked whether she leads lessons instead of another one."""

    audience: ClassVar[Audience] = "programme"
    search: str
    request: str
    person: str
    by: str


@dataclass(frozen=True)
class SubstituteAnswered(Fact):
    """She answered: yes or no; silent when her minutes went by."""

    audience: ClassVar[Audience] = "programme"
    search: str
    request: str
    person: str
    answer: str


@dataclass(frozen=True)
class SubstituteSearchEnded(Fact):
    """The search for a substitute is over: yes, nobody or withdrawn."""

    audience: ClassVar[Audience] = "programme"
    search: str
    outcome: str
    by: str


@dataclass(frozen=True)
class LeadersMissing(Fact):
    """A lesson begins within minutes and has fewer leaders than it needs."""

    audience: ClassVar[Audience] = "programme"
    lesson: str
    missing: int
