"""`oppitupa groups form` and `groups check`: small groups from a file of learners, and their judge; no database."""

import argparse
import json
import math
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TypeVar

from calendars.errors import Invalid
from calendars.grouping import reading
from calendars.grouping.judge import Verdict, judge
from calendars.grouping.problem import Cost, Grouping, Impossible
from calendars.grouping.search import form
from server.settings import Unsettled

T = TypeVar("T")
SECONDS = 10.0
LONGEST = 86_400.0

SENTENCES = {
    "not_utf8": "this is not UTF-8 text",
    "not_json": "this is not one JSON value (RFC 8259), or a name occurs in it twice",
    "not_an_object": "a JSON object is needed in {field}",
    "not_a_list": "{field} must be a list",
    "not_text": "{field} must be text",
    "not_a_whole_number": "{field} must be a whole number",
    "not_a_number": "{field} must be a number",
    "too_small": "{field} must be at least {least:g}",
    "too_great": "{field} is too great",
    "missing_field": "{field} is missing",
    "wrong_format": 'the format must be "{wanted}"',
    "nobody_to_group": "there is no learner to put into a group",
    "learner_twice": "the learner {id} is there twice",
    "unknown_learner": "{field} names {id}, who is not among the learners",
    "unknown_level": "{given} in {field} is no level; write one of A0, A1.1 ... B2.2, C1, C2",
    "unknown_half_day": "{given} in {field} is no half day; write mon_am, mon_pm ... sun_pm",
    "not_a_pair": "{field} must be a pair of two learners",
    "pair_of_one": "{field} names {id} twice",
}
REASONS = {
    "fixed_of_two_fields": "learners of several fields ({fields}) are fixed to the group {group}",
    "fixed_above_max": "{learners} learners are fixed to the group {group}, and at most {max} have room",
    "apart_fixed_together": "{learners} are to be apart, and both are fixed to the group {group}",
    "fixed_not_even": "{learners} learners are fixed to the group {group}, more than an even group of {field} holds",
    "apart_or_fixed": "apart and fixed leave no even groups for the field {field}, however many",
    "nothing_found": "no groups of the field {field} were found that keep apart and fixed; there may be some",
}
WARNINGS = {
    "below_min": "the group {group} has {size} learners, fewer than {min}",
    "more_groups": "the field {field} has {groups} groups: apart and fixed do not fit into {fewest}",
    "fewer_unproven": "whether the field {field} could have fewer than {groups} groups is not proven",
}


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `groups form` and `groups check` to the parser."""
    verbs = commands.add_parser("groups", help="small groups from a file of learners").add_subparsers(required=True)
    forming = verbs.add_parser("form", help="form groups")
    forming.add_argument("problem", metavar="PROBLEM.json")
    forming.add_argument("--seconds", type=_seconds, default=SECONDS, metavar="S", help=f"default {SECONDS:g}")
    forming.add_argument("--seed", type=int, default=0, metavar="N", help="another seed may find another answer")
    forming.add_argument("--out", type=Path, metavar="FILE", help="a file; without it, stdout")
    forming.add_argument("--json", action="store_true", help="one JSON value on stdout, with --out too")
    forming.set_defaults(run=groups_form)
    checking = verbs.add_parser("check", help="judge a grouping")
    checking.add_argument("problem", metavar="PROBLEM.json")
    checking.add_argument("grouping", metavar="GROUPING.json")
    checking.add_argument("--json", action="store_true", help="one JSON value on stdout")
    checking.set_defaults(run=groups_check)


def groups_form(arguments: argparse.Namespace) -> int:
    """Form the groups. 0 = done, 1 = there are none, with the reason; raises Unsettled for what cannot be used."""
    problem = _read(arguments.problem, reading.problem)
    with _interruptible() as stopped:
        try:
            made = form(problem, arguments.seconds, arguments.seed, stopped)
        except Impossible as wrong:
            reason = _told(REASONS[wrong.code], wrong.facts)
            print(f"There are no such groups: {reason}.", file=sys.stderr)
            if arguments.json:
                print(json.dumps({"groups": None, "impossible": {"code": wrong.code, **wrong.facts, "reason": reason}}))
            return 1
    value = reading.grouping_as_json(made, [_told(WARNINGS[one.code], one.facts) for one in made.warnings])
    text = json.dumps(value, ensure_ascii=False, indent=1) + "\n"
    if arguments.out:
        arguments.out.write_text(text, encoding="utf-8")
        print(json.dumps(value) if arguments.json else _summary(made))
    else:
        sys.stdout.write(json.dumps(value) + "\n" if arguments.json else text)
    return 0


def groups_check(arguments: argparse.Namespace) -> int:
    """Judge a grouping. 0 = good, 1 = broken rules; raises Unsettled for what cannot be used."""
    problem = _read(arguments.problem, reading.problem)
    verdict = judge(problem, _read(arguments.grouping, reading.grouping))
    if arguments.json:
        print(json.dumps(_verdict_as_json(verdict)))
    else:
        for one in verdict.broken:
            print(f"{one.rule}: {_printable(one.where)}: {_printable(one.reason)}")
        for field in verdict.undecided:
            print(f"note: whether fewer groups would do for {_printable(field)} takes too long to tell")
        print(_cost_in_words(verdict.cost) if verdict.cost else "The cost cannot be counted.")
        print("Broken." if verdict.broken else "Good.")
    return 1 if verdict.broken else 0


def _read(path: str, reader: Callable[[bytes], T]) -> T:
    try:
        return reader(Path(path).read_bytes())
    except Invalid as wrong:
        raise Unsettled(f"{path}: {_told(SENTENCES[wrong.code], wrong.facts)}.") from None
    except (OSError, ValueError) as wrong:  # ValueError: a path that cannot be one
        reason = wrong.strerror if isinstance(wrong, OSError) else None
        raise Unsettled(f"{path!r} cannot be read: {reason or wrong}.") from None


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Ctrl-C asks for the best so far; a second one ends the command as ever."""
    asked = False

    def ask(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, before)

    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)


def _verdict_as_json(verdict: Verdict) -> dict[str, object]:
    return {
        "good": not verdict.broken,
        "broken": [{"rule": one.rule, "where": one.where, "reason": one.reason} for one in verdict.broken],
        "cost": {kind: getattr(verdict.cost, kind) for kind in Cost.__slots__} if verdict.cost else None,
        "undecided": list(verdict.undecided),
    }


def _summary(made: Grouping) -> str:
    rows = [
        f"{_printable(one.id):<12} {_printable(str(one.field)):<20} {len(one.learners):>3}  "
        + " ".join(map(_printable, one.learners))
        for one in made.groups
    ]
    known = "proven" if made.bound == made.cost.total else f"bound {made.bound:g}" if made.bound else "no bound known"
    notes = [f"warning: {_told(WARNINGS[one.code], one.facts)}" for one in made.warnings]
    return "\n".join([*rows, *notes, f"{_cost_in_words(made.cost)} ({known})"])


def _cost_in_words(cost: Cost) -> str:
    counts = f"{cost.level:g} sub-levels apart, {cost.time:g} half days lost, {cost.km:g} km, {cost.split:g} pairs torn"
    return f"cost {cost.total:g}: {counts}"


def _told(sentence: str, facts: object) -> str:
    assert isinstance(facts, dict)
    return sentence.format(**{name: fact if isinstance(fact, float) else _shown(fact) for name, fact in facts.items()})


def _shown(fact: object) -> object:
    if isinstance(fact, int) and not isinstance(fact, bool):
        return fact
    if isinstance(fact, list):
        return " and ".join(_printable(str(one)) for one in fact)
    return _printable(str(fact))


def _printable(text: str) -> str:
    """What comes from a file must not steer the terminal, nor flood it."""
    text = text if len(text) <= 60 else text[:59] + "…"
    return text if text.isprintable() else ascii(text)[1:-1]


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= LONGEST:
        raise argparse.ArgumentTypeError(f"must be seconds above 0 and at most {LONGEST:g}")
    return seconds
