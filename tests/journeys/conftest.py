"""The demo as a newcomer starts it, and browsers that look at it."""

import asyncio
import functools
import inspect
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from playwright.sync_api import Browser as Chrome
from playwright.sync_api import sync_playwright

from tests.journeys.first_house import FirstHouse
from tests.programs import elsewhere

LONGEST = 200
"""Seconds that one journey may last: a browser that hangs answers no question, and Playwright would wait for ever."""
STARTED_WITHIN = 120
ROOT = Path(__file__).resolve().parent.parent.parent
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-component-update",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give every journey of this folder its end."""
    for item in items:
        here = item.path.is_relative_to(Path(__file__).parent)
        if here and isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.obj = bounded(item.obj)


def bounded(journey: Callable[..., Coroutine[Any, Any, None]], seconds: float = LONGEST) -> Callable[..., Any]:
    """The same journey, which says where it stood when it has not ended in time."""

    @functools.wraps(journey)
    async def walk(*given: Any, **named: Any) -> None:
        try:
            async with asyncio.timeout(seconds) as limit:
                await journey(*given, **named)
        except TimeoutError as wrong:
            if not limit.expired():
                raise
            raise AssertionError(f"this journey did not end within {seconds:g} s; above is where it stood") from wrong

    return walk


@dataclass
class Demo:
    """A running demo and what it printed."""

    listing: dict[str, Any]
    process: asyncio.subprocess.Process
    folder: Path

    @property
    def url(self) -> str:
        return str(self.listing["url"])

    @property
    def lesson(self) -> dict[str, Any]:
        """The lesson of the stage: the one that is open now for the first learner."""
        mine = self.people("learner")[0]["group"]
        return next(
            one for one in self.listing["lessons"] if one["state"] in ("open", "running") and one["group"] == mine
        )

    def people(self, role: str, group: str | None = None) -> list[dict[str, Any]]:
        return [one for one in self.listing["people"] if one["role"] == role and group in (None, one["group"])]


async def start(folder: Path, *more: str, settings: Mapping[str, str] | None = None) -> Demo:
    """`oppitupa demo --json`, ready when its first line is there."""
    arguments = ["-m", "server", "demo", "--json", "--port", "0", "--data", str(folder), *more]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPPITUPA_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE, limit=2**22,
        env=environment | dict(settings or {}),
    )  # fmt: skip
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), STARTED_WITHIN)
    except TimeoutError:
        process.kill()
        raise AssertionError(f"the demo printed no line within {STARTED_WITHIN} s") from None
    assert line, f"the demo ended with {await process.wait()} before it printed a line"
    return Demo(json.loads(line), process, folder)


async def stop(demo: Demo) -> None:
    if demo.process.returncode is None:
        demo.process.terminate()
        await asyncio.wait_for(demo.process.wait(), 40)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a house that stands at 10:05 of a Tuesday, built once; whoever starts it takes a copy."""
    folder = tmp_path_factory.mktemp("built") / "house"

    async def build() -> None:
        await stop(await start(folder, "--classmates", "0", "--clock", "2026-03-10T10:05:00+02:00"))

    elsewhere(build())
    return folder


@pytest.fixture
async def demo(house: Path, tmp_path: Path) -> AsyncIterator[Demo]:
    """A demo that plays no classmates: the test brings its own people."""
    running = await start(copytree(house, tmp_path / "house"), "--classmates", "0")
    yield running
    await stop(running)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lasting(house: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    """A demo without classmates for all journeys of a file: one after the other they live in it."""
    running = await start(copytree(house, tmp_path_factory.mktemp("lasting") / "house"), "--classmates", "0")
    yield running
    await stop(running)


@pytest.fixture
async def played(house: Path, tmp_path: Path) -> AsyncIterator[Demo]:
    """The demo as it comes, with its classmates."""
    running = await start(copytree(house, tmp_path / "house"))
    yield running
    await stop(running)


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield opened
        await asyncio.wait_for(opened.close(), 30)


@pytest.fixture
def first_house(tmp_path: Path) -> Iterator[FirstHouse]:
    """A house that nobody has started yet."""
    made = FirstHouse(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def chrome(chromium: str) -> Iterator[Chrome]:
    """A browser for journeys that wait for nothing but one page."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield opened
        opened.close()


async def sign_in(
    browser: Browser, person: dict[str, Any], width: int = 1280, height: int = 800, through: str = ""
) -> Page:
    """Open somebody's link in a browser of her own and press the one button; `through` is another way to the house."""
    context: BrowserContext = await browser.new_context(
        viewport={"width": width, "height": height}, permissions=["camera", "microphone"]
    )
    page = await context.new_page()
    address = person["signin"]
    await page.goto(through + urlsplit(address).path if through else address)
    await page.click("form[method=post] button")
    await page.wait_for_load_state()
    return page
