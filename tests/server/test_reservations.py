"""Jitsi's plugin `reservations` asks us whether a room may be: answers as its code reads them, by the schedule."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from calendars import chains
from calendars.lessons import DOORS_AFTER
from calendars.store import new_id
from calendars.tables import Lesson
from classroom.video.jitsi import Jitsi
from server.keys import STORE, VIDEO
from tests.calendars.planned import SYSTEM
from tests.server.test_provider_switch import JITSI
from tests.server.workers import House


@pytest.fixture
async def worker(house: House) -> TestServer:
    await takes_rooms_from(house, "jitsi")
    return await house.worker(**JITSI)


async def takes_rooms_from(house: House, provider: str) -> None:
    async with house.planned.store.work() as work:
        await chains.choose(work, SYSTEM, house.planned.programme, [provider])


@pytest.fixture
async def caller(worker: TestServer) -> AsyncIterator[ClientSession]:
    jitsi = worker.app[VIDEO].of("jitsi")
    assert isinstance(jitsi, Jitsi)
    async with ClientSession(headers={"Authorization": f"Bearer {jitsi.proof}"}) as session:
        yield session


async def asks(caller: ClientSession, worker: TestServer, room: str, **more: Any) -> tuple[int, Any]:
    """As prosody asks: a form, and nothing that names it as one."""
    form = f"name={room}&start_time=2048-04-20T17%3A55%3A12.000Z&mail_owner=a1b2%40meet.example.org"
    url = worker.make_url(f"/hooks/{more.pop('server', 'jitsi')}/conference")
    async with caller.post(url, data=more.pop("form", form).encode(), **more) as answer:
        return answer.status, await answer.json()


def forward(worker: TestServer, **after: float) -> None:
    """The house lives so much later."""
    worker.app[STORE].clock.shift += timedelta(**after)


async def test_reservation_when_a_lesson_is_on_then_the_room_may_be_until_its_doors_close(
    worker: TestServer, caller: ClientSession, house: House
) -> None:
    async with house.planned.store.look() as look:
        found = await look.get(Lesson, house.lesson)
    assert found is not None
    for room in (house.lesson, f"[class]{house.lesson}"):
        status, told = await asks(caller, worker, room)
        begins = datetime.strptime(told.pop("start_time"), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        assert (status, told) == (
            200,
            {
                "id": house.lesson,
                "name": room,
                "mail_owner": "a1b2@meet.example.org",
                "duration": (found.ends - found.starts).seconds + DOORS_AFTER,
            },
        )
        # Their clock is ours without the shift of a house that lives at another time.
        assert abs(begins + worker.app[STORE].clock.shift - found.starts) < timedelta(seconds=2)
    again = worker.make_url(f"/hooks/jitsi/conference/{house.lesson}")
    async with caller.get(again) as answer:
        assert (answer.status, (await answer.json())["id"]) == (200, house.lesson)
    for _ in range(2):
        async with caller.delete(again) as answer:
            assert answer.status == 200


async def test_reservation_when_there_is_no_lesson_now_then_jitsi_shows_why(
    worker: TestServer, caller: ClientSession, house: House
) -> None:
    finnish = {"Accept-Language": "fi"}
    later = house.planned.lessons["first"][1]
    nothing = "Tässä huoneessa ei ole oppituntia. Tule omalla linkilläsi."
    for room, words in ((new_id(), nothing), ("", nothing), ("a%00b", nothing), (later, "Ovi ei ole vielä auki")):
        status, told = await asks(caller, worker, room, headers=finnish)
        assert status == 403
        assert told["message"].startswith(words), told
    assert (await asks(caller, worker, house.lesson, form="x=1&" * 20))[0] == 403
    await takes_rooms_from(house, "builtin")
    assert await asks(caller, worker, house.lesson, headers=finnish) == (403, {"message": nothing})  # not its lesson
    await takes_rooms_from(house, "jitsi")
    forward(worker, days=1)
    assert await asks(caller, worker, house.lesson, headers=finnish) == (403, {"message": "Tämä tunti on ohi."})


async def test_reservation_when_it_is_not_one_of_our_jitsis_then_it_learns_nothing(
    worker: TestServer, caller: ClientSession, house: House
) -> None:
    for more in ({"headers": {"Authorization": "Bearer x"}}, {"server": "builtin"}, {"server": "nowhere"}):
        status, told = await asks(caller, worker, house.lesson, **more)  # type: ignore[arg-type]
        assert (status, told["code"]) == (401, "bad_proof")
