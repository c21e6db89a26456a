"""On which days a seat is: between its first and its last, and of those only on its weekdays.

A seat keeps its weekdays as one number, bit n for the n-th day from Sunday: so both databases can ask it of a date.
"""

from collections.abc import Collection
from datetime import date
from typing import Any, Final, Protocol

from sqlalchemy import Integer, cast, extract

from calendars.errors import Invalid
from calendars.freedays import WEEKDAYS
from calendars.tables import Seat

WHOLE_WEEK: Final = 0b1111111


class Weekly(Protocol):
    """Whatever has a first and a last day, and weekdays between them."""

    @property
    def first_day(self) -> date: ...
    @property
    def last_day(self) -> date: ...
    @property
    def weekdays(self) -> int: ...


def _bit(day: date) -> int:
    return 1 << day.isoweekday() % 7


def kept(weekdays: Collection[str]) -> int:
    """Weekdays, `mon` to `sun`, as a seat keeps them. Raises Invalid `no_weekdays`, `bad_choice`."""
    if not weekdays:
        raise Invalid("no_weekdays", field="weekdays")
    if not set(weekdays) <= set(WEEKDAYS):
        raise Invalid("bad_choice", field="weekdays")
    return sum(1 << (WEEKDAYS.index(one) + 1) % 7 for one in set(weekdays))


def named(weekdays: int) -> tuple[str, ...]:
    """The other way round, in the order of the week; nothing for the whole week."""
    if weekdays == WHOLE_WEEK:
        return ()
    return tuple(name for n, name in enumerate(WEEKDAYS) if weekdays >> (n + 1) % 7 & 1)


def on_weekday(weekdays: int, day: date) -> bool:
    """Whether a day is one of these weekdays."""
    return bool(weekdays & _bit(day))


def comes(weekdays: Collection[str], day: date) -> bool:
    """Whether a day is one of these named weekdays; none: the whole week."""
    return not weekdays or WEEKDAYS[day.weekday()] in weekdays


def sits(seat: Weekly, day: date) -> bool:
    """Whether she is expected by this seat on a day."""
    return seat.first_day <= day <= seat.last_day and on_weekday(seat.weekdays, day)


def seated_on(day: Any) -> Any:
    """What `sits` says as a condition on the table of seats; `day`: a column of dates, or a date."""
    return (Seat.first_day <= day) & (Seat.last_day >= day) & weekday_fits(day)


def weekday_fits(day: Any) -> Any:
    """The condition that a day, a column or a date, is one of the weekdays of a seat."""
    if isinstance(day, date):
        return Seat.weekdays.bitwise_and(_bit(day)) != 0
    return Seat.weekdays.bitwise_rshift(cast(extract("dow", day), Integer)).bitwise_and(1) == 1
