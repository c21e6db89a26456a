"""Whom a proposal touches: the lessons and days before and after, their groups, learners and teachers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from calendars import weeks
from calendars.changes import publishing
from calendars.changes.arranging import Arranged
from calendars.changes.records import RowChange, valued
from calendars.changes.standings import Change, Standing
from calendars.rights import Actor
from calendars.store import Look
from calendars.tables import Appointment, Day, Group, Person, Programme, Proposal, Seat

SHOWN = ("date", "starts", "ends", "kind", "place", "status", "n", "extra")


@dataclass(frozen=True, slots=True)
class DayChange:
    """A day before and after, by what of it changes; a new one had no before."""

    id: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]

    @property
    def taken_out(self) -> bool:
        """Whether it is not held any more."""
        return self.before is not None and self.after["status"] == "cancelled" != self.before["status"]


@dataclass(frozen=True, slots=True)
class MovedTalk:
    """A talk that goes with its day: its kind, whose it is, and when it was and will be; an open time is nobody's."""

    appointment: str
    kind: str
    learner: str
    before: datetime
    after: datetime
    length: timedelta


@dataclass(frozen=True, slots=True)
class Touched:
    """A proposal with everything that a page, or a letter, says of it."""

    proposal: Proposal
    programme: Programme
    changes: list[Change]
    """In order of time."""
    groups: dict[str, Group]
    days: dict[str, Day]
    learners: list[Person]
    """Who has a seat in one of the groups on one of the days, or a talk, by name."""
    leaders: dict[str, Person]
    """Everybody who leads one of the lessons before or after."""
    learners_of: dict[str, frozenset[str]]
    """The learners of each lesson, before or after."""
    talks: list[Arranged] = field(default_factory=list)
    talking: dict[str, Person] = field(default_factory=dict)
    """Everybody in one of the talks."""
    day_changes: list[DayChange] = field(default_factory=list)
    """The days that change, in order of their dates, with what they are before and after."""
    following: list[MovedTalk] = field(default_factory=list)
    """The talks that move with their days, in order of time."""


@dataclass(frozen=True, slots=True)
class Sits:
    """A seat before and after a proposal: its first and last day, and its weekdays."""

    group: str
    person: Person
    before: tuple[date, date]
    after: tuple[date, date]
    weekdays: int = weeks.WHOLE_WEEK

    def comes(self, on: date, *, then: bool) -> bool:
        """Whether she is expected on a day, before it or after it."""
        first, last = self.after if then else self.before
        return first <= on <= last and weeks.on_weekday(self.weekdays, on)


async def touched(look: Look, actor: Actor, proposal: str) -> Touched:
    """What a proposal changes and whom it touches, for whoever plans; as many statements for one lesson as for many."""
    row = await publishing.proposal(look, actor, proposal)
    programme = (await look.all(select(Programme).where(Programme.id == row.programme)))[0]
    changes = sorted(publishing.changes_of(row), key=lambda one: ((one.before or one.after).starts, one.lesson))
    rows = publishing.rows_of(row)
    standings = [side for one in changes for side in (one.before, one.after) if side]
    wanted = {one.day for one in standings} | {one.id for one in rows if one.kind == "day"}
    days = {one.id: one for one in await look.all(select(Day).where(Day.id.in_(wanted)))}
    moves = _day_changes(rows, days)
    sits = await _sits(look, row, rows, {one.group for one in standings}, everybody=bool(moves))
    learners_of = {one.lesson: _learners(one, days, moves, sits) for one in changes}
    everybody = frozenset().union(*learners_of.values(), *(_of_day(one, sits) for one in moves.values()))
    leading = {person for one in standings for person in one.leaders}
    talks = publishing.talks_of(row)
    following = await _following(look, rows)
    talking = {person for one in talks for person in (one.learner, *one.partners)}
    talking |= {one.learner for one in following if one.learner}
    people = await look.all(select(Person).where(Person.id.in_(leading | talking)).order_by(Person.name, Person.id))
    groups = await look.all(
        select(Group).where(Group.id.in_({one.group for one in standings} | {one.group for one in sits}))
    )
    met = {one.id: one for one in people if one.id in talking}
    learners = {one.person.id: one.person for one in sits if one.person.id in everybody}
    talked = {one.learner for one in talks} | {one.learner for one in following}
    learners |= {who: met[who] for who in talked if who in met}
    return Touched(
        row, programme, changes, {one.id: one for one in groups}, days,
        sorted(learners.values(), key=lambda one: (one.name, one.id)),
        {one.id: one for one in people if one.id in leading}, learners_of, talks, met,
        sorted(moves.values(), key=lambda one: ((one.before or one.after)["date"], one.after["n"])), following,
    )  # fmt: skip


async def _following(look: Look, rows: Sequence[RowChange]) -> list[MovedTalk]:
    moved = {one.id: one for one in rows if one.kind == "appointment" and "starts" in one.after}
    if not moved:
        return []
    found = [
        MovedTalk(
            row.id, row.kind, row.learner or "", valued(Appointment, "starts", (moved[row.id].before or {})["starts"]),
            valued(Appointment, "starts", moved[row.id].after["starts"]), row.ends - row.starts,
        )
        for row in await look.all(select(Appointment).where(Appointment.id.in_(moved)))
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.before, one.appointment))


def _day_changes(rows: Sequence[RowChange], days: Mapping[str, Day]) -> dict[str, DayChange]:
    """What stands now lies between what a change writes before and after: the rest of a day is the same in both."""
    found = {}
    for one in rows:
        if one.kind != "day":
            continue
        stands = {name: getattr(days[one.id], name) for name in SHOWN} if one.id in days else {}
        sides = [
            stands | {name: valued(Day, name, value) for name, value in side.items()} if side is not None else None
            for side in (one.before, one.after)
        ]
        assert sides[1] is not None
        found[one.id] = DayChange(one.id, sides[0], sides[1])
    return found


async def _sits(
    look: Look, proposal: Proposal, rows: Sequence[RowChange], groups: set[str], *, everybody: bool
) -> list[Sits]:
    """The seats of these groups, or of the whole programme where its days change, by the names of the learners."""
    chosen = select(Seat, Person).join(Person, Person.id == Seat.person)
    if everybody:
        chosen = chosen.join(Group, Group.id == Seat.group).where(Group.programme == proposal.programme)
    else:
        chosen = chosen.where(Seat.group.in_(groups))
    changed = {one.id: one for one in rows if one.kind == "seat"}
    found = []
    for seat, person in await look.rows(chosen.order_by(Person.name, Person.id)):
        stands = (seat.first_day, seat.last_day)
        one = changed.get(seat.id)
        before, after = (
            (_span(side) if side else stands for side in (one.before, one.after)) if one else (stands, stands)
        )
        found.append(Sits(seat.group, person, before, after, seat.weekdays))
    return found


def _span(side: Mapping[str, Any]) -> tuple[date, date]:
    return valued(Seat, "first_day", side["first_day"]), valued(Seat, "last_day", side["last_day"])


def _learners(
    one: Change, days: Mapping[str, Day], moves: Mapping[str, DayChange], sits: Sequence[Sits]
) -> frozenset[str]:
    return frozenset(
        seat.person.id
        for side, then in ((one.before, False), (one.after, True))
        if side is not None and (on := _date(side, days, moves, then=then)) is not None
        for seat in sits
        if seat.group == side.group and seat.comes(on, then=then)
    )


def _of_day(one: DayChange, sits: Sequence[Sits]) -> frozenset[str]:
    return frozenset(
        seat.person.id
        for seat in sits
        if (one.before is not None and seat.comes(one.before["date"], then=False))
        or seat.comes(one.after["date"], then=True)
    )


def _date(side: Standing, days: Mapping[str, Day], moves: Mapping[str, DayChange], *, then: bool) -> date | None:
    if (move := moves.get(side.day)) is not None:
        on: date | None = move.after["date"] if then else (move.before or move.after)["date"]
        return on
    return days[side.day].date if side.day in days else None
