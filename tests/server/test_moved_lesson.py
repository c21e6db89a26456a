"""The server of a room dies in a lesson: the next click leads elsewhere, without a question to anybody."""

import re
import socket
from contextlib import suppress

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from calendars import chains
from calendars.errors import Unavailable
from classroom import moves
from classroom.video.choose import line_of
from server import video
from server.keys import VIDEO
from tests.server.workers import House, until

SECRETS = {
    "jitsi_app_id": "oppitupa", "jitsi_secret": "a secret of at least thirty-two letters",
    "bigbluebutton_url": "https://bbb.example.org/bigbluebutton", "bigbluebutton_secret": "another long secret",
}  # fmt: skip
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def nobody() -> str:
    """An address at which nobody listens."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{line.getsockname()[1]}"


async def dies(worker: TestServer, name: str) -> None:
    """Call the server until its line leaves it alone, as the chores that look at it do; tell the other workers."""
    line = line_of(worker.app[VIDEO].of(name))
    assert line is not None
    for _ in range(9):
        with suppress(Unavailable):
            await line.post("/", body=b"")
    assert line.health.state == "resting"
    await video.report(worker.app)


async def goes(session: ClientSession, worker: TestServer, path: str) -> str:
    async with session.get(worker.make_url(path), allow_redirects=False) as answer:
        return str(answer.headers.get("Location", ""))


async def test_lesson_when_its_server_dies_then_the_next_click_in_any_worker_leads_to_the_next_room(
    house: House, nobody: str
) -> None:
    one, other = [await house.worker(jitsi_url=nobody, **SECRETS) for _ in range(2)]
    async with house.planned.store.work() as work:
        kaisa = await house.planned.actor("Kaisa")
        await chains.choose(work, kaisa, house.planned.programme, ["jitsi", "bigbluebutton"])
    inside = await house.enters(one, "Amina")
    told: list[str] = []
    inside.client.on("facts", lambda facts: told.extend(each["kind"] for each in facts))
    assert inside.entrance["video"]["provider"] == "jitsi"
    session = await house.signs_in(one, "Amina")
    assert (await goes(session, one, f"/lessons/{house.lesson}/door")).startswith(nobody)

    await dies(one, "jitsi")
    await until(lambda: bool(other.app[VIDEO].why_not("jitsi")))
    veera = await house.enters(other, "Veera")
    assert veera.entrance["video"]["provider"] == "bigbluebutton"
    seen = await veera.client.call("watch", {"lesson": house.lesson}, timeout=10)
    assert seen["roster"]["moved"]["provider"] == "bigbluebutton"
    await until(lambda: "RoomMoved" in told)
    session = await house.signs_in(one, "Bilal")
    door = f"/lessons/{house.lesson}/door"
    assert (await goes(session, one, door)).startswith("https://bbb.example.org/bigbluebutton/api/join?")
    async with house.planned.store.look() as look:
        rows = [(row.before, row.provider, row.why) for row in await moves.of_lesson(look, house.lesson)]
    assert rows == [("jitsi", "bigbluebutton", "video_unreachable")]


async def test_lesson_when_whoever_leads_moves_it_then_the_register_and_the_page_say_so(house: House) -> None:
    worker = await house.worker(jitsi_url="https://meet.example.org", **SECRETS)
    async with house.planned.store.work() as work:
        await chains.choose(work, await house.planned.actor("Kaisa"), house.planned.programme, ["jitsi"])
    session = await house.signs_in(worker, "Veera")
    room = f"/lessons/{house.lesson}/room"
    async with session.get(worker.make_url(f"{room}?language=en")) as answer:
        page = await answer.text()
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    assert 'data-room="builtin"' in page
    form = {"csrf": csrf, "provider": "builtin"}
    async with session.post(
        worker.make_url(f"/lessons/{house.lesson}/move"), data=form, allow_redirects=False
    ) as answer:
        assert answer.status == 303
    async with session.get(worker.make_url(f"/lessons/{house.lesson}/register")) as answer:
        assert "The class moved at" in await answer.text()
    learner = await house.enters(worker, "Amina")
    assert learner.entrance["video"]["provider"] == "builtin"
