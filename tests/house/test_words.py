"""The catalogue is whole: nothing missing, nothing torn, nothing left behind, nothing past it, and plain Finnish."""

import ast
import re
from pathlib import Path

import pytest

from calendars import errors
from server.commands import attendance, faults, groups
from server.errorwords import ERRORS
from tests.house import literals, words

LANGUAGES = ("fi", "ar", "en")
FINNISH = [(source, form) for source, forms in words.texts("fi").items() for form in forms]
USUAL, MOST = 9, 12
PASSIVE = re.compile(r"\b\w+(?:taan|tään|daan|dään|ellaan|ellään|ttiin|tiin)\b")
NO_PASSIVE = frozenset(
    {
        "listaan",
        "minuuttiin",
        "vähintään",
        "enintään",
        "mitään",
        "yhtään",
        "ketään",
        "odotetaan",
        "pidettiin",
        "merkitään",
    }
)
"""Cases of other words; then: a state of the roster by design, a line of evidence, and what others do to her."""
ONE_WORD = {
    "oppilas": "opiskelija", "oppija": "opiskelija", "kurssi": "koulutus", "istunto": "tunti", "sessio": "tunti",
    "klikkaa": "paina", "nappi": "painike", "napp": "painike", "email": "sähköposti", "kirjaudu pois": "kirjaudu ulos",
}  # fmt: skip
"""What must not be said -> the word that the house uses everywhere."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_missing(language: str) -> None:
    assert words.missing(language) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_source_is_left_behind(language: str) -> None:
    assert words.left_behind(language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_holes_are_those_of_the_source(language: str) -> None:
    assert words.torn(language) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_counts_has_all_forms_of_its_language(language: str) -> None:
    assert words.formless(language) == []


def test_finder_sees_every_way_of_saying() -> None:
    python = 'say("a"); both("b" if x else "c"); request[SAY]("d"); words.say("ar")("e"); phrase("f"); self._say("g")'
    python += '; work.tell("no")'
    assert sorted(words.in_python(python)) == ["a", "b", "c", "d", "e", "f", "g"]
    assert list(words.in_markup("""{{ say("a") }}{{ both( "b", x=1) }} (say) => say("c"), card.say("no") """)) == [
        "a",
        "b",
        "c",
    ]


def test_nothing_is_said_that_the_finder_cannot_see() -> None:
    """In templates and scripts a voice is called with its source written out; tables in Python use phrase()."""
    unseen = re.compile(r"(?<![#.\w])(?:say|both)\(\s*(?![\"'\s)])(?!\w+\)\s*\{)(?!source)")
    found = [
        f"{path.relative_to(words.ROOT)}: {text[at.start() : at.start() + 60]}"
        for path in words.files()
        if path.suffix in (".html", ".js")
        for text in [path.read_text(encoding="utf-8")]
        for at in unseen.finditer(
            re.sub(r"\{#.*?#\}|/\*.*?\*/", lambda note: " " * len(note[0]), text, flags=re.DOTALL)
        )
        if not text[: at.start()].endswith("function ")
    ]
    assert found == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ('<p>{{ say("Sign in") }} · CSV</p>', []),
        ("<p>{# A note to us. #}{% if x %}{{ name }}{% endif %} – 3 h</p>", []),
        ('<script type="module">const Word = 1;</script><code>GET /x</code>', []),
        ("<p>Sign in</p>", ["Sign in"]),
        ("<p>{{ name }} was here</p>", ["was here"]),
        ('<input placeholder="Your name" name="name">', ["Your name"]),
        ('{{ button("Go to class", icon="door-open") }}', ["Go to class"]),
        ('{{ button(say("Go to class"), icon="door-open") }}', []),
    ],
)
def test_lint_of_templates_finds_what_goes_round_the_catalogue(template: str, found: list[str]) -> None:
    assert literals.in_template(template) == found


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ('a.textContent = say("Hand down");', []),
        ('a.textContent = "✓"; // a.textContent = "Not shown"', []),
        ('a.textContent = "Hand down";', ["Hand down"]),
        ("a.append(`Left at ${time}`);", ["Left at ${time}"]),
        ('a.setAttribute("aria-label", "Close the chat");', ["Close the chat"]),
        ('new Option("Any microphone", "")', ["Any microphone"]),
    ],
)
def test_lint_of_scripts_finds_what_goes_round_the_catalogue(script: str, found: list[str]) -> None:
    assert literals.in_script(script) == found


def test_no_template_and_no_script_shows_literal_text() -> None:
    reading = {".html": literals.in_template, ".js": literals.in_script}
    found: dict[str, list[str]] = {}
    for path in words.files():
        if path.suffix in reading and "worklets" not in path.parts:
            shown = reading[path.suffix](path.read_text(encoding="utf-8"))
            found |= {str(path.relative_to(words.ROOT)): shown} if shown else {}
    assert found == {}


def sentences(text: str) -> list[int]:
    """Words in each sentence; a number, an address and a hole are a word."""
    return [
        sum(bool(re.search(r"\w", word)) for word in part.split()) for part in re.split(r"(?<=[.!?:])\s+", text) if part
    ]


@pytest.mark.parametrize(
    ("text", "lengths"),
    [("Odota hetki.", [2]), ("Odota {seconds} s. Yritä uudelleen – nyt!", [3, 3]), ("Klo 10.00: mene", [2, 1])],
)
def test_sentences_are_counted_in_words(text: str, lengths: list[int]) -> None:
    assert sentences(text) == lengths


def test_finnish_sentences_are_short() -> None:
    """At most 9 words; the few that need more have at most 12 and are named here: none today."""
    assert {source: text for source, text in FINNISH if max(sentences(text), default=0) > USUAL} == {}
    assert max(max(sentences(text), default=0) for _, text in FINNISH) <= MOST


def test_finnish_says_you_instead_of_the_passive() -> None:
    found = {word for _, text in FINNISH for word in PASSIVE.findall(text.lower())}
    assert found - NO_PASSIVE == set()


def test_finnish_uses_one_word_for_one_thing() -> None:
    found = [(word, text) for _, text in FINNISH for word in ONE_WORD if re.search(rf"\b{word}", text.lower())]
    assert found == []


def test_every_way_to_say_no_has_words() -> None:
    """Each code that a Refused is made with; those of files that only commands read have words there."""
    told_elsewhere = {"broken_sheet", "demo_needs_days"}  # fault by fault (faults.py); caught by `demo`
    known = set(ERRORS) | set(attendance.SENTENCES) | set(faults.REFUSALS) | set(groups.SENTENCES) | told_elsewhere
    assert {code: where for code, where in codes().items() if code not in known} == {}


def codes() -> dict[str, str]:
    """Code -> file, of every Refused that is constructed with a literal."""
    ways = {name for name, made in vars(errors).items() if isinstance(made, type) and issubclass(made, errors.Refused)}
    found: dict[str, str] = {}
    for path in (path for path in words.files() if path.suffix == ".py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ways and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.setdefault(first.value, str(Path(path).relative_to(words.ROOT)))
    return found
