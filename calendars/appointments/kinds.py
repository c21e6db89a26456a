"""The kinds of appointments: which are private, which take from the tutoring quota, of which everybody has one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from calendars.tables import PRIVATE

WAYS: Final = ("online", "phone", "on_site")
REASONS: Final = ("ill", "working", "other_time", "staff_away", "not_needed", "other")
"""Why an appointment was cancelled, as codes: the trail holds no sentences about people."""
LONGEST: Final = timedelta(hours=12)
ENTERED_WITHIN: Final = timedelta(days=7)
"""So long after its end the held minutes of an appointment may be entered without a reason."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What is particular about a kind of appointment."""

    single: bool = True
    """Each learner has one such time ahead at most: who takes another gives the first away."""
    private: bool = False
    """A support service: whoever has no part in it sees only that the time is taken."""
    quota: bool = False
    """Its minutes come out of the tutoring quota."""
    group: bool = False
    """A whole group goes together."""
    outside: bool = False
    """A company agreed to its time, whom nobody of the house asks again by moving it."""

    @property
    def goes_with_its_day(self) -> bool:
        """Whether it may move with the contact day on which it is: whoever is in it is of the house, and knows."""
        return not (self.quota or self.private or self.group or self.outside)


KINDS: Final[Mapping[str, Kind]] = {
    "individual_discussion": Kind(),
    "interim_assessment": Kind(),
    "language_assessment": Kind(),
    "prior_learning": Kind(),
    "guidance": Kind(),
    "interview": Kind(outside=True),
    "mentoring": Kind(single=False),
    "tutoring": Kind(single=False, quota=True),
    **{kind: Kind(single=False, private=True) for kind in sorted(PRIVATE)},
    "company_visit": Kind(single=False, group=True),
    "workplace_visit": Kind(single=False, outside=True),
}
