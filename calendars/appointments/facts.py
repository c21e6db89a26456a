"""What happened to appointments: ids only, told to each of those whom it concerns, on her own stream."""

from dataclasses import dataclass
from typing import ClassVar

from calendars.facts import Audience, Fact


@dataclass(frozen=True)
class AppointmentMade(Fact):
    """A time with somebody was offered or booked. Told to each of those whom it concerns, on her own stream."""

    audience: ClassVar[Audience] = "person"
    appointment: str
    by: str


@dataclass(frozen=True)
class AppointmentMoved(Fact):
    """Time, place or people of an appointment changed; its id did not."""

    audience: ClassVar[Audience] = "person"
    appointment: str
    by: str


@dataclass(frozen=True)
class AppointmentCancelled(Fact):
    """An appointment was taken out; it stays visible as cancelled. `reason` is a code."""

    audience: ClassVar[Audience] = "person"
    appointment: str
    reason: str
    by: str


@dataclass(frozen=True)
class AppointmentHeld(Fact):
    """It was written down how long an appointment lasted, or that nobody came."""

    audience: ClassVar[Audience] = "person"
    appointment: str
    outcome: str
    by: str


@dataclass(frozen=True)
class SwapAsked(Fact):
    """A learner offers her time to whoever gives another for it."""

    audience: ClassVar[Audience] = "person"
    swap: str
    by: str


@dataclass(frozen=True)
class TutoringWidened(Fact):
    """A learner got more minutes of tutoring than the programme promised; the account holds the reason."""

    audience: ClassVar[Audience] = "person"
    programme: str
    minutes: int
    by: str


@dataclass(frozen=True)
class TutoringLeft(Fact):
    """So many days before a window ends, so many learners have minutes that nobody booked."""

    audience: ClassVar[Audience] = "programme"
    days: int
    until: str
    """The last day of the window: those of shorter and longer plans have their own."""
    learners: int
    minutes: int
