"""The step that keeps breaks: what a programme planned before it had as breaks is read from its days."""

from datetime import date
from importlib import import_module

GAPS = import_module("server.migrations.versions.0017_days_changed")._gaps
MONDAY = date(2026, 3, 2)


def test_gaps_when_a_week_is_missing_then_it_is_a_break_from_its_first_to_its_last_training_day() -> None:
    dates = {date(2026, 3, day) for day in (2, 3, 4, 5, 6, 16, 17, 18, 19, 20)}
    assert GAPS(dates, [0, 1, 2, 3, 4], {}) == [(date(2026, 3, 9), date(2026, 3, 13))]


def test_gaps_when_a_holiday_is_missing_then_no_break() -> None:
    dates = {date(2026, 3, day) for day in (30, 31)} | {date(2026, 4, day) for day in (1, 2, 7, 8, 9, 10)}
    assert GAPS(dates, [0, 1, 2, 3, 4], {"2026-04-03": "Pitkäperjantai", "2026-04-06": "2. pääsiäispäivä"}) == []


def test_gaps_when_only_some_weekdays_are_used_then_the_others_are_none() -> None:
    dates = {date(2026, 3, day) for day in (2, 4, 9, 18, 23)}
    assert GAPS(dates, [0, 2], {}) == [(date(2026, 3, 11), date(2026, 3, 16))]
