"""Programmes side by side by pages, and one as a file."""

import re
from datetime import date
from html import unescape

from aiohttp.test_utils import TestClient

from calendars import programmes
from calendars.blueprints import shipped
from calendars.programmes import NewProgramme
from tests.calendars.planned import SYSTEM, Planned
from tests.server.pages.forms import page_of


async def test_comparison_when_two_are_chosen_then_lines_and_what_differs(kaisa: TestClient, house: Planned) -> None:
    async with house.store.work() as work:
        blueprint = shipped.load("occupation-for-immigrants")
        new = NewProgramme(blueprint=blueprint, start=date(2026, 3, 2), organisation=house.organisation, country="EE")
        other = (await programmes.plan(work, SYSTEM, new)).id
    offered = await page_of(kaisa, "/programmes/compare?language=en")
    assert sorted(re.findall(r'name="with" value="([^"]+)"', offered)) == sorted([house.programme, other])
    page = unescape(await page_of(kaisa, f"/programmes/compare?language=en&with={house.programme}&with={other}"))
    assert page.count('<ol class="days"') == 2
    rows = dict(re.findall(r'<th scope="row">([^<]+?)( <span class="word"|</th>)', page))
    differs = sorted(about for about, end in rows.items() if "word" in end)
    assert differs == ["Country", "From – to", "Public holidays left out"]
    assert {"Fields", "Topics and their hours", "Phases", "Days", "Who may come in"} <= rows.keys()


async def test_comparison_when_one_is_chosen_twice_or_unknown_then_refused(kaisa: TestClient, house: Planned) -> None:
    twice = await kaisa.get(f"/programmes/compare?language=en&with={house.programme}&with={house.programme}")
    assert (twice.status, "Choose 2 to 4" in await twice.text()) == (422, True)
    assert (await kaisa.get(f"/programmes/compare?with={house.programme}&with=nobody")).status == 404


async def test_file_when_programme_is_taken_then_a_good_blueprint(kaisa: TestClient, house: Planned) -> None:
    answer = await kaisa.get(f"/programmes/{house.programme}/file")
    text = await answer.text()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="occupation-for-immigrants-1.1.toml"'
    assert shipped.parse(text, "x.toml") == shipped.load("occupation-for-immigrants")
