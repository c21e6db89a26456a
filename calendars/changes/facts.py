"""What happened to the days of a programme."""

from dataclasses import dataclass
from typing import ClassVar

from calendars.facts import Audience, Fact


@dataclass(frozen=True)
class DaysChanged(Fact):
    """Days of a programme changed, or stand again as before; `counts`: how many of each kind there were until then."""

    audience: ClassVar[Audience] = "programme"
    counts: dict[str, int]
    by: str
