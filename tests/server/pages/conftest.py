"""A planned house, and the coordinator's browser in it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from calendars import houses, rights
from calendars.people import people
from calendars.store import Store
from server import app as house_app
from server.auth import signin
from server.settings import Settings
from tests.calendars.planned import Planned, plan_house
from tests.calendars.talking import Talking

Door = Callable[[str], Awaitable[TestClient]]
Browse = Callable[[str], Awaitable[TestClient]]


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
    await client.post(link, data={"own": "yes"}, allow_redirects=False)
    yield client
    await client.close()


@pytest.fixture
async def door(house: Talking, database: str) -> AsyncIterator[Door]:
    """Lets somebody in, in a browser of her own."""
    settings = replace(Settings(), database=database, demo=True, host="127.0.0.1", url="")
    async with AsyncExitStack() as stack:
        server = TestServer(house_app.build(settings, house.clock))
        await server.start_server()
        stack.push_async_callback(server.close)

        async def let_in(name: str) -> TestClient:
            person = house.staff.get(name, name)
            client = TestClient(server, cookie_jar=CookieJar(unsafe=True))
            stack.push_async_callback(client.close)
            async with house.store.look() as look:
                secret, row = await houses.secret(look), (await people.who(look, [person]))[person]
                roles = (await rights.actor_of(look, person)).roles
            works = name in house.staff and roles & rights.STAFF
            make = signin.staff_demo_link if works else signin.personal_link
            await client.post(make(secret, person, row.generation), data={"own": "yes"}, allow_redirects=False)
            await client.get("/?language=en")
            return client

        yield let_in


@pytest.fixture
async def browse(kaisa: TestClient, house: Planned, store: Store) -> AsyncIterator[Browse]:
    """Another browser on the same house: somebody's own, or (with an empty name) a stranger's."""
    opened: list[TestClient] = []

    async def browser(name: str) -> TestClient:
        client = TestClient(kaisa.server, cookie_jar=CookieJar(unsafe=True))
        opened.append(client)
        if name:
            async with store.look() as look:
                secret, person = await houses.secret(look), house.people[name]
                generation = (await people.who(look, [person]))[person].generation
                staff = await signin.is_staff(look, person)
            make = signin.staff_demo_link if staff else signin.personal_link
            await client.post(make(secret, person, generation), data={"own": "yes"}, allow_redirects=False)
        return client

    yield browser
    for client in opened:
        await client.session.close()
