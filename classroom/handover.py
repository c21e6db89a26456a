"""What whoever takes over a lesson must know: who sits in it, and what was done last with this group."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from calendars import rights
from calendars.lessons import expected
from calendars.rights import Actor
from calendars.store import Look
from calendars.tables import Leader, Lesson, Person
from classroom.tables import Message

LESSONS = 3
WORDS = 3


@dataclass(frozen=True, slots=True)
class Last:
    """One earlier lesson of the group."""

    starts: datetime
    topic: dict[str, str]
    leaders: tuple[str, ...]
    words: tuple[str, ...]
    """The last that its leaders wrote on the board."""


@dataclass(frozen=True, slots=True)
class Handover:
    """Names and last words."""

    learners: tuple[str, ...]
    last: tuple[Last, ...]


async def handover(look: Look, actor: Actor, lesson: str) -> Handover:
    """What to know before this lesson, for whoever leads it."""
    row, programme, target = await rights.target_of_lesson(look, lesson)
    rights.ask(actor, "lead", target)
    people = await look.all(select(Person).where(Person.id.in_(await expected(look, lesson))).order_by(Person.name))
    earlier = await look.all(
        select(Lesson)
        .where(Lesson.group == row.group, Lesson.starts < row.starts, Lesson.status == "confirmed")
        .where(Lesson.starts <= look.now)
        .order_by(Lesson.starts.desc())
        .limit(LESSONS)
    )
    ids = [one.id for one in earlier]
    led: dict[str, dict[str, str]] = {}
    for leading, person in await look.rows(
        select(Leader.lesson, Person)
        .join(Person, Person.id == Leader.person)
        .where(Leader.lesson.in_(ids))
        .order_by(Leader.role, Person.name)
    ):
        led.setdefault(leading, {})[person.id] = person.shown
    said = await look.all(
        select(Message).where(Message.lesson.in_(ids), Message.hidden.is_(False)).order_by(Message.number)
    )
    return Handover(
        tuple(one.shown for one in people),
        tuple(
            Last(
                one.starts, programme.topics.get(one.topic, {}).get("title", {}), tuple(led.get(one.id, {}).values()),
                tuple(m.said for m in said if m.lesson == one.id and m.person in led.get(one.id, {}))[-WORDS:],
            )
            for one in earlier
        ),
    )  # fmt: skip
