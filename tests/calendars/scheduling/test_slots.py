"""Slots: a plan's hours become whole numbers and come back to the second, also over a night when the clocks change."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.clock import local
from calendars.scheduling.slots import Grid, Span, grid_of

ZONE = "Europe/Helsinki"
BEFORE, AFTER = date(2026, 3, 27), date(2026, 3, 30)
"""The Friday and the Monday around the night of the change."""


def span(day: date, starts: str, ends: str, zone: str = ZONE) -> Span:
    return local(day, time.fromisoformat(starts), zone), local(day, time.fromisoformat(ends), zone)


GRID = grid_of(ZONE, [span(BEFORE, "09:00", "11:30"), span(AFTER, "12:30", "15:00")])


@pytest.mark.parametrize(
    ("hours", "lengths", "expected"),
    [
        ([("09:00", "15:00"), ("10:00", "12:00")], (), (540, 60, 6)),
        ([("09:00", "11:30"), ("12:30", "15:00")], (), (540, 30, 12)),
        ([("09:15", "10:00")], (), (555, 15, 3)),
        ([("09:00", "15:00")], (20,), (540, 20, 18)),
        ([("09:00", "15:00")], (90, 60), (540, 30, 12)),
        ([("09:00", "09:07")], (), (540, 15, 1)),
        ([("17:00", "19:00")], (), (1020, 60, 2)),
    ],
)
def test_grid_when_made_then_the_longest_slots_that_fit_every_hour(
    hours: list[tuple[str, str]], lengths: tuple[int, ...], expected: tuple[int, int, int]
) -> None:
    grid = grid_of(ZONE, [span(BEFORE, *one) for one in hours], lengths)
    assert (grid.opens, grid.minutes, grid.per_day) == expected


def test_grid_when_the_clocks_change_then_nine_is_nine_on_the_wall() -> None:
    first, second = GRID.instants(0, 0, 2), GRID.instants(1, 0, 2)
    assert [one.hour for one in first] == [7, 8]
    assert [one.hour for one in second] == [6, 7]
    assert {at.astimezone(ZoneInfo(ZONE)).time() for at in (first[0], second[0])} == {time(9)}


def test_grid_when_weeks_are_counted_then_over_a_new_year_too() -> None:
    days = [date(2026, 12, 28), date(2027, 1, 1), date(2027, 1, 4)]
    assert grid_of(ZONE, [span(day, "09:00", "10:00") for day in days]).weeks == (0, 0, 1)


@pytest.mark.parametrize(
    ("hours", "touched", "inside", "exactly"),
    [
        (("09:00", "11:30"), [(0, 0, 5)], (0, 0, 5), (0, 0, 5)),
        (("09:10", "10:10"), [(0, 0, 3)], (0, 1, 2), None),
        (("08:00", "09:30"), [(0, 0, 1)], (0, 0, 1), None),
        (("14:45", "18:00"), [(0, 11, 12)], None, None),
        (("06:00", "08:00"), [], None, None),
        (("09:05", "09:25"), [(0, 0, 1)], None, None),
    ],
)
def test_span_when_laid_on_the_grid_then_what_it_touches_holds_and_is(
    hours: tuple[str, str], touched: object, inside: object, exactly: object
) -> None:
    one = span(BEFORE, *hours)
    assert (GRID.touched(*one), GRID.inside(*one), GRID.exactly(*one)) == (touched, inside, exactly)


def test_span_when_over_several_days_then_every_slot_of_the_days_between() -> None:
    away = (local(BEFORE, time(13), ZONE), local(AFTER, time(10), ZONE))
    assert GRID.touched(*away) == [(0, 8, 12), (1, 0, 2)]


@given(
    zone=st.sampled_from(["Europe/Helsinki", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]),
    first=st.dates(date(2025, 1, 1), date(2028, 12, 31)),
    minutes=st.sampled_from([5, 10, 15, 20, 30, 60]),
    slot=st.integers(0, 8),
    length=st.integers(1, 6),
)
def test_slots_when_turned_into_instants_then_they_come_back(
    zone: str, first: date, minutes: int, slot: int, length: int
) -> None:
    grid = Grid(zone, 9 * 60, minutes, 14, tuple(first + timedelta(days=n) for n in range(9)))
    for day in range(9):
        starts, ends = grid.instants(day, slot, length)
        assert grid.exactly(starts, ends) == (day, slot, slot + length)
        assert grid.touched(starts, ends) == [(day, slot, slot + length)]
        assert (ends - starts) == timedelta(minutes=minutes * length)


def test_a_span_of_no_length_touches_nothing() -> None:
    at: datetime = local(BEFORE, time(9), ZONE)
    assert GRID.touched(at, at) == []
