"""`oppitupa attendance replay`: evidence in, intervals and seconds out, without a database."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from classroom.attendance import Reckoning, counted, reckon
from classroom.jsonlines import lines_of
from classroom.testimony import KINDS
from classroom.trace import Unreadable, answer, read
from server.commands import report

SENTENCES = {
    "no_first_line": "the trace is empty; its first line must name the lesson, its rules and who is expected",
    "not_utf8": "this is not UTF-8 text",
    "empty_line": "nothing stands there: each line must be one JSON object, and no line may be empty",
    "line_too_long": "the line is longer than 32 million bytes",
    "byte_order_mark": "it begins with a byte order mark: save the file as UTF-8 without one",
    "not_json": "this is not one JSON value (RFC 8259), or a name occurs in it twice",
    "not_an_object": "a JSON object is needed in {field}",
    "not_a_list": "{field} must be a list",
    "not_text": "{field} must be text",
    "not_a_whole_number": "{field} must be a whole number",
    "missing_field": "{field} is missing",
    "bad_time": "{field} must be a time with an offset (RFC 3339), such as 2026-01-12T09:00:00+02:00",
    "unknown_kind": "the kind {kind!r:.80} is unknown",
    "unknown_value": "{field} has a value that is unknown",
    "backwards": "its end lies before its beginning",
    "bad_doors": "doors_open <= starts < ends <= doors_close does not hold",
    "below_zero": "{field} must not be below zero",
    "id_differs": "the id {id!r:.80} stands on an earlier line that says something else",
}


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `attendance replay` and `attendance trace` to the parser."""
    verbs = commands.add_parser("attendance", help="evidence in, seconds out").add_subparsers(required=True)
    replay = verbs.add_parser("replay", help="reckon a trace, without a database")
    replay.add_argument("trace", metavar="TRACE.jsonl")
    replay.add_argument("--json", action="store_true", help="print the contract's JSON")
    replay.set_defaults(run=attendance_replay)
    trace = verbs.add_parser("trace", help="the evidence of one lesson, as such a trace")
    trace.add_argument("--lesson", required=True, metavar="ID")
    report.placed(trace)
    trace.set_defaults(run=report.run_trace)


def attendance_replay(arguments: argparse.Namespace) -> int:
    """Reckon the trace in `arguments.trace`; print the contract's JSON with `arguments.json`, else a table."""
    try:
        with Path(arguments.trace).open("rb") as lines:
            trace = read(lines_of(lines))
    except Unreadable as wrong:
        told = {"field": "the line", **wrong.facts}
        print(f"{arguments.trace}, line {wrong.line}: {SENTENCES[wrong.code].format(**told)}.", file=sys.stderr)
        return 2
    except (OSError, ValueError) as wrong:  # ValueError: a path that cannot be one
        reason = wrong.strerror if isinstance(wrong, OSError) else None
        print(f"{arguments.trace!r} cannot be read: {reason or wrong}.", file=sys.stderr)
        return 2
    reckonings = reckon(trace)
    if arguments.json:
        print(json.dumps(answer(reckonings)))
    else:
        print(_table(reckonings, sum(one.seconds for one in counted(trace))))
    return 0


def _table(reckonings: Mapping[str, Reckoning], planned: int) -> str:
    """One row a learner, all figures in seconds."""
    head = ["learner", "state", "present", *KINDS, "late_by", "left_early_by"]
    rows = [
        [_printable(learner), one.state]
        + [str(one.seconds[name]) for name in ("present", *KINDS)]
        + ["-" if late is None else str(late) for late in (one.late_by, one.left_early_by)]
        for learner, one in reckonings.items()
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in [head, *rows]
    ]
    return "\n".join([f"The lesson counts {planned} seconds. All figures are seconds.", *map(str.rstrip, lines)])


def _printable(learner: str) -> str:
    """An id from a file must not steer the terminal, nor break a stream that cannot write its letters."""
    return learner if learner.isascii() and learner.isprintable() else ascii(learner)[1:-1]
