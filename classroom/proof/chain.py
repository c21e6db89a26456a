"""Records onto the chain of a programme, in the very unit of work that signs or opens a register.

A record carries ids, never names, and no free text: what a person wrote stands in the ledger, and here only as a
keyed hash of it (`said`). So a person can be erased and every record stays as it was signed.
"""

import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select

from calendars import houses
from calendars.store import Work
from calendars.tables import Lesson, Programme
from classroom import ledger, rooms, trace
from classroom.proof.records import ORIGIN, canonical, fingerprint
from classroom.said import TAKEN_BACK
from classroom.tables import Evidence, Link, Mark

ACCEPTED = "other_accepted"  # stands for every accepted reason: which one it was concerns no reader of a bundle
AT_ONCE = 200  # registers that one work takes in


async def append(
    work: Work,
    programme: str,
    kind: str,
    told: Mapping[str, Any],
    lesson: str | None = None,
    through: int | None = None,
) -> None:
    """Write one record. Whoever takes the number holds the end of the chain until its work is over."""
    number = await work.number(f"chain:{programme}")
    last = await work.get(Link, (programme, number - 1))
    at = max(work.now, last.at) if last else work.now  # a clock that was set back tells no time before the last record
    about = {
        "programme": programme, "number": number, "before": last.hash if last else ORIGIN, "kind": kind,
        "at": instant(at),
    }  # fmt: skip
    record = canonical(about | dict(told) | ({"lesson": lesson} if lesson else {}))
    row = {
        "programme": programme, "number": number, "at": at, "lesson": lesson, "through": through,
        "record": record.decode(), "hash": fingerprint(record),
    }  # fmt: skip
    await work.run(insert(Link), [row])


async def register_signed(work: Work, lesson: Lesson, programme: Programme, by: str | None) -> None:
    """A register was signed: its marks, and the evidence that they were reckoned from."""
    through = await work.one(_numbers(lesson.id))  # before the trace: a line may stand in two records, never in none
    told = {"by": by, **await _register(work, lesson, programme, None)}
    await append(work, programme.id, "register", told, lesson.id, through or 0)


async def register_reopened(work: Work, lesson: Lesson, by: str | None, reason: str) -> None:
    """A signed register was opened again."""
    said = _hidden(await houses.secret(work), lesson.id, reason)
    through = await work.one(select(func.max(Link.through)).where(Link.lesson == lesson.id))
    await append(work, lesson.programme, "reopened", {"by": by, "said": said}, lesson.id, through)


async def take_in(work: Work) -> None:
    """What the chains lack: registers signed before there were any, and evidence that came after the signature."""
    linked = select(Link.lesson).where(Link.lesson == Lesson.id).exists()
    rows = await work.rows(
        select(Lesson, Programme)
        .join(Programme, Programme.id == Lesson.programme)
        .where(Lesson.signed.is_not(None), ~linked)
        .order_by(Lesson.programme, Lesson.signed, Lesson.id)
        .limit(AT_ONCE)
    )
    for lesson, programme in rows:
        told = {"by": None, "taken_in": True, **await _register(work, lesson, programme, lesson.signed)}
        through = await work.one(_numbers(lesson.id).where(Evidence.received <= lesson.signed))
        await append(work, programme.id, "register", told, lesson.id, through or 0)
    await _late(work)


async def _late(work: Work) -> None:
    """Evidence of registers that stand in a chain, received since: a correction, a provider's late word."""
    newest = select(Link.lesson, Link.programme, func.max(Link.through).label("through"))
    last = newest.where(Link.lesson.is_not(None)).group_by(Link.lesson, Link.programme).subquery()
    rows = await work.rows(
        select(Evidence, last.c.programme)
        .join(last, (Evidence.lesson == last.c.lesson) & (Evidence.number > last.c.through))
        .order_by(last.c.programme, Evidence.lesson, Evidence.number)
        .limit(AT_ONCE * 10)
    )
    by_lesson: dict[tuple[str, str], list[Evidence]] = {}
    for row, programme in rows:
        by_lesson.setdefault((programme, row.lesson), []).append(row)
    secret = await houses.secret(work) if rows else b""
    for (programme, lesson), those in by_lesson.items():
        lines = [_written(one) for one in those if "role" not in one.body]
        await append(work, programme, "evidence", {"lines": _safe(secret, lines)}, lesson, those[-1].number)


async def _register(work: Work, lesson: Lesson, programme: Programme, as_of: datetime | None) -> dict[str, Any]:
    times, rules = rooms.times(lesson, programme.rules), rooms.rules_of(programme)
    found = await ledger.trace(work, lesson, times, rules, as_of)
    first, *lines = map(json.loads, trace.write(found))
    newest = select(Mark.person, func.max(Mark.version).label("version"))
    last = newest.where(Mark.lesson == lesson.id, Mark.signed).group_by(Mark.person).subquery()
    marks = await work.all(
        select(Mark)
        .join(last, (Mark.person == last.c.person) & (Mark.version == last.c.version))
        .where(Mark.lesson == lesson.id)
        .order_by(Mark.person)
    )
    told = [
        {"learner": one.person, "version": one.version, "state": one.state, "seconds": dict(one.seconds),
         "late_by": one.late_by, "left_early_by": one.left_early_by}
        for one in marks
    ]  # fmt: skip
    return {"marks": told, "trace": [first, *_safe(await houses.secret(work), lines)]}


def _written(row: Evidence) -> dict[str, Any]:
    """The line of a trace; for one that takes another back, which no trace has, what the ledger says."""
    if row.kind == TAKEN_BACK:
        about = {"kind": row.kind, "id": row.id, "learner": row.person, "by": row.by, "received": instant(row.received)}
        return about | {"of": row.body["of"]}
    written: dict[str, Any] = json.loads(trace.write_line(ledger.line_of(row)))
    return written


def _safe(secret: bytes, lines: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """These lines of a trace without what is private in them; they still give the same seconds."""
    safe = []
    for line in lines:
        kept, reason = dict(line), line.get("reason", "")
        if reason:
            kept["reason"] = ""
        if line["kind"] == "excuse" and line["code"] != "unauthorised":
            reason, kept["code"] = line["code"], ACCEPTED
        safe.append(kept | ({"said": _hidden(secret, line["id"], reason)} if reason else {}))
    return safe


def _hidden(secret: bytes, place: str, said: str) -> str:
    """What was said, as a hash that only the house can make: enough to show later that this was it."""
    return hmac.digest(secret, f"oppitupa-said-1\n{place}\n{said}".encode(), "sha256").hex()


def _numbers(lesson: str) -> Any:
    return select(func.max(Evidence.number)).where(Evidence.lesson == lesson)


def instant(at: datetime) -> str:
    """An instant as a record tells it: UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
