"""Talks that lose their member of staff, in a browser without scripts: seen on the first page, arranged in one tap."""

import re
from datetime import UTC, datetime

import pytest

from calendars.store import Store
from tests.calendars.talking import AFTER, MINUTE, Talking, plan_talking
from tests.server.pages.conftest import Door
from tests.server.pages.forms import page_of, send

TEN = datetime(2026, 12, 2, 8, tzinfo=UTC)


@pytest.fixture
async def house(store: Store) -> Talking:
    found = await plan_talking(store, 3)
    found.clock.at = AFTER
    return found


async def test_stop_when_a_counsellor_leaves_then_each_talk_is_handed_on_moved_or_cancelled(
    house: Talking, door: Door
) -> None:
    for n, learner in enumerate(house.learners):
        await house.book(learner, await house.offer(TEN + n * 30 * MINUTE))
    kaisa, oona = await door("Kaisa"), house.staff["Oona"]
    assert "talks of Oona need somebody" not in await page_of(kaisa, "/house")
    assert "3 coming talks lose her." in await page_of(kaisa, f"/people/{oona}/stop")
    assert await send(kaisa, f"/people/{oona}/stop", {}, f"/people/{oona}/stop") == (303, f"/staff/{oona}/talks")
    page = await page_of(kaisa, "/house")
    assert "3 talks of Oona need somebody" in page
    assert f'href="/staff/{oona}/talks"' in page
    path = f"/staff/{oona}/talks"
    page = await page_of(kaisa, path)
    assert [name for name in ("Otto", "Veera", "Nea") if f"{name} takes it" in page] == ["Otto", "Veera"]
    first = re.findall(r'name="do" value="(\w+\|hand\|\w+)"', page)[-3]
    assert await send(kaisa, path, {"do": first}, path) == (303, path)
    assert "2 talks of Oona need somebody" in await page_of(kaisa, "/house")
    cancel = re.findall(r'name="do" value="(\w+\|cancel\|)"', await page_of(kaisa, path))[0]
    assert await send(kaisa, path, {"do": cancel}, path) == (303, path)
    last = re.findall(r'name="do" value="(\w+\|hand\|\w+)"', await page_of(kaisa, path))[0]
    assert await send(kaisa, path, {"do": last}, path) == (303, path)
    assert "Every talk has somebody." in await page_of(kaisa, path)
    assert "talks of Oona need somebody" not in await page_of(kaisa, "/house")


async def test_afternoon_when_she_is_ill_then_all_move_at_once_and_what_was_wrong_stays_in_the_form(
    house: Talking, door: Door
) -> None:
    ids = [await house.offer(TEN + n * 30 * MINUTE) for n in range(3)]
    for learner, one in zip(house.learners, ids, strict=True):
        await house.book(learner, one)
    oona = await door("Oona")
    own = f"/staff/{house.staff['Oona']}/talks"
    assert f'href="{own}?day=2026-12-01"' in await page_of(oona, "/talks")
    answer = await oona.get(f"{own}?day=joskus&from=12.00")
    page = await answer.text()
    assert (answer.status, 'value="joskus"' in page, 'value="12.00"' in page) == (422, True, True)
    path = f"{own}?day=2.12.2026&from=10.00&to=11.00"
    page = await page_of(oona, path)
    assert [f"{one}|cancel|" in page for one in ids] == [True, True, False]
    sent = re.findall(r'<input type="hidden" name="do" value="([^"]+)"', page)
    assert [one.split("|")[:2] for one in sent] == [[one, "move"] for one in ids[:2]]
    action = path.replace("&", "&amp;")
    assert (await send(oona, path, {"do": sent}, action))[0] == 303
    assert "No talk is booked then." in await page_of(oona, path)
    ada = await door(house.learners[0])
    assert "Wed 2.12. 11:30–12:00" in await page_of(ada, "/appointments")  # after eleven she is back
    answer = await oona.get(own.replace(house.staff["Oona"], house.staff["Otto"]))
    assert answer.status == 404


async def test_away_when_a_counsellor_or_a_nurse_says_so_then_her_talks_are_open_work(
    house: Talking, door: Door
) -> None:
    await house.book(house.learners[0], await house.offer(TEN))
    oona, kaisa = await door("Oona"), await door("Kaisa")
    span = {"span": "days", "first": "2.12.2026", "last": "2.12.2026", "kind": "ill"}
    assert (await send(oona, "/absence", span, "/absence"))[0] == 303
    assert "1 talk of Oona needs somebody" in await page_of(kaisa, "/house")
    assert (await (await door(house.learners[0])).get("/absence")).status == 404
    assert (await (await door("Nea")).get("/absence")).status == 200
