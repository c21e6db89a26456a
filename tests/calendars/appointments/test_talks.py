"""Scenario 27: 14 learners, 2 staff, 20 minutes; each sees only her own; two swap and it stays consistent."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from calendars import lessons
from calendars.appointments import appointments, diary, swaps, talks
from calendars.appointments.talks import NewTalks
from calendars.clock import local
from calendars.errors import Conflict, Forbidden, Invalid, NotFound, Overlaps
from calendars.lessons import NewLesson
from calendars.programmes import PlannedDay
from calendars.store import Store
from calendars.tables import Appointment, Partner, Swap
from tests.calendars.planned import SYSTEM
from tests.calendars.proposing import change
from tests.calendars.talking import Talking, plan_talking

YEAR = timedelta(days=365)


@pytest.fixture
async def house(store: Store) -> Talking:
    """Fourteen learners; on the second contact day one group has its lesson before noon, the other one after."""
    found = await plan_talking(store, 14)
    day, zone = contact(found), "Europe/Helsinki"
    spans = [(time(9), time(12)), (time(12, 30), time(15))]
    new = [
        NewLesson(group, day.id, local(day.date, starts, zone), local(day.date, ends, zone))
        for group, (starts, ends) in zip(found.groups, spans, strict=True)
    ]
    async with store.work() as work:
        await lessons.plan(work, SYSTEM, found.programme, new)
    return found


def contact(house: Talking) -> PlannedDay:
    return next(day for day in house.days if day.kind == "contact" and day.n == 2)


def wanted(house: Talking) -> NewTalks:
    staff = (house.staff["Oona"], house.staff["Otto"])
    breaks = ((time(12), time(12, 30)),)
    return NewTalks(day=contact(house).id, kind="individual_discussion", minutes=20, staff=staff, breaks=breaks)


async def plan(house: Talking) -> list[Appointment]:
    kaisa = await house.actor("Kaisa")
    async with house.store.work() as work:
        return await talks.plan(work, kaisa, wanted(house))


async def mine(house: Talking, person: str) -> list[diary.Talk]:
    actor = await house.actor(person)
    async with house.store.look() as look:
        return await diary.of_person(look, actor, person, house.clock.at, house.clock.at + YEAR)


async def clashes(house: Talking) -> list[str]:
    """By a judge of its own: whoever is twice at one time, and whoever is called out of a lesson."""
    async with house.store.look() as look:
        rows = await look.rows(
            select(Appointment, Partner.person)
            .join(Partner, Partner.appointment == Appointment.id)
            .where(Appointment.status != "cancelled")
        )
        taught = await lessons.of_programme(look, SYSTEM, house.programme)
        sits = await lessons.seated(look, [lesson for lesson, _ in taught])
    spans = [(who, row.starts, row.ends) for row, partner in rows for who in (partner, row.learner)]
    spans += [(who, lesson.starts, lesson.ends) for lesson, _ in taught for who in sits[lesson.id]]
    return [f"{a} {b}" for a, b in pairwise(sorted(spans)) if a[0] == b[0] and b[1] < a[2]]


async def test_plan_when_14_learners_and_2_staff_then_14_talks_and_each_sees_only_her_own(house: Talking) -> None:
    rows = await plan(house)
    assert len({row.learner for row in rows}) == len(rows) == 14
    assert await clashes(house) == []
    for learner in house.learners:
        seen = await mine(house, learner)
        assert [(one.learner and one.learner.id, one.kind) for one in seen] == [(learner, "individual_discussion")]
        other = next(row.id for row in rows if row.learner != learner)
        with pytest.raises(NotFound):
            async with house.store.look() as look:
                await diary.one(look, await house.actor(learner), other)
    both = [len(await mine(house, house.staff[name])) for name in ("Oona", "Otto")]
    assert sum(both) == 14


async def test_plan_when_lessons_fill_the_day_then_it_says_so_and_nothing_is_planned(house: Talking) -> None:
    day, kaisa = contact(house), await house.actor("Kaisa")
    async with house.store.work() as work:
        new = NewLesson(house.groups[0], day.id, local(day.date, time(12, 30), "Europe/Helsinki"), day.ends)
        await lessons.plan(work, SYSTEM, house.programme, [new])
    with pytest.raises(Conflict, match="no_room") as refused:
        async with house.store.work() as work:
            await talks.plan(work, kaisa, wanted(house))
    told = refused.value.facts
    assert (told["placed"], told["left"]) == (7, 7)
    assert told["helps"] == [("lessons_elsewhere", 14, 0), ("an_hour_more", 13, 0)]
    async with house.store.look() as look:
        assert await look.all(select(Appointment.id)) == []


async def test_plan_when_a_lesson_would_lie_upon_a_talk_then_the_lesson_is_refused(house: Talking) -> None:
    """The other way round: a group's lesson, and a lesson led by whoever holds the talk."""
    row = (await plan(house))[0]
    group = house.groups[0] if house.learners.index(str(row.learner)) < 7 else house.groups[1]
    day = contact(house)
    held = await mine(house, house.staff["Oona"])
    with pytest.raises(Overlaps, match="taken_already") as refused:
        async with house.store.work() as work:
            await lessons.plan(work, SYSTEM, house.programme, [NewLesson(group, day.id, row.starts, row.ends)])
    assert refused.value.facts["who"] == group
    async with house.store.work() as work:
        free = await lessons.plan(
            work, SYSTEM, house.programme,
            [NewLesson(house.groups[0], house.days[2].id, house.days[2].starts, house.days[2].ends)],
        )  # fmt: skip
    with pytest.raises(Overlaps):
        async with house.store.work() as work:
            await change(work, free[0].id, starts=held[0].starts, ends=held[0].ends, day=day.id)
    async with house.store.work() as work:
        lesson = (await lessons.of_programme(work, SYSTEM, house.programme))[0][0]
    with pytest.raises(Overlaps) as refused:
        async with house.store.work() as work:
            await lessons.lead(work, SYSTEM, lesson.id, house.staff["Oona"])
    assert refused.value.facts["who"] == house.staff["Oona"]


async def test_swap_when_one_asks_and_another_agrees_then_both_have_the_other_time(house: Talking) -> None:
    await plan(house)
    ada = house.learners[0]
    starts = {who: (await mine(house, who))[0].starts for who in house.learners[:7]}
    eve = next(who for who in starts if starts[who] != starts[ada])  # two staff: another one has her time too
    before = {who: (await mine(house, who))[0] for who in (ada, eve)}
    ask, agree = await house.actor(ada), await house.actor(eve)
    async with house.store.work() as work:
        swap = await swaps.ask(work, ask, before[ada].id)
        assert await swaps.ask(work, ask, before[ada].id) == swap
    async with house.store.look() as look:
        (offer,) = [one for one in await swaps.offered(look, agree) if one.swap == swap]
        assert (offer.starts, offer.mine) == (before[ada].starts, before[eve].id)
        assert await swaps.offered(look, ask) == []
    async with house.store.work() as work:
        await swaps.agree(work, agree, swap, offer.mine)
    after = {who: (await mine(house, who))[0] for who in (ada, eve)}
    for one, other in ((ada, eve), (eve, ada)):
        assert after[one].id == before[one].id
        assert after[one].starts == before[other].starts
        assert after[one].partners[0].id == before[other].partners[0].id
        assert after[one].sequence == before[one].sequence + 1
    assert await clashes(house) == []
    third, late = await house.actor(house.learners[2]), (await mine(house, house.learners[2]))[0].id
    with pytest.raises(Conflict, match="swap_gone"):
        async with house.store.work() as work:
            await swaps.agree(work, third, swap, late)


async def test_swap_when_she_has_a_lesson_at_that_time_then_neither_changes(house: Talking) -> None:
    """A learner of the other group has her lesson when this one has her talk."""
    await plan(house)
    ada, eve = house.learners[0], house.learners[13]
    before = {who: (await mine(house, who))[0] for who in (ada, eve)}
    async with house.store.work() as work:
        swap = await swaps.ask(work, await house.actor(ada), before[ada].id)
    with pytest.raises(Overlaps):
        async with house.store.work() as work:
            await swaps.agree(work, await house.actor(eve), swap, before[eve].id)
    for who in (ada, eve):
        after = (await mine(house, who))[0]
        assert (after.id, after.starts, after.sequence) == (before[who].id, before[who].starts, 0)


async def test_swap_when_many_agree_at_once_then_one_has_it_and_all_have_one_time(
    house: Talking, database: str
) -> None:
    """Everybody of the first group asks, and everybody agrees with everybody else, on three workers at one instant."""
    await plan(house)
    crowd = house.learners[:7]
    own = {who: (await mine(house, who))[0] for who in crowd}
    asked = {}
    for who in crowd:
        async with house.store.work() as work:
            asked[who] = await swaps.ask(work, await house.actor(who), own[who].id)
    stores = [Store(database, house.clock) for _ in range(3)]

    async def agree(n: int, who: str, swap: str) -> None:
        actor = await house.actor(who)
        async with stores[n % 3].work() as work:
            await swaps.agree(work, actor, swap, own[who].id)

    tries = [(who, swap) for who in crowd for other, swap in asked.items() if other != who]
    answers = await asyncio.gather(*(agree(n, *one) for n, one in enumerate(tries)), return_exceptions=True)
    for store in stores:
        await store.close()
    agreed = sum(one is None for one in answers)
    assert {type(one).__name__ for one in answers} == {"NoneType", "Conflict"}
    async with house.store.look() as look:
        rows = await look.all(select(Swap).where(Swap.status == "agreed"))
    assert len(rows) == agreed > 0
    times = [(await mine(house, who))[0].starts for who in crowd]
    assert sorted(times) == sorted(one.starts for one in own.values())
    assert await clashes(house) == []


async def test_lay_when_staff_are_away_or_strangers_ask_then_refused(house: Talking) -> None:
    for name, error in (("Veera", Forbidden), ("Nea", NotFound)):
        with pytest.raises(error):
            async with house.store.look() as look:
                await talks.lay(look, await house.actor(name), wanted(house))
    oona = await house.actor("Oona")
    with pytest.raises(Forbidden):  # she may lay her own time, not her colleague's
        async with house.store.look() as look:
            await talks.lay(look, oona, wanted(house))
    alone = replace(wanted(house), staff=(house.staff["Oona"],))
    async with house.store.look() as look:
        assert len((await talks.lay(look, oona, alone)).fit.slots) == 14


async def test_cancel_when_a_learner_is_ill_then_it_stays_visible_and_her_time_is_free(house: Talking) -> None:
    await plan(house)
    ada = house.learners[0]
    one = (await mine(house, ada))[0]
    for _ in range(2):
        async with house.store.work() as work:
            await appointments.cancel(work, await house.actor(ada), one.id, "ill")
    seen = (await mine(house, ada))[0]
    assert (seen.status, seen.sequence) == ("cancelled", one.sequence + 1)
    with pytest.raises(NotFound):
        async with house.store.work() as work:
            await appointments.cancel(work, await house.actor(house.learners[1]), one.id, "ill")


@pytest.mark.parametrize(
    ("said", "code", "field"),
    [({"kind": "support"}, "bad_choice", "kind"), ({"kind": "tutoring"}, "bad_choice", "kind"),
     ({"breaks": ((time(22), time(23)),)}, "break_outside", "from"),
     ({"breaks": ((time(12), time(11)),)}, "backwards", "ends")],
)  # fmt: skip
async def test_lay_when_no_contact_day_can_have_that_then_the_field_is_named(
    house: Talking, said: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        async with house.store.look() as look:
            await talks.lay(look, await house.actor("Kaisa"), replace(wanted(house), **said))
    assert (refused.value.code, refused.value.facts["field"]) == (code, field)
