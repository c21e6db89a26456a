"""What a feed of 200 lessons costs in CPU, as ratios within one run: `python -m tests.benchmarks.feed_bytes`."""

import gzip
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import icalendar

from calendars import ical, zones
from calendars.ical import Calendar, Entry, complete, etag, render

ROUNDS = 7
revisions = count(1)
START = datetime(2026, 9, 1, 6, tzinfo=UTC)
HOUSE = Calendar("Oppitupa", "Europe/Helsinki")
ENTRIES = [
    Entry(
        uid=f"{n}@oppitupa.example",
        starts=START + timedelta(days=n),
        ends=START + timedelta(days=n, hours=2),
        modified=START,
        zone="Europe/Helsinki",
        summary=f"Työelämän suomi {n}: turvallisuus ja työympäristö",
        description="Tavaraliikenne ja logistiikka. Ota kuulokkeet mukaan. " * 6,
        url="https://oppitupa.example/j/abcdefghijklmnopqrst",
        conference="https://oppitupa.example/j/abcdefghijklmnopqrst",
        categories=("online", "logistics"),
    )
    for n in range(200)
]


def plain() -> bytes:
    """The same events with icalendar's own shortcuts: unstable bytes, and its list of clock changes."""
    whole = icalendar.Calendar.new(name="Oppitupa")
    zone = zones.zone("Europe/Helsinki")
    for entry in ENTRIES:
        assert isinstance(entry.starts, datetime)
        assert isinstance(entry.ends, datetime)
        whole.add_component(
            icalendar.Event.new(
                uid=entry.uid,
                start=entry.starts.astimezone(zone),
                end=entry.ends.astimezone(zone),
                summary=entry.summary,
                description=entry.description,
                url=entry.url,
                categories=list(entry.categories),
                last_modified=entry.modified,
                sequence=0,
            )
        )
    whole.add_missing_timezones()
    return bytes(whole.to_ical())


def cold() -> bytes:
    ical._piece.cache_clear()
    return render(HOUSE, ENTRIES)


def one_changed() -> bytes:
    return render(HOUSE, [replace(ENTRIES[0], sequence=next(revisions)), *ENTRIES[1:]])


def least(work: Callable[[], object]) -> float:
    """CPU seconds of the quickest of a few runs."""
    spans = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        work()
        spans.append(time.process_time() - begun)
    return min(spans)


def main() -> None:
    feed = cold()
    assert complete(feed)
    print(f"200 lessons: {len(feed)} bytes, {len(gzip.compress(feed, 6))} gzipped")
    against = least(plain)
    for name, work in {
        "icalendar's own shortcuts": plain,
        "render, nothing kept": cold,
        "render, one lesson changed": one_changed,
        "render, nothing changed": lambda: render(HOUSE, ENTRIES),
        "complete (self-check)": lambda: complete(feed),
        "etag": lambda: etag(feed),
        "gzip -6": lambda: gzip.compress(feed, 6),
    }.items():
        spent = least(work)
        print(f"{name:28} {spent * 1000:8.2f} ms CPU   {against / spent:8.1f} × this is what the shortcuts cost")


if __name__ == "__main__":
    main()
