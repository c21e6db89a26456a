"""`oppitupa timetable`: its verb `check` names every broken rule by name and place; `solve` has a file of its own."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from calendars.timetable import papers
from calendars.timetable.check import Broken, Verdict, judge
from calendars.timetable.json_reading import Unreadable, value_in
from server.commands import timetable_solve
from server.commands.timetable_words import finding_in_words, printable, unreadable_in_words

Paper = TypeVar("Paper", papers.Problem, papers.Timetable)


class Unusable(Exception):
    """A file that cannot be judged, in one sentence."""


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs of `timetable` to the parser."""
    verbs = commands.add_parser("timetable", help="make and judge a timetable").add_subparsers(
        required=True, metavar="VERB"
    )
    check = verbs.add_parser("check", help="every broken rule of a timetable, and its cost")
    check.add_argument("problem", metavar="PROBLEM.json")
    check.add_argument("timetable", metavar="TIMETABLE.json")
    check.add_argument("--previous", metavar="TIMETABLE.json", help="count what moved since this one")
    check.add_argument("--partial", action="store_true", help="what is named as unplaced may be so")
    check.add_argument("--json", action="store_true", help="one JSON value on stdout")
    check.set_defaults(run=timetable_check)
    timetable_solve.declare(verbs)


def timetable_check(arguments: argparse.Namespace) -> int:
    """Judge the files. 0 = nothing is broken, 1 = something is, 2 = a file cannot be used."""
    try:
        problem = _read(arguments.problem, papers.read_problem)
        timetable = _read(arguments.timetable, papers.read_timetable)
        previous = _read(arguments.previous, papers.read_previous) if arguments.previous is not None else None
    except Unusable as wrong:
        print(wrong, file=sys.stderr)
        return 2
    verdict = judge(problem, timetable, previous=previous, partial=arguments.partial)
    print(json.dumps(verdict_as_json(verdict)) if arguments.json else "\n".join(_in_words(verdict, problem)))
    return 0 if verdict.good else 1


def verdict_as_json(verdict: Verdict) -> dict[str, object]:
    """The verdict, each finding with its rule, its place and a sentence."""
    return {
        "broken": [_finding(one) for one in verdict.broken],
        "cost": verdict.cost,
        "misstated": {kind: {"stated": told, "counted": so} for kind, (told, so) in verdict.misstated.items()},
        "unplaced": list(verdict.unplaced),
        "unplaced_slots": verdict.unplaced_slots,
    }


def _finding(one: Broken) -> dict[str, object]:
    return {
        "rule": one.rule,
        "why": one.why,
        "activity": one.activities[0],
        "activities": list(one.activities),
        **one.facts,
        "text": finding_in_words(one),
    }


def _in_words(verdict: Verdict, problem: papers.Problem) -> list[str]:
    placed = len(problem.activities) - len(verdict.unplaced)
    lines = [f"{placed} of {len(problem.activities)} activities are placed; {verdict.unplaced_slots} slots are not."]
    lines += [f"{one.rule:<15} {finding_in_words(one)}" for one in verdict.broken]
    lines += [
        f"{'cost':<15} {kind} is said to be {told}; counted, it is {so}."
        if kind != "bound"
        else f"{'cost':<15} the bound is said to be {told}; the cost is only {so}."
        for kind, (told, so) in verdict.misstated.items()
    ]
    lines.append("No rule is broken." if not verdict.broken else f"Broken: {_tally(verdict)}.")
    return [*lines, "Cost: " + ", ".join(f"{kind} {count}" for kind, count in verdict.cost.items()) + "."]


def _tally(verdict: Verdict) -> str:
    return ", ".join(f"{rule} {count}" for rule, count in Counter(one.rule for one in verdict.broken).items())


def _read(path: str, reader: Callable[[Any], Paper]) -> Paper:
    try:
        return reader(value_in(Path(path).read_bytes()))
    except Unreadable as wrong:
        raise Unusable(f"{printable(path)}: {unreadable_in_words(wrong)}.") from None
    except (OSError, ValueError) as wrong:  # ValueError: a path that cannot be one
        reason = wrong.strerror if isinstance(wrong, OSError) else wrong
        raise Unusable(f"{printable(path)} cannot be read: {reason}.") from None
