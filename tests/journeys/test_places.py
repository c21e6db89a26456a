"""A coordinator moves a lesson of a proposed week: by mouse, by finger, with keys alone, and without a script."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.furnished import House
from tests.journeys.pages import NARROW, WIDE, Tour, axed, open_tour
from tests.journeys.test_pages import tab_to

SENTENCE = "has two lessons at one time."


@pytest.fixture(scope="module")
def tour(house: Path, tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Tour]:
    """A house in which one lesson of a proposed timetable is put ten minutes later."""
    with open_tour(copytree(house, tmp_path_factory.mktemp("places") / "house"), chromium) as opened:
        yield opened


@dataclass
class Board:
    """The week before the coordinator."""

    page: Page
    house: House

    @property
    def bar(self) -> str:
        return f"[data-lesson='{self.house.proposed}']"

    def open(self, by: str = "group", width: int = WIDE, language: str = "en") -> None:
        """Show it anew."""
        self.page.set_viewport_size({"width": width, "height": 1400})
        self.page.goto(f"{self.house.url}/proposals/{self.house.timetable}/week?by={by}&language={language}")

    def stands(self) -> tuple[str, str]:
        """On which day and how the lesson stands, in words."""
        found: list[str] = self.page.evaluate(
            "(it) => { const bar = document.querySelector(it);"
            " return [bar.closest('.week-line').dataset.day, bar.getAttribute('aria-label')]; }", self.bar
        )  # fmt: skip
        return found[0], found[1]

    def rows(self) -> list[dict[str, Any]]:
        """The days of its group's card: their ids and boxes."""
        found: list[dict[str, Any]] = self.page.evaluate(
            "(it) => [...document.querySelector(it).closest('section').querySelectorAll('.week-line')].map((row) =>"
            " ({day: row.dataset.day, x: row.getBoundingClientRect().left, y: row.getBoundingClientRect().top,"
            " width: row.getBoundingClientRect().width, height: row.getBoundingClientRect().height}))", self.bar
        )  # fmt: skip
        return found

    def middle(self, selector: str) -> tuple[float, float]:
        box = self.page.locator(selector).first.bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def over_free(self) -> bool:
        """Whether the lesson is held over a place that breaks nothing, in the words of the page too."""
        told = self.page.locator("#picked-free:visible").count() == 1
        assert told == (self.page.locator(".place-ghost[data-free]").count() == 1)
        return told

    def moved(self) -> str:
        """What the page that came again says about it."""
        self.page.wait_for_selector(".changed[role=status]")
        return str(self.page.locator(".changed[role=status]").inner_text())


@pytest.fixture
def board(tour: Tour) -> Board:
    shown = Board(tour.page("coordinator"), tour.house)
    shown.open()
    return shown


def empty_row(board: Board) -> tuple[float, float]:
    """The middle of the afternoon of the day on which her group has the fewest lessons: the last of the card."""
    row = board.rows()[-1]
    return row["x"] + row["width"] * 0.75, row["y"] + row["height"] / 2


@pytest.mark.parametrize("by", ["mouse", "finger"])
def test_lesson_when_dragged_to_a_free_place_then_it_stands_there_and_can_be_put_back(board: Board, by: str) -> None:
    page, before = board.page, board.stands()
    start, end = board.middle(board.bar), empty_row(board)
    if by == "mouse":
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(start[0] + 12, start[1], steps=3)
        page.wait_for_selector("#week-board .place-free")
        page.mouse.move(*end, steps=6)
        assert board.over_free()
        page.mouse.up()
    else:
        wire = page.context.new_cdp_session(page)
        wire.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": start[0], "y": start[1]}]})
        page.wait_for_selector("#week-board .place-free")  # after a moment's rest
        for _ in range(2):
            wire.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": end[0], "y": end[1]}]})
        assert board.over_free()
        wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert "It breaks no rule there." in board.moved()
    assert board.stands()[0] == board.rows()[-1]["day"] != before[0]
    assert page.evaluate("(it) => document.activeElement.matches(it)", board.bar)
    page.click(".changed form button")
    page.wait_for_function(
        "([it, day]) => document.querySelector(it)?.closest('.week-line').dataset.day === day",
        arg=[board.bar, before[0]],
    )
    assert board.stands()[1] == before[1]


def test_lesson_when_held_over_another_then_what_breaks_is_told_first_and_nothing_is_sent(board: Board) -> None:
    page, before = board.page, board.stands()
    page.mouse.move(*board.middle(board.bar))
    page.mouse.down()
    row = board.rows()[1]
    page.mouse.move(row["x"] + row["width"] * 0.2, row["y"] + row["height"] / 2, steps=6)
    page.wait_for_selector("#picked-breaks li")
    assert not board.over_free()
    page.mouse.up()
    assert SENTENCE in page.locator("#picked-breaks").inner_text()
    assert page.evaluate("document.activeElement.id") == "put"
    page.keyboard.press("Escape")
    assert (page.locator("#picked").is_visible(), page.locator(".place-ghost").count()) == (False, 0)
    assert board.stands() == before
    page.reload()
    assert board.stands() == before


def test_lesson_when_moved_with_the_keyboard_alone_then_every_step_is_told_and_it_keeps_the_focus(board: Board) -> None:
    page, before = board.page, board.stands()
    tab_to(page, board.bar, 90)
    page.keyboard.press("Enter")
    page.wait_for_selector("#week-board .place-free")
    first = page.locator("#picked-time").inner_text()
    page.keyboard.press("ArrowUp")
    page.wait_for_selector("#picked-breaks li")
    assert (page.locator("#picked-time").inner_text() != first, axed(page)) == (True, [])
    page.keyboard.press("Enter")  # it breaks a rule: the button asks once more
    assert page.evaluate("document.activeElement.id") == "put"
    page.keyboard.press("Enter")
    assert SENTENCE in board.moved()
    assert board.stands()[0] != before[0]
    page.wait_for_function("(it) => document.activeElement.matches(it)", arg=board.bar)
    page.keyboard.press("Enter")
    page.wait_for_selector("#week-board .place-free")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("#picked-free:visible")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "([it, day]) => document.querySelector(it)?.closest('.week-line').dataset.day === day",
        arg=[board.bar, before[0]],
    )
    assert "It breaks no rule there." in board.moved()


def test_lesson_when_given_to_somebody_else_then_her_name_stands_on_it(board: Board) -> None:
    """On the groups' page by her button; on the people's page by dragging it to her row, and back."""
    page = board.page
    page.locator(board.bar).click()
    page.wait_for_selector(".picked-who[data-free]")
    other = str(page.locator(".picked-who[data-free] bdi").first.inner_text())
    page.locator(".picked-who[data-free]").first.click()
    assert board.over_free()
    page.click("#put")
    assert other in board.moved()
    assert other in board.stands()[1]
    page.click(".changed form button")
    page.wait_for_function("(name) => !document.querySelector('.changed').innerText.includes(name)", arg=other)
    board.open("teacher")
    page.mouse.move(*board.middle(board.bar))
    page.mouse.down()
    page.mouse.move(*(one + 9 for one in board.middle(board.bar)), steps=3)
    page.wait_for_selector("#week-board .place-free")
    who = page.locator(f"section[aria-label='{other}'] .week-line").first.get_attribute("data-who")
    day = board.stands()[0]
    page.mouse.move(*board.middle(f".week-line[data-who='{who}'][data-day='{day}'] .place-free"), steps=8)
    assert board.over_free()
    page.mouse.up()
    assert other in board.moved()
    page.click(".changed form button")
    page.wait_for_function("(name) => !document.querySelector('.changed').innerText.includes(name)", arg=other)


def test_page_when_there_is_no_script_then_each_lesson_leads_to_its_form(tour: Tour, board: Board) -> None:
    context = tour.browser.new_context(java_script_enabled=False, storage_state=board.page.context.storage_state())
    plain = context.new_page()
    plain.set_viewport_size({"width": NARROW, "height": 800})
    plain.goto(f"{tour.house.url}/proposals/{tour.house.timetable}/week?language=en")
    assert plain.locator("#how-to-move").inner_text() == "Choose a lesson. Then say its new time."
    plain.locator(board.bar).press("Enter")
    plain.wait_for_selector("[name=starts]")
    plain.fill("[name=starts]", "12.45")
    plain.locator("form.form button[data-kind=main]").press("Enter")
    plain.wait_for_url(f"**/proposals/{tour.house.timetable}#*")
    assert plain.get_by_text("12:45–").count() >= 1
    context.close()
