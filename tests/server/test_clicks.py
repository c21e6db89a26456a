"""What an entrance tells, over real sockets: whoever was away in a break learns how far the lesson is."""

from datetime import timedelta

from classroom import rooms
from tests.calendars.planned import MONDAY, Planned
from tests.server.workers import House


async def _leader_does(planned: Planned, lesson: str, act: object) -> None:
    planned.clock.at = MONDAY + timedelta(minutes=66)  # the workers' own clock began a minute earlier, and runs
    actor = await planned.actor("Veera")
    async with planned.store.work() as work:
        await act(work, actor, lesson)  # type: ignore[operator]


async def test_enter_when_a_break_began_and_ended_meanwhile_then_the_answer_says_so(house: House) -> None:
    worker = await house.worker()
    before = (await house.enters(worker, "Amina")).entrance
    await house.enters(worker, "Veera")
    await _leader_does(house.planned, house.lesson, rooms.pause)
    during = (await house.enters(worker, "Amina")).entrance
    await _leader_does(house.planned, house.lesson, rooms.resume)
    after = (await house.enters(worker, "Amina")).entrance
    assert (before["opened"], before["paused"]) == (None, None)
    assert during["opened"] == after["opened"] is not None
    assert (during["paused"] is not None, after["paused"]) == (True, None)
