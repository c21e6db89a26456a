"""One line of JSON, and one field out of it, or Invalid: strict, so that nobody's evidence is guessed at."""

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from calendars.errors import Invalid

Values = Mapping[str, Any]
Reader = Callable[[Values, str], Any]

LONGEST_LINE = 32_000_000  # bytes

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.\d+)?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
# A day from either end of the calendar, so that every second that was read can be written in UTC.
_FIRST_SECOND, _LAST_SECOND = -62135510400, 253402214400


def lines_of(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, and of one without end no more than it takes to refuse it."""
    return iter(lambda: file.readline(LONGEST_LINE + 1), b"")


def object_in(line: str | bytes) -> Values:
    """The JSON object that a line is: UTF-8, no NaN, no name twice, no half characters, not nested without end."""
    try:
        if len(line) > LONGEST_LINE:
            raise Invalid("line_too_long")
        told = line.decode() if isinstance(line, bytes) else line
        if not told.strip():
            raise Invalid("empty_line")
        if told.startswith("\ufeff"):  # some editors put it there, and no eye sees it
            raise Invalid("byte_order_mark")
        values = _DECODER.decode(told)
        if "\\u" in told:
            json.dumps(values, ensure_ascii=False).encode()  # fails for half a surrogate pair
    except UnicodeError:
        raise Invalid("not_utf8") from None
    except (ValueError, RecursionError):
        raise Invalid("not_json") from None
    if not isinstance(values, dict):
        raise Invalid("not_an_object")
    return values


def value(values: Values, key: str) -> Any:
    """What stands under `key`."""
    try:
        return values[key]
    except KeyError:
        raise Invalid("missing_field", field=key) from None


def mapping(values: Values, key: str) -> Values:
    """The object under `key`."""
    found = value(values, key)
    if not isinstance(found, dict):
        raise Invalid("not_an_object", field=key)
    return found


def listed(values: Values, key: str) -> list[Any]:
    """The list under `key`."""
    found = value(values, key)
    if not isinstance(found, list):
        raise Invalid("not_a_list", field=key)
    return found


def text(values: Values, key: str) -> str:
    """The text under `key`."""
    found = value(values, key)
    if not isinstance(found, str):
        raise Invalid("not_text", field=key)
    return found


def name(values: Values, key: str) -> str:
    """The text under `key`, kept once in memory however often it comes: few names stand in a million lines."""
    return sys.intern(text(values, key))


def filled(values: Values, key: str) -> str:
    """The text under `key`, which may not be empty."""
    found = text(values, key)
    if not found:
        raise Invalid("missing_field", field=key)
    return found


def names(values: Values, key: str) -> tuple[str, ...]:
    """The texts in the list under `key`."""
    found = listed(values, key)
    if not all(isinstance(one, str) for one in found):
        raise Invalid("not_text", field=key)
    return tuple(sys.intern(one) for one in found)


def whole(values: Values, key: str) -> int:
    """The whole number under `key`; true and 1.0 are none."""
    found = value(values, key)
    if not isinstance(found, int) or isinstance(found, bool):
        raise Invalid("not_a_whole_number", field=key)
    return found


def one_of(allowed: tuple[str, ...]) -> Reader:
    """A reader of one of the words `allowed`."""

    def read(values: Values, key: str) -> str:
        found = name(values, key)
        if found not in allowed:
            raise Invalid("unknown_value", field=key)
        return found

    return read


def second(values: Values, key: str) -> int:
    """RFC 3339 to the letter, floored to the second: offsets are whole minutes, so the fraction may be left out."""
    parts = _RFC3339.fullmatch(text(values, key))
    try:
        if parts is None:
            raise ValueError("not RFC 3339")
        found = int(datetime.fromisoformat("{}T{}{}".format(*parts.groups()).upper()).timestamp())
        if not _FIRST_SECOND <= found <= _LAST_SECOND:
            raise ValueError("too near the end of the calendar")
    except ValueError:
        raise Invalid("bad_time", field=key) from None
    return found


def written(at: int) -> str:
    """An epoch second as RFC 3339 in UTC."""
    return f"{(_EPOCH + timedelta(seconds=at)).isoformat()[:-6]}Z"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise ValueError("a name occurs twice")
    return values


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse)
