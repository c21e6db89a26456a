"""Time zones as calendar apps understand them: the yearly rule in a zone's TZif footer, said as one VTIMEZONE.

`Calendar.add_missing_timezones()` of icalendar lists single changes instead; Thunderbird reads those an hour late.
"""

import re
import zoneinfo
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from itertools import pairwise
from typing import Literal

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

NEAR = timedelta(hours=4)
"""Apps disagree about local times this close to a change of the clock; UTC is read alike by all of them."""

_ABBREVIATION = r"<([^>]+)>|([A-Za-z]+)"
_OFFSET = r"([+-]?\d+(?::\d+){0,2})"
_ONSET = r",M(\d+)\.([1-5])\.([0-6])(?:/(\d+(?::\d+){0,2}))?"
_FOOTER = re.compile(f"(?:{_ABBREVIATION}){_OFFSET}(?:(?:{_ABBREVIATION}){_OFFSET}?{_ONSET}{_ONSET})?")
_DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_LAST = 5
# Apps carry zone tables that are years old, so a zone whose law changed within these years is safer in UTC.
_WATCHED = [datetime(year, month, 15, tzinfo=UTC) for year in range(2026, 2038) for month in range(1, 13)]


@dataclass(frozen=True, slots=True)
class Onset:
    """When in each year a season begins, as the clock of the season before it shows."""

    month: int
    week: int
    weekday: int
    at: time

    def on(self, year: int) -> datetime:
        """The local time of one year, without a zone."""
        days = range(1, monthrange(year, self.month)[1] + 1)
        fitting = [day for day in days if date(year, self.month, day).isoweekday() % 7 == self.weekday]
        return datetime.combine(date(year, self.month, fitting[-1 if self.week == _LAST else self.week - 1]), self.at)

    def recurrence(self) -> dict[str, list[str | int]]:
        """The same as an RRULE with one BYDAY, the only form that Outlook takes."""
        week = -1 if self.week == _LAST else self.week
        return {"FREQ": ["YEARLY"], "BYMONTH": [self.month], "BYDAY": [f"{week}{_DAYS[self.weekday]}"]}


@dataclass(frozen=True, slots=True)
class Season:
    """A part of the year with one offset from UTC; without an onset it is the whole year."""

    kind: Literal["STANDARD", "DAYLIGHT"]
    name: str
    offset: timedelta
    before: timedelta
    onset: Onset | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a zone's clock does every year from now on: one season, or two that take turns."""

    zone: str
    seasons: tuple[Season, ...]

    def offset(self, instant: datetime) -> timedelta:
        """The offset from UTC that the rule gives to an instant."""
        changes = [change for year in (-1, 0, 1) for change in _changes(self, instant.year + year)]
        return next((o for begins, o in reversed(changes) if begins <= instant), self.seasons[0].offset)

    def component(self) -> Timezone:
        """The rule as VTIMEZONE, in force since 1970."""
        whole = Timezone()
        whole.add("TZID", self.zone)
        for season in self.seasons:
            part = TimezoneStandard() if season.kind == "STANDARD" else TimezoneDaylight()
            part.add("DTSTART", season.onset.on(1970) if season.onset else datetime(1970, 1, 1))
            part.add("TZOFFSETFROM", season.before)
            part.add("TZOFFSETTO", season.offset)
            part.add("TZNAME", season.name)
            if season.onset:
                part.add("RRULE", season.onset.recurrence())
            whole.add_component(part)
        return whole


ONLY_UTC = Rule("Etc/UTC", (Season("STANDARD", "UTC", timedelta(), timedelta()),))
"""Stands in feeds whose zone has no rule, so that a feed without events is a legal calendar too."""


@lru_cache
def zone(name: str) -> zoneinfo.ZoneInfo | None:
    """The zone from the tzdata package, so that every machine tells the same time; None if nobody knows it."""
    tzif = _tzif(name)
    return zoneinfo.ZoneInfo.from_file(BytesIO(tzif), key=name) if tzif else None


@lru_cache
def rule(name: str) -> Rule | None:
    """The zone's yearly rule; None if it is UTC, unknown, or not to be said with one BYDAY for each change.

    A zone that changes against its own footer (Casablanca in Ramadan, Vancouver for good in 2026) has no rule either.
    """
    tzif, place = _tzif(name), zone(name)
    if tzif is None or place is None:
        return None
    footer = tzif.rsplit(b"\n", 2)[-2].decode("ascii")
    found = None if footer == "UTC0" else _read(name, footer)
    if found is None or any(at.astimezone(place).utcoffset() != found.offset(at) for at in _WATCHED):
        return None
    return found


def local(instant: datetime, name: str) -> datetime | None:
    """The clock's face in the zone at an instant, or None where only UTC is safe.

    That is: near a change of the clock, in a zone without a rule, and when the rule was not yet in force.
    """
    known, place = rule(name), zone(name)
    if known is None or place is None or not 1970 < instant.year < 9999:
        return None
    around = [(instant + step).astimezone(place) for step in (-NEAR, timedelta(), NEAR)]
    if any(one.utcoffset() != other.utcoffset() for one, other in pairwise(around)):
        return None
    face = around[1]
    return face.replace(tzinfo=None) if face.utcoffset() == known.offset(instant) else None


@lru_cache
def names() -> frozenset[str]:
    """Every zone that the tzdata package knows, less its placeholder for a machine on which none was set."""
    return frozenset(files("tzdata").joinpath("zones").read_text().split()) - {"Factory"}


def _tzif(name: str) -> bytes | None:
    if name not in names():
        return None
    return files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


def _read(name: str, footer: str) -> Rule | None:
    """The POSIX rule, e.g. `EET-2EEST,M3.5.0/3,M10.5.0/4`: west is positive, the first onset the second season's."""
    said = _FOOTER.fullmatch(footer)
    if said is None:
        return None
    groups = said.groups()
    usual, usual_offset = groups[0] or groups[1], -_span(groups[2])
    other = groups[3] or groups[4]
    if other is None:
        return Rule(name, (Season("STANDARD", usual, usual_offset, usual_offset),))
    other_offset = -_span(groups[5]) if groups[5] else usual_offset + timedelta(hours=1)
    onsets = _onset(groups[6:10]), _onset(groups[10:14])
    if onsets[0] is None or onsets[1] is None:
        return None
    # Dublin's winter is its "daylight saving" in tzdata; calendar apps expect the later clock to be DAYLIGHT.
    kinds: tuple[Literal["DAYLIGHT"], Literal["STANDARD"]] = ("DAYLIGHT", "STANDARD")
    ahead, behind = kinds if other_offset > usual_offset else reversed(kinds)
    return Rule(
        name,
        (
            Season(ahead, other, other_offset, usual_offset, onsets[0]),
            Season(behind, usual, usual_offset, other_offset, onsets[1]),
        ),
    )


def _onset(said: tuple[str, ...]) -> Onset | None:
    month, week, weekday, at = said
    moment = _span(at or "2")
    if moment >= timedelta(days=1):
        return None
    return Onset(int(month), int(week), int(weekday), (datetime.min + moment).time())


def _span(said: str) -> timedelta:
    hours, *rest = said.split(":")
    minutes, seconds = (int(part) for part in [*rest, "0", "0"][:2])
    size = timedelta(hours=abs(int(hours)), minutes=minutes, seconds=seconds)
    return -size if hours.startswith("-") else size


@lru_cache(maxsize=4096)
def _changes(rule: Rule, year: int) -> list[tuple[datetime, timedelta]]:
    """The changes of one year, in order: from which instant, which offset."""
    return sorted(
        ((season.onset.on(year) - season.before).replace(tzinfo=UTC), season.offset)
        for season in rule.seasons
        if season.onset
    )
