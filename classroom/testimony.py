"""What was received about a lesson, as plain values: each line of an attendance trace is one testimony.

Seconds are whole epoch seconds. What cannot be true (an end before its beginning) cannot be made: Invalid.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from calendars.clock import Interval
from calendars.errors import Invalid

Kind = Literal["evidenced", "room", "service_gap", "bridged", "corrected"]
State = Literal[
    "present",
    "late",
    "left_early",
    "partly",
    "excused",
    "could_not_enter",
    "absent",
    "not_held",
]
TouchKind = Literal["join", "ack", "event", "leave"]
StatementKind = Literal["teacher", "paper", "phone", "qr", "foreman", "remove"]
ExcuseCode = Literal[
    "own_illness",
    "child_ill",
    "job_interview",
    "public_duty",
    "agreed_leave",
    "other_accepted",
    "unauthorised",
]
Step = Literal["link", "sign_in", "device", "room_full", "too_early", "network"]
SpanEnd = Literal["leave", "lost"]
ProviderEvent = Literal["joined", "left"]

KINDS: tuple[Kind, ...] = get_args(Kind)  # the stronger kind first: a second has the first that fits


@dataclass(frozen=True, slots=True)
class LessonTimes:
    """When the lesson is planned, and when its doors are open."""

    starts: int
    ends: int
    doors_open: int
    doors_close: int

    def __post_init__(self) -> None:
        if not self.doors_open <= self.starts < self.ends <= self.doors_close:
            raise Invalid("bad_doors", field="lesson")

    @property
    def doors(self) -> Interval:
        return Interval(self.doors_open, self.doors_close)


@dataclass(frozen=True, slots=True)
class Rules:
    """The programme's rules of attendance; durations in seconds. The defaults are those of the contract."""

    lease: int = 40
    grace: int = 90
    late_after: int = 300
    present_percent: int = 85
    counts: tuple[Kind, ...] = KINDS

    def __post_init__(self) -> None:
        for name in ("lease", "grace", "late_after", "present_percent"):
            if getattr(self, name) < 0:
                raise Invalid("below_zero", field=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Received:
    received: int
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfLearner(_Received):
    learner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lasting(_Received):
    starts: int
    ends: int

    def __post_init__(self) -> None:
        if self.starts > self.ends:
            raise Invalid("backwards", field="to")

    @property
    def interval(self) -> Interval:
        return Interval(self.starts, self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch(_OfLearner):
    """A message that proves a connection alive at the second it was received."""

    connection: str
    kind: TouchKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Span(_Lasting):
    """One unbroken stay of a connection, as it is stored when it closes."""

    learner: str
    connection: str
    end: SpanEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage(_Lasting):
    """A time that was ours to answer for. Without `connections` it touched everybody."""

    id: str = ""
    connections: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provided(_OfLearner):
    """What a video provider saw."""

    provider: str
    event: ProviderEvent
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(_Lasting):
    """What a human says about where a learner was, and why."""

    learner: str
    kind: StatementKind
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Excuse(_OfLearner):
    """Why she was not there."""

    code: ExcuseCode
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CouldNotEnter(_OfLearner):
    """She tried to come in, and at this step it failed."""

    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(_Lasting):
    """When the lesson was really held; the one received last is true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause(_Lasting):
    """A break of the lesson."""


Line = Touch | Span | Outage | Provided | Statement | Excuse | CouldNotEnter | Held | Pause


@dataclass(frozen=True, slots=True)
class Trace:
    """All the evidence of one lesson. The lines may stand in any order; each id occurs once."""

    lesson: LessonTimes
    rules: Rules
    expected: tuple[str, ...]
    lines: Sequence[Line]

    def of(self, learner: str) -> "Trace":
        """The same for one learner alone: her lines, and those that are about the lesson itself."""
        expected = tuple(one for one in self.expected if one == learner)
        return replace(self, expected=expected, lines=[one for one in self.lines if _is_of(one, learner)])


def _is_of(line: Line, learner: str) -> bool:
    return isinstance(line, Outage | Held | Pause) or line.learner == learner
