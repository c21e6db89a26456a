"""The judge finds each fault that is planted into a good grouping, and calls nothing else a fault."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from calendars.grouping.judge import judge
from calendars.grouping.problem import Formed, Grouping, Learner, Problem
from calendars.grouping.search import form

FREE = frozenset({"mon_am", "tue_am"})
PEOPLE = tuple(
    Learner(f"L{number}", "a" if number < 6 else "b", "A2.1" if number % 2 else "B1.1", FREE, {"s1": number, "s2": 20})
    for number in range(9)
)
PROBLEM = Problem(1, 4, PEOPLE, apart=(("L0", "L1"),), fixed={"L2": "mine"}, together=(("L3", "L5"),))
GOOD = form(PROBLEM)


def moved(grouping: Grouping, learner: str, group: str) -> Grouping:
    """She sits elsewhere, and the claims about the cost follow as the judge counts."""
    rows = [
        replace(one, learners=tuple(it for it in (*one.learners, *((learner,) if one.id == group else ())) if
                                    it != learner or one.id == group))
        for one in grouping.groups
    ]  # fmt: skip
    return honest(replace(grouping, groups=tuple(rows)))


def honest(grouping: Grouping) -> Grouping:
    counted = judge(PROBLEM, grouping).cost
    assert counted is not None
    return replace(grouping, cost=counted, bound=None)


def place(grouping: Grouping, learner: str) -> str:
    return next(one.id for one in grouping.groups if learner in one.learners)


def swapped(grouping: Grouping, one: str, other: str) -> Grouping:
    here, there = place(grouping, one), place(grouping, other)
    return moved(moved(grouping, one, there), other, here)


def rules(grouping: Grouping) -> list[str]:
    return [one.rule for one in judge(PROBLEM, grouping).broken]


def other_of(learner: str) -> str:
    """The group of field a in which she does not sit."""
    return next(one.id for one in GOOD.groups if one.field == "a" and learner not in one.learners)


def partner(learner: str, without: set[str]) -> str:
    group = next(one for one in GOOD.groups if one.id == other_of(learner))
    return next(one for one in group.learners if one not in without)


def site(change: Callable[[Formed], str | None]) -> Grouping:
    first, *rest = GOOD.groups
    return replace(GOOD, groups=(replace(first, site=change(first)), *rest))


def with_groups(*groups: Formed) -> Grouping:
    return replace(GOOD, groups=groups)


def test_judge_when_the_grouping_is_good_then_nothing_is_broken_and_the_cost_is_the_claim() -> None:
    verdict = judge(PROBLEM, GOOD)
    assert (verdict.broken, verdict.undecided) == ((), ())
    assert verdict.cost is not None
    assert verdict.cost.total == pytest.approx(GOOD.cost.total)


def test_judge_when_a_fault_is_planted_then_it_is_named() -> None:
    a = [one for one in GOOD.groups if one.field == "a"]
    b = next(one for one in GOOD.groups if one.field == "b")
    assert [len(one.learners) for one in a] == [3, 3]
    found = {
        "missing": rules(with_groups(replace(a[0], learners=a[0].learners[1:]), a[1], b)),
        "twice": rules(with_groups(replace(a[0], learners=(*a[0].learners, "L8")), a[1], b)),
        "unknown": rules(with_groups(replace(a[0], learners=(*a[0].learners, "X")), a[1], b)),
        "same id": rules(with_groups(a[0], replace(a[1], id=a[0].id), b)),
        "empty": rules(with_groups(*GOOD.groups, Formed("g9", "a", None, ()))),
        "other field": rules(honest(with_groups(*a, replace(b, field="a")))),
        "apart": rules(swapped(GOOD, "L0", partner("L0", {"L1", "L2"}))),
        "fixed": rules(honest(with_groups(*(replace(one, id=f"{one.id}x") for one in GOOD.groups)))),
        "site": rules(site(lambda one: "s2")),
        "no site": rules(site(lambda one: None)),
        "unknown site": rules(site(lambda one: "s9")),
        "cost": rules(replace(GOOD, cost=replace(GOOD.cost, level=GOOD.cost.level + 1))),
        "bound": rules(replace(GOOD, bound=GOOD.cost.total + 1)),
    }
    assert found == {
        "missing": ["everyone"],
        "twice": ["everyone"],
        "unknown": ["everyone"],
        "same id": ["ids"],
        "empty": ["ids"],
        "other field": ["one_field"],
        "apart": ["apart"],
        "fixed": ["fixed"],
        "site": ["site"],
        "no site": ["site"],
        "unknown site": ["site"],
        "cost": ["cost"],
        "bound": ["bound"],
    }


def test_judge_when_sizes_differ_by_two_then_uneven() -> None:
    loose = next(one for one in ("L3", "L4", "L5") if place(GOOD, one) != place(GOOD, "L2"))
    broken = [one.rule for one in judge(PROBLEM, moved(GOOD, loose, place(GOOD, "L2"))).broken]
    assert [rule for rule in broken if rule not in ("site", "apart")] == ["even"]


def test_judge_when_there_are_more_groups_than_needed_then_it_says_how_many_would_do() -> None:
    rows = [Formed(f"g{number}", "b", "s1", (f"L{number}",)) for number in (6, 7, 8)]
    broken = judge(PROBLEM, honest(with_groups(*[one for one in GOOD.groups if one.field == "a"], *rows))).broken
    assert [(one.rule, one.where, one.reason) for one in broken] == [("fewest", "b", "3 groups, and 1 would do")]


def test_judge_when_a_group_is_above_max_then_max() -> None:
    problem = replace(PROBLEM, largest=2)
    assert {one.rule for one in judge(problem, GOOD).broken} == {"max"}


def test_judge_when_apart_needs_more_groups_then_they_are_not_too_many() -> None:
    people = PEOPLE[:4]
    apart = tuple((one.id, other.id) for one in people[:3] for other in people[:3] if one.id < other.id)
    problem = Problem(1, 4, people, apart=apart)
    found = form(problem)
    assert len(found.groups) == 3
    assert judge(problem, found).broken == ()
