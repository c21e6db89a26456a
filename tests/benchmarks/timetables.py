"""How good timetables are for the time they take: `python -m tests.benchmarks.timetables [S] [M] [L]`.

S: five instances at ten seconds, each against its proven bound. M and L: the cost on the way, and the memory. Every
answer goes through the independent judge. Seconds are wall time: run it on a quiet machine, or read `CPU` beside it.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from calendars.timetable import bound, check, papers
from calendars.timetable import problem as problems
from tests import instances

Json = dict[str, Any]

CHILD = """
import json, resource, sys, time
from calendars.timetable import problem, solve
value = json.load(open(sys.argv[1]))
began = time.process_time()
made = solve.solve(problem.read(value), seconds=float(sys.argv[2]), seed=int(sys.argv[3]), engine=sys.argv[4])
cpu = time.process_time() - began
print(json.dumps({"cpu": cpu, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "made": made}))
"""


def solved(file: Path, seconds: float, engine: str, seed: int = 1) -> Json:
    """CPU seconds, memory in MB and the answer of a search in a process of its own."""
    words = [sys.executable, "-c", CHILD, str(file), str(seconds), str(seed), engine]
    told = subprocess.run(words, capture_output=True, text=True, check=True)
    answer: Json = json.loads(told.stdout)
    return answer


def judged(problem: Json, made: Json) -> check.Verdict:
    """What the judge says of an answer."""
    return check.judge(papers.read_problem(problem), papers.read_timetable(made), partial=True)


def small(seconds: float = 10, seeds: int = 5) -> None:
    """Five instances of the small size against the bound."""
    print(f"S at {seconds:.0f} s     cost   bound   above   CPU of the bound   broken")
    gaps = []
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
        total = verdict.cost["total"]
        gaps.append(100 * (total - lower) / lower if lower else 0.0)
        print(f"instance {seed}  {total:>8}{lower:>8}{gaps[-1]:>7.1f} %{took:>14.2f} s{len(verdict.broken):>12}")
    print(f"mean {sum(gaps) / len(gaps):.1f} %, worst {max(gaps):.1f} % above the bound (goal: 3 % and 6 %)")


def curve(size: str, engine: str, moments: tuple[float, ...]) -> None:
    """What one instance costs after more and more time."""
    made = instances.instance(size, 1)
    read = problems.read(made.problem)
    began = time.process_time()
    lower = bound.lower_bound(read, range(len(read.activities)))
    print(f"{size}, {engine}: bound {lower} in {time.process_time() - began:.1f} s")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(made.problem, file)
        file.flush()
        for seconds in moments:
            answer = solved(Path(file.name), seconds, engine)
            verdict = judged(made.problem, answer["made"])
            said = f"{verdict.unplaced_slots} slots unplaced, {len(verdict.broken)} broken"
            print(f"  {seconds:>4.0f} s: cost {verdict.cost['total']:>6}, {said}, {answer['cpu']:.1f} s CPU, "
                  f"{answer['memory']} MB")  # fmt: skip


def main(sizes: list[str]) -> None:
    if "S" in sizes:
        small()
    for size in sizes:
        if size in ("M", "L"):
            curve(size, "c", (1, 5, 10, 60))
            curve(size, "python", (10, 60))


if __name__ == "__main__":
    main(sys.argv[1:] or ["S", "M", "L"])
