"""A learner's line is away: she calls, reads out her code, and her teacher lets her in with two taps on a telephone."""

import re
from urllib.parse import urljoin

from playwright.async_api import Browser, Page, expect

from tests.journeys.conftest import Demo, sign_in

CODE = re.compile(r"\d\d \d\d\d")


async def code_of(page: Page, demo: Demo) -> str:
    """The code as her own page says it, beside the number of the house."""
    await page.goto(urljoin(demo.url, "/"))
    assert await fits(page)
    found = CODE.fullmatch(await page.locator("main bdi.large[dir=ltr]").inner_text())
    assert found is not None
    return found[0]


async def fits(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


async def test_learner_when_she_calls_then_two_taps_by_name_or_by_code_and_one_to_undo(
    demo: Demo, browser: Browser
) -> None:
    learners = demo.people("learner", demo.lesson["group"])
    first, second = learners[0], learners[1]
    code = await code_of(await sign_in(browser, second, 360, 760), demo)
    teacher = await sign_in(browser, demo.people("teacher")[0], 360, 760)
    await teacher.goto(urljoin(demo.url, f"/lessons/{demo.lesson['id']}/room?language=fi"))
    await teacher.click("#go-in")
    await teacher.wait_for_selector("#classroom[data-stage=room]")

    seat = teacher.locator(f"#seats [data-of='{first['id']}']")
    await (
        teacher.locator("#missing .missing", has_text=first["name"])
        .get_by_role("button", name=re.compile("Puhelimella"))
        .click()
    )
    await expect(teacher.locator("#calling")).to_contain_text(first["name"])
    assert await fits(teacher)
    await teacher.keyboard.press("Enter")  # the yes has the focus
    await expect(seat.locator(".seat")).to_have_attribute("data-state", re.compile("here|late"))
    await expect(seat).to_contain_text("puhelimella")
    await expect(seat.locator(".seat-phone")).to_be_visible()

    await seat.get_by_role("button", name="Peru").click()
    await expect(seat.locator(".seat")).to_have_attribute("data-state", "expected")

    await teacher.click("#calling-summary")
    await teacher.fill("#code", "00000")
    await teacher.click("#calling-code button")
    await expect(teacher.locator("#code-problem")).to_contain_text("5 numeroa")
    await teacher.fill("#code", code)
    await teacher.click("#calling-code button")
    await expect(teacher.locator("#calling")).to_contain_text(second["name"])
    await teacher.click("#calling-form button[type=submit]")
    other = teacher.locator(f"#seats [data-of='{second['id']}']")
    await expect(other.locator(".seat-phone")).to_be_visible()
    assert await fits(teacher)

    await teacher.goto(urljoin(demo.url, f"/lessons/{demo.lesson['id']}/register"))
    hers = teacher.locator(f"section[id='{second['id']}']")
    await expect(hers).to_contain_text("puhelimella")
    assert await fits(teacher)


async def test_telephone_when_scripts_are_off_then_the_page_of_calls_does_the_same(
    demo: Demo, browser: Browser
) -> None:
    learner = demo.people("learner", demo.lesson["group"])[0]
    signed = await sign_in(browser, demo.people("teacher")[0])
    context = await browser.new_context(
        java_script_enabled=False, storage_state=await signed.context.storage_state(),
        viewport={"width": 360, "height": 760},
    )  # fmt: skip
    page = await context.new_page()
    await page.goto(urljoin(demo.url, f"/lessons/{demo.lesson['id']}/telephone?language=en"))
    await page.get_by_role("button", name=f"She is on the telephone: {learner['name']}").click()
    await expect(page.locator("main")).to_contain_text("On the telephone now")
    await page.get_by_role("button", name=f"Undo: {learner['name']}").click()
    await expect(page.locator("main")).not_to_contain_text("On the telephone now")
