"""The clock of a room's server is five minutes off, so it takes no token: the lesson goes on in the next room."""

import pytest
from aiohttp import ClientSession
from yarl import URL

from calendars import chains
from classroom import moves
from server.keys import LIVE, STORE, VIDEO
from server.rounds import PATIENT, Rounds
from tests.contracts.test_bad_servers import REAL
from tests.fakes.galene import FakeGalene
from tests.fakes.livekit import FakeLiveKit, livekit_server
from tests.server.workers import House

SECRET = "a secret of at least thirty-two letters"
TOLD = {
    "jitsi_app_id": "oppitupa", "jitsi_secret": SECRET, "jitsi_domain": "meet.example.org",
    "galene_admin": FakeGalene().admin, "galene_password": FakeGalene().password, "galene_secret": SECRET,
    "livekit_key": FakeLiveKit().key, "livekit_secret": SECRET, "livekit_front": "https://front.example.org",
}  # fmt: skip


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("minutes", [5, -5])
@pytest.mark.parametrize("kind", ["jitsi", "galene"])
async def test_click_when_the_clock_of_her_room_is_five_minutes_off_then_it_leads_into_one_that_admits_her(
    house: House, kind: str, minutes: int
) -> None:
    async with REAL[kind](skew=60.0 * minutes) as wrong, livekit_server() as right:
        mine = {name: value for name, value in TOLD.items() if name.startswith((kind, "livekit"))}
        worker = await house.worker(**mine, **{f"{kind}_url": wrong.base}, livekit_url=right.base)
        async with house.planned.store.work() as work:
            kaisa = await house.planned.actor("Kaisa")
            await chains.choose(work, kaisa, house.planned.programme, [kind, "livekit"])
        amina = await house.signs_in(worker, "Amina")
        rounds = Rounds(worker.app[STORE], worker.app[VIDEO], worker.app[LIVE].epoch)

        async def click() -> str:
            door = worker.make_url(f"/lessons/{house.lesson}/door")
            async with amina.get(door, allow_redirects=False) as answer:
                return answer.headers["Location"]

        for _ in range(PATIENT):
            assert (await click()).startswith(wrong.base)
            await rounds.begin()
            await rounds.ended()
        said = {"access_token": URL(await click()).query["token"]}
        async with ClientSession() as browser, browser.get(f"{right.base}/rtc/validate", params=said) as answer:
            assert answer.status == 200
        async with house.planned.store.look() as look:
            rows = [(one.before, one.provider, one.why) for one in await moves.of_lesson(look, house.lesson)]
        assert rows == [(kind, "livekit", "video_clock_ahead" if minutes > 0 else "video_clock_behind")]
        veera = await house.signs_in(worker, "Veera")
        async with veera.get(worker.make_url(f"/lessons/{house.lesson}/register?language=en")) as answer:
            assert "The clock of its server was wrong." in await answer.text()
