"""Free days: weekends, public holidays and own breaks; everything else is a training day."""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from calendars.errors import Invalid

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKING_WEEK = WEEKDAYS[:5]
# Longer than any break that makes sense; a search beyond it would be a search without an end.
_LONGEST_GAP = 1_000
NOTICE_DAYS = 7
"""So many days before the first one people are told, where nobody says otherwise."""

Break = tuple[date, date]


def holidays_of(country: str, years: Iterable[int], language: str | None = None) -> dict[date, str]:
    """The public holidays of a country (`FI`) or of a part of one (`DE-BY`), named in its language or in `language`.

    Raises Invalid `unknown_country`.
    """
    found: dict[date, str] = {}
    _own_language(country)  # so that an unknown country is refused even when no year is asked for
    for year in sorted(set(years)):
        found.update(_holidays(country, year, language)[0])
    return found


def tongue_of(country: str) -> str:
    """The language in which a country's public holidays are named, as a page marks it; "" where it is not known."""
    return (_own_language(country) or "").replace("_", "-")


@lru_cache(maxsize=1)
def countries() -> tuple[str, ...]:
    """The codes of all countries whose public holidays are known."""
    import holidays

    return tuple(sorted(holidays.list_supported_countries(include_aliases=False)))


def years_in_doubt(country: str, years: Iterable[int]) -> list[int]:
    """The years of which the library itself says that it does not know every holiday."""
    return [year for year in sorted(set(years)) if not _holidays(country, year, None)[1]]


@lru_cache(maxsize=512)
def _holidays(country: str, year: int, language: str | None) -> tuple[tuple[tuple[date, str], ...], bool]:
    # The library is heavy; whoever never counts days does not wait for it.
    import holidays

    code, _, part = country.partition("-")
    own = _own_language(country)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        named = holidays.country_holidays(code, subdiv=part or None, years=year, expand=False, language=language or own)
    return tuple(sorted(named.items())), named.start_year <= year <= named.end_year and not told


@lru_cache(maxsize=512)
def _own_language(country: str) -> str | None:
    import holidays

    code, _, part = country.partition("-")
    try:
        if code not in countries():
            raise NotImplementedError
        return holidays.country_holidays(code, subdiv=part or None).default_language
    except NotImplementedError:
        raise Invalid("unknown_country", field="country", country=country) from None


def sensible_start(country: str, today: date) -> date:
    """The first Monday at least a week ahead that is no public holiday: time enough to tell everybody."""
    week = today + timedelta(days=NOTICE_DAYS)
    monday = week + timedelta(days=-week.weekday() % 7)
    while monday in holidays_of(country, (monday.year,)):
        monday += timedelta(days=7)
    return monday


@dataclass(frozen=True, slots=True)
class TrainingCalendar:
    """Which days are training days: those of `weekdays` that are neither public holidays nor in a break."""

    country: str
    weekdays: Sequence[str] = WORKING_WEEK
    breaks: Sequence[Break] = ()
    _numbers: frozenset[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.weekdays:
            raise Invalid("no_weekdays", field="weekdays")
        for name in self.weekdays:
            if name not in WEEKDAYS:
                raise Invalid("unknown_weekday", field="weekdays", given=name)
        for first, last in self.breaks:
            if last < first:
                raise Invalid("break_backwards", field="breaks", first=first, last=last)
        object.__setattr__(self, "_numbers", frozenset(map(WEEKDAYS.index, self.weekdays)))

    def holiday(self, day: date) -> str | None:
        """The name of the public holiday on that day."""
        return holidays_of(self.country, (day.year,)).get(day)

    def in_break(self, day: date) -> bool:
        """Whether the day lies in an own break; both its ends do."""
        return any(first <= day <= last for first, last in self.breaks)

    def on_weekday(self, day: date) -> bool:
        """Whether training is held on such weekdays at all."""
        return day.weekday() in self._numbers

    def is_training(self, day: date) -> bool:
        """Whether nothing frees the day: weekday, break or public holiday."""
        return self.on_weekday(day) and not self.in_break(day) and self.holiday(day) is None

    def first(self, day: date) -> date:
        """That day, or the next training day after it."""
        return next(self.days(day))

    def back(self, day: date, number: int) -> date:
        """The training day from which `day`, a training day itself, is the `number`-th."""
        if not self.is_training(day):
            raise Invalid("not_a_training_day", day=day)
        return next(one for count, one in enumerate(self.days(day, step=-1), 1) if count == number)

    def days(self, day: date, step: int = 1) -> Iterator[date]:
        """All training days from `day` on (or backwards), without an end: the caller stops."""
        gap = 0
        while gap < _LONGEST_GAP:
            if self.is_training(day):
                gap = 0
                yield day
            gap += 1
            day += timedelta(days=step)
        raise Invalid("no_training_days", field="breaks", after=day - timedelta(days=step * gap))
