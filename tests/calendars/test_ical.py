"""Calendar bytes by the recipe: what stands in them, what never does, and that equal entries are equal bytes."""

import logging
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import ical, zones
from calendars.ical import Calendar, Entry, complete, etag, render

ROOT = Path(__file__).parents[2]
HOUSE = Calendar("Lähipäivät", "Europe/Helsinki", "Opetus", source_url="https://oppitupa.example/feeds/x.ics")
LESSON = Entry(
    uid="abc@oppitupa.example",
    starts=datetime(2026, 9, 15, 14, tzinfo=UTC),
    ends=datetime(2026, 9, 15, 16, tzinfo=UTC),
    modified=datetime(2026, 8, 1, 6, 30, tzinfo=UTC),
    zone="Europe/Helsinki",
    summary="Työelämän suomi",
    description="Tavaraliikenne",
    place="Kauppakatu 1, Jyväskylä",
    latitude=62.2415,
    longitude=25.7209,
    url="https://oppitupa.example/j/abc",
    conference="https://oppitupa.example/j/abc",
    categories=("online", "logistics"),
    sequence=2,
)
DAY = Entry(
    uid="day@oppitupa.example",
    starts=date(2026, 10, 25),
    ends=date(2026, 10, 27),
    modified=datetime(2026, 8, 1, tzinfo=UTC),
    zone="Europe/Helsinki",
    summary="Lähipäivä",
    cancelled=True,
)


def lines(feed: bytes) -> list[str]:
    return feed.replace(b"\r\n ", b"").decode().split("\r\n")


def event(entry: Entry) -> list[str]:
    said = lines(render(HOUSE, [entry]))
    return sorted(said[said.index("BEGIN:VEVENT") + 1 : said.index("END:VEVENT")])


def test_render_when_lesson_then_every_property_by_the_recipe() -> None:
    assert event(LESSON) == [
        "CATEGORIES:online,logistics",
        "CONFERENCE;FEATURE=AUDIO,VIDEO;VALUE=URI:https://oppitupa.example/j/abc",
        "DESCRIPTION:Tavaraliikenne\\n\\nhttps://oppitupa.example/j/abc",
        "DTEND;TZID=Europe/Helsinki:20260915T190000",
        "DTSTAMP:20260801T063000Z",
        "DTSTART;TZID=Europe/Helsinki:20260915T170000",
        "GEO:62.2415;25.7209",
        "LAST-MODIFIED:20260801T063000Z",
        "LOCATION:Kauppakatu 1\\, Jyväskylä",
        "SEQUENCE:2",
        "STATUS:CONFIRMED",
        "SUMMARY:Työelämän suomi",
        "TRANSP:OPAQUE",
        "UID:abc@oppitupa.example",
        "URL:https://oppitupa.example/j/abc",
    ]


def test_render_when_all_day_and_cancelled_then_dates_and_the_end_is_free() -> None:
    assert event(DAY) == [
        "DTEND;VALUE=DATE:20261027",
        "DTSTAMP:20260801T000000Z",
        "DTSTART;VALUE=DATE:20261025",
        "LAST-MODIFIED:20260801T000000Z",
        "SEQUENCE:0",
        "STATUS:CANCELLED",
        "SUMMARY:Lähipäivä",
        "TRANSP:TRANSPARENT",
        "UID:day@oppitupa.example",
    ]


def test_render_when_head_then_by_the_recipe_without_method_and_uid() -> None:
    said = lines(render(replace(HOUSE, refresh=timedelta(minutes=90), colour="purple"), []))
    assert said[: said.index("BEGIN:VTIMEZONE")] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Oppitupa//Oppitupa//EN",
        "CALSCALE:GREGORIAN",
        "DESCRIPTION:Opetus",
        "X-WR-CALDESC:Opetus",
        "NAME:Lähipäivät",
        "X-WR-CALNAME:Lähipäivät",
        "COLOR:purple",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H30M",
        "SOURCE;VALUE=URI:https://oppitupa.example/feeds/x.ics",
        "X-APPLE-CALENDAR-COLOR:#800080",
        "X-PUBLISHED-TTL:PT1H30M",
        "X-WR-TIMEZONE:Europe/Helsinki",
    ]


@pytest.mark.parametrize("zone", ["Europe/Helsinki", "America/Nuuk", "UTC", "Mars/Phobos", ""])
def test_render_when_no_entry_then_a_whole_calendar_all_the_same(zone: str) -> None:
    feed = render(Calendar("", zone), [])
    assert complete(feed)
    assert [part.name for part in icalendar.Calendar.from_ical(feed).subcomponents] == ["VTIMEZONE"]


@pytest.mark.parametrize(
    ("starts", "written"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "20261025T003000Z"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "20261025T013000Z"),
        (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), "20270328T003000Z"),
        (datetime(2026, 10, 24, 19, 0, tzinfo=UTC), "20261024T190000Z"),
    ],
)
def test_render_when_near_a_clock_change_then_utc(starts: datetime, written: str) -> None:
    said = event(replace(LESSON, starts=starts, ends=starts + timedelta(hours=2)))
    assert [line for line in said if line.startswith("DTSTART")] == [f"DTSTART:{written}"]
    assert not any("TZID" in line for line in said)


def test_render_when_zone_differs_per_entry_then_each_zone_is_described_once() -> None:
    away = ["Asia/Kathmandu", "America/Toronto", "Europe/Helsinki", "America/Nuuk", "Mars/Phobos"]
    said = lines(render(HOUSE, [replace(LESSON, uid=zone, zone=zone) for zone in away]))
    described = [line.removeprefix("TZID:") for line in said if line.startswith("TZID:")]
    assert described == ["Europe/Helsinki", "America/Toronto", "Asia/Kathmandu"]
    assert sorted(line for line in said if line.startswith("DTSTART") and "1970" not in line) == [
        "DTSTART:20260915T140000Z",
        "DTSTART:20260915T140000Z",
        "DTSTART;TZID=America/Toronto:20260915T100000",
        "DTSTART;TZID=Asia/Kathmandu:20260915T194500",
        "DTSTART;TZID=Europe/Helsinki:20260915T170000",
    ]


def test_render_when_instants_come_in_other_zones_and_fractions_then_equal_bytes() -> None:
    twice = datetime(2026, 10, 25, 3, 30, tzinfo=ZoneInfo("Europe/Helsinki"))
    first, second = (replace(LESSON, starts=twice.replace(fold=f), ends=LESSON.ends + timedelta(90)) for f in (0, 1))
    assert (first == second, render(HOUSE, [first]) == render(HOUSE, [second])) == (False, False)
    starts = datetime(2026, 9, 15, 10, 30, 0, 9, timezone(timedelta(hours=-3, minutes=-30)))
    assert render(HOUSE, [replace(LESSON, starts=starts)]) == render(HOUSE, [LESSON])


def test_entry_when_an_instant_has_no_zone_then_refused_by_name() -> None:
    with pytest.raises(ValueError, match="starts needs a time zone"):
        replace(LESSON, starts=datetime(2026, 9, 15, 14))


def test_render_when_no_event_lasts_backwards_then_no_end_is_written() -> None:
    said = event(replace(LESSON, ends=LESSON.starts - timedelta(hours=1)))
    assert [line for line in said if line.startswith("DTEND")] == []
    day = event(replace(DAY, ends=date(2026, 10, 1)))
    assert [line for line in day if line.startswith("DTEND")] == ["DTEND;VALUE=DATE:20261026"]


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (replace(LESSON, uid="\x00\x07"), "ValueError"),
        (replace(LESSON, uid="mixed", ends=date(2026, 9, 16)), "TypeError"),
    ],
)
def test_render_when_one_entry_is_bad_then_the_others_stand_and_it_is_logged(
    bad: Entry, error: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert render(HOUSE, [LESSON, bad, DAY]) == render(HOUSE, [LESSON, DAY])
    assert [record.getMessage() for record in caplog.records] == [f"entry left out of a calendar: {bad.uid!r}, {error}"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\r\nBEGIN:VEVENT\r\nUID:evil", "a BEGIN:VEVENT UID:evil"),
        ("a\rb\nc\vd\fe\x85f\u2028g\u2029h", "a b c d e f g h"),
        ("\x00bell\x07esc\x1b[0m\x7f\x9b", "bellesc[0m"),
        ("half \ud83d a pair", "half  a pair"),
        ("=cmd()|' /C calc'!A0", "=cmd()|' /C calc'!A0"),
        ("مرحبا بكم \u200fفي الدرس", "مرحبا بكم \u200fفي الدرس"),
        ("👩🏽‍🏫 opettaja; a, b \\ c", "👩🏽‍🏫 opettaja; a, b \\ c"),
        ("ä" * 10_000, "ä" * 10_000),
    ],
)
def test_render_when_text_is_hostile_then_only_the_harm_is_taken_out(text: str, said: str) -> None:
    feed = render(
        Calendar(text, "Europe/Helsinki", text), [replace(LESSON, summary=text, description=text, place=text)]
    )
    (only,) = icalendar.Calendar.from_ical(feed).walk("VEVENT")
    assert (complete(feed), only["SUMMARY"]) == (True, said)
    titles = [line.partition(":") for line in lines(feed)]
    written = [value for name, _, value in titles if name in {"NAME", "X-WR-CALNAME", "SUMMARY", "LOCATION"}]
    assert (len(written), len(set(written))) == (4, 1)


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("https://x.fi/ä b\r\nX:1", "https://x.fi/%C3%A4%20b%0AX:1"),
        ("https://x.fi/?a=1;b,2#c%20", "https://x.fi/?a=1;b,2#c%20"),
        ("javascript:alert(1)", None),
        ("/j/abc", None),
        ("https://", None),
        (None, None),
    ],
)
def test_render_when_link_is_odd_then_quoted_or_left_out(address: str | None, written: str | None) -> None:
    said = event(replace(LESSON, url=address, conference=None))
    assert [line for line in said if line.startswith("URL")] == ([f"URL:{written}"] if written else [])


def test_render_when_no_place_then_the_link_stands_there() -> None:
    said = event(replace(LESSON, place=" ", conference=None))
    assert "LOCATION:https://oppitupa.example/j/abc" in said


@pytest.mark.parametrize(
    ("north", "east", "geo"),
    [(91.0, 0.0, []), (float("nan"), 0.0, []), (None, 1.0, []), (-0.0, 1.23456789, ["GEO:0.0;1.234568"])],
)
def test_render_when_coordinates_are_wild_then_left_out(north: float | None, east: float, geo: list[str]) -> None:
    said = event(replace(LESSON, latitude=north, longitude=east))
    assert [line for line in said if line.startswith("GEO")] == geo


def test_render_when_uid_comes_twice_then_the_last_revision_stands() -> None:
    moved = replace(LESSON, sequence=3, starts=LESSON.starts - timedelta(hours=1))
    assert render(HOUSE, [moved, LESSON]) == render(HOUSE, [LESSON, moved]) == render(HOUSE, [moved])


def test_render_when_made_of_pieces_then_as_icalendar_would_write_the_whole() -> None:
    feed = render(HOUSE, [LESSON, DAY])
    assert icalendar.Calendar.from_ical(feed).to_ical() == feed


@settings(deadline=None)
@given(st.permutations([replace(LESSON, uid=str(n), starts=LESSON.starts - timedelta(hours=n % 3)) for n in range(7)]))
def test_render_when_order_differs_then_equal_bytes(entries: list[Entry]) -> None:
    assert etag(render(HOUSE, entries)) == etag(render(HOUSE, sorted(entries, key=lambda entry: entry.uid)))


SCRIPT = """
import sys
from tests.calendars.test_ical import DAY, HOUSE, LESSON
from calendars.ical import render
sys.stdout.buffer.write(render(HOUSE, {LESSON, DAY}))
"""


def test_render_when_other_processes_and_hash_seeds_then_equal_bytes() -> None:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    feeds = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": path, "TZ": tz, "PYTHONTZPATH": ""},
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout
        for seed, tz in (("0", "UTC"), ("1", "Asia/Tokyo"), ("4242", "America/New_York"))
    ]
    assert set(feeds) == {render(HOUSE, [LESSON, DAY])}


def test_render_when_nothing_changed_then_no_piece_is_written_again() -> None:
    entries = [replace(LESSON, uid=str(n)) for n in range(3)]
    render(HOUSE, entries)
    before = ical._piece.cache_info().misses
    render(HOUSE, [*entries[:2], replace(entries[2], sequence=9)])
    assert ical._piece.cache_info().misses - before == 1


def test_etag_when_one_byte_differs_then_another_strong_validator() -> None:
    tag = etag(render(HOUSE, [LESSON]))
    assert (tag[0], tag[-1], len(tag)) == ('"', '"', 34)
    assert tag != etag(render(HOUSE, [replace(LESSON, cancelled=True)]))


FEED = render(HOUSE, [LESSON, DAY])


@settings(deadline=None)
@given(st.integers(0, len(FEED) - 1))
def test_complete_when_cut_anywhere_then_false(at: int) -> None:
    assert (complete(FEED), complete(FEED[:at])) == (True, False)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"\r\n", b"\n"),
        (b"UID:", b"X-UID:"),
        (b"DTSTART;VALUE", b"X-START;VALUE"),
        (b"UID:day", b"UID:abc"),
        (b"END:VEVENT", b"END:VTODO"),
        (b"BEGIN:VTIMEZONE\r\nTZID:Europe/Helsinki", b"BEGIN:VTIMEZONE\r\nTZID:Europe/Tallinn"),
        (b"SUMMARY:", b"SUMMARY:\x07"),
        (b"SUMMARY:", b"SUMMARY:\xff"),
        (b"SUMMARY:", b"SUMMARY:" + b"x" * 70),
        (b"END:VCALENDAR\r\n", b"END:VCALENDAR\r\n<html>sign in</html>"),
    ],
)
def test_complete_when_something_is_broken_then_false(good: bytes, bad: bytes) -> None:
    assert good in FEED
    assert not complete(FEED.replace(good, bad))


def test_complete_when_html_empty_or_no_component_then_false() -> None:
    bare = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
    assert [complete(feed) for feed in (b"", b"<html></html>", bare)] == [False, False, False]


def test_names_when_calendar_is_of_an_unknown_zone_then_utc_is_told() -> None:
    assert "X-WR-TIMEZONE:UTC" in lines(render(Calendar("x", "Mars/Phobos"), []))
    assert "Europe/Helsinki" in zones.names()
