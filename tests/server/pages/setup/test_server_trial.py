"""Trying a room: each thing in one line with what to do; the lines to paste hold our addresses and no secret."""

import re
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp.test_utils import TestClient
from yarl import URL

from calendars import grants, rights
from calendars.clock import Clock
from calendars.grants import Right
from calendars.store import Store
from classroom import servers, serverstates
from classroom.servers import Server
from classroom.video.kinds import KINDS, Home
from server.commands import doctor
from server.pages.setup.pasted import HOLE, WORD, lines
from server.settings import Settings
from tests.calendars.planned import SYSTEM, Planned
from tests.fakes.livekit import FakeLiveKit, livekit_server
from tests.server.pages.forms import hidden_in, page_of, send

SECRET = "a secret of at least thirty-two letters"
TOLD = {
    "jitsi": {"url": "https://meet.example.org", "app_id": "us"},
    "bigbluebutton": {"url": "https://bbb.example.org/bigbluebutton", "algorithm": "sha512"},
    "livekit": {"url": "https://live.example.org", "front": "https://front.example.org", "key": "APIus"},
    "galene": {"url": "https://galene.example.org", "admin": "us"},
    "link": {"url": "https://tool.example.org/{lesson}"},
}
HOLES = {"jitsi": {HOLE}, "livekit": {HOLE}, "galene": {WORD}}
TELLS = ("jitsi", "bigbluebutton", "livekit")


def nobody() -> str:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{line.getsockname()[1]}"


async def tried(admin: TestClient, name: str, url: str, secret: str) -> str:
    """Add a LiveKit at this address and try it; the page that answers."""
    new, key = "/settings/servers/new", FakeLiveKit().key
    form = {"name": name, "url": url, "front": "https://front.example.org", "key": key, "secret": secret}
    _, where = await send(admin, f"{new}?kind=livekit", form, new)
    csrf = hidden_in(await page_of(admin, where), f"{where}/try")
    answer = await admin.post(f"{where}/try", data=csrf)
    assert answer.status == 200
    return await answer.text()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_room_when_tried_then_each_line_says_what_to_do(kaisa: TestClient, house: Planned, store: Store) -> None:
    async with store.work() as work:
        await grants.give(work, SYSTEM, house.people["Kaisa"], Right("admin", "house", rights.HOUSE), rights.THE_HOUSE)
    house.clock.shift = house.clock.at - datetime.now(UTC)  # the house lives in March, the servers out there do not
    await kaisa.get("/?language=en")
    async with livekit_server() as fake:
        good = await tried(kaisa, "Good", fake.base, fake.secret)
        wrong = await tried(kaisa, "Wrong", fake.base, "another secret of thirty-two letters")
        assert "answers" in await page_of(kaisa, "/settings/servers")
    away = await tried(kaisa, "Away", nobody(), SECRET)
    assert "This room is ready for lessons." in good
    assert "Check key and secret on both sides." in wrong
    assert "cannot be reached. Check the address and the network." in away
    assert SECRET not in good + wrong + away


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_room_when_the_clock_there_is_minutes_ahead_then_its_line_and_the_trial_say_how_far(
    kaisa: TestClient, house: Planned, store: Store
) -> None:
    async with store.work() as work:
        await grants.give(work, SYSTEM, house.people["Kaisa"], Right("admin", "house", rights.HOUSE), rights.THE_HOUSE)
    house.clock.shift = house.clock.at - datetime.now(UTC)
    await kaisa.get("/?language=en")
    async with livekit_server() as fake:
        fake.skew = 300
        wrong = await tried(kaisa, "Fast", fake.base, fake.secret)
        line = await page_of(kaisa, "/settings/servers")
    for told in (wrong, line):
        assert re.search(r"The clock of 127\.0\.0\.1 is (299|300|301) s fast", told)
    assert "its clock is wrong" in line

    house.clock.forward(seconds=1)
    async with store.work() as work:  # what it tells of people is further off than what its page says
        (which,) = [one.id for one in await servers.servers(work, rights.system())]
        await serverstates.tells_ahead(work, which, "127.0.0.1", timedelta(seconds=420))
    line = await page_of(kaisa, "/settings/servers")
    assert "127.0.0.1 is 420 s fast: what it tells of people does not count" in line


async def test_doctor_when_servers_are_set_then_it_tries_each_and_says_what_to_do() -> None:
    async with livekit_server() as fake:
        settings = replace(
            Settings(), database="sqlite+aiosqlite:////nowhere/at/all.db", livekit_url=fake.base, livekit_key=fake.key,
            livekit_secret=fake.secret, livekit_front=fake.base, jitsi_url=nobody(), jitsi_app_id="us",
            jitsi_secret=SECRET,
        )  # fmt: skip
        found = await doctor.rooms(settings)
    assert [(one.well, one.sentence.partition(": ")[0]) for one in found] == [
        (False, "The video server Jitsi Meet, address"),
        (True, "The video server LiveKit answers and gives rooms."),
    ]
    assert SECRET not in repr(found)


@pytest.mark.parametrize("kind", KINDS)
def test_lines_to_paste_when_shown_then_they_hold_our_address_and_no_secret(kind: str) -> None:
    provider = KINDS[kind].make("s1", Home(Clock()), TOLD[kind] | dict.fromkeys(KINDS[kind].secrets, SECRET))
    server = Server("s1", "Kunta", kind, None, TOLD[kind], {}, datetime.now(UTC), None)
    assert lines(server, provider, "", str) == []
    told = "\n".join(text for _, text in lines(server, provider, "https://house.example.org", str))
    assert ("https://house.example.org/hooks/s1" in told) == (kind in TELLS)
    assert SECRET not in told
    assert {hole for hole in (HOLE, WORD) if hole in told} == HOLES.get(kind, set())
    assert URL("https://house.example.org/hooks/s1").path == "/hooks/s1"
