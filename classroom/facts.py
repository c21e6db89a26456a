"""What happened in a room, in the past tense. The stream of each is its lesson."""

from dataclasses import dataclass
from typing import ClassVar

from calendars.facts import Audience, Fact


@dataclass(frozen=True)
class Entered(Fact):
    """A connection came in. `late_by`: seconds after the lesson was opened, 0 when it was not yet."""

    audience: ClassVar[Audience] = "staff"
    person: str
    visit: str
    role: str
    late_by: int


@dataclass(frozen=True)
class Dropped(Fact):
    """Nothing is heard of a connection."""

    audience: ClassVar[Audience] = "staff"
    person: str
    visit: str


@dataclass(frozen=True)
class Resumed(Fact):
    """A connection that was silent answers again."""

    audience: ClassVar[Audience] = "staff"
    person: str
    visit: str


@dataclass(frozen=True)
class Left(Fact):
    """A connection said good-bye."""

    audience: ClassVar[Audience] = "staff"
    person: str
    visit: str


@dataclass(frozen=True)
class CouldNotEnter(Fact):
    """Somebody tried to come in, and at this step it failed."""

    audience: ClassVar[Audience] = "staff"
    person: str
    step: str


@dataclass(frozen=True)
class SoundChanged(Fact):
    """A connection's sound was connected, or lost."""

    audience: ClassVar[Audience] = "staff"
    person: str
    visit: str
    on: bool


@dataclass(frozen=True)
class HandRaised(Fact):
    """Somebody wants to speak."""

    audience: ClassVar[Audience] = "lesson"
    person: str


@dataclass(frozen=True)
class HandLowered(Fact):
    """Her hand is down again, by herself or by whoever leads."""

    audience: ClassVar[Audience] = "lesson"
    person: str


@dataclass(frozen=True)
class Said(Fact):
    """A message stands on the board; its words are not in the fact."""

    audience: ClassVar[Audience] = "lesson"
    person: str
    message: str


@dataclass(frozen=True)
class LessonOpened(Fact):
    """The lesson is held from this instant, which may lie a little ahead."""

    audience: ClassVar[Audience] = "lesson"
    by: str
    held_from: str


@dataclass(frozen=True)
class PauseStarted(Fact):
    """A break began: its seconds count for nobody."""

    audience: ClassVar[Audience] = "lesson"
    by: str


@dataclass(frozen=True)
class PauseEnded(Fact):
    """The lesson goes on."""

    audience: ClassVar[Audience] = "lesson"
    by: str


@dataclass(frozen=True)
class LessonClosed(Fact):
    """The lesson is over. `by` is empty when the house closed it after its doors."""

    audience: ClassVar[Audience] = "lesson"
    by: str


@dataclass(frozen=True)
class RegisterProposed(Fact):
    """The register of a lesson was reckoned from its evidence."""

    audience: ClassVar[Audience] = "staff"
    people: int


@dataclass(frozen=True)
class RegisterCorrected(Fact):
    """Somebody added a statement to the evidence; nothing was overwritten.

    `since`: since when she is here by it, where it says that she is; empty for what is past. Of a telephone call that
    is over it says when it began, and `over` when she hung up.
    """

    audience: ClassVar[Audience] = "staff"
    person: str
    how: str
    by: str
    since: str = ""
    over: str = ""
    late_by: int = 0


@dataclass(frozen=True)
class RegisterSigned(Fact):
    """The register was signed, and the lesson closed with it where it was not."""

    audience: ClassVar[Audience] = "staff"
    by: str


@dataclass(frozen=True)
class RegisterReopened(Fact):
    """A signed register was opened again, for this reason."""

    audience: ClassVar[Audience] = "staff"
    by: str
    reason: str


@dataclass(frozen=True)
class SeenInRoom(Fact):
    """What the video providers have told of a person in this lesson has changed; this is all of it.

    `first`: when she first joined. `since`: since when she is in, or empty; then `left` says until when she was.
    """

    audience: ClassVar[Audience] = "staff"
    person: str
    role: str
    provider: str
    first: str
    since: str
    left: str
    late_by: int


@dataclass(frozen=True)
class SaidHere(Fact):
    """Somebody says herself that she is in the lesson, where nothing of ours or theirs sees her. `late_by` as above."""

    audience: ClassVar[Audience] = "staff"
    person: str
    late_by: int


@dataclass(frozen=True)
class RoomMoved(Fact):
    """The lesson goes on in a room of another provider. `why` as in the row; `by` is empty when its server was away."""

    audience: ClassVar[Audience] = "lesson"
    provider: str
    why: str
    by: str
