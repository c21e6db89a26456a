"""Interviews in a browser without scripts: hosts chosen, times offered, booked, swapped, moved and given back."""

import re
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient

from calendars.appointments import interviews
from calendars.store import Store
from tests.calendars.talking import Talking, plan_talking
from tests.server.pages.conftest import Door
from tests.server.pages.forms import page_of, send

HOUR = timedelta(hours=1)
BLOCK: dict[str, str | list[str]] = {
    "day": "15.9.2026", "starts": "12.00", "ends": "14.40", "minutes": "20", "way": "online", "spot": "", "learner": [],
}  # fmt: skip


@pytest.fixture
async def house(store: Store) -> Talking:
    """A peer group of eight, before its first meeting."""
    return await plan_talking(store, 8, "catch-up-with-work")


async def employed(house: Talking, kaisa: TestClient) -> str:
    """A company with whoever speaks for it; returns the address of the interviews."""
    path = f"/programmes/{house.programme}/interviews"
    new = {"company": "Satama Oy", "contact": "Heli Ranta", "telephone": "+358 40 555 1234"}
    assert await send(kaisa, path, new, f"/programmes/{house.programme}/employers") == (303, path)
    return path


async def company_of(house: Talking) -> str:
    async with house.store.look() as look:
        return (await interviews.employers(look, await house.actor("Kaisa"), house.programme))[0].id


def rows(page: str) -> list[str]:
    """What the page says of each interview, without marks."""
    found = re.findall(r'<li class="row between"><span>(.*?)</li>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


async def test_block_when_hosts_are_chosen_then_all_eight_have_a_time_and_each_sees_only_hers(
    house: Talking, door: Door
) -> None:
    kaisa, first = await door("Kaisa"), await door(house.learners[0])
    path = await employed(house, kaisa)
    said = BLOCK | {
        "employer": await company_of(house), "who": "chosen", "host": [house.staff["Oona"]], "learner": house.learners,
    }  # fmt: skip
    token = re.findall(r'name="csrf" value="([^"]+)"', await page_of(kaisa, path))[0]
    data = [
        (name, one)
        for name, value in (said | {"ends": "14.20"}).items()
        for one in ([value] if isinstance(value, str) else value)
    ]
    answer = await kaisa.post(path, data=[*data, ("csrf", token), ("write", "")], allow_redirects=False)
    page = await answer.text()
    assert (answer.status, "There is no time for 1 of them." in page) == (409, True)
    assert sorted(re.findall(r'value="(\w+)" checked', page)) == sorted(
        ["chosen", house.staff["Oona"], *house.learners]
    )
    assert await send(kaisa, path, said, path) == (303, path)
    shown = rows(await page_of(kaisa, path))
    assert [one.split(" Learner")[0] for one in shown[:2]] == ["Tue 15.9. 12:00–12:20", "Tue 15.9. 12:20–12:40"]
    assert ["Satama Oy · Oona" in one for one in shown] == [True] * 8
    own = await page_of(first, "/appointments")
    assert (own.count("Tue 15.9."), "Heli Ranta" in own, "Oona" in own) == (
        own.count("Tue 15.9. 12:00–12:20"),
        True,
        True,
    )
    assert "Tue 15.9. 12:00–12:20" in await page_of(await door("Oona"), "/talks")


async def test_times_when_offered_then_one_takes_one_gives_it_back_and_the_employer_sees_each_step(
    house: Talking, door: Door
) -> None:
    kaisa, first = await door("Kaisa"), await door(house.learners[0])
    path = await employed(house, kaisa)
    said = BLOCK | {"employer": await company_of(house), "who": "open", "host": []}
    assert await send(kaisa, path, said, path) == (303, path)
    assert [one.count("open") for one in rows(await page_of(kaisa, path))] == [1] * 8
    times = re.findall(r"/appointments/(\w+)/book", await page_of(first, "/appointments"))
    assert len(times) == 8
    assert (await send(first, "/appointments", {}, f"/appointments/{times[0]}/book"))[0] == 303
    assert (await send(first, "/appointments", {}, f"/appointments/{times[3]}/book"))[0] == 303  # gives the first away
    async with house.store.look() as look:
        contact = (await interviews.employers(look, await house.actor("Kaisa"), house.programme))[0].contact
    heli = await door(contact)
    page = await page_of(heli, "/interviews")
    assert ("Learner 00" in page, page.count('data-tone="lake"')) == (True, 7)
    shown = rows(await page_of(kaisa, path))
    assert [n for n, one in enumerate(shown) if "Learner 00" in one] == [3]
    (taken,) = re.findall(r"/appointments/(\w+)/cancel", await page_of(first, "/appointments"))
    assert (await send(first, "/appointments", {"reason": "ill"}, f"/appointments/{taken}/cancel"))[0] == 303
    shown = rows(await page_of(kaisa, path))
    assert [sum(word in one for one in shown) for word in ("open", "cancelled")] == [8, 1]


async def test_block_when_taken_out_at_once_then_all_its_times_are_cancelled_with_their_year_where_it_is_not_this_one(
    house: Talking, door: Door
) -> None:
    kaisa = await door("Kaisa")
    path = await employed(house, kaisa)
    said = BLOCK | {"employer": await company_of(house), "who": "open", "host": [], "day": "4.1.2027"}
    assert await send(kaisa, path, said, path) == (303, path)
    page = await page_of(kaisa, path)
    assert ("Cancel these 8 times" in page, rows(page)[0].startswith("Mon 4.1. 12:00–12:20 · 2027")) == (True, True)
    gone = {"employer": await company_of(house), "day": "2027-01-04", "reason": "none"}
    assert (await send(kaisa, path, gone, f"{path}/cancel"))[0] == 422
    assert await send(kaisa, path, gone | {"reason": "other"}, f"{path}/cancel") == (303, path)
    assert ["cancelled" in one for one in rows(await page_of(kaisa, path))] == [True] * 8


async def test_interview_when_given_moved_swapped_and_cancelled_then_each_is_done_once_and_learners_see_it(
    house: Talking, door: Door
) -> None:
    kaisa = await door("Kaisa")
    path = await employed(house, kaisa)
    said = BLOCK | {"employer": await company_of(house), "who": "open", "host": [house.staff["Otto"]], "ends": "13.20"}
    assert await send(kaisa, path, said, path) == (303, path)
    ids = re.findall(rf'href="{path}/(\w+)"', await page_of(kaisa, path))
    for n, one in enumerate(ids[:2]):
        given = {"do": "give", "learner": house.learners[n]}
        assert await send(kaisa, f"{path}/{one}", given, f"{path}/{one}") == (303, path)
    again = {"do": "give", "learner": house.learners[0]}
    assert (await send(kaisa, f"{path}/{ids[2]}", again, f"{path}/{ids[2]}"))[0] == 409
    swap = {"do": "swap", "other": ids[1]}
    assert await send(kaisa, f"{path}/{ids[0]}", swap, f"{path}/{ids[0]}") == (303, path)
    first, second = [await page_of(await door(one), "/appointments") for one in house.learners[:2]]
    assert ("Tue 15.9. 12:20–12:40" in first, "Tue 15.9. 12:00–12:20" in second) == (True, True)
    onto = {"do": "move", "day": "15.9.2026", "starts": "12.40"}
    assert (await send(kaisa, f"{path}/{ids[0]}", onto, f"{path}/{ids[0]}"))[0] == 409  # Otto has the open one then
    later = onto | {"starts": "14.00"}
    assert await send(kaisa, f"{path}/{ids[0]}", later, f"{path}/{ids[0]}") == (303, path)
    assert "Tue 15.9. 14:00–14:20" in await page_of(await door(house.learners[0]), "/appointments")
    gone = {"do": "cancel", "reason": "other"}
    assert await send(kaisa, f"{path}/{ids[0]}", gone, f"{path}/{ids[0]}") == (303, path)
    assert "cancelled" in await page_of(await door(house.learners[0]), "/appointments")
    assert (await send(kaisa, f"{path}/{ids[1]}", {"do": "dance"}, f"{path}/{ids[1]}"))[0] == 422
    for stranger in ("Oona", house.learners[0]):
        assert (await (await door(stranger)).get(f"{path}/{ids[1]}")).status in (403, 404)
