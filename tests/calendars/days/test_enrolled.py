"""Who waits, has no group yet or pauses follows the days as who sits does; the programme's own days stay unsaid."""

from datetime import date

import pytest
from sqlalchemy import select

from calendars.changes import publishing
from calendars.days import breaks, span
from calendars.people import enrolments
from calendars.tables import Enrolment, Seat
from tests.calendars.daily import done
from tests.calendars.planned import SYSTEM, Planned

Days = tuple[date | None, date | None]
BREAK = (date(2026, 3, 23), date(2026, 3, 27))
"""Days 16 to 20 come a week later, and so do all after them."""


async def asks(house: Planned, first: date | None, last: date | None, status: str) -> None:
    """The stranger asks for a place between two days of her own."""
    async with house.store.work() as work:
        row = await enrolments.apply(work, SYSTEM, house.programme, house.people["Stranger"])
        row.first_day, row.last_day, row.status = first, last, status


async def days(house: Planned) -> Days:
    async with house.store.look() as look:
        row = await look.one(select(Enrolment).where(Enrolment.person == house.people["Stranger"]))
    return row.first_day, row.last_day


@pytest.mark.parametrize(
    ("status", "before", "after"),
    [
        ("waiting", (date(2026, 3, 25), date(2026, 5, 28)), (date(2026, 4, 1), date(2026, 6, 4))),
        ("paused", (None, date(2026, 4, 9)), (None, date(2026, 4, 16))),
        ("applied", (None, None), (None, None)),
        ("accepted", (date(2026, 3, 2), None), (date(2026, 3, 2), None)),
        ("declined", (date(2026, 3, 25), None), (date(2026, 3, 25), None)),
    ],
)
async def test_enrolment_when_a_break_is_added_then_its_days_follow_and_come_back(
    house: Planned, status: str, before: Days, after: Days
) -> None:
    await asks(house, *before, status)
    proposal = await done(house, breaks.add, *BREAK)
    assert await days(house) == after
    async with house.store.work() as work:
        await publishing.undo(work, await house.actor("Kaisa"), proposal)
    assert await days(house) == before


async def test_enrolment_when_the_end_moves_then_hers_with_it_as_a_seat_does(house: Planned) -> None:
    await asks(house, None, date(2026, 5, 28), "waiting")
    await done(house, span.go_on, 2)
    async with house.store.look() as look:
        seat = await look.get(Seat, house.seats["Amina"])
    assert seat is not None
    assert await days(house) == (None, seat.last_day)
    assert seat.last_day > date(2026, 5, 28)
