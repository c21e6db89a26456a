"""LiveKit against its official SDK, over a real socket: our tokens by its verifier, its webhooks by us, ours by it."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from jwt import PyJWTError
from livekit.api import TokenVerifier, VideoGrants, WebhookReceiver
from livekit.protocol import models

from calendars.clock import Clock
from calendars.errors import Forbidden, Invalid, Unavailable
from calendars.rights import LEADS, MATRIX
from classroom.video.line import Line
from classroom.video.livekit import LiveKit
from classroom.video.provider import Call, Finding
from classroom.video.tokens import signed
from tests.classroom.video.guests import asked, guest
from tests.classroom.video.loopback import line_to, loopback, said
from tests.fakes.livekit import FakeLiveKit, Participant, livekit_server

CLOCK = Clock()
FAKE = FakeLiveKit()
FRONT = "https://meet.example.org/custom"
SILENT = {"board", "inspector", "officer"}
AT = 1_795_000_000


def provider(line: Line | None = None, **other: Any) -> LiveKit:
    named = {"key": FAKE.key, "secret": FAKE.secret, "front": FRONT} | other
    return LiveKit(line or Line("https://live.example.org:7880/", CLOCK), CLOCK, **named)


@asynccontextmanager
async def running(**settings: Any) -> AsyncIterator[tuple[FakeLiveKit, LiveKit]]:
    async with livekit_server(**settings) as fake, line_to(fake.base, CLOCK) as line:
        yield fake, provider(line)


def token_of(one: LiveKit, role: str = "learner", person: str = "p1", lesson: str = "") -> str:
    door = one.link(asked(lesson), guest(role, person=person), datetime.now(UTC))
    (token,) = parse_qs(urlsplit(door.url or "").query)["token"]
    return token


# --- the way in -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(MATRIX))
def test_link_when_the_official_verifier_reads_it_then_these_rights_and_no_more(role: str) -> None:
    lesson, now = asked(), datetime.now(UTC).replace(microsecond=0)
    door = provider().link(lesson, guest(role, "ليلى" + "x" * 200), now)
    query = parse_qs(urlsplit(door.url or "").query)
    found = TokenVerifier(FAKE.key, FAKE.secret, leeway=timedelta(0)).verify(query["token"][0])
    assert (found.identity, found.name) == ("p1", "ليلى" + "x" * 116)
    assert (found.metadata, found.attributes, found.kind) == ("", {}, "")
    assert found.video == VideoGrants(
        room=lesson.lesson, room_join=True, room_admin=True if role in LEADS else None,
        can_publish=role not in SILENT, can_publish_data=role not in SILENT, can_subscribe=True,
        can_update_own_metadata=False,
    )  # fmt: skip
    assert query["liveKitUrl"] == ["wss://live.example.org:7880"]
    lives = jwt.decode(query["token"][0], options={"verify_signature": False})
    assert lives["exp"] == int(now.timestamp()) + 300
    assert (door.url or "").startswith(f"{FRONT}?")


def test_link_when_its_time_is_over_or_the_key_is_another_then_the_verifier_refuses() -> None:
    early = provider().link(asked(), guest(), datetime.now(UTC) - timedelta(minutes=6))
    (old,) = parse_qs(urlsplit(early.url or "").query)["token"]
    for token, key, secret in (
        (old, FAKE.key, FAKE.secret),
        (token_of(provider()), "another", FAKE.secret),
        (token_of(provider()), FAKE.key, "another secret of thirty-two letters"),
    ):
        with pytest.raises(PyJWTError):
            TokenVerifier(key, secret, leeway=timedelta(0)).verify(token)


@pytest.mark.parametrize("lacking", ["key", "secret", "front"])
def test_link_when_something_is_not_set_then_unavailable(lacking: str) -> None:
    with pytest.raises(Unavailable, match="provider_not_set"):
        provider(**{lacking: ""}).link(asked(), guest(), datetime.now(UTC))


def test_link_when_the_front_page_has_a_query_of_its_own_then_it_stays() -> None:
    door = provider(front=f"{FRONT}?codec=vp8").link(asked(), guest(), datetime.now(UTC))
    assert sorted(parse_qs(urlsplit(door.url or "").query)) == ["codec", "liveKitUrl", "token"]


# --- its RoomService ------------------------------------------------------------------------------------------------


async def test_prepare_when_done_twice_then_one_room_that_waits_as_long_as_the_lesson() -> None:
    async with running() as (fake, one):
        lesson = asked()
        await one.prepare(lesson)
        made = fake.rooms[lesson.lesson]
        await one.prepare(lesson)
        assert fake.rooms == {lesson.lesson: made}
        assert (made.empty_timeout, made.departure_timeout, made.max_participants) == (3 * 3600, 2 * 3600, 0)


async def test_present_when_people_are_in_then_ours_alone_and_since_when() -> None:
    async with running() as (fake, one):
        assert await one.present("nowhere") == {}
        for number in range(3):
            fake.join(token_of(one, person=f"p{number}", lesson="room"), AT + number)
        fake.people["room"]["p2"].state = Participant.JOINED
        strangers = {"recorder": Participant.EGRESS, "telephone": Participant.SIP, "program": Participant.AGENT}
        for name, kind in strangers.items():
            fake.people["room"][name] = Participant(identity=name, kind=kind, state=Participant.ACTIVE)
        assert await one.present("room") == {
            f"p{number}": datetime.fromtimestamp(AT + number, UTC) for number in range(2)
        }


async def test_end_and_remove_when_done_twice_then_once_is_enough() -> None:
    async with running() as (fake, one):
        lesson = asked()
        await one.prepare(lesson)
        for person in ("p1", "p2"):
            fake.join(token_of(one, person=person, lesson=lesson.lesson), AT)
        for _ in range(2):
            await one.remove(lesson.lesson, "p1")
            assert list(await one.present(lesson.lesson)) == ["p2"]
        for _ in range(2):
            await one.end(lesson.lesson)
            assert (fake.rooms, await one.present(lesson.lesson)) == ({}, {})


@pytest.mark.parametrize(
    "answer",
    [said("200 OK", body=b"<html>"), said("200 OK", body=b"[]"), said("200 OK", body=b'{"participants": 1}'),
     said("200 OK", body=b'{"participants": [1]}'), said("404 No", body=b'{"code": "bad_route"}'),
     said("400 No", body=b'{"code": "malformed"}'), said("200 OK", body=b"[" * 100_000)],
    ids=range(7),
)  # fmt: skip
async def test_present_when_it_is_no_livekit_then_unavailable(answer: bytes) -> None:
    async with loopback(answer) as server, line_to(server.base, CLOCK) as line:
        with pytest.raises(Unavailable) as refused:
            await provider(line).present("room")
        assert (refused.value.code, refused.value.facts) == ("video_unreadable", {"server": "127.0.0.1"})


async def test_trial_when_all_is_well_then_four_lines_and_no_room_stays() -> None:
    async with running() as (fake, one):
        names = ("address", "clock", "secret", "round_trip")
        assert await one.trial(datetime.now(UTC)) == [Finding(name) for name in names]  # type: ignore[arg-type]
        assert (fake.asked, fake.rooms) == (["CreateRoom", "ListParticipants", "DeleteRoom"], {})


async def test_trial_when_secret_or_clock_is_wrong_then_that_line_says_so() -> None:
    async with running(skew=300) as (fake, one):
        clock = Finding("clock", "video_clock_ahead", {"server": "127.0.0.1", "seconds": "300"})
        found = await one.trial(datetime.now(UTC))
        assert found[1].problem == clock.problem
        assert 298 <= int(found[1].facts["seconds"]) <= 302
        fake.secret, fake.skew = "another secret of thirty-two letters", 0
        told = Finding("secret", "video_refused", {"server": "127.0.0.1"})
        assert await one.trial(datetime.now(UTC)) == [Finding("address"), Finding("clock"), told]


async def test_trial_when_another_server_stands_there_then_its_secret_line_says_so() -> None:
    async with loopback(said("200 OK"), said("404 No")) as server, line_to(server.base, CLOCK) as line:
        assert (await provider(line).trial(datetime.now(UTC)))[-1].problem == "video_unreadable"


# --- its webhooks ---------------------------------------------------------------------------------------------------


def heard(one: LiveKit, fake: FakeLiveKit, *bodies: bytes) -> list[tuple[str, str, str, int, str]]:
    found = [told for body in bodies for told in one.evidence(fake.call(body), datetime.now(UTC))]
    return [(told.lesson, told.person, told.event, int(told.at.timestamp()) - AT, told.connection) for told in found]


def test_evidence_when_its_server_tells_then_who_came_and_left() -> None:
    fake, one = FakeLiveKit(), provider()
    token = token_of(one, lesson="room")
    came = fake.join(token, AT)
    assert heard(one, fake, *came) == [("room", "p1", "joined", 0, "PA_1")]
    again = fake.join(token, AT + 60)
    assert heard(one, fake, *again) == [("room", "p1", "left", 60, "PA_1"), ("room", "p1", "joined", 60, "PA_4")]
    assert heard(one, fake, *fake.leave("room", "p1", AT + 90)) == [("room", "p1", "left", 90, "PA_4")]
    assert len({one.evidence(fake.call(body), datetime.now(UTC))[0].key for body in [*came, *again]}) == 3


def test_evidence_when_it_is_told_again_then_the_same_key_under_another_signature() -> None:
    fake, one = FakeLiveKit(), provider()
    (body,) = fake.join(token_of(one, lesson="room"), AT)
    first, second = (fake.call(body, timedelta(minutes=minutes)) for minutes in (5, 4))
    assert first.headers != second.headers
    assert one.evidence(first, datetime.now(UTC)) == one.evidence(second, datetime.now(UTC))


@pytest.mark.parametrize("case", ["aborted", "track", "room", "recorder", "telephone"])
def test_evidence_when_something_else_happened_then_only_people_count(case: str) -> None:
    fake, who = FakeLiveKit(), Participant(sid="PA_9", identity="p1")
    kinds = {"recorder": Participant.EGRESS, "telephone": Participant.SIP}
    bodies = {
        "aborted": fake.event("participant_connection_aborted", "room", AT, participant=who),
        "track": fake.event("track_published", "room", AT, participant=who, track=models.TrackInfo(sid="TR_1")),
        "room": fake.event("room_started", "room", AT),
    }
    stranger = Participant(sid="PA_9", identity="p1", kind=kinds.get(case, Participant.STANDARD))
    body = bodies.get(case) or fake.event("participant_joined", "room", AT, participant=stranger)
    expected = [("room", "p1", "left", 0, "PA_9")] if case == "aborted" else []
    assert heard(provider(), fake, body) == expected


def test_evidence_when_we_sign_as_they_do_then_the_official_receiver_takes_it() -> None:
    body, now = FAKE.event("room_started", "room", AT), int(datetime.now(UTC).timestamp())
    proof = base64.b64encode(hashlib.sha256(body).digest()).decode()
    token = signed({"iss": FAKE.key, "sha256": proof, "nbf": now, "exp": now + 300}, FAKE.secret)
    told = WebhookReceiver(TokenVerifier(FAKE.key, FAKE.secret)).receive(body.decode(), token)
    assert (told.event, told.room.name, told.created_at) == ("room_started", "room", AT)


MADE = datetime.now(UTC)
"""When the messages below were signed: by this clock they are judged, however late their tests come."""
BODY = FAKE.event("participant_joined", "room", AT, participant=Participant(sid="PA_1", identity="p1"))
GOOD = FAKE.call(BODY)
FORGED: dict[str, Call] = {
    "no proof": replace(GOOD, headers={}),
    "another secret": FAKE.call(BODY, secret="another secret of thirty-two letters"),
    "another key": FAKE.call(BODY, key="another"),
    "another body": replace(GOOD, body=BODY.replace(b"p1", b"p2")),
    "one byte more": replace(GOOD, body=BODY + b" "),
    "with a kind": replace(GOOD, headers={"authorization": f"Bearer {GOOD.headers['authorization']}"}),
    "over": FAKE.call(BODY, timedelta(seconds=-61)),
    "a learner's own token": replace(GOOD, headers={"authorization": token_of(provider())}),
}


@pytest.mark.parametrize("case", FORGED)
def test_evidence_when_it_is_not_theirs_then_forbidden(case: str) -> None:
    with pytest.raises(Forbidden) as refused:
        provider().evidence(FORGED[case], MADE)
    assert refused.value.code == "bad_proof"


def test_evidence_when_it_is_replayed_later_then_forbidden() -> None:
    assert provider().evidence(GOOD, MADE + timedelta(minutes=4))
    with pytest.raises(Forbidden):
        provider().evidence(GOOD, MADE + timedelta(minutes=7))


@pytest.mark.parametrize(
    "change",
    [{"id": ""}, {"createdAt": "soon"}, {"createdAt": "9" * 30}, {"room": None}, {"participant": {"identity": "p1"}},
     {"participant": {"sid": "PA_1", "identity": 7}}],
    ids=range(6),
)  # fmt: skip
def test_evidence_when_a_part_is_missing_then_invalid(change: dict[str, Any]) -> None:
    body = json.dumps(json.loads(BODY) | change).encode()
    with pytest.raises(Invalid) as refused:
        provider().evidence(FAKE.call(body), datetime.now(UTC))
    assert refused.value.code == "bad_message"


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"[" * 100_000], ids=range(4))
def test_evidence_when_it_is_no_message_then_invalid(body: bytes) -> None:
    with pytest.raises(Invalid):
        provider().evidence(FAKE.call(body), datetime.now(UTC))
