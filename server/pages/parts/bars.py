"""Lines of time for pages: an axis of local hours, the bars upon it, and the same in words for those who hear it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from calendars.clock import Interval, parse_instant, seconds
from classroom.attendance import Piece
from classroom.testimony import Pause, Trace
from server.dates import When
from server.words import Say, phrase

QUARTER: Final = 900
MOST_TICKS: Final = 7

KINDS: Final = {
    "evidenced": phrase("the device answered"), "bridged": phrase("short break in the line"),
    "service_gap": phrase("our fault"),
    "room": phrase("the room saw her"), "corrected": phrase("a person marked it"),
}  # fmt: skip


def instant(second: int) -> datetime:
    """A whole second as an instant."""
    return datetime.fromtimestamp(second, UTC)


def axis(spans: Iterable[Interval], pauses: Iterable[Interval], when: When) -> dict[str, Any]:
    """From the quarter of an hour before the first second to the one after the last, with at most eight marks."""
    known = [one for one in spans if one.seconds] or [Interval(0, QUARTER)]
    first = min(one.starts for one in known) // QUARTER * QUARTER
    last = -(-max(one.ends for one in known) // QUARTER) * QUARTER
    step = QUARTER
    while (last - first) / step > MOST_TICKS:
        step *= 2
    ticks = [{"at": at, "label": when.clock(instant(at))} for at in range(first, last + 1, step)]
    behind = [{"from": one.starts, "to": one.ends} for one in pauses]
    return {"start": first, "end": last, "ticks": ticks, "pauses": behind}


def axis_of(trace: Trace, held: Iterable[Interval], when: When) -> dict[str, Any]:
    """The axis of one lesson: its planned time and what was held, its pauses behind."""
    pauses = [line.interval for line in trace.lines if isinstance(line, Pause)]
    return axis([Interval(trace.lesson.starts, trace.lesson.ends), *held], pauses, when)


def bars(pieces: Iterable[Piece]) -> list[dict[str, Any]]:
    """Intervals as the macro `line` takes them."""
    return [{"from": one.starts, "to": one.ends, "kind": one.kind} for one in pieces]


def pieces(intervals: Iterable[dict[str, str]]) -> list[Piece]:
    """Intervals as a report writes them."""
    return [
        Piece(seconds(parse_instant(one["from"])), seconds(parse_instant(one["to"])), one["kind"])  # type: ignore[arg-type]
        for one in intervals
    ]


def spoken(found: Sequence[Piece], when: When, say: Say) -> str:
    """The same in words: from, to, and why it counts."""
    told = [f"{when.span(instant(one.starts), instant(one.ends))} {say(KINDS[one.kind])}" for one in found]
    return ", ".join(told) or say("No presence is known.")
