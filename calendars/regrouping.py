"""Groups that are formed looked at again: who waits gets a seat in them, and who sits there may change, one by one.

The groups themselves stay, and so does everything that was lived in them: a change ends a seat after a day and begins
another on the next. What is proposed is computed anew each time it is looked at (calendars/grouping/better.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from calendars import groupings, groups, programmes, rights
from calendars.clock import day_of
from calendars.errors import Conflict, Full, Invalid, NotFound
from calendars.grouping.better import Standing
from calendars.grouping.problem import Learner, Problem
from calendars.grouping.weighing import weights
from calendars.people import seating
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Enrolment, Group, Person, Profile, Programme, Seat, Wish


@dataclass(frozen=True, slots=True)
class Today:
    """The groups of a programme as they are formed, with everybody who sits there or waits for a seat."""

    programme: Programme
    groups: tuple[Group, ...]
    standing: tuple[Standing, ...]
    problem: Problem
    names: Mapping[str, str]
    places: Mapping[str, str]
    first_day: date
    """From which day a change holds unless another is said: tomorrow, for today's lessons expect who sits there."""


async def today(look: Look, actor: Actor, programme: str, words: Mapping[str, str] | None = None) -> Today:
    """What lies before whoever looks at formed groups again; `words`: what is important. Raises Invalid."""
    desk = await groupings.desk(look, actor, programme)
    found, formed = desk.programme, await _formed(look, programme)
    size = (await programmes.blueprint_of(look, programme)).groups
    seats = await _seats(look, found)
    profiles = {row.person: row for row in await look.all(select(Profile).where(Profile.person.in_(seats)))}
    people = {row.id: row.shown for row in await look.all(select(Person).where(Person.id.in_(seats)))}
    fields = {group.id: group.field for group in formed}
    seated = [groupings.learner_of(one, fields[seat.group], profiles.get(one)) for one, seat in seats.items()]
    standing = tuple(
        Standing(one.id, one.field, tuple(person for person, seat in seats.items() if seat.group == one.id))
        for one in formed
    )
    learners = (*seated, *desk.learners)
    problem = Problem(
        size.smallest, _largest(found, size.largest), learners, *(await _wishes(look, programme, learners)), {},
        weights(words or {}),
    )  # fmt: skip
    now = day_of(look.now, found.zone)
    return Today(
        found, formed, standing, problem, {**desk.names, **people}, desk.places,
        max(found.starts, now + timedelta(days=1)),
    )  # fmt: skip


async def settle(
    work: Work, actor: Actor, programme: str, changes: Mapping[str, str], first_day: date | None = None
) -> int:
    """Seat these people in these groups from a day on, all of them or none: who waits newly, who sits elsewhere by a
    move. Returns how many changed. Raises Invalid, Full `group_full`, Conflict `sits_there_already`.
    """
    now = await today(work, actor, programme)
    rights.ask(actor, "plan", rights.Target(now.programme.organisation, programme))
    if not changes:
        raise Invalid("nothing_chosen", field="step")
    begins = first_day or now.first_day
    if not now.programme.starts <= begins <= now.programme.ends:
        raise Invalid("outside_the_programme", field="first_day")
    fields = {one.id: one.field for one in now.groups}
    known = {one.id: one for one in now.problem.learners}
    seats = await _seats(work, now.programme)
    for person, group in changes.items():
        if person not in known or group not in fields:
            raise NotFound()
        if known[person].field != fields[group]:
            raise Invalid("other_field", field="step")
        await _settle(work, actor, now.programme, (person, seats.get(person)), group, begins)
    await work.flush()
    for group in set(changes.values()):
        if await seating.room_left(work, now.programme, group, begins, now.programme.ends) < 0:
            raise Full("group_full", field="step", places=_largest(now.programme, now.problem.largest))
    return len(changes)


async def _settle(
    work: Work, actor: Actor, programme: Programme, who: tuple[str, Seat | None], group: str, begins: date
) -> None:
    person, seat = who
    if seat is None:
        mine = (Enrolment.programme == programme.id) & (Enrolment.person == person)
        row = await work.one(select(Enrolment).where(mine))
        first = max(begins, row.first_day or begins)
        await groups.seat(work, actor, group, person, first, row.last_day)
    elif seat.group == group:
        raise Conflict("sits_there_already", field="step")
    else:
        await groups.move(work, actor, seat.id, group, max(begins, seat.first_day))


def _largest(programme: Programme, usual: int) -> int:
    largest: int | None = programme.rules.get("groups", {}).get("largest")
    return usual if largest is None else largest


async def _formed(look: Look, programme: str) -> tuple[Group, ...]:
    rows = await look.all(select(Group).where(Group.programme == programme).order_by(Group.id))
    return tuple(sorted(rows, key=lambda one: (one.field or "", *one.name.values())))


async def _seats(look: Look, programme: Programme) -> dict[str, Seat]:
    """The newest seat of everybody who sits there today or later."""
    now = day_of(look.now, programme.zone)
    lasts = (Seat.last_day >= now) & (Seat.last_day >= Seat.first_day)
    sitting = select(Seat).join(Group, Group.id == Seat.group).where(Group.programme == programme.id, lasts)
    return {row.person: row for row in await look.all(sitting.order_by(Seat.first_day, Seat.id))}


async def _wishes(
    look: Look, programme: str, learners: tuple[Learner, ...]
) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    known = {one.id for one in learners}
    rows = await look.all(select(Wish).where(Wish.programme == programme).order_by(Wish.one, Wish.other))
    together, apart = (
        tuple((it.one, it.other) for it in rows if it.kind == kind and {it.one, it.other} <= known)
        for kind in ("together", "apart")
    )
    return together, apart
