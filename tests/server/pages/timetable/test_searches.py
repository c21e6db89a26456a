"""Searches run to their end through the pages, by the real search: two programmes at once, and the smallest change."""

import re
from datetime import timedelta
from html import unescape
from itertools import pairwise

from aiohttp.test_utils import TestClient
from sqlalchemy import select

from calendars.changes.standings import standings
from calendars.scheduling import conflicts
from calendars.tables import Leader, Lesson
from tests.calendars.crew import HOUR, hire, ill, works
from tests.calendars.planned import MONDAY, SYSTEM, Planned
from tests.calendars.scheduling.test_scheduling import able, another
from tests.server.pages.forms import hidden, page_of
from tests.server.pages.timetable.test_timetable_pages import sent, settled


async def test_two_programmes_when_searched_at_once_then_both_are_planned_and_nobody_is_in_two_places(
    kaisa: TestClient, house: Planned
) -> None:
    await able(house, "Veera", abilities=("field",))  # she alone knows the field of the first group and of the third
    await hire(house, "Aava", "field")  # but for Mondays: on this one Veera has her hands full
    await works(house, "Aava", "mon", 8, 16)
    await able(house, "Toivo", abilities=("field:sales",))
    await able(house, "Oona", "Iiris", abilities=("language",))
    async with house.store.work() as work:
        other = await another(work, house, "third")
    new = f"/programmes/{house.programme}/timetable/new"
    assert f'value="{other}"' in await page_of(kaisa, f"{new}?language=en")
    search = await sent(kaisa, new, new, programmes=other, seconds="5", talks="later")
    found = await settled(kaisa, search)
    assert "Every lesson has a place." in found
    proposals = sorted(set(re.findall(r'href="(/proposals/\w+)"', found)))
    assert len(proposals) == 2
    assert await sent(kaisa, search, f"{search}/publish") == search
    assert "The timetable is published." in await page_of(kaisa, f"{search}?language=en")
    async with house.store.look() as look:
        rows = await look.rows(
            select(Leader.person, Lesson.programme, Lesson.starts, Lesson.ends)
            .join(Lesson, Lesson.id == Leader.lesson)
            .where(Lesson.starts > MONDAY)
            .order_by(Leader.person, Lesson.starts)
        )
        wrong = [(await conflicts.ahead(look, SYSTEM, one))[0] for one in (house.programme, other)]
    both = {person for person, programme, *_ in rows if programme == other}
    both &= {person for person, programme, *_ in rows if programme == house.programme}
    assert house.people["Veera"] in both
    for before, after in pairwise(rows):
        assert before[0] != after[0] or before[3] <= after[2]
    assert wrong == [[], []]


async def test_smallest_change_when_a_teacher_is_ill_then_hers_alone_change_and_the_rest_stays(
    kaisa: TestClient, house: Planned
) -> None:
    await hire(house, "Aava", "field:logistics", "language")
    await able(house, "Veera", "Toivo")
    house.clock.at = MONDAY - timedelta(minutes=90)
    hers, others = house.lessons["first"], house.lessons["second"]
    async with house.store.look() as look:
        before = {id: one for id, (_, one) in (await standings(look, [*hers, *others])).items()}
    await ill(house, "Veera", MONDAY - HOUR)
    page = f"/absent/{house.people['Veera']}"
    assert "Find the smallest change" in await page_of(kaisa, f"{page}?language=en")
    fields = await hidden(kaisa, page, f"{page}/search")
    answer = await kaisa.post(f"{page}/search", data=fields, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    search = answer.headers["Location"]
    found = await settled(kaisa, search)
    assert "Every lesson has a place." in found
    assert f"{len(hers)} lessons change, all others stay" in found
    proposal = re.findall(r'href="(/proposals/\w+)"', found)[0]
    assert "Veera" in unescape(await page_of(kaisa, f"{proposal}?language=en"))
    assert await sent(kaisa, search, f"{search}/publish") == search
    async with house.store.look() as look:
        after = {id: one for id, (_, one) in (await standings(look, [*hers, *others])).items()}
    assert {id for id in before if after[id] != before[id]} == set(hers)
    for id in hers:
        away = house.people["Veera"] in after[id].leaders and after[id].day == before[id].day
        assert (bool(after[id].leaders), away, after[id].group) == (True, False, before[id].group)
