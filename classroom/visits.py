"""A stay in a room: enter, beat, fall silent, come back, leave. Nothing is ever credited beyond the last evidence.

The evidence is the acknowledgement of a beat that the *server* sent; `b` moves forward in place and is idempotent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from calendars import rights
from calendars.chains import EMBEDDED
from calendars.clock import seconds
from calendars.errors import Full, NotFound, NotOpen
from calendars.lessons import freeze
from calendars.rights import Actor, Target
from calendars.store import Work, new_id
from calendars.tables import Day, Lesson, Programme, Visitor
from classroom import ledger, moves, rooms
from classroom.facts import CouldNotEnter, Dropped, Entered, Left, Resumed, SoundChanged
from classroom.known import step
from classroom.ledger import close_stays
from classroom.tables import Evidence, Visit
from classroom.video.shape import AT_MOST, VISITORS_AT_MOST, Peer, shape

BEAT = 15.0  # seconds between two beats
KNOCKS = timedelta(minutes=1)  # so often one refusal of one person is written down
# Statements of coming and going are made once: to build one costs as much as to run it.
_ROOM = (
    select(Lesson, Programme, Day.kind, Visit)
    .join(Programme, Programme.id == Lesson.programme)
    .join(Day, Day.id == Lesson.day)
    .outerjoin(Visit, (Visit.lesson == Lesson.id) & Visit.closed.is_(None))
    .where(Lesson.id == bindparam("which"))
)
_OPEN_STAYS = (
    select(Visit)
    .where(Visit.connection == bindparam("socket"), Visit.closed.is_(None))
    .order_by(Visit.lesson, Visit.id)
    .with_for_update()
)
_GIVEN = ("id", "epoch", "connection", "lesson", "person", "role", "device", "media", "a", "b", "steps")
_VISITS: Any = Visit.__table__
_SAME = [_VISITS.c[name] == bindparam(f"_{name}") for name in ("epoch", "connection", "lesson")]
_EARLIER = select(func.coalesce(func.max(_VISITS.c.part), 0)).where(*_SAME).scalar_subquery()
_STAY = (
    insert(_VISITS)
    .values({name: bindparam(f"_{name}") for name in (*_GIVEN, "end")} | {"part": _EARLIER + 1})
    .returning(_VISITS.c.part)
)


@dataclass(frozen=True, slots=True)
class Connection:
    """One socket, as this process knows it. Its id is the server's own random word."""

    id: str
    epoch: str
    device: str = ""
    beats: bool = True
    """Whether it is heard while it lasts; a life in fast motion is not."""


@dataclass(frozen=True, slots=True)
class Stay:
    """What the live process must remember of an open visit."""

    visit: str
    lesson: str
    target: Target
    person: str
    role: str
    connection: str
    a: datetime
    b: datetime
    lease: int
    part: int
    media: bool


async def enter(work: Work, actor: Actor, lesson: str, connection: Connection, *, media: bool = True) -> Stay:
    """Come into a lesson's room. The same connection entering again gets the stay that it has.

    `media`: her browser takes part in sound and picture; without it she has the board alone.
    Raises NotFound for whoever may not know of the lesson, NotOpen outside the doors, Full when no place is left.
    """
    found, programme, kind, open_visits = await _room(work, lesson)
    target = rights.place_of(found, programme)
    rights.ask(actor, "enter", target)
    role = rights.role_in(actor, target)
    if kind != "online":
        raise NotOpen("lesson_on_site")
    rooms.check_open(found, programme.rules, role, work.now)
    lease = rooms.rules_of(programme).lease
    for visit in open_visits:
        if (visit.epoch, visit.connection) == (connection.epoch, connection.id):
            return _stay(visit, target, lease)
    if media:
        await _check_space(work, found, programme, open_visits, actor.person, role)
    if found.frozen is None:
        await freeze(work, lesson)
    if role in rights.LEADS and found.opened is None and role != "coordinator":
        rooms.hold(work, found, actor.person, max(work.now, found.starts))
    visit = Visit(
        id=new_id(), epoch=connection.epoch, connection=connection.id, lesson=lesson, person=actor.person,
        role=role, device=connection.device, media=media, a=work.now, b=work.now,
        steps="" if connection.beats else None,
    )  # fmt: skip
    await _insert(work, visit)
    work.tell(Entered(stream=lesson, person=actor.person, visit=visit.id, role=role, late_by=late_by(found, work.now)))
    return _stay(visit, target, lease)


def late_by(lesson: Lesson, first: datetime) -> int:
    """Seconds after the lesson was opened; 0 while it was not."""
    if lesson.opened is None or first <= lesson.opened:
        return 0
    return int((first - lesson.opened).total_seconds())


async def _check_space(
    work: Work, lesson: Lesson, programme: Programme, visits: Sequence[Visit], person: str, role: str
) -> None:
    """Whether she fits in beside the others. Whoever leads always does, and a visitor takes nobody's place.

    Visitors stand beside the class: it is not counted against them, nor they against it, but there are few.
    """
    if moves.room_of(lesson, programme) != EMBEDDED or role in rights.LEADS:
        return
    peers = [
        Peer(one.connection, one.person, one.role, one.a, one.up) for one in visits if one.media and one.lost is None
    ]
    places = VISITORS_AT_MOST if role == "visitor" else shape(peers).capacity
    others = {peer.person for peer in peers if (peer.role == "visitor") == (role == "visitor")} - {person}
    if len(others) < places:
        return
    # Who was in has her place back after a break, also while the centre herself is away and her line unknown.
    if len(others) >= AT_MOST or role == "visitor" or not await _was_in(work, lesson.id, person):
        raise Full("room_full", places=places)


async def _was_in(work: Work, lesson: str, person: str) -> bool:
    earlier = select(Visit.id).where(Visit.lesson == lesson, Visit.person == person, Visit.media)
    return await work.one(earlier.limit(1)) is not None


async def refused(work: Work, actor: Actor, lesson: str, step: str) -> None:
    """Somebody with a right to enter could not: it stands on the roster and is counted apart from absence.

    Whoever knocks on and on is written down once a minute: what the ledger holds, it holds for good.
    """
    _, _, target = await rights.target_of_lesson(work, lesson)
    rights.ask(actor, "enter", target)
    role = rights.role_in(actor, target)
    lately = (Evidence.lesson == lesson) & (Evidence.person == actor.person) & (Evidence.kind == "could_not_enter")
    known = await work.all(select(Evidence.body).where(lately, Evidence.received > work.now - KNOCKS))
    if any(body["step"] == step for body in known):
        return
    body = {"step": step} | ledger.role_of_line(role)
    await ledger.enter(work, lesson, ledger.Said("could_not_enter", actor.person, body))
    if step != "too_early":
        work.tell(CouldNotEnter(stream=lesson, person=actor.person, step=step))


async def record(work: Work, beats: Iterable[tuple[str, datetime]]) -> None:
    """Make the last evidence of these visits durable; older or doubled beats change nothing."""
    rows = [{"visit": visit, "heard": at, "step": step(at, work.now)} for visit, at in beats]
    if rows:
        statement = (
            update(Visit.__table__)  # type: ignore[arg-type]
            .where(Visit.id == bindparam("visit"), Visit.b < bindparam("heard"), Visit.closed.is_(None))
            .values(b=bindparam("heard"), steps=Visit.steps + bindparam("step"))
        )
        await work.run(statement, rows)


async def silent(work: Work, visits: Sequence[str]) -> None:
    """Show these stays as dropped: no evidence for too long. Nothing is closed yet."""
    for visit in await _rows(work, visits):
        if visit.closed is None and visit.lost is None:
            visit.lost = work.now
            work.tell(Dropped(stream=visit.lesson, person=visit.person, visit=visit.id))


async def resumed(work: Work, visit: str, heard: datetime) -> None:
    """A silent connection answered within its lease: the same stay goes on."""
    for row in await _rows(work, [visit]):
        if row.closed is None:
            _hear(work, row, heard)
            if row.lost is not None:
                row.lost = None
                work.tell(Resumed(stream=row.lesson, person=row.person, visit=row.id))


async def awoke(work: Work, stay: Stay, connection: Connection, heard: datetime, until: datetime | None = None) -> Stay:
    """It answered later than its lease: the sleep is never credited, a new part of the stay begins when it was `heard`.

    `until`: its evidence has gone on unbroken since then, while nothing could be written.
    """
    for row in await _rows(work, [stay.visit]):
        if row.closed is None:
            if row.lost is None:
                work.tell(Dropped(stream=row.lesson, person=row.person, visit=row.id))
            await close_stays(work, [row], "lost")
    return await _next_part(work, stay, connection, heard, until or heard)


async def taken_up(work: Work, stay: Stay, connection: Connection, heard: datetime) -> Stay:
    """Another process may have closed this stay although it went on: what was heard since is a part of its own."""
    rows = await _rows(work, [stay.visit])
    if rows and rows[0].closed is None:
        _hear(work, rows[0], heard)
        return stay
    return await _next_part(work, stay, connection, rows[0].b if rows else heard, heard)


async def _next_part(work: Work, stay: Stay, connection: Connection, begun: datetime, heard: datetime) -> Stay:
    same = (Visit.epoch == connection.epoch) & (Visit.connection == connection.id) & (Visit.lesson == stay.lesson)
    visit: Visit | None = await work.one(select(Visit).where(same, Visit.part > stay.part).order_by(Visit.part))
    if visit is not None:  # written before, though it was told as failed
        _hear(work, visit, heard)
        return _stay(visit, stay.target, stay.lease)
    visit = Visit(
        id=new_id(), epoch=connection.epoch, connection=connection.id, lesson=stay.lesson, person=stay.person,
        role=stay.role, device=connection.device, media=stay.media, a=begun, b=begun, steps="",
    )  # fmt: skip
    _hear(work, visit, heard)
    await _insert(work, visit)
    lesson = await work.get(Lesson, stay.lesson)
    assert lesson is not None
    work.tell(
        Entered(stream=stay.lesson, person=stay.person, visit=visit.id, role=stay.role, late_by=late_by(lesson, begun))
    )
    return _stay(visit, stay.target, stay.lease)


def _hear(work: Work, visit: Visit, heard: datetime) -> None:
    if heard > visit.b:
        visit.b, visit.steps = heard, (visit.steps or "") + step(heard, work.now)


async def leave(work: Work, stay: Stay, heard: datetime) -> None:
    """A clean good-bye is evidence if it comes within the lease; otherwise the stay ends where it was last `heard`."""
    for row in await _rows(work, [stay.visit]):
        if row.closed is not None:
            return
        row.b = max(row.b, heard)
        if seconds(work.now) - seconds(row.b) <= stay.lease:
            row.b = max(row.b, work.now)
        await close_stays(work, [row], "leave")
        work.tell(Left(stream=row.lesson, person=row.person, visit=row.id))


async def lost(work: Work, connection: str, heard: Mapping[str, datetime]) -> None:
    """This socket is gone: its stays end where each was last heard, whenever the loss was noticed.

    All that its connection has open are closed, those too whose entering was committed and never answered.
    """
    for row in await work.all(_OPEN_STAYS, {"socket": connection}):
        row.b = max(row.b, heard.get(row.id, row.b))
        if await _put_out(work, row):
            await close_stays(work, [row], "leave")
            work.tell(Left(stream=row.lesson, person=row.person, visit=row.id))
            continue
        if row.lost is None:
            work.tell(Dropped(stream=row.lesson, person=row.person, visit=row.id))
        await close_stays(work, [row], "lost")


async def _put_out(work: Work, visit: Visit) -> bool:
    """Whether it is no loss: her link was taken back, and nobody waits for her."""
    if visit.role != "visitor":
        return False
    invited = await work.get(Visitor, visit.person)
    return invited is not None and invited.withdrawn is not None


async def sounding(work: Work, actor: Actor, visit: str, on: bool) -> None:
    """Her sound is connected, or lost. Only her own visit; anything else is NotFound."""
    for row in await _rows(work, [visit]):
        if row.person != actor.person:
            raise NotFound()
        if row.sound != on and row.closed is None:
            row.sound = on
            work.tell(SoundChanged(stream=row.lesson, person=row.person, visit=row.id, on=on))


async def measured(work: Work, actor: Actor, visit: str, up: int) -> None:
    """The upload of her line in kbit/s; the middle of a star carries as many as it allows."""
    for row in await _rows(work, [visit]):
        if row.person != actor.person:
            raise NotFound()
        row.up = max(0, min(up, 1_000_000))


async def _room(work: Work, lesson: str) -> tuple[Lesson, Programme, str, list[Visit]]:
    """Everything that coming in asks for, in one statement."""
    rows = await work.rows(_ROOM, {"which": lesson})
    if not rows:
        raise NotFound()
    return rows[0][0], rows[0][1], rows[0][2], [row[3] for row in rows if row[3] is not None]


async def _insert(work: Work, visit: Visit) -> None:
    """Write a new stay; which part of its connection it is, the database counts (she may leave and enter again)."""
    row = {f"_{name}": getattr(visit, name) for name in _GIVEN} | {"_end": ""}
    visit.part = (await work.run(_STAY, row)).scalar_one()


async def _rows(work: Work, visits: Sequence[str]) -> Sequence[Visit]:
    found: Sequence[Visit] = await work.all(
        select(Visit).where(Visit.id.in_(visits)).order_by(Visit.id).with_for_update()
    )
    return found


def _stay(visit: Visit, target: Target, lease: int) -> Stay:
    return Stay(
        visit.id, visit.lesson, target, visit.person, visit.role, visit.connection, visit.a, visit.b, lease,
        visit.part, visit.media,
    )  # fmt: skip
