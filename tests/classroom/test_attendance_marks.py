"""The rule of attendance, 6 to 8: from intervals to seconds and a state, each edge by hand."""

import pytest

from calendars.clock import Interval
from classroom.attendance import counted, reckon
from classroom.testimony import LessonTimes, Line, Rules, Trace
from tests.classroom.lines import LESSON, excuse, failed, held, hers, outage, pause, provided, said, span, touches

# Rule 6: the counted seconds.


def counted_of(*lines: Line) -> tuple[Interval, ...]:
    return counted(Trace(LESSON, Rules(), (), lines))


def test_counted_when_never_held_then_as_planned_without_pauses() -> None:
    assert counted_of() == (Interval(1000, 2000),)
    assert counted_of(pause(1100, 1200), pause(1150, 1250), pause(1300, 1300), pause(1990, 2050)) == (
        Interval(1000, 1100),
        Interval(1250, 1990),
    )


def test_counted_when_held_several_times_then_the_one_received_last() -> None:
    assert counted_of(held(1000, 1500, 10, "b"), held(950, 1600, 11, "a"), held(1, 2, 9, "z")) == (Interval(950, 1600),)
    assert counted_of(held(1000, 1500, 10, "b"), held(950, 1600, 10, "a")) == (Interval(1000, 1500),)
    assert counted_of(held(950, 1600, 10, "i10"), held(1000, 1500, 10, "i9")) == (Interval(1000, 1500),)


def test_counted_when_held_beyond_the_doors_then_cut() -> None:
    assert counted_of(held(0, 5000)) == (Interval(900, 2100),)
    assert counted_of(held(2100, 5000)) == ()
    assert counted_of(held(1200, 1200)) == ()


def test_seconds_when_some_lie_outside_the_counted_then_only_those_inside() -> None:
    result = hers(span(950, 1500), said("paper", 1500, 2050), pause(1400, 1450), pause(1600, 1700))
    assert dict(result.seconds) == {
        "evidenced": 450,
        "room": 0,
        "service_gap": 0,
        "bridged": 0,
        "corrected": 400,
        "present": 850,
    }


def test_present_when_rules_count_some_kinds_then_only_those() -> None:
    lines: list[Line] = [span(1000, 1100), said("paper", 1100, 1900), provided("joined", 1950), provided("left", 2000)]
    result = hers(lines, counts=("corrected", "bridged"))
    assert (result.seconds["present"], result.late_by, result.left_early_by) == (800, 100, 100)
    assert hers(lines, counts=()).late_by is None


def test_late_by_when_pauses_lie_before_then_only_counted_seconds() -> None:
    result = hers(span(1300, 1700), pause(1100, 1200), pause(1250, 1350), pause(1650, 1800))
    assert (result.late_by, result.left_early_by) == (150, 200)


def test_late_by_when_present_only_outside_the_counted_then_null() -> None:
    result = hers(span(900, 1000), span(2000, 2100))
    assert (result.late_by, result.left_early_by, result.state) == (None, None, "absent")


# Rule 7: the state.


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ([span(1000, 2000)], "present"),
        ([span(1000, 1850)], "present"),
        ([span(1000, 1849)], "partly"),
        ([held(1000, 1000), span(1000, 2000), excuse("own_illness")], "not_held"),
        ([pause(1000, 2000), span(1000, 2000)], "not_held"),
        ([excuse("agreed_leave", 9999), failed("link", 1000)], "excused"),
        ([excuse("unauthorised"), failed("link", 1000)], "could_not_enter"),
        ([excuse("unauthorised"), excuse("child_ill")], "excused"),
        ([excuse("own_illness"), span(1000, 1001)], "partly"),
        ([failed("room_full", 900)], "could_not_enter"),
        ([failed("room_full", 899)], "absent"),
        ([failed("network", 2099)], "could_not_enter"),
        ([failed("network", 2100)], "absent"),
        ([failed("too_early", 1000)], "absent"),
        ([failed("too_early", 1000), failed("device", 1000)], "could_not_enter"),
        ([], "absent"),
    ],
)
def test_state_when_lines_are_such_then_the_register_says(lines: list[Line], state: str) -> None:
    assert hers(lines).state == state


@pytest.mark.parametrize(
    ("starts", "ends", "state"),
    [
        (1300, 2000, "present"),
        (1301, 2000, "late"),
        (1000, 1700, "present"),
        (1000, 1699, "left_early"),
        (1301, 1699, "late"),
    ],
)
def test_state_when_late_or_gone_then_after_more_than_late_after(starts: int, ends: int, state: str) -> None:
    assert hers(span(starts, ends), present_percent=30).state == state


# Rule 8, and the whole.


def test_learners_when_expected_or_with_any_line_then_in_the_answer() -> None:
    lines: list[Line] = [*touches("ack", 1000, learner="L3"), excuse("child_ill"), outage(1000, 1100, "c1")]
    result = reckon(Trace(LESSON, Rules(), ("L9", "L2", "L9"), lines))
    assert {learner: one.state for learner, one in result.items()} == {
        "L1": "excused",
        "L2": "absent",
        "L3": "absent",
        "L9": "absent",
    }
    assert list(result) == sorted(result)


def test_scenario_four_when_two_devices_and_a_hole_then_105_of_120_minutes() -> None:
    minute = 60
    lesson = LessonTimes(starts=0, ends=120 * minute, doors_open=-600, doors_close=130 * minute)
    lines: list[Line] = [
        span(-5 * minute, 40 * minute, "leave"),
        span(38 * minute, 80 * minute, "lost", "laptop"),
        span(95 * minute, 125 * minute, "leave"),
    ]
    result = reckon(Trace(lesson, Rules(), ("L1",), lines))["L1"]
    assert (result.seconds["present"], result.state) == (105 * minute, "present")
