"""A plan becomes a problem that the judge can read, and an answer becomes lessons: nothing is lost on the way."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from calendars.errors import Invalid
from calendars.scheduling import answered, weights
from calendars.scheduling.problems import Group, Plan, Posed, Teacher, pose
from calendars.scheduling.settled import matched, subtracted
from calendars.scheduling.wanted import Standing, of_group, pauses
from calendars.timetable.check import judge
from calendars.timetable.papers import read_problem, read_timetable
from calendars.timetable.problem import read
from calendars.timetable.solve import solve
from tests.calendars.greedy import Greedy
from tests.calendars.scheduling.test_wanted import BEFORE, MONDAY, ZONE, at, school_day, standing

DAYS = [school_day(MONDAY + timedelta(days=n)) for n in (0, 1, 2, 7, 21)]
"""The last one lies behind the night when the clocks change."""
ABLE = frozenset({"field:logistics", "language", "teacher"})


def teacher(id: str = "t1", **facts: Any) -> Teacher:
    return Teacher(**({"id": id, "can": ABLE} | facts))


def plan(*held: Standing, mode: Any = "missing", **facts: Any) -> Plan:
    wanted = of_group("g", "logistics", DAYS, held, BEFORE, mode)
    group = Group(id="g", size=6, taken=[span for day in DAYS for span in pauses(day)])
    told = {"zone": ZONE, "wanted": wanted, "teachers": [teacher()], "groups": [group], "rooms": {}}
    return Plan(**(told | facts))


def solved(asked: Plan) -> tuple[Posed, dict[str, Any], list[answered.Placed]]:
    posed = pose(asked)
    answer = Greedy(posed.problem).solve()
    verdict = judge(read_problem(posed.problem), read_timetable(answer), partial=True)
    assert verdict.broken == ()
    return posed, answer, list(answered.placed(answered.meaning(asked, posed), answer))


def test_plan_when_solved_then_every_lesson_stands_at_hours_of_the_wall_and_eats_at_noon() -> None:
    _, answer, found = solved(plan())
    assert answer["unplaced"] == []
    assert [(one.day, one.starts, one.ends) for one in found] == [
        (day.id, *at(hours, day.date)) for day in DAYS for hours in ("09:00-11:00", "13:00-15:00")
    ]
    assert {one.leaders for one in found} == {(("t1", "teacher"),)}


def test_plan_when_made_into_a_problem_twice_then_the_same_bytes() -> None:
    assert pose(plan()).problem == pose(plan()).problem


def test_lesson_when_it_stays_then_it_is_fixed_and_not_told_again() -> None:
    held = standing("10:00-12:00", needs=("field:logistics",), leaders=("t1",))
    posed, _, found = solved(plan(held))
    fixed = {one["id"]: one["fixed"] for one in posed.problem["activities"] if one["fixed"]}
    assert fixed == {"L1": {"day": 0, "start": 1, "teachers": ["t1"]}}
    assert "L1" not in {one.lesson for one in found}
    assert len(found) == 9


def test_lesson_when_it_may_move_then_its_id_comes_back_and_where_it_stood_is_told_to_the_search() -> None:
    held = standing("13:00-15:00", needs=("field:logistics",), leaders=("t1",))
    posed, _, found = solved(plan(held, mode="anew"))
    assert posed.previous is not None
    assert posed.previous["placed"] == [{"activity": "L1", "day": 0, "start": 4, "teachers": ["t1"]}]
    assert sorted(one.lesson or "" for one in found) == [""] * 9 + ["L1"]


@pytest.mark.parametrize(
    ("facts", "busy"),
    [
        ({"works": {"mon": [(time(10), time(14))]}}, [[0, 0, 1], [0, 5, 6], [1, 0, 6], [2, 0, 6]]),
        ({"taken": [at("08:00-10:30")]}, [[0, 0, 2]]),
        ({"taken": [at("11:00-12:00"), at("14:10-14:20", MONDAY + timedelta(days=1))]}, [[0, 2, 3], [1, 5, 6]]),
    ],
)
def test_teacher_when_she_cannot_then_those_slots_are_busy(facts: dict[str, Any], busy: list[list[int]]) -> None:
    days = {0, 1, 2}
    asked = plan(teachers=[teacher(**facts)])
    found = pose(asked).problem["teachers"][0]["busy"]
    assert [one for one in found if one[0] in days] == busy


def test_teacher_when_her_hours_are_counted_then_in_whole_slots() -> None:
    asked = plan(teachers=[teacher(minutes_a_day=250, minutes_a_week=600), teacher("t2")])
    found = [(one["max_slots_day"], one["max_slots_week"]) for one in pose(asked).problem["teachers"]]
    assert found == [(4, 10), (6, 42)]


def test_group_when_its_people_are_not_free_then_those_slots_cost() -> None:
    asked = plan(groups=[Group(id="g", size=6, disliked={"mon_am": 5, "tue_am": 1, "wed_pm": 9})])
    # three Mondays, a Tuesday, a Wednesday: (3 × 5 + 1) / 5 in the morning, 9 / 5 in the afternoon
    assert pose(asked).problem["groups"][0]["slot_cost"] == [3, 3, 3, 2, 2, 2]


def test_house_when_nobody_counted_its_rooms_then_there_are_enough() -> None:
    asked = plan(rooms={"house": None, "barn": 2})
    assert pose(asked).problem["sites"] == [{"id": "barn", "rooms": 2}, {"id": "house", "rooms": 1}]


@pytest.mark.parametrize(
    ("held", "facts"),
    [
        ([standing("10:07-12:00", leaders=("t1",))], {}),
        ([standing("10:00-12:00", leaders=("t1",))], {"teachers": [teacher(taken=[at("11:00-12:00")])]}),
        ([standing("09:00-13:00", leaders=("t1",))], {"teachers": [teacher(minutes_a_day=180)]}),
        (
            [
                standing("10:00-12:00", leaders=("t1",), needs=("field:logistics",)),
                standing("11:00-13:00", id="L2", leaders=("t1",), needs=("language",)),
            ],
            {},
        ),
    ],
)
def test_lesson_when_it_breaks_a_rule_by_itself_then_its_hours_are_taken_and_the_rest_is_planned_around(
    held: list[Standing], facts: dict[str, Any]
) -> None:
    posed, _, found = solved(plan(*held, **facts))
    assert posed.left_out == (held[-1].id,)
    spans = [(one.starts, one.ends) for one in found]
    assert all(one.ends <= starts or ends <= one.starts for one in held for starts, ends in spans)


def test_lesson_when_at_an_odd_minute_then_it_does_not_cut_everybodys_day_into_minutes() -> None:
    assert pose(plan(standing("10:07-12:00", leaders=("t1",)))).grid.minutes == 60


def test_leader_when_she_leads_what_nobody_wrote_down_that_she_can_then_she_is_asked_for_by_name() -> None:
    held = standing("10:00-12:00", needs=("field:logistics",), leaders=("t2",))
    asked = plan(held, teachers=[teacher(), teacher("t2", can=frozenset({"tutor"}))])
    posed, _, _ = solved(asked)
    fixed = next(one for one in posed.problem["activities"] if one["id"] == "L1")
    assert (fixed["needs"], fixed["fixed"]["teachers"]) == (["as:t2"], ["t2"])


def test_lesson_when_one_of_two_tutors_is_there_then_the_other_is_sought_and_she_stays() -> None:
    held = standing("10:00-12:00", needs=("tutor", "tutor"), leaders=("t2",), id="L9")
    tutors = [teacher(id, can=frozenset({"tutor"})) for id in ("t2", "t3")]
    _, _, found = solved(plan(held, teachers=[teacher(), *tutors]))
    assert [(one.starts, one.leaders) for one in found if one.lesson == "L9"] == [
        (held.starts, (("t2", "tutor"), ("t3", "tutor")))
    ]


@pytest.mark.parametrize("leaders", [(), ("t1",)])
def test_lesson_when_nobody_is_found_for_it_then_its_hours_and_its_leader_stay_taken(leaders: tuple[str, ...]) -> None:
    """The group meets then all the same: another lesson laid there could not be published."""
    held = standing("10:00-12:00", needs=("tutor", "tutor"), leaders=leaders, id="L9")
    others = [teacher(can=ABLE | {"tutor"}), teacher("t2", can=ABLE, works={"tue": [(time(9), time(15))]})]
    asked = plan(held, teachers=others)
    posed, _, found = solved(asked)
    answer = solve(read(posed.problem), effort=2000, firm=True)
    verdict = judge(read_problem(posed.problem), read_timetable(answer), partial=True)
    assert verdict.broken == ()
    meant = answered.meaning(asked, posed)
    for each in (found, list(answered.placed(meant, answer))):
        assert [one for one in each if one.lesson == "L9"] == []
        assert [one for one in each if one.starts < held.ends and held.starts < one.ends] == []
        assert len(each) == 9  # two on each of four days, and what the hours left of the first one
    missing = [one.needs for one in answered.unplaced(meant, answer)]
    assert sorted(missing) == [("language",), ("tutor", "tutor")]


def test_wanted_when_nobody_can_then_it_comes_back_as_unplaced_with_its_day() -> None:
    asked = plan(teachers=[teacher(can=frozenset({"language"}))])
    posed, answer, found = solved(asked)
    missing = list(answered.unplaced(answered.meaning(asked, posed), answer))
    assert [(one.group, one.date, one.needs) for one in missing] == [
        ("g", day.date, ("field:logistics",)) for day in DAYS
    ]
    assert len(found) == len(DAYS)


def test_always_the_same_teacher_is_a_rule_and_much_is_a_wish() -> None:
    told = {word: {one["same_teacher"] for one in pose(plan(words={"teacher": word})).problem["activities"]}
            for word in ("much", "always")}  # fmt: skip
    assert told == {"much": {None}, "always": {"g/field:logistics", "g/language"}}


def test_weights_when_said_in_words_then_more_weighs_more() -> None:
    found = [weights.numbers({"hours": word})["slot"] for word in weights.HOW_MUCH]
    assert found == sorted(set(found))
    assert weights.strictest([{"gaps": "little"}, {"gaps": "very"}, {}]) == {
        "teacher": "much", "hours": "much", "gaps": "very",
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        weights.checked({"hours": "always"})
    assert refused.value.facts["field"] == "hours"


@pytest.mark.parametrize(
    ("needs", "leaders", "expected"),
    [
        (("language", "field:logistics"), ("t1",), (("language", "field:logistics"), ("t1",))),
        (("tutor", "language"), ("t1",), (("language", "tutor"), ("t1",))),
        (("tutor",), ("t1",), (("tutor",), ("t1",))),
        (("language",), ("t1", "t2"), (("language", "as:t2"), ("t1", "t2"))),
    ],
)
def test_leaders_when_matched_with_needs_then_in_one_order(
    needs: tuple[str, ...], leaders: tuple[str, ...], expected: object
) -> None:
    free = of_group("g", "logistics", DAYS[:1], (), BEFORE, "anew")[0]
    asked = replace(free, needs=needs, standing=standing("10:00-12:00", leaders=leaders))
    assert matched(asked, {"t1": ABLE}) == expected


def test_slots_when_some_are_taken_out_then_the_rest() -> None:
    assert subtracted([(0, 0, 6), (1, 0, 6)], [(0, 1, 2), (0, 4, 9), (1, 0, 6)]) == [(0, 0, 1), (0, 2, 4)]


def test_meaning_survives_json_and_says_the_date_of_each_day() -> None:
    asked = plan()
    posed = pose(asked)
    assert answered.grid_in(answered.meaning(asked, posed)) == posed.grid
    assert posed.grid.dates[-1] == date(2026, 3, 30)
