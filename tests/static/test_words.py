"""Scripts say what the server says: words.js and server/words.py are twins."""

from collections.abc import Callable
from typing import Any

import pytest

from server.words import read
from tests.house.words import counts, sources

COUNTING = tuple(source for source in sources() if counts(source))


@pytest.mark.parametrize("language", ["fi", "en", "ar"])
def test_script_and_server_say_the_same_for_every_number(
    script: Callable[[str], Callable[..., Any]], language: str
) -> None:
    words, say, shared = script("words.js"), read().say(language), read().share(language, COUNTING)
    for number in (*range(13), 20, 21, 99, 100, 101, 102, 103, 111, 1000):
        for source in COUNTING:
            assert words("said", shared, language, source, {"count": number}) == say(source, count=number)


def test_script_fills_holes_and_says_what_it_does_not_know_in_english(
    script: Callable[[str], Callable[..., Any]],
) -> None:
    words = script("words.js")
    assert words("said", {"Hi {name}": "Hei {name}"}, "fi", "Hi {name}", {"name": "{name}"}) == "Hei {name}"
    assert words("said", {}, "ar", "Unknown {x} {y}", {"x": 1}) == "Unknown 1 {y}"
