"""Whom a proposal touches: the lessons before and after, their groups, learners and teachers."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from calendars import publishing
from calendars.rights import Actor
from calendars.standings import Change
from calendars.store import Look
from calendars.tables import Day, Group, Person, Programme, Proposal, Seat


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
    """Who has a seat in one of the groups on one of the days, by name."""
    leaders: dict[str, Person]
    """Everybody who leads one of the lessons before or after."""
    learners_of: dict[str, frozenset[str]]
    """The learners of each lesson, before or after."""


async def touched(look: Look, actor: Actor, proposal: str) -> Touched:
    """What a proposal changes and whom it touches, for whoever plans; as many statements for one lesson as for many."""
    row = await publishing.proposal(look, actor, proposal)
    programme = (await look.all(select(Programme).where(Programme.id == row.programme)))[0]
    changes = sorted(publishing.changes_of(row), key=lambda one: ((one.before or one.after).starts, one.lesson))
    standings = [side for one in changes for side in (one.before, one.after) if side]
    groups = await look.all(select(Group).where(Group.id.in_({one.group for one in standings})))
    days = {one.id: one for one in await look.all(select(Day).where(Day.id.in_({one.day for one in standings})))}
    seats = await look.rows(
        select(Seat.group, Seat.first_day, Seat.last_day, Person)
        .join(Person, Person.id == Seat.person)
        .where(Seat.group.in_({one.group for one in standings}))
        .order_by(Person.name, Person.id)
    )
    sits = [(group, first, last, person) for group, first, last, person in seats]
    learners_of = {one.lesson: _learners(one, days, sits) for one in changes}
    everybody = frozenset().union(*learners_of.values())
    leading = {person for one in standings for person in one.leaders}
    people = await look.all(select(Person).where(Person.id.in_(leading)).order_by(Person.name, Person.id))
    return Touched(
        row, programme, changes, {one.id: one for one in groups}, days,
        list({person.id: person for *_, person in sits if person.id in everybody}.values()),
        {one.id: one for one in people}, learners_of,
    )  # fmt: skip


def _learners(one: Change, days: dict[str, Day], sits: list[tuple[str, date, date, Person]]) -> frozenset[str]:
    return frozenset(
        person.id
        for side in (one.before, one.after)
        if side is not None and side.day in days
        for group, first, last, person in sits
        if group == side.group and first <= days[side.day].date <= last
    )
