"""Talks on a contact day: one short time for each learner by some of the staff, laid beside lessons and breaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from sqlalchemy import select

from calendars import weeks
from calendars.appointments import appointments, freetimes, talk_slots
from calendars.appointments.checks import NewAppointment
from calendars.appointments.kinds import KINDS
from calendars.appointments.rights import ask_to_arrange, check_kind, lock_people
from calendars.appointments.talk_slots import Fit, Wanted
from calendars.clock import Interval, local, seconds
from calendars.errors import Conflict, Invalid, NotFound
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Appointment, Day, Group, Programme, Seat

SHORTEST, LONGEST = 5, 240


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
    if KINDS[new.kind].group or KINDS[new.kind].quota or KINDS[new.kind].private:
        raise Invalid("bad_choice", field="kind")
    if not SHORTEST <= new.minutes <= LONGEST or new.minutes % 5:
        raise Invalid("bad_minutes", field="minutes")
    if not new.staff:
        raise Invalid("bad_choice", field="person")
    day = await look.get(Day, new.day)
    if day is None:
        raise NotFound()
    programme = await ask_to_arrange(look, actor, day.programme, new.staff, private=False)
    if day.status == "cancelled":
        raise Conflict("day_cancelled")
    sit = await _seated(look, day)
    learners = sit if new.learners is None else list(dict.fromkeys(new.learners))
    if not set(learners) <= set(sit):
        raise NotFound()
    hours, breaks = _hours(day, programme, new), tuple(_span(day, programme, one) for one in new.breaks)
    if any(rest.ends <= hours.starts or rest.starts >= hours.ends for rest in breaks):
        raise Invalid("break_outside", field="from")
    wanted = Wanted(
        new.minutes * 60, hours, tuple(learners), tuple(dict.fromkeys(new.staff)), breaks,
        await freetimes.busy(look, programme, learners, new.staff, day.starts, day.ends),
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


async def _seated(look: Look, day: Day) -> list[str]:
    """Everybody who sits in the programme on a day, group by group."""
    sits = Group.programme == day.programme, weeks.seated_on(day.date)
    seats = select(Seat.person).join(Group, Group.id == Seat.group).where(*sits)
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
