"""The one ledger of evidence: what was received about a lesson goes in here and never changes; traces come out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import insert, select

from calendars import rights
from calendars.clock import parse_instant, rfc3339, seconds
from calendars.lessons import seated
from calendars.store import Look, Work, new_id
from calendars.tables import Expected, Lesson
from classroom.attendance import seen_in
from classroom.known import known, last_step, proven_until
from classroom.said import PHONE, TAKEN_BACK, taken_back
from classroom.tables import Evidence, Pause, RoomStay, Visit
from classroom.testimony import (
    CouldNotEnter,
    Excuse,
    Held,
    LessonTimes,
    Line,
    Outage,
    Provided,
    Rules,
    Span,
    Statement,
    StatementKind,
    Trace,
)  # fmt: skip
from classroom.testimony import Pause as Break

_AT_ONCE = 400  # lessons in one statement


@dataclass(frozen=True, slots=True)
class Said:
    """One line for the ledger: its kind, whom it is about, the rest of its trace line, and who entered it."""

    kind: str
    person: str | None
    body: Mapping[str, Any]
    by: str | None = None
    origin: str | None = None


async def enter(work: Work, lesson: str, *lines: Said) -> None:
    """Write lines of evidence about one lesson, received at this work's instant, in this order."""
    if not lines:
        return
    last = await work.number(f"evidence:{lesson}", len(lines))
    rows = [
        {
            "id": new_id(), "lesson": lesson, "number": last - len(lines) + 1 + n, "received": work.now,
            "kind": one.kind, "person": one.person, "body": dict(one.body), "by": one.by or None,
            "origin": one.origin,
        }
        for n, one in enumerate(lines)
    ]  # fmt: skip
    await work.run(insert(Evidence), rows)


def role_of_line(role: str) -> dict[str, str]:
    """What a line says of whose hours it tells: a teacher's own, a visitor's. The trace is of the learners."""
    return {"role": role} if role in rights.UNCOUNTED else {}


async def calls_on(look: Look, lesson: str) -> list[Evidence]:
    """The lines by which somebody is on the telephone now."""
    known = (Evidence.lesson == lesson) & Evidence.kind.in_((PHONE, TAKEN_BACK))
    rows = await look.all(select(Evidence).where(known).order_by(Evidence.number))
    gone = taken_back(rows)
    calls = [row for row in rows if row.kind == PHONE and row.id not in gone]
    return [row for row in calls if parse_instant(row.body["to"]) > look.now]


async def close_stays(work: Work, visits: Sequence[Visit], end: str) -> None:
    """End these stays at their last evidence `b`, and write each into the ledger in the same transaction."""
    by_lesson: dict[str, list[Said]] = {}
    for visit in visits:
        visit.closed, visit.end = work.now, end
        if end == "lost" and visit.lost is None:
            visit.lost = work.now
        body = {"connection": visit.connection, "from": rfc3339(visit.a), "to": rfc3339(visit.b), "end": end}
        body |= role_of_line(visit.role)
        by_lesson.setdefault(visit.lesson, []).append(Said("span", visit.person, body))
    for lesson in sorted(by_lesson):
        await enter(work, lesson, *by_lesson[lesson])


async def trace(look: Look, lesson: Lesson, when: LessonTimes, rules: Rules, as_of: datetime | None = None) -> Trace:
    """All evidence of one lesson as it was known at `as_of` (now, if None)."""
    return (await traces(look, [(lesson, when, rules)], as_of))[lesson.id]


async def traces(
    look: Look, lessons: Sequence[tuple[Lesson, LessonTimes, Rules]], as_of: datetime | None = None
) -> dict[str, Trace]:
    """The same for many lessons in a constant number of statements. Nothing is known of what lies ahead."""
    at = look.now if as_of is None else min(as_of, look.now)
    past = None if as_of is None else at
    found: dict[str, Trace] = {}
    for first in range(0, len(lessons), _AT_ONCE):
        part = lessons[first : first + _AT_ONCE]
        ids = [lesson.id for lesson, _, _ in part]
        expected = await _expected(look, [lesson for lesson, _, _ in part], at)
        lines = await _lines(look, ids, at, past)
        opened = {lesson.id: lesson.opened for lesson, _, _ in part}
        if past is not None:
            opened = {lesson: one.opened for lesson, one in (await known(look, ids, past)).items()}
        for lesson, when, rules in part:
            begun = opened[lesson.id]
            if begun and begun <= at and not any(isinstance(one, Held) for one in lines[lesson.id]):
                lines[lesson.id].append(_held_so_far(lesson.id, begun, when, at))
            found[lesson.id] = Trace(when, rules, tuple(expected[lesson.id]), tuple(lines[lesson.id]))
    return found


async def _expected(look: Look, lessons: Sequence[Lesson], at: datetime) -> dict[str, list[str]]:
    """Who should come: the frozen list with whoever had walked in by then; the seats where nothing was frozen yet."""
    due = [lesson for lesson in lessons if lesson.frozen is None or lesson.frozen > at]
    people = {lesson: sorted(seats) for lesson, seats in (await seated(look, due)).items()}
    frozen = [lesson.id for lesson in lessons if lesson.id not in people]
    by_then = Expected.since.is_(None) | (Expected.since <= at)
    for row in await look.all(select(Expected).where(Expected.lesson.in_(frozen), by_then).order_by(Expected.person)):
        people.setdefault(row.lesson, []).append(row.person)
    return {lesson.id: people.get(lesson.id, []) for lesson in lessons}


async def _lines(look: Look, ids: Sequence[str], at: datetime, past: datetime | None) -> dict[str, list[Line]]:
    """What stands in the ledger, the stays that are open and the break that is on."""
    lines: dict[str, list[Line]] = {one: [] for one in ids}
    query = select(Evidence).where(Evidence.lesson.in_(ids)).order_by(Evidence.lesson, Evidence.number)
    rows = await look.all(query if past is None else query.where(Evidence.received <= past))
    gone = taken_back(rows)
    for row in rows:
        if "role" not in row.body and row.kind != TAKEN_BACK and row.id not in gone:
            lines[row.lesson].append(_so_far(line_of(row), seconds(at)))
    for visit in await look.all(_open_visits(ids, past)):
        until = seconds(visit.b) if past is None else proven_until(visit, past)
        lines[visit.lesson].append(_stay_so_far(visit, at, until))
    for stay in await look.all(_open_rooms(ids, past)):
        lines[stay.lesson] += _room_so_far(stay, lines[stay.lesson], at)
    breaks = select(Pause).where(Pause.lesson.in_(ids), Pause.starts <= at).order_by(Pause.starts)
    for row in await look.all(breaks if past else breaks.where(Pause.ends.is_(None))):
        over = any(isinstance(one, Break) and one.starts == seconds(row.starts) for one in lines[row.lesson])
        if not over:
            lines[row.lesson].append(_break_so_far(row, at))
    return lines


def _so_far(line: Line, at: int) -> Line:
    """What somebody says of a time that lies ahead is known when it has come."""
    if isinstance(line, Statement) and line.ends > at:
        return replace(line, starts=min(line.starts, at), ends=at)
    return line


def _open_visits(lessons: Sequence[str], past: datetime | None) -> Any:
    query = select(Visit).where(Visit.lesson.in_(lessons), Visit.role.not_in(rights.UNCOUNTED)).order_by(Visit.id)
    if past is None:
        return query.where(Visit.closed.is_(None))
    return query.where((Visit.closed.is_(None)) | (Visit.closed > past), Visit.a <= past)


def _stay_so_far(visit: Visit, at: datetime, until: int) -> Span:
    return Span(
        received=seconds(at), id=visit.id, learner=visit.person, connection=visit.connection, starts=seconds(visit.a),
        ends=max(seconds(visit.a), until), end="lost",
    )  # fmt: skip


def _open_rooms(lessons: Sequence[str], past: datetime | None) -> Any:
    """What was open at a past instant shows only beside the lines of then: all of them are looked at."""
    query = select(RoomStay).where(RoomStay.lesson.in_(lessons), RoomStay.role.not_in(rights.UNCOUNTED))
    return (query if past else query.where(RoomStay.closed.is_(None))).order_by(RoomStay.id)


def _room_so_far(stay: RoomStay, lines: Sequence[Line], at: datetime) -> list[Line]:
    """Who has joined and not left was in for as long as the provider has seen her in, and no longer."""
    hers = [
        one for one in lines if isinstance(one, Provided) and (one.learner, one.provider) == (stay.person, stay.name)
    ]
    joined = seen_in(hers)[1]
    if joined is None:
        return []
    until = last_step(stay.steps, at, joined)
    if until <= joined:
        return []
    return [
        Provided(
            received=seconds(at), id=stay.id, learner=stay.person, provider=stay.name, event="left", at=until,
        )
    ]  # fmt: skip


def _break_so_far(row: Pause, at: datetime) -> Break:
    return Break(
        received=seconds(at), id=row.id, starts=seconds(row.starts), ends=max(seconds(row.starts), seconds(at))
    )


def _held_so_far(lesson: str, opened: datetime, when: LessonTimes, at: datetime) -> Held:
    starts = seconds(opened)
    until = max(starts, min(seconds(at), when.doors_close))
    return Held(received=seconds(at), id=f"held-{lesson}", starts=starts, ends=until)


def line_of(row: Evidence) -> Line:
    """One row of the ledger as a testimony."""
    body, received = row.body, seconds(row.received)
    if row.kind == "outage":
        names = body.get("connections")
        return Outage(
            received=received, starts=_second(body, "from"), ends=_second(body, "to"),
            connections=None if names is None else tuple(names),
        )  # fmt: skip
    if row.kind == "held":
        return Held(received=received, id=row.id, starts=_second(body, "from"), ends=_second(body, "to"))
    if row.kind == "pause":
        return Break(received=received, id=row.id, starts=_second(body, "from"), ends=_second(body, "to"))
    return _line_of_learner(row, body, received)


def _line_of_learner(row: Evidence, body: Mapping[str, Any], received: int) -> Line:
    learner, by = row.person or "", row.by or ""
    if row.kind == "span":
        return Span(
            received=received, id=row.id, learner=learner, connection=body["connection"], starts=_second(body, "from"),
            ends=_second(body, "to"), end=body["end"],
        )  # fmt: skip
    if row.kind == "provider":
        return Provided(
            received=received, id=row.id, learner=learner, provider=body["provider"], event=body["event"],
            at=_second(body, "at"),
        )  # fmt: skip
    if row.kind == "excuse":
        return Excuse(received=received, id=row.id, learner=learner, code=body["code"], by=by)
    if row.kind == "could_not_enter":
        return CouldNotEnter(received=received, id=row.id, learner=learner, step=body["step"])
    if row.kind in get_args(StatementKind):
        return Statement(
            received=received, id=row.id, learner=learner, kind=row.kind,  # type: ignore[arg-type]
            starts=_second(body, "from"), ends=_second(body, "to"), by=by, reason=body.get("reason", ""),
        )  # fmt: skip
    raise ValueError(f"unknown kind of evidence: {row.kind}")


def _second(body: Mapping[str, Any], name: str) -> int:
    return seconds(parse_instant(body[name]))
