"""Talks on a contact day: one short time for each learner by some of the staff, laid beside lessons and breaks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlalchemy import select

from calendars import appointments, talk_slots
from calendars.appointment_checks import NewAppointment
from calendars.appointment_kinds import KINDS
from calendars.appointment_rights import ask_to_arrange, check_kind, lock_people
from calendars.clashes import Booking, booked
from calendars.clock import Interval, day_of, local, seconds
from calendars.errors import Conflict, Invalid, NotFound
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Absence, Appointment, Day, Group, Programme, Seat, WorkingTime
from calendars.talk_slots import Fit, Wanted

SHORTEST, LONGEST = 5, 240
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTalks:
    """Talks to be laid on a training day: local times for the breaks, and for its hours where they differ."""

    day: str
    kind: str
    minutes: int
    staff: tuple[str, ...]
    learners: tuple[str, ...] | None = None
    """None: everybody who sits in the programme on that day."""
    breaks: tuple[tuple[time, time], ...] = ()
    hours: tuple[time, time] | None = None
    way: str = "on_site"
    spot: str = ""


@dataclass(frozen=True, slots=True)
class Laid:
    """The talks as they would be, on their day."""

    programme: Programme
    day: Day
    fit: Fit


async def lay(look: Look, actor: Actor, new: NewTalks) -> Laid:
    """Which talks a contact day has room for; who is left out, and what would help. Nothing is planned."""
    check_kind(new.kind)
    if KINDS[new.kind].group or KINDS[new.kind].quota:
        raise Invalid("bad_choice", field="kind")
    if not SHORTEST <= new.minutes <= LONGEST or new.minutes % 5:
        raise Invalid("bad_minutes", field="minutes")
    if not new.staff:
        raise Invalid("bad_choice", field="person")
    day = await look.get(Day, new.day)
    if day is None:
        raise NotFound()
    programme = await ask_to_arrange(look, actor, day.programme, new.staff, private=KINDS[new.kind].private)
    if day.status == "cancelled":
        raise Conflict("day_cancelled")
    sit = await _seated(look, day)
    learners = sit if new.learners is None else list(dict.fromkeys(new.learners))
    if not set(learners) <= set(sit):
        raise NotFound()
    wanted = Wanted(
        new.minutes * 60, _hours(day, programme, new), tuple(learners), tuple(dict.fromkeys(new.staff)),
        tuple(_span(day, programme, one) for one in new.breaks),
        await busy(look, programme, learners, new.staff, day.starts, day.ends),
    )  # fmt: skip
    return Laid(programme, day, talk_slots.fit(wanted))


async def plan(work: Work, actor: Actor, new: NewTalks, *, partly: bool = False) -> list[Appointment]:
    """Plan the talks of a contact day: all of them, or with `partly` those that there is room for.

    Raises Conflict `no_room` with how many are left out and what would help.
    """
    day = await work.get(Day, new.day)
    if day is None:
        raise NotFound()
    await lock_people(work, {*new.staff, *(await _seated(work, day) if new.learners is None else new.learners)})
    laid = await lay(work, actor, new)
    if laid.fit.left and not partly:
        helps = [(one.code, one.placed, one.minutes) for one in laid.fit.helps]
        raise Conflict("no_room", left=len(laid.fit.left), placed=len(laid.fit.slots), helps=helps)
    wanted = [
        NewAppointment(
            kind=new.kind, starts=instant(one.starts), ends=instant(one.ends), partners=(one.staff,),
            learner=one.learner, way=new.way, place=laid.day.place if new.way == "on_site" else None, spot=new.spot,
        )
        for one in laid.fit.slots
    ]  # fmt: skip
    return await appointments.plan(work, actor, laid.programme.id, wanted)


async def busy(
    look: Look,
    programme: Programme,
    learners: Collection[str],
    staff: Collection[str],
    starts: datetime,
    ends: datetime,
) -> dict[str, list[Interval]]:
    """When each of these is taken: lessons and appointments, and of the staff absences and the hours of no work.

    For acts that have asked already; it names nobody who was not named to it.
    """
    whose = [*learners, *staff]
    spans = await booked(look, [Booking(who, starts, ends, "") for who in whose], learners=learners)
    found: dict[str, list[Interval]] = {who: [] for who in whose}
    for one in spans:
        if one.whose in found:
            found[one.whose].append(Interval(seconds(one.starts), -int(-one.ends.timestamp() // 1)))
    away = select(Absence).where(
        Absence.person.in_(staff), Absence.withdrawn.is_(None), Absence.starts < ends, Absence.ends > starts
    )
    for absence in await look.all(away):
        found[absence.person].append(Interval(seconds(absence.starts), seconds(absence.ends)))
    for who, spans_off in (await _off(look, programme, staff, starts, ends)).items():
        found[who] += spans_off
    return found


async def _off(
    look: Look, programme: Programme, staff: Collection[str], starts: datetime, ends: datetime
) -> dict[str, list[Interval]]:
    """The hours of this day in which somebody with working times does not work."""
    known: dict[str, list[WorkingTime]] = {}
    for row in await look.all(select(WorkingTime).where(WorkingTime.person.in_(staff)).order_by(WorkingTime.starts)):
        known.setdefault(row.person, []).append(row)
    date = day_of(starts, programme.zone)
    found: dict[str, list[Interval]] = {}
    for who, times in known.items():
        at, off = seconds(starts), []
        for one in (one for one in times if one.weekday == WEEKDAYS[date.weekday()]):
            off.append(Interval(at, max(at, seconds(local(date, one.starts, programme.zone)))))
            at = max(at, seconds(local(date, one.ends, programme.zone)))
        found[who] = [*off, Interval(at, max(at, seconds(ends)))]
    return found


async def _seated(look: Look, day: Day) -> list[str]:
    """Everybody who sits in the programme on a day, group by group."""
    sits = (Seat.first_day <= day.date) & (Seat.last_day >= day.date)
    seats = select(Seat.person).join(Group, Group.id == Seat.group).where(Group.programme == day.programme, sits)
    return list(dict.fromkeys(await look.all(seats.order_by(Seat.group, Seat.person))))


def _hours(day: Day, programme: Programme, new: NewTalks) -> Interval:
    return _span(day, programme, new.hours) if new.hours else Interval(seconds(day.starts), seconds(day.ends))


def _span(day: Day, programme: Programme, span: Sequence[time]) -> Interval:
    if span[1] <= span[0]:
        raise Invalid("backwards", field="ends")
    return Interval(*(seconds(local(day.date, at, programme.zone)) for at in span))


def instant(second: int) -> datetime:
    """A whole second as an instant."""
    return datetime.fromtimestamp(second, UTC)
