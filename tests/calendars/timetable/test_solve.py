"""The search breaks no rule, says what it costs, and answers alike with both engines."""

import json
from typing import Any

import pytest

from calendars.timetable import engine, papers
from calendars.timetable.answer import read_timetable
from calendars.timetable.check import judge
from calendars.timetable.problem import read
from calendars.timetable.solve import solve
from tests.calendars.timetable import brute, odd, small
from tests.programs import lacking

Json = dict[str, Any]


def verdict(problem: Json, timetable: Json, previous: Json | None = None) -> Any:
    """What the judge says, to whom nothing was told."""
    before = papers.read_timetable(previous) if previous else None
    return judge(papers.read_problem(problem), papers.read_timetable(timetable), previous=before, partial=True)


def engine_in_c() -> None:
    """Leave the test out where it is not built."""
    if engine.load() is None:
        lacking("the search is not built in C", "a C compiler, then python -m deploy.build_search")


def test_solve_when_everything_fits_then_it_is_placed_and_no_rule_is_broken() -> None:
    problem = small.problem()
    made = solve(read(problem), effort=2000)
    assert made["unplaced"] == []
    assert verdict(problem, made).broken == ()


@pytest.mark.parametrize("number", range(60))
def test_solve_when_rules_contradict_then_what_is_placed_breaks_none(number: int) -> None:
    problem = odd.problem(number, activities=3 + number % 15)
    made = solve(read(problem), effort=300, seed=number, engine="python")
    said = verdict(problem, made)
    assert (said.broken, said.misstated) == ((), {})
    assert len(made["placed"]) + len(made["unplaced"]) == len(problem["activities"])


@pytest.mark.parametrize("number", range(60))
def test_solve_when_in_c_then_the_same_bytes_as_in_python(number: int) -> None:
    engine_in_c()
    problem = read(odd.problem(number, activities=3 + number % 15))
    answers = [solve(problem, effort=400, seed=number, engine=name) for name in ("c", "python")]
    assert json.dumps(answers[0]) == json.dumps(answers[1])


def merit(problem: Json, made: Json, repairs: bool) -> tuple[int, int, int | float]:
    sizes = {one["id"]: one["length"] * len(one["needs"]) for one in problem["activities"]}
    lost = sum(sizes[one["activity"]] for one in made["unplaced"])
    return lost, made["cost"]["moved"] if repairs else 0, made["cost"]["total"]


def tiny(number: int) -> Json:
    """Few enough places to try them all; without what is fixed, which comes before the order of merit."""
    made = odd.problem(number, activities=4, days=2, slots=3)
    for one in made["activities"]:
        one["fixed"] = None
        one["needs"] = one["needs"] or ["tutor"]
    return made


@pytest.mark.parametrize("number", range(25))
def test_solve_when_everything_can_be_tried_then_nothing_is_better(number: int) -> None:
    problem = tiny(number)
    made = solve(read(problem), effort=4000)
    assert merit(problem, made, False) == brute.best(problem)


@pytest.mark.parametrize("number", range(25))
def test_solve_when_everything_can_be_tried_then_no_repair_moves_less(number: int) -> None:
    problem = tiny(number)
    before = solve(read(problem), effort=500)
    for teacher in problem["teachers"][:1]:
        teacher["busy"] = [*teacher["busy"], [0, 0, 3]]
    asked = read(problem)
    made = solve(asked, previous=read_timetable(before, asked), effort=60_000)
    assert verdict(problem, made, before).broken == ()
    assert merit(problem, made, True) == brute.best(problem, before)
