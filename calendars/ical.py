"""Calendar entries as RFC 5545 bytes: what every calendar app reads alike, and the same bytes for the same entries."""

import hashlib
import logging
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from urllib.parse import quote

import icalendar

from calendars import zones

log = logging.getLogger(__name__)

Colour = Literal["teal", "steelblue", "chocolate", "purple", "firebrick", "darkgoldenrod", "slategray"]
_HEX: dict[Colour, str] = {
    "teal": "#008080",
    "steelblue": "#4682B4",
    "chocolate": "#D2691E",
    "purple": "#800080",
    "firebrick": "#B22222",
    "darkgoldenrod": "#B8860B",
    "slategray": "#708090",
}
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# One of these in one title, and Home Assistant shows no event of the whole feed; a surrogate stops the writing itself.
# icalendar itself swallows a byte order mark, and the two characters beside it are none.
_UNSAYABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_BROKEN = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|(?<!\r)\n")
_URI = re.compile(r"https?://\S+", re.IGNORECASE)
_URI_KEEPS = "%:/?#[]@!$&'()*+,;=~"
_HIGHEST = 2**31 - 1
_END = b"END:VCALENDAR\r\n"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The calendar itself: what an app shows above the entries, and how often it should come back."""

    name: str
    zone: str
    description: str = ""
    colour: Colour = "teal"
    source_url: str | None = None
    refresh: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event. Two dates make it all-day, and `ends` is the first day that is free again.

    `uid` never changes and is never used again; `sequence` grows with time, place and cancelling; `modified` is the
    last revision. Instants are aware; they are kept in UTC and whole seconds, so that equal entries are equal bytes.
    """

    uid: str
    starts: datetime | date
    ends: datetime | date
    modified: datetime
    zone: str
    summary: str
    description: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    url: str | None = None
    conference: str | None = None
    categories: tuple[str, ...] = ()
    sequence: int = 0
    cancelled: bool = False
    transparent: bool = False

    def __post_init__(self) -> None:
        for name in ("starts", "ends", "modified"):
            instant = getattr(self, name)
            if isinstance(instant, datetime):
                if instant.tzinfo is None:
                    raise ValueError(f"{name} needs a time zone")
                object.__setattr__(self, name, instant.astimezone(UTC).replace(microsecond=0))


class Piece(NamedTuple):
    """The bytes of one entry, and the zone that they speak of."""

    body: bytes
    zone: str | None


def render(calendar: Calendar, entries: Iterable[Entry]) -> bytes:
    """The whole calendar. An entry that cannot be said is left out and logged: it must not take the others with it."""
    latest: dict[str, Entry] = {}
    for entry in sorted(entries, key=_revision):
        latest[_one_line(entry.uid)] = entry
    pieces: list[Piece] = []
    for entry in sorted(latest.values(), key=_order):
        try:
            pieces.append(_piece(entry))
        except (ValueError, TypeError, OverflowError) as error:
            # Without the error's words: they may quote a title, and a log holds nothing of a person.
            log.error("entry left out of a calendar: %r, %s", entry.uid, type(error).__name__)
    modified = max((entry.modified for entry in latest.values()), default=None)
    head = _head(calendar, modified, {piece.zone for piece in pieces if piece.zone})
    return head.removesuffix(_END) + b"".join(piece.body for piece in pieces) + _END


def etag(feed: bytes) -> str:
    """The strong HTTP validator of exactly these bytes, in its quotes."""
    return f'"{hashlib.sha256(feed).hexdigest()[:32]}"'


def complete(feed: bytes) -> bool:
    """Whether this is a whole calendar that apps can read. A 200 with anything else empties the learner's calendar."""
    if not (feed.startswith(b"BEGIN:VCALENDAR\r\n") and feed.endswith(b"\r\n" + _END)):
        return False
    if _BROKEN.search(feed) or max(map(len, feed.split(b"\r\n"))) > 75:
        return False
    try:
        feed.decode()
    except UnicodeDecodeError:
        return False
    return _nested_well(feed.replace(b"\r\n ", b"").split(b"\r\n")[:-1])


def _nested_well(lines: list[bytes]) -> bool:
    """Each BEGIN has its END, each event what RFC 5545 asks for, each UID is alone, each named zone is described."""
    within: list[bytes] = []
    uids: set[bytes] = set()
    asked, described = set[bytes](), set[bytes]()
    had: Counter[bytes] = Counter()
    components = 0
    for line in lines:
        name, _, value = line.partition(b":")
        name, _, parameters = name.partition(b";")
        if name == b"BEGIN":
            within.append(value)
            components += len(within) == 2
            had.clear()
        elif not within or (name == b"END" and within.pop() != value):
            return False
        elif name == b"END" and value == b"VEVENT":
            if any(had[needed] != 1 for needed in (b"UID", b"DTSTAMP", b"DTSTART")) or had[b"DTEND"] > 1:
                return False
        elif name == b"TZID":
            described.add(value)
        elif name == b"UID":
            if value in uids:
                return False
            uids.add(value)
        if parameters.startswith(b"TZID="):
            asked.add(parameters.removeprefix(b"TZID=").strip(b'"'))
        had[name] += 1
    return not within and components > 0 and asked <= described


def _head(calendar: Calendar, modified: datetime | None, named: set[str]) -> bytes:
    """The calendar without its events. No METHOD: it asks for an organiser. No UID: vdirsyncer would see one event."""
    whole = icalendar.Calendar()
    whole.add("VERSION", "2.0")
    whole.add("PRODID", "-//Oppitupa//Oppitupa//EN")
    whole.add("CALSCALE", "GREGORIAN")
    # icalendar takes X- properties for unknown ones and would leave commas and line ends in them as they are.
    for name in ("NAME", "X-WR-CALNAME"):
        whole.add(name, icalendar.vText(_one_line(calendar.name)))
    if description := _clean(calendar.description):
        for name in ("DESCRIPTION", "X-WR-CALDESC"):
            whole.add(name, icalendar.vText(description))
    known = zones.zone(calendar.zone) is not None
    whole.add("X-WR-TIMEZONE", calendar.zone if known else "UTC")
    # icalendar writes neither VALUE by itself; without them Home Assistant refuses the feed.
    whole.add("REFRESH-INTERVAL", calendar.refresh, {"VALUE": "DURATION"})
    whole.add("X-PUBLISHED-TTL", icalendar.vDuration(calendar.refresh))
    if source := _uri(calendar.source_url):
        whole.add("SOURCE", source, {"VALUE": "URI"})
    whole.add("COLOR", calendar.colour)
    whole.add("X-APPLE-CALENDAR-COLOR", _HEX[calendar.colour])
    if modified is not None:
        whole.add("LAST-MODIFIED", modified)
    own = zones.rule(calendar.zone) or zones.ONLY_UTC
    others = (zones.rule(name) for name in sorted(named - {own.zone}))
    for rule in (own, *(other for other in others if other is not None)):
        whole.add_component(rule.component())
    return bytes(whole.to_ical())


@lru_cache(maxsize=20_000)
def _piece(entry: Entry) -> Piece:
    """One entry as VEVENT. Kept, since a feed is asked for a thousand times more often than an entry changes."""
    event = icalendar.Event()
    uid, summary = _one_line(entry.uid), _one_line(entry.summary)
    if not uid:
        raise ValueError("an entry without a uid")
    event.add("UID", uid)
    event.add("DTSTAMP", entry.modified)
    event.add("LAST-MODIFIED", entry.modified)
    event.add("SEQUENCE", min(max(0, entry.sequence), _HIGHEST))
    event.add("SUMMARY", summary)
    zone = _add_times(event, entry)
    event.add("STATUS", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT" if entry.transparent or entry.cancelled else "OPAQUE")
    _add_whereabouts(event, entry)
    if categories := [name for name in map(_one_line, entry.categories) if name]:
        event.add("CATEGORIES", categories)
    return Piece(bytes(event.to_ical()), zone)


def _add_times(event: icalendar.Event, entry: Entry) -> str | None:
    """DTSTART and DTEND, and the zone they were written in, if it is not UTC."""
    starts, ends = entry.starts, entry.ends
    if isinstance(starts, datetime) and isinstance(ends, datetime):
        faces = zones.local(starts, entry.zone), zones.local(ends, entry.zone)
        if faces[0] is None or faces[1] is None:
            event.add("DTSTART", starts)
            if ends > starts:
                event.add("DTEND", ends)
            return None
        event.add("DTSTART", faces[0], {"TZID": entry.zone})
        if ends > starts:
            event.add("DTEND", faces[1], {"TZID": entry.zone})
        return entry.zone
    if isinstance(starts, datetime) or isinstance(ends, datetime):
        raise TypeError("an entry lasts from day to day or from instant to instant")
    event.add("DTSTART", starts, {"VALUE": "DATE"})
    event.add("DTEND", max(ends, starts + timedelta(days=1)), {"VALUE": "DATE"})
    return None


def _add_whereabouts(event: icalendar.Event, entry: Entry) -> None:
    """Place and links. Many apps show neither URL nor CONFERENCE, so the link also stands where everybody looks."""
    url, conference = _uri(entry.url), _uri(entry.conference)
    link = url or conference
    description = _clean(entry.description)
    if link and link not in description:
        description = f"{description}\n\n{link}".lstrip("\n")
    if description:
        event.add("DESCRIPTION", description)
    if place := _one_line(entry.place) or link:
        event.add("LOCATION", place)
    if url:
        event.add("URL", url)
    if conference:
        event.add("CONFERENCE", conference, icalendar.Parameters(VALUE="URI", FEATURE=["AUDIO", "VIDEO"]))
    north, east = entry.latitude, entry.longitude
    if north is not None and east is not None and abs(north) <= 90 and abs(east) <= 180:
        event.add("GEO", (round(north, 6) + 0.0, round(east, 6) + 0.0))


def _revision(entry: Entry) -> tuple[int, datetime]:
    return entry.sequence, entry.modified


def _order(entry: Entry) -> tuple[str, str]:
    return entry.starts.isoformat(), entry.uid


def _clean(text: str) -> str:
    return _UNSAYABLE.sub("", _LINE_ENDS.sub("\n", text)).strip()


def _one_line(text: str) -> str:
    return re.sub(r"[\n\t]+", " ", _clean(text))


def _uri(text: str | None) -> str | None:
    """An address with everything quoted that must not stand in one; None if it is no web address."""
    written = quote(_clean(text or ""), safe=_URI_KEEPS)
    return written if _URI.fullmatch(written) else None
