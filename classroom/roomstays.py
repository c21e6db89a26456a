"""What is known of people in the rooms of video providers: a row for each connection, made anew from its lines.

The rows follow from the evidence by rule 4 of the contract, so the order in which it was told leaves no trace in them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from sqlalchemy import select

from calendars.clock import rfc3339, seconds
from calendars.store import Look, Work, new_id
from calendars.tables import Lesson
from classroom import ledger
from classroom.attendance import in_order, seen_in
from classroom.facts import SeenInRoom
from classroom.known import grown
from classroom.tables import Evidence, RoomStay
from classroom.testimony import Provided
from classroom.visits import late_by

Connected = tuple[str, str]
"""A person, and the provider's word for her connection."""
GONE = "gone"
"""How the key of a good-bye begins that nobody said: she was not in the room any more when it was asked."""


async def settle(work: Work, lesson: Lesson, provider: str, touched: Mapping[Connected, str]) -> None:
    """Lines of these connections (each with the role of its person) were written: bring their rows up to date.

    What changed for a person in the lesson is told.
    """
    people = sorted({person for person, _ in touched})
    rows = await of_people(work, lesson.id, people)
    before = {person: told_of(rows[person]) for person in people}
    known = {(one.person, one.connection): one for stays in rows.values() for one in stays if one.provider == provider}
    lines = await _taken_back(work, lesson.id, provider, touched)
    for (person, connection), role in touched.items():
        stays, joined = seen_in(lines[person, _name(provider, connection)])
        if not stays and joined is None:
            continue
        row = known.get((person, connection))
        if row is None:
            row = RoomStay(
                id=new_id(), lesson=lesson.id, provider=provider, connection=connection, person=person, steps="",
            )  # fmt: skip
            work.add(row)
            rows[person].append(row)
        starts = [one.starts for one in stays] + ([] if joined is None else [joined])
        row.role, row.told, row.first = role, work.now, _instant(min(starts))
        _place(row, joined, stays[-1].ends if stays else None, max(starts))
    for person in people:
        now = told_of(rows[person])
        if now is not None and now != before[person]:
            work.tell(_fact(lesson, person, rows[person][-1].role, now))
    await work.flush()


def _place(row: RoomStay, joined: int | None, left: int | None, last: int) -> None:
    """Since when she is in, and how far it is proven; or when she left."""
    if joined is not None:
        went_on = row.a is not None and row.closed is None
        row.a, row.closed = _instant(joined), None
        row.b = max(row.a, row.b) if went_on else row.a
    elif left is not None:
        row.a, row.b, row.closed = _instant(last), _instant(left), _instant(left)


async def of_people(look: Look, lesson: str, people: Collection[str]) -> dict[str, list[RoomStay]]:
    """The rows of these people in one lesson, whatever the provider."""
    found: dict[str, list[RoomStay]] = {person: [] for person in people}
    query = select(RoomStay).where(RoomStay.lesson == lesson, RoomStay.person.in_(people)).order_by(RoomStay.id)
    for row in await look.all(query):
        found[row.person].append(row)
    return found


async def _taken_back(
    work: Work, lesson: str, provider: str, touched: Mapping[Connected, str]
) -> Mapping[Connected, list[Provided]]:
    """The lines of these people, by person and the name of the connection.

    Whose own good-bye comes after she was taken for gone had been in until she said it: that is written down, too.
    """
    people = sorted({person for person, _ in touched})
    lines, guessed = await _lines(work, lesson, provider, people)
    again = [
        ledger.Said(
            "provider", person, {"provider": name, "event": "joined", "at": rfc3339(_instant(one.at))}
            | ledger.role_of_line(role), origin=f"{provider} still {one.id}",
        )
        for (person, connection), role in touched.items()
        for name in [_name(provider, connection)]
        for one, after in pairwise(in_order(lines[person, name]))
        if one.id in guessed and after.event == "left" and after.at > one.at
    ]  # fmt: skip
    if again:
        await ledger.enter(work, lesson, *again)
        lines, _ = await _lines(work, lesson, provider, people)
    return lines


async def _lines(
    look: Look, lesson: str, provider: str, people: Sequence[str]
) -> tuple[Mapping[Connected, list[Provided]], set[str]]:
    """What providers told of these people, and the ids of the good-byes that this one never said."""
    found: dict[Connected, list[Provided]] = defaultdict(list)
    guessed = set()
    query = select(Evidence).where(
        Evidence.lesson == lesson, Evidence.kind == "provider", Evidence.person.in_(people)
    )  # fmt: skip
    for row in await look.all(query.order_by(Evidence.number)):
        line = ledger.line_of(row)
        if isinstance(line, Provided):
            found[line.learner, line.provider].append(line)
            if (row.origin or "").startswith(f"{provider} {GONE} "):
                guessed.add(line.id)
    return found, guessed


def carry_on(stays: Sequence[RoomStay], seen: datetime, now: datetime) -> None:
    """Somebody was seen in at an instant: of her open stays the newest goes on until then, others until the next began.

    One whose good-bye was lost would else cover every gap that comes after it.
    """
    still = [one for one in stays if one.closed is None]
    newest = max(still, key=lambda one: (one.a, one.id))
    for one in still:
        until = seen if one is newest else min([seen, *(other.a for other in stays if other.a > one.a)])
        if until > one.b:
            one.b, one.steps = until, grown(one.steps, one.a, until, now)


def _name(provider: str, connection: str) -> str:
    """By which lines stand in the evidence."""
    return f"{provider}/{connection}" if connection else provider


def told_of(stays: Iterable[RoomStay]) -> dict[str, str] | None:
    """What the rooms say of one person: when she first joined, and since when she is in or until when she was."""
    rows = sorted(stays, key=lambda one: (one.a, one.id))
    if not rows:
        return None
    still = [one for one in rows if one.closed is None]
    last = max(rows, key=lambda one: (one.closed or one.b, one.id))
    return {
        "provider": (still[0] if still else last).provider,
        "first": rfc3339(min(one.first for one in rows)),
        "since": rfc3339(still[0].a) if still else "",
        "left": "" if still else rfc3339(last.closed or last.b),
    }


def late(lesson: Lesson, told: Mapping[str, str]) -> int:
    """Seconds by which her first joining came after the lesson was opened."""
    return late_by(lesson, datetime.fromisoformat(told["first"]))


def _fact(lesson: Lesson, person: str, role: str, told: Mapping[str, str]) -> SeenInRoom:
    return SeenInRoom(stream=lesson.id, person=person, role=role, late_by=late(lesson, told), **told)


def _instant(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def proven(stay: RoomStay) -> datetime:
    """The end of an open stay when nothing more comes: as last seen, or the second in which it joined."""
    return _instant(max(seconds(stay.b), seconds(stay.a) + 1))
