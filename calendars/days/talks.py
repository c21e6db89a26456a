"""Talks on days that move: they follow to the same hour of the new date where all who are in them are free then.

Whoever is not free keeps hers where it was, and that is said. Interviews, visits, tutoring, private ones and those with
somebody from outside stay: people who are not asked here agreed to their time.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select

from calendars.appointments.kinds import KINDS
from calendars.away import away_between, hours_of, works_then
from calendars.changes.records import RowChange, plain
from calendars.changes.standings import Standing
from calendars.clashes import Booking, booked
from calendars.clock import meet, same_hour
from calendars.days.clashing import Clash
from calendars.days.course import Course, Spot
from calendars.days.seats import Held
from calendars.store import Look
from calendars.tables import Appointment, Partner, Seat

GOING: Final = frozenset(name for name, kind in KINDS.items() if kind.goes_with_its_day)


@dataclass(frozen=True, slots=True)
class DayTalk:
    """A talk on a day that moves, which may go with it, and when it would be."""

    row: Appointment
    partners: frozenset[str]
    n: int
    """The number of its day."""
    on: date
    starts: datetime
    ends: datetime

    @property
    def people(self) -> list[str]:
        """Everybody in it."""
        return sorted({*self.partners, *filter(None, (self.row.learner,))})

    def change(self) -> RowChange:
        """Its row before and after."""
        before, after = (self.row.starts, self.row.ends), (self.starts, self.ends)
        sides = [{"starts": plain(starts), "ends": plain(ends)} for starts, ends in (before, after)]
        return RowChange("appointment", self.row.id, *sides)


@dataclass(frozen=True, slots=True)
class Seated:
    """Who sits where on which days once the change is made."""

    seats: Sequence[Held]
    groups: Mapping[str, str]
    """Id of a seat -> its group."""

    def of(self, group: str, on: date) -> set[str]:
        """The learners of a group on a day."""
        return {one.person for one in self.seats if self.groups.get(one.id) == group and one.comes(on)}

    def sits(self, person: str, on: date) -> bool:
        """Whether she has a seat on that day at all."""
        return any(one.person == person and one.comes(on) for one in self.seats)


async def seated(look: Look, seats: Sequence[Held]) -> Seated:
    """The seats after a change, with their groups."""
    rows = await look.rows(select(Seat.id, Seat.group).where(Seat.id.in_([one.id for one in seats])))
    return Seated(seats, dict(rows))


async def of_days(look: Look, course: Course, changed: Mapping[str, Spot]) -> list[DayTalk]:
    """The talks of the days that move, in order of time."""
    known, zone = {one.id: one for one in course.spots}, course.programme.zone
    moved = [
        (known[id], spot) for id, spot in changed.items()
        if id in known and spot.status == "confirmed" and spot.date != known[id].date
    ]  # fmt: skip
    if not moved:
        return []
    first, last = min(was.starts for was, _ in moved), max(was.ends for was, _ in moved)
    there = (
        Appointment.programme == course.programme.id, Appointment.status != "cancelled", Appointment.outcome == "",
        Appointment.kind.in_(GOING), Appointment.starts >= max(first, course.now), Appointment.starts < last,
    )  # fmt: skip
    with_whom, guests = defaultdict[str, set[str]](set), set[str]()
    rows: dict[str, Appointment] = {}
    for row, partner in await look.rows(
        select(Appointment, Partner).outerjoin(Partner, Partner.appointment == Appointment.id).where(*there)
    ):
        rows[row.id] = row
        if partner is not None:
            with_whom[row.id].add(partner.person)
            guests |= {row.id} if partner.guest else set()
    found = []
    for row in rows.values():
        at = next(((was, spot) for was, spot in moved if was.starts <= row.starts < was.ends), None)
        if at is None or row.id in guests:
            continue
        starts = same_hour(at[1].date, row.starts, zone)
        whole = frozenset(with_whom[row.id])
        found.append(DayTalk(row, whole, at[1].n, at[1].date, starts, starts + (row.ends - row.starts)))
    return sorted(found, key=lambda one: (one.row.starts, one.row.id))


async def kept_out(
    look: Look, course: Course, going: Sequence[DayTalk], lessons: Mapping[str, Standing], seats: Seated,
) -> dict[str, Clash]:  # fmt: skip
    """Which of these talks cannot be at their new time, each with the reason. `lessons`: those that move, as they will.

    Raises nothing: whoever is taken, away or not at work then, and a room that is taken, keep a talk where it is.
    """
    if not going:
        return {}
    learners = {one.row.learner for one in going if one.row.learner}
    bookings = [Booking(who, one.starts, one.ends, one.row.id) for one in going for who in one.people]
    standing = await booked(look, bookings, lessons.keys(), learners)
    taken: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for stands in standing:
        taken[stands.whose].append((stands.starts, stands.ends))
    for lesson in lessons.values():
        if lesson.takes_place:
            here = seats.of(lesson.group, course.day_of(lesson.starts))
            for who in (*lesson.leaders, *here):
                taken[who].append((lesson.starts, lesson.ends))
    absent = await _away(look, course, going)
    rooms = await _rooms(look, going)
    found: dict[str, Clash] = {}
    for one in going:
        why = _why(one, seats, taken, absent, rooms)
        if why:
            facts = {"why": why, "n": one.n, "date": plain(course.day_of(one.row.starts)), "kind": one.row.kind,
                     "starts": plain(one.row.starts), "ends": plain(one.row.ends)}  # fmt: skip
            found[one.row.id] = Clash(code="talk_stays", who=one.row.learner or "", other=one.row.id, facts=facts)
            continue
        for who in one.people:
            taken[who].append((one.starts, one.ends))
        rooms[_room(one.row)].append((one.starts, one.ends))
    return found


def _why(
    one: DayTalk, seats: Seated, taken: Mapping[str, Sequence[tuple[datetime, datetime]]],
    absent: Collection[str], rooms: Mapping[tuple[str, str], Sequence[tuple[datetime, datetime]]],
) -> str:  # fmt: skip
    if one.row.learner and not seats.sits(one.row.learner, one.on):
        return "no_seat"
    if one.row.learner and meet(taken.get(one.row.learner, ()), one.starts, one.ends):
        return "learner_busy"
    if any(meet(taken.get(who, ()), one.starts, one.ends) for who in one.partners):
        return "staff_busy"
    if one.row.id in absent:
        return "staff_away"
    room = _room(one.row)
    return "room_taken" if all(room) and meet(rooms.get(room, ()), one.starts, one.ends) else ""


def _room(row: Appointment) -> tuple[str, str]:
    """House and room; of a talk that has none, or is held elsewhere, something is empty."""
    return (row.place or "", row.spot.strip().casefold()) if row.way == "on_site" else ("", "")


async def _away(look: Look, course: Course, going: Sequence[DayTalk]) -> set[str]:
    """The talks of whose staff somebody is away then, or does not work at that hour."""
    staff = {who for one in going for who in one.partners}
    first, last = min(one.starts for one in going), max(one.ends for one in going)
    away, hours, zone = await away_between(look, staff, first, last), await hours_of(look, staff), course.programme.zone
    return {
        one.row.id
        for one in going
        for who in one.partners
        if meet(away.get(who, ()), one.starts, one.ends)
        or not works_then(hours.get(who, ()), one.starts, one.ends, zone)
    }


async def _rooms(
    look: Look, going: Sequence[DayTalk]
) -> dict[tuple[str, str], list[tuple[datetime, datetime]]]:  # fmt: skip
    """When the rooms of these talks are taken by others."""
    first, last = min(one.starts for one in going), max(one.ends for one in going)
    places = {one.row.place for one in going if one.row.place}
    found: dict[tuple[str, str], list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in await look.all(
        select(Appointment).where(
            Appointment.place.in_(places), Appointment.status != "cancelled", Appointment.starts < last,
            Appointment.ends > first, Appointment.id.not_in([one.row.id for one in going]),
        )
    ):  # fmt: skip
        found[_room(row)].append((row.starts, row.ends))
    return found
