"""Small groups, each of one field where the programme has fields, and the seats in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import and_, select, update

from calendars import rights
from calendars.clock import day_of, local
from calendars.errors import Invalid, NotFound, Overlaps
from calendars.facts import GroupFormed, Seated, SeatsChanged, Unseated
from calendars.names import clean_name
from calendars.rights import Actor, Right, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Day, Field, Grant, Group, Lesson, Person, Programme, Seat

REASONS = (
    "moved", "employed", "education", "ill", "moved_away", "own_wish", "mistake", "other", "no_show", "pause",
    "finished",
)  # fmt: skip
"""Why a seat ended, as codes: the trail outlives the person, so it holds no sentences about her."""

WATCHED = timedelta(hours=24)
"""How long before a lesson somebody may look at its roster."""


@dataclass(frozen=True, slots=True)
class NewGroup:
    """A group to be formed: `field` is the id of one of the programme's fields, empty where it has none."""

    programme: str
    field: str
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """A learner in a group, with the days between which she sits there."""

    seat: str
    group: str
    person: str
    name: str
    telephone: str
    language: str
    first_day: date
    last_day: date


async def form(work: Work, actor: Actor, new: NewGroup) -> Group:
    """Form a group; where the programme has fields, of one of them. Raises Invalid `field_missing`."""
    programme, target = await rights.target_of_programme(work, new.programme)
    rights.ask(actor, "plan", target)
    known = list(await work.all(select(Field.id).where(Field.programme == programme.id)))
    if new.field and new.field not in known:
        raise NotFound()
    if known and not new.field:
        raise Invalid("field_missing", field="field")
    name = {programme.language: clean_name(new.name)}
    group = Group(id=new_id(), programme=programme.id, field=new.field or None, name=name, modified=work.now)
    work.add(group)
    work.tell(GroupFormed(stream=programme.id, group=group.id, by=actor.person))
    await work.flush()
    return group


async def rename(work: Work, actor: Actor, group: str, name: str) -> Group:
    """Give a group another name."""
    found, programme, target = await rights.target_of_group(work, group)
    rights.ask(actor, "plan", target)
    found.name = {programme.language: clean_name(name)}
    found.modified = work.now
    work.tell(GroupFormed(stream=programme.id, group=group, by=actor.person))
    return found


async def seat(
    work: Work, actor: Actor, group: str, person: str, first_day: date | None = None, last_day: date | None = None
) -> Seat:
    """Give a person a seat from one day to another (both included), by default the whole programme.

    Raises Overlaps `seated_already` when she sits in a group of this programme on one of these days.
    """
    _, programme, target = await rights.target_of_group(work, group)
    rights.ask(actor, "plan", target)
    first, last = first_day or programme.starts, last_day or programme.ends
    if last < first:
        raise Invalid("backwards", field="last_day")
    if await work.one(select(Person.id).where(Person.id == person).with_for_update()) is None:
        raise NotFound()
    await rights.ask_to_involve(work, actor, [person])
    other = await work.one(
        select(Seat)
        .join(Group, Group.id == Seat.group)
        .where(Seat.person == person, Group.programme == programme.id, _between(first, last))
    )
    if other is not None:
        raise Overlaps("seated_already", group=other.group, first_day=other.first_day, last_day=other.last_day)
    zone = programme.zone
    right = Right("learner", "group", group, local(first, time(), zone), local(last + timedelta(days=1), time(), zone))
    grant = await rights.give(work, actor, person, right, target)
    await work.flush()
    row = Seat(id=new_id(), group=group, person=person, first_day=first, last_day=last, grant=grant.id)
    work.add(row)
    work.tell(Seated(stream=programme.id, person=person, group=group, by=actor.person))
    await work.flush()
    await _tell_rosters(work, group, first, last)
    return row


async def unseat(work: Work, actor: Actor, held: str, reason: str, last_day: date | None = None) -> None:
    """End a seat after `last_day`, by default today; what was lived in it stays. Raises Invalid `ends_already`."""
    row, programme, target = await _held(work, held)
    rights.ask(actor, "plan", target)
    if reason not in REASONS:
        raise Invalid("bad_choice", field="reason")
    last = last_day or day_of(work.now, programme.zone)
    if last >= row.last_day:
        raise Invalid("ends_already", field="last_day")
    await _tell_rosters(work, row.group, last + timedelta(days=1), row.last_day)
    row.last_day, row.reason = last, reason
    until = local(last + timedelta(days=1), time(), programme.zone)
    await work.run(update(Grant).where(Grant.id == row.grant).values(until=until))
    await rights.touch(work, row.person)
    work.tell(Unseated(stream=programme.id, person=row.person, group=row.group, reason=reason, by=actor.person))


async def prolong(work: Work, actor: Actor, held: str, last_day: date) -> None:
    """Let somebody sit longer, until a later last day. Raises Invalid `backwards`, Overlaps `seated_already`."""
    row, programme, target = await _held(work, held)
    rights.ask(actor, "plan", target)
    if last_day <= row.last_day:
        raise Invalid("backwards", field="last_day")
    await work.run(select(Person.id).where(Person.id == row.person).with_for_update())
    hers = (Seat.person == row.person) & (Group.programme == programme.id) & (Seat.id != row.id)
    statement = select(Seat).join(Group, Group.id == Seat.group).where(hers, _between(row.first_day, last_day))
    for other in await work.all(statement):
        if other.last_day >= other.first_day:
            raise Overlaps("seated_already", group=other.group, first_day=other.first_day, last_day=other.last_day)
    row.last_day, row.reason = last_day, ""
    until = local(last_day + timedelta(days=1), time(), programme.zone)
    await work.run(update(Grant).where(Grant.id == row.grant).values(until=until))
    await rights.touch(work, row.person)
    work.tell(Seated(stream=programme.id, person=row.person, group=row.group, by=actor.person))


async def move(work: Work, actor: Actor, held: str, group: str, first_day: date | None = None) -> Seat:
    """Move a learner to another group of the programme from a day on (today); her past stays with the old one."""
    row, programme, _ = await _held(work, held)
    first, last = first_day or day_of(work.now, programme.zone), row.last_day
    _, other, _ = await rights.target_of_group(work, group)
    if other.id != programme.id:
        raise Invalid("other_programme", field="group")
    if group == row.group:
        raise Invalid("bad_choice", field="group")
    if first > last:
        raise Invalid("ends_already", field="first_day")
    await unseat(work, actor, held, "moved", first - timedelta(days=1))
    await work.flush()
    return await seat(work, actor, group, row.person, max(first, row.first_day), last)


async def members(look: Look, actor: Actor, groups: Sequence[str], day: date | None = None) -> list[Member]:
    """Who sits in these groups, on one day or ever, by name. Each group needs the right to see its people."""
    sat = (Seat.group == Group.id) & (Seat.last_day >= Seat.first_day)
    rows = await look.rows(
        select(Group.id, Programme.id, Programme.organisation, Seat, Person)
        .join(Programme, Programme.id == Group.programme)
        .outerjoin(Seat, and_(sat, *_on(day)))
        .outerjoin(Person, Person.id == Seat.person)
        .where(Group.id.in_(groups))
        .order_by(Person.name, Person.id, Seat.first_day)
    )
    if {group for group, *_ in rows} != set(groups):  # also of a group that nobody sits in nothing may be learnt
        raise NotFound()
    for group, programme, organisation, *_ in rows:
        rights.ask(actor, "see_people", Target(organisation, programme, group))
    return [_member(one, who) for *_, one, who in rows if one is not None]


async def seats_of(look: Look, actor: Actor, person: str) -> list[tuple[Member, Group, Programme]]:
    """The seats that somebody has and had, the newest first, where the actor may see who sits."""
    await rights.ask_about(look, actor, "see_people", person)
    rows = await look.rows(
        select(Seat, Person, Group, Programme)
        .join(Person, Person.id == Seat.person)
        .join(Group, Group.id == Seat.group)
        .join(Programme, Programme.id == Group.programme)
        .where(Seat.person == person, Seat.last_day >= Seat.first_day)
        .order_by(Seat.first_day.desc(), Seat.id)
    )
    return [
        (_member(seat, who), group, programme)
        for seat, who, group, programme in rows
        if rights.may(actor, "see_people", Target(programme.organisation, programme.id, group.id))
    ]


async def of_programme(look: Look, actor: Actor, programme: str) -> list[tuple[Group, Field | None]]:
    """The groups of a programme with their fields, where it has any."""
    await rights.ask_part(look, actor, programme)
    rows = await look.rows(
        select(Group, Field)
        .outerjoin(Field, Field.id == Group.field)
        .where(Group.programme == programme)
        .order_by(Group.id)
    )
    found: list[tuple[Group, Field | None]] = [(group, field) for group, field in rows]
    return sorted(found, key=lambda pair: (pair[1].code if pair[1] else "", *pair[0].name.values()))


def _member(seat: Seat, who: Person) -> Member:
    return Member(seat.id, seat.group, who.id, who.shown, who.telephone, who.language, seat.first_day, seat.last_day)


def _on(day: date | None) -> list[Any]:
    return [] if day is None else [_between(day, day)]


def _between(first: date, last: date) -> Any:
    return (Seat.first_day <= last) & (Seat.last_day >= first)


async def _tell_rosters(work: Work, group: str, first: date, last: date) -> None:
    """Rosters of lessons soon to come, whose lists are not frozen yet, hear that they have other people now."""
    open_lists = (
        select(Lesson.id)
        .join(Day, Day.id == Lesson.day)
        .where(Lesson.group == group, Lesson.frozen.is_(None), Lesson.status != "cancelled")
        .where(Lesson.starts < work.now + WATCHED, Lesson.ends > work.now, Day.date.between(first, last))
        .order_by(Lesson.id)
    )
    for lesson in await work.all(open_lists):
        work.tell(SeatsChanged(stream=lesson))


async def _held(look: Look, seat: str) -> tuple[Seat, Programme, Target]:
    row = await look.get(Seat, seat)
    if row is None:
        raise NotFound()
    _, programme, target = await rights.target_of_group(look, row.group)
    return row, programme, target
