"""Who is in, asked of the rooms themselves: what was lost on its way to us is found, and what stays open is closed.

A server that does not answer changes nothing. Nobody is credited beyond the last instant at which she was seen.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from calendars import rights
from calendars.clock import seconds
from calendars.lessons import LEADERS_BEFORE, doors, lock_lesson
from calendars.names import in_language
from calendars.store import Look, Work
from calendars.tables import Day, Lesson, Programme
from classroom import roomstays, sightings
from classroom.moves import room_of
from classroom.sightings import Taken
from classroom.tables import RoomStay
from classroom.video.provider import Asked, Sighting

AHEAD = timedelta(minutes=10)
"""So long before the doors open for whoever leads a room is made ready."""
LINGERS = timedelta(minutes=10)
"""So long after the doors close somebody may still say that she left."""
ENDS = timedelta(hours=1)
"""So long after its doors close a room is ended, if its server was away before."""
SETTLES = timedelta(seconds=10)
"""What was told so shortly before the question may not be in the answer yet."""
SILENT = timedelta(minutes=2)
"""A server that tells by itself and has told nothing of somebody who is in for so long does not tell."""
LONGEST = timedelta(hours=18)  # from the opening of a lesson's doors to the end of what may be asked about it


@dataclass(frozen=True, slots=True)
class Watch:
    """One room to be asked who is in. `prepares`: the lesson is ahead or on, so the room must stand; else it ends."""

    lesson: str
    provider: str
    asked: Asked
    prepares: bool
    here: bool
    """Whether the lesson is in this room now, not only prepared for it or gone from it."""


async def to_watch(look: Look) -> list[Watch]:
    """The rooms of all lessons that are on or near, of those just over, and where somebody is still in."""
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
        given = {programme.provider, *programme.others}  # it may go on in any of them, so each was made ready
        over = set[str]() if on or look.now >= closes + ENDS else given | {room_of(lesson, programme)}
        asks = (given if on else over) | still.get(lesson.id, set())
        for one in sorted(asks):
            asked = Asked(lesson.id, name, lesson.starts, closes, lesson.runs.get(one, ""))
            found.append(Watch(lesson.id, one, asked, on and one in given, one == room_of(lesson, programme)))
    return found


async def unwelcome(look: Look, lesson: str, people: Collection[str]) -> set[str]:
    """Those of our people in a room who may not be there any more: her right has ended since she came."""
    _, _, target = await rights.target_of_lesson(look, lesson)
    actors = await rights.actors_of(look, people)
    return {one.person for one in actors if not rights.may(one, "enter", target)}


async def is_news(
    look: Look, watch: Watch, present: Mapping[str, datetime | None], asked_at: datetime
) -> bool:  # fmt: skip
    """Whether such an answer of a room says anything that is not written down: `reconcile` has something to do."""
    answer = _Answer.of(await _rows(look, watch.lesson, watch.provider), watch.lesson, present, asked_at)
    return bool(answer.told or (answer.seen and watch.here))


async def is_untold(look: Look, watch: Watch, asked_at: datetime) -> bool:
    """Whether all that is known of a room was found by asking, though somebody has been in for a while."""
    rows = await _rows(look, watch.lesson, watch.provider)
    long_in = any(one.closed is None and one.first <= asked_at - SILENT for one in rows)
    return long_in and not any(one.connection for one in rows)


async def reconcile(
    work: Work, provider: str, lesson: str, present: Mapping[str, datetime | None], asked_at: datetime
) -> Taken:
    """Bring what is known of a room into line with who is in it, as the provider said when it was asked.

    Who is in and unknown has joined; who is known and gone has left where she was last seen.
    """
    await lock_lesson(work, lesson)
    found, programme, _ = await rights.target_of_lesson(work, lesson)
    rows = await _rows(work, lesson, provider)
    answer = _Answer.of(rows, lesson, present, asked_at)
    taken = Taken()
    if answer.told:
        taken = await sightings.take(work, provider, answer.told)
        answer = _Answer.of(await _rows(work, lesson, provider), lesson, present, asked_at)
    if room_of(found, programme) == provider:  # whoever sits on in a room that was left is seen no further
        for stays in answer.seen:
            roomstays.carry_on(stays, asked_at, work.now)
    await work.flush()
    return taken


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a room's answer adds to what is known: who came and went, and the stays of whoever goes on being in."""

    told: Sequence[Sighting]
    seen: Sequence[Sequence[RoomStay]]

    @classmethod
    def of(
        cls, rows: Sequence[RoomStay], lesson: str, present: Mapping[str, datetime | None], asked_at: datetime
    ) -> "_Answer":
        hers: dict[str, list[RoomStay]] = {}
        for one in rows:
            hers.setdefault(one.person, []).append(one)
        told_of = [one for one in rows if _is_explained(one, hers[one.person])]
        still = {
            person: [one for one in stays if one.closed is None and one not in told_of]
            for person, stays in hers.items()
        }
        inside = {person: stays for person, stays in still.items() if stays}
        settled = {one.person for one in rows if one.told > asked_at - SETTLES}
        bare = {one.person: one for one in rows if not one.connection}
        told = [_left(row) for row in told_of]
        told += [
            _left(row)
            for person, stays in inside.items()
            if person not in present and person not in settled
            for row in stays
        ]
        told += [
            _joined(lesson, person, since, bare.get(person), asked_at)
            for person, since in present.items()
            if person not in inside and person not in settled
        ]
        behind = [
            hers[person]
            for person, stays in inside.items()
            if person in present and max(one.b for one in stays) < asked_at
        ]
        return cls(told, behind)


def _is_explained(row: RoomStay, hers: Sequence[RoomStay]) -> bool:
    """Whether an open stay that was found by asking is one that has been told meanwhile: the message came behind it."""
    return row.closed is None and not row.connection and any(
        one.connection and one.a <= row.a and (one.closed is None or one.closed >= row.a) for one in hers
    )  # fmt: skip


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
    lessons = sorted({row.lesson for row in due})  # all at once and in order, though the providers come one by one
    await work.run(
        select(Lesson.id).where(Lesson.id.in_(lessons)).order_by(Lesson.id).with_for_update(key_share=True)
    )  # fmt: skip
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
    key = f"{roomstays.GONE} {row.id} {seconds(at)}"
    return Sighting(row.lesson, row.person, "left", at, key, row.connection)


def _joined(lesson: str, person: str, since: datetime | None, before: RoomStay | None, asked_at: datetime) -> Sighting:
    """Since when she is in, if the provider knows; not before she was found gone last time."""
    at = asked_at if since is None else min(since, asked_at)
    if before is not None and before.closed is not None:
        at = max(at, before.closed)
    return Sighting(lesson, person, "joined", at, f"found {lesson} {person} {seconds(asked_at)}")
