"""The search in a process of its own, for whoever must not wait: `python -m calendars.timetable`.

On stdin comes one line of JSON, the order:

    {"problem": {…}, "previous": {…} | null, "seconds": 30 | null, "effort": 100000 | null, "seed": 0, "engine": null,
     "firm": false, "better": false}

`problem` and `previous` are as the contract writes them; all but `problem` may be missing. `engine` is "c", "python" or
null for the faster one that there is. With `firm` nothing that is fixed is given up for something else; with `better`
each better timetable is said on the way, so that it is not lost with this process. Then each line is a wish:

    enough     end the search: the best so far comes as if the time were over (so does SIGTERM)
    cancel     end without an answer

The end of stdin means that the parent is no more: the process ends too. On stdout come lines of JSON, each an object
with one of these:

    {"progress": {"steps", "seconds", "share", "unplaced", "cost": {…}}}
    {"better": {…}}         the best timetable so far, of the answer's form but without a bound
    {"timetable": {…}}      the answer, the last line
    {"refused": "…"}        the order or the problem cannot be used, one sentence; the last line

`progress` comes as soon as a first timetable stands and then twice a second, about the best so far: `unplaced` are
slots, `cost` has the contract's kinds and their total, `share` is how much of the time or effort is used. `better`
comes then too, and later at most once a second, less often where a timetable is large: saying it takes a twentieth of
the time at most. One that would be longer than LONGEST bytes is not said.
Exit 0: everything is placed. 1: something is not. 2: refused. 3: cancelled, or the parent is gone.
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Mapping
from math import inf
from typing import Any, BinaryIO, NoReturn

from calendars.timetable.answer import read_timetable
from calendars.timetable.node import Node, Unusable, parse
from calendars.timetable.problem import read
from calendars.timetable.solve import silent, solve

NICENESS = 10
CANCELLED = 3
MOST_SECONDS = 86_400
LONGEST = 16 * 1024 * 1024
"""Bytes of a timetable on the way; 1,000 learners take two of its megabytes."""


def main() -> int:
    """Read the order, search, answer."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    enough = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: enough.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches the parent too, and she decides
    # Not sys.stdin: the process that reckons the bound closes that one, and would wait for whoever reads from it.
    words = os.fdopen(os.dup(sys.stdin.fileno()), "rb")
    order = words.readline()
    threading.Thread(target=_listen, args=(words, enough), daemon=True).start()
    try:
        made = _carry_out(Node(parse(order), ""), enough)
    except Unusable as wrong:
        tell({"refused": str(wrong)})
        return 2
    tell({"timetable": made})
    return 1 if made["unplaced"] else 0


def _carry_out(order: Node, enough: threading.Event) -> dict[str, Any]:
    problem = read(order.get("problem").value)
    previous = order.get("previous").value
    seconds, effort, seed = order.get("seconds"), order.get("effort"), order.get("seed")
    return solve(
        problem,
        previous=None if previous is None else read_timetable(previous, problem),
        seconds=None if seconds.value is None else min(float(seconds.number()), MOST_SECONDS),
        effort=None if effort.value is None else effort.whole(0),
        seed=0 if seed.value is None else seed.whole(-(2**63), 2**63),
        progress=lambda told: tell({"progress": told}),
        better=silent if order.get("better").value is not True else lambda made: tell({"better": made}, LONGEST),
        stop=enough.is_set,
        engine=order.get("engine").text_or_none(),
        firm=order.get("firm").value is True,
    )


def tell(line: Mapping[str, object], most: float = inf) -> None:
    """One line of at most so many bytes, out at once; who cannot hear it is gone."""
    said = json.dumps(line, ensure_ascii=True, separators=(",", ":"))
    if len(said) > most:
        return
    try:
        sys.stdout.write(said + "\n")
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        _leave()


def _listen(words: BinaryIO, enough: threading.Event) -> None:
    """Wishes, until there is nobody left to have any."""
    for line in words:
        match line.strip():
            case b"enough":
                enough.set()
            case b"cancel":
                _leave()
    _leave()


def _leave() -> NoReturn:
    """At once, with whatever this process has started where it leads a group of its own."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(CANCELLED)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # the listener may still wait for a line
