"""Workers of one house: what is set at one of them, all of them show."""

import asyncio
import time

from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from calendars import houses
from calendars.houses import NewHouse
from tests.calendars.planned import SYSTEM
from tests.server.workers import House


async def shows(worker: TestServer, words: str, within: float = 5) -> bool:
    """Whether the first page of this worker comes to say so."""
    end = time.monotonic() + within
    async with ClientSession() as stranger:
        while time.monotonic() < end:
            async with stranger.get(worker.make_url("/")) as page:
                if words in await page.text():
                    return True
            await asyncio.sleep(0.05)
    return False


async def test_house_when_it_is_set_elsewhere_then_every_worker_shows_it(house: House) -> None:
    workers = [await house.worker(), await house.worker()]
    assert [await shows(one, "Tervetulotalo") for one in workers] == [True, True]
    async with house.planned.store.work() as work:
        await houses.set_house(work, SYSTEM, NewHouse(name="Uusi talo", telephone="+358 40 111 1111"))
    assert [await shows(one, "Uusi talo") for one in workers] == [True, True]
