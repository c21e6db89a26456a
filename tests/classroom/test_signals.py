"""Letters of a call that wait for another worker: in order, once, bounded, and gone in the end."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from calendars.store import Look, Store, Work, new_id
from classroom import epochs, signals, visits
from classroom.tables import Signal
from classroom.visits import Connection
from tests.calendars.planned import Planned


@pytest.fixture
async def worker(store: Store) -> str:
    async with store.work() as work:
        return await epochs.begin(work)


async def waiting(look: Look) -> int:
    return int(await look.one(select(func.count()).select_from(Signal)))


async def test_fetch_when_letters_wait_then_each_once_and_in_order(store: Store, worker: str) -> None:
    for number in range(3):
        async with store.work() as work:
            assert await signals.post(work, worker, "c1", {"n": number})
    async with store.work() as work:
        assert await signals.fetch(work, worker) == [("c1", {"n": 0}), ("c1", {"n": 1}), ("c1", {"n": 2})]
    async with store.work() as work:
        assert await signals.fetch(work, worker) == []
    async with store.look() as look:
        assert (await look.numbers([signals.bell(worker)])) == {signals.bell(worker): 3}


async def test_fetch_when_another_worker_asks_then_nothing_is_taken_from_this_one(store: Store, worker: str) -> None:
    async with store.work() as work:
        other = await epochs.begin(work)
        await signals.post(work, worker, "c1", {})
    async with store.work() as work:
        assert await signals.fetch(work, other) == []
        assert await waiting(work) == 1


async def test_fetch_when_a_letter_is_old_then_it_is_dropped(house: Planned, worker: str) -> None:
    store = house.store
    async with store.work() as work:
        await signals.post(work, worker, "c1", {"old": True})
    house.clock.at += signals.FRESH
    async with store.work() as work:
        await signals.post(work, worker, "c1", {"old": False})
    async with store.work() as work:
        assert await signals.fetch(work, worker) == [("c1", {"old": False})]
        assert await waiting(work) == 0


async def test_post_when_nobody_fetches_then_no_more_than_so_many_wait(store: Store, worker: str) -> None:
    async def post(work: Work, count: int) -> list[bool]:
        return [await signals.post(work, worker, "c1", {}) for _ in range(count)]

    async with store.work() as work:
        assert await post(work, signals.WAITING_MOST + 2) == [True] * signals.WAITING_MOST + [False] * 2
        assert await waiting(work) == signals.WAITING_MOST
        await signals.fetch(work, worker)
        assert await post(work, 1) == [True]


async def test_sweep_when_a_worker_died_then_its_letters_go(house: Planned, worker: str) -> None:
    async with house.store.work() as work:
        await signals.post(work, worker, "c1", {})
    house.clock.at += 2 * signals.FRESH
    async with house.store.work() as work:
        await signals.post(work, worker, "c1", {})
        await signals.sweep(work)
        assert await waiting(work) == 2
    house.clock.at += timedelta(seconds=1)
    async with house.store.work() as work:
        await signals.sweep(work)
        assert await waiting(work) == 1


async def test_worker_of_when_she_is_in_then_her_worker_and_when_she_left_then_none(
    house: Planned, worker: str
) -> None:
    lesson, other = house.lessons["first"]
    amina = Connection(new_id(), worker)
    async with house.store.work() as work:
        stay = await visits.enter(work, await house.actor("Amina"), lesson, amina)
    async with house.store.look() as look:
        assert await signals.worker_of(look, lesson, amina.id) == worker
        assert await signals.worker_of(look, other, amina.id) is None
    async with house.store.work() as work:
        await visits.leave(work, stay, house.clock.at)
    async with house.store.look() as look:
        assert await signals.worker_of(look, lesson, amina.id) is None
