"""What happened at the door, for the audit trail: who signed in how, and who let whom in."""

from dataclasses import dataclass
from typing import ClassVar

from calendars.facts import Audience, Fact


@dataclass(frozen=True)
class SignedIn(Fact):
    """Somebody signed in on a device, by these means."""

    audience: ClassVar[Audience] = "house"
    sign_in: str
    means: str


@dataclass(frozen=True)
class SignedOut(Fact):
    """A sign-in ended before its time: by herself, or by somebody who revoked the device."""

    audience: ClassVar[Audience] = "person"
    sign_in: str
    by: str


@dataclass(frozen=True)
class CodeReadOut(Fact):
    """Six digits were made for a learner who lost her link."""

    audience: ClassVar[Audience] = "house"
    by: str


@dataclass(frozen=True)
class StaffInvited(Fact):
    """A member of staff got a link to enrol or recover with."""

    audience: ClassVar[Audience] = "house"
    by: str


@dataclass(frozen=True)
class StaffEnrolled(Fact):
    """A member of staff set her passkey or password; what she had before opens nothing any more."""

    audience: ClassVar[Audience] = "house"
    means: str
