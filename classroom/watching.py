"""Who is in, asked of the rooms themselves: what was lost on its way to us is found, and what stays open is closed.

A server that does not answer changes nothing. Nobody is credited beyond the last instant at which she was seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from calendars.clock import seconds
from calendars.lessons import LEADERS_BEFORE, doors
from calendars.names import in_language
from calendars.store import Look, Work
from calendars.tables import Day, Lesson, Programme
from classroom import roomstays, sightings
from classroom.known import step
from classroom.sightings import Taken
from classroom.tables import RoomStay
from classroom.video.provider import Asked, Sighting

AHEAD = timedelta(minutes=10)
"""So long before the doors open for whoever leads a room is made ready."""
LINGERS = timedelta(minutes=10)
"""So long after the doors close somebody may still say that she left."""
SETTLES = timedelta(seconds=10)
"""What was told so shortly before the question may not be in the answer yet."""
LONGEST = timedelta(hours=18)  # from the opening of a lesson's doors to the end of what may be asked about it


@dataclass(frozen=True, slots=True)
class Watch:
    """One room to be asked who is in. `prepares`: the lesson is ahead or on, so the room must stand."""

    lesson: str
    provider: str
    asked: Asked
    prepares: bool


async def to_watch(look: Look) -> list[Watch]:
    """The rooms of all lessons that are on or near, and those where somebody is still in."""
    still: dict[str, set[str]] = {}
    for lesson, provider in await look.rows(
        select(RoomStay.lesson, RoomStay.provider).where(RoomStay.closed.is_(None)).distinct()
    ):
        still.setdefault(lesson, set()).add(provider)
    near = (Lesson.starts <= look.now + timedelta(seconds=LEADERS_BEFORE) + AHEAD) & (Lesson.ends > look.now - LONGEST)
    rows = await look.rows(
        select(Lesson, Programme)
        .join(Programme, Programme.id == Lesson.programme)
        .join(Day, Day.id == Lesson.day)
        .where(near, Lesson.status == "confirmed", Day.kind == "online")
        .order_by(Lesson.starts, Lesson.id)
    )
    found = []
    for lesson, programme in rows:
        closes = doors(lesson, programme.rules).closes
        on = lesson.closed is None and look.now < closes
        name = in_language(programme.name, programme.language, programme.language)
        asked = Asked(lesson.id, name, lesson.starts, closes)
        given = {programme.provider, *programme.others} if on else set[str]()  # it may go on in any of them
        found += [
            Watch(lesson.id, one, asked, one in given) for one in sorted(given | still.get(lesson.id, set()))
        ]  # fmt: skip
    return found


async def reconcile(
    work: Work, provider: str, lesson: str, present: Mapping[str, datetime | None], asked_at: datetime
) -> Taken:
    """Bring what is known of a room into line with who is in it, as the provider said when it was asked.

    Who is in and unknown has joined; who is known and gone has left where she was last seen.
    """
    await work.run(select(Lesson.id).where(Lesson.id == lesson).with_for_update(key_share=True))
    rows = await _rows(work, lesson, provider)
    known = {one.person for one in rows if one.closed is None}
    settled = {one.person for one in rows if one.told > asked_at - SETTLES}
    gone = [
        _left(row)
        for row in rows
        if row.closed is None and row.person not in present and row.person not in settled
    ]  # fmt: skip
    bare = {one.person: one for one in rows if not one.connection}
    found = [
        _joined(lesson, person, since, bare.get(person), asked_at)
        for person, since in present.items()
        if person not in known and person not in settled
    ]
    taken = await sightings.take(work, provider, gone + found) if gone or found else Taken()
    for row in await _rows(work, lesson, provider):
        if row.closed is None and row.person in present and row.b < asked_at:
            row.b, row.steps = asked_at, row.steps + step(asked_at, work.now)
    await work.flush()
    return taken


async def close_over(work: Work) -> int:
    """Close what is still open in the rooms of lessons that are over; how many stays."""
    rows = await work.rows(
        select(RoomStay, Lesson, Programme)
        .join(Lesson, Lesson.id == RoomStay.lesson)
        .join(Programme, Programme.id == Lesson.programme)
        .where(RoomStay.closed.is_(None), Lesson.ends < work.now)
        .order_by(RoomStay.id)
    )
    due = [
        row for row, lesson, programme in rows if doors(lesson, programme.rules).closes + LINGERS <= work.now
    ]  # fmt: skip
    for provider in sorted({row.provider for row in due}):
        await sightings.take(work, provider, [_left(row) for row in due if row.provider == provider])
    for row in due:  # what may stand in no ledger, since its lesson was cancelled or her right taken, is asked no more
        row.closed = row.closed or roomstays.proven(row)
    await work.flush()
    return len(due)


async def _rows(look: Look, lesson: str, provider: str) -> list[RoomStay]:
    query = select(RoomStay).where(RoomStay.lesson == lesson, RoomStay.provider == provider)
    return list(await look.all(query.order_by(RoomStay.id)))


def _left(row: RoomStay) -> Sighting:
    at = roomstays.proven(row)
    key = f"gone {row.id} {seconds(at)}"
    return Sighting(row.lesson, row.person, "left", at, key, row.connection)


def _joined(lesson: str, person: str, since: datetime | None, before: RoomStay | None, asked_at: datetime) -> Sighting:
    """Since when she is in, if the provider knows; not before she was found gone last time."""
    at = asked_at if since is None else min(since, asked_at)
    if before is not None and before.closed is not None:
        at = max(at, before.closed)
    return Sighting(lesson, person, "joined", at, f"found {lesson} {person} {seconds(asked_at)}")
