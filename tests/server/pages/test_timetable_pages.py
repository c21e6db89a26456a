"""The timetable on pages: from nothing to published lessons in a few taps; what is wrong, with the way to mend it."""

import asyncio
import re
from html import unescape

import pytest
from aiohttp.test_utils import TestClient

from calendars import lessons, people, scheduling, solves
from calendars.rights import Right
from calendars.store import new_id
from calendars.tables import Absence, Lesson
from tests.calendars.planned import SYSTEM, Planned
from tests.calendars.test_scheduling import able
from tests.server.pages.forms import hidden, hidden_in, page_of


async def teaches(house: Planned, name: str) -> None:
    async with house.store.work() as work:
        await people.appoint(work, SYSTEM, house.people[name], Right("teacher", "organisation", house.organisation))


async def sent(kaisa: TestClient, page: str, action: str, **said: str) -> str:
    """Send a form of a page; where it leads."""
    form = await hidden(kaisa, page, action)
    answer = await kaisa.post(action, data=form | said, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    return answer.headers["Location"]


async def settled(kaisa: TestClient, path: str) -> str:
    """The page of a search once it has ended."""
    async with asyncio.timeout(30):
        while True:
            shown = await page_of(kaisa, f"{path}?language=en")
            if re.search(r'id="solve" data-state="(waiting|running)"', shown) is None:
                return unescape(shown)
            if f"{path}/enough" in shown:
                form = hidden_in(shown, f"{path}/enough")  # of this very page: the next one may have ended
                assert (await kaisa.post(f"{path}/enough", data=form, allow_redirects=False)).status == 303
            await asyncio.sleep(0.1)


async def test_timetable_when_nobody_said_who_can_teach_then_one_tap_then_search_then_publish(
    kaisa: TestClient, house: Planned
) -> None:
    for name in ("Veera", "Toivo"):
        await teaches(house, name)
    new = f"/programmes/{house.programme}/timetable/new"
    asks = unescape(await page_of(kaisa, f"{new}?language=en"))
    assert "Nobody can teach this yet: Logistics, Customer service and sales, language." in asks
    assert await sent(kaisa, new, f"/programmes/{house.programme}/timetable/able") == new
    assert "218 lessons wait for a time" in await page_of(kaisa, f"{new}?language=en")
    search = await sent(kaisa, new, new, teacher="very", seconds="5")
    found = await settled(kaisa, search)
    assert ("Every lesson has a place." in found, "218 lessons are new or move" in found) == (True, True)
    assert await sent(kaisa, search, f"{search}/publish") == f"/programmes/{house.programme}/timetable"
    async with house.store.look() as look:
        assert len(await lessons.of_programme(look, SYSTEM, house.programme)) == 218 + 3
        assert (await scheduling.weighed(look, SYSTEM, house.programme))["teacher"] == "very"
    assert "The timetable is published." in await page_of(kaisa, f"{search}?language=en")
    week = unescape(await page_of(kaisa, f"/programmes/{house.programme}/timetable?language=en&week=2026-03-17"))
    bars = re.findall(r'class="week-bar" data-kind="(\w+)"', week.partition('<ul class="key"')[0])
    assert bars == ["contact"] * 4 + ["online"] * 16
    assert "data-wrong" not in week.partition('<ul class="key"')[0]


async def test_search_when_one_is_on_then_a_second_tap_leads_to_it(kaisa: TestClient, house: Planned) -> None:
    await able(house, "Veera", "Toivo")
    new = f"/programmes/{house.programme}/timetable/new"
    form = await hidden(kaisa, new, new)
    first = await kaisa.post(new, data=form, allow_redirects=False)
    again = await kaisa.post(new, data=form | {"write": new_id()}, allow_redirects=False)
    assert (first.status, again.status) == (303, 303)
    assert first.headers["Location"] == again.headers["Location"]
    assert await sent(kaisa, first.headers["Location"], f"{first.headers['Location']}/cancel")
    assert "You stopped the search." in await settled(kaisa, first.headers["Location"])


@pytest.mark.parametrize("said", [{"seconds": "viisi"}, {"seconds": "7"}, {"teacher": "never"}, {"mode": "all"}])
async def test_search_when_asked_wrongly_then_told_at_the_field(
    kaisa: TestClient, house: Planned, said: dict[str, str]
) -> None:
    await able(house, "Veera", "Toivo")
    new = f"/programmes/{house.programme}/timetable/new"
    answer = await kaisa.post(new, data=await hidden(kaisa, new, new) | said)
    shown = await answer.text()
    assert (answer.status, f'id="{next(iter(said))}-error"' in shown) == (422, True)


async def test_lessons_when_they_find_no_place_then_why_and_what_would_help(kaisa: TestClient, house: Planned) -> None:
    await able(house, "Veera", abilities=("field", "language"))
    async with house.store.work() as work:  # alone she can teach two lessons a day in the hours left by lunch
        await solves.ask(work, await house.actor("Kaisa"), solves.NewSolve(programme=house.programme, seconds=5))
    async with house.store.look() as look:
        last = await solves.latest(look, SYSTEM, house.programme)
    assert last is not None
    found = await settled(kaisa, f"/solves/{last.id}")
    assert "lessons have no place" in found
    assert re.search(r"(One more teacher for|Longer days for the group)", found)


async def test_conflicts_when_a_leader_is_away_then_said_with_the_way_to_a_substitute(
    kaisa: TestClient, house: Planned
) -> None:
    lesson, veera = house.lessons["first"][0], house.people["Veera"]
    async with house.store.work() as work:
        row = await work.get(Lesson, lesson)
        assert row is not None
        work.add(
            Absence(id=new_id(), person=veera, starts=row.starts, ends=row.ends, kind="ill", source="own",
                    reported=work.now, reported_by=veera)
        )  # fmt: skip
    shown = unescape(await page_of(kaisa, f"/programmes/{house.programme}/timetable/conflicts?language=en"))
    assert "Veera is away then." in shown
    assert f'href="/lessons/{lesson}/substitute"' in shown
    week = await page_of(kaisa, f"/programmes/{house.programme}/timetable?language=en")
    assert "1 thing cannot be held as planned" in week


@pytest.mark.parametrize(("by", "names"), [("group", ["first", "second"]), ("teacher", ["Toivo", "Veera"]),
                                            ("room", ["Video room"]), ("taste", ["first", "second"])])  # fmt: skip
async def test_week_when_shown_by_whose_it_is_then_a_row_for_each(
    kaisa: TestClient, house: Planned, by: str, names: list[str]
) -> None:
    shown = await page_of(kaisa, f"/programmes/{house.programme}/timetable?language=en&by={by}&week=2026-03-09")
    assert re.findall(r'class="week-who"><bdi>([^<]*)</bdi>', shown) == names
    assert "10:00–12:00, first, Specialist vocabulary of your field, Veera" in shown


async def test_week_when_it_has_no_lesson_then_it_says_so_and_stays_within_the_programme(
    kaisa: TestClient, house: Planned
) -> None:
    path = f"/programmes/{house.programme}/timetable?language=en&week="
    assert "No lesson is planned in this week." in await page_of(kaisa, f"{path}2026-04-06")
    first = await page_of(kaisa, f"{path}1999-01-01")
    assert ("week 10" in first, "Week before" in first, "Week after" in first) == (True, False, True)
    assert "week 22" in await page_of(kaisa, f"{path}2999-01-01")


async def test_loads_when_shown_then_each_who_teaches_with_her_weeks(kaisa: TestClient, house: Planned) -> None:
    shown = unescape(await page_of(kaisa, f"/programmes/{house.programme}/timetable/loads?language=en"))
    assert re.findall(r'<section class="card load" aria-label="([^"]*)"', shown) == ["Toivo", "Veera"]
    assert ("week 11: 4 h" in shown, "week 11: 1 h" in shown, "week 12: 0 h" in shown) == (True, True, True)
