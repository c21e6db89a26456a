"""Somebody new stands at the door of a lesson that is on: two fields, and she is on every roster."""

import re
import time
from typing import Any
from urllib.parse import urljoin

from playwright.async_api import Browser, Page, expect

from tests.journeys.conftest import Demo, sign_in

ON_ALL_ROSTERS_WITHIN = 3.0
"""Seconds from the answer to the form: one is promised, and a machine that runs many tests at once is given more."""


def open_lesson(demo: Demo, *, full: bool) -> dict[str, Any]:
    """A lesson that is on, of a group that is full or has room."""
    counts = {one["group"]: len(demo.people("learner", one["group"])) for one in demo.people("learner")}
    most = max(counts.values())
    return next(
        one for one in demo.listing["lessons"]
        if one["state"] in ("open", "running") and (counts[one["group"]] == most) == full
    )  # fmt: skip


async def who_leads(browser: Browser, demo: Demo, lesson: str) -> Page:
    """The window of the teacher who leads a lesson: the one who may let somebody in."""
    for one in demo.people("teacher"):
        page = await sign_in(browser, one)
        answer = await page.goto(urljoin(demo.url, f"/lessons/{lesson}/walk-in"))
        if answer is not None and answer.status == 200:
            return page
        await page.context.close()
    raise AssertionError("nobody leads it")


async def enter(page: Page, demo: Demo, lesson: str) -> None:
    await page.goto(urljoin(demo.url, f"/j/{lesson}"))
    await page.locator("#door button[data-kind=main]").click()
    await page.wait_for_selector("#classroom[data-stage=room]")


async def let_in(page: Page, demo: Demo, lesson: str, name: str, telephone: str) -> None:
    await page.goto(urljoin(demo.url, f"/lessons/{lesson}/walk-in?language=en"))
    await page.fill("[name=name]", name)
    await page.fill("[name=telephone]", telephone)
    await page.click("form[action$='/walk-in'] button")
    await page.wait_for_load_state()


async def test_walk_in_when_let_in_then_on_every_roster_at_once_and_her_link_opens_the_room(
    demo: Demo, browser: Browser
) -> None:
    lesson = open_lesson(demo, full=False)
    teacher = await who_leads(browser, demo, lesson["id"])
    office = await sign_in(browser, demo.people("coordinator")[0])
    for page in (teacher, office):
        await enter(page, demo, lesson["id"])
    door = await teacher.context.new_page()
    await let_in(door, demo, lesson["id"], "Ulla Uusi", "040 765 4321")
    came = time.monotonic()
    person = re.search(r"/people/([^/]+)/link", door.url)
    assert person is not None, door.url
    seat = f"#seats [data-person='{person[1]}']"
    for page in (teacher, office):
        await page.wait_for_selector(seat, timeout=5_000)
    lasted = time.monotonic() - came
    assert await teacher.locator(seat).get_attribute("data-state") == "expected"
    assert lasted < ON_ALL_ROSTERS_WITHIN
    link = await door.locator("main").inner_text()
    found = re.search(r"https?://\S+/l/\S+", link)
    assert found is not None, link
    learner = await sign_in(browser, {"signin": found[0]}, 360, 760)
    await enter(learner, demo, lesson["id"])
    await expect(teacher.locator(seat)).to_have_attribute("data-state", "here")


async def test_walk_in_when_the_group_is_full_then_on_the_waiting_list_and_on_no_roster(
    demo: Demo, browser: Browser
) -> None:
    lesson = open_lesson(demo, full=True)
    teacher = await who_leads(browser, demo, lesson["id"])
    await enter(teacher, demo, lesson["id"])
    before = await teacher.locator("#seats [data-person]").count()
    door = await teacher.context.new_page()
    await let_in(door, demo, lesson["id"], "Olli Odottaja", "040 765 4322")
    await expect(door.locator(".alert")).to_contain_text("The group is full. She stands on the waiting list.")
    office = await sign_in(browser, demo.people("coordinator")[0])
    await office.goto(urljoin(demo.url, f"/programmes/{demo.listing['programmes'][0]['id']}/people?language=en"))
    waiting = office.locator("section", has_text="Waiting list")
    await expect(waiting).to_contain_text("Olli Odottaja")
    assert await teacher.locator("#seats [data-person]").count() == before
