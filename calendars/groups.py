"""Small groups, each of one field where the programme has fields, and the seats in them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import and_, select, update

from calendars import grants, rights, weeks
from calendars.clock import day_of, local
from calendars.errors import Invalid, NotFound, Overlaps
from calendars.facts import GroupFormed, Seated, SeatsChanged, Unseated, WeekdaysSet
from calendars.grants import Right
from calendars.names import clean_name
from calendars.rights import Actor, Target
from calendars.store import Look, Work, new_id
from calendars.tables import Day, Enrolment, Field, Grant, Group, Lesson, Person, Programme, Seat

REASONS = (
    "moved", "employed", "education", "ill", "moved_away", "own_wish", "mistake", "other", "no_show", "pause",
    "finished", "weekdays",
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
    weekdays: tuple[str, ...] = ()
    """Those on which she comes; none: the whole week."""


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
    work: Work, actor: Actor, group: str, person: str, first_day: date | None = None, last_day: date | None = None,
    weekdays: int | None = None,
) -> Seat:  # fmt: skip
    """Give a person a seat from one day to another (both included), by default the whole programme.

    `weekdays`: on which she comes (weeks.py); None: those that her enrolment says, else the whole week.
    Raises Overlaps `seated_already` when she sits in a group of this programme on one of these days.
    """
    _, programme, _ = await rights.target_of_group(work, group)
    sits = Sitting(group, person, first_day or programme.starts, last_day or programme.ends, weekdays)
    return (await seat_all(work, actor, programme.id, [sits]))[0]


@dataclass(frozen=True, slots=True)
class Sitting:
    """A seat to be given: both days included."""

    group: str
    person: str
    first_day: date
    last_day: date
    weekdays: int | None = None


async def seat_all(work: Work, actor: Actor, programme: str, sittings: Sequence[Sitting]) -> list[Seat]:
    """Give many people seats in groups of one programme, in the same few statements however many; all or none.

    Raises what `seat` raises.
    """
    found, target = await rights.target_of_programme(work, programme)
    people, groups = {one.person for one in sittings}, {one.group for one in sittings}
    for group in sorted(groups):
        rights.ask(actor, "plan", Target(target.organisation, programme, group))
    known = await work.all(select(Group.id).where(Group.programme == programme, Group.id.in_(groups)))
    held = await work.all(select(Person.id).where(Person.id.in_(people)).order_by(Person.id).with_for_update())
    if set(known) != groups or set(held) != people:
        raise NotFound()
    await rights.ask_to_involve(work, actor, people)
    await _check_seats(work, programme, sittings)
    mine = select(Enrolment.person, Enrolment.weekdays).where(Enrolment.programme == programme)
    usual = dict(await work.rows(mine.where(Enrolment.person.in_(people))))
    given = await grants.lay(work, actor, [(one.person, _right(found, one)) for one in sittings])
    rows = [
        Seat(
            id=new_id(), group=one.group, person=one.person, first_day=one.first_day, last_day=one.last_day,
            weekdays=one.weekdays or usual.get(one.person) or weeks.WHOLE_WEEK, grant=grant.id,
        )
        for one, grant in zip(sittings, given, strict=True)
    ]  # fmt: skip
    work.add(*rows)
    for one in sittings:
        work.tell(Seated(stream=programme, person=one.person, group=one.group, by=actor.person))
    await work.flush()
    if sittings:
        first, last = min(one.first_day for one in sittings), max(one.last_day for one in sittings)
        await tell_rosters(work, groups, first, last)
    return rows


async def _check_seats(look: Look, programme: str, sittings: Sequence[Sitting]) -> None:
    """Raises Invalid `backwards`, Overlaps `seated_already`."""
    statement = select(Seat).join(Group, Group.id == Seat.group).where(Group.programme == programme)
    standing = await look.all(statement.where(Seat.person.in_({one.person for one in sittings})))
    taken = [(row.person, row.group, row.first_day, row.last_day) for row in standing if row.first_day <= row.last_day]
    for one in sittings:
        if one.last_day < one.first_day:
            raise Invalid("backwards", field="last_day")
        for person, group, first, last in taken:
            if person == one.person and first <= one.last_day and one.first_day <= last:
                raise Overlaps("seated_already", group=group, first_day=first, last_day=last)
        taken.append((one.person, one.group, one.first_day, one.last_day))


def _right(programme: Programme, one: Sitting | Seat) -> Right:
    """The right of a seat: from its first day to the end of its last."""
    starts, until = (local(day, time(), programme.zone) for day in (one.first_day, one.last_day + timedelta(days=1)))
    return Right("learner", "group", one.group, starts, until)


async def follow_seats(work: Work, programme: Programme, seats: Collection[Seat]) -> None:
    """Seats were made longer or shorter by an act that has asked: the right of each is as long as it again."""
    for seat in seats:
        right = _right(programme, seat)
        span = {"starts": right.starts, "until": right.until}
        await work.run(update(Grant).where(Grant.id == seat.grant).values(span))
    await grants.touch(work, *(seat.person for seat in seats))


async def unseat(work: Work, actor: Actor, held: str, reason: str, last_day: date | None = None) -> None:
    """End a seat after `last_day`, by default today; what was lived in it stays. Raises Invalid `ends_already`."""
    row, programme, target = await _held(work, held)
    rights.ask(actor, "plan", target)
    if reason not in REASONS:
        raise Invalid("bad_choice", field="reason")
    last = last_day or day_of(work.now, programme.zone)
    if last >= row.last_day:
        raise Invalid("ends_already", field="last_day")
    await tell_rosters(work, {row.group}, last + timedelta(days=1), row.last_day)
    row.last_day, row.reason = last, reason
    await follow_seats(work, programme, [row])
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
    await follow_seats(work, programme, [row])
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
    return await seat(work, actor, group, row.person, max(first, row.first_day), last, row.weekdays)


async def come_on(work: Work, actor: Actor, held: str, weekdays: int, first_day: date) -> Seat:
    """Let a learner come on certain weekdays (weeks.py) from a day on. What was before it stays, in a seat of its own.

    Returns the seat that has them. Raises Invalid `ends_already`.
    """
    row, programme, target = await _held(work, held)
    rights.ask(actor, "plan", target)
    if first_day > row.last_day:
        raise Invalid("ends_already", field="first_day")
    if first_day > row.first_day:
        last = row.last_day
        await unseat(work, actor, held, "weekdays", first_day - timedelta(days=1))
        await work.flush()
        row = await seat(work, actor, row.group, row.person, first_day, last, weekdays)
    else:
        row.weekdays = weekdays
        await tell_rosters(work, {row.group}, row.first_day, row.last_day)
    told = WeekdaysSet(stream=programme.id, person=row.person, weekdays=weekdays, first=first_day.isoformat(),
                       by=actor.person)  # fmt: skip
    work.tell(told)
    await work.flush()
    return row


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
        .where(Seat.person == person, Seat.last_day >= Seat.first_day, Programme.status == "confirmed")
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
    return Member(
        seat.id, seat.group, who.id, who.shown, who.telephone, who.language, seat.first_day, seat.last_day,
        weeks.named(seat.weekdays),
    )  # fmt: skip


def _on(day: date | None) -> list[Any]:
    return [] if day is None else [_between(day, day)]


def _between(first: date, last: date) -> Any:
    return (Seat.first_day <= last) & (Seat.last_day >= first)


async def tell_rosters(
    work: Work, groups: Collection[str], first: date = date.min, last: date = date.max
) -> None:  # fmt: skip
    """Rosters of lessons soon to come, whose lists are not frozen yet, hear that they have other people now."""
    open_lists = (
        select(Lesson.id)
        .join(Day, Day.id == Lesson.day)
        .where(Lesson.group.in_(groups), Lesson.frozen.is_(None), Lesson.status != "cancelled")
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
