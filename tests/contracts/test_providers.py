"""What every kind of video room keeps to, the house's own and any other: the one contract test over all of them."""

import inspect
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from urllib.parse import parse_qs, unquote, urlsplit

import jwt
import pytest

from calendars.clock import Clock
from calendars.errors import Forbidden, Invalid, Unavailable
from calendars.people import people
from calendars.people.people import NewPerson
from calendars.rights import LEADS, MATRIX, THE_HOUSE, actor_of, system
from calendars.store import Store
from classroom.video.builtin import Builtin
from classroom.video.choose import Providers
from classroom.video.provider import Call, Door, Ending, Guest, Provider, Reporting, Tried, Watched
from tests.classroom.video.guests import SECRET, asked, guest
from tests.classroom.video.loopback import line_to
from tests.classroom.video.test_bigbluebutton import provider as bigbluebutton
from tests.classroom.video.test_bigbluebutton import running as running_bigbluebutton
from tests.classroom.video.test_galene import provider as galene
from tests.classroom.video.test_galene import running as running_galene
from tests.classroom.video.test_jitsi import ELSEWHERE, JAAS, JITSI
from tests.classroom.video.test_link import provider as link
from tests.classroom.video.test_livekit import provider as livekit
from tests.classroom.video.test_livekit import running
from tests.fakes.prosody import prosody_server

LONGEST_LIFE = timedelta(minutes=5)
ENDLESS = {"builtin", "link", "bigbluebutton"}
"""No link at all, an address that everybody has, and one that ends with the run of the room (`test_bigbluebutton`)."""
PROVIDERS: dict[str, Provider] = {
    "builtin": Builtin(),
    "builtin with TURN": Builtin(("stun:turn.example.org",), ("turn:turn.example.org",), SECRET),
    "jitsi": JITSI,
    "jitsi of another domain": ELSEWHERE,
    "jitsi of 8x8": JAAS,
    "livekit": livekit(),
    "bigbluebutton": bigbluebutton(),
    "galene": galene(),
    "link": link("https://tool.example.org/meet/{lesson}?code=1"),
}


@asynccontextmanager
async def running_livekit() -> AsyncIterator[Provider]:
    async with running() as (_server, provider):
        yield provider


@asynccontextmanager
async def a_bigbluebutton() -> AsyncIterator[Provider]:
    async with running_bigbluebutton() as (_server, provider, _ear):
        yield provider


@asynccontextmanager
async def a_galene() -> AsyncIterator[Provider]:
    async with running_galene() as (_server, provider):
        yield provider


@asynccontextmanager
async def a_jitsi() -> AsyncIterator[Provider]:
    async with prosody_server() as fake, line_to(fake.base, Clock()) as line:
        yield replace(JITSI, domain=fake.domain, line=line)


RUNNING: dict[str, Callable[[], AbstractAsyncContextManager[Provider]]] = {
    "jitsi": a_jitsi,
    "livekit": running_livekit,
    "bigbluebutton": a_bigbluebutton,
    "galene": a_galene,
}
"""Those that speak to a server, each with one that is there."""
VERBS = {
    "builtin": set(),
    "jitsi": {Reporting, Tried},
    "livekit": {Reporting, Watched, Ending, Tried},
    "bigbluebutton": {Reporting, Watched, Ending, Tried},
    "galene": {Watched, Ending, Tried},
    "link": {Tried},
}
"""What each can beside the two verbs of all, by its name: whoever tells or is asked may be wrong, and is tested."""
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


def said(door: Door) -> dict[str, Any]:
    """What the link says of whose it is and of which room, in a token or signed fields; nothing where there is none."""
    query = parse_qs(urlsplit(door.url or "").query)
    found: dict[str, Any] = {}
    if "checksum" in query:
        found = {"name": query["fullName"][0], "room": query["meetingID"][0]}
    for token in [*query.get("jwt", []), *query.get("token", [])]:
        found = jwt.decode(token, options={"verify_signature": False})
    if "aud" in found and "permissions" in found:  # Galene's: the username is what everybody sees
        found |= {"name": found["sub"], "room": found["aud"]}
    return found or {"room": door.url}


def shown(door: Door) -> str:
    """The name that the others see."""
    told = said(door)
    name: str = told["context"]["user"]["name"] if "context" in told else told["name"]
    return name


def room_in(door: Door) -> str:
    told = said(door)
    return str(told.get("video", told).get("room", ""))


def test_provider_when_asked_for_its_two_verbs_then_one_may_wait_and_one_may_not(provider: Provider) -> None:
    assert inspect.iscoroutinefunction(provider.prepare)
    assert not inspect.iscoroutinefunction(provider.link)


@pytest.mark.parametrize("name", PROVIDERS)
async def test_prepare_when_done_again_then_nothing_more(name: str) -> None:
    async with RUNNING[name]() if name in RUNNING else nullcontext(PROVIDERS[name]) as provider:
        lesson = asked()
        for _ in range(2):
            await provider.prepare(lesson)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("role", sorted(MATRIX))
def test_link_when_anybody_comes_then_it_is_signed_here_and_ends(provider: Provider, role: str, now: datetime) -> None:
    door = provider.link(asked(), guest(role), now)
    assert door.provider == provider.name
    assert (door.url is None) == (provider.name == "builtin")
    ends = said(door).get("exp")
    assert (ends is None) == (provider.name in ENDLESS)
    assert ends is None or now.timestamp() < ends <= (now + LONGEST_LIFE).timestamp()
    json.dumps(door.settings)


def test_link_when_two_people_enter_then_one_room_and_two_doors(provider: Provider, now: datetime) -> None:
    lesson = asked()
    first, second = (provider.link(lesson, guest(person=person), now) for person in ("p1", "p2"))
    assert room_in(first) == room_in(second)
    other = provider.link(asked(), guest(), now)
    assert first.url is None or room_in(other) != room_in(first)
    assert provider.name in {"builtin", "link"} or first != second


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_link_when_a_name_is_strange_then_the_address_stays_whole_and_short(
    provider: Provider, name: str, now: datetime
) -> None:
    door = provider.link(asked(), guest(name=name), now)
    if door.url is None:
        assert name not in json.dumps(door.settings, ensure_ascii=False)
        return
    if provider.name == "link":
        assert name not in unquote(door.url)
        return
    assert len(door.url) < 4000  # Prosody answers nothing at all from 16 kB on
    assert door.url.isascii()
    assert shown(door) == name[: len(shown(door))]
    assert len(shown(door)) == min(len(name), 120)


def test_provider_when_asked_what_it_can_then_so_much_and_no_more(provider: Provider) -> None:
    assert {verb for verb in (Reporting, Watched, Ending, Tried) if isinstance(provider, verb)} == VERBS[provider.name]


def leads(door: Door) -> bool | None:
    """Whether the link makes its bearer a moderator; None where links say nothing of it."""
    query = parse_qs(urlsplit(door.url or "").query)
    if "role" in query:
        return query["role"] == ["MODERATOR"]
    told = said(door)
    if "context" in told:
        return told["context"]["user"]["moderator"] in (True, "true")
    if "video" in told:
        return told["video"].get("roomAdmin") is True
    return "op" in told["permissions"] if "permissions" in told else None


@pytest.mark.parametrize("role", sorted(MATRIX))
def test_link_when_a_role_comes_in_then_whoever_leads_is_moderator_and_nobody_else(
    provider: Provider, role: str, now: datetime
) -> None:
    found = leads(provider.link(asked(), guest(role), now))
    assert found is (None if provider.name in ("builtin", "link") else role in LEADS)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_link_when_she_stands_under_a_non_disclosure_order_then_it_has_her_alias_and_not_her_name(
    provider: Provider, store: Store, now: datetime
) -> None:
    async with store.work() as work:
        new = NewPerson(name="Amina Haddad", alias="Ruusu", language="ar")
        person = (await people.add(work, system(), new, THE_HOUSE)).id
    async with store.look() as look:
        door = provider.link(asked(), Guest.of(await actor_of(look, person), "learner"), now)
    told = f"{door} {said(door)}"
    assert ("Amina" in told, "Haddad" in told) == (False, False)
    assert provider.name in ("builtin", "link") or shown(door) == "Ruusu"


def test_provider_when_it_is_printed_then_no_secret(provider: Provider) -> None:
    shown = repr(provider) + str(provider) + repr(Providers([provider]).rooms)
    for name in ("secret", "password", "turn_secret"):
        assert (getattr(provider, name, "") or "no secret") not in shown


@pytest.mark.parametrize("name", PROVIDERS)
async def test_room_when_it_was_never_made_or_is_over_then_nobody_is_in_and_it_ends_again_and_again(name: str) -> None:
    async with RUNNING[name]() if name in RUNNING else nullcontext(PROVIDERS[name]) as provider:
        lesson = asked()
        for act in (provider.prepare, None):
            if isinstance(provider, Watched):
                assert await provider.present(lesson.lesson) == {}
            if isinstance(provider, Ending):
                for _ in range(2):
                    await provider.end(lesson.lesson)
            if act is not None:
                await act(lesson)


@pytest.mark.parametrize("name", RUNNING)
async def test_trial_when_all_is_well_then_four_good_lines(name: str) -> None:
    async with RUNNING[name]() as provider:
        assert isinstance(provider, Tried)
        found = await provider.trial(datetime.now(UTC))
        assert [(one.what, one.problem) for one in found] == [
            (what, None) for what in ("address", "clock", "secret", "round_trip")
        ]


NO_PROOF = [
    Call("", "https://oppitupa.example.org/hooks/x", {}, b""),
    Call("events/occupant/joined", "https://oppitupa.example.org/hooks/x", {"authorization": "Bearer "}, b"{}"),
    Call("hook/x", "https://oppitupa.example.org/hooks/x?checksum=", {"authorization": "a.b.c"}, b"event=[]"),
    Call("", "https://oppitupa.example.org/hooks/x", {"authorization": "Bearer a.b.c"}, b"[" * 10_000, "GET"),
    Call("\0", "https://[", {"authorization": "\udcff"}, b"\xff\0", "DELETE"),
]


@pytest.mark.parametrize("call", NO_PROOF, ids=range(len(NO_PROOF)))
def test_evidence_when_nothing_proves_whose_it_is_then_forbidden(provider: Provider, call: Call, now: datetime) -> None:
    if isinstance(provider, Reporting):
        with pytest.raises(Forbidden) as refused:
            provider.evidence(call, now)
        assert refused.value.code == "bad_proof"


def test_providers_when_one_is_chosen_then_only_those_that_the_house_has() -> None:
    chosen = Providers([Builtin(), JITSI])
    assert chosen.names == ["builtin", "jitsi"]
    assert chosen.of("jitsi") is JITSI
    assert chosen.check("builtin") == "builtin"
    with pytest.raises(Invalid):
        chosen.check("zoom")
    with pytest.raises(Unavailable):
        chosen.of("zoom")
