"""Groups are formed on their page: proposed by a search of its own, moved, locked, accepted; all without a script."""

import re

import pytest
from aiohttp.test_utils import TestClient

from calendars import groupings, groups
from calendars.groupings import Desk
from tests.calendars.grouped import accept_thirty
from tests.calendars.planned import SYSTEM, Planned
from tests.server.pages.forms import hidden, hidden_in, page_of

SIZES = {"smallest": "4", "largest": "8"}


@pytest.fixture
async def people(house: Planned) -> list[str]:
    async with house.store.work() as work:
        return await accept_thirty(work, house, (9, 4))


async def desk(house: Planned) -> Desk:
    async with house.store.look() as look:
        return await groupings.desk(look, SYSTEM, house.programme)


async def send(kaisa: TestClient, house: Planned, verb: str, fields: dict[str, str], status: int = 303) -> str:
    """A form of the page, sent as it stands there with these fields filled in; where it leads, or the page."""
    path = f"/programmes/{house.programme}/grouping"
    form = await hidden(kaisa, path, f"{path}/{verb}")
    answer = await kaisa.post(f"{path}/{verb}", data=form | fields, allow_redirects=False)
    assert answer.status == status, verb
    return answer.headers.get("Location", "") or await answer.text()


async def test_page_when_a_coordinator_goes_all_the_way_then_groups_and_seats(
    house: Planned, kaisa: TestClient, people: list[str]
) -> None:
    path = f"/programmes/{house.programme}/grouping"
    assert (await page_of(kaisa, path)).count('class="sitter"') == 13
    assert await send(kaisa, house, "propose", SIZES) == f"{path}#groups"
    found = await desk(house)
    assert sorted(len(one.people) for one in found.drafted) == [4, 4, 5]
    page = await page_of(kaisa, f"{path}?language=en")
    assert page.count('class="movable"') == 13
    assert re.search(r"\d+ half days? free together", page)
    assert re.search(r"Levels from A\d.\d to \w\d.\d|Same level: A\d.\d", page)
    assert "No better groups exist." in page
    here, there = [one for one in found.drafted if one.field == found.drafted[0].field][:2]
    person = here.people[0]
    assert await send(kaisa, house, "move", {"person": person, "group": there.id}) == f"{path}#seat-{person}"
    page = await page_of(kaisa, f"{path}?language=en")
    assert "moved.</strong>" in page.replace("</bdi>", "")
    assert "No better groups exist." not in page
    assert await send(kaisa, house, "lock", {"what": there.id, "on": "yes"}) == f"{path}#lock-{there.id}"
    assert (await desk(house)).locked == {there.id}
    now = await desk(house)
    names = {f"name-{group.id}": f"Pöytä {number}" for number, group in enumerate(now.drafted)}
    gone_to = await send(kaisa, house, "accept", names | {"first_day": "10.3.2026"})
    assert gone_to == f"/programmes/{house.programme}#groups"
    async with house.store.look() as look:
        formed = [group.id for group, _ in await groups.of_programme(look, SYSTEM, house.programme)]
        members = await groups.members(look, SYSTEM, formed)
    assert {one.person for one in members} >= set(people)
    assert "Pöytä 0" in await page_of(kaisa, f"/programmes/{house.programme}")


async def test_page_when_a_size_or_name_is_wrong_then_what_was_entered_stays(
    house: Planned, kaisa: TestClient, people: list[str]
) -> None:
    page = await send(kaisa, house, "propose", {"smallest": "many", "largest": "8"}, 422)
    assert 'value="many"' in page
    page = await send(kaisa, house, "propose", {"smallest": "9", "largest": "8"}, 422)
    assert 'value="9"' in page
    await send(kaisa, house, "propose", SIZES)
    found = await desk(house)
    names = {f"name-{group.id}": "" for group in found.drafted}
    page = await send(kaisa, house, "accept", names | {"first_day": "1.1.2030"}, 422)
    assert 'value="1.1.2030"' in page
    assert await send(kaisa, house, "drop", {}) == f"/programmes/{house.programme}/grouping"
    assert (await desk(house)).drafted == ()


async def test_propose_when_sent_twice_then_one_proposal_and_locks_that_leave_nothing_are_told(
    house: Planned, kaisa: TestClient, people: list[str]
) -> None:
    await send(kaisa, house, "propose", SIZES)
    found = await desk(house)
    largest = max(found.drafted, key=lambda one: len(one.people))
    await send(kaisa, house, "lock", {"what": largest.id, "on": "yes"})
    page = await send(kaisa, house, "propose", {"smallest": "1", "largest": "2"}, 422)
    assert 'class="alert"' in page
    assert (await desk(house)).drafted == found.drafted


async def test_propose_when_words_say_what_is_important_then_they_weigh_and_stay(
    house: Planned, kaisa: TestClient, people: list[str]
) -> None:
    path = f"/programmes/{house.programme}/grouping"
    await send(kaisa, house, "propose", SIZES | {"level": "very", "time": "not", "km": "little", "split": "much"})
    found = await desk(house)
    assert dict(found.words) == {"level": "very", "time": "not", "km": "little", "split": "much"}
    assert (found.problem.weights.level, found.problem.weights.time) == (12, 0)
    page = await page_of(kaisa, path)
    assert re.search(r'<select[^>]*name="level">.*?<option value="very" selected>', page, re.S)
    page = await send(kaisa, house, "propose", SIZES | {"level": "enormous"}, 422)
    assert "enormous" not in str((await desk(house)).words)
    assert page.count('class="group-figure"') == len(found.drafted)


async def test_again_when_groups_are_formed_then_who_waits_is_ticked_and_only_what_is_ticked_is_done(
    house: Planned, kaisa: TestClient, people: list[str]
) -> None:
    path = f"/programmes/{house.programme}/grouping"
    await send(kaisa, house, "propose", SIZES)
    names = {f"name-{one.id}": f"Table {n}" for n, one in enumerate((await desk(house)).drafted)}
    await send(kaisa, house, "accept", names | {"first_day": "9.3.2026"})
    async with house.store.work() as work:
        (late,) = await accept_thirty(work, house, (1, 0))
    assert f'href="{path}/again"' in await page_of(kaisa, path)
    page = await page_of(kaisa, f"{path}/again?language=en&level=very&time=nonsense")
    ticked = re.findall(r'name="step" value="([^"]+)" checked', page)
    assert [one.partition(":")[0] for one in ticked] == [late]
    form = hidden_in(page, f"{path}/again")
    wrong = await kaisa.post(f"{path}/again", data=form | {"step": ticked[0], "first_day": "1.1.2030"})
    assert (wrong.status, "1.1.2030" in await wrong.text()) == (422, True)
    none = await kaisa.post(f"{path}/again", data=form | {"write": "other", "first_day": "12.3.2026"})
    assert (none.status, "Nothing is chosen" in await none.text()) == (422, True)
    done = await kaisa.post(f"{path}/again", data=form | {"step": ticked[0], "first_day": "12.3.2026"},
                            allow_redirects=False)  # fmt: skip
    assert (done.status, done.headers["Location"]) == (303, f"/programmes/{house.programme}#groups")
    async with house.store.look() as look:
        ((seat, group, _),) = await groups.seats_of(look, SYSTEM, late)
    assert (seat.first_day.isoformat(), group.id) == ("2026-03-12", ticked[0].partition(":")[2])


async def test_again_when_no_group_is_formed_then_the_way_to_form_some(house: Planned, kaisa: TestClient) -> None:
    answer = await kaisa.get("/programmes/nowhere/grouping/again")
    assert answer.status == 404
