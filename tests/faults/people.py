"""Real clients: each opens her link, presses the button, sits in the lesson, answers beats, and writes it all down.

What she writes down is what an independent judge needs; nothing of the house's own figures goes in. She acts in the
middle of whole seconds, so that both sides of the wire floor to the same one.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import socketio
from yarl import URL

from calendars.store import new_id
from server.demo.classmates import _press_the_button
from tests.faults.school import School

BREAKS = (aiohttp.ClientError, socketio.exceptions.SocketIOError, OSError, TimeoutError)


async def middle_of_a_second(least: float = 0.1, most: float = 0.35) -> None:
    """Wait until the wall clock is inside a second, with most of it to come: the wire takes some of it."""
    part = time.time() % 1
    if not least <= part <= most:
        await asyncio.sleep((least - part) % 1)


@dataclass(eq=False)
class Pupil:
    """One person at one device."""

    url: str
    school: School
    person: str
    exact: bool = True
    """She acts in the middle of whole seconds."""
    quiet: bool = False
    """While it is set she answers no beat, like a frozen tab."""
    lines: list[dict[str, Any]] = field(default_factory=list)
    acks: list[float] = field(default_factory=list)
    saved: str | None = None
    roster: dict[str, Any] | None = None
    facts: list[dict[str, Any]] = field(default_factory=list)
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False
    refusals: list[dict[str, Any]] = field(default_factory=list)
    entries: list[float] = field(default_factory=list)
    pressed: float = 0.0
    unsure: int = 0
    """How often an answer came only in the next second: nobody outside knows in which of them she was heard."""
    _session: aiohttp.ClientSession | None = None
    _client: Any = None
    _task: "asyncio.Task[None] | None" = None
    _connection: str = ""

    @property
    def leads(self) -> bool:
        return self.person in self.school.tokens

    async def sign_in(self) -> None:
        """The link and its button for a learner; the cookie of her second factor for staff."""
        each_its_own = aiohttp.TCPConnector(force_close=True)  # whichever worker is awake takes the next one
        self._session = aiohttp.ClientSession(connector=each_its_own, cookie_jar=aiohttp.CookieJar(unsafe=True))
        if not self.leads:
            await _press_the_button(self._session, self.url + self.school.links[self.person])
            return
        address = URL(self.url)
        jar = self._session.cookie_jar
        jar.update_cookies({f"oppitupa-{address.port}": self.school.tokens[self.person]}, address)

    def come(self) -> None:
        """Enter the lesson and stay, coming back after every fall as a browser does."""
        self._task = asyncio.create_task(self._stay())

    async def _stay(self) -> None:
        wait = 0.2
        while not self.closed:
            try:
                if self._session is None:
                    await self.sign_in()
                await self._visit()
                wait = 0.2
            except BREAKS:
                wait = min(2.0, wait * 1.6)
            await asyncio.sleep(wait * random.uniform(0.6, 1.0))

    async def connect(self) -> Any:
        """A socket with this person's cookie."""
        if self._session is None:
            await self.sign_in()
        client = socketio.AsyncClient(http_session=self._session, reconnection=False)
        client.on("beat", self._beat)
        client.on("facts", self.facts.extend)
        client.on("closed", self._over)
        await client.connect(self.url, transports=["websocket"], wait_timeout=5)
        return client

    async def _visit(self) -> None:
        self._client, gone = await self.connect(), asyncio.Event()
        self._client.on("disconnect", lambda *_reason: gone.set())
        try:
            self._connection = new_id()
            await self._moment()
            began = time.time()
            answer = await self._client.call("enter", {"lesson": self.school.lesson, "media": False}, timeout=10)
            if "problem" in answer:
                self.refusals.append(answer["problem"])
                await asyncio.sleep(0.5)
                return
            self._line("join", began)
            self.entries.append(time.time())
            self.roster = answer["roster"]  # facts that came before it stay: those it holds are passed over
            self.entered.set()
            await gone.wait()
        finally:
            self.entered.clear()
            await self._client.disconnect()

    def _over(self, told: dict[str, Any]) -> None:
        self.closed = told["lesson"] == self.school.lesson

    async def _beat(self, beat: dict[str, Any]) -> None:
        client = self._client
        while self.quiet:
            await asyncio.sleep(0.05)
        await self._moment()
        if client is not self._client or not client.connected:
            return  # nobody hears it any more
        self.saved = beat["saved"]
        self._line("ack")
        self.acks.append(time.time())

    async def _moment(self) -> None:
        if self.exact:
            await middle_of_a_second()

    def _line(self, kind: str, began: float | None = None) -> None:
        moment = began or time.time()
        if int(moment) != int(time.time()):
            self.unsure += 1
        self.lines.append(
            {
                "received": rfc3339(moment), "learner": self.person, "connection": self._connection, "kind": kind,
                "id": new_id(),
            }
        )  # fmt: skip

    async def say(self, event: str, **data: Any) -> dict[str, Any]:
        """One event of the lesson, and its answer."""
        answer: dict[str, Any] = await self._client.call(event, {"lesson": self.school.lesson, **data}, timeout=10)
        return answer

    async def leave(self) -> None:
        """A clean good-bye."""
        await middle_of_a_second()
        began = time.time()
        await self._client.call("leave", {"lesson": self.school.lesson}, timeout=10)
        self._line("leave", began)
        await self.go()

    async def drop(self) -> None:
        """The line breaks without a word, and she comes back by herself."""
        websocket: Any = self._client.eio.ws
        websocket._writer.transport.abort()

    async def press(self, button: str) -> int:
        """One of the leader's three buttons; the status. `pressed` says when."""
        assert self._session is not None
        await middle_of_a_second()
        self.pressed = time.time()
        address = f"{self.url}/lessons/{self.school.lesson}/{button}"
        async with self._session.post(address, json={}, headers={"Accept": "application/json"}) as answer:
            return answer.status

    async def post(self, button: str, accept: str = "application/json") -> tuple[int, str, str]:
        """The same button and the whole answer: status, type, text."""
        assert self._session is not None
        address = f"{self.url}/lessons/{self.school.lesson}/{button}"
        async with self._session.post(address, json={}, headers={"Accept": accept}) as answer:
            return answer.status, answer.content_type, await answer.text()

    async def ask(self, path: str) -> tuple[int, str]:
        """A page as anybody may ask for it, not signed in."""
        async with aiohttp.ClientSession() as session, session.get(self.url + path) as answer:
            return answer.status, await answer.text()

    async def get(self, path: str, accept: str = "text/html") -> tuple[int, str]:
        """A page of hers."""
        if self._session is None:
            await self.sign_in()
        assert self._session is not None
        async with self._session.get(self.url + path, headers={"Accept": accept}) as answer:
            return answer.status, await answer.text()

    async def go(self) -> None:
        """Away for good."""
        self.closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._client is not None:
            await self._client.disconnect()
        if self._session is not None:
            await self._session.close()


def rfc3339(moment: float) -> str:
    """Seconds since 1970 as the trace has them."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
