"""On which weekdays a learner comes: ticked on the page of her seat, or said in a file; her calendar follows."""

import re
from html import unescape

import pytest
from aiohttp.test_utils import TestClient

from calendars import groups, weeks
from calendars.people import importing
from calendars.people.importing import Entry
from calendars.people.people import NewPerson
from tests.calendars.planned import SYSTEM, Planned
from tests.server.pages.forms import hidden, page_of
from tests.server.pages.lessons.test_planning import calendar_of

BOXES = ("on_mon", "on_tue", "on_wed", "on_thu", "on_fri")


def ticked(page: str) -> list[str]:
    return re.findall(r'name="(on_\w+)" value="yes" checked', page)


async def test_weekdays_when_ticked_then_her_calendar_and_her_page_follow(kaisa: TestClient, house: Planned) -> None:
    amina, page = house.people["Amina"], f"/people/{house.people['Amina']}/seats/{house.seats['Amina']}"
    shown = await page_of(kaisa, f"{page}?language=en")
    assert ticked(shown) == list(BOXES)
    monday = house.lessons["first"][1]
    assert monday in await calendar_of(house, "Amina")
    form = await hidden(kaisa, page, f"{page}/weekdays")
    form |= {"on_wed": "yes", "on_thu": "yes", "first_day": "2026-03-09"}
    answer = await kaisa.post(f"{page}/weekdays", data=form, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"/people/{amina}")
    assert monday not in await calendar_of(house, "Amina")
    assert monday in await calendar_of(house, "Bilal")
    assert "wednesday, thursday" in unescape(await page_of(kaisa, f"/people/{amina}?language=en"))
    async with house.store.look() as look:
        newest = (await groups.seats_of(look, SYSTEM, amina))[0][0]
    assert ticked(await page_of(kaisa, f"/people/{amina}/seats/{newest.seat}")) == ["on_wed", "on_thu"]


@pytest.mark.parametrize(
    ("said", "field"),
    [({}, "weekdays"), ({"on_mon": "yes", "first_day": "soon"}, "first_day"),
     ({"on_mon": "yes", "first_day": "2026-03-01"}, "first_day"),
     ({"on_mon": "yes", "first_day": "2027-01-01"}, "first_day"), (dict.fromkeys(BOXES, "yes"), "weekdays")],
)  # fmt: skip
async def test_weekdays_when_wrong_then_told_there_and_what_was_ticked_stays(
    kaisa: TestClient, house: Planned, said: dict[str, str], field: str
) -> None:
    page = f"/people/{house.people['Amina']}/seats/{house.seats['Amina']}"
    form = await hidden(kaisa, page, f"{page}/weekdays") | {"first_day": "2026-03-10"} | said
    answer = await kaisa.post(f"{page}/weekdays", data=form)
    shown = await answer.text()
    assert (answer.status, f'id="{field}-error"' in shown) == (422, True)
    assert ticked(shown) == [one for one in BOXES if one in said]


async def test_file_when_it_says_weekdays_then_her_seat_begins_with_them(house: Planned) -> None:
    entry = Entry(2, NewPerson(name="Uusi Oppija"), weekdays=weeks.kept(("mon", "tue")))
    async with house.store.work() as work:
        kaisa = await house.actor("Kaisa")
        await importing.bring_in(work, kaisa, house.programme, [(entry, "")], accept=True)
    async with house.store.work() as work:
        new = next(one for one in await importing.standing(work, kaisa, house.programme) if one.name == "Uusi Oppija")
        seat = await groups.seat(work, kaisa, house.groups["second"], new.id)
    assert weeks.named(seat.weekdays) == ("mon", "tue")
