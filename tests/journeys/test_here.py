"""The class is in another tool's app: who comes back to our page has one button, and her seat says whose word it is."""

import re
from pathlib import Path
from shutil import copytree
from urllib.parse import urljoin

from playwright.async_api import Browser, Page, expect

from calendars import chains, rights
from calendars.clock import Clock
from calendars.store import Store
from tests.journeys.conftest import Demo, sign_in, start, stop

LOOKS_AWAY = """(visible) => {
  if (visible) { const now = Date.now; Date.now = () => now() + 60_000; }
  const state = visible ? "visible" : "hidden";
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
"""What a telephone does when another app comes to the front, and when she comes back a minute later."""


async def takes_rooms_of_teams(demo: Demo) -> None:
    store = Store(f"sqlite+aiosqlite:///{demo.folder}/oppitupa.db", Clock())
    async with store.work() as work:
        await chains.choose(work, rights.system(), demo.listing["programmes"][0]["id"], ["link"])
    await store.close()


async def enter(page: Page, demo: Demo) -> None:
    await page.goto(urljoin(demo.url, f"/lessons/{demo.lesson['id']}/room"))
    await page.click("#go-in")
    await page.wait_for_selector("#surface:not([hidden])")


async def test_learner_when_she_comes_back_from_the_app_then_one_button_and_her_teacher_sees_whose_word_it_is(
    house: Path, tmp_path: Path, browser: Browser
) -> None:
    settings = {"OPPITUPA_LINK_URL": "https://teams.example.org/l/meetup"}
    demo = await start(copytree(house, tmp_path / "house"), "--classmates", "0", settings=settings)
    try:
        await takes_rooms_of_teams(demo)
        learner = next(one for one in demo.people("learner", demo.lesson["group"]) if one["language"] == "ar")
        amina = await sign_in(browser, learner, 360, 760)
        teacher = await sign_in(browser, demo.people("teacher")[0])
        await teacher.goto(urljoin(demo.url, "/teaching?language=fi"))
        for page in (amina, teacher):
            await enter(page, demo)
        await expect(amina.locator("#here")).to_be_hidden()
        await expect(teacher.locator("#here")).to_have_count(0)
        await amina.evaluate(LOOKS_AWAY, False)
        await amina.evaluate(LOOKS_AWAY, True)
        await expect(amina.locator("#here")).to_contain_text("أنا هنا")
        await expect(amina.locator("#here")).to_contain_text("Olen täällä")
        assert await amina.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await amina.keyboard.press("Enter")
        await expect(amina.locator("#here-word")).to_contain_text("Opettaja näkee")
        await amina.context.close()  # the app takes the telephone: our page is gone

        seat = teacher.locator(f"#seats [data-of='{learner['id']}']")
        await expect(seat.locator(".seat-own")).to_be_visible(timeout=60_000)
        await expect(seat).to_contain_text("sanoi itse")
        await expect(seat.locator(".seat")).to_have_attribute("data-state", re.compile("here|late"))
        await expect(teacher.locator("#missing")).not_to_contain_text(learner["name"])
    finally:
        await stop(demo)
