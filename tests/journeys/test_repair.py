"""The repair from telephone to telephone: ill in a tap, a tap in the house, yes behind a link, everybody's calendar.

The undo of a change is walked with scripts and without: it must not be the script that makes it possible.
"""

import asyncio
import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from server.demo import stand_ins
from tests.journeys.conftest import Demo, sign_in

PHONE = (360, 760)


async def window(browser: Browser, demo: Demo, person: dict[str, Any], *, scripts: bool) -> Page:
    """Somebody signed in on a telephone of her own, in English, with scripts or without."""
    context = await browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, java_script_enabled=scripts, permissions=[]
    )
    page = await context.new_page()
    page.set_default_timeout(20_000)
    await page.goto(f"{demo.url}{urlsplit(person['signin']).path}?language=en")
    await page.locator("form[method=post] button[data-kind=main]").first.click()
    return page


async def entry(page: Page, feed: str, lesson: str) -> dict[str, str]:
    """What a calendar says of a lesson; nothing where it does not know it."""
    answer = await page.context.request.get(feed)
    for one in (await answer.text()).replace("\r\n ", "").split("BEGIN:VEVENT")[1:]:
        if f"UID:{lesson}@" in one:
            return dict(re.findall(r"^(UID|SEQUENCE|LAST-MODIFIED|DTSTART|DTEND|STATUS)[^:\r\n]*:(.*?)\r?$", one, re.M))
    return {}


def tomorrow(demo: Demo, group: str) -> list[dict[str, Any]]:
    """The lessons of a group on the day after the demo's."""
    return [
        one for one in demo.listing["lessons"]
        if one["group"] == group and one["starts"].startswith("2026-03-11")
    ]  # fmt: skip


async def say_yes(browser: Browser, link: str | None) -> None:
    """Whoever has the link needs no more, on a telephone without scripts."""
    stranger = await browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, java_script_enabled=False)
    asked = await stranger.new_page()
    await asked.goto(f"{link}?language=en")
    await asked.get_by_role("button", name="Yes, I come").click()
    await expect(asked.locator("h1")).to_have_text("You lead this lesson. Thank you.")
    await stranger.close()


async def test_teacher_when_ill_then_one_tap_a_yes_and_every_page_and_calendar_follows(
    demo: Demo, browser: Browser
) -> None:
    amal, ill = demo.people("learner")[0], demo.people("teacher")[0]
    taught = tomorrow(demo, amal["group"])
    phone = await window(browser, demo, ill, scripts=False)
    hers = [one["id"] for one in taught if await entry(phone, ill["feed"], one["id"])]
    lesson = hers[0]
    before = await entry(phone, amal["feed"], lesson)
    await phone.goto(f"{demo.url}/absence?language=en")
    await phone.get_by_role("button", name="Ill tomorrow").click()
    await expect(phone.get_by_role("button", name="I can come after all")).to_be_visible()

    tuula = await window(browser, demo, demo.people("coordinator")[0], scripts=False)
    await tuula.goto(f"{demo.url}/house?language=en")
    await tuula.locator(f"[data-absent='{ill['id']}'] button").first.click()
    link = await tuula.locator("[data-link]").first.text_content()
    shown = await tuula.inner_text("main")
    substitute = next(one for one in demo.people("teacher") if f"{one['name']} is asked" in shown)
    await asyncio.sleep(stand_ins.THINKS + 2)  # a house that plays nobody answers for nobody
    assert await entry(phone, amal["feed"], lesson) == before  # nothing changes before her yes

    await say_yes(browser, link)
    learner = await window(browser, demo, amal, scripts=False)
    await learner.goto(f"{demo.url}/j/{lesson}?language=en")
    await expect(learner.locator("main")).to_contain_text(substitute["name"])
    await expect(learner.locator("main")).not_to_contain_text(ill["name"])
    after = await entry(phone, amal["feed"], lesson)
    assert after | {"LAST-MODIFIED": ""} == before | {"LAST-MODIFIED": ""}  # its hour stands, so no alarm rings anew
    assert after["LAST-MODIFIED"] > before["LAST-MODIFIED"]
    assert (await entry(phone, substitute["feed"], lesson))["UID"] == before["UID"]
    assert await entry(phone, ill["feed"], lesson) == {}
    for page, path in ((phone, "/absence"), (tuula, f"/absent/{ill['id']}")):
        await page.goto(f"{demo.url}{path}?language=en")
        await expect(page.locator("main")).to_contain_text(f"{substitute['name']} leads it")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_change_when_undone_within_two_minutes_then_plan_and_calendars_are_as_before(
    demo: Demo, browser: Browser, scripts: bool
) -> None:
    amal = demo.people("learner")[0]
    lesson = tomorrow(demo, amal["group"])[0]["id"]
    tuula = await window(browser, demo, demo.people("coordinator")[0], scripts=scripts)
    before = await entry(tuula, amal["feed"], lesson)
    await tuula.goto(f"{demo.url}/lessons/{lesson}/change?language=en")
    starts, ends = await tuula.input_value("[name=starts]"), await tuula.input_value("[name=ends]")
    assert (starts, ends) == ("9:00", "11:00")
    await tuula.fill("[name=starts]", "9:30")
    await tuula.fill("[name=ends]", "12:00")
    await tuula.get_by_role("button", name="Save the change").click()
    await expect(tuula.locator("[data-undo]")).to_be_visible()
    moved = await entry(tuula, amal["feed"], lesson)
    assert (moved["UID"], int(moved["SEQUENCE"])) == (before["UID"], int(before["SEQUENCE"]) + 1)
    assert moved["DTSTART"] != before["DTSTART"]

    left = tuula.locator("[data-left]")
    if scripts:  # the seconds run; what the page says without them stands beside
        await expect(left).to_have_text(re.compile(r"^(1[01]\d|120) s$"))
    else:
        await expect(left).to_be_hidden()
    await tuula.goto(f"{demo.url}/house?language=en")  # it may be found again from there
    await tuula.locator("form[action$='/undo'] button").first.click()
    await expect(tuula.locator("main")).to_contain_text("Everything is as before. Nobody was told.")
    back = await entry(tuula, amal["feed"], lesson)
    assert (back["UID"], int(back["SEQUENCE"])) == (before["UID"], int(before["SEQUENCE"]) + 2)
    assert (back["DTSTART"], back["DTEND"]) == (before["DTSTART"], before["DTEND"])

    learner = await sign_in(browser, amal, *PHONE)
    await learner.goto(f"{demo.url}/j/{lesson}?language=en")
    await expect(learner.locator("main")).to_contain_text("9:00")
