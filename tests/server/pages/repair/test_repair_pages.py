"""The repair by pages: ill in two taps, asked in one, yes behind a link, seen by the learner, undone by a button."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from aiohttp.test_utils import TestClient
from sqlalchemy import select

from calendars import lessons, rights
from calendars.lessons import NewLesson
from calendars.repair import substitutes
from calendars.tables import Grant, Search
from tests.calendars.crew import HOUR, hire, ill
from tests.calendars.planned import MONDAY, Planned
from tests.calendars.proposing import row_of, stands, told
from tests.server.pages.conftest import Browse
from tests.server.pages.forms import hidden, hidden_in, page_of


@pytest.fixture
async def morning(house: Planned) -> Planned:
    """Half past seven of training day 6; Aava and Bea could come."""
    await hire(house, "Aava", "field:logistics", "language")
    await hire(house, "Bea", "field:logistics", "language")
    house.clock.at = MONDAY - timedelta(minutes=90)
    return house


async def ask(kaisa: TestClient, house: Planned) -> str:
    """One tap on the first page: the first one is asked for all lessons. Returns her link."""
    action = f"/absent/{house.people['Veera']}/ask"
    shown = await page_of(kaisa, "/house?language=en")
    form = next(one for one in re.findall(r"<form.*?</form>", shown, re.S) if action in one)
    fields = [(name, value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)]
    answer = await kaisa.post(action, data=fields, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/house")
    shown = await page_of(kaisa, "/house?language=en")
    found = re.search(r"data-link>[^<]*?(/ask/[^<]+)<", shown)
    assert found
    return unescape(found[1])


async def report(veera: TestClient) -> None:
    """I cannot come, ill today."""
    assert 'href="/absence"' in await page_of(veera, "/teaching")
    fields = await hidden(veera, "/absence", "/absence")
    answer = await veera.post("/absence", data=fields | {"span": "today"}, allow_redirects=False)
    assert answer.status == 303


async def test_repair_when_ill_then_asked_yes_seen_and_told_once(
    kaisa: TestClient, morning: Planned, browse: Browse
) -> None:
    house, lesson = morning, morning.lessons["first"][0]
    assert "is away" not in await page_of(kaisa, "/house?language=en")
    await report(await browse("Veera"))
    shown = await page_of(kaisa, "/house?language=en")
    assert ("Veera is away" in shown, "Ask Aava" in shown) == (True, True)
    link = await ask(kaisa, house)
    mail_scanner = await browse("")
    for _ in range(2):
        question = unescape(await page_of(mail_scanner, f"{link}?language=en"))
        assert "Can you lead this lesson?" in question
        assert ("instead of Veera" in question, "first</bdi>" in question, "Learners: 2" in question) == (True,) * 3
        assert "Amina" not in question  # who learns there is for whoever says yes
        assert (await mail_scanner.head(link)).status == 200
    assert (await stands(house, lesson)).leaders == (house.people["Veera"],)
    hers = await browse("")
    answer = await hers.post(link, data=await hidden(hers, link, link) | {"answer": "yes"})
    assert "You lead this lesson" in await (await hers.get(f"{link}?language=en")).text()
    assert answer.status == 200
    aava = await browse("Aava")
    shown = await page_of(aava, f"{link}?language=en")
    assert ("Amina, Bilal" in shown, "What was done last" in shown) == (True, True)
    assert "Aava" in await page_of(await browse("Amina"), "/?language=en")
    assert [name for name, _ in await told(house)].count("ChangesTold") == 0


async def test_repair_when_undone_on_the_page_then_the_old_teacher_and_nobody_told(
    kaisa: TestClient, morning: Planned, browse: Browse
) -> None:
    house, lesson = morning, morning.lessons["first"][0]
    await report(await browse("Veera"))
    link, hers = await ask(kaisa, house), await browse("")
    await hers.post(link, data={"answer": "yes"})
    path = re.search(r'href="(/proposals/\w+)"', await page_of(kaisa, "/house?language=en"))
    assert path
    shown = await page_of(kaisa, f"{path[1]}?language=en")
    for words in ("Before", "After", "Veera", "Aava", "Learners: 2", "You can undo it until 7:32"):
        assert words in shown, words
    answer = await kaisa.post(f"{path[1]}/undo", data=hidden_in(shown, f"{path[1]}/undo"), allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, path[1])
    assert (await stands(house, lesson)).leaders == (house.people["Veera"],)
    assert "Nobody was told." in await page_of(kaisa, f"{path[1]}?language=en")
    assert "Veera" in await page_of(await browse("Amina"), "/?language=en")
    assert [name for name, _ in await told(house)].count("ChangesTold") == 0


async def test_answer_when_refused_then_it_is_said_in_the_language_of_whoever_is_asked(
    kaisa: TestClient, morning: Planned, browse: Browse
) -> None:
    await ill(morning, "Veera", MONDAY - HOUR)
    link, hers = await ask(kaisa, morning), await browse("")
    english = {"Accept-Language": "en"}
    await hers.post(link, data={"answer": "yes"}, headers=english)
    async with hers.post(link, data={"answer": "no"}, headers=english) as answer:
        page = await answer.text()
    assert (answer.status, re.findall(r'<html lang="(\w+)"', page)) == (409, ["fi"])
    assert "Olet jo vastannut." in unescape(page)


async def test_tell_now_when_pressed_then_told_and_no_way_back(
    kaisa: TestClient, morning: Planned, browse: Browse
) -> None:
    await ill(morning, "Veera", MONDAY - HOUR)
    link, hers = await ask(kaisa, morning), await browse("")
    await hers.post(link, data={"answer": "yes"})
    path = re.search(r'href="(/proposals/\w+)"', await page_of(kaisa, "/house"))
    assert path
    shown = await page_of(kaisa, path[1])
    told_now = await kaisa.post(f"{path[1]}/tell", data=hidden_in(shown, f"{path[1]}/tell"), allow_redirects=False)
    assert told_now.status == 303
    undone = await kaisa.post(f"{path[1]}/undo", data=hidden_in(shown, f"{path[1]}/undo"))
    assert undone.status == 409
    assert f'action="{path[1]}/undo"' not in await page_of(kaisa, path[1])


@pytest.mark.parametrize("answer", ["yes", "no"])
async def test_answer_when_signed_in_as_another_or_nonsense_then_refused(
    kaisa: TestClient, morning: Planned, browse: Browse, answer: str
) -> None:
    await ill(morning, "Veera", MONDAY - HOUR)
    link, bea = await ask(kaisa, morning), await browse("Bea")
    assert f'action="{link}"' not in await page_of(bea, link)
    assert (await bea.post(link, data={"answer": answer})).status == 403
    stranger = await browse("")
    assert (await stranger.post(link, data={"answer": "perhaps"})).status == 422
    assert (await stranger.post(link[:-2] + "xx", data={"answer": answer})).status == 404
    assert (await stands(morning, morning.lessons["first"][0])).leaders == (morning.people["Veera"],)


async def test_move_when_pressed_then_another_day_under_the_same_id(kaisa: TestClient, morning: Planned) -> None:
    lesson = morning.lessons["first"][0]
    await ill(morning, "Veera", MONDAY - HOUR)
    page = f"/absent/{morning.people['Veera']}"
    shown = await page_of(kaisa, f"{page}?language=en")
    form = next(one for one in re.findall(r"<form.*?</form>", shown, re.S) if f"{page}/move" in one and lesson in one)
    offered = re.findall(r'name="to" value="([^"]*)"', form)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    assert len(offered) == 3
    wrong = await kaisa.post(f"{page}/move", data=fields | {"to": "elsewhere|now"})
    assert wrong.status == 422
    answer = await kaisa.post(f"{page}/move", data=fields | {"to": unescape(offered[0])}, allow_redirects=False)
    assert answer.headers["Location"].startswith("/proposals/")
    row = await row_of(morning, lesson)
    assert (row.starts, row.sequence) == (MONDAY + timedelta(days=1, hours=1), 1)  # tomorrow at its own hour


async def test_rule_when_independent_then_the_learner_sees_her_task(
    kaisa: TestClient, morning: Planned, browse: Browse
) -> None:
    await ill(morning, "Veera", MONDAY - HOUR)
    path, page = f"/programmes/{morning.programme}/without-teacher", f"/absent/{morning.people['Veera']}"
    fields = await hidden(kaisa, page, path)
    said = {"without_teacher": "independent", "task": "Lue sivu 12"}
    assert (await kaisa.post(path, data=fields | said, allow_redirects=False)).status == 303
    assert (await kaisa.post(path, data=fields | {"write": "x", "without_teacher": "independent"})).status == 422
    await ask(kaisa, morning)
    for name in ("Aava", "Bea", "Toivo"):
        shown = await page_of(kaisa, "/house")
        link = re.search(r"data-link>[^<]*?(/ask/[^<]+)<", shown)
        assert link, name
        stranger = await browse("")
        await stranger.post(unescape(link[1]), data={"answer": "no"})
    assert (await stands(morning, morning.lessons["first"][0])).independent
    assert "Lue sivu 12" in await page_of(await browse("Amina"), "/")


async def test_change_when_this_and_later_then_shown_first_and_all_changed_in_one(
    kaisa: TestClient, house: Planned
) -> None:
    lesson, when = house.lessons["second"][0], MONDAY + timedelta(days=1, hours=3)
    later = []
    for n in range(2):
        later.append(await another(house, when + timedelta(days=n)))
    row = await row_of(house, lesson)
    path = f"/lessons/{lesson}/change"
    fields = await hidden(kaisa, path, path)
    said = {
        "day": row.day, "starts": "15.00", "ends": "16.00", "topic": row.topic, "teacher": house.people["Veera"],
        "how_far": "later",
    }  # fmt: skip
    answer = await kaisa.post(path, data=fields | said, allow_redirects=False)
    proposal = answer.headers["Location"]
    assert proposal.startswith("/proposals/")
    assert (await row_of(house, later[0])).revision == 1
    shown = await page_of(kaisa, proposal)
    await kaisa.post(f"{proposal}/publish", data=hidden_in(shown, f"{proposal}/publish"))
    for n, one in enumerate((lesson, *later)):
        found = await stands(house, one)
        assert (found.starts, found.leaders) == (MONDAY + timedelta(days=n, hours=6), (house.people["Veera"],)), n


async def another(house: Planned, at: datetime) -> str:
    """A lesson of Toivo's with the second group at the same hour on a later day."""
    day = next(day for day in (await house.line()).days if day.date == at.date())
    new = NewLesson(house.groups["second"], day.id, at, at + HOUR, "", (house.people["Toivo"],))
    async with house.store.work() as work:
        return (await lessons.plan(work, rights.system(), house.programme, [new]))[0].id


async def test_begin_when_two_taps_then_in_the_room_and_counted(
    kaisa: TestClient, house: Planned, browse: Browse
) -> None:
    house.clock.at = MONDAY + 7 * HOUR
    veera = await browse("Veera")
    path = f"/groups/{house.groups['first']}/begin"
    fields = await hidden(veera, "/teaching", path)
    answer = await veera.post(path, data=fields, allow_redirects=False)
    lesson = answer.headers["Location"].removeprefix("/j/")
    row = await row_of(house, lesson)
    assert (row.opened, row.frozen) == (house.clock.at, house.clock.at)
    assert (await veera.get(f"/j/{lesson}", allow_redirects=False)).headers["Location"] == f"/lessons/{lesson}/room"
    again = await veera.post(path, data=fields | {"write": "another"})
    assert (again.status, "klo" in await again.text()) == (409, True)


async def test_house_when_a_lesson_needs_one_more_then_it_says_so(kaisa: TestClient, morning: Planned) -> None:
    lesson = morning.lessons["first"][0]
    async with morning.store.work() as work:
        row = (await rights.target_of_lesson(work, lesson))[0]
        row.needs = ["field:logistics", "language"]
    morning.clock.at = MONDAY + timedelta(minutes=49)
    assert "of 2 leaders" not in await page_of(kaisa, "/house?language=en")
    morning.clock.at = MONDAY + timedelta(minutes=50)
    assert "1 of 2 leaders" in await page_of(kaisa, "/house?language=en")


async def test_house_when_one_who_is_away_has_no_right_here_any_more_then_her_lessons_still_stand_there(
    kaisa: TestClient, morning: Planned
) -> None:
    await ill(morning, "Veera")
    async with morning.store.work() as work:
        for grant in await work.all(select(Grant).where(Grant.person == morning.people["Veera"])):
            grant.until = work.now
    assert "Veera is away" in await page_of(kaisa, "/house?language=en")


async def test_house_when_nobody_answers_then_the_lesson_is_named_and_held_after_all_by_one_tap(
    kaisa: TestClient, morning: Planned
) -> None:
    await ill(morning, "Veera")
    await ask(kaisa, morning)
    while await _passed_over(morning):
        pass
    lesson = morning.lessons["first"][0]
    shown = unescape(await page_of(kaisa, f"/absent/{morning.people['Veera']}?language=en"))
    assert ("Nobody was found" in shown, "No lesson of hers needs anybody." in shown) == (True, False)
    shown = unescape(await page_of(kaisa, "/house?language=en"))
    assert (shown.count("Nobody was found"), "Aava, Bea" in shown, "All is well" in shown) == (2, True, True)
    assert "<div data-calm hidden>" in shown
    fields = hidden_in(shown, f"/lessons/{lesson}/hold")
    answer = await kaisa.post(f"/lessons/{lesson}/hold", data=fields, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"/lessons/{lesson}/substitute")
    assert (await stands(morning, lesson)).takes_place
    assert (await page_of(kaisa, "/house?language=en")).count("Nobody was found") == 1


async def _passed_over(house: Planned) -> int:
    """Eleven silent minutes later."""
    house.clock.at += timedelta(minutes=11)
    async with house.store.work() as work:
        return await substitutes.go_on(work)


async def test_lessons_when_she_comes_after_all_then_hers_again_by_one_tap_and_a_tick_where_somebody_said_yes(
    kaisa: TestClient, morning: Planned, browse: Browse
) -> None:
    house, veera = morning, await browse("Veera")
    await report(veera)
    link, hers = await ask(kaisa, house), await browse("")
    await hers.post(link, data={"answer": "yes"})
    page = await page_of(veera, "/absence?language=en")
    assert "can lead these again" not in await page_of(kaisa, "/house?language=en")
    withdraw = re.search(r'action="(/absence/\w+/withdraw)"', page)
    assert withdraw
    await veera.post(withdraw[1], data=hidden_in(page, withdraw[1]))
    assert "You can lead these again" in await page_of(veera, "/absence?language=en")
    back = f"/absent/{house.people['Veera']}/back"
    for path in ("/house", f"/absent/{house.people['Veera']}"):
        shown = await page_of(kaisa, f"{path}?language=en")
        assert ("Veera can lead these again" in shown, "Aava has said yes" in shown) == (True, True), path
    fields = {"lesson": house.lessons["first"][0], "write": "1"}
    csrf = {name: value for name, value in (await hidden(kaisa, "/house", back)).items() if name != "lesson"}
    answer = await kaisa.post(back, data=csrf | fields)
    assert (answer.status, "Agree with that one first" in await answer.text()) == (422, True)
    answer = await kaisa.post(back, data=csrf | fields | {"agreed": "yes", "write": "2"}, allow_redirects=False)
    assert answer.headers["Location"].startswith("/proposals/")
    assert (await stands(house, house.lessons["first"][0])).leaders == (house.people["Veera"],)


async def test_absence_when_very_long_then_kept_only_with_a_tick(morning: Planned, browse: Browse) -> None:
    veera = await browse("Veera")
    fields = await hidden(veera, "/absence?language=en", "/absence")
    said = fields | {"span": "days", "first": "9.3.2026", "last": "9.6.2026", "kind": "away"}
    answer = await veera.post("/absence", data=said)
    page = await answer.text()
    assert (answer.status, "These are 93 days." in page, 'name="long"' in page) == (422, True, True)
    assert 'value="9.6.2026"' in page
    answer = await veera.post("/absence", data=said | {"long": "yes", "write": "2"}, allow_redirects=False)
    assert answer.status == 303


async def test_question_when_nobody_is_left_to_ask_then_says_what_happens(
    kaisa: TestClient, morning: Planned, browse: Browse
) -> None:
    await report(await browse("Veera"))
    link, hers = await ask(kaisa, morning), await browse("")
    assert "Then the next one is asked." in await page_of(hers, f"{link}?language=en")
    async with morning.store.work() as work:
        search = await work.one(select(Search))
        search.queue = []
    for client, path in ((hers, link), (kaisa, "/house")):
        page = await page_of(client, f"{path}?language=en")
        assert ("The lesson is not held." in page, "Then the next one is asked." in page) == (True, False)
