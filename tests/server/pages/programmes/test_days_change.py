"""A programme's days changed by pages: looked at first, done by a button, undone by another; no script runs here."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from aiohttp.test_utils import TestClient

from calendars.days import breaks
from calendars.tables import Day
from tests.calendars.crew import ill
from tests.calendars.daily import another, day, picture, teach
from tests.calendars.planned import MONDAY, SYSTEM, Planned
from tests.server.pages.forms import hidden, page_of


async def form(kaisa: TestClient, path: str, act: str, **said: str) -> tuple[int, str, str]:
    """Send one of the forms of a page as a browser does: (status, address, page) where it leads."""
    page = await page_of(kaisa, f"{path}?language=en")
    whole = next(
        one for one in re.findall(r"<form[^>]*method=\"post\".*?</form>", page, re.S) if f'value="{act}"' in one
    )
    data = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', whole))
    answer = await kaisa.post(path, data=data | said)
    return answer.status, str(answer.url.path), unescape(await answer.text())


async def press(kaisa: TestClient, path: str, act: str) -> str:
    """Press a button of a proposal."""
    action = f"{path}/{act}"
    answer = await kaisa.post(action, data=await hidden(kaisa, path, action))
    return unescape(await answer.text())


async def test_break_when_added_by_pages_then_seen_before_done_and_undone(kaisa: TestClient, house: Planned) -> None:
    path = f"/programmes/{house.programme}/calendar"
    await teach(house, 16, leader="Toivo")
    await ill(house, "Toivo", MONDAY.replace(day=30, hour=5))
    before = await picture(house)
    status, address, page = await form(kaisa, path, "add", first="23.3.2026", last="27.3.2026", lessons="move")
    assert (status, address.split("/")[1]) == (200, "proposals")
    for told in (
        "Own break Mon 23.3. – Fri 27.3.", "2.3.2026 – 28.5.2026", "2.3.2026 – 4.6.2026", "Toivo is away then.",
        "Learners: 3", "16. Mon 23.3. → Mon 30.3.", "Nothing has changed yet.",
    ):  # fmt: skip
        assert told in re.sub(r"<[^>]+>", "", page), told
    assert await picture(house) == before
    assert "Own break Mon 23.3. – Fri 27.3." in await page_of(kaisa, "/house?language=en")
    page = await press(kaisa, address, "publish")
    assert "Nobody has been told yet." in page
    shown = re.sub(r"<[^>]+>", "", page)
    assert "2.3.2026 – 28.5.2026" in shown  # what was before is still said
    assert "2.3.2026 – 4.6.2026" in shown
    assert "Mon 23.3. – Fri 27.3." in await page_of(kaisa, path)
    assert "own break" in await page_of(kaisa, f"/programmes/{house.programme}")
    assert "Everything is as before." in await press(kaisa, address, "undo")
    assert await picture(house) == before


async def test_break_when_taken_away_by_its_button_then_days_are_back(kaisa: TestClient, house: Planned) -> None:
    path = f"/programmes/{house.programme}/calendar"
    before = await picture(house)
    for act, said in (("add", {"first": "23.3.2026", "last": "27.3.2026"}), ("take_away", {})):
        _, address, _ = await form(kaisa, path, act, **said)
        await press(kaisa, address, "publish")
    assert await picture(house) == before
    async with house.store.look() as look:
        assert await breaks.of(look, SYSTEM, house.programme) == []


@pytest.mark.parametrize(
    ("act", "said", "words"),
    [
        ("add", {"first": "27.3.2026", "last": "23.3.2026"}, "The break ends before it begins."),
        ("add", {"first": "x", "last": "23.3.2026"}, "Write a day"),
        ("add", {"first": "9.3.2026", "last": "10.3.2026"}, "This time is over."),
        ("go_on", {"days": "0"}, "Write how many days"), ("go_on", {"days": "many"}, "Write a whole number"),
        ("end", {"last": "28.5.2026"}, "Nothing would change."),
    ],
)  # fmt: skip
async def test_calendar_when_it_cannot_be_then_said_and_what_was_written_stays(
    kaisa: TestClient, house: Planned, act: str, said: dict[str, str], words: str
) -> None:
    before = await picture(house)
    status, address, page = await form(kaisa, f"/programmes/{house.programme}/calendar", act, **said)
    assert (status, address) == (422, f"/programmes/{house.programme}/calendar")
    assert words in page
    assert all(f'value="{value}"' in page for value in said.values())
    assert await picture(house) == before


async def test_day_when_moved_to_a_saturday_then_asked_for_the_box_and_warned(
    kaisa: TestClient, house: Planned
) -> None:
    path = f"/programmes/{house.programme}/days/16/change"
    moving = await day(house, 16)
    status, _, page = await form(kaisa, path, "move", to="28.3.2026")
    assert status == 422
    assert "Tick the box if you mean it." in page
    assert 'value="28.3.2026"' in page
    status, address, page = await form(kaisa, path, "move", to="28.3.2026", free_day="yes")
    assert status == 200
    assert "Sat 28.3. is a free day." in page
    await press(kaisa, address, "publish")
    assert (await picture(house)).days[moving][1] == date(2026, 3, 28)


async def test_day_when_not_held_or_turned_then_done(kaisa: TestClient, house: Planned) -> None:
    gone, turned = await day(house, 16), await day(house, 17)
    _, address, page = await form(kaisa, f"/programmes/{house.programme}/days/16/change", "cancel", longer="yes")
    assert "New days without lessons: 1" in page
    assert "not held" in page
    await press(kaisa, address, "publish")
    page = await page_of(kaisa, f"/programmes/{house.programme}/days/17/change?language=en")
    place = re.search(r'<option value="(\w+)"[^>]*>Koulutustalo', page)
    assert place
    _, address, page = await form(
        kaisa, f"/programmes/{house.programme}/days/17/change", "turn", kind="contact", place=place[1]
    )
    assert "online day → Tue 24.3. contact day" in re.sub(r"<[^>]+>", "", page)
    await press(kaisa, address, "publish")
    after = await picture(house)
    assert (gone in after.days, after.days[turned][2], len(after.days)) == (False, "contact", 60)
    assert (await kaisa.get(f"/programmes/{house.programme}/days/16/change")).status == 404


async def test_end_when_earlier_or_later_then_shown_with_the_day(kaisa: TestClient, house: Planned) -> None:
    path = f"/programmes/{house.programme}/calendar"
    _, address, page = await form(kaisa, path, "end", last="15.5.2026")
    assert "The programme ends earlier" in page
    await press(kaisa, address, "publish")
    assert (await picture(house)).span[1] == date(2026, 5, 15)
    _, address, _ = await form(kaisa, path, "go_on", days="2")
    await press(kaisa, address, "publish")
    assert (await picture(house)).span[1] == date(2026, 5, 19)


async def test_day_when_it_has_begun_then_no_form(kaisa: TestClient, house: Planned) -> None:
    page = await page_of(kaisa, f"/programmes/{house.programme}/days/5/change?language=en")
    assert "This day has begun." in page
    assert 'name="to"' not in page


async def test_programme_when_taken_away_by_pages_then_out_of_every_list_and_back_when_undone(
    kaisa: TestClient, house: Planned
) -> None:
    assert "Something of it has been held." in await page_of(
        kaisa, f"/programmes/{house.programme}/calendar?language=en"
    )
    programme, _, _ = await another(house, "occupation-for-immigrants", date(2026, 9, 7))
    _, address, page = await form(kaisa, f"/programmes/{programme}/calendar", "withdraw")
    assert "The programme is taken away" in page
    assert "People in the programme: 1." in page
    page = await press(kaisa, address, "publish")
    assert "Nobody has been told yet." in page
    for listed in ("/programmes", "/house"):
        assert programme not in await page_of(kaisa, listed)
    assert "This programme was taken away." in await page_of(kaisa, f"/programmes/{programme}?language=en")
    assert (await kaisa.get(f"/programmes/{programme}/calendar")).status == 409
    await press(kaisa, address, "undo")
    assert programme in await page_of(kaisa, "/programmes")


async def test_programme_when_it_goes_on_with_its_lessons_then_named_what_stands_in_the_way(
    kaisa: TestClient, house: Planned
) -> None:
    path = f"/programmes/{house.programme}/calendar"
    await teach(house, 56)  # Fri 22.5.
    await teach(house, 60)  # Thu 28.5.
    async with house.store.look() as look:
        last = await look.get(Day, await day(house, 60))
    assert last is not None
    await ill(house, "Veera", last.starts + timedelta(days=7))
    assert 'name="series" value="yes" checked' in await page_of(kaisa, path)
    _, address, page = await form(kaisa, path, "go_on", days="5", series="yes")
    shown = re.sub(r"<[^>]+>", "", page)
    for told in ("New days without lessons: 3", "Lessons that change: 2", "Veera is away then. No teacher yet: first"):
        assert told in shown, told
    assert "New days without lessons: 3" in re.sub(r"<[^>]+>", "", await press(kaisa, address, "publish"))
