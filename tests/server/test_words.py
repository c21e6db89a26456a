"""What a page says: the right form for each number, plain Finnish where a language lacks a text."""

import pytest

from server.words import Say, Words, forms_of, phrase, read


@pytest.mark.parametrize(
    ("language", "forms"),
    [("fi", ("one", "other")), ("en", ("one", "other")), ("ar", ("zero", "one", "two", "few", "many", "other"))],
)
def test_forms_of_a_language_are_those_of_its_catalogue(language: str, forms: tuple[str, ...]) -> None:
    assert forms_of(language) == forms


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["0 devices", "1 device", "2 devices", "5 devices"]),
        ("fi", ["0 laitetta", "1 laite", "2 laitetta", "5 laitetta"]),
        ("ar", ["لا أجهزة", "جهاز واحد", "جهازان", "5 أجهزة"]),
    ],
)
def test_what_counts_takes_the_form_of_its_number(language: str, said: list[str]) -> None:
    say = read().say(language)
    assert [say("{count} devices", count=count) for count in (0, 1, 2, 5)] == said


def test_arabic_tells_eleven_from_a_hundred() -> None:
    say = read().say("ar")
    assert [say("{count} devices", count=count) for count in (11, 100)] == ["11 جهازًا", "100 جهاز"]


def test_language_without_a_text_says_it_in_finnish_with_the_form_that_finnish_has() -> None:
    words = Words({"fi": {"{count} x": {"one": "{count} yksi", "other": "{count} monta"}, "Yes": "Kyllä"}, "ar": {}})
    say = words.say("ar")
    assert [say("Yes"), say("{count} x", count=1), say("{count} x", count=3)] == ["Kyllä", "1 yksi", "3 monta"]
    assert words.say("sv").language == "fi"


def test_hole_without_a_fact_stays_and_a_fact_is_never_read_again() -> None:
    say = Say("en", {})
    assert say("{name} is {state}", name="{state}") == "{state} is {state}"


def test_share_of_a_script_carries_the_forms() -> None:
    shared = read().share("fi", ("{count} devices", "Call", "nobody says this"))
    assert shared == {
        "{count} devices": {"one": "{count} laite", "other": "{count} laitetta"},
        "Call": "Soita",
        "nobody says this": "nobody says this",
    }


def test_phrase_is_its_source() -> None:
    assert phrase("our fault") == "our fault"
