"""What people write about people and places, made safe to keep and to show; and the right one of many languages."""

import re
import unicodedata
from collections.abc import Mapping

from calendars.errors import Invalid

LONGEST_NAME = 120
_SPACES = re.compile(r"[\s\x1c-\x1f\x85\u2028\u2029]+")
# Controls break calendars and logs, halves of surrogates break every encoder, and marks that turn the direction of
# writing let one name look like another. The joiners U+200C and U+200D stay: Persian is not written without them.
_UNSAYABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
# In speech tabs and line ends stay, and so do the marks that isolate a name in a sentence; what turns letters round and
# what is no character in any version of Unicode does not.
_UNSAID = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a\u202b\u202d\u202e\ufdd0-\ufdef"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
    + "]"
)
_TELEPHONE = re.compile(r"\+?[\d ()/-]{3,30}")
_EMAIL = re.compile(r"[^@\s<>\"',;:\\]{1,64}@[^@\s<>\"',;:\\]{1,180}\.[^@\s<>\"',;:\\.]{2,60}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")


def clean_name(text: str, field: str = "name", most: int = LONGEST_NAME) -> str:
    """One line of text that can be shown anywhere. Raises Invalid `empty` or `too_long`, with the field."""
    line = clean_line(text, field, most)
    if not line:
        raise Invalid("empty", field=field)
    return line


def clean_line(text: str, field: str, most: int = 200) -> str:
    """The same, but it may be empty."""
    if len(text) > 4 * most:  # before any work is spent on ten megabytes
        raise Invalid("too_long", field=field, most=most)
    line = unicodedata.normalize("NFC", _UNSAYABLE.sub("", _SPACES.sub(" ", text))).strip()
    if len(line) > most:
        raise Invalid("too_long", field=field, most=most)
    return line


def clean_text(text: str) -> str:
    """Several lines that somebody says. New letters and pictures stay: a telephone knows more of them than we do."""
    return unicodedata.normalize("NFC", _UNSAID.sub("", text)).strip()


def clean_telephone(text: str, field: str = "telephone") -> str:
    """A telephone number as people write it, or nothing. Raises Invalid `bad_telephone`."""
    line = clean_line(text, field, 40)
    if line and not _TELEPHONE.fullmatch(line):
        raise Invalid("bad_telephone", field=field)
    return line


def clean_email(text: str, field: str = "email") -> str:
    """An e-mail address, or nothing. Raises Invalid `bad_email`."""
    line = clean_line(text, field, 254)
    if line and not _EMAIL.fullmatch(line):
        raise Invalid("bad_email", field=field)
    return line


def clean_language(text: str, field: str = "language") -> str:
    """A language tag such as `fi` or `zh-Hans`. Raises Invalid `bad_choice`."""
    if not _LANGUAGE.fullmatch(text):
        raise Invalid("bad_choice", field=field)
    return text


def in_language(words: Mapping[str, str], language: str, teaching: str = "fi") -> str:
    """The text in this language; else in the one that is taught in, else in English, else any."""
    for choice in (language, language.partition("-")[0], teaching, "en", *words):
        if choice in words:
            return words[choice]
    return ""
