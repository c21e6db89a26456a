"""Where a played lesson happens: a fake server of each kind, the way in and out of it, and the messages that it makes.

Every way in is a link of the product's own provider. What is odd is made here, too: it may change nothing.
"""

import itertools
import random
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import time
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientSession

from calendars.clock import Clock
from classroom.video.provider import Asked, Call, Guest, Provider
from tests.fakes.bigbluebutton import FakeBigBlueButton, bigbluebutton_server
from tests.fakes.event_sync import FakeEventSync
from tests.fakes.galene import FakeGalene, Inside, galene_server
from tests.fakes.livekit import FakeLiveKit, Participant, livekit_server
from tests.fakes.prosody import prosody_server
from tests.server.played.script import Post, Stay

SECRET = "a secret of at least thirty-two letters"
DAYS = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Place:
    """The lesson that is played and what stands around it."""

    lesson: str
    other: str
    """A lesson of another group."""
    people: Mapping[str, str]
    clock: Clock
    url: str
    """Our own address."""

    @property
    def second(self) -> int:
        """Now, in epoch seconds."""
        return int(self.clock.now().timestamp())

    def link(self, provider: Provider, name: str) -> str:
        """The way in for one of them, as the product signs it."""
        role = "learner" if name != "Veera" else "teacher"
        now = self.clock.now()
        asked = Asked(self.lesson, "Logistics", now, now + timedelta(hours=2))
        url = provider.link(asked, Guest(self.people[name], name, role, "fi"), datetime.now(UTC)).url
        assert url is not None
        return url


class Stage(Protocol):
    """One server with the lesson's room. `asked`: whether it can be asked who is in."""

    name: str
    devices: int
    asked: bool

    async def come(self, place: Place, provider: Provider, stay: Stay) -> list[Post]:
        """She comes in. What the server tells of it."""

    async def go(self, place: Place, stay: Stay) -> list[Post]:
        """She goes."""

    def odd(self, place: Place, kind: str, luck: random.Random) -> list[Post]:
        """Messages of this kind, or nothing where this server cannot make any."""

    def over(self, place: Place) -> list[Post]:
        """What it tells when the room goes."""


@dataclass
class JitsiStage:
    """Jitsi: told by event_sync; nobody can ask it."""

    name: str = "jitsi"
    devices: int = 2
    asked: bool = False
    fake: FakeEventSync | None = None
    numbers: Any = field(default_factory=itertools.count)
    inside: dict[Stay, str] = field(default_factory=dict)

    async def come(self, place: Place, provider: Provider, stay: Stay) -> list[Post]:
        if self.fake is None:
            self.fake = FakeEventSync(place.lesson, provider.proof)  # type: ignore[attr-defined]
        address = self.inside[stay] = f"{stay.device}@meet.example.org/{next(self.numbers)}"
        return [self._post(place, self.fake.join(address, place.people[stay.name], place.second))]

    async def go(self, place: Place, stay: Stay) -> list[Post]:
        assert self.fake is not None
        return [self._post(place, self.fake.leave(self.inside.pop(stay), place.second))]

    def odd(self, place: Place, kind: str, luck: random.Random) -> list[Post]:
        assert self.fake is not None
        person, at, proof = place.people[luck.choice(["Amina", "Bilal"])], place.second, self.fake.proof
        address = f"x@meet.example.org/{next(self.numbers)}"
        room = {"other_room": place.other, "nowhere": "nowhere"}.get(kind, place.lesson)
        past = int(DAYS.total_seconds()) if kind == "past" else 0
        calls = [
            FakeEventSync(room, proof).join(address, person if kind != "typed" else "Amina", at - past - 60),
            FakeEventSync(room, proof, {address: {"occupant_jid": address, "id": person}}).leave(address, at - past),
        ]
        if kind == "forged":
            return [replace(self._post(place, one, "Bearer x"), answer=401) for one in calls]
        return [] if kind == "stale" else [self._post(place, one) for one in calls[: 1 if kind == "typed" else 2]]

    def over(self, place: Place) -> list[Post]:
        return [self._post(place, self.fake.destroy(place.second))] if self.fake else []

    def _post(self, place: Place, call: Call, proof: str = "") -> Post:
        headers = {**call.headers, **({"authorization": proof} if proof else {})}
        return Post(f"{place.url}/hooks/{self.name}/{call.path}", call.body, headers)


@dataclass
class LiveKitStage:
    """LiveKit: one connection of a person at a time; told by webhooks, asked by RoomService."""

    fake: FakeLiveKit
    name: str = "livekit"
    devices: int = 1
    asked: bool = True

    async def come(self, place: Place, provider: Provider, stay: Stay) -> list[Post]:
        (token,) = parse_qs(urlsplit(place.link(provider, stay.name)).query)["token"]
        return self._posts(place, self.fake.join(token, place.second))

    async def go(self, place: Place, stay: Stay) -> list[Post]:
        return self._posts(place, self.fake.leave(place.lesson, place.people[stay.name], place.second))

    def odd(self, place: Place, kind: str, luck: random.Random) -> list[Post]:
        person = place.people[luck.choice(["Amina", "Bilal"])]
        room = {"other_room": place.other, "nowhere": "nowhere"}.get(kind, place.lesson)
        at = place.second - (int(DAYS.total_seconds()) if kind == "past" else 0)
        who = Participant(sid=f"PA_x{next(self.fake.numbers)}", identity="Amina" if kind == "typed" else person)
        body = self.fake.event(f"participant_{luck.choice(['joined', 'left'])}", room, at, participant=who)
        if kind == "forged":
            other = body.replace(b"joined", b"left") if b"joined" in body else body.replace(b"left", b"joined")
            posts = [replace(self._posts(place, [body])[0], body=other)]
            posts += self._sent(place, self.fake.call(body, secret="another secret of thirty-two letters"))
            return [replace(one, answer=401) for one in posts]
        if kind == "stale":
            return [replace(one, answer=401) for one in self._sent(place, self.fake.call(body, timedelta(seconds=-61)))]
        return self._posts(place, [body])

    def over(self, place: Place) -> list[Post]:
        return self._posts(place, [self.fake.event("room_finished", place.lesson, place.second)])

    def _posts(self, place: Place, bodies: Iterable[bytes]) -> list[Post]:
        return [post for body in bodies for post in self._sent(place, self.fake.call(body))]

    def _sent(self, place: Place, call: Call) -> list[Post]:
        return [Post(f"{place.url}/hooks/{self.name}", call.body, call.headers)]


@dataclass
class BigBlueButtonStage:
    """BigBlueButton: told by bbb-webhooks as the product registered them, asked by getMeetingInfo."""

    fake: FakeBigBlueButton
    name: str = "bigbluebutton"
    devices: int = 2
    asked: bool = True
    inside: dict[Stay, str] = field(default_factory=dict)
    seen: list[Post] = field(default_factory=list)

    async def come(self, place: Place, provider: Provider, stay: Stay) -> list[Post]:
        self.fake.now = float(place.second)
        self.inside[stay] = self.fake.join(place.link(provider, stay.name))
        return self._posts()

    async def go(self, place: Place, stay: Stay) -> list[Post]:
        self.fake.now = float(place.second)
        self.fake.leave(place.lesson, self.inside.pop(stay))
        return self._posts()

    def odd(self, place: Place, kind: str, luck: random.Random) -> list[Post]:
        """A message that was made, with other words in it, signed again except where it is forged."""
        if not self.seen or kind == "stale":
            return []
        known = luck.choice(self.seen)
        body = known.body.replace(b"w_", b"x_")
        if kind == "past":
            body = re.sub(rb"%22ts%22%3A\d+", b"%%22ts%%22%%3A%d" % (1000 * (place.second - 172800)), body)
        for person in place.people.values():
            body = body.replace(person.encode(), b"Amina") if kind == "typed" else body
        room = {"other_room": place.other, "nowhere": "z" * 20}.get(kind, place.lesson)
        body = body.replace(place.lesson.encode(), room.encode())
        address = known.address.partition("?")[0]
        if kind == "forged":
            return [replace(known, body=body.replace(b"joined", b"left"), stay=None, answer=401)]
        return [Post(*self.fake.signed(address, body.decode()))]

    def over(self, place: Place) -> list[Post]:
        return []

    def _posts(self) -> list[Post]:
        posts = [Post(*one) for one in self.fake.posts()]
        self.seen += posts
        return posts


@dataclass
class GaleneStage:
    """Galene: tells nothing; who is in are real sockets in the room, heard by the observer's real socket."""

    fake: FakeGalene
    session: ClientSession
    name: str = "galene"
    devices: int = 2
    asked: bool = True
    inside: dict[Stay, Inside] = field(default_factory=dict)
    typed: list[Inside] = field(default_factory=list)

    async def come(self, place: Place, provider: Provider, stay: Stay) -> list[Post]:
        (token,) = parse_qs(urlsplit(place.link(provider, stay.name)).query)["token"]
        self.inside[stay] = await self.fake.enter(self.session, f"oppitupa/{place.lesson}", token=token)
        return []

    async def go(self, place: Place, stay: Stay) -> list[Post]:
        await self.inside.pop(stay).leave()
        return []

    def odd(self, place: Place, kind: str, luck: random.Random) -> list[Post]:
        return []

    def over(self, place: Place) -> list[Post]:
        return []

    async def walk_in(self, place: Place, name: str) -> None:
        """Somebody without a link of ours types a name; she stays."""
        self.typed.append(await self.fake.enter(self.session, f"oppitupa/{place.lesson}", username=name))


@asynccontextmanager
async def stage_of(kind: str, clock: Clock) -> AsyncIterator[tuple[Stage, dict[str, Any]]]:
    """A stage that runs until the end of the block, and the settings by which the house knows its server."""
    if kind == "jitsi":
        async with prosody_server() as prosody:  # somebody must answer, or the lesson would go on elsewhere
            yield JitsiStage(), {"jitsi_url": prosody.base, "jitsi_app_id": "oppitupa", "jitsi_secret": SECRET}
    elif kind == "livekit":
        async with livekit_server() as livekit:
            told = {"url": livekit.base, "front": "https://meet.example.org/custom", "key": livekit.key}
            settings = {f"livekit_{name}": text for name, text in (told | {"secret": livekit.secret}).items()}
            yield LiveKitStage(livekit), settings
    elif kind == "bigbluebutton":
        async with bigbluebutton_server(hook_hash="sha256", wall=time) as bbb:
            bbb.now = clock.now().timestamp()
            yield BigBlueButtonStage(bbb), {"bigbluebutton_url": bbb.base, "bigbluebutton_secret": bbb.secret}
    else:
        async with galene_server(now=clock.now, typed=True) as galene, ClientSession() as session:
            told = {"url": galene.base, "admin": galene.admin, "password": galene.password, "secret": SECRET}
            yield GaleneStage(galene, session), {f"galene_{name}": text for name, text in told.items()}
