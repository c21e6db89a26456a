"""What is asked of every appointment before it stands: that it makes sense, and that nobody would be in two places."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select

from calendars import weeks
from calendars.appointments.kinds import KINDS, LONGEST, WAYS
from calendars.appointments.rights import seated_in
from calendars.clashes import Booking, check_free
from calendars.clock import day_of
from calendars.errors import Conflict, Invalid, NotFound
from calendars.store import Work
from calendars.tables import Appointment, Group, Place, Programme, Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAppointment:
    """A time to be arranged. With a learner it is hers; without one it is offered, or a visit of the group."""

    kind: str
    starts: datetime
    ends: datetime
    partners: tuple[str, ...] = ()
    learner: str | None = None
    group: str | None = None
    visit: str | None = None
    """Of a visit: what its rows share."""
    way: str = "on_site"
    place: str | None = None
    spot: str = ""
    title: str = ""
    transport: str = ""
    gear: str = ""
    subject: str = ""

    @property
    def is_visit(self) -> bool:
        return KINDS[self.kind].group

    @property
    def is_offer(self) -> bool:
        return self.learner is None and not self.is_visit


async def check_new(work: Work, programme: Programme, new: NewAppointment) -> None:
    """Refuse what makes no appointment."""
    check_times(new.starts, new.ends, work.now)
    if new.way not in WAYS:
        raise Invalid("bad_choice", field="way")
    if new.is_visit and (new.group is None) == (new.learner is None):
        raise Invalid("bad_choice", field="group")
    if new.learner is not None:
        if new.learner in new.partners:
            raise Invalid("bad_choice", field="person")
        if not await seated_in(work, programme.id, new.learner):
            raise NotFound()
    elif not new.is_visit and not new.partners:
        raise Invalid("bad_choice", field="person")
    if new.group is not None and await work.one(_group(programme.id, new.group)) is None:
        raise NotFound()
    if new.place is not None:
        place = await work.get(Place, new.place)
        if place is None or place.organisation != programme.organisation:
            raise NotFound()


def _group(programme: str, group: str) -> Select[str]:
    return select(Group.id).where(Group.programme == programme, Group.id == group)


def check_times(starts: datetime, ends: datetime, now: datetime) -> None:
    if not timedelta() < ends - starts <= LONGEST:
        raise Invalid("backwards", field="ends")
    if starts <= now:
        raise Invalid("in_the_past", field="starts")


async def check_spans(work: Work, programme: Programme, wanted: Sequence[tuple[Appointment, Collection[str]]]) -> None:
    """Refuse when anybody would be in two places: those in it, the group of a visit, and all who sit in that group."""
    visitors = await _visitors(work, programme, [row for row, _ in wanted if KINDS[row.kind].group and row.group])
    bookings, learners = [], set()
    for row, partners in wanted:
        own = {*visitors.get(row.id, ()), *filter(None, (row.learner,))}
        group = {row.group} if KINDS[row.kind].group and row.group else set()
        learners |= own
        # whoever goes on one visit with two groups goes on it once
        it = row.visit or row.id
        bookings += [Booking(who, row.starts, row.ends, it) for who in sorted({*partners, *own, *group})]
    await check_free(work, bookings, learners=learners)


async def _visitors(work: Work, programme: Programme, visits: Sequence[Appointment]) -> dict[str, set[str]]:
    """Who sits on the day in the group of each visit."""
    if not visits:
        return {}
    seats = await work.all(select(Seat).where(Seat.group.in_({row.group for row in visits})))
    return {
        row.id: {
            one.person
            for one in seats
            if one.group == row.group and weeks.sits(one, day_of(row.starts, programme.zone))
        }
        for row in visits
    }


async def check_single(work: Work, programme: Programme, rows: Sequence[Appointment]) -> None:
    """Of some kinds a learner has one time a day at most. Raises Conflict `one_already`."""
    single = [row for row in rows if KINDS[row.kind].single and row.learner is not None]
    wanted = [(row.learner, row.kind, day_of(row.starts, programme.zone)) for row in single]
    standing = await work.all(
        select(Appointment).where(
            Appointment.programme == programme.id, Appointment.status == "confirmed",
            Appointment.learner.in_({row.learner for row in single}),
            Appointment.kind.in_({row.kind for row in single}), Appointment.id.not_in({row.id for row in single}),
        )
    )  # fmt: skip
    taken = {(row.learner, row.kind, day_of(row.starts, programme.zone)) for row in standing}
    if len(set(wanted)) < len(wanted) or taken & set(wanted):
        raise Conflict("one_already")
