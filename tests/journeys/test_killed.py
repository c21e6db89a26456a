"""kill -9 of the server in mid-lesson, as a class in real browsers lives it."""

import asyncio
import time
from pathlib import Path
from shutil import copytree
from typing import Any

from playwright.async_api import Browser, Page, expect

from calendars.clock import parse_instant
from classroom import visits
from server.demo import memory
from tests.journeys.conftest import Demo, sign_in, start, stop
from tests.journeys.test_lesson import both_see_each_other, enter, report, seats, until

MOST_LOST = 1.2 * visits.BEAT + 1
"""Seconds that a crash may cost somebody."""


async def test_class_when_the_server_is_killed_then_all_come_back_without_a_click_and_nothing_is_gained(
    house: Path, tmp_path: Path, browser: Browser
) -> None:
    folder = copytree(house, tmp_path / "house")
    demo = await start(folder, "--classmates", "0")
    running = [demo]
    try:
        learners = demo.people("learner", demo.lesson["group"])[:2]
        teacher = await sign_in(browser, demo.people("teacher")[0])
        await enter(teacher, demo)
        pages = [await sign_in(browser, one, 360, 760) for one in learners]
        came = []
        for page, person in zip(pages, learners, strict=True):
            went = time.time()
            await enter(page, demo)
            await until(teacher, person["id"], "here", seconds=5)
            came.append((went, time.time()))
        await both_see_each_other(teacher, pages[0])
        await asyncio.sleep(visits.BEAT + 2)  # what is shorter than a beat proves nothing
        demo.process.kill()
        killed = time.time()
        await demo.process.wait()
        for page in (teacher, *pages):
            await expect(page.locator("#lost")).to_be_visible(timeout=10_000)
        await asyncio.sleep(3)
        begun = time.time()
        running.append(await start(folder, "--classmates", "0", "--port", demo.url.rpartition(":")[2]))
        back = await all_back(teacher, pages, learners)
        await both_see_each_other_still(teacher, pages[0])
        await asyncio.sleep(visits.BEAT + 2)
        await teacher.click("#end")
        await teacher.click("#ending button[data-kind=danger]")
        await teacher.wait_for_url("**/register*", timeout=20_000)
        ended = time.time()
        for page in pages:
            await expect(page.locator("#over")).to_be_visible()
        figures(running[1], learners, came, (killed, begun, back, ended))
    finally:
        for one in running:
            await stop(one)


async def all_back(teacher: Page, pages: list[Page], learners: list[dict[str, Any]]) -> float:
    """Nobody touches anything: every page says by itself that its line is back, every seat is lit again."""
    for page in (teacher, *pages):
        await expect(page.locator("#lost")).to_be_hidden(timeout=40_000)
    for one in learners:
        await until(teacher, one["id"], "here", seconds=20)
    back = time.time()
    found = await seats(teacher)
    assert sorted(state for person, state in found.items() if person in {one["id"] for one in learners}) == [
        "here",
        "here",
    ]
    return back


async def both_see_each_other_still(teacher: Page, learner: Page) -> None:
    """The pictures move on: more frames are decoded than a moment ago, at both ends."""
    foreign = """() => Math.max(0, ...[...document.querySelectorAll(".pictures .picture:not([data-self]) video")]
      .map((one) => one.getVideoPlaybackQuality().totalVideoFrames))"""
    for page in (teacher, learner):
        before = await page.evaluate(foreign)
        await page.wait_for_function(f"(before) => ({foreign})() > before + 10", arg=before, timeout=30_000)


def figures(
    demo: Demo, learners: list[dict[str, Any]], came: list[tuple[float, float]], when: tuple[float, ...]
) -> None:
    """Two stays that are proved, and the outage between them, which is ours: whole seconds, so one more or less."""
    killed, begun, back, ended = when
    kept = memory.read(demo.folder)
    assert kept is not None
    rows = {row["learner"]: row for row in report(demo) if row["lesson"] == demo.lesson["id"]}
    for one, (went, at) in zip(learners, came, strict=True):
        row = rows[one["id"]]
        parts = [
            (part["kind"], *(parse_instant(part[end]).timestamp() - kept.shift for end in ("from", "to")))
            for part in row["intervals"]
        ]
        assert [kind for kind, _, _ in parts] == ["evidenced", "service_gap", "evidenced"]
        (_, in_first, cut), _, (_, again, out) = parts
        assert went - 1 <= in_first <= at
        assert killed - MOST_LOST - 1 <= cut <= killed  # lost at most so much, gained nothing
        assert begun - 1 <= again <= back + 1
        assert ended - MOST_LOST - 1 <= out <= ended
        assert row["present"] == out - in_first
