"""Every page of every role of one demo house, in a browser that stays signed in, and what is asked on each.

`Tour.visit` opens a page in one language and asks of it everything that holds on all pages (probe.js); it returns the
findings, none when all is well. tests/journeys/test_pages.py walks the short way, tests/long/test_all_pages.py all.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from deploy.build_front import ROOT
from tests.journeys.conftest import QUIET
from tests.journeys.furnished import House, open_house

HERE = Path(__file__).parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LANGUAGES = ("fi", "en", "ar")
NARROWEST, NARROW, WIDE = 320, 360, 1280


@dataclass
class Tour:
    """One browser that walks through the house, each role signed in once."""

    house: House
    browser: Browser
    visited: set[str] = field(default_factory=set)
    _pages: dict[str, Page] = field(default_factory=dict)

    def page(self, role: str) -> Page:
        """The window of a role."""
        if role not in self._pages:
            page = self._pages[role] = self.window()
            if role != "nobody":
                page.goto(self.house.person(role)["signin"])
                page.click("form[method=post] button")
        return self._pages[role]

    def window(self) -> Page:
        """A browser of somebody's own, where nobody is signed in yet, with what the tour asks of pages."""
        context: BrowserContext = self.browser.new_context(
            viewport={"width": NARROW, "height": 800}, permissions=["camera", "microphone"], reduced_motion="reduce"
        )
        page = context.new_page()
        page.add_init_script(path=AXE)
        page.add_init_script(path=HERE / "probe.js")
        return page

    def visit(self, role: str, way: str, language: str, looks: Sequence[tuple[int, str]]) -> list[str]:
        """Open a page in one language, look at it in these widths and themes, and say what is wrong."""
        page, path = self.page(role), way.format(**self.house.holes(role))
        self.visited.add(way)
        joint = "&" if "?" in path else "?"
        page.goto(f"{self.house.url}{path}{joint}language={language}", wait_until="load")
        return [f"{role} {way} {language}: {one}" for one in self.found(page, language, looks)]

    def send(self, role: str, form: tuple[str, str, dict[str, str]], language: str) -> list[str]:
        """Fill in a form, send it, and say what is wrong with the page that answers."""
        way, button, fields = form
        page, path = self.page(role), way.format(**self.house.holes(role))
        page.goto(f"{self.house.url}{path}{'&' if '?' in path else '?'}language={language}")
        for name, value in fields.items():
            page.fill(f"[name={name}]", value)
        page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
        page.click(button)
        page.wait_for_load_state()
        return [f"{role} form of {way} {language}: {one}" for one in self.found(page, language, [(NARROW, "light")])]

    def found(self, page: Page, language: str, looks: Sequence[tuple[int, str]]) -> list[str]:
        """What is wrong with the page that is open."""
        found = list(self._words(page, language))
        for at, (width, theme) in enumerate(looks):
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            page.set_viewport_size({"width": width, "height": 800})
            found += [f"{width} {theme}: {one}" for one in axed(page, colours_only=at > 0 and width == looks[0][0])]
        page.set_viewport_size({"width": NARROWEST, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        return found + ([f"is {wide} px wide at {NARROWEST}"] if wide > NARROWEST else [])

    def _words(self, page: Page, language: str) -> Iterator[str]:
        """Language and direction, one heading, nothing left in English on an Arabic page, nothing said twice."""
        told = page.evaluate("[document.documentElement.lang, document.documentElement.dir]")
        if told != [language, "rtl" if language == "ar" else "ltr"]:
            yield f"says it is {told}"
        if page.locator("h1").count() != 1:
            yield f"has {page.locator('h1').count()} first headings"
        if language == "ar":
            names = self.house.names
            yield from (f"left in English: {one}" for one in page.evaluate("(x) => probe.leftInEnglish(x)", names))
            yield from (f"a loose number: {one}" for one in page.evaluate("probe.looseNumbers()"))
        yield from (f"says twice: {one}" for one in page.evaluate("probe.saidTwice()"))


def axed(page: Page, *, colours_only: bool = False) -> list[str]:
    """What axe finds; where only the theme has changed, only colours are looked at again."""
    only: Any = {"type": "rule", "values": ["color-contrast"]} if colours_only else {"type": "tag", "values": TAGS}
    options = {"runOnly": only, "resultTypes": ["violations"], "iframes": False, "preload": False}
    found: list[str] = page.evaluate("(options) => probe.axed(options)", options)
    return [re.sub(r"\s+", " ", one) for one in found]


@contextmanager
def open_tour(folder: Path, chromium: str) -> Iterator[Tour]:
    """A house and a browser in it; a folder in which one was built already lets it go on."""
    with open_house(folder) as house, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield Tour(house, browser)
        browser.close()
