"""Do the tests of attendance notice a wrong rule? Each mutant breaks one; `python -m tests.long.mutants` must kill all.

Each is run in a copy of the tree against the tests by hand, which must fail, and beside them against the oracle at
three fixed seeds: how often it notices says how dense the random traces are (OPPITUPA_RUNS of them).
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parents[2]
SEEDS = ("1", "2", "3")
BY_HAND = ("test_attendance.py", "test_attendance_marks.py", "test_seconds.py", "test_trace.py")
ORACLE = ("test_attendance_oracle.py",)
# Shrinking a failure is for people; here the failure is enough.
CONFTEST = """
from hypothesis import Phase, settings
settings.register_profile("mutants", phases=[Phase.explicit, Phase.generate], database=None)
settings.load_profile("mutants")
"""
RULE, SETS, TEXT = "classroom/attendance.py", "classroom/seconds.py", "classroom/trace.py"
MUTANTS = [
    (
        RULE,
        "late leave is evidence",
        "evidence[-1] > lease:\n                return evidence, None",
        "evidence[-1] < 0:\n                return evidence, None",
    ),
    (RULE, "leave at lease is none", "evidence[-1] > lease:", "evidence[-1] >= lease:"),
    (
        RULE,
        "late leave does not close",
        "lease:\n                return evidence, None",
        "lease:\n                continue",
    ),
    (RULE, "chain breaks at lease", "after - before > lease", "after - before >= lease"),
    (RULE, "leave before others in a second", '"leave": 2', '"leave": -1'),
    (RULE, "ack before join counts", 'touch.kind != "join"', 'touch.kind == "leave"'),
    (RULE, "leave does not bar a service gap", "gap.starts not in leaves and ", ""),
    (RULE, "a span never leaves", 'if span.end == "leave"', 'if span.end == ""'),
    (RULE, "grace is exclusive", "<= frame.rules.grace", "< frame.rules.grace"),
    (RULE, "pauses use up grace", "gap.seconds - frame.pauses.within(gap)", "gap.seconds"),
    (RULE, "pauses are bridged", "bridged.extend(frame.pauses.outside(gap))", "bridged.append(gap)"),
    (RULE, "outage after the gap", "min(gap.starts + lease, gap.ends)", "gap.starts + lease"),
    (RULE, "outage before the gap", "max(gap.starts, gap.ends - lease)", "gap.ends - lease"),
    (RULE, "outage begins too late by one", "gap.starts + lease, gap.ends", "gap.starts + lease + 1, gap.ends"),
    (
        RULE,
        "outages of hers stay apart",
        "return united([*self.outages_of_all, *hers])",
        "return sorted([*self.outages_of_all, *hers])",
    ),
    (RULE, "outages of all stay apart", "united(of_all)", "sorted(of_all)"),
    (RULE, "an empty list names everybody", "if line.connections is None", "if not line.connections"),
    (RULE, "spans own no connection", "{*self.touches, *(span.connection for span in self.spans)}", "{*self.touches}"),
    (RULE, "room before evidenced", "(removed, stays, rooms,", "(removed, rooms, stays,"),
    (RULE, "removed is not removed", "layers = (removed,", "layers = ([],"),
    (RULE, "joined before left", 'line.event == "joined")):', 'line.event == "left")):'),
    (RULE, "a second joined begins anew", "line.at if joined is None else joined", "line.at"),
    (RULE, "providers are mixed", "setdefault(line.provider, [])", 'setdefault("", [])'),
    (RULE, "held ties by order of lines", 'attrgetter("received", "id")', 'attrgetter("received")'),
    (RULE, "held beyond the doors", ".cut(trace.lesson.doors)", ""),
    (RULE, "present outside the counted", "if here and piece.kind", "if piece.kind"),
    (RULE, "late by the last piece", "if late_by is None:", "if True:"),
    (RULE, "left early by the piece's beginning", "before(piece.ends)", "before(piece.starts)"),
    (RULE, "percent is exclusive", "100 * present < rules", "100 * present <= rules"),
    (
        RULE,
        "late at late_after",
        'late_by > rules.late_after:\n        return "late"',
        'late_by >= rules.late_after:\n        return "late"',
    ),
    (RULE, "left early at late_after", "left_early_by > rules", "left_early_by >= rules"),
    (RULE, "unauthorised excuses", 'line.code != "unauthorised"', "line.code"),
    (RULE, "doors include their end", "<= at < doors.ends", "<= at <= doors.ends"),
    (RULE, "too early is could not enter", 'line.step != "too_early"', "line.step"),
    (RULE, "only the expected answer", "dossier = dossiers[line.learner] = _Dossier()", "continue"),
    (SETS, "beyond the end of a set", "min(second, last.ends)", "second"),
    (SETS, "sets overlap", "in united(intervals)", "in sorted(intervals)"),
    (SETS, "pieces are not maximal", "if top != shown:", "if True:"),
    (SETS, "layers cover once", "depth[layer] += change", "depth[layer] = max(0, change)"),
    (TEXT, "the latest duplicate stays", "line.received < first.received", "line.received > first.received"),
]


def killed(tree: Path, names: tuple[str, ...], seed: str) -> bool:
    """Whether these tests fail in `tree`."""
    tests = [str(tree / "tests" / "classroom" / name) for name in names]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "-p",
        "no:cacheprovider",
        f"--hypothesis-seed={seed}",
        *tests,
    ]
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=600, check=False)
    if run.returncode not in (0, 1):
        raise RuntimeError(run.stdout + run.stderr)
    return run.returncode == 1


def main() -> int:
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for name in ("calendars", "classroom", "tests/classroom"):
            shutil.copytree(HERE / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", "video"))
        (tree / "conftest.py").write_text(CONFTEST)
        (tree / "pytest.ini").write_text("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
        if killed(tree, BY_HAND + ORACLE, "1"):
            raise RuntimeError("the tests fail without a mutant")
        for file, name, right, wrong in MUTANTS:
            source = (HERE / file).read_text(encoding="utf-8")
            if source.count(right) != 1:
                raise RuntimeError(f"{name}: its place is there {source.count(right)} times")
            (tree / file).write_text(source.replace(right, wrong), encoding="utf-8")
            by_hand = killed(tree, BY_HAND, "1")
            by_oracle = sum(killed(tree, ORACLE, seed) for seed in SEEDS)
            (tree / file).write_text(source, encoding="utf-8")
            survivors += not by_hand
            hand = "killed" if by_hand else "ALIVE"
            print(f"{name:40} by hand: {hand:7} oracle: {by_oracle} of {len(SEEDS)} seeds", flush=True)
    print(f"{len(MUTANTS)} mutants, {survivors} not killed by hand")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
