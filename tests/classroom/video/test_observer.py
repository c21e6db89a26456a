"""A visit to servers that are no Galene, or a bad one: each ends in a code, soon, and no token stands in it."""

import pytest

from calendars.clock import Clock
from calendars.errors import Unavailable
from classroom.video.observer import visit
from tests.classroom.video.loopback import line_to, loopback, said
from tests.fakes.galene import strange

CLOCK = Clock()
HERE = {"server": "127.0.0.1"}


def broken(frame: bytes) -> bytes:
    """A websocket that opens, whoever asks, is told one thing, and is gone."""
    return b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + frame


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (said("302 There", "Location: /ws"), "video_redirected"),
        (said("403 No"), "video_refused"),
        (said("500 Oh"), "video_broken"),
        (said("200 OK"), "video_unreadable"),
        (b"SSH-2.0-OpenSSH_9\r\n", "video_unreadable"),
        (broken(b"Sec-WebSocket-Accept: x\r\n\r\n"), "video_unreadable"),
    ],
    ids=range(6),
)
async def test_visit_when_the_server_is_otherwise_then_that_code_and_no_token(answer: bytes, code: str) -> None:
    async with loopback(answer) as server, line_to(server.base, CLOCK) as line:
        with pytest.raises(Unavailable) as refused:
            await visit(line, "g", "a-token")
        assert (refused.value.code, refused.value.facts) == (code, HERE)
        assert (refused.value.__context__, refused.value.__cause__) == (None, None)
        assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (["[]"], "video_unreadable"),
        (["{"], "video_unreadable"),
        (["[" * 100_000], "video_unreadable"),
        (['{"type": "chat", "value": "%s"}' % ("x" * 900_000)] * 5, "video_too_much"),
        (['{"type": "chat", "value": "%s"}' % ("x" * 4_000_001)], "video_too_much"),
        (['{"type": "chat"}'] * 5_001, "video_too_much"),
        (['{"type": "joined", "kind": "fail", "value": "not authorised"}'], "video_refused"),
        (['{"type": "joined", "kind": "fail", "value": "this <b>group</b> is closed"}'], "video_failed"),
        (['{"type": "user", "kind": "add", "id": 7, "permissions": 7}', "close"], "video_broken"),
        ([], "video_silent"),
    ],
    ids=range(10),
)
async def test_visit_when_strange_things_are_told_then_it_ends_in_a_code(told: list[str], code: str) -> None:
    async with strange(told) as base, line_to(base, CLOCK) as line:
        with pytest.raises(Unavailable) as refused:
            await visit(line, "g", "a-token", whole=0.3 if code == "video_silent" else 8)
        assert refused.value.code == code
        assert refused.value.facts.get("key", "this bgroupb is closed") == "this bgroupb is closed"
