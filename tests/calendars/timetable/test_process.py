"""The search in a process of its own: an order in, lines out, wishes heard, and no life without a parent."""

import json
import subprocess
import sys
from typing import Any

import pytest

from calendars.timetable.check import judge
from calendars.timetable.papers import read_problem, read_timetable
from tests.calendars.timetable import small
from tests.instances import instance

Json = dict[str, Any]


def started(order: object) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen(
        [sys.executable, "-m", "calendars.timetable"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(order).encode() + b"\n")
    process.stdin.flush()
    return process


def lines(process: "subprocess.Popen[bytes]") -> list[Json]:
    assert process.stdout is not None
    return [json.loads(line) for line in process.stdout]


def test_search_when_ordered_then_progress_and_last_the_timetable_with_its_bound() -> None:
    with started({"problem": small.problem(), "seconds": 3}) as process:
        told = lines(process)
    assert process.returncode == 0
    assert set(told[0]["progress"]) == {"steps", "seconds", "share", "unplaced", "cost"}
    made = told[-1]["timetable"]
    assert made["unplaced"] == []
    assert made["bound"] <= made["cost"]["total"]


def test_search_when_better_is_asked_for_then_what_is_said_on_the_way_is_good_and_gets_better() -> None:
    problem = instance("S", 1).problem
    with started({"problem": problem, "seconds": 3, "better": True}) as process:
        told = lines(process)
    betters, answer = [one["better"] for one in told if "better" in one], told[-1]["timetable"]
    totals = [one["cost"]["total"] for one in (*betters, answer)]
    assert "better" in told[0]
    assert 1 < len(betters) <= 4
    assert totals == sorted(totals, reverse=True)
    assert len(set(totals[:-1])) == len(betters)
    for one in betters:
        verdict = judge(read_problem(problem), read_timetable(one))
        assert (verdict.broken, verdict.misstated) == ((), {})


@pytest.mark.parametrize(
    ("wish", "code", "answers"), [(b"enough\n", 0, True), (b"cancel\n", 3, False), (b"", 3, False)]
)
def test_search_when_a_wish_comes_then_it_ends_at_once(wish: bytes, code: int, answers: bool) -> None:
    """The empty wish is the end of stdin: the parent is gone."""
    with started({"problem": instance("S", 1).problem, "seconds": 300}) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert "progress" in json.loads(process.stdout.readline())
        process.stdin.write(wish)
        process.stdin.flush()
        if not wish:
            process.stdin.close()
        told = lines(process)
    assert process.returncode == code
    assert any("timetable" in one for one in told) is answers


def test_search_when_the_order_is_unusable_then_one_sentence() -> None:
    with started({"problem": {"format": "other"}}) as process:
        told = lines(process)
    assert process.returncode == 2
    assert told == [{"refused": 'format: it must be "oppitupa-timetable-1".'}]
