"""Talks that a proposal arranges beside its lessons: appointments once it is published, cancelled when it is undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from calendars.appointments import appointments
from calendars.appointments.checks import NewAppointment
from calendars.clock import parse_instant
from calendars.errors import Conflict
from calendars.rights import Actor
from calendars.store import Work
from calendars.tables import Appointment, Day


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """One talk of a learner, as it would stand: ids, UTC instants."""

    kind: str
    learner: str
    partners: tuple[str, ...]
    day: str
    starts: datetime
    ends: datetime
    appointment: str = ""
    """Its id once it stands."""

    def written(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "kind": self.kind, "learner": self.learner, "partners": list(self.partners), "day": self.day,
            "starts": self.starts.isoformat(), "ends": self.ends.isoformat(), "appointment": self.appointment,
        }  # fmt: skip


def arranged_of(written: Sequence[Mapping[str, Any]]) -> list[Arranged]:
    """The talks as they were written down, in the order of time."""
    found = [
        Arranged(**dict(one) | {
            "partners": tuple(one["partners"]), "starts": parse_instant(one["starts"]),
            "ends": parse_instant(one["ends"]),
        })
        for one in written
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.starts, one.learner))


async def arrange(work: Work, actor: Actor, programme: str, talks: Sequence[Arranged]) -> list[dict[str, Any]]:
    """Let them stand, all or none; returns them with their ids. Raises what `appointments.plan` raises."""
    if not talks:
        return []
    days: dict[str, Day | None] = {one.day: await work.get(Day, one.day) for one in talks}
    for one in talks:
        row = days[one.day]
        if row is None or row.programme != programme or row.status == "cancelled":
            raise Conflict("day_cancelled")
    new = [
        NewAppointment(
            kind=one.kind, starts=one.starts, ends=one.ends, partners=one.partners, learner=one.learner,
            place=row.place if (row := days[one.day]) else None,
        )
        for one in talks
    ]  # fmt: skip
    rows = await appointments.plan(work, actor, programme, new)
    return [one.written() | {"appointment": row.id} for one, row in zip(talks, rows, strict=True)]


async def disarrange(work: Work, actor: Actor, talks: Sequence[Arranged]) -> None:
    """Take them out again; they stay visible as cancelled. Raises Conflict `proposal_stale` where one was changed."""
    for one in talks:
        row = await work.get(Appointment, one.appointment)
        if row is None or row.status != "confirmed" or row.sequence:
            raise Conflict("proposal_stale")
        await appointments.cancel(work, actor, one.appointment, "not_needed")
