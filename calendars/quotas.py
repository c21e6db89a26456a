"""The tutoring quota: an account in minutes for each learner, kept in lines that only grow.

A booking reserves, held minutes settle, a cancellation releases. Whoever writes takes the next number of the account
first, so that two bookings at once come one after the other; the database itself refuses a line that overdraws.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from calendars.blueprint_form import Words
from calendars.clock import day_of
from calendars.errors import Conflict, Full, Invalid
from calendars.programmes import blueprint_of
from calendars.schooldays import months_later
from calendars.store import Look, Work, new_id
from calendars.tables import Appointment, Group, Person, Programme, Seat, TutoringEntry

LEFT_EARLY = frozenset({"employed", "education"})
"""Whoever left before the end for one of these has reached what the training is for, and keeps her tutoring."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What a programme promised when it was planned: minutes for each learner, and in which days."""

    minutes: int
    opens: date
    until: date
    subjects: Mapping[str, Words]
    ways: tuple[str, ...]
    no_show: str
    """used, returned: what becomes of booked minutes when the learner does not come."""
    remind: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """How a learner's account stands."""

    quota: int
    reserved: int = 0
    used: int = 0

    @property
    def left(self) -> int:
        """What may still be booked."""
        return self.quota - self.reserved - self.used


@dataclass(frozen=True, slots=True)
class Change:
    """One line to be written: by how much it changes what is reserved and what is used."""

    kind: str
    reserving: int = 0
    using: int = 0
    subject: str = ""
    way: str = ""
    reason: str = ""


async def quota_of(look: Look, programme: Programme) -> Quota | None:
    """The tutoring quota of a programme as it was planned; None if it has none."""
    planned = (await blueprint_of(look, programme.id)).tutoring
    if planned is None:
        return None
    return Quota(
        planned.minutes_per_learner, programme.ends + timedelta(days=1), months_later(programme.ends, planned.months),
        {code: dict(one.title) for code, one in planned.subjects.items()}, planned.ways, planned.no_show,
        planned.remind_days_before,
    )  # fmt: skip


async def quota_or_refuse(look: Look, programme: Programme) -> Quota:
    """The same. Raises Conflict `no_tutoring`."""
    found = await quota_of(look, programme)
    if found is None:
        raise Conflict("no_tutoring")
    return found


async def entitled(look: Look, programme: Programme, person: str = "") -> list[Person]:
    """Whose tutoring a programme promised: those who stayed to its end, or left early for work or education."""
    statement = (
        select(Seat, Person)
        .join(Group, Group.id == Seat.group)
        .join(Person, Person.id == Seat.person)
        .where(Group.programme == programme.id, Seat.last_day >= Seat.first_day)
        .order_by(Seat.last_day, Seat.id)
    )
    if person:
        statement = statement.where(Seat.person == person)
    last = {who.id: (seat, who) for seat, who in await look.rows(statement)}
    found = [who for seat, who in last.values() if seat.last_day >= programme.ends or seat.reason in LEFT_EARLY]
    return sorted(found, key=lambda who: (who.shown, who.id))


async def balances(look: Look, programme: str, quota: int, people: Collection[str]) -> dict[str, Balance]:
    """The accounts of these learners; whoever never booked has all of it."""
    newest = (
        select(TutoringEntry.person, func.max(TutoringEntry.number).label("number"))
        .where(TutoringEntry.programme == programme, TutoringEntry.person.in_(people))
        .group_by(TutoringEntry.person)
        .subquery("newest")
    )
    rows = await look.all(
        select(TutoringEntry)
        .join(newest, (newest.c.person == TutoringEntry.person) & (newest.c.number == TutoringEntry.number))
        .where(TutoringEntry.programme == programme)
    )
    known = {row.person: Balance(quota, row.reserved, row.used) for row in rows}
    return {person: known.get(person, Balance(quota)) for person in people}


def check_window(quota: Quota, programme: Programme, row: Appointment, reason: str = "") -> None:
    """Refuse a time outside the window, unless there is a reason. Raises Conflict `outside_window`."""
    if not quota.opens <= day_of(row.starts, programme.zone) <= quota.until and not reason:
        raise Conflict("outside_window", field="day", opens=quota.opens.isoformat(), until=quota.until.isoformat())


def check_subject(quota: Quota, subject: str) -> None:
    """Raises Invalid `bad_choice` for a subject that the programme does not know."""
    if subject not in quota.subjects:
        raise Invalid("bad_choice", field="subject")


async def write(work: Work, quota: Quota, row: Appointment, change: Change, by: str) -> Balance:
    """Write the next line of the account of an appointment's learner. Raises Full `quota_spent` with what is left."""
    assert row.learner is not None
    number = await work.number(f"tutoring:{row.programme}:{row.learner}")
    account = select(TutoringEntry).where(
        TutoringEntry.programme == row.programme,
        TutoringEntry.person == row.learner,
        TutoringEntry.number == number - 1,
    )
    last: TutoringEntry | None = await work.one(account)
    before = Balance(quota.minutes, last.reserved, last.used) if last else Balance(quota.minutes)
    after = Balance(quota.minutes, before.reserved + change.reserving, before.used + change.using)
    if after.left < 0:
        freed = max(0, -change.reserving)
        asked = change.using + max(0, change.reserving)
        raise Full("quota_spent", field="minutes", left=before.left + freed, asked=asked)
    work.add(
        TutoringEntry(
            id=new_id(), programme=row.programme, person=row.learner, number=number, kind=change.kind,
            appointment=row.id, reserving=change.reserving, using=change.using, reserved=after.reserved,
            used=after.used, quota=quota.minutes, subject=change.subject, way=change.way, reason=change.reason,
            at=work.now, by=by,
        )
    )  # fmt: skip
    await work.flush()
    return after


def minutes_of(row: Appointment) -> int:
    """How many minutes an appointment takes."""
    return int((row.ends - row.starts).total_seconds() // 60)
