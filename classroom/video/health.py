"""How a video server is, as its callers found it, and when to leave it alone: after some failures in a row it rests.

Nobody waits for a server that is known to be away: a lesson falls to the next room of its chain at once. After the
rest one call goes through; when it is answered all do, else the next rest is twice as long.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

FAILURES = 3
"""In a row, each after its own repetitions."""
FIRST_REST, LONGEST_REST = 10.0, 300.0
"""Seconds; five minutes are what a learner may lose of an outage that is over."""


@dataclass(frozen=True, slots=True)
class Health:
    """What the administrator's page says of one server: how it is and what went wrong last, as a code with facts."""

    state: Literal["well", "resting"] = "well"
    since: datetime | None = None
    """When this state began; none: it was never otherwise."""
    problem: str | None = None
    """What went wrong last, long ago perhaps: `at`."""
    facts: Mapping[str, object] = field(default_factory=dict)
    at: datetime | None = None
    answered: datetime | None = None
    """When it last gave an answer of any kind."""


class Breaker:
    """Counts the failures of one server in this process and says when to call it again. Time and luck are handed in."""

    def __init__(self, now: Callable[[], datetime], luck: Callable[[], float]) -> None:
        self._now = now
        self._luck = luck
        self._failures = 0
        self._rests = 0
        self._until: datetime | None = None
        self._trying = False
        self.health = Health()

    def wait(self) -> float:
        """Seconds to wait before a call; 0: call now. After a rest the first who asks is the one who tries."""
        if self._until is None:
            return 0.0
        rest = (self._until - self._now()).total_seconds()
        if rest <= 0 and not self._trying:
            self._trying = True
            return 0.0
        return max(rest, 1.0)

    def wake(self) -> None:
        """End the rest: somebody has repaired something and looks right now."""
        if self._until is not None:
            self._until, self._trying = self._now(), False

    def answered(self) -> None:
        """It answered, whatever it said: it is there."""
        now = self._now()
        since = now if self.health.state == "resting" else self.health.since
        kept = self.health
        self.health = Health("well", since, kept.problem, kept.facts, kept.at, now)
        self._failures, self._rests, self._until, self._trying = 0, 0, None, False

    def noted(self, problem: str, facts: Mapping[str, object]) -> None:
        """Keep what went wrong, though the server is there."""
        kept = self.health
        self.health = Health(kept.state, kept.since, problem, facts, self._now(), kept.answered)

    def failed(self, problem: str, facts: Mapping[str, object]) -> None:
        """It did not answer, or nothing of use."""
        self.noted(problem, facts)
        self._failures += 1
        if self._trying or (self._until is None and self._failures >= FAILURES):
            self._rest()

    def let_go(self) -> None:
        """Whoever tried has gone without an answer: the next one may try."""
        self._trying = False

    def _rest(self) -> None:
        now = self._now()
        length = min(LONGEST_REST, FIRST_REST * 2**self._rests) * (0.8 + 0.4 * self._luck())
        self._rests = min(self._rests + 1, 10)
        self._until, self._trying = now + timedelta(seconds=length), False
        if self.health.state == "well":
            kept = self.health
            self.health = Health("resting", now, kept.problem, kept.facts, kept.at, kept.answered)
