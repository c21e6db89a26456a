"""Who gave the room of a lesson, and when: by its own moves, and until the first of them by its programme's choices.

What a server tells counts for the time in which it gave the room. Of a stay that began or ended outside it, the part
inside counts: whoever sits on in a room that her lesson has left is not in the lesson.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from calendars.chains import EMBEDDED
from calendars.facts import Told
from calendars.store import Look
from calendars.tables import Lesson, Programme, RoomLine
from classroom.tables import Move

CLOCKS = timedelta(minutes=2)
"""Their clock may differ from ours by so much."""


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which a server gave the room; without `since` from ever, without `until` to this day."""

    since: datetime | None
    until: datetime | None


def fitted(spans: Sequence[Span], joined: bool, at: datetime) -> datetime | None:
    """When somebody came or went as far as the server had the room; None where it had not.

    Whoever was there a little before the lesson came to the server came with it: their clock is behind ours. Whoever
    left after the lesson had gone was in it until then.
    """
    begun = [one for one in spans if one.since is None or one.since <= at]
    soon = [one for one in spans if one.since is not None and at < one.since <= at + CLOCKS]
    found = (soon or begun) if joined else (begun or soon)
    if not found:
        return None
    last = found[-1]
    at = at if last.since is None else max(at, last.since)
    if last.until is None or at < last.until:
        return at
    return None if joined else last.until


async def served(
    look: Look, provider: str, lessons: Sequence[tuple[Lesson, Programme]]
) -> dict[str, tuple[Span, ...]]:  # fmt: skip
    """The times in which this provider gave the room of each of these lessons, in order; lessons that had none of it
    are left out."""
    moves: dict[str, list[Move]] = defaultdict(list)
    ids = [lesson.id for lesson, _ in lessons]
    for one in await look.all(select(Move).where(Move.lesson.in_(ids)).order_by(Move.lesson, Move.number)):
        moves[one.lesson].append(one)
    choices = await _choices(look, sorted({programme.id for _, programme in lessons}))
    found = {
        lesson.id: _spans(provider, _changes(lesson, programme, moves[lesson.id], choices.get(programme.id, ())))
        for lesson, programme in lessons
    }
    return {lesson: spans for lesson, spans in found.items() if spans}


async def _choices(look: Look, programmes: Sequence[str]) -> Mapping[str, Sequence[Told]]:
    """How each programme has chosen its rooms anew; the line of its appointments follows the programme beside it."""
    if not programmes:
        return {}
    lines = await look.all(select(RoomLine).where(RoomLine.line.in_(programmes)))
    found: dict[str, list[Told]] = defaultdict(list)
    for one in await look.facts([*programmes, *(one.programme for one in lines)], ["ProviderChosen"], look.now):
        found[one.stream].append(one)
    return found | {one.line: found[one.programme] for one in lines if one.programme in found}


def _changes(
    lesson: Lesson, programme: Programme, moves: Sequence[Move], choices: Sequence[Told]
) -> list[tuple[datetime | None, str]]:
    """Who gave the room first, and who from which instant on."""
    settled = moves[0].at if moves else lesson.closed  # from then on the lesson has a room of its own
    before = [one for one in choices if settled is None or one.at < settled]
    if before:
        first = _first(before[0].body.get("before", ()))
    else:
        first = moves[0].before if moves else lesson.room or programme.provider
    chosen = [(one.at, str(one.body["provider"])) for one in before]
    return [(None, first), *chosen, *((one.at, one.provider) for one in moves)]


def _first(chain: Sequence[str]) -> str:
    """Whom a chain asks first; the house's own room stands in none."""
    return next(iter(chain), EMBEDDED)


def _spans(provider: str, changes: Sequence[tuple[datetime | None, str]]) -> tuple[Span, ...]:
    ends = [*(at for at, _ in changes[1:]), None]
    found: list[Span] = []
    for (since, who), until in zip(changes, ends, strict=True):
        if who != provider or (since is not None and since == until):
            continue
        if found and found[-1].until == since:
            found[-1] = Span(found[-1].since, until)  # chosen again: nothing changed
        else:
            found.append(Span(since, until))
    return tuple(found)
