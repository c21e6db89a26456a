"""What every kind of video room keeps to, the house's own and any other: the one contract test over all of them."""

import asyncio
import inspect
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
import pytest

from calendars.errors import Invalid, Unavailable
from calendars.rights import LEADS, MATRIX
from calendars.store import new_id
from classroom.video.builtin import Builtin
from classroom.video.choose import Providers
from classroom.video.jitsi import Jitsi
from classroom.video.provider import Asked, Door, Guest, Provider

NINE = datetime(2026, 9, 1, 6, tzinfo=UTC)
SECRET = "a secret of at least thirty-two letters"
LONGEST_LIFE = timedelta(hours=12)
JITSI = Jitsi("https://meet.example.org:8443/class/", "oppitupa", SECRET)
PROVIDERS: dict[str, Provider] = {
    "builtin": Builtin(),
    "builtin with TURN": Builtin(("stun:turn.example.org",), ("turn:turn.example.org",), SECRET),
    "jitsi": JITSI,
    "jitsi of another domain": replace(JITSI, url="https://video.example.org", domain="x.example.org", audience="us"),
}
NAMES = [
    "Amina", "Yılmaz Çağrı", "ليلى حداد", "สมชาย", "\"quoted\" & <b>#hash</b>?jwt=x%22", "😀" * 60, "x" * 100_000,
]  # fmt: skip


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest) -> Provider:
    return PROVIDERS[request.param]


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a socket or asks for an address fails."""

    def refuse(*_given: object, **_named: object) -> NoReturn:
        raise AssertionError("the network was touched")

    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    with pytest.raises(AssertionError, match="touched"):
        socket.socket()


@pytest.fixture
def now() -> datetime:
    """The second in which this very test runs: PyJWT judges a token by the real clock, however long the suite takes."""
    return datetime.now(UTC).replace(microsecond=0)


def asked(lesson: str = "") -> Asked:
    return Asked(lesson or new_id(), "Logistics 1", NINE, NINE + timedelta(hours=2))


def guest(role: str = "learner", name: str = "Amina", person: str = "p1") -> Guest:
    return Guest(person, name, role, "ar")


def claims(door: Door, provider: Jitsi) -> dict[str, Any]:
    """The token as Prosody reads it: HS256 and typ exactly so, `aud` and `iss` compared as strings, no leeway."""
    assert door.url is not None
    token = parse_qs(urlsplit(door.url).query)["jwt"][0]
    head = jwt.get_unverified_header(token)
    assert (head["alg"], head["typ"]) == ("HS256", "JWT")
    found: dict[str, Any] = jwt.decode(
        token, provider.secret, algorithms=["HS256"], audience=provider.audience or provider.app_id, leeway=0,
        issuer=provider.app_id, options={"require": ["exp", "nbf", "aud", "iss", "sub"]},
    )  # fmt: skip
    assert isinstance(found["aud"], str)
    return found


def test_provider_when_asked_for_its_two_verbs_then_one_may_wait_and_one_may_not(provider: Provider) -> None:
    assert inspect.iscoroutinefunction(provider.prepare)
    assert not inspect.iscoroutinefunction(provider.link)
    assert asyncio.run(provider.prepare(asked())) is None  # type: ignore[func-returns-value]


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("role", sorted(MATRIX))
def test_link_when_anybody_comes_then_it_is_signed_here_and_ends(provider: Provider, role: str, now: datetime) -> None:
    door = provider.link(asked(), guest(role), now)
    assert door.provider == provider.name
    assert (door.url is None) == (provider.name == "builtin")
    assert door.until is None or now < door.until <= now + LONGEST_LIFE
    assert door.until is not None or door == Door("builtin", settings={"ice_servers": []})
    json.dumps(door.settings)


def test_link_when_two_people_enter_then_one_room_and_two_doors(provider: Provider, now: datetime) -> None:
    lesson = asked()
    first, second = (provider.link(lesson, guest(person=person), now) for person in ("p1", "p2"))
    assert urlsplit(first.url or "").path == urlsplit(second.url or "").path
    other = provider.link(asked(), guest(), now)
    assert first.url is None or urlsplit(other.url or "").path != urlsplit(first.url).path
    assert first.until is None or first != second


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_link_when_a_name_is_strange_then_the_address_stays_whole_and_short(
    provider: Provider, name: str, now: datetime
) -> None:
    door = provider.link(asked(), guest(name=name), now)
    if door.url is None:
        assert name not in json.dumps(door.settings, ensure_ascii=False)
        return
    assert isinstance(provider, Jitsi)
    assert len(door.url) < 4000  # Prosody answers nothing at all from 16 kB on
    assert door.url.isascii()
    shown = claims(door, provider)["context"]["user"]["name"]
    assert shown == name[: len(shown)]
    assert len(shown) == min(len(name), 120)
    hints = dict(one.split("=", 1) for one in urlsplit(door.url).fragment.split("&"))
    assert json.loads(unquote(hints["userInfo.displayName"])) == shown


@pytest.mark.parametrize("role", sorted(MATRIX))
@pytest.mark.parametrize("name", ["jitsi", "jitsi of another domain"])
def test_jitsi_when_somebody_enters_then_exactly_these_claims(name: str, role: str, now: datetime) -> None:
    provider = PROVIDERS[name]
    assert isinstance(provider, Jitsi)
    lesson = asked()
    door = provider.link(lesson, guest(role), now)
    leads = role in LEADS
    assert claims(door, provider) == {
        "iss": "oppitupa",
        "aud": provider.audience or "oppitupa",
        "sub": provider.domain or "meet.example.org",
        "room": lesson.lesson,
        "nbf": int(now.timestamp()) - 60,
        "exp": int(now.timestamp()) + 300,
        "context": {
            "user": {"id": "p1", "name": "Amina", "moderator": leads, "affiliation": "owner" if leads else "member"},
            "features": dict.fromkeys(("recording", "livestreaming", "transcription", "outbound-call"), False),
        },
    }
    assert door.until == now + timedelta(seconds=300)
    address = urlsplit(door.url or "")
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{provider.url.rstrip('/')}/{lesson.lesson}"
    assert lesson.lesson.isascii()
    assert lesson.lesson == lesson.lesson.lower()
    assert lesson.lesson.isalnum()


@pytest.mark.parametrize("age", [301, 3600])
def test_jitsi_when_a_link_is_old_then_its_token_is_refused(age: int, now: datetime) -> None:
    door = JITSI.link(asked(), guest(), now - timedelta(seconds=age))
    with pytest.raises(jwt.ExpiredSignatureError):
        claims(door, JITSI)


def test_jitsi_when_the_clock_there_is_a_minute_behind_then_a_fresh_token_is_good(now: datetime) -> None:
    claims(JITSI.link(asked(), guest(), now + timedelta(seconds=59)), JITSI)
    with pytest.raises(jwt.ImmatureSignatureError):
        claims(JITSI.link(asked(), guest(), now + timedelta(seconds=90)), JITSI)


def test_jitsi_when_the_secret_is_another_then_the_token_is_refused(now: datetime) -> None:
    door = JITSI.link(asked(), guest(), now)
    with pytest.raises(jwt.InvalidSignatureError):
        claims(door, replace(JITSI, secret="another secret of thirty-two letters"))


@pytest.mark.parametrize("lacking", ["url", "app_id", "secret"])
def test_jitsi_when_it_is_not_set_then_unavailable(lacking: str, now: datetime) -> None:
    with pytest.raises(Unavailable) as refused:
        replace(JITSI, **{lacking: ""}).link(asked(), guest(), now)  # type: ignore[arg-type]
    assert refused.value.code == "provider_not_set"


def test_providers_when_one_is_chosen_then_only_those_that_the_house_has() -> None:
    chosen = Providers([Builtin(), JITSI])
    assert chosen.names == ["builtin", "jitsi"]
    assert chosen.of("jitsi") is JITSI
    assert chosen.check("builtin") == "builtin"
    with pytest.raises(Invalid):
        chosen.check("zoom")
    with pytest.raises(Unavailable):
        chosen.of("zoom")
