"""The timetable on pages: from nothing to published lessons in a few taps; what is wrong, with the way to mend it."""

import asyncio
import re
from datetime import timedelta
from html import unescape

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from calendars import lessons
from calendars.grants import Right
from calendars.people import people
from calendars.scheduling import scheduling, solves
from calendars.store import new_id
from calendars.tables import Absence, Appointment, Day, Lesson, Load, Partner, Solve
from tests.calendars.planned import SYSTEM, Planned
from tests.calendars.proposing import change
from tests.calendars.scheduling.test_scheduling import able, another
from tests.calendars.scheduling.test_turns import organisation
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
    assert await sent(kaisa, search, f"{search}/publish") == search
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
    taps = (form, form | {"write": new_id()})
    first, again = await asyncio.gather(*(kaisa.post(new, data=one, allow_redirects=False) for one in taps))
    assert (first.status, again.status) == (303, 303)
    assert first.headers["Location"] == again.headers["Location"]
    assert await sent(kaisa, first.headers["Location"], f"{first.headers['Location']}/cancel")
    assert "You stopped the search." in await settled(kaisa, first.headers["Location"])


@pytest.mark.parametrize("page", ["timetable/new", "wizard/timetable"])
async def test_search_when_the_organisation_has_as_many_waiting_as_it_may_then_said_and_nothing_entered_is_lost(
    kaisa: TestClient, house: Planned, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    await able(house, "Veera", "Toivo")
    monkeypatch.setattr(solves, "MOST_WAITING", 0)
    new = f"/programmes/{house.programme}/{page}"
    form = await hidden(kaisa, f"{new}?language=en", new)
    answer = await kaisa.post(new, data=form | {"seconds": "60", "teacher": "very"})
    shown = unescape(await answer.text())
    assert (answer.status, "0 searches of your organisation wait already." in shown) == (409, True)
    if page == "timetable/new":
        assert re.search(r'value="60"\s+(checked|selected)', shown)


async def test_search_when_others_come_first_then_it_says_how_many(kaisa: TestClient, house: Planned) -> None:
    await able(house, "Veera", "Toivo")
    other = await organisation(house)
    async with house.store.work() as work:
        row = await solves.ask(work, await house.actor("Kaisa"), solves.NewSolve(programme=house.programme, seconds=5))
        work.add(
            Solve(
                id=new_id(), organisation=other, programme=row.programme, programmes=[], mode="missing", seconds=5,
                seed=1, state="running", worker="another", problem="{}", asked_by=row.asked_by, asked=work.now,
                began=work.now, beat=work.now,
            )
        )  # fmt: skip
    shown = unescape(await page_of(kaisa, f"/solves/{row.id}?language=en"))
    assert "1 search comes first. Yours begins after it." in shown


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


async def test_conflicts_when_a_day_of_talks_alone_is_too_long_then_said_with_their_hours(
    kaisa: TestClient, house: Planned
) -> None:
    async with house.store.work() as work:
        day = (await work.all(select(Day).where(Day.programme == house.programme, Day.n == 8)))[0]
        for n in range(2):
            talk = Appointment(
                id=new_id(), programme=day.programme, starts=day.starts + n * timedelta(hours=2), kind="guidance",
                ends=day.starts + (n + 1) * timedelta(hours=2), way="on_site", status="confirmed", modified=work.now,
            )  # fmt: skip
            work.add(talk)
            await work.flush()
            work.add(Partner(appointment=talk.id, person=house.people["Veera"]))
        work.add(Load(person=house.people["Veera"], minutes_a_day=180, minutes_a_week=None))
    shown = unescape(await page_of(kaisa, f"/programmes/{house.programme}/timetable/conflicts?language=en"))
    led, card = re.findall(r"<section class=\"card\".*?</section>", shown, re.DOTALL)
    assert "Veera has too long a day: 4\N{NO-BREAK SPACE}h of 3\N{NO-BREAK SPACE}h." in card
    assert re.findall(r"<li><bdi>[^<]*? (\d+:\d\d–\d+:\d\d)</bdi>", card) == ["9:00–11:00", "11:00–13:00"]
    assert ["too long a day" in led, "first" in led, "first" in card] == [True, True, False]
    assert f'href="/programmes/{house.programme}/timetable/loads"' in card


async def test_substitute_when_somebody_teaches_then_then_she_is_not_offered_but_named(
    kaisa: TestClient, house: Planned
) -> None:
    for name in ("Veera", "Toivo"):
        await teaches(house, name)
    lesson = house.lessons["first"][0]
    shown = unescape(await page_of(kaisa, f"/lessons/{lesson}/substitute?language=en"))
    offer = f'name="person" value="{house.people["Toivo"]}"'
    assert (offer in shown, "Not free then" in shown) == (True, False)
    async with house.store.work() as work:
        row = await work.get(Lesson, lesson)
        assert row is not None
        await change(work, house.lessons["second"][0], starts=row.starts + timedelta(minutes=30), ends=row.ends)
    shown = unescape(await page_of(kaisa, f"/lessons/{lesson}/substitute?language=en"))
    assert (offer in shown, "Not free then: Toivo" in shown) == (False, True)


async def test_change_when_asked_then_days_that_are_past_are_not_offered(kaisa: TestClient, house: Planned) -> None:
    lesson = house.lessons["first"][0]
    shown = unescape(await page_of(kaisa, f"/lessons/{lesson}/change?language=en"))
    chosen = shown.partition('name="day"')[2].partition("</select>")[0]
    days = [int(one) for one in re.findall(r">(\d+)\. ", chosen)]
    assert days == list(range(6, 61))  # today is the sixth


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
    shown = shown.replace("\N{NO-BREAK SPACE}", " ")
    assert ("week 11: 4 h" in shown, "week 11: 1 h" in shown, "week 12: 0 h" in shown) == (True, True, True)


async def test_proposal_when_a_lesson_is_moved_by_form_then_what_breaks_stands_there_and_the_rest_is_sought_again(
    kaisa: TestClient, house: Planned
) -> None:
    await able(house, "Veera", "Toivo")
    new = f"/programmes/{house.programme}/timetable/new"
    search = await sent(kaisa, new, new, seconds="5")
    await settled(kaisa, search)
    shown = await page_of(kaisa, f"{search}?language=en")
    proposal = re.findall(r'href="(/proposals/\w+)"', shown)[0]
    page = await page_of(kaisa, f"{proposal}?language=en")
    assert ("cannot be held" in page, "Talks of each learner" in page, "Later lessons" in page) == (False, True, True)
    first, second = re.findall(rf'href="({proposal}/lessons/\w+)"', page)[:2]
    own, other = [await written(kaisa, one) for one in (first, second)]
    wrong = await kaisa.post(first, data=own | {"starts": "kello"}, allow_redirects=False)
    assert (wrong.status, 'value="kello"' in await wrong.text()) == (422, True)
    taken = {name: other[name] for name in ("day", "starts", "ends", "teacher")}
    answer = await kaisa.post(first, data=own | {"write": new_id()} | taken, allow_redirects=False)
    assert answer.headers["Location"] == f"{proposal}#lesson-{first.rpartition('/')[2]}"
    page = unescape(await page_of(kaisa, f"{proposal}?language=en"))
    assert "cannot be held as proposed" in page
    assert re.search(r"(has|leads) two lessons at one time", page)
    again = await sent(kaisa, proposal, f"{proposal}/again")
    assert again.startswith("/solves/")
    await settled(kaisa, again)


async def test_house_when_its_rooms_are_said_then_the_page_keeps_them_and_refuses_what_is_no_number(
    kaisa: TestClient, house: Planned
) -> None:
    page = f"/programmes/{house.programme}/places"
    action = re.findall(rf'action="({page}/\w+)"', await page_of(kaisa, f"{page}?language=en"))[0]
    form = await hidden(kaisa, page, action)
    said = {"name": "Koulutustalo", "address": "Koulukatu 1, 40100 Jyväskylä"}
    wrong = await kaisa.post(action, data=form | said | {"rooms": "monta"}, allow_redirects=False)
    assert (wrong.status, 'value="monta"' in await wrong.text()) == (422, True)
    before = {day.id: day.sequence for day in await _days(house)}
    good = await kaisa.post(action, data=form | said | {"rooms": "2", "write": new_id()}, allow_redirects=False)
    assert (good.status, good.headers["Location"]) == (303, page)
    assert 'value="2"' in await page_of(kaisa, page)
    assert {day.id: day.sequence for day in await _days(house)} == before  # no calendar hears of rooms
    shown = await page_of(kaisa, f"/programmes/{house.programme}/timetable?by=room&week=2026-03-09&language=en")
    assert shown.count("2 rooms") == 0  # no lesson on site yet
    moved = await kaisa.post(action, data=form | said | {"address": "Katu 2", "write": new_id()}, allow_redirects=False)
    assert moved.status == 303
    assert {day.sequence - before[day.id] for day in await _days(house)} == {0, 1}


async def written(kaisa: TestClient, action: str) -> dict[str, str]:
    """A form as it stands: what is hidden, written and chosen in it."""
    shown = await page_of(kaisa, f"{action}?language=en")
    form = hidden_in(shown, action)
    form |= {name: value for value, name in re.findall(r'<input type="text" value="([^"]*)"[^>]*? name="(\w+)"', shown)}
    for name, options in re.findall(r'<select [^>]*name="(\w+)"[^>]*>(.*?)</select>', shown, re.S):
        form |= dict.fromkeys([name], re.findall(r'<option value="([^"]*)" selected', options)[0])
    return form


async def _days(house: Planned) -> list[Day]:
    async with house.store.look() as look:
        return list(await look.all(select(Day).where(Day.programme == house.programme)))


async def test_search_when_other_programmes_are_chosen_then_it_places_them_together(
    kaisa: TestClient, house: Planned
) -> None:
    await able(house, "Veera", "Toivo")
    async with house.store.work() as work:
        other = await another(work, house, "third")
    new = f"/programmes/{house.programme}/timetable/new"
    assert f'name="programmes" value="{other}"' in await page_of(kaisa, f"{new}?language=en")
    search = await sent(kaisa, new, new, programmes=other, seconds="5")
    async with house.store.look() as look:
        row = await solves.solve(look, SYSTEM, search.rpartition("/")[2])
    assert row.programmes == [house.programme, other]
    await sent(kaisa, search, f"{search}/cancel")
