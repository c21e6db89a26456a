"""`oppitupa timetable solve` as a stranger meets it: odd and broken problems, each answer held by the judge.

python -m tests.long.strange_timetables [OPPITUPA_RUNS, 1000 by default]

Prints what is wrong, with the number that makes it again: a traceback, an exit code that the contract does not know, a
rule broken, a cost or bound misstated, an answer that differs for the same seed, more unplaced than must be.
"""

import contextlib
import io
import json
import random
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from calendars.timetable import check, papers
from calendars.timetable.json_reading import Unreadable
from server.cli import main as oppitupa
from tests.calendars.timetable import odd, oracle
from tests.calendars.timetable.test_bound import rows_of
from tests.server.commands.test_timetable_check import mutated

Json = dict[str, Any]


def fewest_unplaced(problem: Json) -> tuple[int, int, int]:
    """The fewest slots that any timetable leaves out, then the fewest without a teacher, and the least total of those.

    Tries everything.
    """
    wishes = {one["id"]: one for one in problem["activities"]}
    teachers = {one["id"]: one for one in problem["teachers"]}
    choices = sorted(((name, rows_of(problem, one)) for name, one in wishes.items()), key=lambda one: len(one[1]))
    weight = {name: one["length"] * len(one["needs"]) for name, one in wishes.items()}
    best = (sum(weight.values()) + 1, 0, 0)

    def deeper(place: int, rows: list[Json], lost: int, free: int) -> None:
        nonlocal best
        if (lost, free, 0) > best:
            return
        if place == len(choices):
            if not oracle._sums(problem, rows, wishes, teachers):
                best = min(best, (lost, free, oracle.cost(problem, {"placed": rows})["total"]))
            return
        name, possible = choices[place]
        for row in possible:
            if not any(oracle._pair(other, wishes[other["activity"]], row, wishes[name]) for other in rows):
                deeper(place + 1, [*rows, row], lost, free)
        deeper(place + 1, rows, lost + weight[name], free + (not weight[name]))

    deeper(0, [], 0, 0)
    return best


def told(*words: str) -> tuple[int | None, str, str]:
    """Exit code (None: a traceback), stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code: int | None = oppitupa(list(words))
        except SystemExit as left:
            code = int(left.code or 0)
        except BaseException:
            return None, out.getvalue(), traceback.format_exc()
    return code, out.getvalue(), err.getvalue()


def faults(number: int, folder: Path) -> list[str]:
    """What is wrong with the answer to the problem of that number."""
    chance = random.Random(number)
    problem = odd.problem(number, chance.randint(0, 5), days=chance.randint(1, 3), slots=chance.randint(3, 5))
    whole = chance.random() < 0.4
    if not whole:
        for _ in range(chance.randint(1, 3)):
            problem = mutated(problem, chance)
    file = folder / "problem.json"
    file.write_text(json.dumps(problem))
    effort = ["--effort", str(chance.choice([0, 100, 20_000 if whole else 1000])), "--seed", str(number)]
    code, out, err = told("timetable", "solve", str(file), *effort)
    if code == 2:
        return [] if err.count("\n") == 1 and not out else [f"unusable, but said {err!r} and {out!r:.80}"]
    if code not in (0, 1):
        return [f"exit {code}: {err}"]
    found = [] if told("timetable", "solve", str(file), *effort)[1] == out else ["another answer for the same seed"]
    answer = json.loads(out)
    try:
        read = papers.read_problem(problem)
    except Unreadable as wrong:
        return [*found, f"solved what the judge cannot read: {wrong}"]
    verdict = check.judge(read, papers.read_timetable(answer), partial=True)
    found += [f"{one.rule} {one.why} {one.activities} {one.facts}" for one in verdict.broken]
    found += [f"misstated {verdict.misstated}"] if verdict.misstated else []
    if code != int(bool(verdict.unplaced)) or {one["activity"] for one in answer["unplaced"]} != set(verdict.unplaced):
        found.append(f"exit {code}, unplaced {verdict.unplaced}")
    if any(not one["needs"] or one["why"] not in check.RULES for one in answer["unplaced"]):
        found.append(f"no good reason: {answer['unplaced']}")
    fixed = any(one.fixed for one in read.activities.values())  # what is fixed comes first, whatever it costs
    if whole and effort[1] == "20000" and not found and not fixed:
        free = sum(not read.activities[name].slots for name in verdict.unplaced)
        best, mine = fewest_unplaced(problem), (verdict.unplaced_slots, free, verdict.cost["total"])
        found += [f"unplaced and cost {mine}, but {best} can be had"] if mine != best else []
    return [*found, *_again(problem, answer, file, folder, effort)]


def _again(problem: Json, answer: Json, file: Path, folder: Path, effort: list[str]) -> list[str]:
    """A repair of its own answer, when nothing has changed, moves nothing; and of a broken one does not fail."""
    previous = folder / "previous.json"
    previous.write_text(json.dumps(answer))
    code, out, err = told("timetable", "solve", str(file), "--previous", str(previous), *effort)
    if code not in (0, 1):
        return [f"repair: exit {code}: {err}"]
    moved = json.loads(out)["cost"]["moved"]
    before = papers.read_timetable(answer)
    verdict = check.judge(
        papers.read_problem(problem), papers.read_timetable(json.loads(out)), previous=before, partial=True
    )
    found = [f"repair moved {moved}"] if moved and code == 0 and not answer["unplaced"] else []
    return [*found, *(["repair: " + str(verdict)] if not verdict.good else [])]


def main(runs: int) -> int:
    bad = 0
    with tempfile.TemporaryDirectory(prefix="oppitupa-odd-") as place:
        for number in range(runs):
            for fault in faults(number, Path(place)):
                bad += 1
                print(f"{number}: {fault}", flush=True)
    print(f"{runs} problems, {bad} faults")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
