"""Days and times in forms: as people here write them, and as programs do."""

from datetime import date, time

import pytest

from calendars.errors import Invalid
from server.pages.parts.forms import day_in, text, time_in

TIMES = [("9.05", time(9, 5)), ("09:05", time(9, 5)), ("klo 17.00", time(17)), ("9,30", time(9, 30))]


@pytest.mark.parametrize("said", ["10.3.2026", " 10.03.2026 ", "10/3/2026", "10. 3. 2026", "10,3,2026", "2026-03-10"])
def test_day_when_written_in_any_usual_way_then_it_is_that_day(said: str) -> None:
    assert day_in({"day": said}, "day") == date(2026, 3, 10)


FAR = ["1.1.0001", "0001-01-01", "31.12.1899", "1.1.2200", "31.12.9999"]


@pytest.mark.parametrize(
    "said", ["", "31.2.2026", "10.3.", "10.3.26", "3-10-2026", "tomorrow", "١٠.٣.٢٠٢٦", "9" * 20, *FAR]
)
def test_day_when_it_is_none_then_the_field_is_named(said: str) -> None:
    with pytest.raises(Invalid) as refused:
        day_in({"day": said}, "day")
    assert (refused.value.code, refused.value.facts) == ("bad_day", {"field": "day"})


@pytest.mark.parametrize(("said", "at"), TIMES)
def test_time_when_written_in_any_usual_way_then_it_is_that_time(said: str, at: time) -> None:
    assert time_in({"at": said}, "at") == at


@pytest.mark.parametrize("said", ["", "25.00", "9.60", "9", "9 pm", "09:00+02:00", "٩:٠٠"])
def test_time_when_it_is_none_then_the_field_is_named(said: str) -> None:
    with pytest.raises(Invalid) as refused:
        time_in({"at": said}, "at")
    assert (refused.value.code, refused.value.facts) == ("bad_hour", {"field": "at"})


def test_text_when_it_would_turn_what_stands_beside_it_then_those_marks_are_gone_and_no_other() -> None:
    form = {"telephone": "\u202a+358 40 123\u202c", "name": "\u2067\u202eevil\u2069", "persian": "می\u200cخواهم\u200f"}
    assert [text(form, name) for name in form] == ["+358 40 123", "evil", "می\u200cخواهم\u200f"]
