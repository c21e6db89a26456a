"""Who is in the embedded room now, in which shape their browsers are joined, and who stands in the middle."""

from typing import Any, Literal, cast

from sqlalchemy import bindparam, select

from calendars.store import Look, Work
from calendars.tables import Person
from classroom.tables import Call, Visit
from classroom.video.shape import Peer, Shape, one_each, shape

_PEERS = (
    select(Visit, Person)
    .join(Person, Person.id == Visit.person)
    .where(Visit.lesson == bindparam("which"), Visit.closed.is_(None), Visit.lost.is_(None), Visit.media)
    .order_by(Visit.a, Visit.id)
)


async def call(look: Look, lesson: str) -> tuple[dict[str, Any], bool]:
    """The whole state of a call, the same in every worker, and whether its shape is the one that is remembered.

    `version` moves with the facts of the lesson.
    """
    peers, names = await _peers(look, lesson)
    before = await _before(look, lesson)
    found = shape(peers, before)
    people = [
        {"connection": peer.connection, "person": peer.person, "name": names[peer.person], "role": peer.role}
        for peer in one_each(peers)
    ]
    number = (await look.numbers([lesson]))[lesson]
    state = {
        "lesson": lesson, "version": number, "shape": found.kind, "center": found.center, "capacity": found.capacity,
        "people": people,
    }  # fmt: skip
    return state, _is_settled(before, found)


async def settle(work: Work, lesson: str) -> None:
    """Remember the shape that the people in the room make now; any worker may, all come to the same."""
    before = await _before(work, lesson)
    found = shape((await _peers(work, lesson))[0], before)
    if not _is_settled(before, found):
        row = {"shape": found.kind, "center": found.center}
        statement = work.upsert(Call).values(lesson=lesson, **row)
        await work.run(statement.on_conflict_do_update(index_elements=["lesson"], set_=row))


def _is_settled(before: Shape | None, found: Shape) -> bool:
    return before is not None and (before.kind, before.center) == (found.kind, found.center)


async def _before(look: Look, lesson: str) -> Shape | None:
    row = await look.get(Call, lesson)
    return Shape(cast(Literal["mesh", "star"], row.shape), row.center, 0) if row else None


async def _peers(look: Look, lesson: str) -> tuple[list[Peer], dict[str, str]]:
    rows = await look.rows(_PEERS, {"which": lesson})
    peers = [Peer(visit.connection, visit.person, visit.role, visit.a, visit.up) for visit, _ in rows]
    return peers, {person.id: person.shown for _, person in rows}
