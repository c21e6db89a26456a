"""Slots: the hours of many days as whole numbers, and back to instants; by the clock on the wall, whatever it does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from math import gcd
from zoneinfo import ZoneInfo

from calendars.clock import local

LENGTHS = (60, 30, 20, 15, 10, 5)
"""How long a slot may be, in minutes; the longest that fits every hour of the plan is taken."""
MIDNIGHT = 24 * 60

Span = tuple[datetime, datetime]
Slots = tuple[int, int, int]
"""A day of the grid, its first slot and the one after its last."""


@dataclass(frozen=True)
class Grid:
    """Days as columns, slots as rows: `opens` and `minutes` are minutes of the clock on the wall."""

    zone: str
    opens: int
    minutes: int
    per_day: int
    dates: tuple[date, ...]

    @cached_property
    def _index(self) -> dict[date, int]:
        return {day: n for n, day in enumerate(self.dates)}

    @cached_property
    def weeks(self) -> tuple[int, ...]:
        """The number of each day's week, the first being nought."""
        named = [day.isocalendar()[:2] for day in self.dates]
        number = {week: n for n, week in enumerate(sorted(set(named)))}
        return tuple(number[week] for week in named)

    def instants(self, day: int, start: int, length: int) -> Span:
        """When so many slots begin and end, UTC."""
        return self._at(day, start), self._at(day, start + length)

    def slots(self, minutes: int) -> int:
        """How many slots so many minutes take, the last one perhaps not whole."""
        return -(-minutes // self.minutes)

    def touched(self, starts: datetime, ends: datetime) -> list[Slots]:
        """Every slot of which this span takes a part, day by day."""
        found = []
        for day, first, last in self._pieces(starts, ends):
            low, high = max(0, (first - self.opens) // self.minutes), -(-(last - self.opens) // self.minutes)
            if low < min(high, self.per_day):
                found.append((day, low, min(high, self.per_day)))
        return found

    def inside(self, starts: datetime, ends: datetime) -> Slots | None:
        """The slots that lie wholly in a span of one day; None when there is none."""
        for day, first, last in self._pieces(starts, ends):
            low, high = max(0, -(-(first - self.opens) // self.minutes)), (last - self.opens) // self.minutes
            if low < min(high, self.per_day):
                return day, low, min(high, self.per_day)
        return None

    def exactly(self, starts: datetime, ends: datetime) -> Slots | None:
        """The slots that are this span and nothing else; None where its ends lie between two."""
        found = self.inside(starts, ends)
        if found is None or self.instants(found[0], found[1], found[2] - found[1]) != (starts, ends):
            return None
        return found

    def _at(self, day: int, slot: int) -> datetime:
        days, minute = divmod(self.opens + slot * self.minutes, MIDNIGHT)
        return local(self.dates[day] + timedelta(days=days), time(minute // 60, minute % 60), self.zone)

    def _pieces(self, starts: datetime, ends: datetime) -> Iterable[Slots]:
        """A span cut at midnights: (day of the grid, its first and its last minute on the wall)."""
        zone = ZoneInfo(self.zone)
        first, last = starts.astimezone(zone), ends.astimezone(zone)
        day = first.date()
        while day <= last.date():
            if day in self._index and starts < ends:
                low = first.hour * 60 + first.minute if day == first.date() else 0
                high = _up(last) if day == last.date() else MIDNIGHT
                yield self._index[day], low, high
            day += timedelta(days=1)


def grid_of(zone: str, spans: Sequence[Span], lengths: Iterable[int] = ()) -> Grid:
    """The coarsest grid in which each of these spans begins and ends on a slot; `lengths` in minutes fit, too."""
    at = ZoneInfo(zone)
    edges = {(minute(one.astimezone(at)) if n == 0 else _end(span, at)) for span in spans for n, one in enumerate(span)}
    opens, closes = min(edges, default=9 * 60), max(edges, default=15 * 60)
    step = gcd(*(edge - opens for edge in edges), *lengths) or LENGTHS[0]
    minutes = next((one for one in LENGTHS if step % one == 0), 15)
    dates = tuple(sorted({one.astimezone(at).date() for one, _ in spans}))
    return Grid(zone, opens, minutes, -(-(closes - opens) // minutes), dates)


def minute(at: datetime) -> int:
    """The minute of the day on the wall."""
    return at.hour * 60 + at.minute


def _end(span: Span, zone: ZoneInfo) -> int:
    first, last = (one.astimezone(zone) for one in span)
    return minute(last) + MIDNIGHT * (last.date() - first.date()).days


def _up(at: datetime) -> int:
    return minute(at) + bool(at.second or at.microsecond)
