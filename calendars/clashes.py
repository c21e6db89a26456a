"""Clashes: nobody and no group is in two lessons at one time, and whoever plans is told what stands in the way."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import or_, select

from calendars.errors import Overlaps
from calendars.store import Look
from calendars.tables import Leader, Lesson


@dataclass(frozen=True, slots=True)
class Booking:
    """One span that somebody or some group is taken; `planned` if the lesson stands already."""

    whose: str
    starts: datetime
    ends: datetime
    lesson: str
    planned: bool = False


async def check_free(look: Look, bookings: Sequence[Booking], leaving: Collection[str] = ()) -> None:
    """Raises Overlaps `taken_already` with who is taken, and the lesson that is in the way with its times.

    `leaving`: lessons that make room in the same act.
    """
    standing = await booked(look, bookings, leaving)
    for before, after in pairwise(sorted({*bookings, *standing}, key=_order)):
        if before.whose == after.whose and after.starts < before.ends:
            stands = after if after.planned else before
            raise Overlaps(
                "taken_already", who=stands.whose, lesson=stands.lesson, starts=stands.starts, ends=stands.ends,
                new=not stands.planned,
            )  # fmt: skip


async def booked(look: Look, bookings: Sequence[Booking], leaving: Collection[str] = ()) -> set[Booking]:
    """What stands already of those who are booked here, around the same time."""
    if not bookings:
        return set()
    first, last = min(one.starts for one in bookings), max(one.ends for one in bookings)
    whose = {one.whose for one in bookings}
    rows = await look.rows(
        select(Lesson.id, Lesson.group, Lesson.starts, Lesson.ends, Leader.person)
        .outerjoin(Leader, Leader.lesson == Lesson.id)
        .where(
            Lesson.status == "confirmed", Lesson.closed.is_(None), Lesson.starts < last, Lesson.ends > first,
            or_(Lesson.group.in_(whose), Leader.person.in_(whose)),
            Lesson.id.not_in({one.lesson for one in bookings} | set(leaving)),
        )
    )  # fmt: skip
    return {
        Booking(taken, starts, ends, lesson, planned=True)
        for lesson, group, starts, ends, person in rows
        for taken in (group, person)
        if taken in whose
    }


def clashing(bookings: Iterable[Booking], standing: Iterable[Booking]) -> set[str]:
    """The lessons of `bookings` that clash with one of `standing`."""
    taken = list(standing)
    return {
        one.lesson
        for one in bookings
        for other in taken
        if one.whose == other.whose and one.starts < other.ends and other.starts < one.ends
    }


def _order(one: Booking) -> tuple[str, datetime, datetime, str]:
    return one.whose, one.starts, one.ends, one.lesson
