"""A lesson that was taught and signed, and its bundle."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from calendars import houses
from classroom import ledger, register
from classroom.proof import signing
from classroom.proof.bundle import bundle
from classroom.register import Correction
from classroom.sealing import Seal
from classroom.tables import Evidence
from tests.calendars.planned import SYSTEM, Planned
from tests.classroom.living import Living

Export = Callable[[Planned], Awaitable[bytes]]


async def taught(house: Planned) -> str:
    """Veera holds half an hour, Amina is there; every kind of evidence that people give stands in the ledger."""
    living = Living(house, house.lessons["first"][0])
    await living.start()
    await living.enter("Veera")
    await living.enter("Amina")
    for _ in range(60):
        house.clock.at += timedelta(seconds=30)
        for one in living.sockets:
            await living.beat(one)
    veera, bilal, end = await house.actor("Veera"), house.people["Bilal"], house.clock.at
    async with house.store.work() as work:
        await register.close(work, veera, living.lesson)
    said = Correction(bilal, "phone", end - timedelta(minutes=20), end - timedelta(minutes=10), "Soitti äidilleen")
    async with house.store.work() as work:
        await register.correct(work, veera, living.lesson, said)
    async with house.store.work() as work:
        await register.excuse(work, veera, living.lesson, bilal, "own_illness")
    return living.lesson


async def sign(house: Planned, lesson: str) -> None:
    async with house.store.work() as work:
        await register.sign(work, await house.actor("Veera"), lesson)


async def seal_of(house: Planned, key: str = "") -> Seal:
    async with house.store.look() as look:
        return Seal(await houses.secret(look), key)


async def seal(house: Planned, key: str = "") -> int:
    async with house.store.work() as work:
        return await signing.seal_due(work, await seal_of(house, key))


async def exported(house: Planned, key: str = "") -> bytes:
    """Sealed, then exported."""
    await seal(house, key)
    async with house.store.look() as look:
        held = await bundle(look, SYSTEM, house.programme, await seal_of(house, key))
    assert held is not None
    return held


async def lived(house: Planned) -> str:
    """Signed, opened again, corrected, signed, and a provider's word after that; sealed in between."""
    lesson, veera = await taught(house), await house.actor("Veera")
    await sign(house, lesson)
    await seal(house)
    house.clock.at += timedelta(minutes=5)
    async with house.store.work() as work:
        await register.reopen(work, veera, lesson, "Bilal oli paikalla")
    said = Correction(
        house.people["Bilal"], "paper", house.clock.at - timedelta(minutes=30), house.clock.at, "Lista löytyi"
    )
    async with house.store.work() as work:
        await register.correct(work, veera, lesson, said)
    async with house.store.work() as work:
        row = select(Evidence.id).where(Evidence.lesson == lesson, Evidence.kind == "phone")
        await register.take_back(work, veera, lesson, await work.one(row))
    await seal(house)
    await sign(house, lesson)
    house.clock.at += timedelta(minutes=5)
    body = {"provider": "jitsi", "event": "joined", "at": "2026-03-09T08:10:00Z"}
    async with house.store.work() as work:
        await ledger.enter(work, lesson, ledger.Said("provider", house.people["Amina"], body))
    return lesson


@pytest.fixture
async def signed(house: Planned) -> Planned:
    """The house with a register that has lived through everything."""
    await lived(house)
    return house
