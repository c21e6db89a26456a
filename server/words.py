"""Every visible text, in every language: gettext catalogues, read once at the start.

The source of a text is plain English; what a language lacks is said in plain Finnish, what Finnish lacks in English.
A text that counts something has one form for each kind of number that its language knows (Arabic knows six); the number
is the first hole of its source. static/words.js is its twin.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale
from babel.messages.pofile import read_po

from server.errorwords import ERRORS

LOCALE: Final = Path(__file__).parent / "locale"
NAMES: Final = {"fi": "Suomi", "en": "English", "ar": "العربية"}
RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "ckb", "ps", "ur"})
PLAIN: Final = "fi"

Text = str | Mapping[str, str]
"""What is said whatever the number, or the forms by CLDR's names of them: zero, one, two, few, many, other."""

_HOLE = re.compile(r"\{([a-z_]+)\}")
_FORMS: Final = ("zero", "one", "two", "few", "many", "other")


def phrase(source: str) -> str:
    """An English source that is said elsewhere, from a table: so the words tool finds it where it is written."""
    return source


def forms_of(language: str) -> tuple[str, ...]:
    """The kinds of numbers that a language tells apart, in the order in which a catalogue has them."""
    known = Locale.parse(language).plural_form.tags | {"other"}
    return tuple(form for form in _FORMS if form in known)


class Say:
    """One language: called with an English source it gives the text, its `{holes}` filled."""

    def __init__(self, language: str, texts: Mapping[str, Text]) -> None:
        self.language = language
        self._texts = texts
        self._form = Locale.parse(language).plural_form

    def __call__(self, source: str, **facts: object) -> str:
        text = self._texts.get(source) or source
        if not isinstance(text, str):
            text = text.get(self._form(_number(source, facts))) or text["other"]
        return _HOLE.sub(lambda hole: str(facts.get(hole[1], hole[0])), text) if "{" in text else text

    def text(self, source: str) -> Text:
        """The text or its forms, unfilled, for a script that will fill them."""
        return self._texts.get(source, source)


def _number(source: str, facts: Mapping[str, object]) -> int:
    hole = _HOLE.search(source)
    number = facts.get(hole[1]) if hole else None
    return number if isinstance(number, int) else 0


@dataclass(frozen=True, slots=True)
class Twice:
    """The same in her language and in plain Finnish; `plain` is empty where it would only repeat."""

    own: str
    plain: str


class Words:
    """All languages of the house."""

    def __init__(self, catalogues: Mapping[str, Mapping[str, Text]]) -> None:
        plain: Mapping[str, Text] = catalogues.get(PLAIN, {})
        self._says = {
            code: Say(code, texts if code == "en" else {**plain, **texts})
            for code, texts in {"en": {}, **catalogues}.items()
        }

    @property
    def languages(self) -> list[str]:
        """The codes, plain Finnish first."""
        return sorted(self._says, key=lambda code: (code != PLAIN, code != "en", code))

    def say(self, language: str) -> Say:
        """The voice of a language; plain Finnish for one that the house does not have."""
        return self._says.get(language) or self._says[PLAIN if PLAIN in self._says else "en"]

    def share(self, language: str, sources: tuple[str, ...]) -> dict[str, Text]:
        """The part of a catalogue that a page's scripts need."""
        say = self.say(language)
        return {source: say.text(source) for source in sources}


@cache
def read() -> Words:
    """The catalogues of this installation."""
    return Words({folder.name: _texts(folder) for folder in sorted(LOCALE.iterdir()) if folder.is_dir()})


def _texts(folder: Path) -> dict[str, Text]:
    found: dict[str, Text] = {}
    with (folder / "LC_MESSAGES" / "oppitupa.po").open("rb") as file:
        for message in read_po(file, locale=folder.name):
            if isinstance(message.id, str) and message.id and isinstance(message.string, str) and message.string:
                found[message.id] = message.string
            elif isinstance(message.string, tuple | list) and all(message.string):
                found[message.id[0]] = dict(zip(forms_of(folder.name), message.string, strict=True))
    return found


def of_error(code: str, say: Callable[..., str], facts: Mapping[str, object]) -> str:
    """What happened and what to do, for an error code; a code without words is a defect that a test finds."""
    return say(ERRORS.get(code, ERRORS["unexpected"]), **facts)


def direction(language: str) -> str:
    """rtl or ltr."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"
