"""The tutoring quota: an account in minutes for each learner, kept in lines that only grow.

A booking reserves, held minutes settle, a cancellation releases. Whoever writes takes the next number of the account
first, so that two bookings at once come one after the other; the database itself refuses a line that overdraws.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from calendars.blueprints.form import Words
from calendars.clock import day_of
from calendars.errors import Conflict, Full, Invalid
from calendars.programmes import blueprint_of
from calendars.schooldays import months_later
from calendars.store import Look, Work, new_id
from calendars.tables import Appointment, Group, Person, Programme, Seat, TutoringEntry, TutoringGrant

LEFT_EARLY = frozenset({"employed", "education", "finished"})
"""Whoever left before the end for one of these has reached what the training is for, and keeps her tutoring."""
NO_SHOW = ("used", "returned")
RULE = "tutoring_no_show"
"""Where a programme's rules say what holds here, whatever its model said."""


@dataclass(frozen=True, slots=True)
class Window:
    """The days in which somebody may use her tutoring: from the day after her last one, both included."""

    opens: date
    until: date

    def reminder(self, today: date, remind: Collection[int]) -> int | None:
        """So many days before its end unused minutes are to be listed, on this day; the last reminder that is due."""
        due = [n for n in remind if self.until - timedelta(days=n) <= today <= self.until]
        return min(due, default=None)


@dataclass(frozen=True, slots=True)
class Quota:
    """What a programme promised when it was planned: minutes for each learner, and for how many months after."""

    minutes: int
    window: "Window"
    """Of whoever ends with the programme."""
    months: int
    subjects: Mapping[str, Words]
    ways: tuple[str, ...]
    no_show: str
    """used, returned: what becomes of booked minutes when the learner does not come."""
    remind: tuple[int, ...]
    kept: date = date.min
    """Every window is open until then at least: somebody had booked, and the programme ended earlier."""

    def after(self, last: date) -> Window:
        """The window of whoever was there until this day."""
        return Window(last + timedelta(days=1), max(months_later(last, self.months), self.kept))


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
    kept = programme.tutoring_until or date.min
    window = Window(programme.ends + timedelta(days=1), max(months_later(programme.ends, planned.months), kept))
    return Quota(
        planned.minutes_per_learner, window, planned.months,
        {code: dict(one.title) for code, one in planned.subjects.items()}, planned.ways,
        programme.rules.get(RULE, planned.no_show), planned.remind_days_before, kept,
    )  # fmt: skip


async def quota_or_refuse(look: Look, programme: Programme) -> Quota:
    """The same. Raises Conflict `no_tutoring`."""
    found = await quota_of(look, programme)
    if found is None:
        raise Conflict("no_tutoring")
    return found


async def entitled(look: Look, programme: Programme, person: str = "") -> list[tuple[Person, date]]:
    """Whose tutoring a programme promised, each with her own last day, from which her window counts.

    Those who stayed to its end or beyond, whose own plan was shorter, or who left early for work or education.
    """
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
    found = [
        (who, seat.last_day)
        for seat, who in last.values()
        if seat.last_day >= programme.ends or seat.reason in LEFT_EARLY
    ]
    return sorted(found, key=lambda pair: (pair[0].shown, pair[0].id))


async def window_of(look: Look, programme: Programme, quota: Quota, person: str) -> Window:
    """The window of one learner, from her own last day. Raises Conflict `no_tutoring`."""
    for _, last in await entitled(look, programme, person):
        return quota.after(last)
    raise Conflict("no_tutoring")


async def balances(look: Look, programme: str, quota: int, people: Collection[str]) -> dict[str, Balance]:
    """The accounts of these learners; whoever never booked has all of it, and what was given to her beside."""
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
    lines = {row.person: row for row in rows}
    more = await look.rows(
        select(TutoringGrant.person, func.sum(TutoringGrant.minutes))
        .where(TutoringGrant.programme == programme, TutoringGrant.person.in_(people))
        .group_by(TutoringGrant.person)
    )
    promised = {person: quota + int(minutes) for person, minutes in more}
    return {
        who: Balance(promised.get(who, quota), *((lines[who].reserved, lines[who].used) if who in lines else ()))
        for who in people
    }


def check_window(window: Window, programme: Programme, row: Appointment, reason: str = "") -> None:
    """Refuse a time outside the window, unless there is a reason. Raises Conflict `outside_window`."""
    if not window.opens <= day_of(row.starts, programme.zone) <= window.until and not reason.strip():
        raise Conflict("outside_window", field="day", opens=window.opens.isoformat(), until=window.until.isoformat())


async def check_offer(look: Look, programme: Programme, starts: datetime) -> None:
    """Refuse an open time of tutoring on a day on which nobody may use hers. Raises Conflict `outside_window`."""
    quota = await quota_or_refuse(look, programme)
    day = day_of(starts, programme.zone)
    windows = [quota.after(last) for _, last in await entitled(look, programme)] or [quota.window]
    if not any(one.opens <= day <= one.until for one in windows):
        opens, until = min(one.opens for one in windows), max(one.until for one in windows)
        raise Conflict("outside_window", field="day", opens=opens.isoformat(), until=until.isoformat())


def check_subject(quota: Quota, subject: str) -> None:
    """Raises Invalid `bad_choice` for a subject that the programme does not know."""
    if subject not in quota.subjects:
        raise Invalid("bad_choice", field="subject")


async def write(work: Work, quota: Quota, row: Appointment, change: Change, by: str) -> Balance:
    """Write the next line of the account of an appointment's learner. Raises Full `quota_spent` with what is left."""
    assert row.learner is not None
    number = await work.number(f"tutoring:{row.programme}:{row.learner}")
    before = (await balances(work, row.programme, quota.minutes, [row.learner]))[row.learner]
    after = Balance(before.quota, before.reserved + change.reserving, before.used + change.using)
    if after.left < 0:
        freed = max(0, -change.reserving)
        asked = change.using + max(0, change.reserving)
        raise Full("quota_spent", field="minutes", left=before.left + freed, asked=asked)
    work.add(
        TutoringEntry(
            id=new_id(), programme=row.programme, person=row.learner, number=number, kind=change.kind,
            appointment=row.id, reserving=change.reserving, using=change.using, reserved=after.reserved,
            used=after.used, quota=after.quota, subject=change.subject, way=change.way, reason=change.reason,
            at=work.now, by=by,
        )
    )  # fmt: skip
    await work.flush()
    return after


def minutes_of(row: Appointment) -> int:
    """How many minutes an appointment takes."""
    return int((row.ends - row.starts).total_seconds() // 60)
