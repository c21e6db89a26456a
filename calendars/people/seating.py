"""Seats as they are lived: a place in the queue, a late start, an early end, a pause and return, a no-show replaced."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from calendars import groups, rights
from calendars.clock import day_of
from calendars.errors import Conflict, Full, Invalid, NotFound
from calendars.people import enrolments
from calendars.rights import Actor
from calendars.store import Look, Work
from calendars.tables import Enrolment, Group, Programme, Seat


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody gets: which group, and between which days; None: from today, until the programme's end."""

    group: str
    first_day: date | None = None
    last_day: date | None = None


async def place(work: Work, actor: Actor, person: str, where: Place, grounds: str = "") -> Seat | None:
    """Accept somebody and give her a seat; None when the group is full: she stands on the waiting list then.

    Raises what `enrolments.admit` and `groups.seat` raise.
    """
    group, programme, target = await rights.target_of_group(work, where.group)
    rights.ask(actor, "plan", target)
    row = await enrolments.admit(work, actor, programme.id, person, grounds)
    row.field = group.field or row.field
    first = where.first_day or max(day_of(work.now, programme.zone), programme.starts)
    last = where.last_day or row.last_day or programme.ends
    if await room_left(work, programme, group.id, first, last) < 1:
        await enrolments.settle(work, actor, row, "waiting")
        return None
    seat = await groups.seat(work, actor, group.id, person, first, last)
    row.first_day, row.last_day = where.first_day, where.last_day or row.last_day
    await work.flush()
    return seat


async def room_left(look: Look, programme: Programme, group: str, first: date, last: date) -> int:
    """How many more could sit in a group on each of these days; a programme without a size has room for all."""
    largest: int | None = programme.rules.get("groups", {}).get("largest")
    if largest is None:
        return 1_000
    await look.run(
        select(Group.id).where(Group.id == group).with_for_update(key_share=True)
    )  # two must not take the last place
    spans = await look.all(select(Seat).where(Seat.group == group, Seat.first_day <= last, Seat.last_day >= first))
    standing = [one for one in spans if one.first_day <= one.last_day]
    begins = {first, *(one.first_day for one in standing if one.first_day > first)}
    fullest: int = max(sum(one.first_day <= day <= one.last_day for one in standing) for day in begins)
    return largest - fullest


async def ask_room(look: Look, actor: Actor, where: Place) -> None:
    """Raises Full `group_full` when somebody could not sit there on all of these days."""
    _, programme, target = await rights.target_of_group(look, where.group)
    rights.ask(actor, "plan", target)
    first = where.first_day or max(day_of(look.now, programme.zone), programme.starts)
    if await room_left(look, programme, where.group, first, where.last_day or programme.ends) < 1:
        raise Full("group_full", field="group", places=programme.rules["groups"]["largest"])


async def stop(work: Work, actor: Actor, seat: str, reason: str, last_day: date | None = None) -> None:
    """End a seat after its last day (today), with all that would follow it here, and the enrolment with it."""
    row = await _seat(work, seat)
    programme = await _programme_of(work, row)
    await _leave(work, actor, programme, row.person, reason, last_day)
    enrolment = await enrolments.enrolled(work, actor, programme.id, row.person, "accepted")
    status = "no_show" if reason == "no_show" else "ended"
    await enrolments.settle(work, actor, enrolment, status, reason)


async def pause(
    work: Work, actor: Actor, programme: str, person: str, reason: str, last_day: date | None = None
) -> None:
    """She pauses after a day (today): expected nowhere until she returns. Raises Conflict `no_seat`."""
    enrolment = await enrolments.enrolled(work, actor, programme, person, "accepted")
    until = (await _sits(work, programme, person)).last_day
    found, _ = await rights.target_of_programme(work, programme)
    await _leave(work, actor, found, person, reason, last_day)
    enrolment.last_day = until if until != found.ends else None
    await enrolments.settle(work, actor, enrolment, "paused", reason)


async def resume(work: Work, actor: Actor, programme: str, person: str, where: Place | None = None) -> Seat:
    """She returns on a day (today), to her old group unless another is said, as a second seat beside the first.

    Raises Conflict `not_on_pause`, Full `group_full`.
    """
    enrolment = await enrolments.enrolled(work, actor, programme, person, "accepted")
    if enrolment.status != "paused":
        raise Conflict("not_on_pause", field="person")
    before = await _newest(work, programme, person)
    where = where or Place("")
    group = where.group or (before.group if before else "")
    found, its, _ = await rights.target_of_group(work, group)
    if its.id != programme:
        raise Invalid("other_programme", field="group")
    first = where.first_day or max(day_of(work.now, its.zone), its.starts)
    last = where.last_day or enrolment.last_day or its.ends
    await ask_room(work, actor, Place(found.id, first, last))
    seat = await groups.seat(work, actor, found.id, person, first, last)
    await enrolments.settle(work, actor, enrolment, "accepted")
    return seat


async def replace(
    work: Work, actor: Actor, programme: str, gone: str, first_day: date | None = None, *, after: str = "",
    grounds: str = "",
) -> Seat:  # fmt: skip
    """Somebody never came: in one act her seat ends and the next in the queue has it from a day on (today).

    `after`: whom to take instead of the first who waits for this field. Raises Conflict `nobody_waits`, `no_seat`.
    """
    found, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    old = await _sits(work, programme, gone)
    first = first_day or max(day_of(work.now, found.zone), found.starts)
    leaving = await enrolments.enrolled(work, actor, programme, gone, "accepted")
    group = await work.get(Group, old.group)
    queue = await waiting(work, actor, programme, group.field if group else None)
    chosen = [one for one in queue if not after or one.person == after]
    if not chosen:
        raise Conflict("nobody_waits", field="after")
    last = old.last_day
    await _leave(work, actor, found, gone, "no_show", first - timedelta(days=1))
    await enrolments.settle(work, actor, leaving, "no_show", "no_show")
    await work.flush()
    seat = await place(work, actor, chosen[0].person, Place(old.group, first, last), grounds)
    if seat is None:
        raise Full("group_full", field="after", places=found.rules["groups"]["largest"])
    return seat


async def waiting(look: Look, actor: Actor, programme: str, field: str | None = None) -> list[Enrolment]:
    """Who waits, the first who asked first; with a `field` only those who would sit in one of its groups."""
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "counsel", target)
    statement = select(Enrolment).where(Enrolment.programme == programme, Enrolment.status == "waiting")
    if field is not None:
        statement = statement.where(Enrolment.field.is_(None) | (Enrolment.field == field))
    return list(await look.all(statement.order_by(Enrolment.applied, Enrolment.id)))


async def _leave(
    work: Work, actor: Actor, programme: Programme, person: str, reason: str, last_day: date | None
) -> None:
    """End every seat of hers in a programme after a day (today): a move that is ahead would bring her back else.

    Raises Invalid `ends_already` when none goes on beyond that day.
    """
    last = last_day or day_of(work.now, programme.zone)
    hers = select(Seat).join(Group, Group.id == Seat.group).where(Group.programme == programme.id)
    beyond = hers.where(Seat.person == person, Seat.last_day > last, Seat.last_day >= Seat.first_day)
    rows = await work.all(beyond.order_by(Seat.first_day, Seat.id))
    if not rows:
        raise Invalid("ends_already", field="last_day")
    for row in rows:
        await groups.unseat(work, actor, row.id, reason, last)


async def _sits(look: Look, programme: str, person: str) -> Seat:
    """The seat that she has today or later. Raises Conflict `no_seat`."""
    found, _ = await rights.target_of_programme(look, programme)
    seat = await _newest(look, programme, person)
    if seat is None or seat.last_day < day_of(look.now, found.zone):
        raise Conflict("no_seat", field="person")
    return seat


async def _newest(look: Look, programme: str, person: str) -> Seat | None:
    hers = select(Seat).join(Group, Group.id == Seat.group).where(Group.programme == programme, Seat.person == person)
    standing = hers.where(Seat.last_day >= Seat.first_day).order_by(Seat.last_day.desc(), Seat.id)
    row: Seat | None = await look.one(standing.limit(1))
    return row


async def _seat(look: Look, seat: str) -> Seat:
    row = await look.get(Seat, seat)
    if row is None:
        raise NotFound()
    return row


async def _programme_of(look: Look, seat: Seat) -> Programme:
    return (await rights.target_of_group(look, seat.group))[1]
