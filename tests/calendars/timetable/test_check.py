"""The judge against a timetable known by heart: a fault is planted for each rule, and it finds that one alone."""

from typing import Any

import pytest

from calendars.timetable import check, papers
from calendars.timetable.check import Broken, Verdict
from tests.calendars.timetable.small import Json, activity, changed, placed, problem, row, timetable, wish


def judged(of: Json, answer: Json, previous: Json | None = None, partial: bool = False) -> Verdict:
    before = papers.read_timetable(previous) if previous else None
    return check.judge(papers.read_problem(of), papers.read_timetable(answer), previous=before, partial=partial)


def found(change: Any, **how: Any) -> list[Broken]:
    return list(judged(*changed(change), **how).broken)


def test_judge_when_nothing_is_planted_then_nothing_is_found() -> None:
    verdict = judged(problem(), timetable())
    assert verdict == Verdict((), {"slot": 2, "teacher_change": 1, "gap": 1, "moved": 0, "total": 14}, {}, (), 0)
    assert verdict.good


def lies(day: int, start: int) -> Json:
    return {"day": day, "date": problem()["days"][day]["date"], "start": start}


def elsewhere(answer: Json, name: str, **place: Any) -> None:
    row(answer, name).update(place)


PLANTED: list[tuple[str, Any, list[Broken]]] = [
    ("an id that nobody knows", lambda p, t: t["placed"].append(placed("x", 0, 8, "t0")),
     [Broken("placed", "unknown", ("x",))]),
    ("an unknown id left out", lambda p, t: t["unplaced"].append({"activity": "x"}),
     [Broken("placed", "unknown", ("x",))]),
    ("the same row twice", lambda p, t: t["placed"].append(dict(row(t, "lang1"))),
     [Broken("placed", "twice", ("lang1",), {"times": 2})]),
    ("another place for it too", lambda p, t: t["placed"].append(placed("field", 1, 5, "t0")),
     [Broken("placed", "twice", ("field",), {"times": 2}),
      Broken("group_busy", "busy", ("field",), lies(1, 5) | {"group": "g0", "busy": [1, 6, 10]})]),
    ("placed and left out", lambda p, t: t["unplaced"].append({"activity": "peer", "why": "rooms"}),
     [Broken("placed", "both", ("peer",))]),
    ("forgotten", lambda p, t: t["placed"].remove(row(t, "peer")), [Broken("placed", "missing", ("peer",))]),
    ("none of its days", lambda p, t: wish(p, "peer").update(days=[0, 2]),
     [Broken("placed", "other_day", ("peer",), lies(1, 3) | {"days": [0, 2]})]),
    ("a day that is not there", lambda p, t: elsewhere(t, "peer", day=3),
     [Broken("placed", "other_day", ("peer",), {"day": 3, "date": None, "start": 3, "days": [1]})]),
    ("before its window", lambda p, t: wish(p, "peer").update({"from": 4}),
     [Broken("placed", "outside", ("peer",), lies(1, 3) | {"from": 4, "to": 8, "length": 2})]),
    ("beyond its window", lambda p, t: wish(p, "peer").update(to=4),
     [Broken("placed", "outside", ("peer",), lies(1, 3) | {"from": 0, "to": 4, "length": 2})]),
    ("a window that ends before it opens", lambda p, t: wish(p, "peer").update({"from": 5, "to": 2}),
     [Broken("placed", "outside", ("peer",), lies(1, 3) | {"from": 5, "to": 2, "length": 2})]),
    ("beyond the day", lambda p, t: elsewhere(t, "site1", start=9),
     [Broken("placed", "outside", ("site1",), lies(2, 9) | {"from": 0, "to": 8, "length": 2})]),
    ("before the day", lambda p, t: elsewhere(t, "site1", start=-5),
     [Broken("placed", "outside", ("site1",), lies(2, -5) | {"from": 0, "to": 8, "length": 2})]),
    ("a teacher missing", lambda p, t: elsewhere(t, "peer", teachers=["t1"]),
     [Broken("teachers", "number", ("peer",), lies(1, 3) | {"needed": 2, "given": 1})]),
    ("one too many", lambda p, t: elsewhere(t, "peer", teachers=["t1", "t2", "t0"]),
     [Broken("teachers", "number", ("peer",), lies(1, 3) | {"needed": 2, "given": 3})]),
    ("the same one twice", lambda p, t: elsewhere(t, "peer", teachers=["t1", "t1"]),
     [Broken("teachers", "same", ("peer",), lies(1, 3) | {"teacher": "t1"})]),
    ("not able", lambda p, t: elsewhere(t, "lang1", teachers=["t2"]),
     [Broken("teachers", "unable", ("lang1",), lies(0, 3) | {"teacher": "t2", "need": "language"})]),
    ("able, but in the other order", lambda p, t: wish(p, "peer").update(needs=["counsellor", "tutor"]),
     [Broken("teachers", "unable", ("peer",), lies(1, 3) | {"teacher": "t1", "need": "counsellor"})]),
    ("nobody knows her", lambda p, t: elsewhere(t, "lang1", teachers=["nobody"]),
     [Broken("teachers", "unknown", ("lang1",), lies(0, 3) | {"teacher": "nobody", "need": "language"})]),
    ("she is away", lambda p, t: p["teachers"][1]["busy"].append([0, 4, 5]),
     [Broken("teacher_busy", "busy", ("lang1",), lies(0, 3) | {"teacher": "t1", "busy": [0, 4, 5]})]),
    ("two lessons at once", lambda p, t: (elsewhere(t, "first", start=1, teachers=["t0"]),
                                          wish(p, "first").update(fixed=None)),
     [Broken("teacher_clash", "clash", ("field", "first"), lies(0, 1) | {"teacher": "t0"})]),
    ("the group is away", lambda p, t: p["groups"][0]["busy"].append([2, 3, 4]),
     [Broken("group_busy", "busy", ("talk2",), lies(2, 3) | {"group": "g0", "busy": [2, 3, 4]})]),
    ("the group twice at once", lambda p, t: elsewhere(t, "lang2", day=1, start=2),
     [Broken("group_clash", "group", ("lang2", "peer"), lies(1, 3) | {"group": "g0"})]),
    ("a talk in the lesson of her group", lambda p, t: elsewhere(t, "talk1", start=1),
     [Broken("group_clash", "group", ("site1", "talk1"), lies(2, 1) | {"group": "g0", "learner": "L1"})]),
    ("one learner twice at once", lambda p, t: (wish(p, "talk2").update(learner="L1", group="g1"),
                                                p["groups"][1].update(busy=[]), wish(p, "talk1").update(length=2),
                                                elsewhere(t, "talk2", teachers=["t2"]),
                                                wish(p, "talk2").update(same_teacher=None),
                                                elsewhere(t, "site2", start=4)),
     [Broken("group_clash", "learner", ("talk1", "talk2"), lies(2, 3) | {"group": "g1", "learner": "L1"})]),
    ("one room, two lessons", lambda p, t: (elsewhere(t, "site2", start=1, teachers=["t1"])),
     [Broken("rooms", "too_few", ("site1", "site2"),
             lies(2, 1) | {"end": 2, "site": "s0", "rooms": 1, "wanted": 2})]),
    ("no room at all", lambda p, t: p["sites"][0].update(rooms=0),
     [Broken("rooms", "too_few", ("site1", "site2"),
             lies(2, 0) | {"end": 4, "site": "s0", "rooms": 0, "wanted": 1})]),
    ("two sites on one day", lambda p, t: wish(p, "site2").update(site="s1"),
     [Broken("one_site", "several", ("site1", "site2"), lies(2, 0) | {"teacher": "t0", "sites": ["s0", "s1"]})]),
    ("a long day", lambda p, t: p["teachers"][0].update(max_slots_day=3),
     [Broken("max_slots_day", "too_many", ("site1", "site2"),
             {"day": 2, "date": "2026-01-19", "teacher": "t0", "slots": 4, "most": 3})]),
    ("a long week", lambda p, t: p["teachers"][1].update(max_slots_week=3),
     [Broken("max_slots_week", "too_many", ("lang1", "peer"), {"week": 0, "teacher": "t1", "slots": 4, "most": 3})]),
    ("twice a day", lambda p, t: elsewhere(t, "lang2", day=0, start=5),
     [Broken("once_a_day", "several", ("lang1", "lang2"), lies(0, 5) | {"value": "g0/language"})]),
    ("another counsellor", lambda p, t: elsewhere(t, "talk2", teachers=["t2"]),
     [Broken("same_teacher", "differ", ("talk2",),
             lies(2, 3) | {"value": "g0/talks", "usual": ["t3"], "teachers": ["t2"]})]),
    ("a fixed one later", lambda p, t: elsewhere(t, "first", start=1),
     [Broken("fixed", "elsewhere", ("first",),
             lies(0, 1) | {"teachers": ["t3"], "fixed": {"day": 0, "start": 0, "teachers": ["t3"]}})]),
    ("a fixed one with another", lambda p, t: elsewhere(t, "first", teachers=["t1"]),
     [Broken("fixed", "elsewhere", ("first",),
             lies(0, 0) | {"teachers": ["t1"], "fixed": {"day": 0, "start": 0, "teachers": ["t3"]}})]),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), [one[1:] for one in PLANTED], ids=[one[0] for one in PLANTED])
def test_judge_when_one_fault_is_planted_then_it_finds_that_and_nothing_else(
    change: Any, expected: list[Broken]
) -> None:
    assert found(change) == expected


def test_planted_faults_when_all_are_taken_then_every_rule_is_among_them() -> None:
    assert {one.rule for _, _, expected in PLANTED for one in expected} == set(check.RULES)


ALLOWED: list[tuple[str, Any]] = [
    ("two learners of a group at once", lambda p, t: (elsewhere(t, "talk2", start=2, teachers=["t2"]),
                                                      wish(p, "talk2").update(same_teacher=None))),
    ("a talk beside a lesson of another group", lambda p, t: elsewhere(t, "talk1", start=4)),
    ("talks need no room", lambda p, t: p["sites"].append({"id": "s2", "rooms": 0}) or [
        wish(p, name).update(site="s2") for name in ("talk1", "talk2")]),
    ("as many as there are rooms", lambda p, t: (p["sites"][0].update(rooms=2),
                                                 elsewhere(t, "site2", start=1, teachers=["t1"]))),
    ("a lesson without a site on a day at a site", lambda p, t: (elsewhere(t, "field", day=2, start=5))),
    ("as much as she may", lambda p, t: p["teachers"][0].update(max_slots_day=4, max_slots_week=4)),
    ("the next week counts anew", lambda p, t: p["teachers"][3].update(max_slots_week=4)),
    ("busy up to its first slot", lambda p, t: p["teachers"][1]["busy"].extend([[0, 0, 3], [0, 5, 10], [0, 4, 4]])),
    ("the same two in the other order", lambda p, t: (
        wish(p, "peer").update(same_teacher=7), wish(p, "lang1").update(same_teacher=7, needs=["tutor", "tutor"]),
        wish(p, "lang1").update(length=1),
        elsewhere(t, "lang1", teachers=["t2", "t1"]))),
    ("an activity without a teacher", lambda p, t: (wish(p, "peer").update(needs=[]),
                                                    elsewhere(t, "peer", teachers=[]))),
    ("the window to its last slot", lambda p, t: wish(p, "peer").update({"from": 3, "to": 5})),
]  # fmt: skip


@pytest.mark.parametrize("change", [one[1] for one in ALLOWED], ids=[one[0] for one in ALLOWED])
def test_judge_when_a_rule_is_just_kept_then_nothing_is_found(change: Any) -> None:
    assert found(change) == []


def left_out(of: Json, answer: Json) -> None:
    answer["placed"].remove(row(answer, "peer"))
    answer["unplaced"].append({"activity": "peer", "why": "teacher_clash", "needs": "one more tutor"})


def test_judge_when_one_is_named_as_unplaced_then_only_a_partial_timetable_may_do_so() -> None:
    assert found(left_out) == [Broken("placed", "unplaced", ("peer",))]
    verdict = judged(*changed(left_out), partial=True)
    assert (verdict.broken, verdict.unplaced, verdict.unplaced_slots) == ((), ("peer",), 4)


def test_judge_when_one_is_forgotten_then_partial_does_not_excuse_it() -> None:
    assert found(lambda p, t: t["placed"].remove(row(t, "peer")), partial=True) == [
        Broken("placed", "missing", ("peer",))
    ]


def test_judge_when_three_overlap_then_each_pair_is_named() -> None:
    def crowd(of: Json, answer: Json) -> None:
        of["activities"] += [activity(name, "g1", length=length) for name, length in (("a", 4), ("b", 3), ("c", 1))]
        answer["placed"] += [placed(name, 1, start, "t0") for name, start in (("a", 0), ("b", 1), ("c", 3))]

    pairs = [one.activities for one in found(crowd) if one.rule == "teacher_clash"]
    assert pairs == [("a", "b"), ("a", "c"), ("b", "c")]


def test_judge_when_a_thousand_stand_in_one_slot_then_the_findings_stay_few() -> None:
    def crowd(of: Json, answer: Json) -> None:
        of["activities"] += [activity(f"x{number}", "g1") for number in range(1000)]
        answer["placed"] += [placed(f"x{number}", 1, 0, "t0") for number in range(1000)]

    clashes = [one for one in found(crowd) if one.rule == "teacher_clash"]
    assert {name for one in clashes for name in one.activities} == {f"x{number}" for number in range(1000)}
    assert len(clashes) < 16_000


def cost(change: Any, **how: Any) -> Json:
    return judged(*changed(change), **how).cost


def test_cost_when_the_lesson_lies_at_a_site_then_it_has_no_slot_cost_and_fills_no_gap() -> None:
    def visit(of: Json, answer: Json) -> None:
        wish(of, "lang1").update(days=[0], site="s1")
        elsewhere(answer, "field", start=0)
        elsewhere(answer, "lang2", day=0, start=7)
        wish(of, "lang2").update(to=9)

    # field in slots 0-2 (cost 2 at its start) and lang2 in 7-9 (cost 1); lang1 at the site in 3-5 fills nothing
    assert cost(visit) == {"slot": 3, "teacher_change": 1, "gap": 5, "moved": 0, "total": 23}


def test_cost_when_talks_have_no_site_then_they_count_for_their_group() -> None:
    def by_telephone(of: Json, answer: Json) -> None:
        for name, start in (("talk1", 6), ("talk2", 8)):
            wish(of, name).update(site=None, to=10)
            elsewhere(answer, name, start=start)

    assert cost(by_telephone) == {"slot": 2 + 1 + 2, "teacher_change": 1, "gap": 1 + 1, "moved": 0, "total": 19}


def test_cost_when_a_series_needs_two_then_two_are_no_change_and_a_third_is_one() -> None:
    def shared(of: Json, answer: Json) -> None:
        wish(of, "lang1").update(series="g0/peer")

    assert cost(shared)["teacher_change"] == 0  # lang1 and peer have t1 and t2; lang2 alone has t3
    assert cost(lambda p, t: (shared(p, t), elsewhere(t, "lang1", teachers=["t0"])))["teacher_change"] == 1


def test_cost_when_the_one_that_needs_two_is_unplaced_then_it_allows_nothing() -> None:
    def lone(of: Json, answer: Json) -> None:
        left_out(of, answer)
        of["activities"] += [activity(f"more{number}", "g0", "tutor", series="g0/peer", days=[2]) for number in (0, 1)]
        answer["placed"] += [placed("more0", 2, 4, "t1"), placed("more1", 2, 6, "t2")]

    assert cost(lone)["teacher_change"] == 2


def test_moved_when_day_start_or_set_of_teachers_differ_then_each_counts_once() -> None:
    was = timetable()
    row(was, "field").update(day=1, start=3)
    row(was, "peer").update(teachers=["t2", "t1"])
    row(was, "site1").update(start=5)
    row(was, "talk1").update(teachers=["t2"])
    was["placed"].remove(row(was, "talk2"))
    was["placed"].append(placed("gone", 0, 0, "t0"))
    verdict = judged(problem(), timetable(), previous=was)
    assert (verdict.cost["moved"], verdict.cost["total"]) == (3, 14 + 15)
    assert verdict.misstated == {"moved": (0, 3), "total": (14, 29)}


def test_misstated_when_a_figure_is_wrong_then_it_is_named_and_the_timetable_is_not_good() -> None:
    verdict = judged(*changed(lambda p, t: t["cost"].update(gap=0, total=12)))
    assert (verdict.broken, verdict.misstated, verdict.good) == ((), {"gap": (0, 1), "total": (12, 14)}, False)


def test_misstated_when_nothing_is_stated_then_nothing_is() -> None:
    assert judged(*changed(lambda p, t: (t.pop("cost"), t.pop("bound")))).good


def test_misstated_when_moves_cannot_be_counted_then_they_are_taken_as_stated() -> None:
    assert judged(*changed(lambda p, t: t["cost"].update(moved=2, total=24))).good
    assert judged(*changed(lambda p, t: t["cost"].update(moved=2, total=14))).misstated == {"total": (14, 24)}


def test_misstated_when_the_bound_lies_above_the_cost_then_it_is_no_bound() -> None:
    assert judged(*changed(lambda p, t: t.update(bound=14))).good
    assert judged(*changed(lambda p, t: t.update(bound=15))).misstated == {"bound": (15, 14)}


def test_total_when_weights_have_decimals_then_a_rounding_is_no_fault() -> None:
    change = changed(lambda p, t: (p["weights"].update(slot=0.1, gap=0.2), t["cost"].update(total=10.4)))
    assert judged(*change).good
