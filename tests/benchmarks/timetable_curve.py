"""How a timetable gets cheaper with time, with both engines, and what memory that takes; then repairs.

    python -m tests.benchmarks.timetable_curve [S|M|L] [seconds] [seed]

Each engine runs in the process that the server uses. The goals (facts/scheduling.md, 10) stand beside what they are
about; costs of different instances do not compare, so the best of this run is the measure.
"""

import copy
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.instances import instance

Json = dict[str, Any]
GOALS = {
    "S": "complete within 0.1 s; at 10 s at most 6 % above the bound",
    "M": "complete within 0.2 s (C), 1 s (Python); at 5 s at most 5 % above the best",
    "L": "complete within 1 s (C), 3 s (Python); half of the gain of 60 s in the first 10 s; at most 100 MB",
}
POINTS = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300)


def run(order: Json) -> tuple[list[tuple[float, float]], Json, int]:
    """The curve as (seconds, total), the answer, and the most memory in MB."""
    command = [sys.executable, "-m", "calendars.timetable"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(order).encode() + b"\n")
        process.stdin.flush()
        curve, memory, answer = [], 0, {}
        for line in process.stdout:
            told = json.loads(line)
            memory = max(memory, _memory(process.pid))
            if "progress" in told:
                curve.append((told["progress"]["seconds"], told["progress"]["cost"]["total"]))
            answer = told.get("timetable", answer)
    return curve, answer, memory


def _memory(process: int) -> int:
    status = Path(f"/proc/{process}/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def curves(problem: Json, seconds: float) -> Json:
    """Both engines; the better answer."""
    answers = []
    for engine in ("c", "python"):
        curve, answer, memory = run({"problem": problem, "seconds": seconds, "engine": engine})
        seen = [f"{at:g} s {_at(curve, at):.0f}" for at in POINTS if at < seconds] + [f"end {answer['cost']['total']}"]
        complete = curve[0][0] if curve else seconds
        print(f"{engine:<7} complete {complete} s · {' · '.join(seen)} · bound {answer['bound']} · {memory} MB")
        answers.append(answer)
    return min(answers, key=lambda one: float(one["cost"]["total"]))


def _at(curve: list[tuple[float, float]], at: float) -> float:
    return min((total for seconds, total in curve if seconds <= at), default=float("nan"))


def repairs(problem: Json, old: Json, cases: int) -> list[int]:
    """One teacher after the other is ill for three days in the middle; how many more than touched move, if all fits."""
    first = len(problem["days"]) // 8
    days = range(first, first + 3)
    tally: dict[str, int] = {}
    longest, more_moved = 0.0, list[int]()
    for place in range(0, len(problem["teachers"]), max(1, len(problem["teachers"]) // cases)):
        ill = copy.deepcopy(problem)
        teacher = ill["teachers"][place]
        teacher["busy"] = [*teacher["busy"], *([day, 0, problem["slots_per_day"]] for day in days)]
        touched = sum(teacher["id"] in row["teachers"] and row["day"] in days for row in old["placed"])
        began = time.monotonic()
        _, answer, _ = run({"problem": ill, "previous": old, "seconds": 5})
        longest = max(longest, time.monotonic() - began)
        more = "unplaced" if answer["unplaced"] else f"touched + {answer['cost']['moved'] - touched}"
        if not answer["unplaced"]:
            more_moved.append(answer["cost"]["moved"] - touched)
        tally[more] = tally.get(more, 0) + 1
    print(
        "repairs "
        + ", ".join(f"{name}: {count}" for name, count in sorted(tally.items()))
        + f"; longest {longest:.1f} s"
    )
    return more_moved


def main(words: list[str]) -> None:
    given = [*words, *("M", "30", "0")[len(words) :]]
    size, seconds, seed = given[0], float(given[1]), int(given[2])
    problem = instance(size, seed).problem
    print(f"{size}, seed {seed}: {len(problem['activities'])} activities. Goals: {GOALS[size]}.")
    repairs(problem, curves(problem, seconds), 12)


if __name__ == "__main__":
    main(sys.argv[1:])
