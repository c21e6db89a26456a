"""What was known at a past instant, although the rows have moved on: a report of then must say for ever what it said.

Evidence carries when it was received. What changes in place does not: when a lesson was planned, opened, signed or
cancelled is read from the trail, and how far a stay was proven from its steps.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from calendars.clock import parse_instant, seconds
from calendars.store import Look
from calendars.tables import Lesson
from classroom.tables import Visit

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STREAMS_AT_ONCE = 400
FINE = 32


@dataclass(slots=True)
class Known:
    """One lesson as it stood at an instant."""

    opened: datetime | None = None
    signed: bool = False


async def known(look: Look, lessons: Sequence[str], at: datetime) -> dict[str, Known]:
    """When each of these lessons was held from, and whether its register was signed, as of `at`."""
    found = {lesson: Known() for lesson in lessons}
    for first in range(0, len(lessons), _STREAMS_AT_ONCE):
        part = lessons[first : first + _STREAMS_AT_ONCE]
        for fact in await look.facts(part, ("LessonOpened", "RegisterSigned", "RegisterReopened"), at):
            if fact.kind == "LessonOpened":
                found[fact.stream].opened = parse_instant(fact.body["held_from"])
            else:
                found[fact.stream].signed = fact.kind == "RegisterSigned"
    return found


async def standing(look: Look, programme: str, lessons: Iterable[Lesson], at: datetime) -> set[str]:
    """Those of these lessons of a programme that stood in its plan at `at`: planned by then, and not cancelled."""
    stood: set[str] = set()
    for fact in await look.facts([programme], ("LessonPlanned", "LessonCancelled"), at):
        (stood.add if fact.kind == "LessonPlanned" else stood.discard)(fact.body["lesson"])
    return stood.intersection(lesson.id for lesson in lessons)


def step(heard: datetime, now: datetime) -> str:
    """One move of a stay's last evidence: the second at which it was heard, and when it was known, in microseconds."""
    return f"{seconds(heard)}@{_microseconds(now)} "


def grown(steps: str, begun: datetime, heard: datetime, now: datetime) -> str:
    """The moves of a stay that goes on for hours, with one more where it is due: at most a few hundred.

    What is said of a stay while it lasts lags by a thirty-second of it at most; its end is known to the second.
    """
    first, until = seconds(begun), seconds(heard)
    written = max(first, last_step(steps, now, first))
    return steps + step(heard, now) if until - written > (until - first) // FINE else steps


def proven_until(visit: Visit, at: datetime) -> int:
    """The second up to which a stay that was open at `at` was proven then."""
    if visit.steps is None:
        return min(seconds(visit.b), seconds(at))
    return last_step(visit.steps, at, seconds(visit.a))


def last_step(steps: str, at: datetime, begun: int) -> int:
    """The second of the last of these moves that was known at `at`; `begun` where none was."""
    until = begun
    for one in steps.split():
        heard, told = one.split("@")
        if int(told) > _microseconds(at):
            break
        until = int(heard)
    return until


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)
