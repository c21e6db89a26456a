"""Company visits: groups and chosen learners go together; in every feed with its place; nobody is in two places."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from calendars import lessons
from calendars.appointments import appointments, diary, rearranging, swaps, talk_entries, unstaffed, visits
from calendars.appointments.rearranging import Step
from calendars.appointments.visits import NewVisit, Visit
from calendars.errors import Forbidden, Invalid, NotFound, Overlaps
from calendars.lessons import NewLesson
from calendars.places import NewPlace
from calendars.repair import absences
from calendars.store import Store
from calendars.tables import Appointment
from server import words
from tests.calendars.planned import SYSTEM
from tests.calendars.talking import MINUTE, Talking, plan_talking

TEN = datetime(2026, 9, 15, 7, tzinfo=UTC)
DAY = timedelta(days=1)
HARBOUR = NewPlace(name="Vuosaaren satama", address="Provianttikatu 1", latitude=60.21, longitude=25.19)


@pytest.fixture
async def house(store: Store) -> Talking:
    return await plan_talking(store, 6)


async def go(house: Talking, by: str = "Kaisa", **facts: Any) -> str:
    """Both groups go to the harbour for two hours with Veera."""
    told: dict[str, Any] = {
        "title": "Harbour", "starts": TEN, "ends": TEN + 120 * MINUTE, "place": HARBOUR, "transport": "Bus 12",
        "gear": "Boots", "groups": tuple(house.groups), "staff": (house.staff["Veera"],),
    }  # fmt: skip
    actor = await house.actor(by)
    async with house.store.work() as work:
        return await visits.plan(work, actor, house.programme, NewVisit(**(told | facts)))


async def days_of(house: Talking, who: str, since: datetime = TEN - DAY) -> list[diary.Talk]:
    person = house.staff.get(who, who)
    async with house.store.look() as look:
        return await diary.of_person(look, await house.actor(who), person, since, since + 4 * DAY)


async def known(house: Talking) -> list[Visit]:
    async with house.store.look() as look:
        return await visits.of_programme(look, await house.actor("Kaisa"), house.programme, TEN - DAY, TEN + 9 * DAY)


async def test_plan_when_two_groups_go_then_it_stands_once_for_each_of_them_and_for_her_who_goes_along(
    house: Talking,
) -> None:
    visit = await go(house)
    for who, role in ((house.learners[0], "group"), (house.learners[5], "group"), ("Veera", "partner"), ("Otto", "")):
        found = await days_of(house, who)
        assert [(one.role, one.title, one.gear, one.visit) for one in found] == (
            [(role, "Harbour", "Boots", visit)] if role else []
        )
    (one,) = await known(house)
    assert (one.id, sorted(row.group.name["fi"] for row in one.rows if row.group)) == (visit, ["group 0", "group 1"])


async def test_entry_when_in_a_feed_then_it_has_location_and_geo(house: Talking) -> None:
    """S4-7: place, time, transport, gear."""
    await go(house)
    (one,) = await days_of(house, house.learners[0])
    entry = talk_entries.entry(one, words.read().say("en"), "https://oppitupa.example")
    assert (entry.summary, entry.place) == ("Company visit: Harbour", "Vuosaaren satama, Provianttikatu 1")
    assert (entry.latitude, entry.longitude) == (60.21, 25.19)
    assert entry.description == "How to get there: Bus 12\nBring along: Boots"


async def test_plan_when_only_chosen_learners_go_then_the_others_do_not(house: Talking) -> None:
    await go(house, groups=(), learners=(house.learners[1], house.learners[4]))
    assert [len(await days_of(house, who)) for who in house.learners] == [0, 1, 0, 0, 1, 0]
    (one,) = await days_of(house, house.learners[1])
    assert (one.role, one.has_room, one.to_settle(TEN + DAY)) == ("learner", False, False)
    with pytest.raises(NotFound):
        async with house.store.work() as work:
            await swaps.ask(work, await house.actor(house.learners[1]), one.id)


async def test_plan_when_anybody_of_them_is_taken_then_refused_and_nothing_stands(house: Talking) -> None:
    busy = await house.offer(TEN + 30 * MINUTE, kind="guidance")
    await house.book(house.learners[4], busy)
    for facts in ({}, {"groups": (), "learners": (house.learners[4],)}, {"groups": (), "learners": (house.learners[0],),
                                                                       "staff": (house.staff["Oona"],)}):  # fmt: skip
        with pytest.raises(Overlaps):
            await go(house, **facts)
    assert await known(house) == []
    await go(house, groups=(house.groups[0],))
    with pytest.raises(Overlaps):
        await go(house, groups=(house.groups[1],))  # Veera is at the harbour already
    other = await house.offer(TEN + 60 * MINUTE, kind="guidance", by="Otto")
    with pytest.raises(Overlaps):
        await house.book(house.learners[0], other)
    day = next(one for one in house.days if one.date == TEN.date())
    lesson = NewLesson(house.groups[0], day.id, TEN, TEN + 60 * MINUTE, "", (house.staff["Otto"],))
    with pytest.raises(Overlaps):
        async with house.store.work() as work:
            await lessons.plan(work, SYSTEM, house.programme, [lesson])


@pytest.mark.parametrize(("facts", "field"), [
    ({"title": " "}, "title"), ({"groups": ()}, "group"), ({"ends": TEN}, "ends"),
    ({"starts": TEN - 90 * DAY, "ends": TEN - 90 * DAY + MINUTE}, "starts"),
    ({"place": NewPlace(name="Satama", latitude=60.0)}, "latitude"), ({"place": NewPlace(name="  ")}, "name"),
])  # fmt: skip
async def test_plan_when_it_makes_no_sense_then_refused(house: Talking, facts: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await go(house, **facts)
    assert refused.value.facts["field"] == field


async def test_plan_when_by_others_than_whoever_plans_then_refused(house: Talking) -> None:
    for who, error in (("Oona", Forbidden), (house.learners[0], NotFound), ("Nea", NotFound)):
        with pytest.raises(error):
            await go(house, by=who)


async def test_move_and_cancel_when_plans_change_then_for_all_who_go(house: Talking) -> None:
    visit, kaisa = await go(house, learners=(house.learners[0],), groups=(house.groups[1],)), await house.actor("Kaisa")
    later = TEN + 60 * MINUTE  # overlaps its own old hour
    async with house.store.work() as work:
        await visits.move(work, kaisa, visit, later, later + 120 * MINUTE)
    async with house.store.look() as look:
        rows = await look.all(select(Appointment))
        told = await look.facts([house.programme, house.learners[0]], ["AppointmentMoved"], look.now)
    assert [(row.starts, row.sequence) for row in rows] == [(later, 1)] * 2
    assert sorted(one.stream for one in told) == sorted([house.programme, house.learners[0]])
    with pytest.raises(Forbidden):
        async with house.store.work() as work:
            await visits.cancel(work, await house.actor("Oona"), visit)
    async with house.store.work() as work:
        await visits.cancel(work, kaisa, visit, "other")
    for who in (house.learners[0], house.learners[5], "Veera"):
        assert [one.cancelled for one in await days_of(house, who)] == [True]
    with pytest.raises(NotFound):
        async with house.store.work() as work:
            await visits.cancel(work, kaisa, visit, "other")


async def test_rearrange_when_she_who_goes_along_is_ill_then_another_goes_with_all_of_them(house: Talking) -> None:
    await go(house)
    veera, kaisa = house.staff["Veera"], await house.actor("Kaisa")
    async with house.store.work() as work:
        await absences.report(work, kaisa, veera, TEN, TEN + DAY)
        (lost,) = await unstaffed.of(work, kaisa, veera)
        (proposal,) = await rearranging.proposals(work, kaisa, [lost])
        assert (proposal.times, "Otto" in [one.name for one in proposal.colleagues]) == ((), True)
        await rearranging.rearrange(work, kaisa, veera, [Step(appointment=lost.id, to=house.staff["Otto"])])
        assert await unstaffed.of(work, kaisa, veera) == []
    assert await days_of(house, "Veera") == []
    assert len(await days_of(house, "Otto")) == 1
    (one,) = await known(house)
    assert [[who.name for who in row.partners] for row in one.rows] == [["Otto"], ["Otto"]]


async def test_cancel_when_one_learner_cannot_come_then_the_others_go(house: Talking) -> None:
    await go(house, groups=(), learners=tuple(house.learners[:2]))
    (one,) = await days_of(house, house.learners[0])
    async with house.store.work() as work:
        await appointments.cancel(work, await house.actor(house.learners[0]), one.id, "ill")
    assert [each.cancelled for who in house.learners[:2] for each in await days_of(house, who)] == [True, False]
    assert [each.cancelled for each in await days_of(house, "Veera")] == [False]
