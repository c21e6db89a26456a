"""Scenario 27 in browsers without scripts: 14 learners, each sees only her own time, and two of them swap."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page

from calendars import houses
from calendars.clock import SetClock
from calendars.people import people
from calendars.store import Store
from server import app as house_app
from server.auth import signin
from server.migrations import migrate
from server.settings import Settings
from tests.calendars.talking import Talking, plan_talking


class Served:
    """A house with 14 learners, and a browser window for whoever is wanted."""

    def __init__(self, house: Talking, url: str, browser: Browser) -> None:
        self.house, self.url, self._browser = house, url, browser

    async def window(self, name: str) -> Page:
        """Somebody signed in on a telephone of her own, which runs no scripts."""
        person = self.house.staff.get(name, name)
        async with self.house.store.look() as look:
            secret, row = await houses.secret(look), (await people.who(look, [person]))[person]
        make = signin.staff_demo_link if name in self.house.staff else signin.personal_link
        context = await self._browser.new_context(viewport={"width": 360, "height": 760}, java_script_enabled=False)
        page = await context.new_page()
        await page.goto(f"{self.url}{make(secret, person, row.generation)}?language=en")
        await page.locator("form[method=post] button[data-kind=main]").click()
        return page


@pytest.fixture
async def served(tmp_path: Path, clock: SetClock, browser: Browser) -> AsyncIterator[Served]:
    database = f"sqlite+aiosqlite:///{tmp_path}/house.db"
    await migrate(database)
    store = Store(database, clock)
    house = await plan_talking(store, 14)
    settings = replace(Settings(), database=database, demo=True, host="127.0.0.1", url="")
    server = TestServer(house_app.build(settings, clock))
    await server.start_server()
    yield Served(house, str(server.make_url("")).rstrip("/"), browser)
    await server.close()
    await store.close()


async def own_times(page: Page, url: str) -> list[str]:
    """The times that stand on her page as hers."""
    await page.goto(f"{url}/appointments?language=en")
    return [text.strip() for text in await page.locator(".own-time .large .own").all_inner_texts()]


async def test_talks_when_the_coordinator_makes_them_then_each_learner_sees_her_own_and_two_swap(
    served: Served,
) -> None:
    house, url = served.house, served.url
    kaisa = await served.window("Kaisa")
    await kaisa.goto(f"{url}/programmes/{house.programme}/days/2/talks")
    await kaisa.fill("input[name=minutes]", "20")
    for name in ("Oona", "Otto"):
        await kaisa.check(f"input[value='{house.staff[name]}']")
    await kaisa.fill("input[name=from]", "12.00")
    await kaisa.fill("input[name=to]", "12.30")
    await kaisa.click("main form button[data-kind=main]")
    listed = await kaisa.locator("main li.row").all_inner_texts()
    assert sorted(word for line in listed for word in line.split() if word.isdigit() and len(word) == 2) == [
        f"{n:02}" for n in range(14)
    ]
    windows = {learner: await served.window(learner) for learner in house.learners}
    seen = {}
    for number, (learner, page) in enumerate(windows.items()):
        times = await own_times(page, url)
        assert len(times) == 1
        seen[learner] = times[0]
        shown = await page.inner_text("body")
        assert [n for n in range(14) if n != number and f"Learner {n:02}" in shown] == []
    assert max(list(seen.values()).count(one) for one in seen.values()) == 2  # one with each of the staff
    ada = house.learners[0]
    eve = next(one for one in house.learners if seen[one] != seen[ada])
    await windows[ada].click("form[action$='/swap'] button")
    await own_times(windows[eve], url)
    await windows[eve].locator("form[action$='/agree'] button").first.click()
    after = {learner: (await own_times(windows[learner], url))[0] for learner in (ada, eve)}
    assert after == {ada: seen[eve], eve: seen[ada]}
    others = [learner for learner in house.learners if learner not in (ada, eve)]
    assert [(await own_times(windows[one], url))[0] for one in others[:3]] == [seen[one] for one in others[:3]]
