"""The search against an oracle that tries every grouping, and against the judge where there are too many to try."""

import os
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest

from calendars.grouping import search
from calendars.grouping.judge import judge
from calendars.grouping.problem import Impossible, Learner, Problem, Weights
from calendars.grouping.search import form
from tests.calendars.grouping import oracle
from tests.calendars.grouping.instances import made, odd, tiny

RUNS = int(os.environ.get("OPPITUPA_RUNS", "300"))


def learners(count: int, field: str = "logistics", level: str | None = "A2.1") -> list[Learner]:
    return [Learner(f"{field}{number}", field, level, frozenset({"mon_am"})) for number in range(count)]


def sizes(problem: Problem) -> dict[str | None, list[int]]:
    found: dict[str | None, list[int]] = {}
    for group in form(problem).groups:
        found.setdefault(group.field, []).append(len(group.learners))
    return {field: sorted(counts) for field, counts in found.items()}


@pytest.mark.parametrize(("kind", "least"), [(tiny, RUNS // 2), (odd, RUNS // 3)])
def test_form_when_every_grouping_can_be_tried_then_none_is_better_and_the_bound_is_the_total(
    kind: Callable[[int], Problem], least: int
) -> None:
    wrong, ends = {}, Counter[str]()
    for seed in range(RUNS):
        problem = kind(seed)
        wanted = oracle.best(problem)
        try:
            found = form(problem)
        except Impossible as refused:
            ends[refused.code] += 1
            if wanted is not None or refused.code == "nothing_found":
                wrong[seed] = refused.code
            continue
        ends["formed"] += 1
        verdict = judge(problem, found)
        numbers = Counter(group.field for group in found.groups)
        if wanted is None or (numbers, pytest.approx(found.cost.total)) != wanted or found.bound != found.cost.total:
            wrong[seed] = f"{found.cost} for {wanted}"
        elif verdict.broken or verdict.undecided or verdict.cost is None:
            wrong[seed] = str(verdict)
    assert wrong == {}
    assert ends["formed"] > least
    assert len(ends) > 2, "some are impossible, for more than one reason"


def test_form_when_the_fields_of_the_mission_then_five_groups() -> None:
    people = [*learners(14, "a"), *learners(9, "b"), *learners(7, "c")]
    assert sizes(Problem(4, 8, tuple(people))) == {"a": [7, 7], "b": [4, 5], "c": [7]}


def test_form_when_twenty_four_of_one_field_then_proven_whatever_the_size() -> None:
    for largest in (4, 5, 6):
        found = form(made(24, seed=5, fields=1, largest=largest))
        assert found.bound == found.cost.total


@pytest.mark.parametrize("seed", range(4))
def test_form_when_larger_then_the_judge_finds_nothing_and_agrees_on_the_cost(seed: int) -> None:
    problem = made(90, seed, fields=2)
    chance = Random(seed)
    fixed = {one.id: f"{one.field}{chance.randint(1, 3)}" for one in problem.learners if chance.random() < 0.1}
    problem = replace(problem, fixed=fixed, apart=tuple((a, b) for a, b in problem.apart if not {a, b} <= fixed.keys()))
    found = form(problem, 1.5, seed)
    assert judge(problem, found).broken == ()


def test_form_when_the_seed_is_the_same_then_so_is_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "LONG", 1_500)
    problem = made(30, fields=1, largest=10)
    answer = form(problem, 600, 7)
    assert (answer.bound, answer) == (None, form(problem, 600, 7))


def test_form_when_stopped_then_the_best_so_far_is_whole() -> None:
    problem = made(240)
    began, asked = time.monotonic(), 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 20

    found = form(problem, 600, stop=stop)
    assert judge(problem, found).broken == ()
    assert time.monotonic() - began < 60, "ten minutes were allowed"


def test_form_when_the_size_of_a_group_does_not_fit_apart_then_more_groups_and_a_warning() -> None:
    people = learners(6)
    apart = tuple((one.id, other.id) for one in people[:3] for other in people[:3] if one.id < other.id)
    found = form(Problem(1, 8, tuple(people), apart=apart))
    assert [len(group.learners) for group in found.groups] == [2, 2, 2]
    assert [(one.code, dict(one.facts)) for one in found.warnings] == [
        ("more_groups", {"field": "logistics", "groups": 3, "fewest": 1})
    ]


def test_form_when_two_groups_do_and_three_do_not_then_two() -> None:
    """Three against three, each apart from the other three: even groups of two would have to mix them."""
    people = learners(6)
    apart = tuple((one.id, other.id) for one in people[:3] for other in people[3:])
    assert sizes(Problem(1, 5, tuple(people), apart=apart)) == {"logistics": [3, 3]}


def test_form_when_thirteen_are_apart_from_three_then_the_first_number_that_fits_is_five() -> None:
    people = learners(16)
    apart = tuple((one.id, other.id) for one in people[:3] for other in people[3:])
    assert sizes(Problem(1, 8, tuple(people), apart=apart)) == {"logistics": [3, 3, 3, 3, 4]}


def test_form_when_below_min_then_a_warning_and_no_more() -> None:
    found = form(Problem(4, 8, (*learners(3, "a"), *learners(4, "b"))))
    assert [(one.code, one.facts["size"]) for one in found.warnings] == [("below_min", 3)]


@pytest.mark.parametrize(
    ("count", "fixed", "apart", "code"),
    [
        (3, {"logistics0": "g1", "logistics1": "g1"}, (("logistics0", "logistics1"),), "apart_fixed_together"),
        (9, {f"logistics{number}": "g1" for number in range(9)}, (), "fixed_above_max"),
        (10, {f"logistics{number}": "g1" for number in range(7)}, (), "fixed_not_even"),
        (5, {f"logistics{number}": "g1" for number in range(3)}, (("logistics0", "logistics3"),
         ("logistics0", "logistics4"), ("logistics3", "logistics4")), "apart_or_fixed"),
    ],
)  # fmt: skip
def test_form_when_fixed_or_apart_leave_nothing_then_impossible_with_the_reason(
    count: int, fixed: dict[str, str], apart: tuple[tuple[str, str], ...], code: str
) -> None:
    with pytest.raises(Impossible) as refused:
        form(Problem(1, 8, tuple(learners(count)), apart=apart, fixed=fixed))
    assert refused.value.code == code


def test_form_when_fixed_names_one_group_for_two_fields_then_impossible() -> None:
    people = (*learners(2, "a"), *learners(2, "b"))
    with pytest.raises(Impossible) as refused:
        form(Problem(1, 8, people, fixed={"a0": "g1", "b0": "g1"}))
    assert refused.value.code == "fixed_of_two_fields"


def test_form_when_groups_are_fixed_then_other_names_do_not_meet_theirs() -> None:
    found = form(Problem(1, 2, tuple(learners(4)), fixed={"logistics3": "g1"}))
    assert sorted(group.id for group in found.groups) == ["g1", "g2"]
    assert [group.id for group in found.groups if "logistics3" in group.learners] == ["g1"]


def test_form_when_level_and_time_are_unknown_then_they_cost_nothing() -> None:
    known = ((None, None), ("A1.1", frozenset({"mon_am"})), ("B1.1", None))
    people = tuple(Learner(str(place), "a", level, free) for place, (level, free) in enumerate(known))
    found = form(Problem(1, 8, people))
    assert (found.cost.level, found.cost.time) == (5, 0)


def test_form_when_one_cannot_reach_any_site_then_no_site_and_no_kilometres() -> None:
    near = Learner("1", "a", "A2.1", frozenset(), {"s1": 10, "s2": 3})
    far = Learner("2", "a", "A2.1", frozenset(), {"s1": 10, "s2": 30})
    found = form(Problem(1, 8, (near, far)))
    assert (found.groups[0].site, found.cost.km) == ("s1", 20)
    found = form(Problem(1, 8, (near, far, Learner("3", "a", "A2.1", frozenset()))))
    assert (found.groups[0].site, found.cost.km) == (None, 0)


def test_form_when_a_pair_is_of_two_fields_then_it_is_split_and_the_bound_knows() -> None:
    people = (*learners(2, "a"), *learners(2, "b"))
    found = form(Problem(1, 8, people, together=(("a0", "b0"), ("a0", "a1")), weights=Weights(split=7)))
    assert (found.cost.split, found.cost.total, found.bound) == (1, 7, 7)


def test_form_when_the_time_is_nearly_nothing_then_still_a_grouping() -> None:
    problem = made(240)
    assert judge(problem, form(problem, 0.001)).broken == ()
