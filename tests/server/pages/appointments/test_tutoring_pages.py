"""Tutoring in a browser without scripts: minutes nobody booked in three taps, late ones with a reason, more of them."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from calendars.store import Store
from tests.calendars.talking import AFTER, Talking, plan_talking
from tests.server.pages.conftest import Door
from tests.server.pages.forms import page_of, send

DAY = timedelta(days=1)


@pytest.fixture
async def house(store: Store) -> Talking:
    found = await plan_talking(store, 2)
    found.clock.at = AFTER
    return found


async def test_note_when_a_call_has_just_ended_then_a_learner_and_the_minutes_are_all_that_is_said(
    house: Talking, door: Door
) -> None:
    oona, kaisa, ada = await door("Oona"), await door("Kaisa"), house.learners[0]
    path = f"/programmes/{house.programme}/talks/new"
    assert f'href="{path}"' in await page_of(oona, "/talks")
    action = f"/programmes/{house.programme}/talks/held"
    said = {"learner": ada, "kind": "tutoring", "subject": "applying", "way": "phone", "day": "1.12.2026"}
    assert await send(oona, path, said | {"quick": "45"}, action) == (303, "/talks")
    assert "45 min used, 0 min booked, 195 min left" in await page_of(kaisa, f"/programmes/{house.programme}/tutoring")
    assert (await (await door(ada)).get(path)).status == 404


async def test_mentoring_when_noted_then_its_minutes_stand_on_the_page_of_the_programme(
    house: Talking, door: Door
) -> None:
    oona, kaisa = await door("Oona"), await door("Kaisa")
    programme = f"/programmes/{house.programme}"
    assert "Talks one by one" not in await page_of(kaisa, programme)
    said = {"kind": "mentoring", "way": "on_site", "day": "1.12.2026", "quick": "30"}
    for learner in (*house.learners, house.learners[0]):
        moment = {"learner": learner, "starts": "8.00" if learner == house.learners[1] else ""}
        action = f"{programme}/talks/held"
        assert await send(oona, f"{programme}/talks/new", said | moment, action) == (303, "/talks")
        house.clock.forward(minutes=45)
    card = (await page_of(kaisa, programme)).partition("Talks one by one")[2].partition("</section>")[0]
    assert [one in card for one in ("Mentoring", "2 learners", "90 min")] == [True] * 3
    assert "0 min used, 0 min booked, 240 min left" in await page_of(kaisa, f"{programme}/tutoring")


async def test_note_when_something_is_wrong_then_it_stays_in_its_own_form_and_nothing_is_written(
    house: Talking, door: Door
) -> None:
    kaisa = await door("Kaisa")
    path = f"/programmes/{house.programme}/talks/new"
    action = f"/programmes/{house.programme}/talks/held"
    said = {
        "form": "done", "learner": house.learners[0], "kind": "tutoring", "subject": "applying", "way": "phone",
        "day": "30.11.2026", "starts": "9.30", "minutes": "sata", "reason": "Unohtui",
    }  # fmt: skip
    token = re.findall(r'name="csrf" value="([^"]+)"', await page_of(kaisa, path))[0]
    for wrong, status, words in (
        ({}, 422, "Write a whole number, or leave it empty."),
        ({"minutes": "0"}, 422, "Write the minutes as a number, like 30."),
        ({"minutes": "30", "starts": "25.99"}, 422, "Write a time, like 9:00."),
        ({"minutes": "30", "learner": ""}, 422, "Choose one of the list."),
        ({"minutes": "30", "day": "2.12.2026"}, 409, "It is not over yet. Check the time."),
        ({"minutes": "300", "day": "27.11.2026", "reason": ""}, 409, "Tutoring is from 2026-11-28 to 2027-02-27."),
    ):  # fmt: skip
        answer = await kaisa.post(action, data=said | wrong | {"csrf": token, "write": ""}, allow_redirects=False)
        page = await answer.text()
        assert (answer.status, words in page) == (status, True), (wrong, page)
        kept = said | wrong
        assert 'id="minutes-done" name="minutes"' in page
        for name in ("minutes", "starts", "day", "reason"):
            value = re.findall(rf'value="([^"]*)"[^>]* id="{name}-done"', page) or re.findall(
                rf'value="([^"]*)" class="input" id="{name}-done"', page
            )
            assert value == [kept[name]], name
        assert re.findall(r'value="([^"]*)" class="input" id="minutes-ahead"', page) == ["30"]
    assert "0 min used, 0 min booked, 240 min left" in await page_of(kaisa, f"/programmes/{house.programme}/tutoring")


async def test_book_when_staff_book_for_a_learner_then_she_has_it_and_outside_the_days_with_a_reason(
    house: Talking, door: Door
) -> None:
    oona, ada = await door("Oona"), await door(house.learners[0])
    path = f"/programmes/{house.programme}/talks/new?learner={house.learners[0]}"
    assert f'<option value="{house.learners[0]}" selected>' in await page_of(oona, path)
    action = f"/programmes/{house.programme}/talks"
    said = {
        "learner": house.learners[0], "kind": "tutoring", "subject": "education", "day": "1.3.2027", "starts": "kello",
        "minutes": "60", "way": "online", "spot": "", "reason": "",
    }  # fmt: skip
    assert (await send(oona, path, said, action))[0] == 422
    assert (await send(oona, path, said | {"starts": "10.00"}, action))[0] == 409
    assert await send(oona, path, said | {"starts": "10.00", "reason": "She was ill"}, action) == (303, "/talks")
    page = await page_of(ada, "/appointments")
    assert "Mon 1.3. 10:00–11:00" in page
    assert "0 min used, 60 min booked, 180 min left" in page


async def test_late_when_nobody_entered_it_in_time_then_it_waits_for_whoever_plans_and_her_reason(
    house: Talking, door: Door
) -> None:
    one = await house.offer(house.clock.at + DAY, 60)
    await house.book(house.learners[0], one)
    house.clock.at = datetime(2026, 12, 12, 8, tzinfo=UTC)
    oona, kaisa = await door("Oona"), await door("Kaisa")
    path = f"/programmes/{house.programme}/tutoring"
    assert f"{path}/late" not in await page_of(oona, path)
    assert "Not entered in time" in await page_of(oona, path)
    said = {"minutes": "50", "subject": "applying", "reason": " "}
    assert (await send(kaisa, path, said, f"{path}/late"))[0] == 422
    assert await send(kaisa, path, said | {"reason": "Oona was ill"}, f"{path}/late") == (303, path)
    page = await page_of(kaisa, path)
    assert ("50 min used, 0 min booked, 190 min left" in page, "Not entered in time" in page) == (True, False)


async def test_more_and_rule_when_the_coordinator_says_so_then_they_hold(house: Talking, door: Door) -> None:
    kaisa, path = await door("Kaisa"), f"/programmes/{house.programme}/tutoring"
    said = {"person": house.learners[1], "more": "60", "why": ""}
    assert (await send(kaisa, path, said, f"{path}/more"))[0] == 422
    assert await send(kaisa, path, said | {"why": "She applies anew"}, f"{path}/more") == (303, path)
    assert "9 h for all, 0 min used" in await page_of(kaisa, path)
    assert 'value="returned" checked' in await page_of(kaisa, path)
    assert await send(kaisa, path, {"no_show": "used"}, f"{path}/rule") == (303, path)
    assert 'value="used" checked' in await page_of(kaisa, path)
