"""Every visible text, in every language: gettext catalogues, read once at the start.

The source of a text is plain English; what a language lacks is said in plain Finnish, what Finnish lacks in English.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.pofile import read_po

from server.errorwords import ERRORS

LOCALE: Final = Path(__file__).parent / "locale"
NAMES: Final = {"fi": "Suomi", "en": "English", "ar": "العربية"}
RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "ckb", "ps", "ur"})
PLAIN: Final = "fi"

_HOLE = re.compile(r"\{([a-z_]+)\}")


class Say:
    """One language: called with an English source it gives the text, its `{holes}` filled."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = texts

    def __call__(self, source: str, **facts: object) -> str:
        text = self._texts.get(source) or source
        return _HOLE.sub(lambda hole: str(facts.get(hole[1], hole[0])), text) if "{" in text else text

    def has(self, source: str) -> bool:
        """Whether this language itself has the text."""
        return self.language == "en" or source in self._texts


class Words:
    """All languages of the house."""

    def __init__(self, catalogues: Mapping[str, Mapping[str, str]]) -> None:
        plain = catalogues.get(PLAIN, {})
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

    def share(self, language: str, sources: tuple[str, ...]) -> dict[str, str]:
        """The part of a catalogue that a page's scripts need."""
        say = self.say(language)
        return {source: say._texts.get(source, source) for source in sources}


@cache
def read() -> Words:
    """The catalogues of this installation."""
    return Words({folder.name: _texts(folder) for folder in sorted(LOCALE.iterdir()) if folder.is_dir()})


def _texts(folder: Path) -> dict[str, str]:
    with (folder / "LC_MESSAGES" / "oppitupa.po").open("rb") as file:
        return {
            message.id: message.string
            for message in read_po(file, locale=folder.name)
            if isinstance(message.id, str) and message.id and isinstance(message.string, str) and message.string
        }


def of_error(code: str, say: Callable[..., str], facts: Mapping[str, object]) -> str:
    """What happened and what to do, for an error code; a code without words is a defect that a test finds."""
    return say(ERRORS.get(code, "Something went wrong. Please try again."), **facts)


def direction(language: str) -> str:
    """rtl or ltr."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"
