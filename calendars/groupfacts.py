"""What happened to groups that are only proposed, in the past tense."""

from dataclasses import dataclass
from typing import ClassVar

from calendars.facts import Audience, Fact


@dataclass(frozen=True)
class GroupsProposed(Fact):
    """Groups lie before whoever plans; nobody sits in them yet."""

    audience: ClassVar[Audience] = "programme"
    groups: int
    by: str


@dataclass(frozen=True)
class GroupsArranged(Fact):
    """Somebody was put into another proposed group by hand, or something there was locked or let go."""

    audience: ClassVar[Audience] = "programme"
    about: str
    by: str


@dataclass(frozen=True)
class GroupsLaidAside(Fact):
    """The proposal of the groups is gone; where they were accepted, the groups themselves were told before."""

    audience: ClassVar[Audience] = "programme"
    accepted: bool
    by: str
