"""Jitsi: whom its tokens let in, by an independent implementation and prosody's rules, and what its events prove."""

import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from calendars.clock import Clock
from calendars.errors import Forbidden, Invalid, Unavailable
from calendars.rights import LEADS, MATRIX
from calendars.store import new_id
from classroom.video.jitsi import Jitsi
from classroom.video.prosody import Login
from classroom.video.provider import Call, Door, Finding, Sighting
from tests.classroom.video.guests import NINE, SECRET, asked, guest
from tests.classroom.video.loopback import line_to, loopback, said
from tests.fakes.prosody import prosody_server

KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
JITSI = Jitsi("https://meet.example.org:8443/class/", "oppitupa", SECRET)
ELSEWHERE = replace(JITSI, url="https://video.example.org", domain="x.example.org")
JAAS = Jitsi("https://8x8.vc", "vpaas-magic-cookie-1fc5", PEM, key_id="vpaas-magic-cookie-1fc5/4f4910")
CLOSED = ("recording", "livestreaming", "transcription", "outbound-call")


@pytest.fixture
def now() -> datetime:
    """The second in which this very test runs: PyJWT judges a token by the real clock, however long the suite takes."""
    return datetime.now(UTC).replace(microsecond=0)


def token_of(door: Door) -> str:
    (token,) = parse_qs(urlsplit(door.url or "").query)["jwt"]
    return token


def claims(door: Door, provider: Jitsi) -> dict[str, Any]:
    """The token as Prosody reads it: HS256 and typ exactly so, `aud` and `iss` compared as strings, no leeway."""
    token = token_of(door)
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    found: dict[str, Any] = jwt.decode(
        token, provider.secret, algorithms=["HS256"], audience=provider.app_id, leeway=0,
        issuer=provider.app_id, options={"require": ["exp", "nbf", "aud", "iss", "sub"]},
    )  # fmt: skip
    assert isinstance(found["aud"], str)
    return found


@pytest.mark.parametrize("role", sorted(MATRIX))
@pytest.mark.parametrize("provider", [JITSI, ELSEWHERE], ids=["here", "elsewhere"])
def test_link_when_somebody_enters_then_exactly_these_claims(provider: Jitsi, role: str, now: datetime) -> None:
    lesson, leads = asked(), role in LEADS
    door = provider.link(lesson, guest(role), now)
    assert claims(door, provider) == {
        "iss": "oppitupa",
        "aud": "oppitupa",
        "sub": provider.domain or "meet.example.org",
        "room": lesson.lesson,
        "nbf": int(now.timestamp()) - 60,
        "exp": int(now.timestamp()) + 300,
        "context": {
            "user": {"id": "p1", "name": "Amina", "moderator": leads, "affiliation": "owner" if leads else "member"},
            "features": dict.fromkeys(CLOSED, False),
        },
    }
    address = urlsplit(door.url or "")
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{provider.url.rstrip('/')}/{lesson.lesson}"
    assert lesson.lesson.isascii()
    assert lesson.lesson == lesson.lesson.lower()
    assert lesson.lesson.isalnum()
    hints = dict(one.split("=", 1) for one in address.fragment.split("&"))
    assert json.loads(unquote(hints["userInfo.displayName"])) == "Amina"


@pytest.mark.parametrize("role", sorted(MATRIX))
def test_link_when_8x8_runs_the_server_then_its_own_form(role: str, now: datetime) -> None:
    lesson = asked()
    door = JAAS.link(lesson, guest(role), now)
    token = token_of(door)
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "typ": "JWT", "kid": JAAS.key_id}
    assert jwt.decode(token, KEY.public_key(), algorithms=["RS256"], audience="jitsi", issuer="chat") == {
        "iss": "chat",
        "aud": "jitsi",
        "sub": JAAS.app_id,
        "room": lesson.lesson,
        "nbf": int(now.timestamp()) - 60,
        "exp": int(now.timestamp()) + 300,
        "context": {
            "user": {"id": "p1", "name": "Amina", "moderator": "true" if role in LEADS else "false"},
            "features": dict.fromkeys(CLOSED, "false"),
        },
    }
    assert (door.url or "").startswith(f"https://8x8.vc/{JAAS.app_id}/{lesson.lesson}?jwt=")


@pytest.mark.parametrize("age", [301, 3600])
def test_link_when_it_is_old_then_its_token_is_refused(age: int, now: datetime) -> None:
    door = JITSI.link(asked(), guest(), now - timedelta(seconds=age))
    with pytest.raises(jwt.ExpiredSignatureError):
        claims(door, JITSI)


def test_link_when_the_clock_there_is_a_minute_behind_then_a_fresh_token_is_good(now: datetime) -> None:
    claims(JITSI.link(asked(), guest(), now + timedelta(seconds=59)), JITSI)
    with pytest.raises(jwt.ImmatureSignatureError):
        claims(JITSI.link(asked(), guest(), now + timedelta(seconds=90)), JITSI)


def test_link_when_the_secret_is_another_then_the_token_is_refused(now: datetime) -> None:
    door = JITSI.link(asked(), guest(), now)
    with pytest.raises(jwt.InvalidSignatureError):
        claims(door, replace(JITSI, secret="another secret of thirty-two letters"))


@pytest.mark.parametrize("lacking", ["url", "app_id", "secret"])
def test_link_when_something_is_not_set_then_unavailable(lacking: str, now: datetime) -> None:
    with pytest.raises(Unavailable) as refused:
        replace(JITSI, **{lacking: ""}).link(asked(), guest(), now)  # type: ignore[arg-type]
    assert refused.value.code == "provider_not_set"


# --- what event_sync tells: messages as the plugin writes them (facts/video-rooms.md 3.4) ----------------------------

LESSON = new_id()
BEGAN = int(NINE.timestamp())
ROOM = {"room_name": LESSON, "room_jid": f"{LESSON}@conference.meet.example.org", "is_breakout": False}
TENANTS = ROOM | {"room_name": f"[class]{LESSON}"}
BREAKOUT = ROOM | {"is_breakout": True, "breakout_room_id": "b1"}


def occupant(person: str | None = "p1", jid: str = "a@meet.example.org/1", left: int | None = None) -> dict[str, Any]:
    who = {"occupant_jid": jid, "name": "Ämina", "joined_at": BEGAN} | ({"id": person} if person else {})
    return who if left is None else who | {"left_at": BEGAN + left}


def call(what: str, told: object, headers: Mapping[str, str] | None = None) -> Call:
    proof = {"authorization": f"Bearer {JITSI.proof}", "content-type": "application/json"}
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return Call(f"events/{what}", f"https://oppitupa.example.org/hooks/j/events/{what}", headers or proof, body)


def heard(what: str, told: object) -> list[Sighting]:
    return list(JITSI.evidence(call(what, told), NINE))


def short(sightings: list[Sighting]) -> list[tuple[str, str, str, int]]:
    return [(one.lesson, one.person, one.event, int(one.at.timestamp()) - BEGAN) for one in sightings]


JOINED, LEFT = (LESSON, "p1", "joined", 0), (LESSON, "p1", "left", 60)
SAID: dict[str, tuple[str, dict[str, Any], list[tuple[str, str, str, int]]]] = {
    "came": ("occupant/joined", ROOM | {"occupant": occupant()}, [JOINED]),
    "left": ("occupant/left", ROOM | {"occupant": occupant(left=60)}, [JOINED, LEFT]),
    "came to a breakout": ("occupant/joined", BREAKOUT | {"occupant": occupant()}, [JOINED]),
    "came as a tenant's": ("occupant/joined", TENANTS | {"occupant": occupant()}, [JOINED]),
    "came without a link of ours": ("occupant/joined", ROOM | {"occupant": occupant(None)}, []),
    "came under no number": ("occupant/joined", ROOM | {"occupant": occupant() | {"id": 7}}, []),
    "left unseen": ("occupant/left", ROOM | {}, []),
    "a room": ("room/created", ROOM | {"created_at": BEGAN}, []),
    "a room's end": (
        "room/destroyed",
        ROOM | {"all_occupants": [occupant(left=60), occupant(None), occupant("p2", "b@x/2")]},
        [JOINED, LEFT, (LESSON, "p2", "joined", 0)],
    ),
    "an empty room's end": ("room/destroyed", ROOM | {"all_occupants": {}}, []),  # Lua has one kind of empty
}  # fmt: skip


@pytest.mark.parametrize("case", SAID)
def test_evidence_when_event_sync_tells_then_who_came_and_left(case: str) -> None:
    what, told, expected = SAID[case]
    assert short(heard(what, told)) == expected


def test_evidence_when_it_is_told_twice_or_again_at_the_end_then_the_same_keys() -> None:
    came, left = ({**ROOM, "occupant": occupant(left=left)} for left in (None, 60))
    both = heard("room/destroyed", ROOM | {"all_occupants": [occupant(left=60)]})
    assert [*heard("occupant/joined", came), heard("occupant/left", left)[1]] == both == heard("occupant/left", left)


def test_evidence_when_two_devices_two_rooms_or_two_stays_then_other_keys() -> None:
    told = [
        ROOM | {"occupant": occupant()},
        ROOM | {"occupant": occupant(jid="a@meet.example.org/2")},
        BREAKOUT | {"occupant": occupant()},
        ROOM | {"room_jid": "other@conference.meet.example.org", "occupant": occupant()},
        ROOM | {"occupant": occupant() | {"joined_at": BEGAN + 90}},
    ]
    sightings = [one for each in told for one in heard("occupant/joined", each)]
    assert len({one.key for one in sightings}) == len({(one.connection, one.at) for one in sightings}) == 5
    assert len({one.connection for one in sightings}) == 4


def test_evidence_when_it_has_not_our_proof_then_forbidden() -> None:
    told = ROOM | {"occupant": occupant()}
    wrong = [
        "",
        "Bearer ",
        f"bearer {JITSI.proof}",
        JITSI.proof,
        f"Bearer {SECRET}",
        f"Bearer {JITSI.proof}x",
        "\udcff",
    ]
    for given in wrong:
        with pytest.raises(Forbidden) as refused:
            JITSI.evidence(call("occupant/joined", told, {"authorization": given}), NINE)
        assert refused.value.code == "bad_proof"
    for stranger in (replace(JITSI, secret=""), JAAS, replace(JITSI, secret=SECRET + "x")):
        with pytest.raises(Forbidden):
            stranger.evidence(call("occupant/joined", told, {"authorization": f"Bearer {stranger.proof[:-1]}"}), NINE)
    with pytest.raises(Forbidden):
        JAAS.evidence(call("occupant/joined", told, {"authorization": f"Bearer {JAAS.proof}"}), NINE)
    assert SECRET not in JITSI.proof


@pytest.mark.parametrize(
    "told",
    [b"", b"\xff", b"[" * 100_000, b"[]", b"{}", {"room_name": 7}, ROOM | {"occupant": occupant() | {"joined_at": "9"}},
     ROOM | {"occupant": occupant() | {"joined_at": True}}, ROOM | {"occupant": occupant() | {"joined_at": 1e300}},
     ROOM | {"occupant": occupant() | {"joined_at": float("nan")}}],
    ids=range(10),
)  # fmt: skip
def test_evidence_when_it_is_no_message_then_invalid(told: object) -> None:
    with pytest.raises(Invalid) as refused:
        heard("occupant/joined", told)
    assert refused.value.code == "bad_message"


def test_evidence_when_the_address_is_none_of_theirs_then_invalid() -> None:
    with pytest.raises(Invalid):
        heard("occupant/danced", ROOM)


# --- a trial, against a server that answers as prosody does ----------------------------------------------------------

HERE = {"server": "127.0.0.1"}
WELL = [Finding("address"), Finding("clock"), Finding("secret"), Finding("round_trip")]
TRIALS: dict[str, tuple[dict[str, Any], list[Finding]]] = {
    "well": ({}, WELL),
    "another secret": (
        {"secret": "another secret of thirty-two letters"},
        [*WELL[:2], Finding("secret", "video_refused", HERE)],
    ),
    "another application": ({"app_id": "other"}, [*WELL[:2], Finding("secret", "video_refused", HERE)]),
    "another domain": ({"domain": "x.example.org"}, [*WELL[:2], Finding("secret", "video_bad_domain", HERE)]),
    "without BOSH": ({"bosh": False}, [*WELL[:2], Finding("secret", "video_untried", HERE)]),
}


@pytest.mark.parametrize("case", TRIALS)
async def test_trial_when_a_server_is_so_then_these_lines_and_no_session_stays(case: str) -> None:
    settings, expected = TRIALS[case]
    async with prosody_server(**settings) as fake, line_to(fake.base, Clock()) as line:
        found = await replace(JITSI, line=line, domain="meet.example.org").trial(datetime.now(UTC))
        assert (found, fake.named) == (expected, ["oppitupa-trial"] * 2 if case == "well" else [])
        assert len(fake.sessions) == (1 if "another secret" in case or "application" in case else 0)


async def test_trial_when_the_clock_is_five_minutes_slow_then_it_says_so() -> None:
    async with prosody_server(skew=-300) as fake, line_to(fake.base, Clock()) as line:
        found = await replace(JITSI, line=line, domain="meet.example.org").trial(datetime.now(UTC))
        assert found[1].problem == "video_clock_behind"


@pytest.mark.parametrize("off", [-300, -90, -45, 0, 45, 300])
async def test_link_when_the_clock_there_is_off_then_it_is_taken_where_the_room_counts_as_ready(off: int) -> None:
    async with prosody_server(skew=off) as fake, line_to(fake.base, Clock()) as line:
        one = replace(JITSI, line=line, domain=fake.domain)
        token = token_of(one.link(asked(), guest(), datetime.now(UTC)))
        with pytest.raises(Unavailable, match="video_clock") if abs(off) > 60 else nullcontext():
            await one.prepare(asked())
        with pytest.raises(Unavailable, match="video_refused") if abs(off) > 60 else nullcontext():
            async with Login(line, fake.domain, "room", token) as login:
                await login.authenticate()


async def test_prepare_when_the_page_leads_elsewhere_then_its_line_says_so_and_the_clock_is_not_blamed() -> None:
    async with loopback(said("302 There", "Location: /elsewhere")) as server, line_to(server.base, Clock()) as line:
        assert await replace(JITSI, line=line).prepare(asked()) == ""
        assert line.health.problem == "video_redirected"
        assert await replace(JAAS, line=line).prepare(asked()) == ""
        assert len(server.heard) == 1  # 8x8 keeps its own clocks right


async def test_trial_when_8x8_has_the_key_then_it_is_read_and_no_more() -> None:
    async with prosody_server() as fake, line_to(fake.base, Clock()) as line:
        for secret, code in ((PEM, "video_untried"), ("no key", "bad_key")):
            found = await replace(JAAS, line=line, secret=secret).trial(datetime.now(UTC))
            assert [one.problem for one in found] == [None, None, code]


async def test_trial_when_something_is_not_set_then_it_says_so() -> None:
    assert await JITSI.trial(NINE) == [Finding("address", "provider_not_set", {"provider": "jitsi"})]


XML = b"<body xmlns='http://jabber.org/protocol/httpbind'"
ENTITY = "<?xml version='1.0' encoding='{}'?><!DOCTYPE body [<!ENTITY b 'c'>]><body sid='1'>&b;</body>"
STRANGE = [
    said("200 OK", body=b"<html><p>"), said("200 OK"), said("200 OK", body=XML + b"><!-- a word --></body>"),
    said("200 OK", body=XML + b" sid='1'>" + b"<a>" * 5000 + b"</body>"),
    *(said("200 OK", body=ENTITY.format(one).encode(one)) for one in ("utf-8", "utf-16", "cp037")),
]  # fmt: skip


@pytest.mark.parametrize("answer", STRANGE, ids=range(len(STRANGE)))
async def test_trial_when_the_answer_is_strange_then_one_line_says_so(answer: bytes) -> None:
    async with loopback(said("200 OK"), answer) as server, line_to(server.base, Clock()) as line:
        found = await replace(JITSI, line=line).trial(datetime.now(UTC))
        assert (found[-1].what, found[-1].problem) == ("secret", "video_unreadable")
