"""`oppitupa timetable solve`: a timetable for a problem, or the repair of an earlier one that disturbs the least."""

import argparse
import contextlib
import json
import math
import os
import secrets
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from calendars.timetable.answer import read_timetable
from calendars.timetable.layout import Spot
from calendars.timetable.node import Unusable, parse
from calendars.timetable.problem import Problem, read
from calendars.timetable.solve import SECONDS, solve
from calendars.timetable.workers import solve_apart
from server.commands.timetable_words import printable

LONGEST = 86_400.0
MOST_WORKERS = 64


def declare(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to those of `timetable`."""
    parser = verbs.add_parser("solve", help="a timetable, or the repair of an earlier one")
    parser.add_argument("problem", metavar="PROBLEM.json")
    parser.add_argument("--previous", metavar="TIMETABLE.json", help="move as little as possible of this one")
    parser.add_argument("--seconds", type=_seconds, metavar="S", help=f"wall time (default: {SECONDS:.0f})")
    parser.add_argument("--effort", type=_count, metavar="N", help="steps instead of seconds: no clock, one answer")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another number, another search (default: 0)")
    parser.add_argument("--workers", type=_workers, default=1, metavar="N", help="searches side by side (default: 1)")
    parser.add_argument("--out", metavar="FILE", help="where the timetable goes (default: to stdout)")
    parser.add_argument("--json", action="store_true", help="the timetable on stdout, also with --out")
    parser.set_defaults(run=timetable_solve)


def timetable_solve(arguments: argparse.Namespace) -> int:
    """Search. 0 = everything is placed, 1 = something is not, 2 = a file cannot be used."""
    until = time.monotonic() - _age() + (SECONDS if arguments.seconds is None else arguments.seconds)
    with _asked_to_stop() as asked:
        try:
            given = _value(arguments.problem)
            problem = _problem(given, arguments.problem)
            before = _value(arguments.previous) if arguments.previous is not None else None
            previous = _previous(before, problem, arguments.previous)
            if arguments.out is not None and not Path(arguments.out).absolute().parent.is_dir():
                raise Unusable(f"{printable(arguments.out)} cannot be written: there is no such folder.")
            if arguments.out is not None and Path(arguments.out).is_dir():
                raise Unusable(f"{printable(arguments.out)} is a folder: name a file in it.")
        except Unusable as wrong:
            print(wrong, file=sys.stderr)
            return 2
        left = max(0.0, until - time.monotonic() - _reserve(problem, arguments))
        wanted = {"seconds": None if arguments.effort is not None else left, "effort": arguments.effort}
        if arguments.workers > 1:
            order = {"problem": given, "previous": before, **wanted}
            end = math.inf if arguments.effort is not None else time.monotonic() + left  # starting up counts too
            made = solve_apart(order, problem, arguments.seed, arguments.workers, lambda: _over(asked, end))
        else:
            made = solve(problem, previous=previous, seed=arguments.seed, stop=lambda: bool(asked), **wanted)
        _hand_out(made, arguments)
    return 1 if made["unplaced"] else 0


def _over(asked: list[int], end: float) -> bool:
    """Whether somebody wants the answer now, or the time is used."""
    return bool(asked) or time.monotonic() > end


def _reserve(problem: Problem, arguments: argparse.Namespace) -> float:
    """What counting, explaining and writing take at the end, also on a machine that has more to do."""
    least = 0.1 + len(problem.activities) * 3e-5
    return min(least, 0.3 * (SECONDS if arguments.seconds is None else float(arguments.seconds)))


def _hand_out(made: dict[str, Any], arguments: argparse.Namespace) -> None:
    text = json.dumps(made, ensure_ascii=False, separators=(",", ":")) + "\n"
    if arguments.out is not None:
        _write(Path(arguments.out), text)
    if arguments.out is None or arguments.json:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    counts = f"{len(made['placed'])} activities are placed, {len(made['unplaced'])} are not"
    print(f"{counts}; the cost is {made['cost']['total']}.")
    for one in made["unplaced"]:
        print(f"{printable(one['activity'])}: {one['why']}; {one['needs']}")


def _write(place: Path, text: str) -> None:
    """All of it or nothing: whoever reads the file meanwhile finds the old one whole."""
    beside = place.with_name(f".{place.name[:80]}.{secrets.token_hex(4)}")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(place)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _asked_to_stop() -> Iterator[list[int]]:
    """The signals that came: Ctrl-C and SIGTERM end the search, not the process; a second Ctrl-C does."""
    asked: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        if len(asked) > 1:
            raise KeyboardInterrupt
        asked.append(number)

    usual = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)


def _age() -> float:
    """How long this process has been running, where the machine says so: starting up is part of the time allowed."""
    try:
        began = int(Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19])
        up = float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
        age = up - began / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0
    return age if 0 < age < 60 else 0.0


def _value(path: str) -> object:
    try:
        return parse(Path(path).read_bytes())
    except Unusable as wrong:
        raise Unusable(f"{printable(path)}: {wrong}") from None
    except (OSError, ValueError) as wrong:  # ValueError: a path that cannot be one
        reason = wrong.strerror if isinstance(wrong, OSError) else wrong
        raise Unusable(f"{printable(path)} cannot be read: {reason}.") from None


def _problem(value: object, path: str) -> Problem:
    try:
        return read(value)
    except Unusable as wrong:
        raise Unusable(f"{printable(path)}: {wrong}") from None


def _previous(value: object, problem: Problem, path: str | None) -> dict[int, Spot] | None:
    try:
        return None if path is None else read_timetable(value, problem)
    except Unusable as wrong:
        raise Unusable(f"{printable(str(path))}: {wrong}") from None


def _seconds(text: str) -> float:
    number = float(text)
    if not (math.isfinite(number) and 0 <= number <= LONGEST):
        raise argparse.ArgumentTypeError(f"must be between 0 and {LONGEST:.0f}")
    return number


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError("must not be below 0")
    return number


def _workers(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"must be between 1 and {MOST_WORKERS}")
    return number
