"""How good groups are after how long: `python -m tests.benchmarks.grouping [--seeds 3] [--anchor 120]`.

Per size (24, 240, 1,000 learners) and seed of the instance: the cost after the seconds of the goals in scheduling.md,
how far it lies above the best that is known (the best of all runs here, one of them as long as `--anchor`), whether
it is proven, and what the judge says. Single-field problems of 24 are the hard ones to prove and stand beside the
usual.
"""

import argparse
import resource
import time

from calendars.grouping.judge import judge
from calendars.grouping.problem import Problem
from calendars.grouping.search import form
from tests.calendars.grouping.instances import made

SIZES: dict[str, tuple[dict[str, int], tuple[float, ...]]] = {
    "24": ({"learners": 24}, (5,)),
    "24 of one field, groups of 8": ({"learners": 24, "fields": 1}, (5,)),
    "24 of one field, groups of 6": ({"learners": 24, "fields": 1, "largest": 6}, (5,)),
    "240": ({"learners": 240}, (1, 5, 20)),
    "1000": ({"learners": 1000}, (5, 20)),
}


def run(problem: Problem, seconds: float, seed: int) -> tuple[float, bool, float]:
    """Cost, whether it is proven, and the seconds that it really took."""
    began = time.perf_counter()
    found = form(problem, seconds, seed)
    took = time.perf_counter() - began
    verdict = judge(problem, found)
    assert not verdict.broken, verdict
    return found.cost.total, found.bound == found.cost.total, took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--anchor", type=float, default=120, help="seconds of the long run; 0: none")
    parser.add_argument("--only", default="", help="a size")
    arguments = parser.parse_args()
    for name, (size, times) in SIZES.items():
        if arguments.only not in ("", name):
            continue
        for seed in range(1, arguments.seeds + 1):
            problem = made(seed=seed, **size)
            results = {seconds: run(problem, seconds, 0) for seconds in times}
            best = min(cost for cost, _, _ in results.values())
            proven = any(sure for _, sure, _ in results.values())
            if arguments.anchor and not proven:
                best = min(best, run(problem, arguments.anchor, 1)[0])
            for seconds, (cost, sure, took) in results.items():
                known = "proven" if sure else f"+{100 * (cost / best - 1):.2f} % of the best known, {best:g}"
                print(f"{name}, instance {seed}: {cost:g} in {took:.1f} of {seconds:g} s, {known}", flush=True)
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
