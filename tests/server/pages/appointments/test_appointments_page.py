"""Appointments in a browser without scripts: offer, book, swap, minutes in three taps, the ledger, interviews."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from calendars.appointments import diary, quotas
from calendars.store import Store
from tests.calendars.talking import AFTER, MINUTE, Talking, plan_talking
from tests.server.pages.conftest import Door
from tests.server.pages.forms import page_of, send


@pytest.fixture
async def house(store: Store) -> Talking:
    return await plan_talking(store, 4)


async def test_appointments_when_offered_booked_and_held_then_the_ledger_shows_it(house: Talking, door: Door) -> None:
    house.clock.at = AFTER
    oona, ada = await door("Oona"), await door(house.learners[0])
    form = {
        "programme": house.programme, "kind": "tutoring", "day": "2.12.2026", "starts": "9.00", "minutes": "30",
        "times": "2", "way": "phone", "spot": "+358 40 123 0000",
    }  # fmt: skip
    assert (await send(oona, "/talks", form, "/talks"))[0] == 303
    page = await page_of(ada, "/appointments")
    times = re.findall(r'action="(/appointments/\w+/book)"', page)
    assert len(times) == 2
    assert "Oona" in page
    assert (await send(ada, "/appointments", {}, times[0]))[0] == 303
    page = await page_of(ada, "/appointments")
    assert page.count('action="/appointments/') == 3  # swap, cancel, the other time
    assert "0 min used, 30 min booked, 210 min left" in page
    house.clock.at = datetime(2026, 12, 2, 8, 0, tzinfo=UTC)
    oona, kaisa = await door("Oona"), await door("Kaisa")  # staff sign in anew each day
    page = await page_of(oona, "/talks")
    held = re.findall(r'action="(/appointments/\w+/held)"', page)
    assert len(set(held)) == 1
    assert (await send(oona, "/talks", {"minutes": "25", "subject": "applying"}, held[0]))[0] == 303
    assert "All minutes are entered." in await page_of(oona, "/talks")
    page = await page_of(kaisa, f"/programmes/{house.programme}/tutoring")
    assert "25 min used, 0 min booked, 215 min left" in page
    assert "16 h for all, 25 min used" in page


async def test_book_when_somebody_was_quicker_then_the_page_shows_the_remaining_times(
    house: Talking, door: Door
) -> None:
    ten = datetime(2026, 9, 15, 7, tzinfo=UTC)
    first, second = [await house.offer(ten + n * 30 * MINUTE, kind="guidance") for n in range(2)]
    ada = await door(house.learners[0])
    await house.book(house.learners[1], first)
    token = re.findall(r'name="csrf" value="([^"]+)"', await page_of(ada, "/appointments"))[0]
    answer = await ada.post(f"/appointments/{first}/book", data={"csrf": token, "write": "w1"}, allow_redirects=False)
    page = await answer.text()
    assert answer.status == 409
    assert "Somebody else took this time. Choose another one." in page
    assert re.findall(r'action="/appointments/(\w+)/book"', page) == [second]


async def test_swap_when_two_learners_agree_then_each_page_shows_the_others_time(house: Talking, door: Door) -> None:
    ten = datetime(2026, 9, 15, 7, tzinfo=UTC)
    ids = [await house.offer(ten + n * 30 * MINUTE, kind="guidance") for n in range(2)]
    pair = house.learners[:2]
    for who, one in zip(pair, ids, strict=True):
        await house.book(who, one)
    ada, eve = await door(pair[0]), await door(pair[1])
    assert (await send(ada, "/appointments", {}, f"/appointments/{ids[0]}/swap"))[0] == 303
    page = await page_of(eve, "/appointments")
    assert "Somebody wants to swap times." in page
    assert "Learner 00" not in page
    swap = re.findall(r'name="swap" value="(\w+)"', page)[0]
    assert (await send(eve, "/appointments", {"swap": swap}, f"/appointments/{ids[1]}/agree"))[0] == 303
    async with house.store.look() as look:
        starts = [
            (await diary.of_person(look, await house.actor(who), who, ten, ten + timedelta(days=1)))[0].starts
            for who in pair
        ]
    assert starts == [ten + 30 * MINUTE, ten]


async def test_talks_of_a_day_when_there_is_no_room_then_what_would_help_and_with_partly_those_that_fit(
    house: Talking, door: Door
) -> None:
    kaisa = await door("Kaisa")
    path = f"/programmes/{house.programme}/days/2/talks"
    form = {"kind": "individual_discussion", "minutes": "240", "staff": house.staff["Oona"], "from": "", "to": ""}
    token = re.findall(r'name="csrf" value="([^"]+)"', await page_of(kaisa, path))[0]
    answer = await kaisa.post(path, data=form | {"csrf": token, "write": "w2"}, allow_redirects=False)
    page = await answer.text()
    assert answer.status == 409
    assert "There is no time for 3 of them." in page
    assert "With one more of the staff 2 have a time." in page
    assert (await send(kaisa, path, form | {"minutes": "20"}, path))[0] == 303
    page = await page_of(kaisa, path)
    assert sorted(re.findall(r"Learner 0\d", page)) == [f"Learner 0{n}" for n in range(4)]


async def test_talks_of_a_day_when_only_some_fit_then_the_others_are_named(house: Talking, door: Door) -> None:
    kaisa = await door("Kaisa")
    path = f"/programmes/{house.programme}/days/3/talks"
    form = {"kind": "individual_discussion", "minutes": "240", "staff": house.staff["Oona"], "from": "", "to": ""}
    assert "have no talk on this day" not in await page_of(kaisa, f"{path}?language=en")
    assert (await send(kaisa, path, form | {"partly": "yes"}, path))[0] == 303
    page = await page_of(kaisa, f"{path}?language=en")
    has = set(re.findall(r"Learner 0\d", page.split('id="without"')[0]))
    named = re.findall(r"Learner 0\d", page.split('id="without"')[1])
    assert (len(has), "3 learners have no talk on this day" in page) == (1, True)
    assert sorted(named) == sorted({f"Learner 0{n}" for n in range(4)} - has)


async def test_interviews_when_planned_then_the_employer_notes_results_by_her_link(house: Talking, door: Door) -> None:
    kaisa = await door("Kaisa")
    path = f"/programmes/{house.programme}/interviews"
    company = {"company": "Satama Oy", "contact": "Heli Ranta", "telephone": "+358 40 555 1234"}
    assert (await send(kaisa, path, company, f"/programmes/{house.programme}/employers"))[0] == 303
    page = await page_of(kaisa, path)
    contact, employer = re.findall(r"/people/(\w+)/link", page)[0], re.findall(r'<option value="(\w+)">Satama', page)[0]
    token = re.findall(r'name="csrf" value="([^"]+)"', page)[0]
    block = [
        ("employer", employer), ("day", "15.9.2026"), ("starts", "9.00"), ("ends", "11.00"), ("minutes", "20"),
        ("csrf", token), ("write", "w3"), *(("learner", one) for one in house.learners),
    ]  # fmt: skip
    assert (await kaisa.post(path, data=block, allow_redirects=False)).status == 303
    house.clock.at = datetime(2026, 9, 15, 9, tzinfo=UTC)
    heli = await door(contact)
    page = await page_of(heli, "/interviews")
    assert sorted(re.findall(r"<h2><bdi>(Learner 0\d)", page)) == [f"Learner 0{n}" for n in range(4)]
    result = re.findall(r'action="(/interviews/\w+/result)"', page)[0]
    form = {"result": "internship", "first_day": "1.10.2026", "last_day": "30.10.2026"}
    assert (await send(heli, "/interviews", form, result))[0] == 303
    assert "1.10.2026 – 30.10.2026" in await page_of(heli, "/interviews")
    assert "Internship: 1" in await page_of(await door("Kaisa"), path)


async def test_room_when_an_appointment_is_online_then_its_people_come_in_and_nobody_else(
    house: Talking, door: Door
) -> None:
    ten = datetime(2026, 9, 15, 7, tzinfo=UTC)
    one = await house.offer(ten, kind="guidance", way="online")
    await house.book(house.learners[0], one)
    house.clock.at = ten - 2 * MINUTE
    statuses = {}
    for name in (house.learners[0], "Oona", house.learners[1], "Kaisa", "Veera", "Nea"):
        client = await door(name)
        answer = await client.get(f"/j/{one}", allow_redirects=False)
        room = await client.get(f"/lessons/{one}/room", allow_redirects=False)
        statuses[name] = (answer.status, room.status)
    inside, outside = (303, 200), (404, 404)
    assert list(statuses.values()) == [inside, inside, outside, outside, outside, outside]
    async with house.store.look() as look:
        standing = await quotas.balances(look, house.programme, 240, [house.learners[0]])
    assert standing[house.learners[0]].left == 240


async def test_offer_when_the_row_would_pass_midnight_then_refused_and_what_was_said_stays(
    house: Talking, door: Door
) -> None:
    oona = await door("Oona")
    form = {
        "programme": house.programme, "kind": "guidance", "day": "15.9.2026", "starts": "23.30", "minutes": "90",
        "times": "8", "way": "phone", "spot": "",
    }  # fmt: skip
    token = re.findall(r'name="csrf" value="([^"]+)"', await page_of(oona, "/talks"))[0]
    answer = await oona.post("/talks", data=form | {"csrf": token, "write": ""}, allow_redirects=False)
    page = await answer.text()
    assert (answer.status, 'value="23.30"' in page) == (422, True)
    assert "The last one would end after midnight. Begin earlier." in page
    assert (await send(oona, "/talks", form | {"starts": "22.30", "times": "1"}, "/talks"))[
        0
    ] == 303  # ends at midnight


async def test_cancel_when_the_learner_gives_it_back_then_her_reasons_are_her_own(house: Talking, door: Door) -> None:
    await house.book(house.learners[0], await house.offer(datetime(2026, 9, 15, 7, tzinfo=UTC), kind="guidance"))
    page = await page_of(await door(house.learners[0]), "/appointments")
    assert re.findall(r'<option value="(\w+)">', page) == ["ill", "working", "other_time", "other"]
