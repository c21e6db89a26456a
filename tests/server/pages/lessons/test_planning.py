"""Planning by pages: one lesson, a series, a change, a cancelling; each wrong input told where it was written."""

import re
from html import unescape
from typing import Any

import icalendar
import pytest
from aiohttp.test_utils import TestClient

from calendars import agenda, feeds, houses, ical, lessons
from tests.calendars.planned import SYSTEM, Planned
from tests.server.pages.forms import hidden, page_of


async def lesson_form(kaisa: TestClient, house: Planned, **said: str) -> dict[str, str]:
    """The form of one lesson on training day 7, filled in."""
    path = f"/programmes/{house.programme}/lessons/new"
    day = next(day.id for day in (await house.line()).days if day.n == 7)
    fields = await hidden(kaisa, path, path)
    fields |= {"group": house.groups["first"], "day": day, "starts": "10:00", "ends": "12:00", "topic": "safety"}
    return fields | {"teacher": house.people["Veera"], "second": ""} | said


async def count(house: Planned) -> int:
    async with house.store.look() as look:
        return len(await lessons.of_programme(look, SYSTEM, house.programme))


async def test_lesson_when_planned_twice_with_one_write_is_one_and_stands_on_its_day(
    kaisa: TestClient, house: Planned
) -> None:
    before, form = await count(house), await lesson_form(kaisa, house)
    path = f"/programmes/{house.programme}/lessons/new"
    for _ in range(2):
        answer = await kaisa.post(path, data=form, allow_redirects=False)
        assert (answer.status, answer.headers["Location"]) == (303, f"/programmes/{house.programme}/days/7")
    assert await count(house) == before + 1
    shown = await page_of(kaisa, f"/programmes/{house.programme}/days/7?language=en")
    assert ("first" in shown, "Veera" in shown, "10:00–12:00" in shown) == (True, True, True)


@pytest.mark.parametrize(
    ("language", "hours"),
    [
        ("fi", {"starts": "10.00", "ends": "12.00"}), ("en", {"starts": "10:00", "ends": "12:00"}),
        ("ar", {"starts": "10:00", "ends": "12:00"}),
    ],
)  # fmt: skip
async def test_lesson_form_when_opened_for_a_day_then_its_own_hours_stand_there(
    kaisa: TestClient, house: Planned, language: str, hours: dict[str, str]
) -> None:
    where = f"day=7&group={house.groups['second']}&language={language}"
    shown = await page_of(kaisa, f"/programmes/{house.programme}/lessons/new?{where}")
    assert written(shown) == hours
    assert f'value="{house.groups["second"]}" selected' in shown


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"ends": "09:00"}, "ends"), ({"starts": "ten"}, "starts"), ({"ends": ""}, "ends"), ({"day": "x"}, "day"),
        ({"group": ""}, "group"), ({"topic": "unknown"}, "topic"), ({"teacher": "nobody"}, "teacher"),
        ({"topic": "a\x00b"}, "topic"),
    ],
)  # fmt: skip
async def test_lesson_when_something_is_wrong_then_told_there_and_the_rest_stays(
    kaisa: TestClient, house: Planned, said: dict[str, str], field: str
) -> None:
    before = await count(house)
    form = await lesson_form(kaisa, house, **said)
    answer = await kaisa.post(f"/programmes/{house.programme}/lessons/new", data=form)
    shown = await answer.text()
    assert (answer.status, f'id="{field}-error"' in shown) == (422, True)
    if field != "teacher":
        assert f'value="{house.people["Veera"]}" selected' in shown
    assert await count(house) == before


async def test_lesson_when_same_person_is_chosen_twice_then_told_at_the_second(
    kaisa: TestClient, house: Planned
) -> None:
    form = await lesson_form(kaisa, house, second=house.people["Veera"])
    answer = await kaisa.post(f"/programmes/{house.programme}/lessons/new", data=form)
    assert (answer.status, 'id="second-error"' in await answer.text()) == (422, True)


@pytest.mark.parametrize(
    ("group", "teacher", "field", "told"),
    [
        ("second", "Veera", "teacher", "Veera is taken Mon 9.3. 10:00–12:00: first · Veera. Choose another time."),
        ("first", "Toivo", "starts", "first is taken Mon 9.3. 10:00–12:00: first · Veera. Choose another time."),
    ],
)
async def test_lesson_when_somebody_is_taken_then_named_with_what_stands_in_the_way(
    kaisa: TestClient, house: Planned, group: str, teacher: str, field: str, told: str
) -> None:
    day = next(day.id for day in (await house.line()).days if day.n == 6)
    form = await lesson_form(
        kaisa, house, day=day, group=house.groups[group], teacher=house.people[teacher], starts="11:00", ends="11:45"
    )
    answer = await kaisa.post(f"/programmes/{house.programme}/lessons/new?language=en", data=form)
    shown = unescape(await answer.text())
    error = re.search(rf'id="{field}-error".*?<span>(.*?)</span>', shown, re.S)
    assert (answer.status, error and error[1]) == (409, told)


async def test_series_when_looked_at_then_nothing_is_planned_until_the_button(
    kaisa: TestClient, house: Planned
) -> None:
    before, path = await count(house), f"/programmes/{house.programme}/series"
    said = {"group": house.groups["second"], "kind": "online", "starts": "15:00", "ends": "16:00", "topic": "in_turn"}
    said |= {f"on_{day}": "yes" for day in ("mon", "tue", "wed", "thu", "fri")} | {"teacher": house.people["Toivo"]}
    shown = await (await kaisa.get(path, params=said | {"language": "en"})).text()
    assert ("48 lessons are ready" in shown, await count(house)) == (True, before)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.split("</form>")[0]))
    assert {name: fields[name] for name in said} == said
    answer = await kaisa.post(path, data=fields, allow_redirects=False)
    assert (answer.status, await count(house)) == (303, before + 48)
    again = await kaisa.post(path, data=fields | {"write": "another"})
    assert (again.status, await count(house)) == (409, before + 48)


def written(page: str) -> dict[str, str]:
    """What stands in the fields of a page that one writes days and times into."""
    inputs = re.findall(r'<input type="text" value="([^"]*)" dir="ltr".*? name="(\w+)"', page)
    return {name: value for value, name in inputs}


async def change(kaisa: TestClient, house: Planned, lesson: str, **said: str) -> Any:
    path = f"/lessons/{lesson}/change"
    shown = await page_of(kaisa, path)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.split(f'action="{path}"')[1]))
    fields |= written(shown)
    for select in re.findall(r"<select .*?</select>", shown, re.S):
        name = re.search(r'name="(\w+)"', select)
        chosen = re.search(r'value="([^"]*)" selected', select)
        assert name
        fields[name[1]] = chosen[1] if chosen else ""
    return await kaisa.post(path, data=fields | said, allow_redirects=False)


async def test_change_when_all_of_it_changes_then_id_stays_and_calendars_follow(
    kaisa: TestClient, house: Planned
) -> None:
    lesson = house.lessons["second"][0]
    day = next(day.id for day in (await house.line()).days if day.n == 8)
    answer = await change(
        kaisa, house, lesson, day=day, starts="14:00", ends="15:30", topic="safety", teacher=house.people["Veera"]
    )
    assert (answer.status, answer.headers["Location"].startswith("/proposals/")) == (303, True)
    event = await event_of(house, "Chau", lesson)
    assert (event["DTSTART"].dt.isoformat(), int(event["SEQUENCE"])) == ("2026-03-11T14:00:00+02:00", 1)
    async with house.store.look() as look:
        found = await agenda.of_lesson(look, SYSTEM, lesson)
        assert ([one.id for one in found.leaders], found.lesson and found.lesson.topic) == (
            [house.people["Veera"]],
            "safety",
        )


async def test_change_when_new_time_clashes_then_nothing_of_it_is_done(kaisa: TestClient, house: Planned) -> None:
    lesson = house.lessons["second"][0]
    answer = await change(kaisa, house, lesson, starts="10:30", ends="11:30", teacher=house.people["Veera"], topic="")
    assert answer.status == 409
    async with house.store.look() as look:
        found = await agenda.of_lesson(look, SYSTEM, lesson)
        assert [one.id for one in found.leaders] == [house.people["Toivo"]]
        assert found.lesson
        assert (found.lesson.topic, found.lesson.revision) == ("vocabulary", 1)


async def test_change_when_another_tab_was_quicker_then_refused_and_what_was_entered_stays(
    kaisa: TestClient, house: Planned
) -> None:
    lesson = house.lessons["second"][0]
    path = f"/lessons/{lesson}/change"
    shown = await page_of(kaisa, path)
    older = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown.split(f'action="{path}"')[1]))
    teacher = house.people["Toivo"]
    assert (await change(kaisa, house, lesson, starts="14:00", ends="15:00", teacher=teacher)).status == 303
    answer = await change(
        kaisa, house, lesson, starts="15.30", ends="16.00", teacher=teacher, revision=older["revision"]
    )
    page = await answer.text()
    assert (answer.status, written(page)["starts"]) == (409, "15.30")
    assert "Joku muutti" in page
    assert "14.00–15.00" in page
    assert re.findall(r'name="revision" value="(\d+)"', page) == ["2"]
    assert (await change(kaisa, house, lesson, starts="15:30", ends="16:00", teacher=teacher)).status == 303


async def test_cancel_when_done_then_it_stays_in_the_calendar_as_cancelled(kaisa: TestClient, house: Planned) -> None:
    lesson = house.lessons["second"][0]
    path = f"/lessons/{lesson}/cancel"
    fields = await hidden(kaisa, f"/lessons/{lesson}/change", path)
    wrong = await kaisa.post(path, data=fields | {"reason": "because"})
    assert (wrong.status, 'id="reason-error"' in await wrong.text()) == (422, True)
    for _ in range(2):
        answer = await kaisa.post(path, data=fields | {"reason": "teacher_ill"}, allow_redirects=False)
        assert answer.headers["Location"].startswith("/proposals/")
    event = await event_of(house, "Chau", lesson)
    assert (str(event["STATUS"]), int(event["SEQUENCE"])) == ("CANCELLED", 1)
    shown = await page_of(kaisa, f"/programmes/{house.programme}/days/6?language=en")
    assert f'data-lesson="{lesson}" data-state="cancelled"' in shown
    assert f'href="/lessons/{lesson}/change"' not in shown


async def event_of(house: Planned, name: str, lesson: str) -> Any:
    """The lesson as somebody's calendar has it at her next poll."""
    return (await calendar_of(house, name))[lesson]


async def calendar_of(house: Planned, name: str) -> dict[str, Any]:
    """Everything in somebody's calendar by the id of its day or lesson, read by another's parser."""
    actor = await house.actor(name)
    async with house.store.work() as work:
        feed, secret = await feeds.address(work, actor, "mine"), await houses.secret(work)
        opened = await feeds.open_feed(work, secret, feeds.path(secret, feed).rpartition("/")[2].removesuffix(".ics"))
        found = await feeds.contents(work, opened, lambda text, **_: text, "https://x.example", secret)
    events = icalendar.Calendar.from_ical(ical.render(*found)).walk("VEVENT")
    return {str(one["UID"]).partition("@")[0]: one for one in events}
