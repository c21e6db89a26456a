"""The wizard with the talks of learners: who counsels is asked, and what waits is said with its reason."""

from datetime import timedelta
from html import unescape

from aiohttp.test_utils import TestClient

from tests.calendars.planned import Planned
from tests.server.pages.forms import page_of
from tests.server.pages.setup.test_wizard import TEACHERS, ended, go, grouped, led, stands


async def test_wizard_when_nobody_counsels_then_it_lives_and_says_which_talks_wait_and_why(
    kaisa: TestClient, house: Planned
) -> None:
    base = await grouped(kaisa)
    assert await led(kaisa, base, TEACHERS | {"counsellor": ""}) == f"{base}/timetable"
    shown = await ended(kaisa, base)
    assert ("Every lesson has a place." in shown, "36 talks have no place" in shown) == (True, True)
    await go(kaisa, f"{base}/timetable", f"{base}/timetable/publish")
    last = unescape(await page_of(kaisa, f"{base}/ready?language=en"))
    told = ("Your programme is live", "36 talks of learners with their time", "36 talks of learners have no time yet",
            "Individual talk (36)", "nobody here can do it", "More people would be needed for: guidance")  # fmt: skip
    assert [words in last for words in told] == [True] * 6
    house.clock.at += timedelta(minutes=1)
    assert await led(kaisa, base, {"counsellor": "Oona Ohjaaja, Otto Opas"}) == f"{base}/timetable"
    assert "36 talks of learners get their time" in await ended(kaisa, base)
    await go(kaisa, f"{base}/timetable", f"{base}/timetable/publish")
    ready = await stands(house, base)
    assert (ready.next, ready.met, ready.talks) == ("", 72, 0)
