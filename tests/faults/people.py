"""Real clients: each opens her link, presses the button, sits in the lesson, answers beats, and writes it all down.

What she writes down is what an independent judge needs; nothing of the house's own figures goes in. She acts in the
middle of whole seconds, so that both sides of the wire floor to the same one.
"""

import asyncio
import math
import random
import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import aiohttp
import socketio
from yarl import URL

from calendars.store import new_id
from server.demo.classmates import press_the_button
from tests.faults.school import School

LOST = 3
"""Seconds that an acknowledgement which may have been lost can make: a beat of two, its jitter, and the rest of one."""
BREAKS = (aiohttp.ClientError, socketio.exceptions.SocketIOError, OSError, TimeoutError)


async def middle_of_a_second(least: float = 0.1, most: float = 0.35) -> None:
    """Wait until the wall clock is inside a second, with most of it to come: the wire takes some of it."""
    part = time.time() % 1
    if not least <= part <= most:
        await asyncio.sleep((least - part) % 1)


class Act(NamedTuple):
    """When somebody outside did something: it was heard at some moment in between."""

    began: float
    answered: float

    @property
    def unsure(self) -> int:
        """In how many later seconds than her own it may have been heard."""
        return int(self.answered) - int(self.began)


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
    acks: list[Act] = field(default_factory=list)
    """Her acknowledgements; one that the house has not answered yet is open to the end of time."""
    saved: str | None = None
    roster: dict[str, Any] | None = None
    facts: list[dict[str, Any]] = field(default_factory=list)
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False
    refusals: list[dict[str, Any]] = field(default_factory=list)
    entries: list[Act] = field(default_factory=list)
    pressed: Act = Act(0.0, 0.0)
    unsure: int = 0
    """Seconds by which nobody outside can know when she was heard: she was, between her saying and the answer."""
    _session: aiohttp.ClientSession | None = None
    _client: Any = None
    _task: "asyncio.Task[None] | None" = None
    _connection: str = ""
    _unheard: set["asyncio.Task[None]"] = field(default_factory=set)

    @property
    def leads(self) -> bool:
        return self.person in self.school.tokens

    async def sign_in(self) -> None:
        """The link and its button for a learner; the cookie of her second factor for staff."""
        each_its_own = aiohttp.TCPConnector(force_close=True)  # whichever worker is awake takes the next one
        self._session = aiohttp.ClientSession(connector=each_its_own, cookie_jar=aiohttp.CookieJar(unsafe=True))
        if not self.leads:
            await press_the_button(self._session, self.url + self.school.links[self.person])
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
        self._client = client = await self.connect()
        gone = asyncio.Event()
        client.on("disconnect", lambda *_reason: gone.set())
        try:
            self._connection = new_id()
            await self._moment()
            began = time.time()
            answer = await client.call("enter", {"lesson": self.school.lesson, "media": False}, timeout=10)
            if "problem" in answer:
                self.refusals.append(answer["problem"])
                await asyncio.sleep(0.5)
                return
            self._line("join", began)
            self.entries.append(Act(began, time.time()))
            self.roster = answer["roster"]  # facts that came before it stay: those it holds are passed over
            self.entered.set()
            await gone.wait()
        finally:
            self.entered.clear()
            await client.disconnect()

    def _over(self, told: dict[str, Any]) -> None:
        self.closed = told["lesson"] == self.school.lesson

    async def _beat(self, beat: dict[str, Any]) -> None:
        client = self._client
        while self.quiet:
            await asyncio.sleep(0.05)
        await self._moment()
        if client is None or client is not self._client or not client.connected:
            return  # nobody hears it any more
        self.saved = beat["saved"]
        self.acks.append(Act(time.time(), math.inf))
        task = asyncio.create_task(self._heard(client, self._connection, len(self.acks) - 1))
        self._unheard.add(task)
        task.add_done_callback(self._unheard.discard)

    async def _heard(self, client: Any, connection: str, number: int) -> None:
        """The house takes one packet of a socket after the other: its answer to the next one says that it has this."""
        await asyncio.sleep(0)  # the acknowledgement goes out when the handler of the beat is left
        try:
            await client.call("leave", {}, timeout=10)  # refused at once: it names no lesson
        except BREAKS:
            self.unsure += LOST  # it may have come through, or not
        else:
            began = self.acks[number].began
            self.acks[number] = Act(began, time.time())
            self._line("ack", began, connection)

    async def all_heard(self) -> None:
        """Until the house has answered everything that she said."""
        while self._unheard:
            await asyncio.wait(self._unheard)

    async def _moment(self) -> None:
        if self.exact:
            await middle_of_a_second()

    def _line(self, kind: str, began: float, connection: str = "") -> None:
        """Write down what she said when it `began`; the answer has come now."""
        self.unsure += Act(began, time.time()).unsure
        self.lines.append(
            {
                "received": rfc3339(began), "learner": self.person, "connection": connection or self._connection,
                "kind": kind, "id": new_id(),
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
        await self.all_heard()
        client, self._client = self._client, None
        client.eio.ws._writer.transport.abort()

    async def press(self, button: str) -> int:
        """One of the leader's three buttons; the status. `pressed` says when."""
        assert self._session is not None
        await middle_of_a_second()
        began = time.time()
        address = f"{self.url}/lessons/{self.school.lesson}/{button}"
        async with self._session.post(address, json={}, headers={"Accept": "application/json"}) as answer:
            self.pressed = Act(began, time.time())
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
        """Away for good; what she has said is heard first."""
        self.closed = True
        await self.all_heard()
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
