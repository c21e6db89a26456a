"""The server of a lesson's room dies: whoever is in it goes on with one tap, and the roster and the register say so."""

import re
from pathlib import Path
from shutil import copytree
from urllib.parse import urljoin

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, expect

from calendars import chains, rights
from calendars.clock import Clock
from calendars.store import Store
from tests.journeys.conftest import Demo, sign_in, start, stop

FELL_WITHIN = 120_000
"""Milliseconds: a worker looks at servers half a minute after its start, and three failures in a row are asked for."""


async def page(_request: web.Request) -> web.Response:
    return web.Response(text="<title>Elsewhere</title>", content_type="text/html")


async def elsewhere() -> TestServer:
    """A page as any video server has one."""
    site = web.Application()
    site.router.add_get("/{path:.*}", page)
    server = TestServer(site)
    await server.start_server()
    return server


async def takes_rooms_there(demo: Demo) -> None:
    """The programme of the demo takes its rooms from the Jitsi of the environment."""
    store = Store(f"sqlite+aiosqlite:///{demo.folder}/oppitupa.db", Clock())
    async with store.work() as work:
        await chains.choose(work, rights.system(), demo.listing["programmes"][0]["id"], ["jitsi"])
    await store.close()


async def enter(page: Page, demo: Demo) -> None:
    await page.goto(urljoin(demo.url, f"/lessons/{demo.lesson['id']}/room"))
    await page.click("#go-in")
    await page.wait_for_selector("#surface:not([hidden])")


async def test_lesson_when_its_server_dies_then_one_tap_leads_each_to_the_new_room(
    house: Path, tmp_path: Path, browser: Browser
) -> None:
    server = await elsewhere()
    settings = {
        "OPPITUPA_JITSI_URL": str(server.make_url("")), "OPPITUPA_JITSI_APP_ID": "us",
        "OPPITUPA_JITSI_SECRET": "a secret of at least thirty-two letters",
    }  # fmt: skip
    demo = await start(copytree(house, tmp_path / "house"), "--classmates", "0", settings=settings)
    try:
        await takes_rooms_there(demo)
        learners = demo.people("learner", demo.lesson["group"])
        arabic = next(one for one in learners if one["language"] == "ar")
        amina = await sign_in(browser, arabic, 360, 760)
        other = await sign_in(browser, next(one for one in learners if one is not arabic), 360, 760)
        await other.goto(urljoin(demo.url, "/?language=fi"))
        teacher = await sign_in(browser, demo.people("teacher")[0])
        for one in (amina, other, teacher):
            await enter(one, demo)
        await server.close()

        for one in (amina, other, teacher):
            await one.wait_for_selector("#moved:not([hidden])", timeout=FELL_WITHIN)
            assert await one.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await expect(amina.locator("#moved")).to_contain_text("اذهب إلى الغرفة الجديدة")
        await expect(amina.locator("#moved")).to_contain_text("Mene uuteen huoneeseen")
        await expect(other.locator("#moved")).to_contain_text("Tunti on nyt toisessa huoneessa.")
        await expect(teacher.locator("#roster-moved")).to_contain_text(re.compile(r"\d+[.:]\d\d"))
        for one in (amina, other, teacher):
            await one.click("#moved-go")
            await one.wait_for_selector("#classroom[data-stage=room]:not([data-surface])")
            await expect(one.locator("#moved")).to_be_hidden()
        for learner in (arabic, next(one for one in learners if one is not arabic)):
            seat = teacher.locator(f"#seats [data-person='{learner['id']}']")
            await expect(seat).to_have_attribute("data-state", re.compile("here|late"))
        await teacher.goto(urljoin(demo.url, f"/lessons/{demo.lesson['id']}/register?language=fi"))
        await expect(teacher.locator("main")).to_contain_text("Huoneen palvelin ei vastannut.")
    finally:
        await stop(demo)
        await server.close()
