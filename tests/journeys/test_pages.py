"""Every page of every role in every language: axe finds nothing, nothing scrolls sideways, nothing is left in English.

One demo house and one browser for all; each page is opened once in each language. Widths and themes take turns, and axe
reads one language of each direction (English is laid out as Finnish); tests/long/test_all_pages.py looks at all.
"""

import re
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from shutil import copytree

import pytest
from playwright.sync_api import Page

from server.app import ROUTES
from tests.journeys.pages import LANGUAGES, NARROW, NARROWEST, WIDE, Tour, axed, open_tour
from tests.journeys.ways import FORMS, WAYS

LOOKS = cycle([(NARROW, "light"), (WIDE, "dark"), (NARROW, "dark"), (WIDE, "light")])
NO_PAGES = {
    "/logo": "a picture", "/metrics": "numbers for Prometheus", "/openapi.json": "JSON", "/health/live": "text",
    "/health/ready": "JSON", "/programmes/{programme}/report.csv": "a file", "/feeds/{token:[^/]+}.ics": "a calendar",
    "/models/{name}/{version}/file": "a file", "/programmes/{programme}/file": "a file",
    "/programmes/{programme}/import/template.csv": "a file", "/programmes/{programme}/import/preview": "leads on",
    "/programmes/{programme}/wizard": "leads on",
    "/proposals/{proposal}/lessons/{proposed}/places": "JSON",
    "/programmes/{programme}/report.json": "JSON", "/lessons/{lesson}/door": "leads to another provider's room",
    "/hooks/{server}{path:(/.*)?}": "what a video server tells", "/hooks/{server}/conference/{room}": "JSON",
}  # fmt: skip
"""Addresses that answer with no page of ours -> why."""
BY_A_LINK = {
    "/l/{token}": "{link}",
    "/g/{token}": "{visit}",
    "/enrol/{token}": "/enrol/AAAA",
    "/j/{lesson}": "/j/{ahead}",
    "/programmes/{programme}/days/{n}": "/programmes/{programme}/days/7",
    "/programmes/{programme}/days/{n}/change": "/programmes/{programme}/days/40/change",
    "/programmes/{programme}/days/{n}/talks": "/programmes/{programme}/days/1/talks",
    "/models/{name}/{version}": "/models/kototyo/1.0",
}
"""Addresses that one gets by a link -> how the tour calls them."""
FIRST_PAGE = 150_000  # bytes over the wire: 0.6 s at 2 Mbit/s (facts/mission)


@pytest.fixture(scope="module")
def tour(house: Path, tmp_path_factory: pytest.TempPathFactory, chromium: str) -> Iterator[Tour]:
    """A house whose pages are walked by all tests of this file."""
    with open_tour(copytree(house, tmp_path_factory.mktemp("tour") / "house"), chromium) as opened:
        yield opened


@pytest.mark.parametrize("role", WAYS)
def test_pages_of_a_role_are_whole_in_every_language(tour: Tour, role: str) -> None:
    found = []
    for way in WAYS[role]:
        for language in LANGUAGES:
            found += tour.visit(role, way, language, [] if language == "en" else [next(LOOKS)])
    for form in FORMS.get(role, ()):
        found += tour.send(role, form, "ar")
    assert found == []


def test_every_page_that_the_house_serves_is_walked() -> None:
    """A new page must be put into the tour: its address is compared with those of all roles."""
    gets = [route.path for table in ROUTES for route in table if getattr(route, "method", "") == "GET"]
    served = {path for path in gets if not path.startswith("/api/")} - set(NO_PAGES)
    ways = {_pattern(way) for all_of_a_role in WAYS.values() for way in all_of_a_role}
    assert sorted(one for one in served if _pattern(BY_A_LINK.get(one, one)) not in ways) == []


def _pattern(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "*", path.partition("?")[0])


def test_learner_goes_from_her_link_to_class_with_the_keyboard_alone(tour: Tour) -> None:
    """Tab shows where one is on every step, Enter acts; the skip link comes first."""
    page = tour.window()
    page.goto(tour.house.person("learner")["signin"] + "?language=ar&wanted=/")
    tab_to(page, "form[method=post] button")
    page.keyboard.press("Enter")
    page.wait_for_selector("main .now")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip button"
    tab_to(page, "main .button[data-kind=main]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#classroom[data-stage=door]")
    tab_to(page, "#go-in")
    page.keyboard.press("Enter")
    page.wait_for_selector("#classroom[data-stage=room]")
    tab_to(page, "#hand")
    page.keyboard.press("Space")
    page.wait_for_selector("#hand[aria-pressed=true]")
    tab_to(page, "#message")
    page.keyboard.press("Enter")
    page.wait_for_selector("#chat:not([hidden])")
    assert axed(page) == []
    page.context.close()


def test_coordinator_plans_a_lesson_with_the_keyboard_alone(tour: Tour) -> None:
    """From a day without a lesson of hers to the lesson on it: links, choices, hours and the button, no mouse."""
    page, holes = tour.page("coordinator"), tour.house.holes("coordinator")
    day = f"{tour.house.url}/programmes/{holes['programme']}/days/11"
    page.goto(f"{day}?language=en")
    before = page.locator("[data-lesson]").count()
    tab_to(page, "a[href*='/lessons/new']")
    page.keyboard.press("Enter")
    page.wait_for_selector("[name=starts]")
    for name, hour in (("starts", "18.15"), ("ends", "19:00")):
        tab_to(page, f"[name={name}]")
        page.keyboard.type(hour)
    tab_to(page, "[name=topic]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "main .button[data-kind=main]")
    page.keyboard.press("Enter")
    page.wait_for_url(day)
    assert page.locator("[data-lesson]").count() == before + 1
    assert page.locator("section", has_text="18:15–19:00").locator("[data-lesson]").count() == 1


def tab_to(page: Page, selector: str, most: int = 40) -> None:
    """Press Tab until this has the focus; every step on the way must be seen."""
    for _ in range(most):
        if page.evaluate("(it) => document.activeElement?.matches(it) ?? false", selector):
            return
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const it = document.activeElement; if (!it || it === document.body) return true;
              const style = getComputedStyle(it), box = it.getBoundingClientRect();
              const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
              return ring && box.width > 0 && box.height > 0; }"""
        )
        assert seen, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
    raise AssertionError(f"{selector} is not reached with {most} tabs")


def test_nothing_moves_for_whoever_asked_for_stillness(tour: Tour) -> None:
    page = tour.page("coordinator")
    page.goto(f"{tour.house.url}/house?language=fi")
    moving = """() => [...document.querySelectorAll("*")].filter((one) => {
      const { animationName, transitionDuration } = getComputedStyle(one);
      const slow = transitionDuration.split(",").some((time) => parseFloat(time) > 0);
      return animationName !== "none" || slow; }).length"""
    assert page.evaluate(moving) == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) > 0
    page.emulate_media(reduced_motion="reduce")


@pytest.mark.parametrize(
    ("role", "way", "told"),
    [
        ("teacher", "/people/{learner}/card", "h2"), ("teacher", "/lessons/{over}/register", "h2"),
        ("coordinator", "/programmes/{programme}/days/7", "[data-lesson]"),
        ("coordinator", "/groups/{group}", ".sitter"), ("coordinator", "/staff", ".sitter"),
    ],
)  # fmt: skip
def test_print_is_black_on_white_without_what_only_a_screen_can_do(tour: Tour, role: str, way: str, told: str) -> None:
    page = tour.page(role)
    page.goto(tour.house.url + way.format(**tour.house.holes(role)) + "?language=fi")
    page.emulate_media(media="print", color_scheme="dark")
    shown = """() => [...document.querySelectorAll(
      "button, .button, nav.ways, .languages, .skip, input, select")].filter((one) => one.offsetParent)
      .map((one) => one.outerHTML.slice(0, 80))"""
    assert page.evaluate(shown) == []
    colours = "(({ backgroundColor, color }) => [backgroundColor, color])(getComputedStyle(document.body))"
    assert page.evaluate(colours) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    assert page.locator(f"main {told}").first.is_visible()
    page.emulate_media(media="screen", color_scheme="light")


@pytest.mark.parametrize(("wanted", "shown"), [("?wanted=/", "main .now"), ("", "#classroom[data-stage=door]")])
def test_first_page_of_a_learner_is_light(tour: Tour, wanted: str, shown: str) -> None:
    """All that her day or the door of her class loads, as it comes over the wire, compressed, into an empty cache."""
    context = tour.browser.new_context(viewport={"width": NARROW, "height": 800})
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: list[int] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    page.goto(tour.house.person("learner")["signin"] + wanted)
    page.click("form[method=post] button")
    page.wait_for_selector(shown)
    page.wait_for_load_state("networkidle")
    print(f"{shown}: {sum(sizes)} bytes in {len(sizes)} answers")
    assert len(sizes) >= 5
    assert sum(sizes) <= FIRST_PAGE
    context.close()


def test_learners_pages_say_her_language_over_plain_finnish(tour: Tour) -> None:
    """The large line is Arabic, the small one Finnish; on a Finnish page there is one line only."""
    page = tour.page("learner")
    for language, lines in (("ar", ["ar", "fi"]), ("fi", ["fi"])):
        page.goto(f"{tour.house.url}/?language={language}")
        button = page.locator("main .button[data-kind=main]").first
        assert button.evaluate("(it) => [...it.querySelectorAll('.own, .selko')].map((one) => one.lang)") == lines
    page.set_viewport_size({"width": NARROWEST, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST
