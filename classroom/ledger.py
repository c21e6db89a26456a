"""The one ledger of evidence: what was received about a lesson goes in here and never changes; traces come out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from calendars.clock import parse_instant, rfc3339, seconds
from calendars.store import Look, Work, new_id
from calendars.tables import Expected, Lesson, Programme
from classroom.tables import Evidence, Pause, Visit
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
    Trace,
)  # fmt: skip
from classroom.testimony import Pause as Break

LEADING = ("teacher", "tutor", "coordinator")
STATEMENTS = ("teacher", "paper", "phone", "qr", "foreman", "remove")


@dataclass(frozen=True, slots=True)
class Said:
    """One line for the ledger: its kind, whom it is about, the rest of its trace line, and who entered it."""

    kind: str
    person: str | None
    body: Mapping[str, Any]
    by: str | None = None


async def enter(work: Work, lesson: str, *lines: Said) -> None:
    """Write lines of evidence about one lesson, received at this work's instant, in this order."""
    if not lines:
        return
    last = await work.number(f"evidence:{lesson}", len(lines))
    rows = [
        {
            "id": new_id(), "lesson": lesson, "number": last - len(lines) + 1 + n, "received": work.now,
            "kind": one.kind, "person": one.person, "body": dict(one.body), "by": one.by or None,
        }
        for n, one in enumerate(lines)
    ]  # fmt: skip
    await work.run(insert(Evidence), rows)


async def close_stays(work: Work, visits: Sequence[Visit], end: str) -> None:
    """End these stays at their last evidence `b`, and write each into the ledger in the same transaction."""
    by_lesson: dict[str, list[Said]] = {}
    for visit in visits:
        visit.closed, visit.end = work.now, end
        if end == "lost" and visit.lost is None:
            visit.lost = work.now
        body = {"connection": visit.connection, "from": rfc3339(visit.a), "to": rfc3339(visit.b), "end": end}
        if visit.role in LEADING:
            body["role"] = visit.role  # a teacher's own hours; the trace is of the learners
        by_lesson.setdefault(visit.lesson, []).append(Said("span", visit.person, body))
    for lesson in sorted(by_lesson):
        await enter(work, lesson, *by_lesson[lesson])


async def trace(look: Look, lesson: Lesson, when: LessonTimes, rules: Rules, as_of: datetime | None = None) -> Trace:
    """All evidence of one lesson as it was known at `as_of` (now, if None)."""
    return (await traces(look, [(lesson, when, rules)], as_of))[lesson.id]


async def traces(
    look: Look, lessons: Sequence[tuple[Lesson, LessonTimes, Rules]], as_of: datetime | None = None
) -> dict[str, Trace]:
    """The same for many lessons in a constant number of statements."""
    ids = [lesson.id for lesson, _, _ in lessons]
    expected: dict[str, list[str]] = {one: [] for one in ids}
    lines: dict[str, list[Line]] = {one: [] for one in ids}
    for part in _parts(ids):
        for row in await look.all(select(Expected).where(Expected.lesson.in_(part)).order_by(Expected.person)):
            expected[row.lesson].append(row.person)
        query = select(Evidence).where(Evidence.lesson.in_(part)).order_by(Evidence.lesson, Evidence.number)
        if as_of is not None:
            query = query.where(Evidence.received <= as_of)
        for row in await look.all(query):
            if "role" not in row.body:
                lines[row.lesson].append(line_of(row))
        for visit in await look.all(_open_visits(part, as_of)):
            lines[visit.lesson].append(_stay_so_far(visit, look.now if as_of is None else as_of))
        for row in await look.all(select(Pause).where(Pause.lesson.in_(part), Pause.ends.is_(None))):
            lines[row.lesson].append(_break_so_far(row, look.now if as_of is None else as_of))
        for lesson, when, _ in lessons:
            moment = look.now if as_of is None else as_of
            unwritten = not any(isinstance(one, Held) for one in lines[lesson.id])
            if lesson.id in part and lesson.opened and lesson.opened <= moment and unwritten:
                lines[lesson.id] += _held_so_far(lesson, when, moment)
    return {
        lesson.id: Trace(when, rules, tuple(expected[lesson.id]), tuple(lines[lesson.id]))
        for lesson, when, rules in lessons
    }


def _parts(ids: Sequence[str], most: int = 400) -> list[Sequence[str]]:
    return [ids[n : n + most] for n in range(0, len(ids), most)]


def _open_visits(lessons: Sequence[str], as_of: datetime | None) -> Any:
    query = select(Visit).where(Visit.lesson.in_(lessons), Visit.role.not_in(LEADING))
    if as_of is None:
        return query.where(Visit.closed.is_(None))
    return query.where((Visit.closed.is_(None)) | (Visit.closed > as_of), Visit.a <= as_of)


def _stay_so_far(visit: Visit, now: datetime) -> Span:
    until = min(visit.b, now)
    return Span(
        received=seconds(now), id=visit.id, learner=visit.person, connection=visit.connection, starts=seconds(visit.a),
        ends=max(seconds(visit.a), seconds(until)), end="lost",
    )  # fmt: skip


def _break_so_far(row: Pause, now: datetime) -> Break:
    return Break(
        received=seconds(now), id=row.id, starts=seconds(row.starts), ends=max(seconds(row.starts), seconds(now))
    )


def _held_so_far(lesson: Lesson, when: LessonTimes, now: datetime) -> list[Line]:
    assert lesson.opened is not None
    starts = seconds(lesson.opened)
    until = max(starts, min(seconds(now), when.doors_close))
    return [Held(received=seconds(now), id=f"held-{lesson.id}", starts=starts, ends=until)]


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
    if row.kind in STATEMENTS:
        return Statement(
            received=received, id=row.id, learner=learner, kind=row.kind,  # type: ignore[arg-type]
            starts=_second(body, "from"), ends=_second(body, "to"), by=by, reason=body.get("reason", ""),
        )  # fmt: skip
    raise ValueError(f"unknown kind of evidence: {row.kind}")


def _second(body: Mapping[str, Any], name: str) -> int:
    return seconds(parse_instant(body[name]))


async def lessons_of(look: Look, programme: Programme) -> Sequence[Lesson]:
    """Every lesson of a programme that stands, in order of time."""
    found: Sequence[Lesson] = await look.all(
        select(Lesson)
        .where(Lesson.programme == programme.id, Lesson.status == "confirmed")
        .order_by(Lesson.starts, Lesson.id)
    )
    return found
