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
from tests.journeys.furnished import House
from tests.journeys.line import line
from tests.journeys.pages import NARROWEST
from tests.journeys.test_learner import wrongs
from tests.journeys.test_lesson import enter, until
from tests.journeys.voices.people import TONES, everybody_hears_everybody, linked, signed_in, voices
from tests.journeys.ways import WAYS

PREFERENCES = {
    "media.navigator.streams.fake": True,  # a moving picture and a tone in place of camera and microphone
    "media.navigator.permission.disabled": True,  # as if she had pressed "allow"
    "media.cubeb.force_mock_context": True,  # a loudspeaker that needs none: without one no AudioContext runs
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


async def test_star_when_the_teacher_has_firefox_then_all_hear_each_other_and_see_the_mosaic(
    demo: Demo, chromium: str, fox: Browser
) -> None:
    """From five people on everything goes through her browser: it mixes the voices and draws the mosaic."""
    learners = demo.people("learner", demo.lesson["group"])[:4]
    async with voices(chromium) as browser:
        teacher = await signed_in(fox, demo.people("teacher")[0], TONES[0])
        people = [teacher]
        people += [await signed_in(browser, one, TONES[at + 1]) for at, one in enumerate(learners)]
        complaints = [listened(each.page) for each in people]
        for each in people:
            await each.enters(demo)
            await each.presses("microphone")
        await linked(people, [4, 1, 1, 1, 1])
        assert await everybody_hears_everybody(people) == 20
        for each in people:
            await each.presses("camera")
        await teacher.presses("mosaic")
        for each in people[1:]:
            mosaic = each.page.locator(".picture[data-mosaic] video")
            await expect(mosaic).to_be_visible(timeout=15_000)
            before = await mosaic.evaluate("(one) => one.getVideoPlaybackQuality().totalVideoFrames")
            await until_true(
                each.page,
                """(before) => document.querySelector(".picture[data-mosaic] video")
                  .getVideoPlaybackQuality().totalVideoFrames > before + 10""",
                before,
            )
        assert complaints == [[]] * 5


async def test_pages_of_all_roles_when_opened_in_firefox_then_none_is_too_wide_and_none_complains(
    demo: Demo, fox: Browser
) -> None:
    house = House(demo.listing, demo.folder)
    await house.prepare()
    for role, ways in WAYS.items():
        context = await fox.new_context(viewport={"width": NARROWEST, "height": 760})
        page, found = await context.new_page(), []
        if role != "nobody":
            await page.goto(house.person(role)["signin"])
            await page.click("form[method=post] button")
            await page.wait_for_load_state()
        said = listened(page)
        for number, way in enumerate(ways):
            path, language = way.format(**house.holes(role)), ("ar", "fi")[number % 2]
            answer = await page.goto(f"{demo.url}{path}{'&' if '?' in path else '?'}language={language}")
            wide = await page.evaluate("document.documentElement.scrollWidth")
            if answer is None or answer.status >= 500 or wide > NARROWEST:
                found.append((way, language, answer and answer.status, wide))
            for seat in page.frames[1:]:  # of the stage: Playwright takes the end of a seat's way in for the page's own
                await seat.wait_for_url(lambda url: "/stage/seat/" not in url)
        assert (role, found, said) == (role, [], [])
        await context.close()
