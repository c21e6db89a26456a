"""Scenario 40: eight members after eight meetings, an employer's three hours, 8 × 20 minutes, results per employer."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from calendars import appointments, interviews, lessons, rights
from calendars.errors import Conflict, Forbidden, Invalid, NotFound
from calendars.interviews import NewBlock, NewEmployer
from calendars.people import NewPerson
from calendars.store import Store
from calendars.tables import Lesson
from tests.calendars.planned import SYSTEM
from tests.calendars.talking import MINUTE, Talking, plan_talking

DAY = timedelta(days=1)


@pytest.fixture
async def house(store: Store) -> Talking:
    """A peer group of eight that has met eight times, on the morning after its last meeting."""
    found = await plan_talking(store, 8, "catch-up-with-work")
    found.clock.at = (found.days[-1].ends + DAY).replace(hour=6, minute=0)
    return found


async def employer(house: Talking, name: str = "Satama Oy") -> str:
    async with house.store.work() as work:
        new = NewEmployer(name=name, contact=NewPerson(name=f"Heli of {name}", telephone="+358 40 555 1234"))
        return (await interviews.add_employer(work, SYSTEM, house.programme, new)).id


async def block(house: Talking, company: str, minutes: int = 180) -> list[str]:
    starts = house.clock.at + DAY
    new = NewBlock(
        employer=company, starts=starts, ends=starts + minutes * MINUTE, minutes=20, learners=tuple(house.learners)
    )
    async with house.store.work() as work:
        return [row.id for row in await interviews.plan_block(work, await house.actor("Kaisa"), house.programme, new)]


async def test_block_when_three_hours_then_8_talks_of_20_minutes_with_rooms(house: Talking) -> None:
    assert len([day for day in house.days if day.phase == house.days[-1].phase]) == 8
    company = await employer(house)
    ids = await block(house, company)
    async with house.store.look() as look:
        met = await interviews.of_programme(look, await house.actor("Kaisa"), house.programme)
        rooms = await look.all(select(Lesson).where(Lesson.id.in_(ids)))
    assert [one.row.id for one in met] == ids
    assert sorted(one.learner.id for one in met) == sorted(house.learners)
    assert all(one.row.ends - one.row.starts == 20 * MINUTE for one in met)
    assert all(a.row.ends <= b.row.starts for a, b in pairwise(met))
    assert sorted((room.id, room.starts) for room in rooms) == sorted((one.row.id, one.row.starts) for one in met)
    async with house.store.look() as look:
        assert await lessons.of_programme(look, SYSTEM, house.programme) == []


async def test_note_when_results_come_then_internships_are_shown_per_employer(house: Talking) -> None:
    harbour, kitchen = await employer(house), await employer(house, "Keittiö Oy")
    ids = await block(house, harbour)
    async with house.store.look() as look:
        (contact,) = {one.employer.contact for one in await interviews.of_programme(look, SYSTEM, house.programme)}
    heli = await house.actor(contact)
    with pytest.raises(Conflict, match="not_begun"):
        async with house.store.work() as work:
            await interviews.note(work, heli, ids[0], "job")
    house.clock.forward(days=2)
    async with house.store.work() as work:
        await interviews.note(work, heli, ids[0], "internship", date(2027, 2, 1), date(2027, 3, 1))
        await interviews.note(work, heli, ids[1], "internship", date(2027, 2, 1), date(2027, 2, 26))
        await interviews.note(work, await house.actor("Kaisa"), ids[2], "declined")
    for result, code in (("hired", "bad_choice"), ("internship", "bad_day")):
        with pytest.raises(Invalid, match=code):
            async with house.store.work() as work:
                await interviews.note(work, heli, ids[3], result)
    async with house.store.work() as work:
        await appointments.cancel(work, heli, ids[7], "other")
    async with house.store.look() as look:
        found = interviews.conversions(await interviews.own(look, heli))
        assert found == interviews.conversions(await interviews.of_programme(look, SYSTEM, house.programme))
    assert [(one.employer.id, one.interviews, one.held, one.results) for one in found] == [
        (harbour, 7, 3, {"internship": 2, "declined": 1})
    ]
    assert kitchen not in {one.employer.id for one in found}


async def test_block_when_it_is_too_short_then_it_says_for_how_many(house: Talking) -> None:
    company = await employer(house)
    with pytest.raises(Conflict, match="no_room") as refused:
        await block(house, company, 120)
    assert (refused.value.facts["placed"], refused.value.facts["left"]) == (6, 2)


async def test_interviews_when_somebody_else_asks_then_nothing_is_known(house: Talking) -> None:
    company = await employer(house)
    (first, *_) = await block(house, company)
    other = await employer(house, "Keittiö Oy")
    async with house.store.look() as look:
        rival = next(one for one in await interviews.employers(look, SYSTEM, house.programme) if one.id == other)
        stranger = await rights.actor_of(look, rival.contact)
        assert await interviews.own(look, stranger) == []
        with pytest.raises(NotFound):
            await interviews.of_programme(look, stranger, house.programme)
    house.clock.forward(days=2)
    for actor, error in ((stranger, NotFound), (await house.actor(house.learners[0]), NotFound)):
        with pytest.raises(error):
            async with house.store.work() as work:
                await interviews.note(work, actor, first, "job")
    with pytest.raises(Forbidden):
        async with house.store.work() as work:
            await interviews.note(work, await house.actor("Oona"), first, "job")
