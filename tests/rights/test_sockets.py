"""Every socket event, sent by every role about her own lesson, others beside it, next door, foreign and invented."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
import socketio
from socketio.exceptions import ConnectionError as Refused

from calendars.store import new_id
from server.keys import LIVE
from tests.rights.events import EVENTS, FOR_THE_CLASS, NEED_A_STAY
from tests.rights.matrix import ROSTER
from tests.rights.test_routes import WHOLE
from tests.rights.town import PLACES, RIGHTLESS, ROLES, STRANGER, Town, served


@dataclass
class Client:
    """One browser with its socket."""

    socket: Any
    heard: list[dict[str, Any]] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def say(self, event: str, **data: Any) -> dict[str, Any]:
        """The answer to one event."""
        answer: dict[str, Any] = await self.socket.call(event, data, timeout=20)
        return answer


@asynccontextmanager
async def connected(town: Town, role: str, **headers: str) -> AsyncIterator[Client]:
    """A socket with the cookie of this role."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        client = Client(socketio.AsyncClient(http_session=session, reconnection=False))
        client.socket.on("facts", client.heard.extend)
        client.socket.on("beat", lambda _beat: None)
        client.socket.on("disconnect", lambda *_reason: client.gone.set())
        address = str(town.browser.make_url("/"))
        cookie = {"Cookie": town.visitors[role].cookie} if role in town.visitors else {}
        await client.socket.connect(address, headers=cookie | headers, transports=["websocket"])
        try:
            yield client
        finally:
            await client.socket.disconnect()


def status(answer: dict[str, Any]) -> int:
    return int(answer["problem"]["status"]) if "problem" in answer else 200


def expected(event: str, role: str, place: str, *, inside: bool) -> int:
    """What the matrix promises."""
    answers, _ = EVENTS[event]
    if event == "leave":
        return 200
    if event in NEED_A_STAY:
        entered = place == "own" or (place == "next" and role == "coordinator")
        return answers.get(role, 404) if inside and entered else 404
    reaches = place == "own" or (place == "beside" and role in WHOLE) or (place == "next" and role == "coordinator")
    return answers.get(role, 404) if reaches else 404


async def tried(town: Town, client: Client, event: str, role: str, *, inside: bool) -> list[str]:
    """Send one event about every place; everything that is not as the matrix says."""
    found, refusals = [], set()
    for place in PLACES:
        message = EVENTS[event][1] | {"lesson": town.ids["lesson"][place]}
        if "id" in message:
            message["id"] = new_id()
        answer = await client.say(event, **message)
        wanted = expected(event, role, place, inside=inside)
        early = event == "enter" and place == "beside" and wanted == 200 and status(answer) == 409  # begins at noon
        if status(answer) != wanted and not early:
            found.append(f"{event} {role} {place}: {status(answer)}, not {wanted}")
        if wanted == 404:
            refusals.add(str(answer))
    return [*found, f"{event} {role}: {len(refusals)} ways to say 404"] if len(refusals) > 1 else found


async def walk(town: Town, role: str) -> list[str]:
    """All events of one role: before she enters, about entering, and from inside her own lesson."""
    own, found = town.ids["lesson"]["own"], []
    async with connected(town, role) as client:
        for event in EVENTS:
            if event != "enter":
                found += await tried(town, client, event, role, inside=False)
        found += await tried(town, client, "enter", role, inside=False)
        inside = EVENTS["enter"][0].get(role) == 200
        for event in NEED_A_STAY:
            found += await tried(town, client, event, role, inside=inside)
        if role not in ROSTER:
            found += [f"{role} hears {one['kind']}" for one in client.heard if one["kind"] not in FOR_THE_CLASS]
        reach = {"own"} | ({"beside"} if role in WHOLE else set()) | ({"next"} if role == "coordinator" else set())
        streams = {town.ids["lesson"][place] for place in reach}
        found += [f"{role} hears of {one['stream']}" for one in client.heard if one["stream"] not in streams]
        await client.say("leave", lesson=own)
    return found


async def test_events_when_every_role_sends_them_then_each_gets_what_the_contract_says(database: str) -> None:
    async with served(database) as town:
        found = [line for role in (*ROLES, RIGHTLESS) for line in await walk(town, role)]
        assert set(town.app[LIVE].events) == EVENTS.keys()  # type: ignore[attr-defined]
    assert found == [], "\n".join(found)


@pytest.fixture
async def town(database: str) -> AsyncIterator[Town]:
    async with served(database) as found:
        yield found


@pytest.mark.parametrize(
    ("role", "headers"),
    [
        (STRANGER, {}),
        (STRANGER, {"Cookie": f"oppitupa-80={'a' * 43}"}),
        ("teacher", {"Origin": "https://elsewhere.example"}),
        ("teacher", {"Origin": "null"}),
        ("teacher", {"Origin": "https://elsewhere.example", "X-Forwarded-Host": "elsewhere.example"}),
    ],
    ids=["nobody", "a cookie that is none", "another site", "a sandbox", "another site that claims to be us"],
)
async def test_socket_when_a_stranger_or_another_site_opens_it_then_it_is_refused(
    town: Town, role: str, headers: dict[str, str]
) -> None:
    with pytest.raises(Refused):
        async with connected(town, role, **headers):
            pass
    assert town.app[LIVE].figures()["sockets"] == 0


async def test_learner_when_inside_then_she_hears_the_class_and_not_who_comes_and_goes(town: Town) -> None:
    own = town.ids["lesson"]["own"]
    async with connected(town, "learner") as amina, connected(town, "teacher") as veera:
        for one in (veera, amina):
            await one.say("enter", lesson=own, media=False)
        async with connected(town, "guest") as guest:
            await guest.say("enter", lesson=own, media=False)
            await guest.say("say", lesson=own, id=new_id(), text="Hei")
        async with asyncio.timeout(10):
            while not any(one["kind"] == "Dropped" for one in veera.heard):
                await asyncio.sleep(0.05)
        assert {one["kind"] for one in veera.heard} >= {"Entered", "Said", "Dropped"}
        assert {one["kind"] for one in amina.heard} == {"Said"}


async def test_hand_when_a_learner_lowers_anothers_then_it_stays_up(town: Town) -> None:
    own, veera = town.ids["lesson"]["own"], town.visitors["teacher"].person
    async with connected(town, "learner") as amina, connected(town, "teacher") as teacher:
        for one in (teacher, amina):
            await one.say("enter", lesson=own, media=False)
        await teacher.say("hand", lesson=own, up=True)
        refused = await amina.say("hand", lesson=own, up=False, person=veera)
        assert status(refused) == 403
        assert [one["kind"] for one in amina.heard if one["kind"].startswith("Hand")] in ([], ["HandRaised"])
