"""The days of a visit are those of the programme's own clock, wherever its house stands."""

from datetime import date, timedelta

import pytest

from calendars.appointments import diary
from calendars.errors import NotFound
from calendars.store import Store, new_id
from calendars.tables import Appointment, Programme, Seat
from tests.calendars.planned import MONDAY, Planned
from tests.calendars.talking import AFTER, plan_talking


@pytest.mark.parametrize(("last", "hers"), [(date(2026, 3, 9), True), (date(2026, 3, 8), False)])
async def test_one_when_a_visit_is_in_the_evening_far_west_then_it_is_hers_on_the_last_day_of_her_seat(
    house: Planned, last: date, hers: bool
) -> None:
    visit = new_id()
    async with house.store.work() as work:
        programme, seat = await work.get(Programme, house.programme), await work.get(Seat, house.seats["Amina"])
        assert programme is not None
        assert seat is not None
        programme.zone, seat.last_day = "America/Los_Angeles", last
        starts = MONDAY + timedelta(hours=18)  # 6 p.m. there, the tenth in Greenwich
        work.add(
            Appointment(
                id=visit, programme=house.programme, kind="company_visit", group=house.groups["first"], starts=starts,
                ends=starts + timedelta(hours=1), way="on_site", status="confirmed", modified=MONDAY,
            )
        )  # fmt: skip
    amina = await house.actor("Amina")
    async with house.store.look() as look:
        if hers:
            assert (await diary.one(look, amina, visit)).role == "group"
        else:
            with pytest.raises(NotFound):
                await diary.one(look, amina, visit)


async def test_offers_when_her_account_cannot_pay_then_only_what_it_can(store: Store) -> None:
    house = await plan_talking(store, 2)
    house.clock.at = AFTER
    ids = [
        await house.offer(AFTER + n * timedelta(days=1), minutes) for n, minutes in enumerate((60, 60, 90, 45, 30), 1)
    ]
    ada, bea = house.learners

    async def offered(learner: str) -> list[str]:
        actor = await house.actor(learner)
        async with store.look() as look:
            return [one.id for one in await diary.offers(look, actor)]

    assert await offered(ada) == ids
    for one in ids[:3]:
        await house.book(ada, one)
    assert await offered(ada) == [ids[4]]  # thirty of her 240 minutes are left
    assert await offered(bea) == ids[3:]
