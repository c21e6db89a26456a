"""A plain address of any other tool: nobody is in it, and only whether something answers there can be tried."""

from datetime import UTC, datetime

import pytest

from calendars.clock import Clock
from calendars.errors import Unavailable
from classroom.video.line import Line
from classroom.video.link import Link, host_of
from classroom.video.provider import Door, Finding, Reporting, Tried, Watched
from tests.classroom.video.guests import asked, guest
from tests.classroom.video.loopback import line_to, loopback, said

CLOCK, NOW = Clock(), datetime(2026, 9, 1, 6, tzinfo=UTC)
HERE = {"server": "127.0.0.1"}
TEAMS = "https://teams.example.com/l/meetup-join/19%3ameeting_x%40thread.v2/0?context=%7b%22Tid%22%3a%221%22%7d#a"


def provider(address: str, line: Line | None = None) -> Link:
    return Link(address, line or Line("https://tool.example.org", CLOCK))


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (TEAMS, TEAMS),
        ("https://zoom.example.us/j/123?pwd=aB1", "https://zoom.example.us/j/123?pwd=aB1"),
        ("https://meet.example.org:8443/{lesson}", "https://meet.example.org:8443/a%2F%C3%A4%3Fb"),
        ("https://meet.example.org/x?room={lesson}", "https://meet.example.org/x?room=a%2F%C3%A4%3Fb"),
    ],
    ids=range(4),
)
def test_link_when_anybody_comes_then_the_address_as_it_was_written(address: str, url: str) -> None:
    one = provider(address)
    doors = [one.link(asked("a/ä?b"), who, NOW) for who in (guest("teacher", "Bo", person="p9"), guest())]
    assert doors == [Door("link", url), Door("link", url)]
    assert [isinstance(one, what) for what in (Tried, Watched, Reporting)] == [True, False, False]


@pytest.mark.parametrize(
    "address",
    ["", "teams", "http://zoom.example.us/j/1", "javascript:alert(1)//{lesson}", "https://", "https:///x",
     "https://a b/", "https://ä.example.org/", "https://who:word@zoom.example.us/", "https://[::1", "https://x:99999/", "https://x/\x7f"],
    ids=range(12),
)  # fmt: skip
async def test_link_when_it_is_no_whole_address_then_unavailable_and_the_trial_says_so(address: str) -> None:
    one = provider(address)
    with pytest.raises(Unavailable) as refused:
        one.link(asked(), guest(), NOW)
    assert refused.value.code == "video_bad_address"
    assert host_of(address) == ""
    assert await one.trial(NOW) == [Finding("address", "video_bad_address")]


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (said("200 OK"), None),
        (said("302 There", "Location: https://login.example.org/"), None),
        (said("403 No"), None),
        (said("404 No"), "video_unreadable"),
        (said("500 Oh"), "video_broken"),
    ],
    ids=range(5),
)
async def test_trial_when_the_address_answers_so_then_that_one_line(answer: bytes, problem: str | None) -> None:
    async with loopback(answer) as server, line_to(server.base, CLOCK) as line:
        told = await provider("https://tool.example.org/meet/{lesson}?a=b%20c#d", line).trial(NOW)
        assert told == [Finding("address", problem, HERE if problem else {})]
        assert server.heard[0].startswith(b"GET /meet/trial?a=b%20c HTTP/1.1\r\n")


def test_host_of_when_an_address_has_a_port_then_to_that_host() -> None:
    assert host_of("https://meet.example.org:8443/{lesson}?a=b#c") == "https://meet.example.org:8443"
