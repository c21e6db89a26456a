"""Two people who can reach each other only through coturn: the house's credential opens it, an old one does not."""

import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser

from classroom.video.builtin import CREDENTIAL_SECONDS, Builtin
from tests.journeys.conftest import Demo, start, stop
from tests.journeys.voices.people import AUDIBLE, TONES, linked, seat, signed_in, until, voices
from tests.programs import free_port, program, wait_until

SECRET = "what only coturn and the house know"
GATHER = """async ([servers]) => {
  const call = new RTCPeerConnection({ iceServers: servers, iceTransportPolicy: "relay" });
  const [found, refused] = [[], []];
  call.onicecandidate = ({ candidate }) => candidate?.candidate && found.push(candidate.type);
  call.onicecandidateerror = ({ errorCode }) => refused.push(errorCode);
  call.createDataChannel("any");
  await call.setLocalDescription();
  await new Promise((done) => {
    call.onicegatheringstatechange = () => call.iceGatheringState === "complete" && done();
    setTimeout(done, 12000);
  });
  call.close();
  return [[...new Set(found)], [...new Set(refused)]];
}"""


@pytest.fixture
def turn(tmp_path: Path) -> Iterator[str]:
    """A coturn of our own, with the secret of the house."""
    server, port = program("turnserver", "coturn (apt install coturn)"), free_port()
    command = [
        server, "-n", "--use-auth-secret", f"--static-auth-secret={SECRET}", "--realm=oppitupa",
        "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={port}", "--allow-loopback-peers",
        "--no-tls", "--no-dtls", "--no-cli", f"--pidfile={tmp_path}/turn.pid", f"--userdb={tmp_path}/turn.db",
    ]  # fmt: skip
    with (tmp_path / "turn.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=tmp_path)

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_until(answers, "coturn")
        yield f"turn:127.0.0.1:{port}?transport=udp"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
async def house(turn: str, tmp_path: Path) -> AsyncIterator[Demo]:
    """A demo that knows this coturn, and lives eight months away from its clock."""
    running = await start(
        tmp_path / "house", "--classmates", "0", "--clock", "2026-03-10T10:05:00+02:00",
        settings={"OPPITUPA_TURN": turn, "OPPITUPA_TURN_SECRET": SECRET},
    )  # fmt: skip
    yield running
    await stop(running)


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with voices(chromium) as opened:
        yield opened


async def test_relay_when_there_is_no_other_way_then_a_listener_without_microphone_hears_the_teacher(
    house: Demo, browser: Browser
) -> None:
    teacher = await signed_in(browser, house.people("teacher")[0], TONES[0], relay=True)
    learner = house.people("learner", house.lesson["group"])[0]
    listener = await signed_in(browser, learner, 0, relay=True)
    for each in (teacher, listener):
        await each.enters(house)
    await linked([teacher, listener], [1, 1])
    await teacher.presses("microphone")

    async def heard() -> bool:
        return (await listener.hears([teacher.tone]))[0] >= AUDIBLE

    await until(heard, 20, "the teacher is heard through coturn")
    for each in (teacher, listener):
        rows: dict[str, dict[str, Any]] = await each.probe("carried")
        assert [row["ways"] for row in rows.values()] == [["relay", "relay"]]

    async def sounds() -> bool:
        return await seat(teacher, listener.id) == ("here", False)

    await until(sounds, 10, "her sound is on the roster")


@pytest.mark.parametrize(
    ("age", "secret", "found", "refused"),
    [(0, SECRET, ["relay"], []), (CREDENTIAL_SECONDS + 60, SECRET, [], [401]), (0, "another", [], [401])],
    ids=["fresh", "expired", "forged"],
)
async def test_credential_when_it_is_tried_at_coturn_then_only_a_fresh_one_of_the_house_opens(
    turn: str, browser: Browser, age: int, secret: str, found: list[str], refused: list[int]
) -> None:
    then = datetime.now(UTC) - timedelta(seconds=age)
    servers = Builtin(turn=(turn,), turn_secret=secret).ice_servers("p1", then)
    page = await browser.new_page()
    assert await page.evaluate(GATHER, [servers]) == [found, refused]
