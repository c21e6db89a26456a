"""A lesson that goes on in another room: because its server is away, or because whoever leads says so.

Everybody of a lesson is in one room: the one that its programme asks first, until a row here says another. It moves
when somebody clicks or a chore looks, decided by what this process knows already; it never moves back by itself.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from calendars import chains, rights
from calendars.errors import Conflict, Invalid
from calendars.lessons import doors, lock_lesson
from calendars.rights import Actor
from calendars.store import Look, Work, new_id
from calendars.tables import Day, Lesson, Programme, RoomLine
from classroom.facts import RoomMoved
from classroom.rooms import check_open
from classroom.tables import Move as Move  # the server shows it in words

WhyNot = Callable[[str], str]
"""Of a provider's name: the code of why no room of it can be taken now; empty where it can."""
BY_HAND, CHOSEN = "by_hand", "chosen"
EARLIEST = timedelta(hours=1)  # before its start no door of a lesson is open, not even a teacher's


def room_of(lesson: Lesson, programme: Programme) -> str:
    """Who gives the room of a lesson, by name."""
    return lesson.room or programme.provider


async def go_on(work: Work, lesson: str, why_not: WhyNot) -> str:
    """Move a lesson whose server is away to the first of its chain that is not; where it is then."""
    await lock_lesson(work, lesson)
    found, programme, _ = await rights.target_of_lesson(work, lesson)
    return await _go_on(work, found, programme, why_not)


async def go_on_due(work: Work, away: Sequence[str], why_not: WhyNot) -> list[str]:
    """Move every lesson that is on in a room of these providers; which."""
    if not away:
        return []
    near = (Lesson.starts < work.now + EARLIEST, Lesson.ends > work.now - EARLIEST)
    rows = await work.rows(
        select(Lesson, Programme)
        .join(Programme, Programme.id == Lesson.programme)
        .join(Day, Day.id == Lesson.day)
        .where(Lesson.closed.is_(None), Lesson.status == "confirmed", Day.kind == "online", *near)
        .where(func.coalesce(Lesson.room, Programme.provider).in_(away))
        .order_by(Lesson.id)
        .with_for_update(of=Lesson, key_share=True)
    )
    on = [(one, programme) for one, programme in rows if _is_on(work, one, programme)]
    for one, programme in on:
        await _go_on(work, one, programme, why_not)
    return [one.id for one, _ in on]


async def move(work: Work, actor: Actor, lesson: str, provider: str, why_not: WhyNot) -> None:
    """Whoever leads takes the lesson to another room of its chain. Moving to where it is changes nothing.

    Raises Invalid `bad_choice` for a room that is not in the chain, Conflict `room_away` for one whose server is away.
    """
    await lock_lesson(work, lesson)
    found, programme, target = await rights.target_of_lesson(work, lesson)
    rights.ask(actor, "lead", target)
    check_open(found, programme.rules, "teacher", work.now)
    if provider not in chains.chain(programme):
        raise Invalid("bad_choice", field="provider")
    if why_not(provider):
        raise Conflict("room_away")
    if provider != room_of(found, programme):
        await _write(work, found, programme, provider, BY_HAND, actor.person)


async def choose(work: Work, actor: Actor, programme: str, providers: Sequence[str]) -> None:
    """Take the rooms of a programme from these; its lessons that are on go there too, and everybody in them is told.

    So do its online appointments, whose rooms stand on a line beside it.
    """
    row, target = await rights.target_of_programme(work, programme)
    rights.ask(actor, "plan", target)
    rows = await work.rows(_near(work, programme).with_for_update(of=Lesson, key_share=True))
    on = [pair for pair in rows if _is_on(work, *pair)]
    before = {one.id: room_of(one, whose) for one, whose in on}
    await chains.choose(work, actor, programme, providers)
    for one, whose in on:
        if before[one.id] != row.provider:
            one.room = before[one.id]
            await _write(work, one, whose, row.provider, CHOSEN, actor.person)


async def on_now(look: Look, actor: Actor, programme: str) -> int:
    """How many lessons and online appointments of a programme would go elsewhere if other rooms were chosen now."""
    _, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "plan", target)
    return sum(_is_on(look, *pair) for pair in await look.rows(_near(look, programme)))


def _near(look: Look, programme: str) -> Any:
    """The online lessons of about now: the programme's own, and the appointments that stand on a line beside it."""
    beside = select(RoomLine.line).where(RoomLine.programme == programme)
    near = (Lesson.starts < look.now + EARLIEST, Lesson.ends > look.now - EARLIEST, Lesson.closed.is_(None))
    return (
        select(Lesson, Programme)
        .join(Programme, Programme.id == Lesson.programme)
        .join(Day, Day.id == Lesson.day)
        .where((Lesson.programme == programme) | Lesson.programme.in_(beside), Day.kind == "online")
        .where(Lesson.status == "confirmed", *near)
        .order_by(Lesson.id)
    )


async def of_lesson(look: Look, lesson: str) -> list[Move]:
    """Every move of a lesson, in order."""
    return list(await look.all(select(Move).where(Move.lesson == lesson).order_by(Move.lesson, Move.number)))


async def of_lessons(look: Look, lessons: Sequence[str]) -> list[Move]:
    """Every move of these lessons, in order."""
    return list(await look.all(select(Move).where(Move.lesson.in_(lessons)).order_by(Move.lesson, Move.number)))


def _is_on(look: Look, lesson: Lesson, programme: Programme) -> bool:
    around = doors(lesson, programme.rules, "teacher")
    return around.opens <= look.now < around.closes


async def _go_on(work: Work, lesson: Lesson, programme: Programme, why_not: WhyNot) -> str:
    here = room_of(lesson, programme)
    why = why_not(here)
    if not why or lesson.closed is not None:
        return here
    there = next((one for one in chains.chain(programme) if not why_not(one)), chains.EMBEDDED)
    await _write(work, lesson, programme, there, why, "")
    return there


async def _write(work: Work, lesson: Lesson, programme: Programme, provider: str, why: str, by: str) -> None:
    number = await work.number(f"moves:{lesson.id}")
    work.add(
        Move(
            id=new_id(), lesson=lesson.id, number=number, at=work.now, before=room_of(lesson, programme),
            provider=provider, why=why, by=by or None,
        )
    )  # fmt: skip
    lesson.room = provider
    work.tell(RoomMoved(stream=lesson.id, provider=provider, why=why, by=by))
