"""What a worker heard and could not write yet: nothing of it is forgotten, told too early, or credited twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from calendars.errors import Unavailable
from calendars.store import Store
from calendars.tables import Lesson, Programme
from classroom import epochs, ledger, rooms, visits
from classroom.attendance import reckon
from classroom.tables import Visit
from server.beats import Beats
from server.keeping import STALL
from server.members import Member, Members
from tests.calendars.planned import MONDAY, Planned, plan_house

BEAT = 15.0


async def unheard(*_event: Any, **_how: Any) -> None:
    """Nobody listens: these tests acknowledge by themselves."""


class Worker:
    """The heart of one worker in the planned house, and Amina at one socket of it."""

    def __init__(self, house: Planned, epoch: str) -> None:
        self.house, self.lesson = house, house.lessons["first"][0]
        self.members = Members(epoch)
        self.beats = Beats(house.store, self.members, unheard, BEAT)
        self.keeping = self.beats.keeping

    async def enters(self) -> Member:
        member = self.members.add("sid", await self.house.actor("Amina"), "")
        async with self.house.store.work() as work:
            stay = await visits.enter(work, member.actor, self.lesson, member.connection, media=False)
        member.stays[self.lesson], member.heard[self.lesson] = stay, stay.b
        return member

    def answers(self, member: Member, seconds: float) -> datetime:
        """So much later she acknowledges a beat."""
        at = self.house.clock.forward(seconds=seconds)
        member.beat += 1
        self.beats.heard(member, member.beat)
        return at

    async def stays(self) -> list[tuple[datetime, datetime, bool]]:
        async with self.house.store.look() as look:
            rows = await look.rows(select(Visit.a, Visit.b, Visit.closed).order_by(Visit.a))
            return [(row[0], row[1], row[2] is not None) for row in rows]

    async def seconds(self, member: Member) -> dict[str, int]:
        """Her seconds by kind, as the report has them, after the teacher has held the lesson for all of it."""
        async with self.house.store.look() as look:
            lesson, programme = await look.get(Lesson, self.lesson), await look.get(Programme, self.house.programme)
            assert lesson is not None
            assert programme is not None
            when, rules = rooms.times(lesson, programme.rules), rooms.rules_of(programme)
            found = reckon(await ledger.trace(look, lesson, when, rules))[member.actor.person]
            return {kind: seconds for kind, seconds in found.seconds.items() if seconds and kind != "present"}


@pytest.fixture
async def worker(store: Store) -> Worker:
    house = await plan_house(store)
    house.clock.at = MONDAY + timedelta(hours=1)
    async with store.work() as work:
        return Worker(house, await epochs.begin(work))


@asynccontextmanager
async def read_only(store: Store) -> AsyncIterator[None]:
    """The database takes no change for a while."""

    async def set_to(value: str) -> None:
        async with store._writing.connect() as connection:
            if store.url.get_backend_name() == "sqlite":
                raw = await connection.get_raw_connection()
                await raw.driver_connection.execute(f"PRAGMA query_only = {value}")  # type: ignore[union-attr]
                return
            name = store.url.database
            await connection.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
            await connection.commit()
            await connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}')
            await connection.commit()
        await store._writing.dispose()

    await set_to("ON")
    yield
    await set_to("OFF")


async def test_settle_when_the_database_takes_nothing_then_all_is_kept_and_told_only_later(worker: Worker) -> None:
    member = await worker.enters()
    first = worker.answers(member, 10)
    await worker.keeping.flush()
    assert member.saved == first
    async with read_only(worker.house.store):
        for _ in range(4):
            last = worker.answers(member, 10)
            with pytest.raises(Unavailable):
                await worker.keeping.settle()
        assert (member.saved, worker.keeping.waiting, worker.keeping.away) == (first, 1, 40.0)
    await worker.keeping.flush()
    assert (member.saved, worker.keeping.waiting, worker.keeping.away) == (last, 0, 0.0)
    assert await worker.seconds(member) == {"evidenced": 50}


async def test_settle_when_another_worker_held_us_for_dead_then_what_we_heard_is_written_and_the_gap_is_ours(
    worker: Worker,
) -> None:
    member = await worker.enters()
    worker.answers(member, 10)
    await worker.keeping.flush()
    buried_at = worker.answers(member, 10)
    async with worker.house.store.work() as work:
        assert await epochs.bury(work, await epochs.signs(work, "another")) == [worker.lesson]
    last = worker.answers(member, 10)
    await worker.keeping.flush()  # it learns that it was buried, and rises
    await worker.keeping.flush()
    entered = worker.house.clock.at - timedelta(seconds=30)
    assert await worker.stays() == [
        (entered, entered + timedelta(seconds=10), True),
        (entered + timedelta(seconds=10), last, False),
    ]
    assert buried_at < last == member.heard[worker.lesson]
    assert await worker.seconds(member) == {"evidenced": 30}
    worker.answers(member, 5)
    await worker.keeping.flush()
    assert await worker.seconds(member) == {"evidenced": 35}


async def test_gone_when_nothing_can_be_written_then_she_is_closed_later_where_she_was_last_heard(
    worker: Worker,
) -> None:
    member = await worker.enters()
    last = worker.answers(member, 10)
    async with read_only(worker.house.store):
        worker.members.remove(member.sid)
        await worker.keeping.gone(member)
        worker.house.clock.forward(seconds=60)
        with pytest.raises(Unavailable):
            await worker.keeping.settle()
    await worker.keeping.flush()
    assert [(b, closed) for _, b, closed in await worker.stays()] == [(last, True)]
    assert worker.keeping.waiting == 0


async def test_settle_when_she_slept_beyond_the_lease_while_nothing_could_be_written_then_the_sleep_is_not_credited(
    worker: Worker,
) -> None:
    member = await worker.enters()
    asleep = worker.answers(member, 10)
    async with read_only(worker.house.store):
        awake = worker.answers(member, 300)
        last = worker.answers(member, 20)
        with pytest.raises(Unavailable):
            await worker.keeping.settle()
    await worker.keeping.flush()
    stays = await worker.stays()
    assert [(a, b) for a, b, _ in stays] == [(asleep - timedelta(seconds=10), asleep), (awake, last)]
    assert [closed for _, _, closed in stays] == [True, False]


async def test_heard_when_the_number_is_old_or_of_nobody_then_it_proves_nothing(worker: Worker) -> None:
    member = await worker.enters()
    first = worker.answers(member, 10)
    worker.house.clock.forward(seconds=5)
    for number in (0, member.beat - 1, member.beat + 1):
        worker.beats.heard(member, number)
    assert member.heard[worker.lesson] == first
    worker.members.remove(member.sid)
    worker.beats.heard(member, member.beat)
    assert member.heard[worker.lesson] == first


async def test_was_away_when_it_lasted_then_one_outage_stands_in_the_evidence(worker: Worker) -> None:
    member = await worker.enters()
    worker.answers(member, 10)
    since = worker.house.clock.at
    middle = worker.house.clock.forward(seconds=STALL + 1)
    worker.keeping.was_away(since, middle)
    until = worker.house.clock.forward(seconds=3)
    worker.keeping.was_away(middle, until)
    await worker.keeping.flush()
    async with worker.house.store.look() as look:
        bodies = await look.all(select(ledger.Evidence.body).where(ledger.Evidence.kind == "outage"))
    assert bodies == [
        {"from": "2026-03-09T08:00:10Z", "to": "2026-03-09T08:00:19Z", "connections": [member.connection.id]}
    ]
