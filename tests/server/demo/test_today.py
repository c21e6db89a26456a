"""When the training house lives: today is a day on which every model has a lesson to show."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from calendars.blueprints.shipped import load, names
from calendars.schooldays import plan
from server.demo.today import house_time, number_of_today, start_day

HELSINKI = ZoneInfo("Europe/Helsinki")


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=HELSINKI)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("occupation-for-immigrants", 10), ("employment-or-entrepreneurship", 10), ("kohti-tyota", 10), ("kototyo", 10),
        ("skills-centre", 10), ("catch-up-with-work", 3), ("tutor-training", 3),
    ],
)  # fmt: skip
def test_number_of_today_when_model_is_shipped_then_a_day_with_lessons(name: str, number: int) -> None:
    assert number_of_today(load(name)) == number


def test_house_time_when_model_has_a_line_then_now_or_five_past_ten() -> None:
    blueprint = load("kohti-tyota")
    assert house_time(at(10, 13), blueprint) == at(10, 13)  # a Tuesday
    assert house_time(at(10, 6), blueprint) == at(10, 10, 5)
    assert house_time(at(14, 12), blueprint) == at(16, 10, 5)  # a Saturday
    assert house_time(at(2, 19, month=4), blueprint) == at(7, 10, 5, month=4)  # Good Friday and Easter Monday


def test_house_time_when_model_meets_weekly_then_in_its_evening() -> None:
    blueprint = load("catch-up-with-work")
    assert house_time(at(10, 17, 30), blueprint) == at(10, 17, 30)  # the meeting is on
    assert house_time(at(10, 10), blueprint) == at(10, 17, 5)
    assert house_time(at(10, 18, 40), blueprint) == at(17, 17, 5)  # too little of it is left
    assert house_time(at(24, 12, month=10), blueprint) == at(27, 17, 5, month=10)  # the clocks change in between


@pytest.mark.parametrize("name", names())
def test_start_day_when_laid_then_today_is_that_day_of_the_model(name: str) -> None:
    blueprint = load(name)
    today = house_time(at(10, 10), blueprint).date()
    laid = plan(blueprint, start_day(blueprint, today))
    days = [day.date for day in laid.days] or [one.starts.date() for each in laid.series for one in each.meetings]
    assert days[number_of_today(blueprint) - 1] == today


def test_start_day_when_it_is_no_day_of_the_model_then_refused() -> None:
    with pytest.raises(Exception, match="not_a_training_day"):
        start_day(load("kohti-tyota"), date(2026, 3, 14))
