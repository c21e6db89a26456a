"""A human's word: what her own taps span, and a call that ends."""

from datetime import timedelta

import pytest

from calendars.clock import rfc3339
from classroom.said import ended, own_span
from classroom.tables import Evidence
from tests.calendars.planned import MONDAY


def line(kind: str, starts: float, ends: float, by: str | None = None) -> Evidence:
    """A line about times so many minutes after nine."""
    body = {"from": rfc3339(MONDAY + timedelta(minutes=starts)), "to": rfc3339(MONDAY + timedelta(minutes=ends))}
    return Evidence(kind=kind, body=body | {"reason": "on_telephone"}, by=by)


@pytest.mark.parametrize(
    ("lines", "span"),
    [
        ([], None),
        ([line("span", 0, 40)], None),
        ([line("span", 5, 5, "amina"), line("phone", 0, 60, "veera")], (5, 5)),
        ([line("span", 2, 9), line("span", 20, 20, "amina"), line("span", 15, 15, "amina")], (2, 20)),
    ],
)
def test_own_span_when_she_tapped_then_from_her_first_sign_to_her_last(
    lines: list[Evidence], span: tuple[int, int] | None
) -> None:
    expected = None if span is None else tuple(MONDAY + timedelta(minutes=one) for one in span)
    assert own_span(lines) == expected


def test_call_when_it_ends_then_it_stands_to_that_second_and_not_at_all_before_it_began() -> None:
    call = line("phone", 10, 60, "veera")
    over = ended(call, MONDAY + timedelta(minutes=20, milliseconds=700))
    assert over == call.body | {"to": rfc3339(MONDAY + timedelta(minutes=20))}
    assert ended(call, MONDAY + timedelta(minutes=10, milliseconds=700)) is None
