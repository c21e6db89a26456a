"""Pages on paper, A4: nothing runs over the edge, headings and heads of tables hold, and grey paper still tells."""

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from playwright.sync_api import Page

from tests.journeys.pages import Tour, open_tour

PAPER = 680  # pixels between the margins of A4: 210 mm less twice 15 mm
WAYS = (
    "/programmes/{programme}/timetable", "/programmes/{programme}/timetable?by=teacher", "/programmes/{programme}",
    "/programmes/{programme}/timetable/loads", "/programmes/{programme}/grouping", "/proposals/{timetable}/week",
)  # fmt: skip
OVER = """(paper) => [...document.querySelectorAll("main *")].filter((one) => {
  const box = one.getBoundingClientRect(), shown = getComputedStyle(one).display !== "none";
  return shown && box.width > 0 && (box.right > paper + 1 || box.left < -1) && !one.closest(".unseen, svg svg");
}).map((one) => one.outerHTML.slice(0, 120))"""
DRAWN = """(it) => { const one = document.querySelector(it); if (!one) return "none";
  const style = getComputedStyle(one); return `${style.fill} ${style.backgroundImage} ${style.backgroundColor}`; }"""


@pytest.fixture(scope="module")
def tour(house: Path, tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Tour]:
    """A house whose pages are printed."""
    with open_tour(copytree(house, tmp_path_factory.mktemp("print") / "house"), chromium) as opened:
        yield opened


@pytest.fixture
def paper(tour: Tour) -> Page:
    """The coordinator's window, as wide as paper."""
    page = tour.page("coordinator")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER, "height": 1000})
    return page


@pytest.mark.parametrize("language", ["fi", "ar"])
def test_page_when_printed_then_it_stays_on_its_paper_and_no_sheet_is_nearly_empty(
    tour: Tour, paper: Page, language: str
) -> None:
    for way in WAYS:
        path = way.format(**tour.house.holes("coordinator"))
        paper.goto(f"{tour.house.url}{path}{'&' if '?' in path else '?'}language={language}")
        assert paper.evaluate(OVER, PAPER) == [], way
        assert paper.evaluate("[...document.querySelectorAll('main .button')].every((one) => !one.checkVisibility())")
        heads = "[...document.querySelectorAll('h1, h2, h3')].map((one) => getComputedStyle(one).breakAfter)"
        assert set(paper.evaluate(heads)) == {"avoid"}, way
        tables = "[...document.querySelectorAll('.table thead')].map((one) => getComputedStyle(one).display)"
        assert set(paper.evaluate(tables)) <= {"table-header-group"}, way
        height = paper.evaluate("document.documentElement.scrollHeight")
        sheets = len(re.findall(rb"/Type\s*/Page\b", paper.pdf(format="A4")))
        assert 1 <= sheets <= height // 700 + 1, (way, sheets, height)  # of the 1009 pixels a sheet holds


def test_kinds_when_printed_without_colour_then_they_differ_by_their_pattern(tour: Tour, paper: Page) -> None:
    holes = tour.house.holes("coordinator")
    kinds = ('.key [data-kind="online"]', '.key [data-kind="contact"]')
    for way, marks in (
        ("/programmes/{programme}/timetable", kinds),
        ("/programmes/{programme}", ('.tile[data-kind="online"]', '.tile[data-kind="contact"]')),
        ("/programmes/{programme}/grouping", tuple(f'[data-share="{share}"]' for share in ("all", "some", "none"))),
    ):
        paper.goto(f"{tour.house.url}{way.format(**holes)}?language=fi")
        drawn = [paper.evaluate(DRAWN, one) for one in marks]
        assert len(set(drawn)) == len(marks), (way, drawn)
        assert "none" not in drawn
