"""A planned house, and the coordinator's browser in it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from calendars import houses, people
from calendars.store import Store
from server import app as house_app
from server.auth import signin
from server.settings import Settings
from tests.calendars.planned import Planned, plan_house


@pytest.fixture
async def house(store: Store) -> Planned:
    return await plan_house(store)


@pytest.fixture
async def kaisa(house: Planned, database: str) -> AsyncIterator[TestClient]:
    """The coordinator's browser."""
    settings = replace(Settings(), database=database, demo=True, host="127.0.0.1", url="")
    client = TestClient(TestServer(house_app.build(settings, house.clock)), cookie_jar=CookieJar(unsafe=True))
    await client.start_server()
    async with house.store.look() as look:
        secret, person = await houses.secret(look), house.people["Kaisa"]
        link = signin.staff_demo_link(secret, person, (await people.who(look, [person]))[person].generation)
    await client.post(link, data={"own": "yes"})
    yield client
    await client.close()
