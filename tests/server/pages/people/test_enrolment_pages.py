"""People by pages: the door with its checklist, a full group, a pause, her own length, a walk-in, working time."""

from datetime import time, timedelta
from html import unescape

import pytest
from aiohttp.test_utils import TestClient

from calendars import groups, lessons
from calendars.people import enrolments, lengths, people, profiles, seating, staffing
from calendars.people.people import NewPerson
from calendars.people.profiles import NewProfile
from calendars.people.staffing import Span
from calendars.rights import Target
from tests.calendars.people.test_enrolments import second, somebody
from tests.calendars.planned import MONDAY, SYSTEM, Planned
from tests.server.pages.forms import hidden, page_of


async def step(client: TestClient, page: str, act: str, **said: str) -> tuple[int, str]:
    """One step on a person's page: what the page's own form sends, with what is written into it."""
    form = await hidden(client, page, page)
    answer = await client.post(page, data={"csrf": form["csrf"], "act": act} | said, allow_redirects=False)
    return answer.status, unescape(await answer.text())


async def test_door_when_a1_3_comes_to_programme_two_then_the_page_warns_and_asks_why(
    kaisa: TestClient, house: Planned
) -> None:
    async with house.store.work() as work:
        programme = await second(work, house)
        person = await somebody(work, house, programme, "A1.3", papers=False)
    page = f"/programmes/{programme}/people/{person}"
    assert "does not fit" in await page_of(kaisa, f"{page}?language=en")
    for check in ("highly-educated", "unemployed", "motivated", "computer"):
        assert (await step(kaisa, page, "see", check=check))[0] == 303
    status, shown = await step(kaisa, page, "accept")
    assert (status, "Write why you take her." in shown) == (422, True)
    assert (await step(kaisa, page, "accept", grounds="She studies in the evenings"))[0] == 303
    shown = await page_of(kaisa, page)
    assert ("She studies in the evenings" in shown, shown.count("· Kaisa")) == (True, 4)
    async with house.store.look() as look:
        (one,) = await enrolments.of_programme(look, SYSTEM, programme)
    assert (one.enrolment.status, len(one.enrolment.missed)) == ("accepted", 4)


async def test_list_when_somebody_asks_is_not_taken_and_asks_again_then_she_stands_on_it_each_time(
    kaisa: TestClient, house: Planned
) -> None:
    asks = f"asks:{house.programme}"
    page = await page_of(kaisa, "/people/new?language=en")
    assert f'value="{asks}">No group yet: asks for a place (' in page
    form = await hidden(kaisa, "/people/new", "/people/new")
    answer = await kaisa.post(
        "/people/new", data=form | {"name": "Dina", "language": "ar", "group": asks}, allow_redirects=False
    )
    hers = answer.headers["Location"]
    people_page = f"/programmes/{house.programme}/people"
    assert (answer.status, hers.rpartition("/")[0]) == (303, people_page)

    async def listed() -> bool:
        asking = (await page_of(kaisa, f"{people_page}?language=en")).partition("In the programme")[0]
        return "They ask for a place" in asking and "Dina" in asking

    assert await listed()
    assert "asks again" not in await page_of(kaisa, f"{hers}?language=en")
    assert (await step(kaisa, hers, "decline", reason="own_wish"))[0] == 303
    assert not await listed()
    assert "She asks again" in await page_of(kaisa, f"{hers}?language=en")
    assert (await step(kaisa, hers, "ask"))[0] == 303
    assert await listed()
    assert (await step(kaisa, hers, "ask"))[0] == 409


async def test_place_when_the_group_is_full_then_the_page_of_the_list_says_so(
    kaisa: TestClient, house: Planned
) -> None:
    async with house.store.work() as work:
        for number in range(6):
            target = Target(house.organisation, house.programme)
            new = await people.add(work, SYSTEM, NewPerson(name=f"New {number}"), target)
            seat = await seating.place(work, SYSTEM, new.id, seating.Place(house.groups["first"]))
    assert seat is None
    page = f"/programmes/{house.programme}/people"
    shown = await page_of(kaisa, f"{page}?language=en")
    assert "New 5" in shown.split("Waiting list")[1].split("In the programme")[0]
    status, _ = await step(kaisa, f"{page}/{house.people['Bilal']}", "replace", after=new.id)
    assert status == 303
    async with house.store.look() as look:
        (seats,) = await groups.seats_of(look, SYSTEM, new.id)
    assert seats[0].first_day.isoformat() == "2026-03-09"


async def test_pause_and_return_when_said_on_her_page_then_two_seats(kaisa: TestClient, house: Planned) -> None:
    page = f"/programmes/{house.programme}/people/{house.people['Amina']}"
    assert (await step(kaisa, page, "pause", reason="ill", last_day="10.3.2026"))[0] == 303
    assert "on a pause" in await page_of(kaisa, f"{page}?language=en")
    assert (await step(kaisa, page, "resume", first_day="16.3.2026"))[0] == 303
    async with house.store.look() as look:
        own = await lengths.of(look, SYSTEM, house.programme, house.people["Amina"])
    assert len(own.days) == 57


async def test_length_when_units_are_recognised_then_the_page_shows_why(kaisa: TestClient, house: Planned) -> None:
    page = f"/programmes/{house.programme}/people/{house.people['Amina']}"
    units = {"unit_1": "Hygiene passport", "worth_1": "2", "unit_2": "Safety card", "worth_2": "4"}
    assert (await step(kaisa, page, "length", days="", grounds="", **units))[0] == 303
    shown = await page_of(kaisa, f"{page}?language=en")
    assert ("Her plan has 54 days." in shown, "Hygiene passport" in shown, "4 days less" in shown) == (True,) * 3
    status, shown = await step(kaisa, page, "length", days="80", grounds="")
    assert (status, 'id="grounds-length-error"' in shown, 'value="80"' in shown) == (422, True, True)


async def test_step_when_nobody_knows_it_then_refused(kaisa: TestClient, house: Planned) -> None:
    page = f"/programmes/{house.programme}/people/{house.people['Amina']}"
    assert (await step(kaisa, page, "promote"))[0] == 422


async def test_profile_when_filled_in_then_kept(kaisa: TestClient, house: Planned) -> None:
    page = f"/people/{house.people['Amina']}/profile"
    form = await hidden(kaisa, page, page) | {
        "level_listening": "A2.1", "level_reading": "", "free": ["mon_am", "tue_pm"], "municipality": "Viitasaari",
        "languages": "ar, so", "born": "3.2.1990", "registered": "yes", "referred_by": "",
    }  # fmt: skip
    assert (await kaisa.post(page, data=form, allow_redirects=False)).status == 303
    async with house.store.look() as look:
        found = await profiles.of(look, SYSTEM, house.people["Amina"])
    assert found == NewProfile(
        levels={"listening": "A2.1"}, free=["mon_am", "tue_pm"], municipality="Viitasaari", languages=["ar", "so"],
        born=found.born, registered=True, km={},
    )  # fmt: skip
    assert str(found.born) == "1990-02-03"
    answer = await kaisa.post(page, data=form | {"write": "", "born": "yesterday"})
    assert (answer.status, 'id="born-error"' in await answer.text()) == (422, True)


async def test_working_time_when_filled_in_then_kept_and_shown_again(kaisa: TestClient, house: Planned) -> None:
    veera = house.people["Veera"]
    page = f"/staff/{veera}/working"
    form = await hidden(kaisa, page, page) | {
        "abilities": ["language", "field:sales"], "working_mon": "9.00–12.00, 13-16", "hours_a_day": "6",
    }  # fmt: skip
    assert (await kaisa.post(page, data=form, allow_redirects=False)).status == 303
    async with house.store.look() as look:
        found = await staffing.of(look, SYSTEM, veera)
    assert found.abilities == {"language", "field:sales"}
    assert found.working.spans == (Span("mon", time(9), time(12)), Span("mon", time(13), time(16)))
    assert found.working.minutes_a_day == 360
    shown = await page_of(kaisa, f"{page}?language=en")
    assert 'value="9:00–12:00, 13:00–16:00"' in shown
    answer = await kaisa.post(page, data=form | {"write": "", "working_tue": "mornings"})
    assert (answer.status, 'id="working_tue-error"' in await answer.text()) == (422, True)
    busy = await hidden(kaisa, page, f"/staff/{veera}/busy") | {"day": "11.3.2026", "starts": "9.00", "ends": "11.00"}
    assert (await kaisa.post(f"/staff/{veera}/busy", data=busy, allow_redirects=False)).status == 303
    async with house.store.look() as look:
        (row,) = await staffing.busy(look, SYSTEM, veera)
    assert (row.source, row.ends - row.starts) == ("coordinator", timedelta(hours=2))


async def test_walk_in_when_two_fields_are_filled_then_in_the_lesson_and_at_her_link(
    kaisa: TestClient, house: Planned
) -> None:
    house.clock.at = MONDAY + timedelta(hours=1, minutes=5)
    lesson = house.lessons["first"][0]
    page = f"/lessons/{lesson}/walk-in"
    form = await hidden(kaisa, page, page) | {"name": "Dina", "telephone": ""}
    answer = await kaisa.post(page, data=form)
    assert (answer.status, 'id="telephone-error"' in await answer.text()) == (422, True)
    answer = await kaisa.post(page, data=form | {"telephone": "040 765 4321"}, allow_redirects=False)
    person = answer.headers["Location"].split("/")[2]
    assert (answer.status, answer.headers["Location"]) == (303, f"/people/{person}/link")
    async with house.store.look() as look:
        assert person in await lessons.expected(look, lesson)
    shown = await page_of(kaisa, f"/programmes/{house.programme}/people?language=en")
    assert "Dina" in shown.split("They ask for a place")[1].split("In the programme")[0]


@pytest.mark.parametrize("kind", ["together", "apart"])
async def test_wish_when_said_then_shown_and_taken_back(kaisa: TestClient, house: Planned, kind: str) -> None:
    page = f"/programmes/{house.programme}/people"
    said = {"one": house.people["Amina"], "other": house.people["Bilal"], "kind": kind}
    for wanted in (kind, "none"):
        form = await hidden(kaisa, page, page) | said | {"kind": wanted, "write": ""}
        assert (await kaisa.post(page, data=form, allow_redirects=False)).status == 303
        shown = await page_of(kaisa, f"{page}?language=en")
        assert ("Take the wish back" in shown) == (wanted == kind)


async def test_entry_rules_when_filled_in_then_asked_of_everybody_and_wrong_ones_stay_in_the_form(
    kaisa: TestClient, house: Planned
) -> None:
    page = f"/programmes/{house.programme}/entry"
    assert f'href="{page}"' in await page_of(kaisa, f"/programmes/{house.programme}/people")
    form = await hidden(kaisa, page, page)
    old = {f"check_{n}": "" for n in range(len([one for one in form if one.startswith("code_") and form[one]]))}
    said = {"level_speaking": "A2.1", "level_reading": "", "least_age": "18", "on_miss": "warn",
            **old, "check_4": "Oleskelulupa"}  # fmt: skip
    assert old
    wrong = await kaisa.post(page, data=form | said | {"code_4": "", "least_age": "old"})
    shown = await wrong.text()
    assert (wrong.status, 'value="old"' in shown, "Oleskelulupa" in shown) == (422, True, True)
    done = await kaisa.post(page, data=form | said | {"code_4": ""}, allow_redirects=False)
    assert (done.status, done.headers["Location"]) == (303, f"/programmes/{house.programme}/people")
    shown = await page_of(kaisa, f"/programmes/{house.programme}/people/{house.people['Amina']}?language=en")
    assert [part in shown for part in ("speaking A2.1", "at least 18 years old", "Oleskelulupa", "reading A")] == [
        True, True, True, False,
    ]  # fmt: skip
