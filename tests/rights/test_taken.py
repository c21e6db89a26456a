"""Rights that are taken away, or end by themselves, close open sockets within a second, in every worker."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from calendars import rights, visitors
from calendars.grants import Right
from calendars.people import people
from calendars.store import Store
from calendars.tables import Grant
from server.auth import devices
from server.keys import LIVE
from tests.calendars.planned import SYSTEM
from tests.rights.test_sockets import connected, status
from tests.rights.town import Town, served

WITHIN = 1.0
SLACK = 1.5  # the machine may be busy; the product's own share is what `within` measures in the quiet
Taken = Callable[[Town], Awaitable[None]]


@pytest.fixture
async def town(database: str) -> AsyncIterator[Town]:
    async with served(database) as found:
        yield found


async def closes(town: Town, role: str, take: Taken) -> float:
    """Seconds from the taking until the socket of somebody inside her lesson is closed."""
    async with connected(town, role) as client:
        answer = await client.say("enter", lesson=town.ids["lesson"]["own"], media=False)
        assert status(answer) == 200
        await take(town)
        taken = time.monotonic()
        async with asyncio.timeout(10):
            await client.gone.wait()
        return time.monotonic() - taken


async def dismissed(town: Town) -> None:
    """Her right is ended."""
    async with town.store.work() as work:
        grant = await work.one(select(Grant.id).where(Grant.person == town.visitors["tutor"].person))
        await people.dismiss(work, SYSTEM, grant)


async def device_revoked(town: Town) -> None:
    """Somebody signs her out everywhere."""
    async with town.store.work() as work:
        await devices.revoke_others(work, SYSTEM, town.visitors["learner"].person)


async def signed_out(town: Town) -> None:
    """She signs out in another tab."""
    visitor = town.visitors["guest"]
    path, headers = "/sign-out", town.headers("guest")
    async with town.browser.post(path, headers=headers, data={"csrf": visitor.csrf}, allow_redirects=False) as answer:
        assert answer.status == 303


async def link_taken_back(town: Town) -> None:
    """Whoever leads takes back the link by which somebody from outside came."""
    async with town.store.work() as work:
        await visitors.withdraw(work, SYSTEM, town.ids["lesson"]["own"], town.visitors["visitor"].person)


async def made_teacher(town: Town) -> None:
    """One factor let her in as a learner; as staff she must come in again."""
    async with town.store.work() as work:
        right = Right("teacher", "group", town.ids["group"]["own"])
        await people.appoint(work, SYSTEM, town.visitors["learner"].person, right)


async def demoted(town: Town) -> None:
    """A tutor becomes a guest: she may still enter, but must see no roster any more."""
    async with town.store.work() as work:
        tutor = town.visitors["tutor"].person
        await people.appoint(work, SYSTEM, tutor, Right("guest", "lesson", town.ids["lesson"]["own"]))
        grant = await work.one(select(Grant.id).where(Grant.person == tutor, Grant.role == "tutor"))
        await people.dismiss(work, SYSTEM, grant)


@pytest.mark.parametrize(
    ("role", "take"),
    [
        ("tutor", dismissed), ("learner", device_revoked), ("guest", signed_out), ("learner", made_teacher),
        ("tutor", demoted), ("visitor", link_taken_back),
    ],
    ids=lambda part: getattr(part, "__name__", part),
)  # fmt: skip
async def test_socket_when_a_right_is_taken_then_it_closes_at_once(town: Town, role: str, take: Taken) -> None:
    assert await closes(town, role, take) < WITHIN


async def test_socket_when_the_right_ends_by_its_hour_then_it_closes_within_its_second(town: Town) -> None:
    """Nobody does anything: the hour comes, and no revision moves."""
    guest = town.visitors["guest"].person
    async with town.store.work() as work:
        hour = work.now + timedelta(minutes=3)
        await work.run(update(Grant).where(Grant.person == guest).values(until=hour))

    async def strikes(town: Town) -> None:
        town.clock.at += timedelta(minutes=3)

    assert await closes(town, "guest", strikes) < SLACK


async def test_socket_when_another_worker_takes_the_right_then_it_closes_within_its_second(town: Town) -> None:
    """The act runs in a process of its own, as far as the sockets' worker can tell; there is no Redis."""
    elsewhere = Store(str(town.store.url.render_as_string(hide_password=False)), town.clock)

    async def take(town: Town) -> None:
        async with elsewhere.work() as work:
            grant = await work.one(select(Grant.id).where(Grant.person == town.visitors["tutor"].person))
            await people.dismiss(work, SYSTEM, grant)

    try:
        assert await closes(town, "tutor", take) < SLACK
    finally:
        await elsewhere.close()


async def test_socket_when_somebody_elses_right_moves_then_it_stays(town: Town) -> None:
    """A rule that closed everything would pass all of the above."""
    async with connected(town, "teacher") as client:
        await client.say("enter", lesson=town.ids["lesson"]["own"], media=False)
        await dismissed(town)
        await asyncio.sleep(SLACK)
        assert not client.gone.is_set()
        assert status(await client.say("hand", lesson=town.ids["lesson"]["own"], up=True)) == 200


async def test_socket_when_her_own_right_moves_elsewhere_then_it_stays(town: Town) -> None:
    """What she may do in this lesson is the same as before."""
    teacher = town.visitors["teacher"].person

    async def more(_town: Town) -> Any:
        async with town.store.work() as work:
            await people.appoint(work, SYSTEM, teacher, Right("counsellor", "programme", town.ids["programme"]["next"]))
            return await rights.actor_of(work, teacher)

    async with connected(town, "teacher") as client:
        await client.say("enter", lesson=town.ids["lesson"]["own"], media=False)
        await more(town)
        await asyncio.sleep(SLACK)
        assert not client.gone.is_set()
        assert town.app[LIVE].figures()["sockets"] == 1
