"""How good timetables are for the time they take.

    python -m tests.benchmarks.timetables [S] [M] [L] [repairs] [fet] [HOW]

S: five instances at ten seconds, each against its proven bound. M and L: complete, the cost on the way against the best
of this run, and the memory, in C and in Python. `repairs`: what moves when a teacher is ill, after a search of ten
seconds. Then FET on the same instances. The goals (facts/scheduling.md, 10) stand beside; at the end each is said to
be met or not. Every answer goes through the independent judge. Seconds are seconds of CPU, also for the search itself,
so that it may run beside other work. HOW is `short`, which leaves the runs of a minute out, or `long`, which adds one
of five in C: what the goals call the best known.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from calendars.timetable import bound, check, papers
from calendars.timetable import problem as problems
from tests import instances
from tests.benchmarks import fet, timetable_curve

Json = dict[str, Any]


class Goal(NamedTuple):
    """A figure and the most that it should be."""

    what: str
    figure: float
    most: float
    unit: str = ""


CHILD = """
import json, resource, sys, time
time.monotonic = time.process_time  # the search looks at no other clock
from calendars.timetable import answer, budget, problem, reasons, solve
value = json.load(open(sys.argv[1]))
began = time.process_time()
read = problem.read(value)
del value
budget = budget.Budget(None, began + float(sys.argv[2]))
search = solve.Search(read, None, int(sys.argv[3]), budget, solve.silent, sys.argv[4])
first = []
search.stands = lambda spots: first.append((time.process_time() - began, answer.costs(read, spots, None)))
search.run()
spots = search.spots()
missing = reasons.unplaced(read, spots, search.layout.fields)
made = answer.as_json(read, spots, None, missing, None, None, search.steps(), search.engine.name)
print(json.dumps({"cpu": time.process_time() - began, "complete": first[0][0], "made": made,
                  "at_first": first[0][1].as_json(read)["total"],
                  "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
"""
MINUTE = 60.0
ABOVE = {("M", "c", 5.0): 5, ("M", "c", MINUTE): 1.5, ("M", "python", MINUTE): 10, ("L", "c", MINUTE): 5}
"""Per cent above the best known that a size may cost with an engine after so many seconds."""
COMPLETE = {"M": {"c": 0.2, "python": 1.0}, "L": {"c": 1.0, "python": 3.0}}
"""Seconds of CPU to a first complete timetable."""
GOALS = {
    "M": "complete <= 0.2 s C, 1 s Python; 5 s <= +5 %, 60 s <= +1.5 %, Python 60 s <= +10 % of the best known",
    "L": "complete <= 1 s C, 3 s Python; 60 s <= +5 % of the best known, half of its gain in 10 s; <= 100 MB",
}


def solved(file: Path, seconds: float, engine: str, seed: int = 1) -> Json:
    """CPU seconds in all and until it is complete, memory in MB and the answer of a search in a process of its own."""
    words = [sys.executable, "-c", CHILD, str(file), str(seconds), str(seed), engine]
    told = subprocess.run(words, capture_output=True, text=True, check=True)
    answer: Json = json.loads(told.stdout)
    return answer


def judged(problem: Json, made: Json) -> check.Verdict:
    """What the judge says of an answer."""
    return check.judge(papers.read_problem(problem), papers.read_timetable(made), partial=True)


def small(seconds: float = 10, seeds: int = 5) -> list[Goal]:
    """Five instances of the small size against the bound."""
    print(f"S at {seconds:.0f} s     cost   bound   above   CPU of the bound   broken")
    gaps, broken = [], 0
    for seed in range(1, seeds + 1):
        made = instances.instance("S", seed)
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(made.problem, file)
            file.flush()
            answer = solved(Path(file.name), seconds, "c")["made"]
        read = problems.read(made.problem)
        names = {one["activity"] for one in answer["placed"]}
        placed = [number for number, one in enumerate(read.activities) if one.id in names]
        began = time.process_time()
        lower = bound.lower_bound(read, placed)
        took = time.process_time() - began
        verdict = judged(made.problem, answer)
        total, broken = verdict.cost["total"], broken + len(verdict.broken)
        gaps.append(100 * (total - lower) / lower if lower else 0.0)
        print(
            f"instance {seed}  {total:>8}{lower:>8}{gaps[-1]:>7.1f} %{took:>14.2f} s{len(verdict.broken):>12}",
            flush=True,
        )
    return [
        Goal("S, mean above the bound", sum(gaps) / len(gaps), 3, "%"),
        Goal("S, worst above the bound", max(gaps), 6, "%"),
        Goal("S, broken rules", broken, 0),
    ]


def curves(size: str, runs: list[tuple[str, float]]) -> list[Goal]:
    """What one instance costs after more and more time, with each engine."""
    made = instances.instance(size, 1)
    read = problems.read(made.problem)
    began = time.process_time()
    lower = bound.lower_bound(read, range(len(read.activities)))
    print(f"{size}: bound {lower} in {time.process_time() - began:.1f} s. Goals: {GOALS[size]}")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(made.problem, file)
        file.flush()
        answers = [(engine, seconds, solved(Path(file.name), seconds, engine)) for engine, seconds in runs]
    verdicts = [judged(made.problem, answer["made"]) for _, _, answer in answers]
    best = min(one.cost["total"] for one in verdicts if not one.unplaced)
    goals = []
    for (engine, seconds, answer), said in zip(answers, verdicts, strict=True):
        above = 100 * (said.cost["total"] / best - 1)
        print(f"  {engine:<7}{seconds:>4.0f} s: cost {said.cost['total']:>6} ({above:+.1f} %), complete after "
              f"{answer['complete']:.2f} s, {len(said.broken)} broken, {said.unplaced_slots} slots unplaced, "
              f"{answer['cpu']:.1f} s CPU, {answer['memory']} MB", flush=True)  # fmt: skip
        goals.append(Goal(f"{size}, {engine}, {seconds:.0f} s: broken rules", len(said.broken), 0))
        most = ABOVE.get((size, engine, seconds))
        if most is not None:
            goals.append(Goal(f"{size}, {engine}, {seconds:.0f} s: above the best of this run", above, most, "%"))
    for engine, most in COMPLETE[size].items():
        first = max(answer["complete"] for name, _, answer in answers if name == engine)
        goals.append(Goal(f"{size}, {engine}: complete", first, most, "s"))
    if size == "L":
        goals.append(Goal("L: memory", max(answer["memory"] for _, _, answer in answers), 100, "MB"))
    gains = {(engine, seconds): answer["at_first"] - said.cost["total"]
             for (engine, seconds, answer), said in zip(answers, verdicts, strict=True)}  # fmt: skip
    return goals + _gains(size, gains)


def _gains(size: str, gains: dict[tuple[str, float], float]) -> list[Goal]:
    """How much of what a minute gains beyond the first complete timetable is gained sooner."""
    goals = []
    for (engine, seconds), gain in gains.items():
        whole = gains.get((engine, MINUTE))
        if seconds < MINUTE and whole:
            share = 100 * gain / whole
            print(f"  {engine:<7}{seconds:>4.0f} s: {share:.0f} % of the gain of a minute")
            if (size, engine, seconds) == ("L", "c", 10.0):
                goals.append(Goal("L, c: gain of a minute that comes after 10 s", 100 - share, 50, "%"))
    return goals


def repairs(size: str) -> list[Goal]:
    """One teacher after the other is ill for three days; how many more move than had to."""
    problem = instances.instance(size, 1).problem
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(problem, file)
        file.flush()
        old = solved(Path(file.name), 10, "c")["made"]
    more = timetable_curve.repairs(problem, old, 12)
    return [Goal(f"{size}, repair: most moved beyond the touched", max(more, default=0), 3)] if size == "M" else []


def summary(goals: list[Goal]) -> None:
    """Each goal beside what was measured."""
    print()
    for one in goals:
        print(f"{'met' if one.figure <= one.most else 'NOT MET':<9}{one.what:<52}"
              f"{one.figure:>8.2f} {one.unit:<3} (goal: at most {one.most:g})")  # fmt: skip


def main(words: list[str]) -> None:
    goals = small() if "S" in words else []
    minute = () if "short" in words else (MINUTE,)
    best = [("c", 5 * MINUTE)] if "long" in words else []
    for size in words:
        if size in ("M", "L"):
            runs = [(engine, at) for engine in ("c", "python") for at in (1.0, 5.0, 10.0, *minute)]
            goals += curves(size, runs + best)
    sizes = [size for size in words if size in ("S", "M")]
    if "repairs" in words:
        goals += [goal for size in sizes for goal in repairs(size)]
    if "fet" in words:
        fet.main(sizes)
    summary(goals)


if __name__ == "__main__":
    main(sys.argv[1:] or ["S", "M", "L", "repairs", "fet"])
