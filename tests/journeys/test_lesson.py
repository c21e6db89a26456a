"""One lesson in a real browser, from the click to the funder's figure."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.journeys.conftest import ROOT, Demo, sign_in, start, stop

FRAMES = (
    "[...document.querySelectorAll('.pictures video')].map((one) => one.getVideoPlaybackQuality().totalVideoFrames)"
)


async def enter(page: Page, demo: Demo) -> None:
    await page.goto(f"{demo.url}/j/{demo.lesson['id']}")
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
    pages = [await sign_in(browser, one, 360, 760) for one in learners[:3]]
    for page, person in zip(pages, learners, strict=False):
        await enter(page, demo)
        await until(teacher, person["id"], "here", seconds=5)
    assert await pages[0].evaluate("document.documentElement.dir") == "rtl"
    assert await pages[0].evaluate("document.documentElement.scrollWidth <= 360")
    await both_see_each_other(teacher, pages[0])
    await pages[1].click("#hand")
    await teacher.wait_for_selector(f"#seats [data-person='{learners[1]['id']}'] .seat-hand")
    await cut_and_come_back(teacher, pages[2], learners[2]["id"])
    second = await pages[0].context.new_page()
    await enter(second, demo)
    found = await seats(teacher)
    assert found[learners[0]["id"]] == "here"
    assert [found[one["id"]] for one in learners[3:]] == ["expected"] * len(learners[3:])
    await asyncio.sleep(20)  # two beats: what is shorter than one proves no second
    await end_lesson(teacher, demo)
    rows = report(demo)
    mine = {row["learner"]: row for row in rows if row["lesson"] == demo.lesson["id"]}
    for one in learners[:3]:
        assert mine[one["id"]]["present"] > 0
    for one in learners[3:]:
        assert (mine[one["id"]]["present"], mine[one["id"]]["state"]) == (0, "absent")


async def both_see_each_other(teacher: Page, learner: Page) -> None:
    for page in (teacher, learner):
        await page.click("#camera")
    for page in (teacher, learner):
        for _ in range(300):
            if sum(frames > 10 for frames in await page.evaluate(FRAMES)) >= 2:
                break
            await asyncio.sleep(0.1)
        assert sum(frames > 10 for frames in await page.evaluate(FRAMES)) >= 2


async def cut_and_come_back(teacher: Page, learner: Page, person: str) -> None:
    """Her network goes away; the seat turns yellow; she is back without a click."""
    await learner.context.set_offline(True)
    await learner.evaluate("window.dispatchEvent(new Event('offline'))")
    await until(teacher, person, "dropped", seconds=40)
    await learner.context.set_offline(False)
    await until(teacher, person, "here", seconds=40)


async def end_lesson(teacher: Page, demo: Demo) -> None:
    await teacher.evaluate("document.getElementById('ending').requestSubmit()")
    await teacher.wait_for_url("**/register*", timeout=20_000)


def report(demo: Demo) -> list[dict[str, Any]]:
    programme = demo.listing["programmes"][0]["id"]
    command = [sys.executable, "-m", "server", "report", "--programme", programme, "--data", str(demo.folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
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
