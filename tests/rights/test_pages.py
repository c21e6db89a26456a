"""What a page itself gives away or lets in: a CSRF token in each form, nothing that the content policy would forbid."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from multidict import CIMultiDictProxy

from calendars.rights import MATRIX
from server.middleware.headers import ALWAYS
from server.migrations import migrate
from tests.rights.matrix import LINES, Line
from tests.rights.test_routes import path_of
from tests.rights.town import STRANGER, Town, served

PAGES = [one for one in LINES if one.route.startswith("GET")]
READERS = ("learner", "teacher", "coordinator", "admin", STRANGER)
STRICTER = {"Referrer-Policy": "no-referrer"}
"""What an answer may say in place of what all say."""
ID = re.compile(r"/([a-z2-7]{20}|\d+)(?=/|$)")
OF_ONE_KIND = 4
INERT = ("application/json", "application/ld+json")
"""Types of script elements that are data and never run."""


class Page(HTMLParser):
    """The forms of a page with their CSRF tokens, and whatever a strict content policy would forbid."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.forbidden: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        self.forbidden += [f"<{tag} {name}>" for name in have if name.startswith("on") or name == "style"]
        self.forbidden += [
            f"<{tag} {name}>" for name in ("href", "src", "action") if "javascript:" in have.get(name, "")
        ]
        if tag == "style" or (tag == "script" and "src" not in have and have.get("type") not in INERT):
            self.forbidden.append(f"<{tag}>")
        if (
            tag in ("script", "img", "iframe", "link")
            and "//" in have.get("src", have.get("href", "")).partition(",")[0]
        ):
            self.forbidden.append(f"<{tag}> from elsewhere")
        if tag == "form" and have.get("method", "get").lower() == "post":
            self.forms.append({"action": have.get("action", ""), "csrf": ""})
        if tag == "input" and have.get("name") == "csrf" and self.forms:
            self.forms[-1]["csrf"] = have.get("value", "")


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    url = f"sqlite+aiosqlite:///{tmp_path}/town.db"
    await migrate(url)
    async with served(url) as found:
        yield found


class Links(HTMLParser):
    """Where a page leads to within the house, its own languages and files left out."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(re.sub(r"<template.*?</template>", "", text, flags=re.DOTALL))  # patterns that scripts fill in

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = (dict(attrs).get("href") or "").partition("#")[0]
        if tag == "a" and href.startswith("/") and not href.startswith("/static/"):
            self.found.append(href)


async def got(town: Town, line: Line, role: str, place: str) -> tuple[CIMultiDictProxy[str], str]:
    """The headers and the text of one answer."""
    path = path_of(town, line, place)
    async with town.browser.get(path, headers=town.headers(role), allow_redirects=False) as answer:
        return answer.headers.copy(), (await answer.read()).decode("utf-8", "replace")  # type: ignore[return-value]


async def test_pages_when_every_reader_opens_them_then_headers_forms_and_markup_are_sound(town: Town) -> None:
    """Pages, refusals, redirects, files and feeds: whatever answers wears the headers."""
    found, forms = [], 0
    for line in PAGES:
        for role in READERS:
            for place in ("own", "invented"):
                headers, text = await got(town, line, role, place)
                told = f"{line.route} {role} {place}"
                lacking = [
                    name for name, value in ALWAYS.items() if headers.get(name) not in (value, STRICTER.get(name))
                ]
                found += [f"{told} lacks {lacking}"] if lacking else []
                if "text/html" not in headers.get("Content-Type", ""):
                    continue
                page = Page(text)
                forms += len(page.forms)
                found += [f"{told} holds {one}" for one in page.forbidden]
                if role != STRANGER:
                    csrf = town.visitors[role].csrf
                    found += [f"{told}: {one['action']} without token" for one in page.forms if one["csrf"] != csrf]
    assert found == [], "\n".join(found)
    assert forms > 50  # a finder that finds no form would pass


async def test_pages_when_somebody_reads_her_own_then_no_cache_may_keep_them_for_others(town: Town) -> None:
    found = []
    for line in PAGES:
        if line.route in ("GET /logo", "GET /feeds/{feed}.ics"):
            continue
        headers, _ = await got(town, line, "learner", "own")
        parts = {one.strip() for one in headers.get("Vary", "").split(",")}
        if headers.get("Cache-Control") != "private, no-store" or not {"Cookie", "Accept-Language"} <= parts:
            found.append(f"{line.route}: {headers.get('Cache-Control')}, {headers.get('Vary')}")
        if "{link}" in line.route or "{invitation}" in line.route:  # her name stands there before anybody is signed in
            headers, _ = await got(town, line, STRANGER, "own")
            found += [] if headers["Cache-Control"] == "private, no-store" else [f"{line.route} for a stranger"]
    assert found == [], "\n".join(found)


@pytest.mark.parametrize(
    ("markup", "findings"),
    [
        ('<p onclick="a()">', ["<p onclick>"]),
        ('<p style="color: red">', ["<p style>"]),
        ("<script>a()</script>", ["<script>"]),
        ('<script type="application/json">{}</script>', []),
        ('<script type="module" src="/static/a.js"></script>', []),
        ('<script src="https://elsewhere.example/a.js"></script>', ["<script> from elsewhere"]),
        ('<a href="javascript:a()">', ["<a href>"]),
        ("<style>p {}</style>", ["<style>"]),
    ],
)
def test_finder_when_something_is_planted_then_it_is_found(markup: str, findings: list[str]) -> None:
    assert Page(markup).forbidden == findings


def test_finder_when_a_form_has_no_token_then_it_is_empty() -> None:
    assert Page('<form method="post" action="/a"><input name="b"></form>').forms == [{"action": "/a", "csrf": ""}]


@pytest.mark.parametrize("role", sorted(MATRIX))
async def test_links_when_followed_by_whoever_is_shown_them_then_none_leads_nowhere(town: Town, role: str) -> None:
    """Of the pages of one kind the first few are opened: sixty days are one kind."""
    room = [f"/lessons/{town.ids['lesson']['own']}/room"] if role == "visitor" else []  # she has nothing else
    waiting, met, kinds, dead = ["/", *room], {"/", *room}, Counter[str](), []
    while waiting:
        path = waiting.pop(0)
        async with town.browser.get(path, headers=town.headers(role)) as answer:
            text = await answer.text()
            if answer.status != 200:
                dead.append((path, answer.status))
        for href in Links(text).found if answer.content_type == "text/html" else ():
            kind = ID.sub("/…", href.partition("?")[0])
            if href not in met and kinds[kind] < OF_ONE_KIND:
                met.add(href)
                kinds[kind] += 1
                waiting.append(href)
    assert dead == []
    assert len(met) > 1  # a walker that goes nowhere would pass
