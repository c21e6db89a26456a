"""People in front of browsers: one page each, who enter the bench's room and say what they hear and see."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from playwright.async_api import Browser, Page, async_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    # Tones come from no microphone, so no permission hides the addresses behind names that only a real network knows.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]
ASKING = [*ARGUMENTS, "--use-fake-ui-for-media-stream"]


@dataclass(frozen=True)
class Somebody:
    """One person's page."""

    name: str
    tone: int
    page: Page

    async def say(self, script: str, argument: object = None) -> Any:
        return await self.page.evaluate(script, argument)

    async def connection(self) -> str:
        return str(await self.say("bench.me.connection"))

    async def hears(self, tones: Sequence[int]) -> list[int]:
        return list(await self.say("tones => bench.hears(tones)", list(tones)))

    async def codes(self) -> list[str]:
        return list(await self.say("bench.events.filter(([type]) => type == 'changed').map(([, {code}]) => code)"))


@asynccontextmanager
async def chromium(arguments: Sequence[str] = ARGUMENTS) -> AsyncIterator[Browser]:
    """One browser process for everybody."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(arguments))
        try:
            yield browser
        finally:
            await browser.close()


async def comes(browser: Browser, url: str, name: str, tone: int, role: str = "learner", **more: str) -> Somebody:
    """Open her page and press the button."""
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{url}?{urlencode({'person': name, 'tone': tone, 'role': role, **more})}")
    if more.get("tap") != "no":
        await page.click("#enter")
    return Somebody(name, tone, page)


async def until(true: Callable[[], Awaitable[bool]], seconds: float, what: str) -> float:
    """Wait for something and give the seconds it took."""
    clock = asyncio.get_running_loop().time
    start = clock()
    while not await true():
        assert clock() - start < seconds, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.1)
    return clock() - start


async def linked(people: Sequence[Somebody], counts: Sequence[int], seconds: float = 20) -> float:
    """Wait until each of them has so many connected links."""

    async def all_are() -> bool:
        return [len(await each.say("bench.links()")) for each in people] == list(counts)

    return await until(all_are, seconds, f"links {list(counts)} of {[each.name for each in people]}")


async def unmute(people: Sequence[Somebody]) -> None:
    for each in people:
        await each.say("bench.call.mute(false)")
