"""The house in Debian's own Firefox: a learner's way from her card into the class, and a class with both browsers."""

import asyncio
import shlex
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.journeys import relay
from tests.journeys.conftest import Demo, sign_in
from tests.journeys.line import line
from tests.journeys.test_learner import wrongs
from tests.journeys.test_lesson import enter, until

PREFERENCES = {
    "media.navigator.streams.fake": True,  # a moving picture and a tone in place of camera and microphone
    "media.navigator.permission.disabled": True,  # as if she had pressed "allow"
    "media.peerconnection.ice.loopback": True,  # a machine without a network card is enough for the test
}
WIDTH = 360
DECODED = """
const calls = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) { super(...given); calls.push(this); }
};
window.decoded = async () => {
  const reports = (await Promise.all(calls.map((call) => call.getStats()))).flatMap((all) => [...all.values()]);
  const pictures = reports.filter((one) => one.type === "inbound-rtp" && one.kind === "video");
  return pictures.reduce((sum, one) => sum + (one.framesDecoded ?? 0), 0);
};
"""
"""Counts what the page's connections decode: of a picture that comes live a Firefox counts no frames at the element."""


@pytest.fixture
async def fox(firefox: str, tmp_path: Path) -> AsyncIterator[Browser]:
    """Firefox, driven by Playwright over WebDriver BiDi."""
    begin = tmp_path / "firefox"
    words = shlex.join([sys.executable, str(Path(relay.__file__)), firefox])
    begin.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
    begin.chmod(0o700)
    async with async_playwright() as playwright:
        opened = await playwright.firefox.launch(
            channel="moz-firefox", executable_path=begin, firefox_user_prefs=PREFERENCES, timeout=60_000
        )
        yield opened
        await asyncio.wait_for(opened.close(), 30)


def listened(page: Page) -> list[str]:
    """What this page complains of, filled while it lives."""
    found: list[str] = []
    page.on("console", lambda one: found.append(one.text) if one.type in ("error", "warning") else None)
    page.on("pageerror", lambda one: found.append(str(one)))
    return found


async def moving(*pages: Page) -> None:
    """Each page decodes ever more frames of somebody else's picture, and shows them."""
    for page in pages:
        before = await page.evaluate("decoded()")
        await until_true(page, "async (before) => (await decoded()) > before + 10", before)
        await until_true(
            page,
            """() => [...document.querySelectorAll(".pictures .picture:not([data-self]) video")]
              .some((one) => one.videoWidth > 0 && !one.paused && one.currentTime > 0)""",
        )


async def until_true(page: Page, question: str, given: object = None) -> None:
    """Ask the page until it is so."""
    for _ in range(300):
        if await page.evaluate(question, given):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"within 30 s it was not so at {page.url}: {question}")


async def test_class_when_a_learner_has_firefox_then_both_see_each_other_and_her_lost_line_comes_back(
    demo: Demo, browser: Browser, fox: Browser
) -> None:
    learner = next(one for one in demo.people("learner", demo.lesson["group"]) if one["language"] == "ar")
    teacher = await sign_in(browser, demo.people("teacher")[0])
    await teacher.add_init_script(DECODED)
    await enter(teacher, demo)
    async with line(demo.url) as hers:
        page = await sign_in(fox, learner, WIDTH, 760, hers.address)
        said = listened(page)
        await page.add_init_script(DECODED)
        await enter(page, demo)
        await until(teacher, learner["id"], "here", seconds=5)
        for one in (teacher, page):
            await one.click("#camera")
        await moving(teacher, page)
        await page.click("#hand")
        await teacher.wait_for_selector(f"#seats [data-person='{learner['id']}'] .seat-hand")
        assert await wrongs(page, WIDTH, True) == []
        assert said == []
        await hers.cut()
        await until(teacher, learner["id"], "dropped", seconds=40)
        await expect(page.locator("#lost")).to_be_visible(timeout=10_000)
        await hers.mend()
        await until(teacher, learner["id"], "here", seconds=40)
        await expect(page.locator("#lost")).to_be_hidden()
        await moving(teacher, page)


async def test_card_when_opened_in_firefox_then_clicks_lead_through_her_day_into_class(
    demo: Demo, fox: Browser
) -> None:
    learner = next(one for one in demo.people("learner", demo.lesson["group"]) if one["language"] == "ar")
    context = await fox.new_context(viewport={"width": WIDTH, "height": 760})
    page = await context.new_page()
    said, found = listened(page), {}
    await page.goto(learner["signin"] + "?wanted=/")
    found["card"] = await wrongs(page, WIDTH, False)
    await page.locator("form[method=post] button[data-kind=main]").click()
    await page.wait_for_selector("main .now")
    found["day"] = await wrongs(page, WIDTH, True)
    await page.locator("a.hours-link").click()
    await page.wait_for_url("**/hours")
    found["hours"] = await wrongs(page, WIDTH, True)
    await page.go_back()
    await page.locator(".now .button[data-kind=main]").click()
    await page.wait_for_selector("#classroom[data-stage=door]")
    assert urlsplit(page.url).path == f"/lessons/{demo.lesson['id']}/room"
    found["door"] = await wrongs(page, WIDTH, True)
    await page.locator("#go-in").click()
    await page.wait_for_selector("#classroom[data-stage=room]")
    await page.click("#message")
    await page.fill("#said", "مرحبا")
    await page.press("#said", "Enter")
    await expect(page.locator(".chat-message p")).to_have_text("مرحبا")
    found["class"] = await wrongs(page, WIDTH, True)
    assert {screen: wrong for screen, wrong in found.items() if wrong} == {}
    assert said == []
