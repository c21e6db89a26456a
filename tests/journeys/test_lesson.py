"""One lesson in a real browser, from the click to the funder's figure."""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.async_api import Browser, Page, expect

from calendars.clock import parse_instant
from classroom import visits
from tests.journeys.conftest import ROOT, Demo, sign_in, start, stop
from tests.journeys.line import Line, line

CLOSED_WITHIN = 30
"""Seconds in which a teacher closes her day."""
FRAMES = (
    "[...document.querySelectorAll('.pictures video')].map((one) => one.getVideoPlaybackQuality().totalVideoFrames)"
)


async def enter(page: Page, demo: Demo) -> None:
    await page.goto(urljoin(page.url if page.url.startswith("http") else demo.url, f"/j/{demo.lesson['id']}"))
    await page.locator("#door button[data-kind=main]").click()
    await page.wait_for_selector("#classroom[data-stage=room]")


async def seats(page: Page) -> dict[str, str]:
    """The roster as the teacher sees it: state by person."""
    found: dict[str, str] = await page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('#seats [data-person]')].map((one) => "
        "[one.dataset.person, one.dataset.state]))"
    )
    return found


async def until(page: Page, person: str, *states: str, seconds: float = 10) -> None:
    """Wait until the teacher's roster shows somebody so."""
    for _ in range(int(seconds * 10)):
        if (await seats(page)).get(person) in states:
            return
        await asyncio.sleep(0.1)
    assert (await seats(page)).get(person) in states


async def test_one_lesson_from_the_click_to_the_figure(demo: Demo, browser: Browser) -> None:
    learners = demo.people("learner", demo.lesson["group"])
    teacher = await sign_in(browser, demo.people("teacher")[0])
    await enter(teacher, demo)
    async with line(demo.url) as hers:
        ways = ["", "", hers.address]
        pages = [await sign_in(browser, one, 360, 760, way) for one, way in zip(learners, ways, strict=False)]
        came = []
        for page, person in zip(pages, learners, strict=False):
            await enter(page, demo)
            came.append(time.monotonic())
            await until(teacher, person["id"], "here", seconds=5)
        assert await pages[0].evaluate("[document.documentElement.dir, document.documentElement.scrollWidth]") == [
            "rtl",
            360,
        ]
        await both_see_each_other(teacher, pages[0])
        await they_talk(teacher, pages[0], pages[1], learners)
        second = await pages[0].context.new_page()
        await enter(second, demo)
        devices = teacher.locator(f"#seats [data-of='{learners[0]['id']}'] .seat-under")
        await expect(devices).to_contain_text("2 laitetta")  # both are hers, and the teacher sees that there are two
        await cut_and_come_back(teacher, pages[2], hers, learners[2]["id"])
        found = await seats(teacher)
        assert found[learners[0]["id"]] == "here"
        assert [found[one["id"]] for one in learners[3:]] == ["expected"] * len(learners[3:])
        await who_is_missing(teacher, learners[3:])
        await close_the_day(teacher, learners[3:])
        ended = time.monotonic()
        for page in [*pages, second]:
            await expect(page.locator("#over")).to_be_visible()
    figures(demo, learners, [ended - at for at in came])


def figures(demo: Demo, learners: list[dict[str, Any]], lasted: list[float]) -> None:
    """The report shows the seconds: all but what lies after her last beat, and a pause to close the day."""
    mine = {row["learner"]: row for row in report(demo) if row["lesson"] == demo.lesson["id"]}
    spare = visits.BEAT + CLOSED_WITHIN + 2
    begun, over = held(demo)
    for one, seconds in zip(learners, lasted, strict=False):
        assert seconds - spare <= mine[one["id"]]["present"] <= seconds + 1
        parts = [(seconds_of(part["from"]), seconds_of(part["to"])) for part in mine[one["id"]]["intervals"]]
        inside = [min(to, over) - max(since, begun) for since, to in parts]  # who stays on longer is not paid for it
        assert mine[one["id"]]["present"] == sum(max(0, each) for each in inside), (parts, begun, over)
    states = [(mine[one["id"]]["present"] > 0, mine[one["id"]]["state"]) for one in learners[3:]]
    assert states == [(True, "present"), (False, "excused"), *[(False, "absent")] * (len(states) - 2)]


def held(demo: Demo) -> tuple[float, float]:
    """From the teacher's opening to her closing, as the lesson's own trace tells it."""
    command = [sys.executable, "-m", "server", "attendance", "trace", "--lesson", demo.lesson["id"]]
    done = subprocess.run(
        [*command, "--data", str(demo.folder)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    (line,) = [one for one in map(json.loads, done.stdout.splitlines()) if one.get("kind") == "held"]
    return seconds_of(line["from"]), seconds_of(line["to"])


def seconds_of(instant: str) -> float:
    return parse_instant(instant).timestamp()


async def both_see_each_other(teacher: Page, learner: Page) -> None:
    for page in (teacher, learner):
        await page.click("#camera")
    for page in (teacher, learner):
        for _ in range(300):
            if sum(frames > 10 for frames in await page.evaluate(FRAMES)) >= 2:
                break
            await asyncio.sleep(0.1)
        assert sum(frames > 10 for frames in await page.evaluate(FRAMES)) >= 2


async def they_talk(teacher: Page, asking: Page, listening: Page, learners: list[dict[str, Any]]) -> None:
    """A hand, a message with an address to tap, one that is too long and stays in her hands."""
    await listening.click("#hand")
    await teacher.wait_for_selector(f"#seats [data-person='{learners[1]['id']}'] .seat-hand")
    await asking.click("#message")
    await asking.fill("#said", "مرحبا \u202e\x07 https://example.org/kurssi, تمام")
    await asking.press("#said", "Enter")
    await teacher.click("#message")
    said = teacher.locator(".chat-message p")
    await expect(said).to_have_text("مرحبا  https://example.org/kurssi, تمام")
    assert await said.locator("a").get_attribute("href") == "https://example.org/kurssi"
    assert await said.evaluate("(one) => getComputedStyle(one).direction") == "rtl"
    await asking.fill("#said", "a" * 10_000)
    await asking.press("#said", "Enter")
    await expect(asking.locator("#unsaid .selko")).to_have_text("Viesti on liian pitkä. Lähetä se osissa.")
    assert len(await asking.input_value("#said")) == 10_000
    await asking.fill("#said", "b" * 2_000)
    await asking.press("#said", "Enter")
    await expect(teacher.locator(".chat-message p").last).to_have_text("b" * 2_000)
    assert await asking.evaluate("document.documentElement.scrollWidth") == 360


async def cut_and_come_back(teacher: Page, learner: Page, hers: Line, person: str) -> None:
    """Her network goes away for twenty seconds; the seat turns yellow; she is back without a click."""
    await hers.cut()
    await until(teacher, person, "dropped", seconds=40)
    await expect(learner.locator("#lost")).to_be_visible(timeout=10_000)
    await asyncio.sleep(20)
    await hers.mend()
    await until(teacher, person, "here", seconds=40)
    await expect(learner.locator("#lost")).to_be_hidden()


async def who_is_missing(teacher: Page, missing: list[dict[str, Any]]) -> None:
    """Those who never came stand in front, each with a number to call."""
    named = teacher.locator("#missing .missing")
    await expect(named).to_have_count(len(missing))
    for one, row in zip(sorted(missing, key=lambda each: each["name"]), await named.all(), strict=True):
        await expect(row).to_contain_text(one["name"])
        assert (await row.locator("a[href^='tel:']").get_attribute("href") or "").startswith("tel:+358")


async def close_the_day(teacher: Page, missing: list[dict[str, Any]]) -> None:
    """End, say what one knows, sign: seven taps, no typing, within half a minute."""
    began = time.monotonic()
    await teacher.click("#end")
    await teacher.click("#ending button[data-kind=danger]")
    await teacher.wait_for_url("**/register*", timeout=20_000)
    came, ill = (teacher.locator(f"[id='{one['id']}']") for one in missing[:2])
    await came.get_by_role("button", name="Näin hänet").click()
    await expect(came.locator("[data-tone=brick]")).to_have_count(0)
    await ill.locator("select[name=code]").first.select_option("own_illness")
    await ill.get_by_role("button", name="Kirjaa syy").first.click()
    await expect(ill.locator(".card-head [data-tone=muted]")).to_have_count(1)
    await teacher.locator("form[action$='/register/sign'] button").click()
    await expect(teacher.locator(".figure-foot")).to_contain_text("✓")
    assert time.monotonic() - began < CLOSED_WITHIN


def report(demo: Demo) -> list[dict[str, Any]]:
    programme = demo.listing["programmes"][0]["id"]
    command = [sys.executable, "-m", "server", "report", "--programme", programme, "--data", str(demo.folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    rows: list[dict[str, Any]] = json.loads(done.stdout)["rows"]
    return rows


@pytest.mark.parametrize(
    "clock",
    [
        "2026-03-14T12:00:00+02:00", "2026-12-24T23:50:00+02:00", "2026-03-29T02:30:00+02:00",
        "2026-10-25T02:30:00+03:00",
    ],
)  # fmt: skip
async def test_demo_when_it_is_no_teaching_hour_then_the_house_lives_at_five_past_ten(
    tmp_path: Path, clock: str
) -> None:
    demo = await start(tmp_path, "--classmates", "0", "--clock", clock)
    try:
        assert "T10:00:00" in demo.lesson["starts"]
        days = {one["starts"][:10] for one in demo.listing["lessons"]}
        assert len(days) == 60
        rooms = {one["starts"][:10]: one["room"] for one in demo.listing["lessons"]}
        today = sorted(days).index(demo.lesson["starts"][:10])
        assert [rooms[sorted(days)[today + n]] for n in (0, 1)] == ["builtin", "on_site"]
    finally:
        await stop(demo)
