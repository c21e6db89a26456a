"""Text that goes round the catalogue: letters that a template or a script shows without saying them.

A finding is what a reader would see in English on a Finnish page. What is no language stays: names of formats, code,
signs. Each rule is tested with lines that are good and lines that are bad (tests/house/test_words.py).
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

NO_LANGUAGE = frozenset({"CSV", "JSON", "TURN", "openapi.json", "GET", "min", "kB", "h", "s"})
"""Names of formats and signs of units, the same in every language."""
SPOKEN = frozenset({"alt", "aria-label", "aria-description", "placeholder", "title", "label"})
UNREAD = frozenset({"script", "style", "code", "template"})
LETTERS = re.compile(r"[^\W\d_]{2,}")
NO_TEXT = re.compile(
    r"\{%-? block width -?%\}\w+\{%-? endblock -?%\}|\{%-? set \w+ -?%\}\s*\w+=\".*?\{%-? endset -?%\}", re.DOTALL
)
"""Blocks that hold a name or attributes, no text."""
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
SHOWN = re.compile(
    r"""(?:\b(?:textContent|innerText|innerHTML|title|placeholder|ariaLabel|alt)\s*=\s*|"""
    r"""\b(?:append|prepend|replaceChildren|createTextNode|alert|confirm)\(\s*|"""
    r"""setAttribute\(\s*["'](?:aria-label|title|alt|placeholder)["']\s*,\s*|new Option\(\s*)(["'`])(.*?)\1"""
)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unread: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in SPOKEN and value and _speaks(value)]
        if tag in UNREAD:
            self._unread.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._unread and self._unread[-1] == tag:
            self._unread.pop()

    def handle_data(self, data: str) -> None:
        if not self._unread and _speaks(data):
            self.found.append(" ".join(data.split()))


def _speaks(text: str) -> bool:
    rest = [word for word in text.split() if word.strip(":,.()") not in NO_LANGUAGE]
    return bool(LETTERS.search(" ".join(rest)))


def in_template(text: str) -> list[str]:
    """Words that stand in a template's own markup, or in a string of Jinja that nobody says."""
    reader = _Reader()
    reader.feed(JINJA.sub(_blank, NO_TEXT.sub("", text)))
    reader.close()
    return reader.found + list(_unsaid(text))


def _blank(match: re.Match[str]) -> str:
    """A value may stand in an attribute or between tags; macros, conditions and comments leave no trace."""
    return " " if match[0].startswith("{{") else ""


def _unsaid(text: str) -> Iterator[str]:
    """Sentences inside {{ }} and {% %}: a capital letter, then a space and more words, without say(…) around them."""
    for part in re.findall(r"\{[{%].*?[}%]\}", text, re.DOTALL):
        rest = re.sub(r'\b(?:say|both|plain|twofold)\(\s*"(?:[^"\\]|\\.)*"', "", part)
        yield from re.findall(r'"([A-Z][a-z]+ [^"]*[a-z][^"]*)"', rest)


def in_script(text: str) -> list[str]:
    """Words that a script puts before the reader without saying them."""
    bare = re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", text, flags=re.DOTALL)
    return [match[2] for match in SHOWN.finditer(bare) if _speaks(re.sub(r"\$\{.*?\}", " ", match[2]))]
