"""A lesson's room: whoever leads it may press any button at any time, alone or together with another."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, text, update

from calendars.clock import rfc3339
from calendars.errors import Conflict
from calendars.facts import Told
from calendars.rights import Actor, target_of_lesson
from calendars.store import Work, new_id
from calendars.tables import Day, Leader, Lesson
from classroom import rooms, watching
from classroom.tables import Evidence, Pause, RoomStay
from tests.calendars.planned import Planned
from tests.classroom.living import Living

Act = Callable[[Work, Actor, str], Awaitable[None]]
WAITS_FOR_US = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
"""How many on PostgreSQL wait for what the connection that asks holds."""


async def led(house: Planned) -> Living:
    """Veera is in her lesson, and it runs."""
    living = Living(house, house.lessons["first"][0])
    await living.start()
    await living.enter("Veera")
    house.clock.at += timedelta(minutes=10)
    return living


async def together(house: Planned, lesson: str, act: Act) -> list[BaseException | None]:
    """Two people press the same button at one time."""
    actor = await house.actor("Veera")

    async def press() -> None:
        async with house.store.work() as work:
            await act(work, actor, lesson)

    return list(await asyncio.gather(press(), press(), return_exceptions=True))


async def test_close_when_two_press_it_at_one_time_then_it_is_held_once(house: Planned) -> None:
    living = await led(house)
    heard: list[Told] = []
    house.store.listen(heard.extend)
    assert await together(house, living.lesson, rooms.close) == [None, None]
    async with house.store.look() as look:
        lines = await look.all(select(Evidence.kind).where(Evidence.lesson == living.lesson))
    assert (list(lines), [one.kind for one in heard]) == (["held"], ["LessonClosed"])


async def test_pause_when_two_press_it_at_one_time_then_one_break_begins(house: Planned) -> None:
    living = await led(house)
    answers = await together(house, living.lesson, rooms.pause)
    assert sorted(str(one) for one in answers) == ["None", "paused_already"]
    assert [type(one) for one in answers if one is not None] == [Conflict]
    async with house.store.look() as look:
        assert len(await look.all(select(Pause).where(Pause.lesson == living.lesson))) == 1


@pytest.mark.parametrize(("kind", "closes"), [("online", True), ("contact", False)])
async def test_forgotten_when_its_doors_have_shut_then_it_closes_only_if_it_is_online(
    house: Planned, kind: str, closes: bool
) -> None:
    lesson = house.lessons["first"][0]
    async with house.store.work() as work:
        found, _, _ = await target_of_lesson(work, lesson)
        await work.run(update(Day).where(Day.id == found.day).values(kind=kind))
    house.clock.at = found.ends + timedelta(seconds=899)
    async with house.store.work() as work:
        assert await rooms.close_forgotten(work) == []
    house.clock.at = found.ends + timedelta(seconds=900)
    async with house.store.work() as work:
        assert await rooms.close_forgotten(work) == ([lesson] if closes else [])


async def test_close_forgotten_when_learners_worked_by_themselves_then_all_of_it_was_held(house: Planned) -> None:
    living = Living(house, house.lessons["first"][0])
    await living.start()
    async with house.store.work() as work:
        row = (await target_of_lesson(work, living.lesson))[0]
        row.independent = True
        await work.run(delete(Leader).where(Leader.lesson == row.id))
    await living.enter("Amina")
    house.clock.at += timedelta(hours=3)
    async with house.store.work() as work:
        assert await rooms.close_forgotten(work) == [living.lesson]
    async with house.store.look() as look:
        row = (await target_of_lesson(look, living.lesson))[0]
        held = await look.one(select(Evidence.body).where(Evidence.lesson == row.id, Evidence.kind == "held"))
    assert (row.opened, held) == (row.starts, {"from": rfc3339(row.starts), "to": rfc3339(row.ends)})


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has one writer at a time
async def test_button_when_somebody_leaves_in_the_same_moment_then_neither_waits_for_the_other(
    house: Planned,
) -> None:
    """The button locks the lesson and then numbers a line; who leaves numbers hers and then points at the lesson."""
    living = await led(house)
    await living.enter("Amina")
    veera, amina = await house.actor("Veera"), living.sockets[-1]
    async with asyncio.timeout(10), house.store.work() as work:
        await rooms.pause(work, veera, living.lesson)
        await living.leave(amina)
        await rooms.resume(work, veera, living.lesson)
    async with house.store.look() as look:
        lines = await look.all(select(Evidence.kind).where(Evidence.lesson == living.lesson).order_by(Evidence.number))
    assert list(lines) == ["span", "pause"]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_rooms_of_providers_when_they_are_closed_then_their_lessons_are_locked_in_one_order(
    house: Planned,
) -> None:
    """Two providers, two lessons, the later one of the first provider: as if by hand, against who goes in order."""
    one, other = sorted(house.lessons["first"][:1] + house.lessons["second"][:1])
    async with house.store.work() as work:
        for provider, lesson in (("a", other), ("b", one)):
            at = house.clock.at
            work.add(
                RoomStay(
                    id=new_id(), lesson=lesson, provider=provider, connection="", person=house.people["Veera"],
                    role="teacher", first=at, a=at, b=at, told=at,
                )
            )  # fmt: skip
    house.clock.at += timedelta(days=1)
    locked = asyncio.Event()

    async def in_order() -> None:
        async with house.store.work() as work:
            await work.run(select(Lesson.id).where(Lesson.id == one).with_for_update(key_share=True))
            locked.set()
            while not await work.one(WAITS_FOR_US):
                await asyncio.sleep(0.01)
            await work.run(select(Lesson.id).where(Lesson.id == other).with_for_update(key_share=True))

    async def closing() -> int:
        await locked.wait()
        async with house.store.work() as work:
            return await watching.close_over(work)

    async with asyncio.timeout(10):
        assert await asyncio.gather(in_order(), closing()) == [None, 2]
