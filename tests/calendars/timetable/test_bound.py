"""The bound never lies above the best timetable that there is, found by trying everything on problems small enough."""

import os
from itertools import permutations
from typing import Any

import pytest

from calendars.timetable import problem as problems
from calendars.timetable.bound import lower_bound
from tests import instances
from tests.calendars.timetable import odd, oracle
from tests.calendars.timetable.small import activity
from tests.calendars.timetable.small import problem as small_problem

Json = dict[str, Any]
RUNS = 3 * int(os.environ.get("OPPITUPA_RUNS", "100"))


def rows_of(problem: Json, wish: Json) -> list[Json]:
    """Every row that breaks no rule by itself."""
    teachers = {one["id"]: one for one in problem["teachers"]}
    found = []
    for day in wish["days"]:
        for start in range(wish["from"], wish["to"] - wish["length"] + 1):
            for names in permutations(teachers, len(wish["needs"])):
                row = {"activity": wish["id"], "day": day, "start": start, "teachers": list(names)}
                if not oracle._alone(wish, row, teachers, problem):
                    found.append(row)
    return found


def best(problem: Json, wishes: list[Json]) -> int | None:
    """The least total of all timetables of just these activities; None: there is none. Tries everything."""
    choices = sorted((rows_of(problem, wish) for wish in wishes), key=len)
    by_id = {one["id"]: one for one in wishes}
    teachers = {one["id"]: one for one in problem["teachers"]}
    least: list[int | None] = [None]

    def deeper(rows: list[Json]) -> None:
        cost = oracle.cost(problem, {"placed": rows})
        if least[0] is not None and cost["slot"] * problem["weights"]["slot"] >= least[0]:
            return
        if len(rows) == len(choices):
            if not oracle._sums(problem, rows, by_id, teachers):
                least[0] = cost["total"] if least[0] is None else min(least[0], cost["total"])
            return
        for row in choices[len(rows)]:
            wish = by_id[row["activity"]]
            if not any(oracle._pair(other, by_id[other["activity"]], row, wish) for other in rows):
                deeper([*rows, row])

    deeper([])
    return least[0]


def bound(problem: Json, wishes: list[Json], **how: Any) -> int | float | None:
    read = problems.read(problem)
    chosen = {one["id"] for one in wishes}
    return lower_bound(read, [number for number, one in enumerate(read.activities) if one.id in chosen], **how)


def test_bound_when_everything_is_tried_then_it_lies_never_above_the_best() -> None:
    compared = tight = above_nothing = 0
    for number in range(RUNS):
        problem = odd.problem(number, 5, days=3, slots=4)
        wishes = [one for one in problem["activities"] if rows_of(problem, one)][: 3 + number % 2]
        optimum = best(problem, wishes)
        lower = bound(problem, wishes)
        if optimum is None:
            continue
        assert lower is not None, number
        assert 0 <= lower <= optimum, number
        weak = bound(problem, wishes, work=number % 40)
        assert weak is not None, number
        assert weak <= optimum, number
        compared += 1
        tight += lower == optimum
        above_nothing += lower > 0
    assert (compared > RUNS // 2, tight > compared // 2, above_nothing > compared // 4) == (True, True, True)


def test_bound_when_nothing_else_is_wanted_then_it_is_the_best_itself() -> None:
    """Two lessons on one day beside a busy hour: in slots 1 and 4 with one idle slot, dearer than 1 and 3."""
    problem = small_problem()
    problem["groups"][0]["slot_cost"] = [9, 0, 9, 3, 1, 9, 9, 9, 9, 9]
    wishes = [activity("a", days=[0], length=2), activity("b", days=[0], length=2)]
    problem["activities"] = wishes
    assert (bound(problem, wishes), best(problem, wishes)) == (3, 3)
    problem["weights"]["gap"] = 1  # 1 and 4: 0 + 1 + one idle slot
    assert (bound(problem, wishes), best(problem, wishes)) == (2, 2)


def test_bound_when_no_teacher_can_have_the_whole_series_then_the_price_of_a_second_is_in_it() -> None:
    problem = small_problem()
    problem["groups"][0].update(slot_cost=[0] * 10, busy=[])
    problem["teachers"] = problem["teachers"][:2]
    problem["teachers"][0]["busy"], problem["teachers"][1]["busy"] = [[0, 0, 10]], [[1, 0, 10]]
    wishes = [activity(f"a{day}", days=[day], series="s") for day in (0, 1)]
    problem["activities"] = wishes
    assert (bound(problem, wishes), best(problem, wishes)) == (10, 10)
    problem["weights"]["teacher_change"] = 2.5
    assert bound(problem, wishes) == pytest.approx(2.5)


def test_bound_when_one_teacher_costs_slots_and_two_cost_a_change_then_it_takes_the_cheaper() -> None:
    problem = small_problem()
    problem["groups"][0].update(slot_cost=[0, 0, 4, 4, 4, 4, 4, 4, 4, 4], busy=[])
    problem["teachers"] = problem["teachers"][:2]
    problem["teachers"][0]["busy"], problem["teachers"][1]["busy"] = [[0, 0, 2]], [[1, 0, 2]]
    wishes = [activity(f"a{day}", days=[day], series="s") for day in (0, 1)]
    problem["activities"] = wishes
    assert (bound(problem, wishes), best(problem, wishes)) == (4, 4)
    problem["weights"]["teacher_change"] = 3
    assert (bound(problem, wishes), best(problem, wishes)) == (3, 3)


def test_bound_when_two_series_want_one_teacher_on_one_day_then_one_of_them_pays_for_a_second() -> None:
    problem = small_problem()
    problem["teachers"] = [
        {"id": name, "can": can, "busy": [], "max_slots_day": 4, "max_slots_week": 20}
        for name, can in (("both", ["field:care", "language"]), ("care", ["field:care"]), ("tongues", ["language"]))
    ]
    problem["groups"] = [{"id": name, "size": 6, "busy": [], "slot_cost": [0] * 10} for name in ("g0", "g1")]
    wishes = [
        activity(f"{group}{need}", group, need, days=[0], length=2, site="s0", series=f"{group}/contact")
        for group in ("g0", "g1")
        for need in ("field:care", "language")
    ]
    problem["activities"] = wishes
    assert bound(problem, wishes) == 10
    problem["teachers"][0]["max_slots_day"] = 8
    assert bound(problem, wishes) == 0
    problem["teachers"][0]["max_slots_week"] = 6
    assert bound(problem, wishes) == 10


def test_bound_when_series_crowd_on_single_days_then_it_lies_never_above_the_best() -> None:
    compared = above_nothing = 0
    for number in range(RUNS // 2):
        problem = odd.problem(number, 5, days=2, slots=4)
        for one in problem["activities"]:
            one.update(days=one["days"][:1], learner=None, same_teacher=None, series=one["group"])
        problem["weights"]["teacher_change"] = 7
        wishes = [one for one in problem["activities"] if rows_of(problem, one)][:5]
        optimum = best(problem, wishes)
        if optimum is None:
            continue
        lower = bound(problem, wishes)
        assert lower is not None, number
        assert lower <= optimum, number
        compared += 1
        above_nothing += lower >= 7
    assert (compared > RUNS // 8, above_nothing > compared // 20) == (True, True)


def test_bound_when_stopped_then_it_is_lower_and_still_one() -> None:
    made = instances.instance("S", 1)
    whole = bound(made.problem, made.problem["activities"])
    looks = iter([False] * 2 + [True] * 10_000)
    stopped = bound(made.problem, made.problem["activities"], stop=lambda: next(looks))
    assert (whole is not None, stopped is not None) == (True, True)
    assert 0 <= stopped < whole


def test_bound_when_nothing_is_placed_then_it_is_zero() -> None:
    assert bound(small_problem(), []) == 0


def test_bound_when_one_can_lie_nowhere_then_there_is_none() -> None:
    problem = small_problem()
    problem["activities"] = [activity("a", "g0", "nobody", series="s"), activity("b", "g0", "nobody")]
    assert bound(problem, problem["activities"][:1]) is None
    assert bound(problem, problem["activities"][1:]) is None


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_bound_when_an_instance_is_solved_then_it_lies_between_nothing_and_its_witness(seed: int) -> None:
    for size in ("tiny", "S"):
        made = instances.instance(size, seed)
        lower = bound(made.problem, made.problem["activities"])
        assert lower is not None
        assert 0 < lower <= oracle.cost(made.problem, made.witness)["total"]
        assert lower == bound(made.problem, made.problem["activities"])
