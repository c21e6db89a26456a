"""The classmates: real clients of the real server. Each opens her link, presses the button, and sits in the lesson.

They have no camera and no microphone, and say so when they enter; their presence is as true as anybody's.
"""

import asyncio
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

import aiohttp
import socketio
import structlog

FORM = re.compile(r'<form[^>]*method="post"[^>]*>(.*?)</form>', re.IGNORECASE | re.DOTALL)
INPUT = re.compile(r"<input\b[^>]*>", re.IGNORECASE)
ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"]*)")?', re.IGNORECASE)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Part:
    """Who comes to which lesson, how long after the curtain."""

    link: str
    lesson: str
    after: float
    stands_in_for: str = ""
    """The person whom this one plays only until she comes herself."""


async def play(parts: Sequence[Part]) -> None:
    """Let all of them come, until cancelled."""
    await asyncio.gather(*(_sit(part) for part in parts))


async def _sit(part: Part) -> None:
    """Come, stay, and come back after a fall, as a browser does."""
    await asyncio.sleep(part.after)
    relieved = False
    while not relieved:
        try:
            relieved = await _visit(part)
        except (aiohttp.ClientError, socketio.exceptions.SocketIOError, OSError, TimeoutError) as why:
            log.info("classmate_waits", why=type(why).__name__)
        await asyncio.sleep(random.uniform(1, 4))


async def _visit(part: Part) -> bool:
    """Sit in the lesson until it ends or the line does; true when the person herself has come instead."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        await press_the_button(session, part.link)
        client = socketio.AsyncClient(http_session=session, reconnection=False)
        gone = asyncio.Event()
        client.on("beat", _answer)
        client.on("closed", lambda _data: gone.set())
        client.on("disconnect", lambda *_reason: gone.set())
        house = part.link.partition("/l/")[0]
        await client.connect(house, transports=["websocket"])
        try:
            answer = await client.call("enter", {"lesson": part.lesson, "media": False}, timeout=10)
            if "problem" in answer:
                log.info("classmate_refused", code=answer["problem"].get("code"))
                await asyncio.sleep(20)
                return False
            relief = _Relief(part.stands_in_for, answer["roster"], gone)
            client.on("facts", relief.hear)
            await gone.wait()
            if relief.came:
                await client.call("leave", {"lesson": part.lesson}, timeout=10)
            return relief.came
        finally:
            await client.disconnect()


class _Relief:
    """Listens for the person who is played: when she comes in beside her player, the player goes."""

    def __init__(self, person: str, roster: dict[str, Any] | None, gone: asyncio.Event) -> None:
        seats = roster["seats"] if roster and person else []
        visits = {name: visit for seat in seats if seat["person"] == person for name, visit in seat["visits"].items()}
        self._known = frozenset(visits)
        self._person = person
        self._gone = gone
        self.came = False
        if sum(visit["live"] for visit in visits.values()) > 1:
            self._leave()

    def hear(self, facts: Sequence[dict[str, Any]]) -> None:
        """The facts of the lesson, as everybody who leads it hears them."""
        if any(
            fact["kind"] == "Entered" and fact["person"] == self._person and fact["visit"] not in self._known
            for fact in facts
        ):
            self._leave()

    def _leave(self) -> None:
        self.came = True
        self._gone.set()


def _answer(_beat: object) -> None:
    """The acknowledgement is the evidence; there is nothing to say in it."""


async def press_the_button(session: aiohttp.ClientSession, link: str) -> None:
    async with session.get(link) as page:
        page.raise_for_status()
        form = FORM.search(await page.text())
    if form is None:
        raise aiohttp.ClientError("no form on the sign-in page")
    fields = dict(filter(None, map(_preset, INPUT.findall(form[1]))))
    async with session.post(link, data=fields, allow_redirects=False) as answer:
        answer.raise_for_status()


def _preset(tag: str) -> tuple[str, str] | None:
    found = {name.lower(): unescape(value) for name, value in ATTRIBUTE.findall(tag[6:])}
    if "name" not in found or (found.get("type") in ("radio", "checkbox") and "checked" not in found):
        return None
    return found["name"], found.get("value", "")
