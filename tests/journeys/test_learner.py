"""A learner on her telephone: from the card to the class in two taps, and every screen of hers in Arabic."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.conftest import Demo, sign_in
from tests.journeys.test_lesson import enter

FOREIGN = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const words = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (parent.closest('[lang=fi], [lang=en], bdi, code, script, style, noscript, template, svg, [hidden]')) continue;
    words.push(...(walker.currentNode.data.match(/[A-Za-zÅÄÖåäö]{3,}/g) ?? []));
  }
  return words;
}"""
"""Latin words that stand in an Arabic page on their own: neither names nor the Finnish beside her language."""
FINNISH_TIMES = """() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const { data, parentElement } = walker.currentNode;
    const read = parentElement.closest("[lang]").lang;
    if (/\\bklo\\b/.test(data) && read !== "fi" && !parentElement.closest("script, template")) found.push(data.trim());
  }
  return found;
}"""
"""Times in the Finnish way that a screen reader would read out as Arabic."""
UNITS = {"min"}  # minutes are written so in all languages of the house

OTHER_DIGITS = re.compile("[\u0660-\u0669\u06f0-\u06f9]")
TWELVE_HOURS = re.compile(r"\d{1,2}:\d{2}\s*(?:[صم]\b|[AaPp]\.?[Mm])")


@pytest.fixture
def demo(lasting: Demo) -> Demo:
    """One house for all of them: what one leaves behind, the next finds as in a house that is lived in."""
    return lasting


async def test_card_when_scanned_then_two_taps_lead_into_her_own_class(demo: Demo, browser: Browser) -> None:
    learner = next(one for one in demo.people("learner", demo.lesson["group"]) if one["language"] == "ar")
    teacher = await sign_in(browser, demo.people("teacher")[0])
    await enter(teacher, demo)
    seat = f"#seats .seat[data-person='{learner['id']}']"
    await expect(teacher.locator(f"{seat}[data-state=expected]")).to_have_count(1)
    await teacher.evaluate(
        """(seat) => new MutationObserver(() => document.querySelector(seat) && (window.lit ??= Date.now()))
          .observe(document.getElementById("seats"), { subtree: true, attributes: true })""",
        f"{seat}[data-state=here]",
    )
    context = await browser.new_context(viewport={"width": 360, "height": 760}, permissions=["camera", "microphone"])
    phone = await context.new_page()
    await phone.goto(learner["signin"])  # what the card's picture says
    await phone.locator("form[method=post] button[data-kind=main]").click()
    go = phone.locator("#door button[data-kind=main]")
    await go.wait_for()
    assert urlsplit(phone.url).path == f"/lessons/{demo.lesson['id']}/room"
    await phone.evaluate(
        "document.getElementById('go-in').addEventListener('click', () => (window.tapped = Date.now()))"
    )
    await go.click()
    await expect(teacher.locator(f"{seat}[data-state=here]")).to_have_count(1, timeout=10_000)
    assert await teacher.evaluate("window.lit") - await phone.evaluate("window.tapped") < 1000


async def test_link_when_scanners_look_then_hers_still_works_and_they_are_nobody(demo: Demo, browser: Browser) -> None:
    learner = demo.people("learner")[0]
    scanner = await browser.new_context()
    for method in ("GET", "HEAD", "GET"):
        answer = await scanner.request.fetch(learner["signin"], method=method)
        assert answer.status == 200
    page = await scanner.new_page()  # one that runs scripts, and follows what moves by itself
    for _ in range(2):
        await page.goto(learner["signin"], wait_until="networkidle")
    assert [one["name"] for one in await scanner.cookies() if one["name"].startswith(("oppitupa", "__Host"))] == []
    answer = await scanner.request.get(f"{demo.url}/hours", max_redirects=0)
    assert answer.status == 401
    hers = await sign_in(browser, learner)
    await hers.goto(f"{demo.url}/hours")
    await expect(hers.locator("h1")).to_contain_text("Omat tunnit")


@pytest.mark.parametrize("width", [360, 320])
async def test_arabic_when_chosen_then_every_screen_is_hers(demo: Demo, browser: Browser, width: int) -> None:
    learner = next(one for one in demo.people("learner", demo.lesson["group"]) if one["language"] == "ar")
    mine = [one for one in demo.listing["lessons"] if one["group"] == learner["group"]]
    others = next(one for one in demo.listing["lessons"] if one["group"] != learner["group"])
    later = next(one for one in mine if one["state"] == "planned" and one["room"] == "builtin")
    place = next(one for one in mine if one["state"] == "planned" and one["room"] == "on_site")
    past = next(one for one in mine if one["state"] == "signed" and one["room"] == "builtin")
    page = await sign_in(browser, learner, width, 760)
    here = f"/lessons/{demo.lesson['id']}"
    paths = {
        "/": True, "/hours": True, "/calendar": False, "/devices": True, "/switch": False, f"/j/{later['id']}": True,
        f"/j/{place['id']}": True, f"/j/{past['id']}": True, f"/j/{others['id']}": False, f"{here}/board": False,
        f"{here}/room": True, f"/people/{learner['id']}/card": False, urlsplit(learner["signin"]).path: False,
        "/code": False, "/l/nothing": False, "/nowhere": False,
    }  # fmt: skip
    found = {}
    for path, timed in paths.items():
        await page.goto(demo.url + path)
        found[path] = await wrongs(page, width, timed)
    await page.goto(f"{demo.url}{here}/room")
    await page.locator("#go-in").click()
    await page.wait_for_selector("#classroom[data-stage=room]")
    await page.click("#message")
    found["in class"] = await wrongs(page, width, True)
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


async def wrongs(page: Page, width: int, timed: bool) -> list[str]:
    """What is not as an Arabic reader needs it on this screen."""
    text = await page.inner_text("body")
    found = []
    direction, wide = await page.evaluate("[document.documentElement.dir, document.documentElement.scrollWidth]")
    if direction != "rtl":
        found.append(f"reads {direction}")
    if wide > width:
        found.append(f"is {wide} px wide")
    if OTHER_DIGITS.search(text):
        found.append("has digits of another kind")
    if TWELVE_HOURS.search(text):
        found.append("has a clock of twelve hours")
    if timed and not re.search(r"\d{1,2}:\d{2}", text):
        found.append("says no time in her way")
    if not await page.locator("main [lang=fi]:visible").count():
        found.append("has no Finnish beside it")
    if unnamed := await page.evaluate(FINNISH_TIMES):
        found.append(f"does not say that {unnamed} is Finnish")
    foreign = set(await page.evaluate(FOREIGN)) - UNITS
    return [*found, *([f"says {sorted(foreign)}"] if foreign else [])]


async def test_day_when_there_is_no_script_then_all_of_it_works(demo: Demo, browser: Browser) -> None:
    learner = demo.people("learner")[0]
    context = await browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 760})
    page = await context.new_page()
    await page.goto(learner["signin"] + "?wanted=/")
    await page.click("form[method=post] button[data-kind=main]")
    await expect(page.locator(".now .button[data-kind=main]")).to_be_visible()
    assert await page.locator("meta[http-equiv=refresh]").get_attribute("content") == "60"
    await page.locator("a.hours-link").click()
    await expect(page.locator("h1 .selko")).to_have_text("Omat tunnit")
    await page.goto(f"{demo.url}/lessons/{demo.lesson['id']}/board")
    await page.fill("#said", "Hei kaikki")
    await page.press("#said", "Enter")
    await expect(page.locator(".chat-message p")).to_have_text("Hei kaikki")
    later = next(
        one for one in demo.listing["lessons"] if one["group"] == learner["group"] and one["state"] == "planned"
    )
    await page.goto(f"{demo.url}/j/{later['id']}")
    await expect(page.locator("noscript .button, .button", has_text="Katso uudelleen").first).to_be_visible()
    await expect(page.locator("a[href^='tel:']").first).to_be_visible()


async def test_device_when_two_share_it_then_they_change_by_name(demo: Demo, browser: Browser) -> None:
    first, second = demo.people("learner", demo.lesson["group"])[:2]
    page = await sign_in(browser, first, 360, 760)
    await page.goto(second["signin"])
    await page.click("form[method=post] button[data-kind=main]")
    await page.goto(f"{demo.url}/switch")
    await page.get_by_role("button", name=first["name"]).click()
    await expect(page.locator(".self-title")).to_contain_text(first["name"])
    assert await page.evaluate("document.documentElement.lang") == "ar"
    others = [one for one in demo.listing["lessons"] if one["group"] != first["group"]]
    answer: Any = await page.goto(f"{demo.url}/lessons/{others[0]['id']}/room")
    assert answer.status == 404  # another group's class is nowhere for her
