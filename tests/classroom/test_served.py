"""What a server tells counts for the time in which it gave the room, to the second, and a little for its clock."""

from datetime import timedelta

import pytest

from classroom.served import Span, fitted
from tests.calendars.planned import MONDAY

SPANS = (Span(None, MONDAY + timedelta(seconds=1000)), Span(MONDAY + timedelta(seconds=2000), None))


@pytest.mark.parametrize(
    ("event", "at", "counts"),
    [
        ("joined", -500, -500), ("joined", 999, 999), ("joined", 1000, None), ("joined", 1500, None),
        ("joined", 1879, None), ("joined", 1880, 2000), ("joined", 2000, 2000), ("joined", 5000, 5000),
        ("left", 999, 999), ("left", 1000, 1000), ("left", 1500, 1000), ("left", 1999, 1000), ("left", 2000, 2000),
    ],
)  # fmt: skip
def test_fitted_when_a_lesson_was_with_a_server_twice_then_only_those_times(
    event: str, at: int, counts: int | None
) -> None:
    found = fitted(SPANS, event == "joined", MONDAY + timedelta(seconds=at))
    assert found == (None if counts is None else MONDAY + timedelta(seconds=counts))


@pytest.mark.parametrize(("event", "at", "counts"), [("joined", -60, 0), ("left", -30, 0), ("left", -121, None)])
def test_fitted_when_their_clock_is_a_little_behind_then_from_when_the_lesson_came(
    event: str, at: int, counts: int | None
) -> None:
    found = fitted((Span(MONDAY, None),), event == "joined", MONDAY + timedelta(seconds=at))
    assert found == (None if counts is None else MONDAY + timedelta(seconds=counts))
