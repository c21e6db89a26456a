"""Training models by pages: in words and pictures, taken home, changed, brought in, what is wrong said by line."""

import asyncio
import re
from collections.abc import Awaitable
from html import unescape
from time import monotonic

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient

from calendars import models
from calendars.blueprints import shipped
from calendars.errors import Invalid
from tests.calendars.planned import SYSTEM, Planned
from tests.server.pages.forms import hidden, page_of

OCCUPATION = "occupation-for-immigrants"
MINE = shipped.text_of(OCCUPATION).replace('version = "1.1" ', 'version = "1.2" ')
BROKEN = MINE.replace('kind = "online"', 'kind = "onlin"').replace('isced = "1041"', 'isced = "41"')


async def sent(kaisa: TestClient, act: str, text: str = "", file: bytes | None = None) -> tuple[int, str, str]:
    """Status, page and where it leads."""
    form = FormData()
    for name, value in (await hidden(kaisa, "/models/new", "/models/new") | {"act": act, "text": text}).items():
        form.add_field(name, value)
    if file is not None:
        form.add_field("file", file, filename="mine.toml", content_type="application/toml")
    answer = await kaisa.post("/models/new?language=en", data=form, allow_redirects=False)
    return answer.status, unescape(await answer.text()), answer.headers.get("Location", "")


@pytest.mark.parametrize("name", shipped.names())
async def test_model_when_shipped_then_its_page_and_its_file(kaisa: TestClient, name: str) -> None:
    version = shipped.load(name).version
    for language in ("en", "fi", "ar"):
        page = unescape(await page_of(kaisa, f"/models/{name}/{version}?language={language}"))
        assert shipped.load(name).title[language] in page
    answer = await kaisa.get(f"/models/{name}/{version}/file")
    assert (await answer.text(), answer.headers["Content-Disposition"]) == (
        shipped.text_of(name), f'attachment; filename="{name}-{version}.toml"',
    )  # fmt: skip


async def test_model_when_looked_at_then_line_phases_activities_entry_and_tutoring_in_words(kaisa: TestClient) -> None:
    page = unescape(await page_of(kaisa, f"/models/{OCCUPATION}/1.1?language=en"))
    line = page.partition('<ol class="days"')[2].partition("</ol>")[0]
    assert (line.count('data-kind="contact"'), line.count('data-kind="online"')) == (12, 48)
    for words in (
        "labour-market training",
        "individual discussion, 20 min, each learner",
        "ISCED-F 1041",
        "Tutoring: 240 min for each learner, within 3 months",
        "listening A1.3",
        "4–7 learners in a group",
    ):
        assert words in page, words  # fmt: skip


async def test_models_when_listed_then_every_version_with_its_programmes(kaisa: TestClient, house: Planned) -> None:
    async with house.store.work() as work:
        await models.bring_in(work, SYSTEM, house.organisation, MINE, "mine.toml")
    page = await page_of(kaisa, "/models?language=en")
    links = re.findall(r'<h2><a href="/models/([^"]+)"', page)
    assert links[:3] == ["catch-up-with-work/1.0", "employment-or-entrepreneurship/1.1", "kohti-tyota/1.0"]
    assert [one for one in links if one.startswith(OCCUPATION)] == [f"{OCCUPATION}/1.2", f"{OCCUPATION}/1.1"]
    assert (page.count("our own"), page.count("1 programme<")) == (1, 1)


async def test_model_when_changed_as_text_then_its_version_is_counted_up_and_kept(
    kaisa: TestClient, house: Planned
) -> None:
    page = unescape(await page_of(kaisa, f"/models/new?from={OCCUPATION}@1.1"))
    text = page.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]
    assert text.strip() == MINE.strip()
    status, checked, _ = await sent(kaisa, "check", text.replace("\n", "\r\n"))
    assert (status, "The model is good" in checked) == (200, True)
    assert (await kaisa.get(f"/models/{OCCUPATION}/1.2")).status == 404
    status, _, there = await sent(kaisa, "keep", text.replace("\n", "\r\n"))
    assert (status, there) == (303, f"/models/{OCCUPATION}/1.2")
    async with house.store.look() as look:
        kept = await models.text_of(look, SYSTEM, house.organisation, OCCUPATION, "1.2")
    assert kept.strip() == MINE.strip()


@pytest.mark.parametrize("act", ["check", "keep"])
async def test_model_when_broken_then_each_line_and_reason_and_nothing_written_is_lost(
    kaisa: TestClient, act: str
) -> None:
    for said in ({"text": BROKEN}, {"file": BROKEN.encode()}):
        status, page, _ = await sent(kaisa, act, **said)  # type: ignore[arg-type]
        found = re.findall(r"<strong>line (\d+)</strong> <bdi>([^<]+)</bdi>", page)
        lines = [BROKEN[: BROKEN.index(what)].count("\n") + 1 for what in ('isced = "41"', 'kind = "onlin"')]
        assert (status, [int(line) for line, _ in found]) == (422, lines)
        assert "did you mean online?" in found[1][1]
        if "text" in said:
            assert BROKEN.strip() in page
    assert (await kaisa.get(f"/models/{OCCUPATION}/1.2")).status == 404


async def test_model_when_version_is_taken_then_the_next_one_is_named_and_the_text_stays(kaisa: TestClient) -> None:
    other = MINE.replace('"1.2" ', '"1.1" ').replace("Logistics", "Ships")
    status, page, _ = await sent(kaisa, "keep", other)
    assert (status, "Write version 1.2." in page, other.strip() in page) == (409, True, True)


@pytest.mark.parametrize("file", [b"\xff\xfe\x00", b"x" * 900_000, b""])
async def test_model_when_file_is_no_model_then_refused_in_words(kaisa: TestClient, file: bytes) -> None:
    status, page, _ = await sent(kaisa, "keep", "", file)
    assert (status, "alert" in page) == (422, True)


async def test_model_when_taken_out_then_offered_no_more_and_again(kaisa: TestClient) -> None:
    _, _, there = await sent(kaisa, "keep", MINE)
    for expected in (True, False):
        form = await hidden(kaisa, there, f"{there}/offer")
        assert (await kaisa.post(f"{there}/offer", data=form, allow_redirects=False)).status == 303
        assert ("not offered any more" in await page_of(kaisa, f"{there}?language=en")) is expected
        offered = f'value="{OCCUPATION}@1.1"' in await page_of(kaisa, "/programmes/what-if")
        assert offered is not expected  # with the newer one back, the older is named by its version
    shipped = {"csrf": form["csrf"], "act": "withdraw"}
    assert (await kaisa.post(f"/models/{OCCUPATION}/1.1/offer", data=shipped)).status == 404


async def longest_silence(asked: Awaitable[object]) -> float:
    """For how long nothing else got a turn in this process while something was waited for."""
    longest, last = 0.0, monotonic()
    waiting = asyncio.ensure_future(asked)
    while not waiting.done():
        await asyncio.sleep(0)
        longest, last = max(longest, monotonic() - last), monotonic()
    await waiting
    return longest


async def test_model_when_it_takes_long_to_read_then_nobody_else_waits_for_it(kaisa: TestClient) -> None:
    heavy = f"format = [{'1,' * 95_000}]"
    began = monotonic()
    with pytest.raises(Invalid):
        shipped.parse(heavy, "heavy.toml")
    takes = monotonic() - began
    assert await longest_silence(sent(kaisa, "check", heavy)) < takes / 2
