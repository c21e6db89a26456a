"""Short ways to write one testimony about L1 in a lesson from second 1000 to 2000, doors from 900 to 2100."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from classroom.attendance import Reckoning, reckon
from classroom.testimony import (
    CouldNotEnter,
    Excuse,
    Held,
    LessonTimes,
    Line,
    Outage,
    Pause,
    Provided,
    Rules,
    Span,
    Statement,
    Touch,
    Trace,
)
from tests.classroom.traces import Json

LESSON = LessonTimes(starts=1000, ends=2000, doors_open=900, doors_close=2100)
_numbers = count(1)


def named(received: int | None, default: int) -> Json:
    return {"received": default if received is None else received, "id": f"i{next(_numbers)}"}


def touches(kinds: str, *at: int, connection: str = "c1", learner: str = "L1") -> list[Line]:
    """`touches("join ack", 1000, 1010)`: one touch at each second."""
    return [
        Touch(received=second, id=f"i{next(_numbers)}", learner=learner, connection=connection, kind=kind)  # type: ignore[arg-type]
        for kind, second in zip(kinds.split(), at, strict=True)
    ]


def span(starts: int, ends: int, end: Any = "lost", connection: str = "c1", learner: str = "L1") -> Span:
    return Span(**named(None, ends), learner=learner, connection=connection, starts=starts, ends=ends, end=end)


def outage(starts: int, ends: int, *connections: str) -> Outage:
    return Outage(received=ends, starts=starts, ends=ends, connections=connections or None)


def said(kind: Any, starts: int, ends: int) -> Statement:
    return Statement(**named(None, ends), learner="L1", starts=starts, ends=ends, kind=kind, by="P9", reason="she rang")


def provided(event: Any, at: int, provider: str = "jitsi") -> Provided:
    return Provided(**named(None, at), learner="L1", provider=provider, event=event, at=at)


def pause(starts: int, ends: int) -> Pause:
    return Pause(**named(None, ends), starts=starts, ends=ends)


def held(starts: int, ends: int, received: int = 3000, name: str = "h") -> Held:
    return Held(received=received, id=name, starts=starts, ends=ends)


def excuse(code: Any, received: int = 0) -> Excuse:
    return Excuse(**named(received, 0), learner="L1", code=code, by="P9")


def failed(step: Any, received: int) -> CouldNotEnter:
    return CouldNotEnter(**named(received, 0), learner="L1", step=step)


def hers(*lines: Line | Sequence[Line], **rules: Any) -> Reckoning:
    """What the lines come to for L1."""
    flat = [one for line in lines for one in (line if isinstance(line, Sequence) else [line])]
    return reckon(Trace(LESSON, Rules(**rules), ("L1",), flat))["L1"]


def pieces(*lines: Line | Sequence[Line], **rules: Any) -> list[tuple[int, int, str]]:
    return [(piece.starts, piece.ends, piece.kind) for piece in hers(*lines, **rules).intervals]
