"""`oppitupa timetable solve` as a stranger calls it: files, exit codes, signals, one sentence for what is unusable."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from calendars.timetable import papers
from calendars.timetable.check import judge
from server.cli import main
from tests.calendars.timetable import odd, small
from tests.instances import instance
from tests.programs import wait_until

Json = dict[str, Any]
COMMAND = [sys.executable, "-m", "server", "timetable", "solve"]


def run(path: Path, *words: str, hash_seed: str = "0") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [*COMMAND, str(path), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)


def written(folder: Path, value: object, name: str = "problem.json") -> Path:
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def broken(problem: Json, made: Json, previous: Json | None = None) -> tuple[object, ...]:
    before = papers.read_timetable(previous) if previous else None
    said = judge(papers.read_problem(problem), papers.read_timetable(made), previous=before, partial=True)
    return (*said.broken, *said.misstated)


def test_solve_when_effort_then_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    path = written(tmp_path, small.problem())
    first, second = (run(path, "--effort", "3000", "--seed", "7", hash_seed=seed) for seed in ("1", "2"))
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == second.stdout
    made = json.loads(first.stdout)
    assert made["seconds"] is None
    assert broken(small.problem(), made) == ()


def test_solve_when_something_is_not_placed_then_exit_one_and_a_reason(tmp_path: Path) -> None:
    problem = small.problem() | {"teachers": []}
    for one in problem["activities"]:
        one["fixed"] = None
    told = run(written(tmp_path, problem), "--effort", "100")
    made = json.loads(told.stdout)
    assert told.returncode == 1
    assert {one["why"] for one in made["unplaced"]} == {"teachers"}
    assert made["unplaced"][0]["needs"].startswith("one more teacher for ")


def test_solve_when_out_then_the_file_and_a_sentence(tmp_path: Path) -> None:
    place = tmp_path / "timetable.json"
    told = run(written(tmp_path, small.problem()), "--effort", "500", "--out", str(place))
    made = json.loads(place.read_text(encoding="utf-8"))
    assert told.returncode == 0
    assert told.stdout.startswith(f"{len(made['placed'])} activities are placed, 0 are not")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["problem.json", "timetable.json"]


def test_solve_when_the_file_begins_with_a_byte_order_mark_then_it_is_read_as_any_other(tmp_path: Path) -> None:
    """Some editors write one before everything else, and show it to nobody."""
    path = written(tmp_path, "\ufeff" + json.dumps(small.problem()))
    made = run(path, "--effort", "100", "--out", str(tmp_path / "made.json"))
    assert (made.returncode, made.stderr) == (0, "")
    assert main(["timetable", "check", str(path), str(tmp_path / "made.json")]) == 0


def test_solve_when_out_is_a_folder_then_one_sentence_that_names_it(tmp_path: Path) -> None:
    made = run(written(tmp_path, small.problem()), "--effort", "100", "--out", str(tmp_path))
    assert (made.returncode, made.stdout, made.stderr) == (2, "", f"{tmp_path} is a folder: name a file in it.\n")


def test_solve_when_workers_then_one_good_answer(tmp_path: Path) -> None:
    path = written(tmp_path, small.problem())
    made = json.loads(run(path, "--effort", "500", "--workers", "2").stdout)
    alone = json.loads(run(path, "--effort", "500").stdout)
    assert broken(small.problem(), made) == ()
    assert made["cost"]["total"] <= alone["cost"]["total"]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no /proc here, install Linux")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_solve_when_interrupted_then_the_best_so_far(tmp_path: Path, number: signal.Signals) -> None:
    problem = instance("S", 5).problem
    path, place = written(tmp_path, problem), tmp_path / "timetable.json"
    command = [*COMMAND, str(path), "--seconds", "100", "--out", str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        wait_until(lambda: _catches(process.pid, signal.SIGTERM), "the search to listen to signals")
        process.send_signal(number)
        process.communicate(timeout=60)
    made = json.loads(place.read_text(encoding="utf-8"))
    assert made["seconds"] < 90
    assert broken(problem, made) == ()


def _catches(process: int, number: signal.Signals) -> bool:
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    [caught] = [int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigCgt")]
    return bool(caught >> (number - 1) & 1)


def test_solve_when_previous_then_what_can_stay_stays(tmp_path: Path) -> None:
    problem = instance("S", 6).problem
    path = written(tmp_path, problem)
    before = json.loads(run(path, "--effort", "20000").stdout)
    before["placed"].append({"activity": "nobody knows", "day": 0, "start": 0, "teachers": ["t0"]})
    away = before["placed"][0]
    ill = next(one for one in problem["teachers"] if one["id"] == away["teachers"][0])
    ill["busy"] = [*ill["busy"], [away["day"], 0, 10]]
    old = written(tmp_path, before, "old.json")
    told = run(written(tmp_path, problem), "--previous", str(old), "--effort", "200000")
    made = json.loads(told.stdout)
    touched = [one for one in before["placed"] if one["day"] == away["day"] and ill["id"] in one["teachers"]]
    assert told.returncode == 0
    assert broken(problem, made, before) == ()
    assert len(touched) <= made["cost"]["moved"] <= len(touched) + 3


ODD = [
    ("{", "line 1: this is not one JSON value"),
    ('{"format": NaN}', "NaN is no JSON number"),
    ("[1]", "a JSON object is needed"),
    ("[" * 100_000, "too deep"),
    ('{"format": ' + "9" * 5000 + "}", "this is not one JSON value"),
    (small.problem() | {"format": "other"}, 'format: it must be "oppitupa-timetable-1"'),
    (small.problem() | {"slots_per_day": 0}, "slots_per_day: the number must lie between 1 and 1440"),
    (small.problem() | {"slots_per_day": 10**30}, "slots_per_day: the number must lie between 1 and 1440"),
    (small.problem() | {"days": [{"date": "20260112", "week": 0}]}, "days[0].date: a day is needed"),
    (small.problem() | {"days": None}, "days: it is missing"),
    (small.problem() | {"sites": [{"id": "s0", "rooms": 1}] * 2}, "sites[1].id: the id s0 stands there twice"),
    (small.problem() | {"weights": {"slot": -1}}, "weights.slot: the number must lie between 0 and"),
    (small.problem() | {"activities": [small.activity("a", "g9")]}, "activities[0].group: there is no group g9"),
    (small.problem() | {"activities": [small.activity("a", days=[3])]}, "activities[0].days[0]: there is no day 3"),
    (small.problem() | {"activities": [small.activity("a", days=[-1])]}, "there is no day -1"),
    (small.problem() | {"activities": [small.activity("a"), small.activity("a")]}, "the id a stands there twice"),
    (small.problem() | {"activities": [small.activity("a", site="s7")]}, "there is no site s7"),
    (small.problem() | {"activities": [small.activity("a", length=0)]}, "length: the number must lie between 1 and"),
    (small.problem() | {"activities": [small.activity("a", length=True)]}, "length: a whole number is needed"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "told"), ODD, ids=[told for _, told in ODD])
def test_solve_when_the_problem_is_unusable_then_exit_two_and_one_sentence(
    tmp_path: Path, value: object, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["timetable", "solve", str(written(tmp_path, value)), "--effort", "1"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert told in shown.err
    assert shown.err.count("\n") == 1


@pytest.mark.parametrize("words", [("--seconds", "nan"), ("--seconds", "-1"), ("--effort", "-1"), ("--workers", "0")])
def test_solve_when_an_option_is_unusable_then_exit_two(tmp_path: Path, words: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["timetable", "solve", str(written(tmp_path, odd.problem(1))), *words])
    assert ended.value.code == 2
