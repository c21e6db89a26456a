"""A coordinator forms groups: seats dragged by mouse and by finger, moved by keyboard alone, and without any script."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from playwright.sync_api import Page

from tests.journeys.furnished import House
from tests.journeys.pages import WIDE, Tour, axed, open_tour
from tests.journeys.test_pages import tab_to


@pytest.fixture(scope="module")
def tour(house: Path, tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Tour]:
    """A house in which six wait at two proposed tables, and a seventh beside them."""
    with open_tour(copytree(house, tmp_path_factory.mktemp("grouping") / "house"), chromium) as opened:
        yield opened


@pytest.fixture
def page(tour: Tour) -> Page:
    """The coordinator before the proposal, on a wide screen."""
    shown = tour.page("coordinator")
    shown.set_viewport_size({"width": WIDE, "height": 1200})
    shown.goto(f"{address(tour.house)}?language=en")
    return shown


def address(house: House) -> str:
    return f"{house.url}/programmes/{house.holes('coordinator')['programme']}/grouping"


def seats(page: Page) -> list[list[str]]:
    """Table by table, who sits there."""
    found: list[list[str]] = page.evaluate(
        "[...document.querySelectorAll('.table')].map((table) =>"
        " [...table.querySelectorAll('.movable')].map((seat) => seat.dataset.person))"
    )
    return found


def middle(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def wait_for_seat(page: Page, person: str, table: int) -> None:
    """The page has come again with her at that table, and says what it costs."""
    page.wait_for_function(
        "([person, table]) => document.querySelectorAll('.table')[table]?.querySelector(`#seat-${person}`)"
        " && document.querySelector('.changed[role=status] li')",
        arg=[person, table],
    )


@pytest.mark.parametrize("by", ["mouse", "finger"])
def test_seat_when_dragged_to_another_table_then_it_sits_there_and_the_cost_is_told(page: Page, by: str) -> None:
    here, there = (0, 1) if by == "mouse" else (1, 0)
    before = seats(page)
    person = before[here][0]
    start, end = middle(page, f"#seat-{person} .grip"), middle(page, f".table >> nth={there}")
    if by == "mouse":
        page.mouse.move(*start)
        page.mouse.down()
        page.mouse.move(*end, steps=6)
        assert page.locator(".table[data-over]").count() == 1
        page.mouse.up()
    else:
        wire = page.context.new_cdp_session(page)
        for kind, at in (("touchStart", start), ("touchMove", end), ("touchMove", end)):
            wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": at[0], "y": at[1]}]})
        wire.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wait_for_seat(page, person, there)
    assert seats(page)[there] == [*before[there], person]
    assert seats(page)[here] == before[here][1:]


def test_seat_when_dropped_beside_the_tables_or_where_it_was_then_nothing_is_sent(page: Page) -> None:
    before = seats(page)
    for end in ((5.0, 5.0), middle(page, ".table >> nth=0")):
        page.mouse.move(*middle(page, f"#seat-{before[0][0]} .grip"))
        page.mouse.down()
        page.mouse.move(*end, steps=4)
        page.mouse.up()
    assert page.locator("[aria-busy], [data-dragged], [data-over]").count() == 0
    assert seats(page) == before


def test_page_when_there_is_no_script_then_a_choice_and_a_button_move_a_seat(tour: Tour, page: Page) -> None:
    context = tour.browser.new_context(java_script_enabled=False, storage_state=page.context.storage_state())
    plain = context.new_page()
    plain.goto(f"{address(tour.house)}?language=fi")
    assert plain.locator(".grip:visible").count() == 0
    person = str(plain.locator(".table .movable").first.get_attribute("data-person"))
    other = str(plain.locator(".table >> nth=1").get_attribute("data-group"))
    plain.select_option("#person", person)
    plain.select_option("#group", other)
    plain.locator("#move button").press("Enter")
    plain.wait_for_selector(".changed[role=status]")
    assert plain.locator(f".table[data-group='{other}'] #seat-{person}").count() == 1
    context.close()


def test_seat_when_moved_with_the_keyboard_alone_then_it_keeps_the_focus_and_all_is_accepted(page: Page) -> None:
    """Tab to a seat, arrow to the other table and back, lock the table, accept: no mouse anywhere."""
    first, _ = seats(page)
    grip = f"#seat-{first[0]} .grip"
    tab_to(page, grip, 60)
    page.keyboard.press("ArrowRight")
    wait_for_seat(page, first[0], 1)
    page.wait_for_function("(it) => document.activeElement.matches(it)", arg=grip)
    page.keyboard.press("ArrowLeft")
    wait_for_seat(page, first[0], 0)
    page.wait_for_function("(it) => document.activeElement.matches(it)", arg=grip)
    tab_to(page, ".table .card-head .hold", 60)
    page.keyboard.press("Space")
    page.wait_for_selector(".table .card-head .hold[aria-pressed=true]")
    loose = page.locator("[aria-labelledby=loose] .movable").first.get_attribute("data-person")
    tab_to(page, f"#seat-{loose} .grip", 90)
    page.keyboard.press("ArrowRight")
    wait_for_seat(page, str(loose), 0)
    assert axed(page) == []
    tables = page.locator(".table").count()
    tab_to(page, "form[action$='/accept'] button", 120)
    page.keyboard.press("Enter")
    page.wait_for_url("**/programmes/*#groups")
    assert page.locator(".panes .sitter", has_text="Uusi").count() == 7
    assert tables == 2
