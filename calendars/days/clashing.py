"""What stands in the way of lessons on their new dates, what becomes of them, and what else to know before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import Any, Final

from sqlalchemy import select

from calendars.appointments.kinds import KINDS
from calendars.away import away_between, hours_of, works_then
from calendars.changes.standings import CANCELLED, Change, Standing
from calendars.clashes import Booking, booked
from calendars.clock import local, meet
from calendars.days.course import Course, Spot
from calendars.places import house_of
from calendars.rights import Actor
from calendars.scheduling import conflicts, timetables
from calendars.scheduling.timetables import Taught
from calendars.store import Look
from calendars.tables import Appointment, Place

TUTORING: Final = frozenset(kind for kind in KINDS if KINDS[kind].quota)
SOFT: Final = frozenset({"rooms", "two_sites", "day_too_long", "week_too_long"})
"""Conflicts that a plan may have; she is told of them and decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """One thing to know before she says yes: a code, the lesson, and the ids and numbers in it."""

    code: str
    lesson: str = ""
    who: str = ""
    """A person."""
    other: str = ""
    """The lesson or appointment in the way."""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def written(self) -> dict[str, Any]:
        """As plain JSON."""
        return {"code": self.code, "lesson": self.lesson, "who": self.who, "other": self.other, **self.facts}


async def settle(
    look: Look, wanted: Mapping[str, Standing], leaving: Collection[str] = ()
) -> tuple[dict[str, Standing], list[Clash]]:
    """The lessons as they can stand: without a leader who is taken or away, given up where the group is not free.

    `leaving`: talks that make room because they follow their own days.
    """
    settled, found = dict(wanted), []
    for lesson, clash in [*await _taken(look, wanted, leaving), *await _away(look, wanted)]:
        standing = settled[lesson]
        if clash.code in ("leader_busy", "leader_away"):
            led = tuple(pair for pair in standing.led_by if pair[0] != clash.who)
            settled[lesson] = replace(standing, led_by=led)
        else:
            settled[lesson] = replace(standing, status=CANCELLED)
        found.append(clash)
    return settled, found


async def _taken(look: Look, wanted: Mapping[str, Standing], leaving: Collection[str]) -> list[tuple[str, Clash]]:
    bookings = [
        Booking(whose, one.starts, one.ends, lesson)
        for lesson, one in wanted.items()
        for whose in (one.group, *one.leaders)
    ]
    standing = await booked(look, bookings, {*wanted, *leaving})
    at: dict[str, list[Booking]] = defaultdict(list)
    for stands in sorted(standing, key=lambda one: (one.starts, one.lesson)):
        at[stands.whose].append(stands)
    found: list[tuple[str, Clash]] = []
    for one in sorted(bookings, key=lambda one: (one.starts, one.lesson, one.whose)):
        meets = (each for each in at[one.whose] if each.starts < one.ends and one.starts < each.ends)
        other = next(meets, None)
        if other is None:
            at[one.whose].append(one)  # two that move may meet as well: the first one stays
            continue
        if one.whose == wanted[one.lesson].group:
            found.append((one.lesson, Clash(code="group_busy", lesson=one.lesson, other=other.lesson)))
        else:
            found.append((one.lesson, Clash(code="leader_busy", lesson=one.lesson, who=one.whose, other=other.lesson)))
    return await _with_learners(look, found)


async def _with_learners(look: Look, found: Sequence[tuple[str, Clash]]) -> list[tuple[str, Clash]]:
    """Where it is a learner's own appointment, that is said: it can be moved first."""
    others = {clash.other for _, clash in found}
    hers = {one.id: one for one in await look.all(select(Appointment).where(Appointment.id.in_(others)))}
    return [
        (lesson, replace(clash, code="appointment", who=hers[clash.other].learner or ""))
        if clash.code == "group_busy" and clash.other in hers
        else (lesson, clash)
        for lesson, clash in found
    ]


async def _away(look: Look, wanted: Mapping[str, Standing]) -> list[tuple[str, Clash]]:
    leading = {who for one in wanted.values() for who in one.leaders}
    if not leading:
        return []
    first, last = min(one.starts for one in wanted.values()), max(one.ends for one in wanted.values())
    away = await away_between(look, leading, first, last)
    return [
        (lesson, Clash(code="leader_away", lesson=lesson, who=who))
        for lesson, one in wanted.items()
        for who in one.leaders
        if meet(away.get(who, ()), one.starts, one.ends)
    ]


async def not_at_work(look: Look, zone: str, wanted: Mapping[str, Standing]) -> list[Clash]:
    """Whoever would lead outside her working time."""
    hours = await hours_of(look, {who for one in wanted.values() for who in one.leaders})
    return [
        Clash(code="not_at_work", lesson=lesson, who=who)
        for lesson, one in wanted.items()
        if one.takes_place
        for who in one.leaders
        if not works_then(hours.get(who, ()), one.starts, one.ends, zone)
    ]


async def conflicting(
    look: Look, actor: Actor, course: Course, spots: Mapping[str, Spot], changes: Iterable[Change]
) -> list[Clash]:
    """Conflicts of the plan that there would be then and are not now: full houses, two houses a day, too long days."""
    last = max([course.today, *(one.date for one in (*course.spots, *spots.values()))])
    taught = await timetables.between(look, actor, course.programme.id, course.today, last)
    coming = [one for one in taught if one.starts > look.now and not one.begun]
    staff = await timetables.staff(look, actor, course.programme.id, coming, timetables.whole_weeks(coming))
    after = {one.lesson: one.after for one in changes}
    places = {one.id: one for one in await look.all(select(Place))}
    days = {one.n: one.id for one in course.spots}
    then: list[Taught] = []
    for one in coming:
        if one.programme != course.programme.id:
            then.append(one)
        elif (moved := _then(one, after.get(one.lesson), spots[days[one.n]], places)) is not None:
            then.append(moved)
    return [
        Clash(
            code=one.code, lesson=one.lessons[0].lesson, who=one.person, facts={"count": one.count, "most": one.most}
        )
        for one in conflicts.new(conflicts.found(coming, staff), conflicts.found(then, staff))
        if one.code in SOFT and any(each.programme == course.programme.id for each in one.lessons)
    ]  # fmt: skip


def _then(one: Taught, after: Standing | None, spot: Spot, places: Mapping[str, Place]) -> Taught | None:
    """A lesson as it will be taught; nothing where it is given up."""
    if after is not None and not after.takes_place:
        return None
    place = places.get(spot.place or "")
    here = replace(
        one, n=spot.n, date=spot.date, kind=spot.kind, place=house_of(place),
        rooms=place.rooms if place else None,
    )  # fmt: skip
    if after is None:
        return here
    leaders = tuple(pair for pair in one.leaders if pair[0] in after.leaders)
    return replace(here, starts=after.starts, ends=after.ends, leaders=leaders)


async def left_behind(look: Look, course: Course, left: Sequence[Spot], but: Collection[str] = ()) -> list[Clash]:
    """Talks and visits on days that move or fall out: they stay at their time until somebody moves them.

    `but`: those that follow their days, and those that are named one by one.
    """
    found = []
    for spot in sorted(left, key=lambda one: one.date):
        there = await look.all(
            select(Appointment.id).where(
                Appointment.programme == course.programme.id, Appointment.status != "cancelled",
                Appointment.kind.not_in(TUTORING), Appointment.starts >= spot.starts, Appointment.starts < spot.ends,
                Appointment.id.not_in(but),
            )
        )  # fmt: skip
        if there:
            facts = {"count": len(there), "date": spot.date.isoformat(), "n": spot.n}
            found.append(Clash(code="appointments_stay", facts=facts))
    return found


async def tutoring_before(look: Look, course: Course, ends: date) -> list[Clash]:
    """Tutoring that is booked for a day on which the programme will not have ended yet."""
    if ends <= course.programme.ends:
        return []
    midnight = local(ends + timedelta(days=1), time(), course.programme.zone)
    booked = await look.all(
        select(Appointment.id).where(
            Appointment.programme == course.programme.id, Appointment.kind.in_(TUTORING),
            Appointment.status == "confirmed", Appointment.starts > look.now, Appointment.starts < midnight,
        )
    )  # fmt: skip
    return [Clash(code="tutoring_before", facts={"count": len(booked)})] if booked else []
