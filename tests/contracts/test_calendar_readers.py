"""Our feeds through five independent parsers: no wrong instant, title or state, in any zone, at both clock changes."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars import zones
from calendars.ical import Calendar, Entry, complete, render
from tests.contracts.calendar_readers import READERS, Lacking, Read, Reader, Seen

HOSTILE = (
    "a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil",
    "\x00\x07\x0b\x0c\x1b[31m\x1c\x7f\x85\x9f\u2028\u2029",
    "\ud83d lone \udfff",
    "T" * 10_240,
    "ä👩🏽‍🏫" * 700,
    "مرحبا بكم في الدرس",
    "ยินดีต้อนรับ",
    "=cmd()|' /C calc'!A0",
    'a;b,c:d"e\\f\\n^n',
    "BEGIN:VALARM",
    "\ufeffx\ufffe\U0010ffff",
    "",
)


def sayable(text: str) -> str:
    """What of a text can stand in a feed: written from the requirement, not from the code."""
    breaks = "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
    unsaid = [c for c in text if c in "\ufeff\ufffe\uffff" or unicodedata.category(c) in ("Cc", "Cs")]
    kept = text.replace("\r\n", "\n").translate({ord(c): "\n" for c in breaks})
    return kept.translate({ord(c): None for c in unsaid if c not in breaks and c not in "\n\t"}).strip()


def one_line(text: str) -> str:
    """The same for titles and places."""
    return re.sub("[\n\t]+", " ", sayable(text))


@cache
def changes(name: str) -> list[datetime]:
    """The instants, to the minute, at which a zone's clock changes in the years ahead."""
    place = zones.zone(name)
    assert place is not None
    found = []
    day = datetime(2026, 1, 1, tzinfo=UTC)
    while day.year < 2031:
        low, high = day, day + timedelta(days=1)
        if low.astimezone(place).utcoffset() != high.astimezone(place).utcoffset():
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) // 2
                same = middle.astimezone(place).utcoffset() == day.astimezone(place).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high.replace(second=0, microsecond=0))
        day += timedelta(days=1)
    return found


texts = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=()), max_size=80)
names = st.just("Europe/Helsinki") | st.sampled_from(sorted(zones.names()))


@st.composite
def entries(draw: st.DrawFn, number: int) -> Entry:
    zone = draw(names)
    modified = draw(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)))
    starts: datetime | date
    ends: datetime | date
    if draw(st.integers(0, 3)) == 0:
        starts = draw(st.dates(date(2026, 1, 1), date(2031, 1, 1)))
        ends = starts + timedelta(days=draw(st.integers(1, 5)))
    else:
        anywhere = st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))
        near = st.sampled_from(changes(zone)) if changes(zone) else anywhere
        starts = draw(near | anywhere) + timedelta(minutes=draw(st.integers(-600, 600)))
        ends = starts + timedelta(minutes=draw(st.integers(1, 700)))
    return Entry(
        uid=f"{number}-{draw(st.integers(0, 9))}@oppitupa.example",
        starts=starts,
        ends=ends,
        modified=modified,
        zone=zone,
        summary=draw(texts),
        description=draw(texts),
        place=draw(texts),
        latitude=draw(st.none() | st.floats(-90, 90)),
        longitude=draw(st.floats(-180, 180)),
        url=draw(st.none() | st.just("https://oppitupa.example/j/abc") | texts),
        conference=draw(st.none() | st.just("https://oppitupa.example/j/abc")),
        categories=tuple(draw(st.lists(texts, max_size=2))),
        sequence=draw(st.integers(-1, 99) | st.just(2**40)),
        cancelled=draw(st.booleans()),
        transparent=draw(st.booleans()),
    )


feeds = st.integers(0, 6).flatmap(lambda count: st.tuples(*(entries(number) for number in range(count))))


def moment(value: datetime | date) -> int | str:
    return int(value.timestamp() // 1) if isinstance(value, datetime) else value.isoformat()


def expected(entry: Entry) -> Seen:
    """What the entry means; its link also stands under the words, and for the place if there is none."""
    link = next((address for address in (entry.url, entry.conference) if (address or "").startswith("https://")), None)
    return Seen(
        entry.uid,
        moment(entry.starts),
        moment(entry.ends),
        one_line(entry.summary),
        one_line(entry.place) or link or "",
        "\n\n".join(part for part in (sayable(entry.description), link) if part),
        "CANCELLED" if entry.cancelled else "CONFIRMED",
        entry.transparent or entry.cancelled,
    )


@pytest.fixture(scope="module", params=READERS, ids=lambda reader: str(reader.__name__))
def read(request: pytest.FixtureRequest) -> Iterator[Read]:
    reader: Reader = request.param
    try:
        with reader() as function:
            yield function
    except Lacking as lacking:
        pytest.skip(str(lacking))


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(feeds)
def test_read_when_any_feed_then_no_wrong_instant_title_or_state(read: Read, promised: tuple[Entry, ...]) -> None:
    feed = render(Calendar("Lähipäivät; a, b", "Europe/Helsinki", "مرحبا"), promised)
    assert complete(feed)
    assert sorted(read(feed)) == sorted(map(expected, promised))


@pytest.mark.parametrize("zone", ["Europe/Helsinki", "Europe/Dublin", "Australia/Lord_Howe", "Asia/Jerusalem"])
def test_read_when_every_quarter_around_the_clock_changes_then_no_wrong_instant(read: Read, zone: str) -> None:
    hours = [change + timedelta(minutes=15 * step) for change in changes(zone)[:4] for step in range(-28, 29)]
    promised = [
        Entry(uid=f"{n}", starts=at, ends=at + timedelta(minutes=90), modified=at, zone=zone, summary=f"{at:%c}")
        for n, at in enumerate(hours)
    ]
    assert len(promised) >= 200
    assert sorted(read(render(Calendar("x", zone), promised))) == sorted(map(expected, promised))


@pytest.mark.parametrize("zone", ["Europe/Helsinki", "America/Nuuk", "UTC"])
def test_read_when_feed_is_empty_then_a_calendar_without_events(read: Read, zone: str) -> None:
    assert read(render(Calendar("x", zone), [])) == []
