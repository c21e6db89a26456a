"""What happened, in the past tense: ids only, and next to each fact who may hear it."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

Audience = Literal["lesson", "staff", "programme", "person", "house"]
"""
lesson: all who are in its room · staff: who may see its roster · programme: who plans it · person: she alone
house: nobody live
"""


@dataclass(frozen=True)
class Fact:
    """Something that happened on one ordered stream (a lesson, a programme or a person)."""

    audience: ClassVar[Audience] = "house"
    stream: str

    def body(self) -> dict[str, Any]:
        """What the trail keeps: plain JSON values, ids and never names."""
        return {name: _plain(value) for name, value in asdict(self).items() if name != "stream"}


@dataclass(frozen=True)
class Told:
    """A fact as the trail holds it: numbered in its stream, at the instant of its work."""

    stream: str
    number: int
    at: datetime
    kind: str
    audience: str
    body: dict[str, Any]

    def message(self) -> dict[str, Any]:
        """What a browser hears."""
        return {"kind": self.kind, "stream": self.stream, "number": self.number, "at": _plain(self.at)} | self.body


def _plain(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


@dataclass(frozen=True)
class ProgrammePlanned(Fact):
    """A programme got its days."""

    audience: ClassVar[Audience] = "programme"
    by: str
    days: int


@dataclass(frozen=True)
class PlaceChanged(Fact):
    """Where the contact days of a programme are held changed."""

    audience: ClassVar[Audience] = "programme"
    place: str
    by: str


@dataclass(frozen=True)
class GroupFormed(Fact):
    """A small group was formed, or got another name."""

    audience: ClassVar[Audience] = "programme"
    group: str
    by: str


@dataclass(frozen=True)
class PersonAdded(Fact):
    """The house got to know somebody; she has no right yet."""

    audience: ClassVar[Audience] = "house"
    person: str
    by: str


@dataclass(frozen=True)
class PersonChanged(Fact):
    """Her name, language or how to reach her changed."""

    audience: ClassVar[Audience] = "person"
    by: str


@dataclass(frozen=True)
class Seated(Fact):
    """A person got a seat in a group."""

    audience: ClassVar[Audience] = "programme"
    person: str
    group: str
    by: str


@dataclass(frozen=True)
class WeekdaysSet(Fact):
    """A learner comes on these weekdays from a day on; `weekdays` as a seat keeps them (weeks.py)."""

    audience: ClassVar[Audience] = "programme"
    person: str
    weekdays: int
    first: str
    by: str


@dataclass(frozen=True)
class Unseated(Fact):
    """A seat ended."""

    audience: ClassVar[Audience] = "programme"
    person: str
    group: str
    reason: str
    by: str


@dataclass(frozen=True)
class SeatsChanged(Fact):
    """Other people than before are expected in a lesson whose list is still open; a new snapshot says who.

    It is told of lessons of the next hours, since their rosters may be before somebody's eyes.
    """

    audience: ClassVar[Audience] = "staff"


@dataclass(frozen=True)
class LessonPlanned(Fact):
    """A lesson stands in the plan."""

    audience: ClassVar[Audience] = "programme"
    lesson: str
    by: str


@dataclass(frozen=True)
class LessonMoved(Fact):
    """Time, place or teachers of a lesson changed; its id did not."""

    audience: ClassVar[Audience] = "programme"
    lesson: str
    by: str


@dataclass(frozen=True)
class LessonCancelled(Fact):
    """A lesson was taken out of the plan; it stays visible as cancelled. `reason` is a code."""

    audience: ClassVar[Audience] = "programme"
    lesson: str
    reason: str
    by: str


@dataclass(frozen=True)
class ChangesProposed(Fact):
    """Changes of the plan lie before whoever plans; nothing has changed yet."""

    audience: ClassVar[Audience] = "programme"
    proposal: str
    lessons: int
    by: str


@dataclass(frozen=True)
class ChangesDropped(Fact):
    """A proposal was laid aside."""

    audience: ClassVar[Audience] = "programme"
    proposal: str
    by: str


@dataclass(frozen=True)
class ChangesPublished(Fact):
    """The plan holds the changes of a proposal; nobody has been told yet."""

    audience: ClassVar[Audience] = "programme"
    proposal: str
    lessons: int
    by: str


@dataclass(frozen=True)
class ChangesUndone(Fact):
    """The plan is again as it stood before a proposal; nobody was told of it."""

    audience: ClassVar[Audience] = "programme"
    proposal: str
    by: str


@dataclass(frozen=True)
class ChangesTold(Fact):
    """From here on those whom the changes touch are told; once for each proposal. `by` is empty after its two minutes.

    Letters hang on this fact and on no other: what was undone is never told.
    """

    audience: ClassVar[Audience] = "programme"
    proposal: str
    by: str


@dataclass(frozen=True)
class SearchAsked(Fact):
    """Somebody asked for a timetable."""

    audience: ClassVar[Audience] = "programme"
    solve: str
    by: str


@dataclass(frozen=True)
class SearchEnded(Fact):
    """A search for a timetable came to an end; `state` says how."""

    audience: ClassVar[Audience] = "programme"
    solve: str
    state: str


@dataclass(frozen=True)
class VisitorInvited(Fact):
    """Somebody from outside may come to a lesson, by a link."""

    audience: ClassVar[Audience] = "staff"
    person: str
    guest: str
    by: str


@dataclass(frozen=True)
class VisitorWithdrawn(Fact):
    """The link of somebody from outside was taken back."""

    audience: ClassVar[Audience] = "staff"
    person: str
    by: str


@dataclass(frozen=True)
class RightsGiven(Fact):
    """A person got a role somewhere."""

    audience: ClassVar[Audience] = "person"
    role: str
    scope: str
    by: str


@dataclass(frozen=True)
class RightsTaken(Fact):
    """A right of hers ended before its time."""

    audience: ClassVar[Audience] = "person"
    role: str
    scope: str
    by: str


@dataclass(frozen=True)
class LinkRenewed(Fact):
    """A personal link got a new generation; the old one opens nothing any more."""

    audience: ClassVar[Audience] = "person"
    by: str


@dataclass(frozen=True)
class FeedRenewed(Fact):
    """A calendar got a new address; the old one shows no day any more."""

    audience: ClassVar[Audience] = "person"
    feed: str
    by: str


@dataclass(frozen=True)
class ProviderChosen(Fact):
    """A programme's rooms come from another provider from now on."""

    audience: ClassVar[Audience] = "programme"
    provider: str
    others: list[str]
    """Who is asked after it, in this order."""
    by: str
    before: list[str] = field(default_factory=list)
    """Who gave them until then: what those still tell of its lessons is evidence."""


@dataclass(frozen=True)
class RoomsChosen(Fact):
    """A new programme takes its rooms from these, in this order, unless it says otherwise."""

    audience: ClassVar[Audience] = "house"
    providers: list[str]
    by: str
    before: str = ""
    """Who gave them until then: what that one still tells of its lessons is evidence."""


@dataclass(frozen=True)
class HouseSet(Fact):
    """Name, logo, telephone number, time zone or languages of the house changed."""

    audience: ClassVar[Audience] = "house"
    by: str


@dataclass(frozen=True)
class ModelBroughtIn(Fact):
    """An organisation got a version of a training model, or offers one again."""

    audience: ClassVar[Audience] = "house"
    model: str
    by: str


@dataclass(frozen=True)
class ModelWithdrawn(Fact):
    """A version of a training model is offered no more; programmes that were planned from it go on."""

    audience: ClassVar[Audience] = "house"
    model: str
    by: str
