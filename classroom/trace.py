"""The attendance trace as JSON Lines: strict in reading, exact in writing, and the answer of `attendance replay`.

A trace is read from its first line to its last or not at all: `Unreadable` names the line. Further fields that
the contract does not know are let be, but count when two lines bear one id.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, replace
from typing import Any, get_args

from calendars.errors import Invalid
from classroom import jsonlines
from classroom.attendance import Reckoning
from classroom.jsonlines import Reader, Values
from classroom.testimony import (
    KINDS,
    CouldNotEnter,
    Excuse,
    ExcuseCode,
    Held,
    LessonTimes,
    Line,
    Outage,
    Pause,
    Provided,
    ProviderEvent,
    Rules,
    Span,
    SpanEnd,
    Statement,
    StatementKind,
    Step,
    Touch,
    TouchKind,
    Trace,
)

_CLASSES: Mapping[str, type[Line]] = {
    **dict.fromkeys(get_args(TouchKind), Touch),
    "span": Span,
    "outage": Outage,
    "provider": Provided,
    **dict.fromkeys(get_args(StatementKind), Statement),
    "excuse": Excuse,
    "could_not_enter": CouldNotEnter,
    "held": Held,
    "pause": Pause,
}
_KIND_OF = {cls: kind for kind, cls in _CLASSES.items()}  # of Touch and Statement, who say it themselves, any
_READERS: Mapping[str, Reader] = {
    "received": jsonlines.second,
    "starts": jsonlines.second,
    "ends": jsonlines.second,
    "at": jsonlines.second,
    "id": jsonlines.filled,
    "learner": jsonlines.name,
    "connection": jsonlines.name,
    "connections": jsonlines.names,
    "kind": jsonlines.name,
    "provider": jsonlines.name,
    "by": jsonlines.name,
    "reason": jsonlines.text,
    "end": jsonlines.one_of(get_args(SpanEnd)),
    "event": jsonlines.one_of(get_args(ProviderEvent)),
    "code": jsonlines.one_of(get_args(ExcuseCode)),
    "step": jsonlines.one_of(get_args(Step)),
}
_JSON_NAMES = {"starts": "from", "ends": "to"}
# Of each class of line: the attribute, its name in JSON, how it is read, and what it is when it may be missing.
_FIELDS: Mapping[type[Line], list[tuple[str, str, Reader, Any]]] = {
    cls: [(one.name, _JSON_NAMES.get(one.name, one.name), _READERS[one.name], one.default) for one in fields(cls)]
    for cls in _KIND_OF
}
_KEYS = {cls: {"kind", *(key for _, key, _, _ in shape)} for cls, shape in _FIELDS.items()}


class Unreadable(Invalid):
    """Line number `line` of a trace cannot be used; `code` and `facts` say why."""

    def __init__(self, line: int, code: str, **facts: object) -> None:
        super().__init__(code, line=line, **facts)
        self.line = line


def read(lines: Iterable[str | bytes]) -> Trace:
    """Read a trace. Raises `Unreadable` at the first line that cannot be used."""
    header: tuple[LessonTimes, Rules, tuple[str, ...]] | None = None
    kept = _Kept()
    for number, line in enumerate(lines, start=1):
        try:
            values = jsonlines.object_in(line)
            if header is None:
                header = _header(values)
            else:
                kept.keep(values)
        except Invalid as wrong:
            raise Unreadable(number, wrong.code, **wrong.facts) from None
    if header is None:
        raise Unreadable(1, "no_first_line")
    return Trace(*header, tuple(kept.lines))


def write(trace: Trace) -> Iterator[str]:
    """Write a trace line by line, without line ends; `read` gives the same trace back."""
    lesson = {one.name: jsonlines.written(getattr(trace.lesson, one.name)) for one in fields(LessonTimes)}
    rules = {one.name: getattr(trace.rules, one.name) for one in fields(Rules)}
    yield json.dumps({"lesson": lesson, "rules": rules, "expected": trace.expected})
    yield from map(write_line, trace.lines)


def write_line(line: Line) -> str:
    """One line of evidence, without line end."""
    values: dict[str, object] = {"kind": _KIND_OF[type(line)]}
    for name, key, reader, default in _FIELDS[type(line)]:
        value = getattr(line, name)
        if value != default:
            values[key] = jsonlines.written(value) if reader is jsonlines.second else value
    return json.dumps(values)


def answer(reckonings: Mapping[str, Reckoning]) -> dict[str, object]:
    """What `attendance replay --json` prints, with its times in UTC."""
    return {"learners": {learner: _told(one) for learner, one in reckonings.items()}}


def _told(one: Reckoning) -> dict[str, object]:
    return {
        "intervals": [
            {"from": jsonlines.written(piece.starts), "to": jsonlines.written(piece.ends), "kind": piece.kind}
            for piece in one.intervals
        ],
        "seconds": dict(one.seconds),
        "late_by": one.late_by,
        "left_early_by": one.left_early_by,
        "state": one.state,
        "also_here": one.also_here,
    }


class _Kept:
    """The lines so far; those with one id are one (rule 0)."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._places: dict[str, int] = {}
        self._further: dict[str, str] = {}

    def keep(self, values: Values) -> None:
        """Add a line, unless it stands here already: then the one received earlier stays."""
        line = _line(values)
        further = ""
        if unknown := values.keys() - _KEYS[type(line)]:
            further = json.dumps({key: values[key] for key in unknown}, sort_keys=True)
        here = len(self.lines)
        place = self._places.setdefault(line.id, here) if line.id else here
        if place == here:
            self.lines.append(line)
            if further:
                self._further[line.id] = further
            return
        first = self.lines[place]
        if replace(line, received=first.received) != first or further != self._further.get(line.id, ""):
            raise Invalid("id_differs", id=line.id)
        if line.received < first.received:
            self.lines[place] = line


def _header(values: Values) -> tuple[LessonTimes, Rules, tuple[str, ...]]:
    lesson = jsonlines.mapping(values, "lesson")
    given = jsonlines.mapping(values, "rules") if "rules" in values else {}
    rules: dict[str, Any] = {
        name: jsonlines.whole(given, name)
        for name in ("lease", "grace", "late_after", "present_percent")
        if name in given
    }
    if "counts" in given:
        rules["counts"] = jsonlines.names(given, "counts")
        if not set(rules["counts"]) <= set(KINDS):
            raise Invalid("unknown_value", field="counts")
    times = LessonTimes(**{one.name: jsonlines.second(lesson, one.name) for one in fields(LessonTimes)})
    return times, Rules(**rules), jsonlines.names(values, "expected")


def _line(values: Values) -> Line:
    kind = jsonlines.text(values, "kind")
    if kind not in _CLASSES:
        raise Invalid("unknown_kind", kind=kind)
    cls = _CLASSES[kind]
    return cls(
        **{
            name: reader(values, key)
            for name, key, reader, default in _FIELDS[cls]
            if key in values or default is MISSING
        }
    )
