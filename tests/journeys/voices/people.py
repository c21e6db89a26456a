"""Somebody in front of the real product: signs in by her link, goes in by the button, and tells what she hears."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

from tests.journeys.conftest import QUIET, Demo

PROBE = (Path(__file__).parent / "probe.js").read_text(encoding="utf-8")
ARGUMENTS = [
    *QUIET,
    # The voices come from no microphone, so no permission shows the addresses that a real one would.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]
TONES = [400 + 170 * number for number in range(11)]
"""Far enough from each other and from each other's overtones."""
AUDIBLE, APART = -45, 24
"""In decibel: a voice that is there, and how much weaker one's own has to be that is not."""
STAR = "Many people are here now. You hear everybody through the teacher."
MESH = "Everybody is joined with everybody now."
LOST = "The teacher's line is lost. The sound comes back by itself."
BACK = "The teacher is back. Everybody hears again."
MOVED = "Another teacher carries the sound now."
ELSEWHERE = "You opened the class elsewhere. Sound and picture are there."


@dataclass(frozen=True)
class Voice:
    """One person at one page, with a tone of her own; `id` is the person's."""

    id: str
    name: str
    tone: int
    page: Page

    async def probe(self, question: str, *given: object) -> Any:
        return await self.page.evaluate(f"(given) => probe.{question}(...given)", list(given))

    async def enters(self, demo: Demo) -> None:
        """Open the lesson's stable address and go in by the one button."""
        await self.page.goto(f"{demo.url}/j/{demo.lesson['id']}")
        await self.page.click("#go-in")
        await self.page.wait_for_selector("#classroom[data-stage=room]")

    async def pressed(self, tool: str) -> bool:
        return await self.page.get_attribute(f"#{tool}", "aria-pressed") == "true"

    async def presses(self, tool: str) -> None:
        """Press a tool of the class and wait until it shows so."""
        wanted = not await self.pressed(tool)
        await self.page.click(f"#{tool}")

        async def shown() -> bool:
            return await self.pressed(tool) == wanted

        await until(shown, 10, f"{tool} of {self.name} is {'on' if wanted else 'off'}")

    async def hears(self, tones: Sequence[int]) -> list[int]:
        return list(await self.probe("hears", list(tones)))

    async def said(self, sentence: str) -> int:
        """How often her page has said this sentence, in her language."""
        return int(await self.probe("times", sentence))


async def until(true: Callable[[], Awaitable[bool]], seconds: float, what: str) -> float:
    """Wait for something and give the seconds it took."""
    clock = asyncio.get_running_loop().time
    start = clock()
    while not await true():
        assert clock() - start < seconds, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.1)
    return clock() - start


@asynccontextmanager
async def voices(chromium: str | Path, *more: str) -> AsyncIterator[Browser]:
    """One browser for everybody on this side of a line."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=[*ARGUMENTS, *more])
        try:
            yield browser
        finally:
            await browser.close()


async def signed_in(
    browser: Browser,
    person: dict[str, Any],
    tone: int,
    *,
    relay: bool = False,
    servers: list[dict[str, Any]] | None = None,
) -> Voice:
    """Somebody's own browser, signed in by her link; tone 0: she gives no microphone."""
    context = await browser.new_context(viewport={"width": 1000, "height": 720}, ignore_https_errors=True)
    given = json.dumps({"tone": tone, "relay": relay, "servers": servers})
    await context.add_init_script(f"window.probing = {given};\n{PROBE}")
    page = await context.new_page()
    await page.goto(person["signin"])
    await page.click("form[method=post] button")
    await page.wait_for_load_state()
    return Voice(person["id"], person["name"], tone, page)


async def linked(people: Sequence[Voice], counts: Sequence[int], seconds: float = 30) -> float:
    """Wait until each of them has so many connections that stand."""

    async def all_are() -> bool:
        return list(await asyncio.gather(*(each.probe("open") for each in people))) == list(counts)

    return await until(all_are, seconds, f"connections {list(counts)} of {[each.name for each in people]}")


async def everybody_hears_everybody(people: Sequence[Voice], seconds: float = 30) -> int:
    """Each one's tone at each other one, nobody's at herself; gives the number of pairs."""
    tones = [each.tone for each in people]
    last: list[list[int]] = []

    async def heard() -> bool:
        last[:] = await asyncio.gather(*(each.hears(tones) for each in people))
        return all(_hears_the_others(levels, row) for row, levels in enumerate(last))

    try:
        await until(heard, seconds, "everybody hears everybody but herself")
    except AssertionError:
        print(*(f"  {each.name} hears {levels}" for each, levels in zip(people, last, strict=True)), sep="\n")
        raise
    return len(people) * (len(people) - 1)


def _hears_the_others(levels: Sequence[int], own: int) -> bool:
    others = [level for number, level in enumerate(levels) if number != own]
    return min(others) >= AUDIBLE and levels[own] <= min(others) - APART


@dataclass(frozen=True)
class Carried:
    """What went over somebody's connections in a while: kbit/s with all headers, frames, and how sound fared."""

    up: float
    down: float
    fps: list[float]
    invented: float
    """Part of the sound that the decoder had to make up, of the worst connection."""
    drawn: list[float]
    """Pictures a second that were sent, connection by connection."""


async def carried(people: Sequence[Voice], seconds: float = 5) -> list[Carried]:
    """Measure everybody at once for so long, on the browser's own statistics."""
    before = await asyncio.gather(*(each.probe("carried") for each in people))
    await asyncio.sleep(seconds)
    after = await asyncio.gather(*(each.probe("carried") for each in people))
    return [_between(old, new) for old, new in zip(before, after, strict=True)]


def _between(before: dict[str, Any], after: dict[str, Any]) -> Carried:
    pairs = [(before[name], after[name]) for name in before.keys() & after.keys()]
    spans = [(new["at"] - old["at"]) / 1000 for old, new in pairs]

    def total(what: str) -> float:
        return sum((new[what] - old[what]) * 8 / 1000 / span for (old, new), span in zip(pairs, spans, strict=True))

    def rate(what: str) -> list[float]:
        return [(new[what] - old[what]) / span for (old, new), span in zip(pairs, spans, strict=True)]

    invented = max((_invented(old, new) for old, new in pairs), default=0.0)
    return Carried(total("sent"), total("received"), rate("frames"), invented, rate("drawn"))


def _invented(before: dict[str, Any], after: dict[str, Any]) -> float:
    return float((after["invented"] - before["invented"]) / max(1, after["samples"] - before["samples"]))


async def seat(watcher: Voice, person: str) -> tuple[str, bool]:
    """Somebody's seat on the roster of this page: its state, and whether it says that she has no sound."""
    row = watcher.page.locator(f"#seats [data-person='{person}']")
    return str(await row.get_attribute("data-state")), await row.locator(".seat-mute").count() > 0
