"""Galene over a real socket: our tokens by PyJWT and by its own rules, its groups made by us, its people seen by us."""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

from calendars.clock import Clock
from calendars.errors import Unavailable
from calendars.rights import LEADS, MATRIX
from classroom.video.galene import Galene
from classroom.video.line import Line
from classroom.video.provider import SILENT, Asked, Finding
from classroom.video.tokens import signed
from tests.classroom.video.guests import SECRET, asked, guest
from tests.classroom.video.loopback import line_to, loopback, said
from tests.fakes.galene import FakeGalene, Group, Kept, galene_server

CLOCK = Clock()
FAKE = FakeGalene()
HERE = {"server": "127.0.0.1"}


def provider(line: Line | None = None, **other: Any) -> Galene:
    named = {"secret": SECRET, "admin": FAKE.admin, "password": FAKE.password} | other
    return Galene(line or Line("https://galene.example.org:8443/", CLOCK), CLOCK, **named)


@asynccontextmanager
async def running() -> AsyncIterator[tuple[FakeGalene, Galene]]:
    async with galene_server() as fake, line_to(fake.base, CLOCK) as line:
        yield fake, provider(line)


def today(lesson: str = "room", hours: float = 2) -> Asked:
    """A lesson that is on now."""
    now = datetime.now(UTC).replace(microsecond=0)
    return Asked(lesson, "Logistics 1", now, now + timedelta(hours=hours))


def token_of(one: Galene, role: str = "learner", person: str = "p1", lesson: str = "room", name: str = "Amina") -> str:
    door = one.link(asked(lesson), guest(role, name, person), datetime.now(UTC))
    (token,) = parse_qs(urlsplit(door.url or "").query)["token"]
    return token


class House:
    """Browsers of people who come in, each on a connection of her own."""

    def __init__(self, fake: FakeGalene, web: ClientSession) -> None:
        self._fake = fake
        self._web = web
        self._inside: list[ClientWebSocketResponse] = []

    async def come(self, token: str, own: str, group: str = "oppitupa/room") -> ClientWebSocketResponse:
        socket = await self._web.ws_connect(f"{self._fake.base}/ws")
        self._inside.append(socket)
        await socket.send_json({"type": "handshake", "version": ["2"], "id": own})
        await socket.send_json({"type": "join", "kind": "join", "group": group, "username": "typed", "token": token})
        async for message in socket:
            told = json.loads(message.data)
            if told["type"] == "joined":
                assert told["kind"] == "join", told
                return socket
        raise AssertionError("it said nothing")


@asynccontextmanager
async def a_lesson() -> AsyncIterator[tuple[FakeGalene, Galene, House]]:
    async with AsyncExitStack() as stack:
        fake, one = await stack.enter_async_context(running())
        web = await stack.enter_async_context(ClientSession())
        await one.prepare(today())
        yield fake, one, House(fake, web)


# --- the way in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(MATRIX))
def test_link_when_another_library_reads_it_then_these_rights_for_one_room_and_minutes(role: str) -> None:
    one, now = provider(), datetime.now(UTC).replace(microsecond=0)
    lesson = asked()
    door = one.link(lesson, guest(role, "ليلى حداد"), now)
    (token,) = parse_qs(urlsplit(door.url or "").query)["token"]
    key = base64.urlsafe_b64decode(one.jwk["k"] + "=")
    assert (len(key), one.jwk["kty"], one.jwk["alg"]) == (32, "oct", "HS256")
    where = f"https://galene.example.org:8443/group/oppitupa/{lesson.lesson}/"
    may = ["op", "present", "message"] if role in LEADS else [] if role in SILENT else ["present", "message"]
    assert jwt.decode(token, key, algorithms=["HS256"], audience=where) == {
        "sub": "ليلى حداد", "aud": where, "permissions": [*may, "oppitupa:p1"],
        "nbf": int(now.timestamp()) - 60, "exp": int(now.timestamp()) + 300,
    }  # fmt: skip
    assert door.url == f"{where}?token={token}"


def test_link_when_galene_stands_below_a_path_then_the_token_is_for_its_own_root() -> None:
    one = provider(Line("https://video.example.org/galene", CLOCK))
    claims = jwt.decode(token_of(one), options={"verify_signature": False})
    assert claims["aud"] == "https://video.example.org/group/oppitupa/room/"
    assert one.link(asked("room"), guest(), datetime.now(UTC)).url == (
        f"https://video.example.org/galene/group/oppitupa/room/?token={token_of(one)}"
    )


@pytest.mark.parametrize(
    "lacking",
    [{"secret": ""}, {"admin": ""}, {"password": ""}, {"line": Line("ftp://x", CLOCK)}],
    ids=range(4),
)
def test_link_when_something_is_not_set_then_unavailable(lacking: dict[str, Any]) -> None:
    with pytest.raises(Unavailable, match="provider_not_set"):
        provider(**lacking).link(asked(), guest(), datetime.now(UTC))


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Amina", "Amina"), ("A c/o B", "A c/o B"), ("x" * 200, "x" * 120), ("/", "∕"), ("..", "․․"), ("a/../b", "a∕․․∕b"),
     ("a//b", "a∕∕b"), ("a\\b", "a＼b"), ("", "·"), ("a/", "a∕")],
    ids=range(10),
)  # fmt: skip
def test_link_when_a_name_would_be_no_clean_path_then_galene_takes_it_all_the_same(name: str, shown: str) -> None:
    one = provider()
    fake = FakeGalene(groups={"oppitupa/room": Group({}, [one.jwk])})
    assert fake.judged("oppitupa/room", token_of(one, name=name))[0] == shown


@pytest.mark.parametrize("secret", ["s" * 32, "ä" * 16, "short", SECRET], ids=range(4))
def test_key_when_a_secret_has_any_length_then_thirty_two_bytes(secret: str) -> None:
    one = provider(secret=secret)
    assert len(one.key.encode()) == 32
    assert (one.key == secret) == (len(secret.encode()) == 32)
    fake = FakeGalene(groups={"oppitupa/room": Group({}, [one.jwk])})
    assert fake.judged("oppitupa/room", token_of(one)) == ("Amina", ["present", "message", "oppitupa:p1"])


GOOD = {"sub": "Amina", "aud": "https://g.example.org/group/oppitupa/room/", "permissions": ["present"]}
SECONDS = ("exp", "nbf", "iat")
TOKENS: dict[str, tuple[dict[str, Any], bool]] = {
    "good": ({}, True),
    "three seconds over": ({"exp": -3 + 1}, True),
    "over": ({"exp": -60}, False),
    "without an end": ({"exp": None}, False),
    "not yet": ({"nbf": 600}, False),
    "signed tomorrow": ({"iat": 600}, False),
    "another room": ({"aud": "https://g.example.org/group/oppitupa/other/"}, False),
    "no slash": ({"aud": "https://g.example.org/group/oppitupa/room"}, False),
    "the group above": ({"aud": "https://g.example.org/group/oppitupa/"}, False),
    "several rooms": ({"aud": ["https://x/", GOOD["aud"]]}, True),
    "nowhere": ({"aud": None}, False),
    "a word for rights": ({"permissions": "present"}, False),
    "a path for a name": ({"sub": "../Amina"}, False),
}


@pytest.mark.parametrize("case", TOKENS)
def test_tokens_when_one_claim_is_otherwise_then_as_the_real_one_was_measured(case: str) -> None:
    change, taken = TOKENS[case]
    one = provider()
    fake = FakeGalene(groups={"oppitupa/room": Group({}, [one.jwk])})
    now, said = int(datetime.now(UTC).timestamp()), GOOD | {"exp": 3000} | change  # seconds from this very second
    claims = {n: now + value if n in SECONDS else value for n, value in said.items() if value is not None}
    found = True
    try:
        fake.judged("oppitupa/room", signed(claims, one.key))
    except Kept:
        found = False
    assert found == taken
    with pytest.raises(Kept):
        fake.judged("oppitupa/room", signed(claims, "x" * 32))


# --- its groups -----------------------------------------------------------------------------------------------------


async def test_prepare_when_done_again_then_nothing_more_until_the_lesson_moves() -> None:
    async with running() as (fake, one):
        lesson = asked("room")
        await one.prepare(lesson)
        made = fake.groups["oppitupa/room"]
        comment = made.described.pop("comment")
        assert made.described == {
            "displayName": "Logistics 1", "not-before": "2026-08-31T06:00:00Z", "expires": "2026-09-01T08:00:00Z",
            "max-clients": 200,
        }  # fmt: skip
        assert made.keys == [one.jwk]
        assert one.key not in json.dumps(made.described)
        made.described["comment"] = comment
        fake.asked.clear()
        await one.prepare(lesson)
        assert fake.asked == ["GET oppitupa/room"]
        moved = Asked("room", "Logistics 1", lesson.starts, lesson.closes + timedelta(hours=1))
        await one.prepare(moved)
        assert made.described["expires"] == "2026-09-01T09:00:00Z"
        assert made.described["comment"] == comment
        await provider(one.line, secret="another secret").prepare(moved)
        assert made.keys == [provider(secret="another secret").jwk]


async def test_prepare_when_the_key_did_not_get_there_then_the_next_time() -> None:
    async with running() as (fake, one):
        fake.groups["oppitupa/room"] = Group({"displayName": "Logistics 1"})
        await one.prepare(asked("room"))
        assert fake.groups["oppitupa/room"].keys == [one.jwk]


@pytest.mark.parametrize(
    "answer", [said("404 No"), said("200 OK", body=b"[]"), said("415 No"), said("200 OK", body=b"x")]
)
async def test_prepare_when_it_is_no_galene_then_unavailable(answer: bytes) -> None:
    async with loopback(answer) as server, line_to(server.base, CLOCK) as line:
        with pytest.raises(Unavailable) as refused:
            await provider(line).prepare(asked())
        assert (refused.value.code, refused.value.facts) == ("video_unreadable", HERE)


@pytest.mark.parametrize(
    ("starts", "why"),
    [(0, ""), (23, ""), (25, "this group is not open yet"), (-3, "this group is closed")],
)
async def test_doors_when_they_are_shut_then_for_learners_and_never_for_who_leads(starts: int, why: str) -> None:
    """`starts`: in so many hours; the lesson lasts two."""
    async with running() as (fake, one):
        begins = datetime.now(UTC) + timedelta(hours=starts)
        await one.prepare(Asked("room", "x", begins, begins + timedelta(hours=2)))
        fake.admitted("oppitupa/room", token_of(one, "teacher"))
        with pytest.raises(Kept, match=why) if why else nullcontext():
            fake.admitted("oppitupa/room", token_of(one))


# --- who is in ------------------------------------------------------------------------------------------------------


async def test_present_when_two_have_one_name_then_two_people_and_no_name_is_anybody() -> None:
    async with a_lesson() as (fake, one, house):
        assert await one.present("nowhere") == {}
        assert await one.present("room") == {}
        first = await house.come(token_of(one, person="p1"), "c1")
        await house.come(token_of(one, person="p2"), "c2")
        await house.come(token_of(one, person="p2"), "c3")
        await house.come(token_of(one, "teacher", "t1", name="oppitupa:p4"), "c4")
        for own, may in (("c5", ["present"]), ("c6", ["oppitupa:p1", "oppitupa:p5"])):
            where = {
                "aud": "https://g.example.org/group/oppitupa/room/",
                "exp": int(datetime.now(UTC).timestamp()) + 3000,
            }
            await house.come(signed(where | {"sub": "Amina oppitupa:p3", "permissions": may}, one.key), own)
        assert await one.present("room") == {"p1": None, "p2": None, "t1": None}
        await first.close()
        assert await one.present("room") == {"p2": None, "t1": None}
        assert sorted(fake.groups["oppitupa/room"].people) == ["c2", "c3", "c4", "c5", "c6"]
        assert fake.pongs == 3


async def test_present_when_the_room_is_locked_or_full_then_it_is_seen_all_the_same() -> None:
    async with a_lesson() as (fake, one, house):
        await house.come(token_of(one), "c1")
        room = fake.groups["oppitupa/room"]
        room.locked, room.described["max-clients"] = True, 1
        assert await one.present("room") == {"p1": None}


async def test_remove_and_end_when_somebody_must_go_then_she_and_then_all() -> None:
    async with a_lesson() as (fake, one, house):
        first, second, third = [
            await house.come(token_of(one, role, person), own)
            for role, person, own in (("learner", "p1", "c1"), ("learner", "p2", "c2"), ("teacher", "t1", "c3"))
        ]
        for _ in range(2):
            await one.remove("room", "p1")
            assert await one.present("room") == {"p2": None, "t1": None}
        async for _message in first:
            pass
        for _ in range(2):
            await one.end("room")
            assert (fake.groups, await one.present("room")) == ({}, {})
        for socket in (second, third):
            async for _message in socket:
                pass  # ends, because it was closed


# --- a trial --------------------------------------------------------------------------------------------------------


async def test_trial_when_all_is_well_then_four_lines_and_no_room_stays() -> None:
    async with running() as (fake, one):
        names = ("address", "clock", "secret", "round_trip")
        assert await one.trial(datetime.now(UTC)) == [Finding(name) for name in names]  # type: ignore[arg-type]
        assert fake.groups == {}


async def test_trial_when_something_is_wrong_then_its_line_says_so() -> None:
    async with running() as (fake, one):
        now = datetime.now(UTC)
        fake.hands_on = False
        assert (await one.trial(now))[3:] == [Finding("round_trip", "video_unreadable", HERE)]
        fake.behind_a_wall = True
        assert (await one.trial(now))[3:] == [Finding("round_trip", "video_unreadable", HERE)]
        await one.prepare(today())
        with pytest.raises(Unavailable, match="video_unreadable"):
            await one.end("room")
        assert fake.groups == {}
        fake.writable = False
        assert (await one.trial(now))[3:] == [Finding("round_trip", "video_failed", HERE | {"key": "writableGroups"})]
        fake.password = "another"
        assert (await one.trial(now))[2:] == [Finding("secret", "video_refused", HERE)]
        fake.skew = -300
        assert (await one.trial(now))[1].problem == "video_clock_behind"
        assert fake.groups == {}
