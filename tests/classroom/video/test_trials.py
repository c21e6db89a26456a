"""A trial of a server: each line as far as the one before allows, and a wrong clock stops nothing."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from calendars.clock import SetClock
from calendars.errors import Unavailable
from classroom.video.provider import Finding
from classroom.video.trials import walk
from tests.classroom.video.loopback import line_to, loopback, said

NINE = datetime(2026, 9, 1, 9, tzinfo=UTC)
HERE = {"server": "127.0.0.1"}


def at(seconds: float) -> str:
    return "Date: " + format_datetime(NINE + timedelta(seconds=seconds), usegmt=True)


OK, OFF = Finding("address"), {"server": "127.0.0.1", "seconds": "300"}
ANSWERS: dict[str, tuple[list[bytes], list[Finding]]] = {
    "good": ([said("200 OK", at(29))], [OK, Finding("clock"), Finding("secret"), Finding("round_trip")]),
    "no time told": ([said("200 OK")], [OK, Finding("clock"), Finding("secret"), Finding("round_trip")]),
    "five minutes slow": (
        [said("200 OK", at(-300)), said("401 No", at(-300))],
        [OK, Finding("clock", "video_clock_behind", OFF), Finding("secret", "video_refused", HERE)],
    ),
    "five minutes fast": (
        [said("200 OK", at(300)), said("200 OK"), said("500 Oh")],
        [
            OK,
            Finding("clock", "video_clock_ahead", OFF),
            Finding("secret"),
            Finding("round_trip", "video_broken", HERE),
        ],
    ),
    "moved": ([said("302 There", "Location: https://x.example.org/")], [Finding("address", "video_redirected", HERE)]),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_walk_when_a_server_is_so_then_these_lines(name: str) -> None:
    answers, findings = ANSWERS[name]
    async with loopback(*answers) as server, line_to(server.base, SetClock(NINE)) as line:
        assert await walk(line, *[lambda: line.get("/")] * 3) == findings


async def test_walk_when_the_server_rests_then_it_is_called_all_the_same() -> None:
    async with loopback(*[said("500 Oh")] * 3, said("200 OK")) as server, line_to(server.base, SetClock(NINE)) as line:
        for _ in range(3):
            with pytest.raises(Unavailable, match="video_broken"):
                await line.get("/")
        assert (await walk(line, *[lambda: line.get("/")] * 3))[0] == Finding("address")
