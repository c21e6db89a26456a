"""A JSON value and where it stands, read with care by the solver: each refusal is one sentence that names its place.

The judge reads for itself (json_reading.py) and refuses the same with the same words; a test holds the two together.
"""

import json
import math
from collections.abc import Iterator, Mapping
from typing import NoReturn

NO_LIMIT = 1_000_000_000
SHOWN = 80


class Unusable(Exception):
    """The input cannot be used; the text is one sentence for whoever wrote it."""


Label = str | int
"""What activities share that belong together."""


class Node:
    """A value and its place."""

    __slots__ = ("value", "where")

    def __init__(self, value: object, where: str) -> None:
        self.value = value
        self.where = where

    def wrong(self, said: str) -> NoReturn:
        """Refuse it: what is needed there."""
        raise Unusable(f"{self.where}: {said}." if self.where else f"{said}.")

    def unlike(self, wanted: str) -> NoReturn:
        """It is of another kind, or not there; a null in a list is there."""
        self.wrong("it is missing" if self.value is None and self.where[-1:] not in ("", "]") else wanted)

    def fields(self) -> dict[str, object]:
        """The fields of an object."""
        if not isinstance(self.value, dict):
            self.unlike("a JSON object is needed")
        return self.value

    def get(self, name: str) -> "Node":
        """A field that may be missing: then its value is null."""
        return Node(self.fields().get(name), f"{self.where}.{name}" if self.where else name)

    def items(self) -> "Iterator[Node]":
        """The members of a list."""
        if not isinstance(self.value, list):
            self.unlike("a list is needed")
        return (Node(value, f"{self.where}[{place}]") for place, value in enumerate(self.value))

    def text(self) -> str:
        """A text."""
        if not isinstance(self.value, str):
            self.unlike("a text in quotes is needed")
        if not self.value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in self.value):
            self.wrong("half a character stands in the text")
        return self.value

    def text_or_none(self) -> str | None:
        """A text or null."""
        return None if self.value is None else self.text()

    def label(self) -> Label | None:
        """A text, a whole number or null."""
        return self.whole(-NO_LIMIT) if isinstance(self.value, int) else self.text_or_none()

    def whole(self, least: int, most: int = NO_LIMIT) -> int:
        """A whole number between two limits."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.unlike("a whole number is needed")
        if not least <= self.value <= most:
            self.wrong(f"the number must lie between {least} and {most}")
        return self.value

    def number(self) -> int | float:
        """A number that costs can be made of."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.unlike("a number is needed")
        if not 0 <= self.value <= NO_LIMIT or not math.isfinite(self.value):
            self.wrong(f"the number must lie between 0 and {NO_LIMIT}")
        return self.value

    def limit(self) -> int:
        """A most, from 0; one that is too large to matter counts as the largest."""
        if isinstance(self.value, int) and self.value > NO_LIMIT:
            return NO_LIMIT
        return self.whole(0)

    def index(self, known: Mapping[str, int], what: str) -> int:
        """The place of what an id names."""
        name = self.text()
        if name not in known:
            self.wrong(f"there is no {what} {shown(name)}")
        return known[name]

    def day(self, days: int) -> int:
        """The number of one of so many days."""
        number = self.whole(-NO_LIMIT)
        if not 0 <= number < days:
            self.wrong(f"there is no day {number}; the problem has {days}, and the first is 0")
        return number

    def span(self, days: int, slots: int) -> tuple[int, int, int]:
        """A time away: [day, from, to]."""
        parts = list(self.items())
        if len(parts) != 3:
            self.wrong("[day, from, to] is needed")
        return parts[0].day(days), *window(parts[1], parts[2], slots)


def window(opens: Node, closes: Node, slots: int) -> tuple[int, int]:
    """A first slot and the one after the last."""
    first, last = opens.whole(0, slots), closes.whole(0, slots)
    if first > last:
        closes.wrong(f"the span from {first} to {last} ends before it begins")
    return first, last


def parse(raw: bytes | str) -> object:
    """The JSON value in a file: RFC 8259, no name twice in one object, no NaN; a mark of byte order is passed over."""
    try:
        text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except UnicodeDecodeError:
        raise Unusable("this is not UTF-8 text.") from None
    except json.JSONDecodeError as wrong:
        raise Unusable(f"line {wrong.lineno}: this is not one JSON value.") from None
    except RecursionError:
        raise Unusable("lists or objects stand too deep inside each other.") from None
    except ValueError:  # a number of more than 4,300 digits
        raise Unusable("this is not one JSON value.") from None


def shown(name: str) -> str:
    """An id from a file must not steer the terminal, nor flood it."""
    short = name if len(name) <= SHOWN else name[: SHOWN - 1] + "…"
    return short if short.isprintable() else ascii(short)[1:-1]


def _no_constant(name: str) -> NoReturn:
    raise Unusable(f"{name} is no JSON number.")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise Unusable(f"the name {shown(_twice([name for name, _ in pairs]))} stands twice in one object.")
    return made


def _twice(names: list[str]) -> str:
    return next(name for place, name in enumerate(names) if name in names[:place])
