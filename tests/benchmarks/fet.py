"""Time to a complete timetable, FET and ours side by side on the same instances: `python -m tests.benchmarks.fet`.

Sizes may follow (default: S M). FET 6.8.5 is called as a program and gets the problem week by week, with the teachers
of a complete timetable; real rooms, sites as buildings. Ours chooses teachers and weeks by itself, all weeks at once,
once in C and once in Python. Both answers go through the independent judge. What FET cannot say is printed.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from calendars.timetable import check, papers
from tests import instances
from tests.benchmarks.fet_weeks import UNSAID, Weeks
from tests.programs import program

Json = dict[str, Any]

CHILD = """
import json, sys, time
from calendars.timetable import problem, solve
value = json.load(open(sys.argv[1]))
began = time.process_time()
made = solve.solve(problem.read(value), effort=0, engine=sys.argv[2])
print(json.dumps({"cpu": time.process_time() - began, "made": made}))
"""


def children() -> float:
    """CPU seconds of all programs that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def verdict(problem: Json, placed: list[Json]) -> str:
    """How many are placed, how many rules are broken, and what it costs."""
    timetable = papers.read_timetable({"format": papers.FORMAT, "placed": placed})
    found = check.judge(papers.read_problem(problem), timetable)
    return f"{len(placed)} placed, {len(found.broken)} broken, cost {found.cost['total']}"


def ours(problem: Json, engine: str, folder: Path) -> tuple[float, float, str]:
    """Seconds on the clock with Python's start, CPU seconds without it, and the verdict; effort 0: just complete."""
    file = folder / "problem.json"
    file.write_text(json.dumps(problem))
    began = time.perf_counter()
    told = subprocess.run([sys.executable, "-c", CHILD, str(file), engine], capture_output=True, text=True, check=False)
    wall = time.perf_counter() - began
    if told.returncode:
        return wall, 0.0, told.stderr.strip().rpartition("\n")[2]
    answer = json.loads(told.stdout)
    return wall, answer["cpu"], verdict(problem, answer["made"]["placed"])


def main(sizes: list[str]) -> None:
    fet = program("fet-cl", "fet (apt install fet)")
    version = subprocess.run([fet, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    print(f"{version}, week by week, against one search over all weeks; seconds")
    print(f"{'':<12}{'':<12}{'clock':>8}{'CPU':>8}  what the judge says")
    for size in sizes:
        made = instances.instance(size, 1)
        with tempfile.TemporaryDirectory(prefix="oppitupa-fet-") as place:
            weeks = Weeks(made.problem, made.witness)
            before, began = children(), time.perf_counter()
            placed = weeks.solve(Path(place), fet)
            wall, cpu = time.perf_counter() - began, children() - before
            print(f"{size:<12}{'FET':<12}{wall:>8.2f}{cpu:>8.2f}  {verdict(made.problem, placed)}")
            for engine in ("c", "python"):
                wall, cpu, said = ours(made.problem, engine, Path(place))
                print(f"{'':<12}{f'ours, {engine}':<12}{wall:>8.2f}{cpu:>8.2f}  {said}")
    print("\n".join(("", "Not the same task:", *UNSAID)))


if __name__ == "__main__":
    main(sys.argv[1:] or ["S", "M"])
