"""Several searches side by side, each in a process of its own with a seed of its own; the best answer counts."""

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from calendars.timetable.node import Unusable
from calendars.timetable.problem import Problem

STRIDE = 1_000_003
"""From the seed of one to the seed of the next."""
LOOK = 0.05
GRACE = 5.0
"""A search that was told that it is enough has so many seconds to answer."""


def solve_apart(
    order: Mapping[str, Any], problem: Problem, seed: int, workers: int, stop: Callable[[], bool]
) -> dict[str, Any]:
    """The best of several timetables: fewest slots unplaced, fewest moved, cheapest, first seed."""
    searches = [Searcher({**order, "seed": seed + STRIDE * number}) for number in range(workers)]
    asked: float | None = None
    try:
        while any(one.thread.is_alive() for one in searches):
            if asked is None and stop():
                asked = time.monotonic()
                for one in searches:
                    one.enough()
            if asked is not None and time.monotonic() > asked + GRACE:
                break
            time.sleep(LOOK)
        answers = [one.answer for one in searches if one.answer is not None]
    finally:
        for one in searches:
            one.end()
    if not answers:
        raise Unusable("No search has given an answer.")
    return min(answers, key=lambda made: merit(problem, made, order.get("previous") is not None))


def merit(problem: Problem, made: Mapping[str, Any], repairs: bool) -> tuple[int, int, int | float]:
    """The contract's order."""
    sizes = {one.id: one.length * len(one.needs) for one in problem.activities}
    slots = sum(sizes[one["activity"]] for one in made["unplaced"])
    return slots, made["cost"]["moved"] if repairs else 0, made["cost"]["total"]


class Searcher:
    """One process, and a thread that listens to it."""

    def __init__(self, order: Mapping[str, Any]) -> None:
        command = [sys.executable, "-m", "calendars.timetable"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.answer: dict[str, Any] | None = None
        self.thread = threading.Thread(target=self._listen, args=(json.dumps(order).encode() + b"\n",), daemon=True)
        self.thread.start()

    def enough(self) -> None:
        """The best so far is wanted now."""
        self._write(b"enough\n")

    def end(self) -> None:
        """Whatever it still does, nobody wants it."""
        self.process.kill()
        self.thread.join()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def _listen(self, order: bytes) -> None:
        self._write(order)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told = json.loads(line)
            if "timetable" in told:
                self.answer = told["timetable"]

    def _write(self, line: bytes) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):  # it is gone: then there is no answer
            self.process.stdin.write(line)
            self.process.stdin.flush()
