"""An interpreter is let into one lesson by a link: she comes in with one button, is seen as a guest, and is put out."""

import re
from urllib.parse import urljoin

from playwright.async_api import Browser, expect

from tests.journeys.conftest import Demo, sign_in

OUT_WITHIN = 5_000
"""Milliseconds: a right that is taken is felt within a second, and the page then opens another one."""


async def test_guest_when_her_link_is_taken_back_then_she_is_out_and_reads_it_in_her_language(
    demo: Demo, browser: Browser
) -> None:
    teacher = await sign_in(browser, demo.people("teacher")[0])
    lesson = demo.lesson["id"]
    await teacher.goto(urljoin(demo.url, f"/lessons/{lesson}/guests?language=en"))
    await teacher.select_option("[name=guest]", "interpreter")
    await teacher.select_option("[name=language]", "ar")
    await teacher.click("form[action$='/guests'] button")
    link = (await teacher.locator("[id^=link-]").inner_text()).strip()
    await expect(teacher.locator(".qr svg")).to_be_visible()
    await expect(teacher.get_by_role("button", name=re.compile("Copy the link"))).to_be_visible()

    context = await browser.new_context(viewport={"width": 360, "height": 760}, permissions=["camera", "microphone"])
    guest = await context.new_page()
    await guest.goto(link)
    await expect(guest.locator("html")).to_have_attribute("dir", "rtl")
    assert await guest.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await guest.click("main form button")
    await guest.click("#go-in")
    await guest.wait_for_selector("#classroom[data-stage=room]")
    assert await guest.locator("#end, #roster, #pause").count() == 0

    room = await teacher.context.new_page()
    await room.goto(urljoin(demo.url, f"/lessons/{lesson}/room"))
    await room.click("#go-in")
    seat = room.locator("#seats li", has_text="مترجم")
    await expect(seat).to_contain_text("guest")
    await expect(room.locator("#roster-title")).to_have_text(
        f"{len(demo.people('learner', demo.lesson['group']))} seats"
    )

    await teacher.get_by_role("button", name=re.compile("Take the link back")).click()
    await expect(guest.locator("main")).to_contain_text("سُحب هذا الرابط.", timeout=OUT_WITHIN)
    await guest.goto(urljoin(demo.url, f"/lessons/{lesson}/room"))
    await expect(guest.locator("#classroom")).to_have_count(0)
    await guest.goto(link)
    await expect(guest.locator("main form")).to_have_count(0)
    await expect(teacher.locator("main")).to_contain_text("taken back")
