"""What the funder asks: seconds planned, present, excused, absent, per learner, lesson, day, group and programme.

Every figure is whole seconds of the one attendance function, so each is the sum of intervals that can be shown.
A row counts `present + excused + could_not_enter + absent` = what was held less its pauses; `not_held` is what the
plan promised beyond that. `by_telephone` is a part of `present`.
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from calendars import rights
from calendars.changes.facts import DaysChanged
from calendars.clock import day_of, rfc3339
from calendars.names import in_language
from calendars.rights import Actor
from calendars.store import Look
from calendars.tables import Day, Expected, Group, Lesson, Person, Programme
from classroom import ledger, moves, rooms
from classroom.attendance import Reckoning, by_telephone, counted, reckon
from classroom.known import known, standing
from classroom.tables import Link
from classroom.testimony import KINDS, Held

SUMS = ("planned", "held", "present", "excused", "could_not_enter", "absent", "not_held", "by_telephone")
FORMULA = tuple("=+-@|%\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet takes for the beginning of a formula; the wide forms too, as East Asian settings do (OWASP)."""


@dataclass(frozen=True, slots=True)
class Row:
    """One learner in one lesson."""

    learner: str
    day: str
    kind: str
    group: str
    lesson: str
    planned: int
    held: int
    present: int
    excused: int
    could_not_enter: int
    absent: int
    not_held: int
    state: str
    signed: bool
    seconds: dict[str, int]
    intervals: list[dict[str, str]]
    by_telephone: int = 0
    """Seconds of `present` that stand on telephone calls, by the word of whoever led."""


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a programme as it was known at one instant."""

    programme: str
    as_of: str
    rows: list[Row]
    totals: dict[str, Any]
    moves: list[dict[str, str]]
    """Which lessons went on in another room, when and why."""
    chain: dict[str, Any] | None = None
    """The last record of its proof by then: its number, its hash and the key that sealed; None while there is none."""


async def report(look: Look, actor: Actor, programme: str, as_of: datetime | None = None) -> Report:
    """The report for whoever may see the figures of this programme."""
    found, target = await rights.target_of_programme(look, programme)
    rights.ask(actor, "see_report", target)
    return await _report(look, found, min(as_of or look.now, look.now))


async def own_rows(look: Look, actor: Actor, person: str) -> list[Row]:
    """A learner's own line of every lesson that has begun, in order; hers, or for whoever may see the figures."""
    if person != actor.person:
        await rights.ask_about(look, actor, "see_report", person)
    rows = await look.rows(
        select(Lesson, Programme, Day.kind)
        .join(Programme, Programme.id == Lesson.programme)
        .join(Day, Day.id == Lesson.day)
        .join(Expected, (Expected.lesson == Lesson.id) & (Expected.person == person))
        .where(Lesson.status == "confirmed", Lesson.starts <= look.now, Programme.status != rights.ROOMS)
        .order_by(Lesson.starts, Lesson.id)
    )
    begun = [
        (lesson, programme, kind, day_of(lesson.starts, programme.zone).isoformat())
        for lesson, programme, kind in rows
        if person == actor.person or rights.may(actor, "see_report", rights.place_of(lesson, programme))
    ]
    return await _rows(look, begun, look.now, person)


async def _report(look: Look, programme: Programme, as_of: datetime) -> Report:
    found = await look.rows(
        select(Lesson, Day.kind)
        .join(Day, Day.id == Lesson.day)
        .where(Lesson.programme == programme.id, Lesson.starts <= as_of)
        .order_by(Lesson.starts, Lesson.id)
    )
    stood = await standing(look, programme.id, [lesson for lesson, _ in found], as_of)
    begun = [
        (lesson, programme, kind, day_of(lesson.starts, programme.zone).isoformat())
        for lesson, kind in found
        if lesson.id in stood
    ]
    rows = await _rows(look, begun, as_of)
    totals: dict[str, Any] = dict(sums(rows))
    for name in ("learner", "group", "day"):
        totals[f"by_{name}"] = {
            key: sums(row for row in rows if getattr(row, name) == key) for key in _keys(rows, name)
        }
    totals["own_days"] = own_days(rows)
    totals["days"] = await _days(look, programme, as_of)
    moved = [one for one in await moves.of_lessons(look, [lesson.id for lesson, *_ in begun]) if one.at <= as_of]
    told = [
        {"lesson": one.lesson, "at": _exact(one.at, programme.zone), "from": one.before, "to": one.provider,
         "why": one.why}
        for one in moved
    ]  # fmt: skip
    chain = await _head(look, programme.id, as_of)
    return Report(programme.id, _exact(as_of, programme.zone), rows, totals, told, chain)


async def _head(look: Look, programme: str, as_of: datetime) -> dict[str, Any] | None:
    """The end of the chain at an instant; without a key while nothing has sealed it."""
    links = select(Link).where(Link.programme == programme, Link.at <= as_of).order_by(Link.number.desc()).limit(1)
    last = await look.one(links)
    if last is None:
        return None
    key = await look.one(links.where(Link.lesson.is_(None)))
    return {
        "number": last.number, "head": last.hash,
        "key": json.loads(key.record)["key"]["fingerprint"] if key else None,
    }  # fmt: skip


async def _rows(
    look: Look, lessons: Sequence[tuple[Lesson, Programme, str, str]], as_of: datetime, only: str = ""
) -> list[Row]:
    """A row for everybody (or for one alone) in each lesson that is over, or that somebody holds by now."""
    asked = [(one, rooms.times(one, programme.rules), rooms.rules_of(programme)) for one, programme, _, _ in lessons]
    traces = await ledger.traces(look, asked, as_of)
    stood = await known(look, list(traces), as_of)
    rows = []
    for lesson, programme, kind, day in lessons:
        trace = traces[lesson.id]
        if lesson.ends > as_of and not any(isinstance(one, Held) for one in trace.lines):
            continue
        held = sum(one.seconds for one in counted(trace))
        asked_of = trace.of(only) if only else trace
        found = reckon(asked_of)
        called = by_telephone(asked_of, found)
        rows += [
            replace(
                _row(lesson, programme, kind, day, person, held, reckoning, signed=stood[lesson.id].signed),
                by_telephone=called.get(person, 0),
            )
            for person, reckoning in sorted(found.items())
        ]
    return rows


def _row(
    lesson: Lesson,
    programme: Programme,
    kind: str,
    day: str,
    person: str,
    held: int,
    reckoning: Reckoning,
    *,
    signed: bool,
) -> Row:
    planned = int((lesson.ends - lesson.starts).total_seconds())
    present = reckoning.seconds["present"]
    rest = {"excused": 0, "could_not_enter": 0, "absent": 0}
    rest[reckoning.state if reckoning.state in rest else "absent"] = held - present
    intervals = [
        {"from": _instant(one.starts, programme.zone), "to": _instant(one.ends, programme.zone), "kind": one.kind}
        for one in reckoning.intervals
    ]
    return Row(
        person, day, kind, lesson.group, lesson.id, planned, held, present, rest["excused"], rest["could_not_enter"],
        rest["absent"], max(0, planned - held), reckoning.state, signed,
        {name: reckoning.seconds[name] for name in KINDS}, intervals,
    )  # fmt: skip


def _exact(instant: datetime, zone: str) -> str:
    """To the microsecond where it matters: asked for this very instant again, the house says the same again."""
    return instant.astimezone(ZoneInfo(zone)).isoformat().replace("+00:00", "Z")


def _instant(second: int, zone: str) -> str:
    return rfc3339(datetime.fromtimestamp(second, UTC), zone)


def sums(rows: Iterable[Row]) -> dict[str, int]:
    """Whole seconds over these rows, by what they were."""
    total = dict.fromkeys(SUMS, 0)
    for row in rows:
        for name in SUMS:
            total[name] += getattr(row, name)
    return total


def own_days(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    """For each learner: on how many days so far she was expected in a lesson that was held, and on how many she came.

    They are her own: whoever starts late, stops early, pauses or goes on longer is counted against her own days.
    """
    expected: dict[str, set[str]] = {}
    came: dict[str, set[str]] = {}
    for row in rows:
        if row.held:
            expected.setdefault(row.learner, set()).add(row.day)
        if row.present:
            came.setdefault(row.learner, set()).add(row.day)
    return {
        one: {"expected": len(days), "attended": len(days & came.get(one, set()))}
        for one, days in sorted(expected.items())
    }


def _keys(rows: Sequence[Row], name: str) -> list[str]:
    return sorted({getattr(row, name) for row in rows})


async def _days(look: Look, programme: Programme, as_of: datetime) -> dict[str, int]:
    """How many days of each kind the cohort had then: the first change after that instant says how many there were."""
    for change in await look.facts([programme.id], [DaysChanged.__name__], look.now):
        if change.at > as_of:
            return {kind: int(count) for kind, count in change.body["counts"].items()}
    cohort = (Day.programme == programme.id) & (Day.status == "confirmed") & Day.extra.is_(False)
    kinds = await look.all(select(Day.kind).where(cohort))
    return {kind: list(kinds).count(kind) for kind in sorted(set(kinds))}


async def names(look: Look, actor: Actor, found: Report) -> dict[str, str]:
    """The shown names of the learners and groups of a report, for paper and pages."""
    programme, target = await rights.target_of_programme(look, found.programme)
    rights.ask(actor, "see_report", target)
    people = await look.all(select(Person).where(Person.id.in_(_keys(found.rows, "learner"))))
    groups = await look.all(select(Group).where(Group.programme == found.programme))
    return {one.id: one.shown for one in people} | {
        one.id: in_language(one.name, programme.language, programme.language) for one in groups
    }


def as_json(found: Report) -> str:
    """The report by the contract: one JSON value, the same bytes for the same past instant."""
    return json.dumps(asdict(found), ensure_ascii=False, indent=1, sort_keys=False) + "\n"


def as_csv(found: Report, named: dict[str, str]) -> str:
    """The rows for a spreadsheet; a cell that it could take for a formula is made text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["learner", "name", "day", "kind", "group", "group_name", "lesson", *SUMS, "state", "signed"])
    for row in found.rows:
        cells = [row.learner, named.get(row.learner, ""), row.day, row.kind, row.group, named.get(row.group, "")]
        figures = [getattr(row, name) for name in SUMS]
        writer.writerow([*map(harmless, [*cells, row.lesson]), *figures, row.state, "yes" if row.signed else "no"])
    return out.getvalue()


def harmless(cell: str) -> str:
    """A text that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    text = cell.replace("\r", " ").replace("\n", " ")
    return f"'{text}" if text.lstrip().lstrip("\0")[:1] in FORMULA or text.startswith("\t") else text
