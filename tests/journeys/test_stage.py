"""The stage of the demo, followed as a newcomer follows it: four steps, three people, one browser."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Browser, Frame, FrameLocator, Page, Route, expect

from tests.journeys.conftest import Demo

WATCH = """([list, person]) => {
  const state = () => document.querySelector(`${list} .seat[data-person="${person}"]`)?.dataset.state;
  window.seen = [];
  const note = () => state() !== window.seen.at(-1)?.[0] && window.seen.push([state(), Date.now()]);
  note();
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""
"""Notes when a seat changes its state, in the page itself: no test is in between."""


@pytest.fixture
async def stage(played: Demo, browser: Browser) -> Page:
    """The stage on a laptop, its three people signed in and the class in its seats."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="fi-FI")
    page = await context.new_page()
    await page.goto(f"{played.url}/stage")
    await expect(screen(page, "teacher").locator("#door")).to_be_visible(timeout=30_000)
    await expect(screen(page, "learner").locator(".now .button[data-kind=main]")).to_be_visible(timeout=30_000)
    await expect(screen(page, "coordinator").locator(".lesson")).to_have_count(4, timeout=30_000)
    here = screen(page, "teacher").locator("#seats .seat[data-state=here]")
    await expect(here).to_have_count(5, timeout=30_000)
    return page


def screen(page: Page, part: str) -> FrameLocator:
    return page.frame_locator(f"iframe[name={part}]")


def frame(page: Page, part: str) -> Frame:
    found = page.frame(name=part)
    assert found is not None
    return found


async def instant_of(page: Page, part: str, *states: str) -> float:
    """When the watched seat came into one of these states, by the browser's clock."""
    for _ in range(600):
        seen: list[Any] = await frame(page, part).evaluate("window.seen")
        if at := next((at for state, at in seen if state in states), 0):
            return float(at)
        await asyncio.sleep(0.1)
    raise AssertionError(f"the {part} never saw her {states}")


async def test_four_steps_from_the_green_button_to_the_interval(stage: Page, played: Demo) -> None:
    group = played.people("learner", played.lesson["group"])
    amal, absent = group[0], group[-1]
    await a_class_that_lives(stage, played)
    await expect(stage.locator("#step-enter")).to_be_visible()
    await go_in(stage, amal["id"])
    await cut_the_line(stage)
    await who_never_came(stage, absent)
    await what_is_paid(stage, amal["name"])
    await the_teacher_falls_ill(stage, amal["feed"])


async def a_class_that_lives(stage: Page, played: Demo) -> None:
    """What a newcomer sees first: the whole line of days, three readable screens, one dark seat, all else calm."""
    teacher, coordinator = screen(stage, "teacher"), screen(stage, "coordinator")
    tiles = await stage.evaluate(
        "[...document.querySelectorAll('.stage-days .tile')].map((one) => one.getBoundingClientRect())"
    )
    assert len(tiles) == 60
    assert tiles[-1]["x"] + tiles[-1]["width"] - tiles[0]["x"] > 0.97 * 1252  # the line fills the width
    assert await stage.evaluate("document.documentElement.scrollWidth") == 1280
    await expect(coordinator.locator(".lesson[data-tone=alert]")).to_have_count(
        0, timeout=30_000
    )  # all teachers are in
    await expect(teacher.locator("#missing .alert")).to_contain_text(
        played.people("learner", played.lesson["group"])[-1]["name"]
    )
    for part, width in (("teacher", 1000), ("learner", 360), ("coordinator", 800)):
        assert await frame(stage, part).evaluate("window.innerWidth") == pytest.approx(width, abs=1)
        assert await frame(stage, part).evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert await frame(stage, "learner").evaluate("document.documentElement.dir") == "rtl"
    button = await screen(stage, "learner").locator(".now .button[data-kind=main]").bounding_box()
    assert button is not None
    assert button["y"] + button["height"] <= 800  # the green button is in the window


async def slowly(route: Route) -> None:
    """A telephone's line: the page stands there before its script does, and a tap in between must not be lost."""
    await asyncio.sleep(1)
    await route.continue_()


async def go_in(stage: Page, person: str) -> None:
    """Two taps on the telephone; her seat lights up within a second, at the teacher's and in the house."""
    for part, where in (("teacher", "#seats"), ("coordinator", ".lesson")):
        await frame(stage, part).evaluate(WATCH, [where, person])
    await stage.route("**/classroom-*.js", slowly)
    await screen(stage, "learner").locator(".now .button[data-kind=main]").click()
    go = screen(stage, "learner").locator("#go-in")
    await go.wait_for()
    await frame(stage, "learner").evaluate(
        "document.getElementById('go-in').addEventListener('click', () => (window.tapped = Date.now()))"
    )
    await go.click()
    lit = {part: await instant_of(stage, part, "here", "late") for part in ("teacher", "coordinator")}
    tapped = await frame(stage, "learner").evaluate("window.tapped")
    assert {part: at - tapped < 1000 for part, at in lit.items()} == {"teacher": True, "coordinator": True}
    await expect(stage.locator("#step-cut")).to_be_visible(timeout=5_000)  # the line of text leads on by itself


async def cut_the_line(stage: Page) -> None:
    """The seat turns yellow and counts; she comes back without a click."""
    await stage.locator("#cut").click()
    lost = [await instant_of(stage, part, "dropped") for part in ("teacher", "coordinator")]
    assert abs(lost[0] - lost[1]) < 1000
    await expect(screen(stage, "learner").locator("#lost")).to_be_visible(timeout=10_000)
    seat = screen(stage, "teacher").locator("#seats .seat[data-state=dropped] .seat-word")
    counted = [await seconds_of(seat)]
    await asyncio.sleep(3)
    counted.append(await seconds_of(seat))
    assert counted[1] > counted[0]
    await expect(screen(stage, "learner").locator("#lost")).to_be_hidden(timeout=60_000)
    await expect(screen(stage, "teacher").locator("#seats .seat[data-state=dropped]")).to_have_count(0, timeout=10_000)
    await expect(stage.locator("#step-missing")).to_be_visible(timeout=10_000)


async def seconds_of(seat: Any) -> int:
    found = re.search(r"(\d+)[.:](\d\d)", await seat.inner_text())
    assert found is not None
    return 60 * int(found[1]) + int(found[2])


async def who_never_came(stage: Page, absent: dict[str, Any]) -> None:
    """One dark seat in front of the teacher, with a number to call."""
    alert = screen(stage, "teacher").locator("#missing .alert")
    await expect(alert).to_have_count(1)
    await expect(alert).to_contain_text(absent["name"])
    call = await alert.locator("a[href^='tel:']").get_attribute("href")
    assert re.fullmatch(r"tel:\+35840000\d{4}", call or "")
    assert await stage.locator("#step-missing .seat").get_attribute("data-state") == "expected"


async def what_is_paid(stage: Page, name: str) -> None:
    """From the figure to the day to the very interval, in three taps."""
    await stage.locator("#next").click()
    await stage.locator("#report").click()
    house = screen(stage, "coordinator")
    await house.get_by_role("link", name=name, exact=True).click()
    await house.locator("#lessons + .table-frame tbody a").first.click()
    await expect(house.locator(".figure")).to_be_visible()
    person = house.locator("section.card", has=house.get_by_role("heading", name=name, exact=True))
    said = await person.locator("ul li").all_inner_texts()
    assert sum(int(re.findall(r"(\d+) s$", one.strip())[0]) for one in said) > 3600
    await stage.locator("#next").click()


async def the_teacher_falls_ill(stage: Page, feed: str) -> None:
    """Before and after, one tap in the house; the learner's telephone names who comes, her calendar moves on."""
    await expect(stage.locator("#step-ill")).to_be_visible()
    before = await entry_of(stage, feed, "")
    await stage.locator("#ill").click()
    house = screen(stage, "coordinator")
    await house.locator("[data-absent] button").first.click(timeout=30_000)
    after = stage.locator("[data-after]")
    await expect(after).to_contain_text(re.compile(r"\w{3}"), timeout=40_000)
    name, ill = await after.inner_text(), await stage.locator("[data-before]").inner_text()
    assert name != ill
    await expect(screen(stage, "learner").locator("main")).to_contain_text(name, timeout=20_000)
    lesson = (await stage.locator("#ill").get_attribute("data-follow") or "").rpartition("/")[2]
    moved = await entry_of(stage, feed, lesson)
    assert moved > before
    await expect(house.locator("[data-search]")).to_have_count(0, timeout=30_000)
    await stage.locator("#next").click()
    await expect(stage.locator("#step-end")).to_be_visible()


async def entry_of(stage: Page, feed: str, lesson: str) -> str:
    """When a lesson of somebody's calendar was last changed; without a lesson the last change of any."""
    answer = await stage.context.request.get(feed)
    entries = (await answer.text()).replace("\r\n ", "").split("BEGIN:VEVENT")[1:]
    return max(re.findall(r"LAST-MODIFIED:(\w+)", one)[0] for one in entries if f"UID:{lesson}" in one)


async def test_stage_on_a_telephone_then_one_screen_at_a_time_and_no_step_is_lost(
    played: Demo, browser: Browser
) -> None:
    context = await browser.new_context(viewport={"width": 360, "height": 760}, locale="ar")
    page = await context.new_page()
    await page.goto(f"{played.url}/stage")
    await expect(screen(page, "learner").locator(".now .button[data-kind=main]")).to_be_visible(timeout=30_000)
    assert await page.evaluate("[document.documentElement.scrollWidth, document.documentElement.dir]") == [360, "rtl"]
    visible = """[...document.querySelectorAll('.stage-frame')]
        .filter((one) => getComputedStyle(one).visibility === 'visible').map((one) => one.dataset.part)"""
    fronts = [await page.evaluate(visible)]
    for _ in range(5):
        await page.locator("#next").click()
        fronts.append(await page.evaluate(visible))
    assert fronts == [["learner"], ["teacher"], ["teacher"], *[["coordinator"]] * 3]
    await page.locator("[data-show=teacher]").click()
    await expect(screen(page, "teacher").locator("#door")).to_be_visible(timeout=30_000)
    await page.locator("[data-to=enter]").click()
    assert await page.evaluate(visible) == ["learner"]
