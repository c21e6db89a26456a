"""Attempts at the door are few, for each address and each account, whatever the one who guesses says of herself."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from calendars import rights
from classroom import epochs
from server.auth import codes, forms
from server.auth.limits import (
    CODES_FOR_ONE,
    ENROLMENTS_OF_ADDRESS,
    PASSKEYS_OF_ADDRESS,
    PASSWORDS_FOR_ONE,
    PASSWORDS_OF_ADDRESS,
    WRONG_CODES,
    spend,
)
from server.auth.tables import Attempt
from server.chores import CHORES
from tests.server.auth.conftest import Browser, Doors

WRONG = {"email": "kaisa@example.org", "password": "wrong horse battery", "code": "000000"}
INVITATION = {"totp": "A" * 32, "email": "a@example.org", "password": "long enough to be one", "code": "000000"}


async def tried(browser: Browser, path: str, data: dict[str, Any], **headers: str) -> tuple[int, str | None]:
    """The status of one attempt, and for how long to wait."""
    async with browser.post(path, data=data, headers=headers, allow_redirects=False) as answer:
        await answer.read()
        return answer.status, answer.headers.get("Retry-After")


async def read_out(doors: Doors) -> str:
    """Six digits for Amina, made by the coordinator."""
    async with doors.store.work() as work:
        actor = await rights.actor_of(work, doors.coordinator.id)
        return (await codes.read_out_code(work, actor, doors.secret, doors.amina.id)).digits


@pytest.mark.parametrize(
    ("path", "data", "limit", "refused"),
    [
        ("/code", {"code": "000000"}, WRONG_CODES, 422),
        ("/sign-in/staff", WRONG, PASSWORDS_OF_ADDRESS, 422),
        ("/sign-in/passkey/question", {}, PASSKEYS_OF_ADDRESS, 200),
        ("/enrol/invented", INVITATION, ENROLMENTS_OF_ADDRESS, 404),
        ("/enrol/invented/passkey/question", {}, ENROLMENTS_OF_ADDRESS, 404),
    ],
    ids=["digits", "password", "passkey", "enrolment", "passkey of an enrolment"],
)
async def test_attempts_when_too_many_then_429_until_the_time_is_over(
    doors: Doors, path: str, data: dict[str, Any], limit: Any, refused: int
) -> None:
    browser = await doors.open()
    statuses = [(await tried(browser, path, data))[0] for _ in range(limit.most)]
    assert statuses == [refused] * limit.most
    another = await doors.open()  # another browser behind the same address, and whatever it says where it comes from
    assert await tried(another, path, data, **{"X-Forwarded-For": "203.0.113.9"}) == (429, str(limit.seconds))
    doors.clock.at += timedelta(seconds=max(limit.seconds, PASSWORDS_FOR_ONE.seconds))
    assert (await tried(another, path, data))[0] == refused


async def test_digits_when_the_address_is_used_up_then_the_right_ones_do_not_open_either(doors: Doors) -> None:
    """Else the limit would tell a guesser when to stop."""
    browser = await doors.open()
    digits = await read_out(doors)
    wrong = "000000" if digits != "000000" else "000001"
    for _ in range(WRONG_CODES.most):
        await tried(browser, "/code", {"code": wrong})
    assert (await tried(browser, "/code", {"code": digits}))[0] == 429


async def test_password_when_one_account_is_tried_from_many_addresses_then_it_is_limited_too(doors: Doors) -> None:
    """PASSWORDS_FOR_ONE is not above what one address may: here the address's own count is what stops first."""
    assert PASSWORDS_FOR_ONE.most <= PASSWORDS_OF_ADDRESS.most
    assert PASSWORDS_FOR_ONE.seconds >= PASSWORDS_OF_ADDRESS.seconds
    browser = await doors.open()
    for _ in range(PASSWORDS_FOR_ONE.most):
        await tried(browser, "/sign-in/staff", WRONG)
    doors.clock.at += timedelta(seconds=PASSWORDS_OF_ADDRESS.seconds)  # the address is free again, the account is not
    assert (await tried(browser, "/sign-in/staff", WRONG))[0] == 429
    assert (await tried(browser, "/sign-in/staff", WRONG | {"email": "teija@example.org"}))[0] == 422


async def test_codes_when_made_too_often_for_one_learner_then_refused(doors: Doors) -> None:
    kaisa = await doors.enter(doors.coordinator)
    async with kaisa.get(f"/people/{doors.amina.id}/link") as page:
        csrf = (await page.text()).split('name="csrf" value="')[1].split('"')[0]
    path = f"/people/{doors.amina.id}/link/code"
    statuses = [(await tried(kaisa, path, {"csrf": csrf}))[0] for _ in range(CODES_FOR_ONE.most + 1)]
    assert statuses == [200] * CODES_FOR_ONE.most + [429]


async def test_digits_when_thirty_learners_behind_one_address_are_right_then_all_get_in(doors: Doors) -> None:
    """The right attempt is given back: a classroom has one address."""
    for _ in range(WRONG_CODES.most * 2):
        assert (await tried(await doors.open(), "/code", {"code": await read_out(doors)}))[0] == 303


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
async def test_body_when_it_trickles_in_without_end_then_it_is_cut_off(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Else a stranger holds as many places as she likes, for as long as she likes."""
    monkeypatch.setattr(forms, "BODY_WITHIN", 0.2)
    browser = await doors.open()
    hearing, saying = await asyncio.open_connection("127.0.0.1", browser.port)
    head = f"POST /sign-in/passkey HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: 90\r\n\r\n{{"
    saying.write(head.encode())
    async with asyncio.timeout(5):
        assert (await hearing.readline()).split()[1] == b"503"
    saying.close()


async def test_attempts_when_their_time_is_over_then_a_chore_forgets_them(doors: Doors) -> None:
    sweep = next(chore for chore in CHORES if chore.name == "sweep")
    left = []
    for seconds in (0, WRONG_CODES.seconds):
        async with doors.store.work() as work:
            if not seconds:
                await spend(work, doors.secret, WRONG_CODES, "192.0.2.1")
            work.now += timedelta(seconds=seconds)
            await sweep.do(work, "", epochs.Watch())
            left.append(len(await work.all(select(Attempt))))
    assert left == [1, 0]
