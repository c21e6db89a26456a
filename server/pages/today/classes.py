"""Lessons of this moment with their seats: what the house and the teacher's day show, and what each needs first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from calendars import rights
from calendars.agenda import Engagement
from calendars.store import Look
from classroom import rooms, roster
from classroom.seats import Roster, Seat
from server.pages.parts.shown import Shown

IN = ("here", "late")


@dataclass(frozen=True, slots=True)
class Class:
    """One lesson with its live roster."""

    shown: Shown
    roster: Roster

    @property
    def it(self) -> Engagement:
        return self.shown.it

    @property
    def id(self) -> str:
        return self.it.id

    @property
    def state(self) -> str:
        assert self.it.lesson is not None
        return rooms.state(self.it.lesson, self.it.programme.rules, self.shown.at)

    @property
    def begun(self) -> bool:
        return self.it.starts <= self.shown.at

    @property
    def learners(self) -> list[Seat]:
        return [one for one in self.roster["seats"] if one["role"] not in rights.UNCOUNTED]

    @property
    def led(self) -> bool:
        """Whether anybody who leads it is in."""
        return any(one["role"] in rights.LEADS and one["state"] in IN for one in self.roster["seats"])

    @property
    def leaderless(self) -> bool:
        """Whether it should be going on and nobody leads it."""
        independent = self.it.lesson is not None and self.it.lesson.independent
        return self.it.online and self.begun and not self.led and not independent

    @property
    def here(self) -> int:
        return sum(one["state"] in IN for one in self.learners)

    @property
    def expected(self) -> int:
        return sum(one["expected"] for one in self.learners)

    @property
    def troubled(self) -> list[Seat]:
        """Who could not get in, and, once it has begun, who is not there; the first ones first."""
        if not self.it.online:
            return []
        wanted = ("could_not_enter", "dropped", "expected") if self.begun else ("could_not_enter",)
        found = [one for one in self.learners if one["state"] in wanted and (one["expected"] or one["first"])]
        return sorted(found, key=lambda one: (wanted.index(one["state"]), one["name"]))

    @property
    def order(self) -> tuple[bool, bool, datetime, str]:
        """What needs a human now comes first."""
        return (not self.leaderless, not self.troubled, self.it.starts, self.id)


async def of(look: Look, engagements: Sequence[Engagement], language: str) -> list[Class]:
    """These lessons with their seats, in a constant number of statements; the most needy first.

    The actor's right to see their rosters was asked when they were found (agenda.house, agenda.agenda).
    """
    known = [one for one in engagements if one.lesson is not None]
    rosters = await roster.snapshots(look, [(one.lesson, one.programme) for one in known if one.lesson is not None])
    found = [Class(Shown(one, language, look.now), seats) for one, seats in zip(known, rosters, strict=True)]
    return sorted(found, key=lambda one: one.order)


def live(classes: Sequence[Class], zone: str, now: datetime) -> dict[str, Any]:
    """What static/pages/house.js starts from."""
    return {
        "lessons": [one.id for one in classes if one.it.online], "zone": zone, "now": now.timestamp() * 1000,
        "leading": list(rights.LEADS), "uncounted": list(rights.UNCOUNTED),
    }  # fmt: skip
