"""Names: what people type becomes one line that can be shown, stored and printed."""

import pytest

from calendars.errors import Invalid
from calendars.names import clean_email, clean_name, clean_telephone, clean_text, in_language


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Amina \t Al-Sayed\n", "Amina Al-Sayed"),
        ("Ami\x00na\x07", "Amina"),
        ("\u202eanimA", "animA"),
        ("Amina\ud800", "Amina"),
        ("A\u0308ma\u0308la\u0308inen", "Ämäläinen"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("=cmd()", "=cmd()"),
        ("<b>Bo</b>", "<b>Bo</b>"),
        ("x" * 120, "x" * 120),
    ],
)
def test_name_when_typed_then_kept_as_one_line(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  One\n\tand two \n", "One\n\tand two"),
        ("\u202eabc\u2067\u0645\u2069", "abc\u2067\u0645\u2069"),
        ("a\x00b\x1fc\x85d\ud800e", "abcde"),
        ("\ufdd0\uffff\U0001fffe\U0010ffff", ""),
        ("\U0001fae9", "\U0001fae9"),  # a face of Unicode 16, which this Python may not know yet
        ("a\u0308", "ä"),
        (" \x07 ", ""),
    ],
)
def test_text_when_said_then_kept_but_for_what_would_break_or_deceive(said: str, kept: str) -> None:
    assert clean_text(said) == kept


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", "empty"), (" \u200b\x07 ", "empty"), ("x" * 121, "too_long"), ("x" * 10_000_000, "too_long")],
)
def test_name_when_useless_then_refused_with_its_field(typed: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        clean_name(typed, "alias")
    assert (refused.value.code, refused.value.facts["field"]) == (code, "alias")


def test_telephone_when_no_number_then_refused() -> None:
    assert clean_telephone(" +358 40 (123) 456-7 ") == "+358 40 (123) 456-7"
    assert clean_telephone("") == ""
    with pytest.raises(Invalid, match="bad_telephone"):
        clean_telephone("call me")


def test_email_when_broken_then_refused() -> None:
    assert clean_email("amina@example.org") == "amina@example.org"
    for typed in ("amina", "a@b", "a@example.org, b@example.org", "a@exa mple.org"):
        with pytest.raises(Invalid, match="bad_email"):
            clean_email(typed)


def test_words_when_language_missing_then_teaching_language() -> None:
    words = {"fi": "sanat", "en": "words"}
    assert [in_language(words, language) for language in ("en", "en-GB", "ar", "fi")] == [
        "words",
        "words",
        "sanat",
        "sanat",
    ]
    assert in_language({"so": "erayo"}, "ar") == "erayo"
    assert in_language({}, "fi") == ""
