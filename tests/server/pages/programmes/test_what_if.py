"""What if: days are looked at under any values, nothing is saved, and what was tried goes on into the new programme."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from aiohttp.test_utils import TestClient

from calendars import programmes
from calendars.blueprints.shipped import text_of
from calendars.grants import Right
from calendars.models import bring_in
from calendars.people import people
from calendars.tables import Organisation, Programme
from tests.calendars.planned import SYSTEM, Planned
from tests.server.pages.forms import hidden, page_of

TRIED = {"blueprint": "occupation-for-immigrants", "start": "2.3.2026", "language": "en"}


async def shown(kaisa: TestClient, said: dict[str, str], status: int = 200) -> str:
    answer = await kaisa.get("/programmes/what-if", params=TRIED | said)
    text = unescape(await answer.text())
    assert answer.status == status
    return text


async def test_what_if_when_asked_for_sixty_days_from_2_march_then_line_months_holidays_and_tutoring(
    kaisa: TestClient, house: Planned
) -> None:
    text = await shown(kaisa, {})
    line = text.partition('<ol class="days"')[2].partition("</ol>")[0]
    letters = "".join(kind[0] for kind in re.findall(r'data-kind="(\w+)"', line))
    assert letters == "ccccc" + "ooooo" + "c" + 23 * "o" + "c" + 20 * "o" + "ccccc"
    assert "Mon 2.3. – Thu 28.5." in text
    assert [
        one in text for one in ('<bdi>Fri 3.4.</bdi> <bdi lang="fi">Pitkäperjantai</bdi>', "4 h", "until Fri 28.8.")
    ] == [True, True, True]
    assert re.findall(r"<caption><bdi>([^<]+)", text) == ["March 2026", "April 2026", "May 2026"]
    calendar = text.partition('class="months"')[2]
    assert len(re.findall(r'class="tile" data-kind="(?:contact|online)"', calendar)) == 60
    async with house.store.look() as look:
        assert [one.id for one in await programmes.of(look, SYSTEM)] == [house.programme]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"country": "EE"}, "Mon 2.3. – Tue 26.5."),
        ({"country": "DE-BY"}, "Mon 2.3. – Fri 29.5."),
        ({"on_mon": "yes", "on_wed": "yes"}, "Mon 2.3. – Mon 28.9."),
        ({"break_first": "6.4.2026", "break_last": "10.4.2026"}, "Mon 2.3. – Wed 3.6."),
        ({"break_first": "9.3.2026", "second_first": "10.3.2026", "third_first": "11.3.2026"}, "Mon 2.3. – Tue 2.6."),
        ({"start": "1.3.2026"}, "begins on the next training day"),
        ({"start": "3.3.2025"}, "The first day is in the past"),
        ({"start": "3.3.2062"}, "more than a year away"),
        ({"blueprint": "catch-up-with-work", "start": "15.9.2026"}, "Tue 15.9. 17:00–19:00"),
        ({"blueprint": "kohti-tyota", "start": "10.8.2026"}, "25 contact days, 35 workplace days"),
    ],
)
async def test_what_if_when_a_value_changes_then_its_days(kaisa: TestClient, said: dict[str, str], told: str) -> None:
    assert told in await shown(kaisa, said)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"start": "soon"}, "start"), ({"start": "1.1.2500"}, "start"), ({"blueprint": "none"}, "blueprint"),
        ({"blueprint": "occupation-for-immigrants@9.9"}, "blueprint"), ({"country": "QQ"}, "country"),
        ({"third_last": "1.1.2027"}, "third_first"),
        ({"second_first": "2.1.2027", "second_last": "1.1.2027"}, "second_last"),
        ({"break_first": "1.1.2026", "break_last": "31.12.9999"}, "break_last"),
    ],
)  # fmt: skip
async def test_what_if_when_something_is_wrong_then_told_at_its_field_and_the_rest_stays(
    kaisa: TestClient, said: dict[str, str], field: str
) -> None:
    text = await shown(kaisa, {"on_tue": "yes"} | said, status=422)
    assert f'id="{field}-error"' in text
    assert re.search(r'name="on_tue" value="yes" checked', text)


async def test_what_if_when_it_is_started_then_the_programme_has_exactly_those_days(
    kaisa: TestClient, house: Planned
) -> None:
    tried = {"country": "EE", "on_mon": "yes", "on_thu": "yes", "second_first": "13.4.2026", "second_last": "17.4.2026"}
    text = await shown(kaisa, tried)
    tiles = text.partition('<ol class="days"')[2].partition("</ol>")[0]
    dates = re.findall(r'<span class="unseen">\d+\. (\w+ [\d.]+)', tiles)
    form = text.partition('action="/programmes/new"')[2].partition("</form>")[0]
    carried = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    assert carried == {name: value for name, value in (TRIED | tried).items() if name != "language"}
    query = "&".join(f"{name}={value}" for name, value in (carried | {"place": "Maja", "address": ""}).items())
    fields = await hidden(kaisa, f"/programmes/new?{query}", "/programmes/new")
    answer = await kaisa.post("/programmes/new", data=fields | {"late": "yes"}, allow_redirects=False)
    planned = answer.headers["Location"].rpartition("/")[2]
    async with house.store.look() as look:
        line = await programmes.line(look, SYSTEM, planned)
    assert [f"{one.date:%a} {one.date.day}.{one.date.month}." for one in line.days] == dates
    assert (len(dates), line.programme.country, line.programme.zone) == (60, "EE", "Europe/Tallinn")


async def test_what_if_when_own_versions_are_there_then_each_is_offered_by_its_version(
    kaisa: TestClient, house: Planned
) -> None:
    text = text_of("kohti-tyota").replace('version = "1.0"', 'version = "1.1"').replace("days = 35", "days = 30")
    async with house.store.work() as work:
        await bring_in(work, SYSTEM, house.organisation, text.replace("[25, 60]", "[25, 55]"), "mine.toml")
    page = await page_of(kaisa, "/programmes/what-if?language=en")
    assert re.findall(r'<option value="(kohti-tyota[^"]*)"[^>]*>([^<]+)', page) == [
        ("kohti-tyota", "Kohti työtä: towards employment (1.1)"),
        ("kohti-tyota@1.0", "Kohti työtä: towards employment (1.0)"),
    ]
    counts = [
        re.findall(
            r"25 contact days, \d+ workplace days", await shown(kaisa, {"blueprint": name, "start": "10.8.2026"})
        )[0]
        for name in ("kohti-tyota", "kohti-tyota@1.0")
    ]
    assert counts == ["25 contact days, 30 workplace days", "25 contact days, 35 workplace days"]


async def test_plan_when_she_plans_in_two_organisations_then_the_model_says_for_which(
    kaisa: TestClient, house: Planned
) -> None:
    own = text_of("occupation-for-immigrants").replace('version = "1.1" ', 'version = "1.2" ')
    async with house.store.work() as work:
        work.add(Organisation(id="aaa", name="Aapiskoulu", telephone=""))
        await work.flush()
        await people.appoint(work, SYSTEM, house.people["Kaisa"], Right("coordinator", "organisation", "aaa"))
        await bring_in(work, SYSTEM, house.organisation, own, "own.toml")
    page = unescape(await page_of(kaisa, "/programmes/new?language=en"))
    assert "Aapiskoulu" in page
    values = re.findall(r'<option value="(occupation-for-immigrants[^"]*)"', page)
    mine = f"occupation-for-immigrants@@{house.organisation}"
    assert values == ["occupation-for-immigrants@@aaa", mine, f"occupation-for-immigrants@1.1@{house.organisation}"]
    said = {"blueprint": mine, "start": "1.6.2026", "place": "Koulu"}
    fields = await hidden(kaisa, "/programmes/new?" + urlencode(said), "/programmes/new")
    answer = await kaisa.post("/programmes/new", data=fields, allow_redirects=False)
    assert answer.status == 303
    async with house.store.look() as look:
        made = await look.get(Programme, answer.headers["Location"].rpartition("/")[2])
    assert made is not None
    assert (made.organisation, made.version) == (house.organisation, "1.2")
    foreign = await kaisa.get("/programmes/what-if", params=said | {"blueprint": "kototyo@@elsewhere"})
    assert foreign.status == 422
    models = unescape(await page_of(kaisa, f"/models?organisation={house.organisation}"))
    assert f'href="/models/occupation-for-immigrants/1.2?organisation={house.organisation}"' in models
    assert "/models/occupation-for-immigrants/1.2" not in await page_of(kaisa, "/models")
    assert (await kaisa.get("/models?organisation=elsewhere")).status == 404


async def test_what_if_when_a_model_leads_there_then_it_is_chosen(kaisa: TestClient, house: Planned) -> None:
    page = await page_of(kaisa, "/programmes/what-if?blueprint=kototyo@1.0")
    assert re.findall(r'<option value="([^"]*)"[^>]* selected', page)[0] == "kototyo"
