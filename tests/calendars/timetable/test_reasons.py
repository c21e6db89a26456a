"""Whoever does what is said to help finds that it helps."""

import copy
from typing import Any

import pytest

from calendars.timetable.problem import read
from calendars.timetable.solve import solve
from tests.calendars.timetable import brute, odd, small

Json = dict[str, Any]


def helped(problem: Json, one: Json, told: Json) -> Json | None:
    """The problem after somebody did what the help says; nothing where it says no single thing to do."""
    made = copy.deepcopy(problem)
    teachers = {teacher["id"]: teacher for teacher in made["teachers"]}
    match told:
        case {"code": "teacher_needed" | "teacher_in_week", "need": need}:
            fresh = {"id": "fresh", "can": [need], "busy": [], "max_slots_day": 9, "max_slots_week": 99}
            made["teachers"].append(fresh)
        case {"code": "room", "site": site}:
            next(place for place in made["sites"] if place["id"] == site)["rooms"] += 1
        case {"code": "group_free", "group": group}:
            next(each for each in made["groups"] if each["id"] == group)["busy"] = []
        case {"code": "longer_day", "teacher": name, "more": more}:
            teachers[name]["max_slots_day"] += more
        case {"code": "longer_week", "teacher": name, "more": more}:
            teachers[name]["max_slots_week"] += more
        case {"code": "window", "length": length}:
            mine = next(each for each in made["activities"] if each["id"] == one["id"])
            mine["from"], mine["to"] = 0, max(mine["to"], length)
        case _:
            return None
    return made


def single(number: int) -> Json:
    """Activities with one need, none tied or fixed: what helps one of them is one thing."""
    made = odd.problem(number, activities=4, days=2, slots=3)
    for one in made["activities"]:
        one |= {"fixed": None, "same_teacher": None, "needs": one["needs"][:1] or ["tutor"]}
    return made


@pytest.mark.parametrize("number", range(40))
def test_unplaced_when_its_help_is_given_then_more_can_be_placed(number: int) -> None:
    problem = single(number)
    made = solve(read(problem), effort=3000)
    lost = brute.best(problem)[0]
    activities = {one["id"]: one for one in problem["activities"]}
    for told in made["unplaced"]:
        better = helped(problem, activities[told["activity"]], told["help"])
        alone = len(activities[told["activity"]]["needs"]) == 1
        if better is not None and alone and told["why"] not in ("teachers", "placed"):
            assert brute.best(better)[0] < lost, told


@pytest.mark.parametrize(
    ("change", "why", "needs"),
    [
        ({"days": []}, "placed", "a day on which it may lie"),
        ({"from": 3, "to": 4}, "placed", "a window of 2 slots or more; it has 1"),
        ({"needs": ["singing"]}, "teachers", "one more teacher for singing"),
        ({"needs": ["field:logistics"] * 2}, "teachers", "2 different teachers for field:logistics, field:logistics"),
        ({"days": [1], "from": 6, "to": 8}, "group_busy", "the group g0 free on 2026-01-16 from slot 6 to 8"),
    ],
)
def test_unplaced_when_one_rule_stands_in_the_way_then_it_is_named(change: Json, why: str, needs: str) -> None:
    problem = small.problem() | {"activities": [small.activity("a0") | change]}
    [told] = solve(read(problem), effort=10)["unplaced"]
    assert (told["activity"], told["why"], told["needs"]) == ("a0", why, needs)


def test_unplaced_when_two_fixed_clash_then_one_stays_and_the_other_says_with_whom() -> None:
    spots = [{"day": 0, "start": 2, "teachers": [name]} for name in ("t0", "t1")]
    acts = [small.activity(f"a{place}", fixed=spot) for place, spot in enumerate(spots)]
    made = solve(read(small.problem() | {"activities": acts}), effort=10)
    [told] = made["unplaced"]
    assert [row["activity"] for row in made["placed"]] == [name for name in ("a0", "a1") if name != told["activity"]]
    assert (told["why"], told["needs"]) == (
        "group_clash",
        "another time for what the group g0 has on 2026-01-15 from slot 2 to 4",
    )
