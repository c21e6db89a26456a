"""Weekdays of a seat: the same answer in Python and in either database, on every day of a leap year."""

from datetime import date, timedelta
from itertools import combinations

import pytest
from sqlalchemy import select

from calendars import weeks
from calendars.errors import Invalid
from calendars.freedays import WEEKDAYS
from calendars.tables import Day, Group, Seat
from tests.calendars.planned import Planned


def test_kept_when_any_weekdays_then_named_back_in_the_order_of_the_week() -> None:
    every = [chosen for n in range(1, 7) for chosen in combinations(WEEKDAYS, n)]
    assert [weeks.named(weeks.kept(reversed_)) for reversed_ in (one[::-1] for one in every)] == every
    assert len({weeks.kept(one) for one in every}) == 126
    assert (weeks.kept(WEEKDAYS), weeks.named(weeks.WHOLE_WEEK)) == (weeks.WHOLE_WEEK, ())


@pytest.mark.parametrize(("said", "code"), [((), "no_weekdays"), (("mon", "man"), "bad_choice")])
def test_kept_when_nothing_or_nonsense_then_refused(said: tuple[str, ...], code: str) -> None:
    with pytest.raises(Invalid, match=code):
        weeks.kept(said)


def test_on_weekday_when_each_day_of_a_leap_year_then_as_the_calendar_says() -> None:
    days = [date(2028, 1, 1) + timedelta(days=n) for n in range(366)]
    for n, name in enumerate(WEEKDAYS):
        only = weeks.kept([name])
        assert [day for day in days if weeks.on_weekday(only, day)] == [day for day in days if day.weekday() == n]


async def test_here_when_asked_of_a_column_and_of_a_date_then_the_same_days_as_in_python(house: Planned) -> None:
    some = weeks.kept(("mon", "wed", "thu"))
    async with house.store.work() as work:
        seat = await work.get(Seat, house.seats["Amina"])
        assert seat is not None
        seat.weekdays, seat.first_day, seat.last_day = some, date(2026, 3, 4), date(2026, 5, 14)
    async with house.store.look() as look:
        seat = await look.get(Seat, house.seats["Amina"])
        assert seat is not None
        days = await look.all(select(Day).where(Day.programme == house.programme))
        joined = select(Day.date).join(Group, Group.programme == Day.programme).join(Seat, Seat.group == Group.id)
        by_column = set(await look.all(joined.where(Seat.id == seat.id, weeks.seated_on(Day.date))))
        by_date = {
            one.date for one in days
            if await look.one(select(Seat.id).where(Seat.id == seat.id, weeks.seated_on(one.date)))
        }  # fmt: skip
    expected = {
        one.date for one in days if one.date.weekday() in (0, 2, 3) and seat.first_day <= one.date <= seat.last_day
    }
    assert len(expected) > 20
    assert by_column == by_date == {one.date for one in days if weeks.sits(seat, one.date)} == expected
