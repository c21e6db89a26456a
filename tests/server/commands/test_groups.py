"""`oppitupa groups`: the contract's JSON in and out, exit 0, 1 and 2, and one sentence about bad input."""

import json
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import calendars.grouping.reading
from calendars.grouping import reading
from server.cli import main
from server.commands.groups import REASONS, SENTENCES, WARNINGS
from tests.calendars.grouping.instances import made

ONE = {"id": "L1", "field": "a", "level": "A2.1", "free": ["mon_am"], "municipality": "Salo", "km": {"s1": 120}}
TWO = ONE | {"id": "L2", "level": "B1.1", "free": ["mon_am", "tue_pm"], "km": {"s1": 12.5}}
GOOD: dict[str, Any] = {
    "format": "oppitupa-groups-1",
    "size": {"min": 1, "max": 8},
    "learners": [ONE, TWO],
    "together": [["L1", "L2"]],
    "apart": [],
    "fixed": {"L1": "mine"},
}


def given(path: Path, value: object) -> str:
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return str(path)


def test_form_when_the_problem_is_good_then_the_contract_s_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["groups", "form", given(tmp_path / "p.json", GOOD), "--json"]) == 0
    shown = capsys.readouterr()
    assert (json.loads(shown.out), shown.err) == (
        {
            "format": "oppitupa-grouping-1",
            "groups": [{"id": "mine", "field": "a", "site": "s1", "learners": ["L1", "L2"]}],
            "cost": {"level": 2, "time": 1, "km": 132.5, "split": 0, "total": 9.325},
            "bound": 9.325,
            "warnings": [],
        },
        "",
    )


def test_check_when_the_grouping_is_good_or_not_then_exit_zero_or_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem, answer = given(tmp_path / "p.json", made_as_json(24)), tmp_path / "g.json"
    assert main(["groups", "form", problem, "--out", str(answer)]) == 0
    assert capsys.readouterr().out.endswith("(proven)\n")
    assert main(["groups", "check", problem, str(answer), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["good"] is True
    value = json.loads(answer.read_text(encoding="utf-8"))
    value["groups"][0]["learners"].pop()
    assert main(["groups", "check", problem, given(answer, value), "--json"]) == 1
    assert [one["rule"] for one in json.loads(capsys.readouterr().out)["broken"]] == ["everyone"]
    assert main(["groups", "check", problem, str(answer)]) == 1
    assert capsys.readouterr().out.endswith("Broken.\n")


def made_as_json(learners: int) -> dict[str, object]:
    return reading.problem_as_json(made(learners))


def test_problem_when_written_and_read_then_the_same() -> None:
    problem = made(40)
    assert reading.problem(json.dumps(reading.problem_as_json(problem))) == problem


def test_form_when_impossible_then_exit_one_and_the_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = GOOD | {"apart": [["L1", "L2"]], "fixed": {"L1": "x", "L2": "x"}}
    assert main(["groups", "form", given(tmp_path / "p.json", wrong), "--json"]) == 1
    shown = capsys.readouterr()
    assert shown.err == "There are no such groups: L1 and L2 are to be apart, and both are fixed to the group x.\n"
    assert json.loads(shown.out)["impossible"]["code"] == "apart_fixed_together"


def test_form_when_min_is_above_max_then_formed_with_a_warning_for_each_group(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The contract: `min` never forbids, each group below it is a warning. The judge reads it so too."""
    problem, answer = (
        given(tmp_path / "p.json", GOOD | {"size": {"min": 9, "max": 1}, "fixed": {}}),
        tmp_path / "g.json",
    )
    assert main(["groups", "form", problem, "--out", str(answer), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert [(one["code"], one["group"], one["size"], one["min"]) for one in shown["warnings"]] == [
        ("below_min", "g1", 1, 9), ("below_min", "g2", 1, 9),
    ]  # fmt: skip
    assert main(["groups", "check", problem, str(answer)]) == 0


def without(key: str) -> dict[str, object]:
    return {name: value for name, value in ONE.items() if name != key}


BAD: dict[str, object] = {
    "": "is not one JSON value",
    "[]": "a JSON object is needed",
    '{"format":"oppitupa-groups-1","format":"x"}': "a name occurs in it twice",
    "[" * 100_000: "is not one JSON value",
}
WRONG: list[tuple[dict[str, object], str]] = [
    ({"format": "oppitupa-groups-2"}, 'the format must be "oppitupa-groups-1"'),
    ({"size": {"min": 1, "max": 0}}, "size.max must be at least 1"),
    ({"size": {"min": -1, "max": 8}}, "size.min must be at least 0"),
    ({"size": {"min": 1, "max": 2.5}}, "size.max must be a whole number"),
    ({"size": {"min": 1, "max": True}}, "size.max must be a whole number"),
    ({"size": {}}, "size.max is missing"),
    ({"size": 8}, "a JSON object is needed in size"),
    ({"learners": []}, "there is no learner"),
    ({"learners": None}, "learners must be a list"),
    ({"learners": [7]}, "a JSON object is needed in learners[0]"),
    ({"learners": [ONE, ONE]}, "the learner L1 is there twice"),
    ({"learners": [ONE | {"level": "A9"}, TWO]}, "A9 in learners[0].level is no level"),
    ({"learners": [ONE | {"level": ["A0"]}, TWO]}, "is no level"),
    ({"learners": [ONE | {"free": ["mon"]}, TWO]}, "mon in learners[0].free is no half day"),
    ({"learners": [ONE | {"free": "mon_am"}, TWO]}, "learners[0].free must be a list"),
    ({"learners": [ONE | {"km": {"s1": -1}}, TWO]}, "learners[0].km.s1 must be at least 0"),
    ({"learners": [ONE | {"km": {"s1": "near"}}, TWO]}, "learners[0].km.s1 must be a number"),
    ({"learners": [ONE | {"km": [1]}, TWO]}, "a JSON object is needed in learners[0].km"),
    ({"learners": [ONE | {"id": ""}, TWO]}, "learners[0].id is missing"),
    ({"learners": [ONE | {"id": 1}, TWO]}, "learners[0].id must be text"),
    ({"learners": [ONE | {"field": 3}, TWO]}, "learners[0].field must be text"),
    ({"learners": [without("level"), TWO]}, "learners[0].level is missing"),
    ({"learners": [without("free"), TWO]}, "learners[0].free is missing"),
    ({"learners": [without("field"), TWO]}, "learners[0].field is missing"),
    ({"together": [["L1", "L9"]]}, "together[0] names L9, who is not among the learners"),
    ({"apart": [["L1", "L1"]]}, "apart[0] names L1 twice"),
    ({"apart": [["L1"]]}, "apart[0] must be a pair"),
    ({"apart": {"L1": "L2"}}, "apart must be a list"),
    ({"fixed": {"L9": "g1"}}, "fixed names L9"),
    ({"fixed": {"L1": 1}}, "fixed.L1 must be text"),
    ({"fixed": []}, "a JSON object is needed in fixed"),
    ({"weights": {"level": -1}}, "weights.level must be at least 0"),
    ({"weights": {"time": "2"}}, "weights.time must be a number"),
    ({"weights": {"km": True}}, "weights.km must be a number"),
]


def test_form_when_the_file_is_odd_then_one_sentence_and_exit_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = [*BAD.items(), *((json.dumps(GOOD | change), told) for change, told in WRONG)]
    cases.append((json.dumps(GOOD).replace("120", "NaN"), "is not one JSON value"))
    cases.append((json.dumps(GOOD).replace("120", "1e999"), "learners[0].km.s1 is too great"))
    for text, told in cases:
        assert main(["groups", "form", given(tmp_path / "p.json", text)]) == 2
        shown = capsys.readouterr()
        assert (shown.out, len(shown.err.splitlines()), str(told) in shown.err) == ("", 1, True), (shown.err, told)


@pytest.mark.parametrize("words", [["--seconds", "0"], ["--seconds", "nan"], ["--seed", "x"]])
def test_form_when_an_option_is_odd_then_exit_two(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["groups", "form", given(tmp_path / "p.json", GOOD), *words])
    assert (ended.value.code, len(capsys.readouterr().err.splitlines())) == (2, 1)


def test_form_when_weights_are_missing_then_those_of_the_contract(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    value = GOOD | {"weights": {"level": 0}}
    assert main(["groups", "form", given(tmp_path / "p.json", value), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["cost"]["total"] == 3.325


def test_form_when_interrupted_then_the_best_so_far(tmp_path: Path) -> None:
    problem, answer = given(tmp_path / "p.json", made_as_json(240)), tmp_path / "g.json"
    words = [sys.executable, "-m", "server", "groups", "form", problem, "--seconds", "500", "--out", str(answer)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(words, cwd=root, stdout=subprocess.PIPE, text=True) as search:
        while search.poll() is None and not caught(search.pid):
            time.sleep(0.05)
        search.send_signal(signal.SIGINT)
        assert search.wait(60) == 0
    assert main(["groups", "check", problem, str(answer)]) == 0


def caught(process: int) -> bool:
    """Whether the process has a way of its own to end at Ctrl-C: Python's own counts as none."""
    text = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    ticks = int(text.rpartition(")")[2].split()[11])
    return ticks > 150  # a second and a half of work: the modules are loaded, the search runs


def test_sentences_when_a_code_can_be_raised_then_it_has_one() -> None:
    folder = Path(str(calendars.grouping.reading.__file__)).parent
    known = [path for path in folder.glob("*.py") if path.stem != "weighing"]  # words of a page, not of a file
    text = "".join(path.read_text(encoding="utf-8") for path in known)
    assert set(SENTENCES) == set(re.findall(r'Invalid\("(\w+)"', text))
    assert set(REASONS) == set(re.findall(r'Impossible\("(\w+)"', text)) | {"apart_or_fixed", "nothing_found"}
    assert set(WARNINGS) == set(re.findall(r'Warned\("(\w+)"', text))
