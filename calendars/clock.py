"""Instants and intervals: UTC inside, the programme's time zone outside."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from importlib.resources import files
from zoneinfo import ZoneInfo

from calendars.errors import Invalid


class Clock:
    """The house's time: anchored to the wall once, then carried by the monotonic clock.

    A step of the wall clock therefore changes no duration; `drift` tells of it. `shift` moves the
    whole house in time (the demo on a Saturday).
    """

    def __init__(self, shift: timedelta = timedelta()) -> None:
        self.shift = shift
        self._anchor = datetime.now(UTC)
        self._started = time.monotonic()

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return self._anchor + timedelta(seconds=time.monotonic() - self._started) + self.shift

    def outside(self) -> datetime:
        """The present instant without the house's shift: what other servers hold a credential's end against."""
        return self.now() - self.shift

    def drift(self) -> float:
        """Seconds by which the machine's wall clock has stepped away since the anchor."""
        return (datetime.now(UTC) + self.shift - self.now()).total_seconds()

    def anchor(self) -> None:
        """Follow the wall clock anew. Stays that are open must have been closed before."""
        self._anchor = datetime.now(UTC)
        self._started = time.monotonic()


class SetClock(Clock):
    """A clock that stands where it is put: for history that is lived in fast motion, and for tests."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at

    def drift(self) -> float:
        return 0.0

    def forward(self, **amount: float) -> datetime:
        """Move on by `timedelta(**amount)` and return the new instant."""
        self.at += timedelta(**amount)
        return self.at


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The half-open span [starts, ends) in whole epoch seconds."""

    starts: int
    ends: int

    @property
    def seconds(self) -> int:
        return max(0, self.ends - self.starts)

    def cut(self, other: "Interval") -> "Interval":
        """The part that lies in both; of length 0 when they do not meet."""
        starts = max(self.starts, other.starts)
        return Interval(starts, max(starts, min(self.ends, other.ends)))


def meet(spans: Iterable[tuple[datetime, datetime]], starts: datetime, ends: datetime) -> bool:
    """Whether any of these spans meets the time between two instants."""
    return any(since < ends and starts < until for since, until in spans)


def united(intervals: Iterable[Interval]) -> list[Interval]:
    """The same seconds as maximal intervals, sorted; touching ones become one."""
    whole: list[Interval] = []
    for one in sorted(intervals):
        if whole and one.starts <= whole[-1].ends:
            if one.ends > whole[-1].ends:
                whole[-1] = Interval(whole[-1].starts, one.ends)
        else:
            whole.append(one)
    return whole


def without(intervals: Sequence[Interval], taken: Sequence[Interval]) -> list[Interval]:
    """`intervals` less the seconds of `taken`, as maximal intervals."""
    left: list[Interval] = []
    gone = united(taken)
    for one in united(intervals):
        at = one.starts
        for gap in gone:
            if gap.ends <= at or gap.starts >= one.ends:
                continue
            if gap.starts > at:
                left.append(Interval(at, gap.starts))
            at = max(at, gap.ends)
        if at < one.ends:
            left.append(Interval(at, one.ends))
    return left


def zones_of(country: str) -> tuple[str, ...]:
    """The time zones of a country, from the list that comes with the zone data; the usual one first."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return tuple(row[2] for row in rows if row[0] == country.partition("-")[0])


def local(day: date, at: time_of_day, zone: str) -> datetime:
    """The UTC instant of a local time; in the hour that comes twice the first one (RFC 5545 section 3.3.5)."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def day_of(instant: datetime, zone: str) -> date:
    """The local calendar day on which an instant lies."""
    return instant.astimezone(ZoneInfo(zone)).date()


def same_hour(day: date, at: datetime, zone: str) -> datetime:
    """The instant on another day at which the clock on the wall shows the same."""
    return local(day, at.astimezone(ZoneInfo(zone)).time(), zone)


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def wall_length(starts: datetime, ends: datetime, zone: str) -> timedelta:
    """How long it is by the clock on the wall, which may be set between."""
    first, last = (at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at in (starts, ends))
    return last - first


def parse_instant(text: str) -> datetime:
    """Read RFC 3339 with an offset. Raises Invalid `bad_time`."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid("bad_time", text=text) from None
    if instant.tzinfo is None:
        raise Invalid("bad_time", text=text)
    return in_utc(instant)


def in_utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises Invalid `bad_time` for the calendar's own ends, which no zone can write."""
    try:
        _ = instant - timedelta(days=2), instant + timedelta(days=2)
    except OverflowError:
        raise Invalid("bad_time", text=instant.isoformat()) from None
    return instant.astimezone(UTC)


def rfc3339(instant: datetime, zone: str = "UTC") -> str:
    """Write an instant with the offset of `zone`, to the second."""
    return instant.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds").replace("+00:00", "Z")


def seconds(instant: datetime) -> int:
    """Whole epoch seconds, floored."""
    return int(instant.timestamp() // 1)
