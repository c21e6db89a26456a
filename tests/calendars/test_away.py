"""When people are not there: the hours in which somebody works, by the clock on the wall."""

from datetime import UTC, datetime, time

import pytest

from calendars.away import works_then
from calendars.clock import meet
from calendars.tables import WorkingTime

TUESDAY = ("tue", time(8), time(12))
AFTERNOON = ("tue", time(12, 30), time(16))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "starts", "ends", "works"),
    [
        ([], at(10, 2), at(10, 3), True),  # who said nothing works always
        ([TUESDAY], at(10, 6), at(10, 10), True),  # 8 to 12 in Finland, to the minute
        ([TUESDAY], at(10, 5, 59), at(10, 9), False),
        ([TUESDAY], at(10, 9), at(10, 10, 1), False),
        ([TUESDAY], at(11, 7), at(11, 8), False),  # a Wednesday
        ([TUESDAY, AFTERNOON], at(10, 11), at(10, 12), True),
        ([TUESDAY, AFTERNOON], at(10, 9, 30), at(10, 11), False),  # over the noon between
        ([TUESDAY], at(31, 5), at(31, 9), True),  # in summer time an hour earlier by UTC
    ],
)
def test_works_when_asked_then_by_her_weekday_and_the_clock_on_the_wall(
    hours: list[tuple[str, time, time]], starts: datetime, ends: datetime, works: bool
) -> None:
    rows = [WorkingTime(id="", person="", weekday=day, starts=since, ends=until) for day, since, until in hours]
    assert works_then(rows, starts, ends, "Europe/Helsinki") is works


@pytest.mark.parametrize(
    ("starts", "ends", "met"),
    [
        (at(10, 6), at(10, 8), False), (at(10, 6), at(10, 8, 1), True), (at(10, 9), at(10, 9, 30), True),
        (at(10, 10), at(10, 11), False), (at(10, 7), at(10, 12), True),
    ],
)  # fmt: skip
def test_spans_when_they_only_touch_then_they_do_not_meet(starts: datetime, ends: datetime, met: bool) -> None:
    assert meet([(at(9, 8), at(9, 10)), (at(10, 8), at(10, 10))], starts, ends) is met
    assert not meet([], starts, ends)
