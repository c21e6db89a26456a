"""Everything at once, by two workers: nobody is in two places, no account is overdrawn, whatever comes first.

OPPITUPA_RUNS makes more rounds of it.
"""

import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random

import pytest
from sqlalchemy import select

from calendars import lessons
from calendars.appointments import appointments, quotas, rearranging
from calendars.appointments.rearranging import Step
from calendars.lessons import NewLesson
from calendars.programmes import PlannedDay
from calendars.store import Store
from calendars.tables import Appointment, Lesson, TutoringEntry
from tests.calendars.planned import SYSTEM
from tests.calendars.racing import clashes, settled
from tests.calendars.talking import AFTER, MINUTE, Talking, plan_talking

RUNS = max(1, int(os.environ.get("OPPITUPA_RUNS", "100")) // 100)
DAY = timedelta(days=1)


async def accounts_add_up(house: Talking) -> None:
    """Each learner's entries are numbered without a hole, and what is reserved is what she has booked."""
    async with house.store.look() as look:
        lines = await look.all(select(TutoringEntry).order_by(TutoringEntry.person, TutoringEntry.number))
        standing = await quotas.balances(look, house.programme, 240, house.learners)
        rows = await look.all(select(Appointment).where(Appointment.status == "confirmed"))
    for who in house.learners:
        numbers = [one.number for one in lines if one.person == who]
        assert numbers == list(range(1, 1 + len(numbers)))
        assert standing[who].reserved == sum(quotas.minutes_of(row) for row in rows if row.learner == who) <= 240


@pytest.mark.parametrize("seed", range(RUNS))
async def test_races_when_learners_book_move_and_cancel_at_once_then_nobody_is_in_two_places(
    store: Store, database: str, seed: int
) -> None:
    house, rng = await plan_talking(store, 3), Random(seed)
    house.clock.at = AFTER
    workers = [replace(house, store=one) for one in (store, Store(database, house.clock))]
    ids = [
        await house.offer(AFTER + (n // 4 + 1) * DAY + (n % 4) * 30 * MINUTE, rng.choice([30, 60, 90]), by=who)
        for who in ("Oona", "Otto")
        for n in (0, 3, 4, 7)
    ]

    def act() -> Callable[[], Awaitable[object]]:
        worker, one, kind = rng.choice(workers), rng.choice(ids), rng.randrange(6)
        learner, starts = rng.choice(house.learners), AFTER + rng.randrange(1, 4) * DAY + rng.randrange(4) * 30 * MINUTE

        async def change() -> None:
            actor = await worker.actor(learner if kind == 3 else "Kaisa")
            async with worker.store.work() as work:
                if kind == 3:
                    await appointments.cancel(work, actor, one)
                elif kind == 4:
                    await appointments.move(work, actor, one, starts, starts + 60 * MINUTE)
                else:
                    step = Step(appointment=one, to=house.staff["Otto"])
                    await rearranging.rearrange(work, actor, house.staff["Oona"], [step])

        return change if kind >= 3 else lambda: worker.book(learner, one)

    for _ in range(3):
        await settled([act() for _ in range(8)])
        assert await clashes(store) == []
    await workers[1].store.close()
    await accounts_add_up(house)


@pytest.mark.parametrize("seed", range(RUNS))
async def test_race_when_her_lesson_is_planned_where_a_learner_books_then_one_of_them_stands(
    store: Store, database: str, seed: int
) -> None:
    house, other = await plan_talking(store, 2), Store(database, store.clock)
    day = next(one for one in house.days if one.kind == "online")
    one = await house.offer(day.starts, kind="guidance")
    new = NewLesson(house.groups[0], day.id, day.starts, day.starts + 60 * MINUTE, "", (house.staff["Otto"],))

    async def teach() -> None:
        async with other.work() as work:
            await lessons.plan(work, SYSTEM, house.programme, [new])

    acts: list[Callable[[], Awaitable[object]]] = [teach, lambda: house.book(house.learners[0], one)]
    Random(seed).shuffle(acts)
    answers = await settled(acts)
    await other.close()
    async with store.look() as look:
        planned = len(await look.all(select(Lesson)))
        row = await look.get(Appointment, one)
    assert row is not None
    assert (planned, row.status) in ((1, "offered"), (0, "confirmed"))
    assert sorted(answers) in (["NoneType", "Overlaps"], ["Overlaps", "str"])


async def test_races_when_lessons_and_talks_share_people_and_groups_but_no_hour_then_all_of_them_stand(
    store: Store, database: str
) -> None:
    """Neither waits for the other for ever: whoever books holds people first, then groups."""
    house, other = await plan_talking(store, 2), Store(database, store.clock)
    online = [one for one in house.days if one.kind == "online"][:8]
    offers = [await house.offer(one.starts + 120 * MINUTE, kind="mentoring", by="Otto") for one in online]

    async def teach(day: PlannedDay) -> None:
        new = NewLesson(house.groups[0], day.id, day.starts, day.starts + 60 * MINUTE, "", (house.staff["Otto"],))
        async with other.work() as work:
            await lessons.plan(work, SYSTEM, house.programme, [new])

    acts: list[Callable[[], Awaitable[object]]] = []
    for day, offer in zip(online, offers, strict=True):
        acts += [partial(teach, day), partial(house.book, house.learners[0], offer)]
    answers = await settled(acts)
    await other.close()
    assert sorted(answers) == ["NoneType"] * len(online) + ["str"] * len(online)
    async with store.look() as look:
        assert len(await look.all(select(Lesson))) == len(online)
