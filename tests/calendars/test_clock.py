"""Instants and intervals: half-open seconds, local times across both clock changes, a clock that no step disturbs."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.clock import (
    Clock,
    Interval,
    SetClock,
    day_of,
    local,
    monday_of,
    parse_instant,
    rfc3339,
    same_hour,
    seconds,
    united,
    wall_length,
    without,
    zones_of,
)
from calendars.errors import Invalid

HELSINKI = "Europe/Helsinki"
spans = st.builds(
    lambda starts, length: Interval(starts, starts + length), st.integers(0, 200), st.integers(0, 40)
)  # fmt: skip


@given(st.lists(spans))
def test_united_when_any_intervals_then_maximal_and_the_same_seconds(intervals: list[Interval]) -> None:
    whole = united(intervals)
    cells = {second for one in intervals for second in range(one.starts, one.ends)}
    assert {second for one in whole for second in range(one.starts, one.ends)} == cells
    assert sum(one.seconds for one in whole) == len(cells)
    assert all(before.ends < after.starts for before, after in pairwise(whole))


@given(st.lists(spans), st.lists(spans))
def test_without_when_any_intervals_then_exactly_the_rest(intervals: list[Interval], taken: list[Interval]) -> None:
    cells = {second for one in intervals for second in range(one.starts, one.ends)}
    gone = {second for one in taken for second in range(one.starts, one.ends)}
    left = without(intervals, taken)
    assert {second for one in left for second in range(one.starts, one.ends)} == cells - gone
    assert all(one.seconds > 0 for one in left) or not any(one.seconds for one in intervals)


@given(spans, spans)
def test_cut_when_two_spans_then_what_lies_in_both(one: Interval, other: Interval) -> None:
    both = set(range(one.starts, one.ends)) & set(range(other.starts, other.ends))
    assert one.cut(other).seconds == len(both) == other.cut(one).seconds


@pytest.mark.parametrize(
    ("day", "at", "instant"),
    [
        (date(2026, 3, 28), time(9), datetime(2026, 3, 28, 7, tzinfo=UTC)),
        (date(2026, 3, 29), time(9), datetime(2026, 3, 29, 6, tzinfo=UTC)),
        (date(2026, 10, 25), time(3, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # comes twice: the first
        (date(2026, 10, 26), time(9), datetime(2026, 10, 26, 7, tzinfo=UTC)),
    ],
)
def test_local_when_clocks_change_then_the_right_instant(day: date, at: time, instant: datetime) -> None:
    assert local(day, at, HELSINKI) == instant


def test_day_when_late_in_the_evening_then_the_local_one() -> None:
    assert day_of(datetime(2026, 3, 9, 21, 59, tzinfo=UTC), HELSINKI) == date(2026, 3, 9)
    assert day_of(datetime(2026, 3, 9, 22, 0, tzinfo=UTC), HELSINKI) == date(2026, 3, 10)


def test_clock_when_wall_steps_then_durations_stay_and_drift_tells() -> None:
    clock = Clock(timedelta(days=3))
    before = clock.now()
    clock._anchor += timedelta(hours=1)  # as if the wall had been an hour ahead when it was read
    assert timedelta(minutes=59) < clock.now() - before < timedelta(minutes=61)
    assert -3601 < clock.drift() < -3599
    clock.anchor()
    assert abs(clock.drift()) < 1
    assert abs(clock.now() - before) < timedelta(seconds=5)


def test_set_clock_when_moved_then_it_stands_there() -> None:
    clock = SetClock(datetime(2026, 1, 1, tzinfo=UTC))
    assert clock.forward(minutes=5) == clock.now() == datetime(2026, 1, 1, 0, 5, tzinfo=UTC)
    assert clock.drift() == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "2026-03-09T10:00:00", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00",
    ],
)  # fmt: skip
def test_instant_when_unreadable_or_without_zone_then_refused(text: str) -> None:
    with pytest.raises(Invalid, match="bad_time"):
        parse_instant(text)


def test_instant_when_written_then_read_back_with_any_offset() -> None:
    instant = datetime(2026, 3, 9, 8, 0, 0, tzinfo=UTC)
    assert rfc3339(instant) == "2026-03-09T08:00:00Z"
    assert rfc3339(instant, HELSINKI) == "2026-03-09T10:00:00+02:00"
    assert {parse_instant(rfc3339(instant, zone)) for zone in ("UTC", HELSINKI, "Asia/Kathmandu")} == {instant}
    assert seconds(instant + timedelta(microseconds=999_999)) == seconds(instant) == 1773043200


def test_zones_of_when_country_then_the_usual_one_first() -> None:
    assert zones_of("FI") == ("Europe/Helsinki",)
    assert zones_of("EE") == ("Europe/Tallinn",)
    assert zones_of("DE-BY")[0] == "Europe/Berlin"
    assert zones_of("QQ") == ()


def test_wall_length_when_the_clock_is_set_between_then_what_the_wall_says() -> None:
    starts, ends = local(date(2026, 3, 29), time(2), HELSINKI), local(date(2026, 3, 29), time(5), HELSINKI)
    assert (ends - starts, wall_length(starts, ends, HELSINKI)) == (timedelta(hours=2), timedelta(hours=3))


def test_same_hour_when_the_clock_is_set_between_then_the_wall_shows_the_same() -> None:
    before = datetime(2026, 3, 27, 8, tzinfo=UTC)
    assert same_hour(date(2026, 3, 30), before, HELSINKI) == datetime(2026, 3, 30, 7, tzinfo=UTC)


def test_monday_of_when_each_day_of_two_weeks_then_the_first_of_its_own() -> None:
    days = [date(2026, 12, 28) + timedelta(days=n) for n in range(14)]
    assert [monday_of(day) for day in days] == [days[0]] * 7 + [days[7]] * 7
