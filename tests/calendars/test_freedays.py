"""Free days: holidays of every country, months that keep the day number, and the counting of training days."""

from datetime import date, timedelta
from itertools import islice

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.errors import Invalid
from calendars.freedays import WEEKDAYS, TrainingCalendar, holidays_of, years_in_doubt

COUNTRIES = sorted(holidays.list_supported_countries(include_aliases=False))
# Some countries are known from 2003 on or until 2035 only; what lies outside is told as a doubt.
days = st.dates(date(2004, 1, 1), date(2030, 12, 31))


def refused(code: str, *wrong: object) -> Invalid:
    with pytest.raises(Invalid) as found:
        TrainingCalendar(*wrong).first(date(2026, 3, 2))  # type: ignore[arg-type]
    assert found.value.code == code
    return found.value


def test_holidays_of_when_finland_then_its_days_by_their_own_names() -> None:
    assert holidays_of("FI", (2026,)) == {
        date(2026, 1, 1): "Uudenvuodenpäivä",
        date(2026, 1, 6): "Loppiainen",
        date(2026, 4, 3): "Pitkäperjantai",
        date(2026, 4, 5): "Pääsiäispäivä",
        date(2026, 4, 6): "Toinen pääsiäispäivä",
        date(2026, 5, 1): "Vappu",
        date(2026, 5, 14): "Helatorstai",
        date(2026, 5, 24): "Helluntaipäivä",
        date(2026, 6, 19): "Juhannusaatto",
        date(2026, 6, 20): "Juhannuspäivä",
        date(2026, 10, 31): "Pyhäinpäivä",
        date(2026, 12, 6): "Itsenäisyyspäivä",
        date(2026, 12, 24): "Jouluaatto",
        date(2026, 12, 25): "Joulupäivä",
        date(2026, 12, 26): "Tapaninpäivä",
    }


def test_holidays_of_when_language_is_asked_for_then_named_in_it() -> None:
    assert holidays_of("FI", (2026,), "en_US")[date(2026, 4, 3)] == "Good Friday"


def test_holidays_of_when_estonia_then_its_own_independence_day() -> None:
    assert holidays_of("EE", (2026,))[date(2026, 2, 24)] == "iseseisvuspäev"
    assert date(2026, 1, 6) not in holidays_of("EE", (2026,))


def test_holidays_of_when_part_of_a_country_then_its_days_too() -> None:
    assert set(holidays_of("DE-BY", (2026,))) - set(holidays_of("DE", (2026,))) == {
        date(2026, 1, 6),
        date(2026, 6, 4),
        date(2026, 11, 1),
    }


@pytest.mark.parametrize("country", ["QQ", "", "fi", "registry", "HolidayBase", "NYSE", "Finland", "DE-QQ", "../FI"])
def test_holidays_of_when_country_is_unknown_then_refused(country: str) -> None:
    for years in ((), (2026,)):
        with pytest.raises(Invalid) as found:
            holidays_of(country, years)
        assert found.value.code == "unknown_country"


def test_years_in_doubt_when_library_does_not_know_then_they_are_named() -> None:
    assert years_in_doubt("FI", (2026, 2027)) == []
    assert years_in_doubt("IN", (2034, 2036, 2035)) == [2036]
    assert years_in_doubt("FI", (2101,)) == [2101]


@given(
    days,
    st.sampled_from(COUNTRIES),
    st.sets(st.sampled_from(WEEKDAYS), min_size=1),
    st.lists(st.tuples(st.integers(0, 120), st.integers(0, 20)), max_size=4),
    st.integers(1, 40),
)
def test_days_when_anything_then_exactly_so_many_training_days_lie_up_to_each(
    start: date, country: str, weekdays: set[str], gaps: list[tuple[int, int]], number: int
) -> None:
    breaks = [(start + timedelta(days=first), start + timedelta(days=first + length)) for first, length in gaps]
    public = holidays.country_holidays(country)
    nth = next(islice(TrainingCalendar(country, tuple(weekdays), breaks).days(start), number - 1, None))

    def counts(day: date) -> bool:
        taken = any(
            day in (first + timedelta(days=k) for k in range((last - first).days + 1)) for first, last in breaks
        )
        return day.strftime("%a").lower() in weekdays and not taken and day not in public

    assert counts(nth)
    assert sum(counts(start + timedelta(days=k)) for k in range((nth - start).days + 1)) == number
    assert TrainingCalendar(country, tuple(weekdays), breaks).back(nth, number) == next(
        day for day in (start + timedelta(days=k) for k in range(5_000)) if counts(day)
    )


def test_days_when_break_then_both_its_ends_are_free() -> None:
    free = TrainingCalendar("FI", breaks=[(date(2026, 3, 3), date(2026, 3, 5))])
    assert [free.is_training(date(2026, 3, day)) for day in range(2, 7)] == [True, False, False, False, True]


def test_calendar_when_it_cannot_be_used_then_refused() -> None:
    refused("no_weekdays", "FI", ())
    assert refused("unknown_weekday", "FI", ("monday",)).facts["given"] == "monday"
    refused("break_backwards", "FI", ("mon",), [(date(2026, 3, 2), date(2026, 3, 1))])
    never = refused("no_training_days", "FI", ("mon",), [(date(2026, 1, 1), date(2056, 1, 1))])
    assert never.facts["after"] == date(2026, 3, 2)
    with pytest.raises(Invalid) as found:
        TrainingCalendar("FI").back(date(2026, 3, 1), 3)
    assert found.value.code == "not_a_training_day"
