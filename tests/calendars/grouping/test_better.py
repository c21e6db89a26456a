"""Groups that stand, made better step by step: no rule is broken by any step, and each is worth what it says."""

import os
from dataclasses import replace
from random import Random

import pytest

from calendars.grouping import reading
from calendars.grouping.better import WORTH, Standing, better
from calendars.grouping.problem import Learner, Problem
from calendars.grouping.writing import cost_of
from tests.calendars.grouping.instances import made

RUNS = max(1, int(os.environ.get("OPPITUPA_RUNS", "300")) // 10)


def dealt(problem: Problem, chance: Random, waiting: int) -> list[Standing]:
    """Everybody but the last few in groups of her field, by chance; strangers apart where they were dealt together."""
    apart = {frozenset(pair) for pair in problem.apart}
    rows: dict[str | None, list[list[str]]] = {}
    for one in chance.sample(problem.learners[: len(problem.learners) - waiting], len(problem.learners) - waiting):
        for row in (mine := rows.setdefault(one.field, [])):
            if len(row) < problem.largest - 1 and not any(frozenset((one.id, it)) in apart for it in row):
                row.append(one.id)
                break
        else:
            mine.append([one.id])
    return [Standing(f"{field}{n}", field, tuple(row)) for field, mine in rows.items() for n, row in enumerate(mine)]


def total(problem: Problem, rows: dict[str, list[str]]) -> float:
    """What those who sit cost, by the contract."""
    here = {one for row in rows.values() for one in row}
    learners = tuple(one for one in problem.learners if one.id in here)
    pairs = tuple(pair for pair in problem.together if here.issuperset(pair))
    asked = Problem(problem.smallest, problem.largest, learners, pairs, weights=problem.weights)
    return cost_of(asked, [row for row in rows.values() if row]).total


@pytest.mark.parametrize("seed", range(RUNS))
def test_better_when_taken_step_by_step_then_every_rule_holds_and_each_gain_is_true(seed: int) -> None:
    chance = Random(seed)
    problem = replace(made(40, seed, fields=2, largest=6), smallest=3)
    groups = dealt(problem, chance, waiting=chance.randint(0, 6))
    locked = {one for group in groups for one in group.learners if chance.random() < 0.1}
    problem = replace(problem, fixed={one: group.id for group in groups for one in group.learners if one in locked})
    rows = {group.id: list(group.learners) for group in groups}
    fields = {group.id: group.field for group in groups}
    seats = {one: group for group, row in rows.items() for one in row}
    apart = {frozenset(pair) for pair in problem.apart}
    found = better(problem, groups)
    moved: list[str] = []
    for step in found.steps:
        small = {group for group, row in rows.items() if len(row) < problem.smallest}
        before = total(problem, rows)
        for one in step.seats:
            assert seats.get(one.learner) == one.before
            if one.before:
                rows[one.before].remove(one.learner)
            rows[one.after].append(one.learner)
            seats[one.learner] = one.after
            moved.append(one.learner)
            assert next(it.field for it in problem.learners if it.id == one.learner) == fields[one.after]
        if step.seats[0].before is not None:
            assert before - total(problem, rows) == pytest.approx(step.gain)
            assert step.gain >= WORTH * len(step.seats)
            assert {group for group, row in rows.items() if len(row) < problem.smallest} <= small
        for row in rows.values():
            assert len(row) <= problem.largest
            assert not any(frozenset((a, b)) in apart for a in row for b in row if a != b)
    assert (len(set(moved)), locked & set(moved)) == (len(moved), set())
    unseated = {one.id for one in problem.learners} - seats.keys()
    assert unseated == set(found.homeless)
    assert reading.better(reading.better_as_json(found)) == found


def test_better_when_two_sit_at_the_wrong_tables_then_they_change_places() -> None:
    low = [Learner(f"low{n}", "a", "A1.1", frozenset({"mon_am"})) for n in range(4)]
    high = [Learner(f"high{n}", "a", "B2.1", frozenset({"mon_am"})) for n in range(4)]
    groups = [
        Standing("g1", "a", ("low0", "low1", "low2", "high3")),
        Standing("g2", "a", ("high0", "high1", "high2", "low3")),
    ]
    (step,) = better(Problem(4, 4, (*low, *high)), groups).steps
    assert sorted((one.learner, one.before, one.after) for one in step.seats) == [
        ("high3", "g1", "g2"), ("low3", "g2", "g1"),
    ]  # fmt: skip
    assert step.gain == 3 * 2 * 7


def test_better_when_every_group_is_full_or_of_another_field_then_told_who_finds_no_room() -> None:
    people = [Learner(str(n), "a", None, None) for n in range(3)] + [Learner("b", "b", None, None)]
    found = better(Problem(1, 2, tuple(people)), [Standing("g", "a", ("0", "1"))])
    assert (found.steps, found.homeless) == ((), ("2", "b"))
    (step,) = better(Problem(1, 2, tuple(people[:3])), [Standing("g", "a", ("0",)), Standing("h", "a", ())]).steps[:1]
    assert step.seats[0].before is None
