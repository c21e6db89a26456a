"""Scenario 40: eight members after eight meetings, an employer's three hours, 8 × 20 minutes, results per employer."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from calendars import lessons, rights
from calendars.appointments import appointments, interviews
from calendars.appointments.interviews import NewBlock, NewEmployer
from calendars.errors import Conflict, Forbidden, Invalid, NotFound
from calendars.people.people import NewPerson
from calendars.store import Store
from calendars.tables import Lesson, Partner
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


async def offered(house: Talking, company: str, hours: int, hosts: tuple[str, ...] = ()) -> list[str]:
    """Three open times of twenty minutes, so many hours after tomorrow morning."""
    starts = house.clock.at + DAY + hours * 60 * MINUTE
    new = NewBlock(
        employer=company, starts=starts, ends=starts + 60 * MINUTE, minutes=20, learners=(), hosts=hosts, way="on_site",
        spot="Kahvio",
    )  # fmt: skip
    async with house.store.work() as work:
        return [row.id for row in await interviews.plan_block(work, await house.actor("Kaisa"), house.programme, new)]


async def employers_of(house: Talking) -> dict[str, tuple[str, str]]:
    """Learner -> (company, whom she meets) of each interview that is booked."""
    async with house.store.look() as look:
        met = await interviews.of_programme(look, SYSTEM, house.programme)
        with_whom = await look.rows(select(Partner.appointment, Partner.person))
    return {one.learner.id: (one.employer.id, dict(with_whom)[one.row.id]) for one in met if one.learner}


async def test_times_when_offered_around_what_a_host_has_then_only_where_all_of_that_side_are_free(
    house: Talking,
) -> None:
    company, oona = await employer(house), house.staff["Oona"]
    await house.offer(house.clock.at + DAY, 25, kind="guidance")
    ids = await offered(house, company, 0, (oona,))
    async with house.store.look() as look:
        wanted, others = await interviews.one(look, SYSTEM, house.programme, ids[0])
    assert (len(ids), len(others), wanted.is_open, [who.id for who in wanted.hosts]) == (1, 0, True, [oona])
    assert (wanted.row.starts, wanted.row.spot) == (house.clock.at + DAY + 25 * MINUTE, "Kahvio")
    with pytest.raises(Conflict, match="no_free_time"):
        await offered(house, company, 0, (oona,))
    (found,) = interviews.conversions([wanted])
    assert (found.interviews, found.open) == (0, 1)
    house.clock.forward(days=2)
    async with house.store.work() as work:
        with pytest.raises(Conflict, match="not_booked"):
            await interviews.note(work, SYSTEM, ids[0], "job")


async def test_interviews_of_two_employers_when_swapped_or_exchanged_then_the_employer_goes_with_the_time(
    house: Talking,
) -> None:
    harbour, kitchen = await employer(house), await employer(house, "Keittiö Oy")
    first, second = (await offered(house, harbour, 0))[0], (await offered(house, kitchen, 2))[0]
    ada, bea = house.learners[:2]
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        await appointments.give(work, kaisa, first, ada)
        await appointments.give(work, kaisa, second, bea)
    contacts = dict((await employers_of(house)).values())
    assert {company for company, _ in (await employers_of(house)).values()} == {harbour, kitchen}
    async with house.store.work() as work:
        await interviews.swap(work, kaisa, first, second)
    assert await employers_of(house) == {ada: (kitchen, contacts[kitchen]), bea: (harbour, contacts[harbour])}
    async with house.store.look() as look:
        free = next(
            one.row.id
            for one in await interviews.of_programme(look, SYSTEM, house.programme)
            if one.is_open and one.employer.id == harbour
        )
    assert await house.book(ada, free) == first  # she takes one of the harbour and gives hers away
    assert await employers_of(house) == {ada: (harbour, contacts[harbour]), bea: (harbour, contacts[harbour])}
    async with house.store.work() as work:
        await appointments.cancel(work, await house.actor(bea), second, "ill")
    async with house.store.look() as look:
        met = await interviews.of_programme(look, SYSTEM, house.programme)
    assert [(one.employer.id == harbour, one.is_open) for one in met if one.row.id != second].count((True, True)) == 2
    assert sorted((one.employer.id == harbour, one.is_open) for one in met) == [
        (False, True), (False, True), (False, True), (True, False), (True, False), (True, True), (True, True),
    ]  # fmt: skip


async def test_swap_when_not_both_are_booked_interviews_then_nothing_changes(house: Talking) -> None:
    company = await employer(house)
    first, second, _ = await offered(house, company, 0)
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        await appointments.give(work, kaisa, first, house.learners[0])
        await appointments.give(work, kaisa, first, house.learners[0])  # again: the same
    talk = await house.book(house.learners[1], await house.offer(house.clock.at + 2 * DAY, kind="guidance"))
    for other, actor, error in (
        (second, kaisa, NotFound), (talk, kaisa, NotFound), (first, kaisa, Invalid),
        (second, await house.actor("Oona"), Forbidden),
    ):  # fmt: skip
        with pytest.raises(error):
            async with house.store.work() as work:
                await interviews.swap(work, actor, first, other)
    for appointment, learner, code in (
        (first, house.learners[2], "time_taken"), (second, house.learners[0], "has_one_already"),
    ):  # fmt: skip
        with pytest.raises(Conflict, match=code):
            async with house.store.work() as work:
                await appointments.give(work, kaisa, appointment, learner)


async def test_block_when_cancelled_then_only_what_is_ahead_of_that_employer_on_that_day(house: Talking) -> None:
    harbour, kitchen = await employer(house), await employer(house, "Keittiö Oy")
    first = await offered(house, harbour, 0)
    await offered(house, kitchen, 2)
    kaisa, day = await house.actor("Kaisa"), (house.clock.at + DAY).date()
    async with house.store.work() as work:
        await appointments.give(work, kaisa, first[1], house.learners[0])
    for refused in (await house.actor("Oona"), await house.actor(house.learners[0])):
        with pytest.raises((Forbidden, NotFound)):
            async with house.store.work() as work:
                await interviews.cancel_block(work, refused, house.programme, harbour, day, "other")
    house.clock.forward(days=1, minutes=5)  # the first of them has begun
    async with house.store.work() as work:
        assert await interviews.cancel_block(work, kaisa, house.programme, harbour, day + DAY, "other") == 0
        assert await interviews.cancel_block(work, kaisa, house.programme, harbour, day, "other") == 2
        assert await interviews.cancel_block(work, kaisa, house.programme, harbour, day, "other") == 0
    async with house.store.look() as look:
        met = await interviews.of_programme(look, SYSTEM, house.programme)
    gone = [one.row.id for one in met if one.row.status == "cancelled"]
    assert (sorted(gone), {one.employer.id for one in met if one.is_open}) == (sorted(first[1:]), {harbour, kitchen})


async def test_block_when_its_year_is_mistyped_then_refused_at_the_day(house: Talking) -> None:
    company = await employer(house)
    starts = house.clock.at.replace(year=2149)
    new = NewBlock(employer=company, starts=starts, ends=starts + 60 * MINUTE, minutes=20, learners=())
    with pytest.raises(Invalid, match="day_too_far") as refused:
        async with house.store.work() as work:
            await interviews.plan_block(work, SYSTEM, house.programme, new)
    assert refused.value.facts["field"] == "day"
