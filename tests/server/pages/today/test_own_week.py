"""The week of one who teaches: what she leads, in which room or house, on a page that her telephone can show."""

from datetime import timedelta
from html import unescape

from calendars import lessons, programmes
from calendars.lessons import NewLesson
from tests.calendars.planned import MONDAY, SYSTEM, Planned
from tests.server.pages.conftest import Browse
from tests.server.pages.forms import page_of

HOUR = timedelta(hours=1)


async def test_own_week_when_lessons_are_hers_then_they_stand_there_and_nobody_elses_do(
    browse: Browse, house: Planned
) -> None:
    async with house.store.work() as work:
        line = await programmes.line(work, SYSTEM, house.programme)
        day = next(one for one in line.days if one.n == 8)
        new = NewLesson(house.groups["second"], day.id, day.starts, day.starts + HOUR, "", (house.people["Veera"],))
        await lessons.plan(work, SYSTEM, house.programme, [new])
    house.clock.at = MONDAY - timedelta(hours=3)
    veera = await browse("Veera")
    today = unescape(await page_of(veera, "/teaching?language=en"))
    assert ("Next days" in today, 'href="/teaching/week"' in today) == (True, True)
    week = unescape(await page_of(veera, "/teaching/week"))
    assert [week.count(f"<bdi>{hours}</bdi>") for hours in ("10:00–12:00", "13:00–15:00", "9:00–10:00")] == [1, 1, 1]
    assert week.count("Video room") == 3
    toivo = unescape(await page_of(await browse("Toivo"), "/teaching/week?language=en"))
    assert (toivo.count("first"), toivo.count("Video room")) == (0, 1)
