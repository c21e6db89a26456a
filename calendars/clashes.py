"""Clashes: nobody and no group is in two places at one time, and whoever plans is told what stands in the way.

Lessons and appointments are asked alike. A learner's own appointment clashes with every lesson of the group in which
she sits on that day, and the other way round; the appointments of two learners of one group do not clash.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from calendars import weeks
from calendars.clock import day_of
from calendars.errors import Overlaps
from calendars.store import Look, Work
from calendars.tables import PRIVATE, Appointment, Day, Group, Leader, Lesson, Partner, Programme, Seat


@dataclass(frozen=True, slots=True)
class Booking:
    """One span that somebody or some group is taken; `planned` if the lesson (or appointment) stands already."""

    whose: str
    starts: datetime
    ends: datetime
    lesson: str
    planned: bool = False
    private: bool = False
    """An appointment of a support service: that somebody is taken may be said, and nothing by which to know it."""


async def check_free(
    look: Look, bookings: Sequence[Booking], leaving: Collection[str] = (), learners: Collection[str] = ()
) -> None:
    """Raises Overlaps `taken_already` with who is taken, and the lesson that is in the way with its times.

    `leaving`: lessons that make room in the same act. `learners`: those who are booked as learners, so that the lessons
    of their groups are in the way as well.
    """
    if isinstance(look, Work):
        await _hold_groups(look, {one.whose for one in bookings}, learners)
    standing = await booked(look, bookings, leaving, learners)
    running: list[Booking] = []
    for after in sorted({*bookings, *standing}, key=_order):
        running = [one for one in running if one.whose == after.whose and one.ends > after.starts]
        for before in running:
            if not (before.planned and after.planned):
                stands = after if after.planned else before
                raise Overlaps(
                    "taken_already", who=stands.whose, lesson="" if stands.private else stands.lesson,
                    starts=stands.starts, ends=stands.ends, new=not stands.planned,
                )  # fmt: skip
        running.append(after)


async def _hold_groups(work: Work, whose: Collection[str], learners: Collection[str]) -> None:
    """Of two who plan for one group, or for it and for one who sits in it, the second waits and sees what stands then.

    People are held before: whoever books holds people first, then groups, each in one order.
    """
    sat = select(Seat.group).where(Seat.person.in_(learners))
    held = select(Group.id).where(Group.id.in_(whose) | Group.id.in_(sat)).order_by(Group.id)
    await work.all(held.with_for_update(key_share=True))


async def booked(
    look: Look, bookings: Sequence[Booking], leaving: Collection[str] = (), learners: Collection[str] = ()
) -> set[Booking]:
    """What stands already of those who are booked here, around the same time."""
    if not bookings:
        return set()
    first, last = min(one.starts for one in bookings), max(one.ends for one in bookings)
    whose, but = {one.whose for one in bookings}, {one.lesson for one in bookings} | set(leaving)
    found = await _taught(look, whose, but, first, last) | await met(look, whose, first, last, but)
    if learners:
        found |= await _learnt(look, learners, but, first, last)
    return found


async def _taught(look: Look, whose: set[str], but: set[str], first: datetime, last: datetime) -> set[Booking]:
    rows = await look.rows(
        select(Lesson.id, Lesson.group, Lesson.starts, Lesson.ends, Leader.person)
        .outerjoin(Leader, Leader.lesson == Lesson.id)
        .where(
            Lesson.status == "confirmed", Lesson.closed.is_(None), Lesson.starts < last, Lesson.ends > first,
            or_(Lesson.group.in_(whose), Leader.person.in_(whose)), Lesson.id.not_in(but),
        )
    )  # fmt: skip
    return {
        Booking(taken, starts, ends, lesson, planned=True)
        for lesson, group, starts, ends, person in rows
        for taken in (group, person)
        if taken in whose
    }


async def met(
    look: Look, whose: Collection[str], first: datetime, last: datetime, but: Collection[str] = ()
) -> set[Booking]:
    """Appointments of these people, of these groups, and of the learners who sit in these groups then."""
    rows = await look.rows(
        select(Appointment, Programme.zone, Partner.person, Seat)
        .join(Programme, Programme.id == Appointment.programme)
        .outerjoin(Partner, Partner.appointment == Appointment.id)
        .outerjoin(Seat, (Seat.person == Appointment.learner) & Seat.group.in_(whose))
        .where(
            Appointment.status != "cancelled", Appointment.starts < last, Appointment.ends > first,
            Appointment.id.not_in(but), Appointment.visit.is_(None) | Appointment.visit.not_in(but),
            or_(
                Partner.person.in_(whose), Appointment.learner.in_(whose), Seat.id.is_not(None),
                (Appointment.status == "confirmed") & Appointment.group.in_(whose),
            ),
        )
    )  # fmt: skip
    found: set[Booking] = set()
    for row, zone, partner, seat in rows:
        taken = {partner, row.learner}
        if row.learner is None and row.status == "confirmed":
            taken.add(row.group)
        if seat is not None and weeks.sits(seat, day_of(row.starts, zone)):
            taken.add(seat.group)
        it = row.visit or row.id
        found |= {
            Booking(one, row.starts, row.ends, it, planned=True, private=row.kind in PRIVATE)
            for one in taken & set(whose)
        }
    return found


async def _learnt(
    look: Look, learners: Collection[str], but: set[str], first: datetime, last: datetime
) -> set[Booking]:
    """Lessons and visits of the groups in which these learners sit on the day."""
    lessons = await look.rows(
        select(Lesson.id, Lesson.starts, Lesson.ends, Seat.person)
        .join(Day, Day.id == Lesson.day)
        .join(Seat, (Seat.group == Lesson.group) & weeks.seated_on(Day.date))
        .where(
            Lesson.status == "confirmed", Lesson.closed.is_(None), Lesson.starts < last, Lesson.ends > first,
            Seat.person.in_(learners), Lesson.id.not_in(but),
        )
    )  # fmt: skip
    visits = await look.rows(
        select(
            func.coalesce(Appointment.visit, Appointment.id), Appointment.starts, Appointment.ends, Programme.zone, Seat
        )
        .join(Programme, Programme.id == Appointment.programme)
        .join(Seat, Seat.group == Appointment.group)
        .where(
            Appointment.status == "confirmed", Appointment.learner.is_(None), Appointment.starts < last,
            Appointment.ends > first, Seat.person.in_(learners), Appointment.id.not_in(but),
            Appointment.visit.is_(None) | Appointment.visit.not_in(but),
        )
    )  # fmt: skip
    found = {Booking(person, starts, ends, lesson, planned=True) for lesson, starts, ends, person in lessons}
    found |= {
        Booking(seat.person, starts, ends, visit, planned=True)
        for visit, starts, ends, zone, seat in visits
        if weeks.sits(seat, day_of(starts, zone))
    }
    return found


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
