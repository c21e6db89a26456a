"""The pages of those who work here, over HTTP on the real application: forms keep what was entered and act once."""

import re
from io import BytesIO
from urllib.parse import urlencode

import pytest
from aiohttp.test_utils import TestClient

from tests.calendars.planned import Planned
from tests.server.pages.forms import hidden

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
STAFF_PAGES = (
    "/house",
    "/teaching",
    "/programmes",
    "/programmes/new",
    "/people",
    "/people/new",
    "/reports",
    "/house/turn",
)


async def test_staff_pages_when_coordinator_asks_all_answer(kaisa: TestClient, house: Planned) -> None:
    lesson = house.lessons["first"][0]
    own = (
        f"/programmes/{house.programme}", f"/programmes/{house.programme}/report", f"/people/{house.people['Amina']}",
        f"/lessons/{lesson}/register", f"/lessons/{lesson}/figure", f"/lessons/{lesson}/substitute",
        "/programmes/new?blueprint=occupation-for-immigrants&start=2026-09-01&place=Talo&address=",
    )  # fmt: skip
    answers = {path: (await kaisa.get(path)).status for path in (*STAFF_PAGES, *own)}
    assert answers == dict.fromkeys(answers, 200)


async def test_person_when_added_twice_with_one_write_is_one(kaisa: TestClient, house: Planned) -> None:
    fields = await hidden(kaisa, "/people/new", "/people/new")
    fields |= {"name": "=cmd()", "language": "ar", "telephone": "", "email": "", "group": house.groups["first"]}
    places = []
    for _ in range(2):
        answer = await kaisa.post("/people/new", data=fields, allow_redirects=False)
        places.append((answer.status, answer.headers["Location"]))
    assert places[0] == places[1]
    assert "=cmd()" in await (await kaisa.get(places[0][1])).text()


@pytest.mark.parametrize("name", ["", "x" * 500, "a\x00b"])
async def test_person_when_name_is_bad_says_so_and_keeps_the_rest(kaisa: TestClient, house: Planned, name: str) -> None:
    fields = await hidden(kaisa, "/people/new", "/people/new")
    fields |= {"name": name, "language": "ar", "telephone": "040 123", "email": "", "group": house.groups["first"]}
    answer = await kaisa.post("/people/new", data=fields)
    page = await answer.text()
    assert (answer.status, 'id="name-error"' in page, 'value="040 123"' in page) == (422, True, True)


async def test_name_of_ten_megabytes_is_refused_at_its_field_and_the_rest_stays(
    kaisa: TestClient, house: Planned
) -> None:
    fields = urlencode(
        await hidden(kaisa, "/people/new", "/people/new") | {"telephone": "040 123", "group": house.groups["first"]}
    ).encode()
    body = fields + b"&name=" + b"x" * 10_000_000
    answer = await kaisa.post("/people/new?language=en", data=BytesIO(body), headers=FORM)
    page = await answer.text()
    found = (answer.status, 'id="name-error"' in page, 'value="040 123"' in page)
    assert found == (422, True, True)
    assert ("Write at most 120 letters." in page, len(page) < 100_000) == (True, True)


async def test_form_when_larger_than_staff_may_send_is_refused_in_words(kaisa: TestClient) -> None:
    answer = await kaisa.post("/people/new?language=en", data=BytesIO(b"name=" + b"x" * 24_100_000), headers=FORM)
    assert (answer.status, "Send something smaller." in await answer.text()) == (413, True)


async def test_register_when_corrected_and_signed_counts_the_correction(kaisa: TestClient, house: Planned) -> None:
    lesson, amina = house.lessons["first"][0], house.people["Amina"]
    house.clock.forward(hours=4)
    path = f"/lessons/{lesson}/register"
    page = await (await kaisa.get(path)).text()
    token = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))["csrf"]
    held = {"csrf": token, "write": "held", "from": "10:00", "to": "12:00"}
    correct = {
        "csrf": token,
        "write": "one",
        "person": amina,
        "how": "phone",
        "from": "10:00",
        "to": "11:00",
        "reason": "rang",
    }
    assert (await kaisa.post(f"{path}/held", data=held)).status == 200
    kept = await kaisa.post(f"{path}/correct", data=correct | {"write": "no", "reason": ""})
    assert (kept.status, 'value="11.00"' in await kept.text()) == (422, True)
    assert (await kaisa.post(f"{path}/correct", data=correct)).status == 200
    assert (await kaisa.post(f"{path}/sign", data={"csrf": token, "write": "sign"})).status == 200
    report = await (await kaisa.get(f"/programmes/{house.programme}/report.json")).json()
    assert {row["learner"]: row["present"] for row in report["rows"] if row["lesson"] == lesson}[amina] == 3600
