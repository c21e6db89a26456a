"""Days and times follow the house's rules in every language, never a browser's defaults."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from server.dates import When

HELSINKI = "Europe/Helsinki"


@pytest.fixture(scope="module")
def dates(script: Callable[[str], Callable[..., Any]]) -> Callable[..., Any]:
    return script("dates.js")


@pytest.mark.parametrize(
    ("language", "clock", "span", "day"),
    [
        ("fi", "klo 9.00", "klo 9.00–10.30", "ti 10.3."),
        ("en", "9:00", "9:00–10:30", "Tue 10.3."),
        ("ar", "9:00", "\u20669:00–10:30\u2069", "الثلاثاء 10.3."),
        ("fa", "klo 9.00", "klo 9.00–10.30", "ti 10.3."),
    ],
)
def test_times_are_of_24_hours_with_latin_digits_here_and_in_python(
    dates: Any, language: str, clock: str, span: str, day: str
) -> None:
    begins, ends = "2026-03-10T07:00:00Z", "2026-03-10T08:30:00Z"
    assert dates("clock", begins, HELSINKI, language) == clock
    assert dates("span", begins, ends, HELSINKI, language) == span
    assert dates("day", begins, HELSINKI, language) == day
    when = When(language, HELSINKI)
    first, last = datetime.fromisoformat(begins), datetime.fromisoformat(ends)
    assert (when.at(first), when.span(first, last), when.day(first)) == (clock, span, day)


@pytest.mark.parametrize(
    ("instant", "clock"),
    [
        ("2026-10-25T00:59:00Z", "klo 3.59"),
        ("2026-10-25T01:00:00Z", "klo 3.00"),
        ("2026-03-29T00:59:00Z", "klo 2.59"),
        ("2026-03-29T01:00:00Z", "klo 4.00"),
        ("2026-12-23T22:00:00Z", "klo 0.00"),
    ],
)
def test_clock_follows_the_zone_through_both_changes_and_midnight(dates: Any, instant: str, clock: str) -> None:
    assert dates("clock", instant, HELSINKI, "fi") == clock


@pytest.mark.parametrize(
    ("seconds", "finnish", "others"),
    [
        (0, "0.00", "0:00"),
        (18, "0.18", "0:18"),
        (760.9, "12.40", "12:40"),
        (3727, "1.02.07", "1:02:07"),
        (-4, "0.00", "0:00"),
    ],
)
def test_length_counts_whole_seconds(dates: Any, seconds: float, finnish: str, others: str) -> None:
    assert dates("length", seconds, "fi") == finnish
    assert dates("length", seconds, "ar") == others


def test_words_are_said_in_the_catalogues_language_and_else_in_english(script: Any) -> None:
    words = script("words.js")
    words("learn", {"late {minutes} min": "myöhässä {minutes} min"})
    assert words("say", "late {minutes} min", {"minutes": 6}) == "myöhässä 6 min"
    assert words("say", "line lost") == "line lost"
    assert words("say", "{who} says {what}", {"who": "{what}", "what": "$& hi"}) == "{what} says $& hi"
