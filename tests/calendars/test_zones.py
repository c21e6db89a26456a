"""The zones of calendar feeds: each yearly rule against the zone's own data, and UTC where no rule may be trusted."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import zones

HELSINKI = """BEGIN:VTIMEZONE
TZID:Europe/Helsinki
BEGIN:DAYLIGHT
DTSTART:19700329T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:EEST
TZOFFSETFROM:+0200
TZOFFSETTO:+0300
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T040000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:EET
TZOFFSETFROM:+0300
TZOFFSETTO:+0200
END:STANDARD
END:VTIMEZONE
"""

every_zone = st.sampled_from(sorted(zones.names()))
ahead = st.datetimes(datetime(2026, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))


def written(name: str) -> str:
    rule = zones.rule(name)
    assert rule is not None
    return bytes(rule.component().to_ical()).decode().replace("\r\n", "\n")


def test_component_when_helsinki_then_one_daylight_and_one_standard() -> None:
    assert written("Europe/Helsinki") == HELSINKI


def test_component_when_dublin_then_the_later_clock_is_daylight() -> None:
    lines = written("Europe/Dublin").split("\n")
    daylight = lines[lines.index("BEGIN:DAYLIGHT") : lines.index("END:DAYLIGHT")]
    assert daylight[1:] == [
        "DTSTART:19700329T010000",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "TZNAME:IST",
        "TZOFFSETFROM:+0000",
        "TZOFFSETTO:+0100",
    ]


def test_component_when_southern_then_summer_begins_in_october() -> None:
    lines = written("Australia/Lord_Howe").split("\n")
    daylight = lines[lines.index("BEGIN:DAYLIGHT") : lines.index("END:DAYLIGHT")]
    assert daylight[1:] == [
        "DTSTART:19701004T020000",
        "RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=10",
        "TZNAME:+11",
        "TZOFFSETFROM:+1030",
        "TZOFFSETTO:+1100",
    ]


def test_component_when_clock_never_changes_then_one_standard_without_rrule() -> None:
    lines = written("Asia/Kathmandu").split("\n")
    assert [line for line in lines if line.startswith(("BEGIN", "RRULE", "TZOFFSETTO"))] == [
        "BEGIN:VTIMEZONE",
        "BEGIN:STANDARD",
        "TZOFFSETTO:+0545",
    ]


@pytest.mark.parametrize(
    "name",
    ["Africa/Cairo", "America/Santiago", "Asia/Jerusalem", "America/Nuuk", "Asia/Gaza", "Africa/Casablanca", "Etc/UTC"],
)
def test_rule_when_not_one_byday_or_not_kept_then_none(name: str) -> None:
    assert (zones.zone(name) is not None, zones.rule(name)) == (True, None)
    assert zones.local(datetime(2026, 9, 1, 12, tzinfo=UTC), name) is None


@pytest.mark.parametrize(
    "name", ["", "Mars/Phobos", "../../etc/passwd", "/etc/localtime", "europe/helsinki", "a\x00b", "Europe"]
)
def test_zone_when_unknown_then_none(name: str) -> None:
    assert (zones.zone(name), zones.rule(name)) == (None, None)


def test_rule_when_all_zones_are_asked_then_few_need_utc() -> None:
    without = [name for name in zones.names() if zones.rule(name) is None]
    assert len(without) < 0.08 * len(zones.names())


@settings(deadline=None)
@given(every_zone, ahead)
def test_offset_when_rule_exists_then_as_the_zone_data_says(name: str, instant: datetime) -> None:
    rule, place = zones.rule(name), zones.zone(name)
    if rule is not None and place is not None:
        assert rule.offset(instant) == instant.astimezone(place).utcoffset()


@settings(deadline=None)
@given(every_zone, st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))
def test_local_when_said_then_it_means_the_instant_and_no_change_is_near(name: str, instant: datetime) -> None:
    face, place = zones.local(instant, name), zones.zone(name)
    if face is None or place is None:
        return
    assert face.replace(tzinfo=place).astimezone(UTC) == instant
    offsets = {(instant + timedelta(minutes=m)).astimezone(place).utcoffset() for m in range(-240, 241, 5)}
    assert len(offsets) == 1


@pytest.mark.parametrize(
    ("instant", "face"),
    [
        (datetime(2026, 10, 24, 20, 59, tzinfo=UTC), datetime(2026, 10, 24, 23, 59)),
        (datetime(2026, 10, 24, 21, 0, tzinfo=UTC), None),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), None),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), None),
        (datetime(2026, 10, 25, 5, 0, tzinfo=UTC), datetime(2026, 10, 25, 7, 0)),
        (datetime(2027, 3, 28, 0, 59, tzinfo=UTC), None),
        (datetime(2027, 3, 28, 5, 0, tzinfo=UTC), datetime(2027, 3, 28, 8, 0)),
        (datetime(1975, 7, 1, 9, 0, tzinfo=UTC), None),
    ],
)
def test_local_when_near_a_change_or_before_the_rule_then_none(instant: datetime, face: datetime | None) -> None:
    assert zones.local(instant, "Europe/Helsinki") == face
