"""The search breaks no rule, says what it costs, and answers alike with both engines."""

import json
import random
from collections.abc import Mapping
from typing import Any

import pytest

from calendars.timetable import engine, papers, tempering
from calendars.timetable.answer import read_timetable
from calendars.timetable.check import judge
from calendars.timetable.problem import read
from calendars.timetable.solve import silent, solve
from tests.calendars.timetable import brute, odd, small
from tests.instances import instance
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


@pytest.mark.parametrize("number", range(12))
def test_solve_when_several_timetables_change_places_then_as_good_and_alike_with_both_engines(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine_in_c()
    monkeypatch.setattr(tempering, "WORTH", 1)
    monkeypatch.setattr(tempering, "TURN", 20)
    problem = odd.problem(number, activities=5 + number)
    answers = [solve(read(problem), effort=2000, seed=number, engine=name) for name in ("c", "python", "c")]
    assert [json.dumps(one) for one in answers[1:]] == [json.dumps(answers[0])] * 2
    said = verdict(problem, answers[0])
    assert (said.broken, said.misstated, answers[0]["steps"]) == ((), {}, 2000)
    first = solve(read(problem), effort=0, seed=number)
    assert merit(problem, answers[0], repairs=False) <= merit(problem, first, repairs=False)


def merit(problem: Json, made: Json, repairs: bool) -> tuple[int, int, int | float]:
    sizes = {one["id"]: one["length"] * len(one["needs"]) for one in problem["activities"]}
    lost = sum(sizes[one["activity"]] for one in made["unplaced"])
    return lost, made["cost"]["moved"] if repairs else 0, made["cost"]["total"]


def tiny(number: int) -> Json:
    """Few enough places to try them all."""
    made = odd.problem(number, activities=4, days=2, slots=3)
    for one in made["activities"]:
        one["needs"] = one["needs"] or ["tutor"]
    return made


@pytest.mark.parametrize("number", range(25))
def test_solve_when_everything_can_be_tried_then_nothing_is_better(number: int) -> None:
    problem = tiny(number)
    made = solve(read(problem), effort=4000)
    assert merit(problem, made, False) == brute.best(problem)


def half_fixed(number: int) -> Json:
    """Half of it is fixed anywhere, with anybody."""
    problem, draw = tiny(number), random.Random(number)
    able = [one for one in problem["activities"] if len(one["needs"]) <= len(problem["teachers"])]
    for one in draw.sample(able, len(able) // 2 + len(able) % 2):
        who = draw.sample([teacher["id"] for teacher in problem["teachers"]], len(one["needs"]))
        one["fixed"] = {"day": draw.choice(one["days"]), "start": draw.randint(0, 2), "teachers": who}
    return problem


@pytest.mark.parametrize("number", range(40))
def test_solve_when_half_is_fixed_against_the_rules_then_no_fewer_slots_can_be_unplaced(number: int) -> None:
    """What is fixed counts like all else: where it costs more slots than it has it goes, and the answer says so."""
    problem = half_fixed(number)
    made = solve(read(problem), effort=4000)
    assert verdict(problem, made).broken == ()
    assert merit(problem, made, False) == brute.best(problem)


@pytest.mark.parametrize("number", range(40))
def test_solve_when_firm_then_nothing_fixed_gives_way_to_what_is_not(number: int) -> None:
    """A plan that stands: what has no place beside it has none."""
    problem = half_fixed(number)
    fixed = [one for one in problem["activities"] if one.get("fixed")]
    made = solve(read(problem), effort=4000, firm=True)
    assert verdict(problem, made).broken == ()
    stays = {one["activity"] for one in made["placed"]}
    alone = solve(read(problem | {"activities": fixed}), effort=4000, firm=True)
    assert {one["id"] for one in fixed} & stays == {one["activity"] for one in alone["placed"]}


def test_solve_when_somebody_hears_what_is_found_on_the_way_then_the_answer_is_the_same_byte_for_byte() -> None:
    problem = read(instance("S", 1).problem)
    heard: list[Mapping[str, Any]] = []
    answers = [solve(problem, effort=60_000, seed=3, better=listener) for listener in (silent, heard.append)]
    assert json.dumps(answers[0]) == json.dumps(answers[1])
    assert heard[0]["cost"]["total"] > answers[0]["cost"]["total"]


def test_solve_when_some_can_lie_nowhere_then_all_others_are_placed_at_once() -> None:
    problem = instance("S", 1).problem
    hopeless = [problem["activities"][place] for place in (5, 100, 200, 427)]
    for one in hopeless:
        one["needs"] = ["juggling"]
    made = solve(read(problem), effort=0)
    assert [one["activity"] for one in made["unplaced"]] == [one["id"] for one in hopeless]


@pytest.mark.parametrize("left", [0, -1])
def test_solve_when_reading_took_all_the_time_then_there_is_a_first_timetable_all_the_same(left: int) -> None:
    problem = instance("S", 1).problem
    made = solve(read(problem), seconds=left)
    assert made["unplaced"] == []
    assert verdict(problem, made).broken == ()


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
