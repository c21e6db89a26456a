"""The proven bound, reckoned beside the search in a process of its own: it takes a second core, or low priority."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection

from calendars.timetable.bound import WORK, lower_bound
from calendars.timetable.problem import Problem

WITHOUT_EFFORT = 100_000
"""Without a clock, so many units of work for the bound and one more for each step of the search."""
LEAST = 10
WAIT = 0.02
PATIENCE = 0.3
IN_TIME = 0.7
"""After this share of the time the bound is taken as far as it has come."""


class Bounding:
    """One bound, for the activities that the first timetable places."""

    def __init__(self, problem: Problem, deadline: float | None, effort: int | None = None) -> None:
        self.problem = problem
        self.deadline = deadline
        self.work = WORK if effort is None else min(WORK, effort + WITHOUT_EFFORT)
        self.began = time.monotonic()
        self.placed: tuple[int, ...] = ()
        self.process: multiprocessing.Process | None = None
        self.answer: Connection | None = None

    def begin(self, placed: Iterable[int]) -> None:
        """Reckon from now on; without a clock it is done in its turn, at the end."""
        if self.deadline is None:
            return
        self.placed = tuple(sorted(placed))
        self.answer, there = multiprocessing.Pipe(duplex=False)
        self.process = multiprocessing.Process(
            target=_reckon, args=(self.problem, self.placed, there, self.deadline - time.monotonic()), daemon=True
        )
        self.process.start()
        there.close()

    def bound(self, placed: Iterable[int], stop: Callable[[], bool]) -> int | float | None:
        """The bound for these activities; with a clock only if it is there in time, and for the same activities."""
        wanted = tuple(sorted(placed))
        if self.deadline is None:
            hasty = self.work < LEAST * len(wanted)  # to look at each of them at all would take longer than the search
            return None if stop() or hasty else lower_bound(self.problem, wanted, self.work)
        if self.answer is None or wanted != self.placed:
            return None
        now = time.monotonic()
        until = min(self.deadline, now + PATIENCE + (now - self.began) / 4)  # a quick repair does not wait for it
        while not stop() and time.monotonic() < until:
            if self.answer.poll(WAIT):
                break
        try:
            found: int | float | None = self.answer.recv() if self.answer.poll() else None
        except EOFError:
            found = None
        return found

    def close(self) -> None:
        """Nobody waits for it any more."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
        if self.answer is not None:
            self.answer.close()


def _reckon(problem: Problem, placed: tuple[int, ...], answer: Connection, seconds: float) -> None:
    """In the other process, which does not outlive its use even if nobody ends it; in time rather than to the end."""
    until = time.monotonic() + IN_TIME * seconds  # what it took to start is in the rest
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever reads our stdout must not wait for this process to end
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "alarm"):
        signal.alarm(max(1, int(seconds) + 1))
    if hasattr(os, "nice"):
        os.nice(5)
    answer.send(lower_bound(problem, placed, stop=lambda: time.monotonic() > until))
