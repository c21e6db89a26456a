"""The solver and the judge read each for itself: they refuse the same files, with the same sentence."""

import copy
import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest

from calendars.timetable import answer, papers
from calendars.timetable.json_reading import Unreadable, value_in
from calendars.timetable.node import Unusable, parse
from calendars.timetable.problem import read
from server.commands.timetable_words import unreadable_in_words
from tests.calendars.timetable import small

Json = dict[str, Any]
RUNS = 20 * int(os.environ.get("OPPITUPA_RUNS", "100"))
ODD: list[Any] = [
    None, True, False, 0, 1, -1, 2, 10, 11, 1.0, 0.5, -0.0, 1e300, 10**9, 10**9 + 1, 10**30, -(10**30), 10**400,
    "", "0", "t0", "g0", "s0", "half \ud800", "20260112", "2026-W03-1", "2026-01-12", "2026-1-12", "2026-02-30",
    "0000-01-01", "2026-01-12T00:00", [], [0], [0, 0], [0, 2, 1], [0, 0, 11], [9, 0, 1], [0.0, 0, 1], ["t0"],
    ["t0", "t0"], [None], [[]], [[0, 1, 2], [0, 0, 0]], {}, {"id": "t0"}, {"day": 0, "start": 0, "teachers": []},
    {"day": 0, "start": -1, "teachers": ["t0"]}, {"slot": 0}, {"slot": -1}, {"x": 1},
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in inside:
        yield from places(inner, (*path, name))


def changed(value: Any, draw: random.Random) -> Any:
    """With one thing in it another one, gone, twice or new."""
    value = copy.deepcopy(value)
    path = draw.choice(list(places(value))[1:])
    inner = value
    for name in path[:-1]:
        inner = inner[name]
    match draw.randrange(6):
        case 0:
            del inner[path[-1]]
        case 1 if isinstance(inner, list):
            inner.insert(draw.randint(0, len(inner)), copy.deepcopy(inner[path[-1]]))
        case 2 if isinstance(inner, dict):
            inner[draw.choice(["more", "x"])] = draw.choice(ODD)
        case _:
            inner[path[-1]] = draw.choice(ODD)
    return value


def solver(text: bytes) -> str | None:
    """Why the solver refuses a problem; nothing if it does not."""
    try:
        read(parse(text))
    except Unusable as wrong:
        return str(wrong)
    return None


def judge(text: bytes) -> str | None:
    """Why the judge refuses a problem."""
    try:
        papers.read_problem(value_in(text))
    except Unreadable as wrong:
        return f"{unreadable_in_words(wrong)}."
    return None


def test_problem_when_something_in_it_is_odd_then_solver_and_judge_say_the_same() -> None:
    refused = taken = 0
    for number in range(RUNS):
        draw = random.Random(number)
        value = small.problem()
        for _ in range(draw.choice([1, 1, 1, 2])):
            value = changed(value, draw)
        text = json.dumps(value).encode()
        said = solver(text)
        assert said == judge(text), number
        refused += said is not None
        taken += said is None
    assert (refused > RUNS // 2, taken > RUNS // 5) == (True, True)


def test_earlier_timetable_when_something_in_it_is_odd_then_solver_and_judge_say_the_same() -> None:
    refused = taken = 0
    problem = read(small.problem())
    for number in range(RUNS // 2):
        value = changed(small.timetable() | {"bound": 3}, random.Random(number))
        try:
            answer.read_timetable(value, problem)
            said = None
        except Unusable as wrong:
            said = str(wrong)
        try:
            papers.read_previous(value)
            judged = None
        except Unreadable as wrong:
            judged = f"{unreadable_in_words(wrong)}."
        assert said == judged, number
        refused += said is not None
        taken += said is None
    assert (refused > RUNS // 8, taken > RUNS // 8) == (True, True)


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"[1,]", b"{}{}", b"\xff", b'{"a": NaN}', b'{"a": -Infinity}', b'{"a": 1, "a": 2}', b"[" * 100_000,
        b'{"slots_per_day": ' + b"9" * 5000 + b"}", b"\xef\xbb\xbf{}", b"null", b"7", b'"x"', b"[]", b"{}",
    ],
)  # fmt: skip
def test_problem_when_it_is_no_problem_at_all_then_solver_and_judge_say_the_same(text: bytes) -> None:
    said = solver(text)
    assert said is not None
    assert said == judge(text)


def test_problem_when_days_stand_out_of_order_and_weeks_go_back_then_both_take_it() -> None:
    value = small.problem()
    value["days"] = [{"date": "2026-01-19", "week": 5}, {"date": "2026-01-15", "week": -3, "more": 1}, value["days"][1]]
    text = json.dumps(value | {"unknown": [None]}).encode()
    assert (solver(text), judge(text)) == (None, None)
