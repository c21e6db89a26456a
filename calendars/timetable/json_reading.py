"""Careful steps into a JSON value, each of which remembers where it stands: what is unusable is said with its place."""

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

LARGEST = 1_000_000_000
"""No count of slots, rooms or costs is larger; beyond it figures would only make the answer unreadable."""


class Unreadable(Exception):
    """What was handed in cannot be judged at all: a code, the place in the file and the facts."""

    def __init__(self, code: str, place: str = "", **facts: object) -> None:
        super().__init__(code, place, facts)
        self.code, self.place, self.facts = code, place, facts


def value_in(data: bytes) -> Any:
    """The one JSON value that the bytes are: UTF-8, no name twice in an object, no NaN, no infinity."""
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Unreadable("not_utf8") from None
    except RecursionError:
        raise Unreadable("too_deep") from None
    except ValueError as wrong:  # also whole numbers of thousands of digits
        line = wrong.lineno if isinstance(wrong, json.JSONDecodeError) else None
        raise Unreadable("not_json", line=line) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        raise Unreadable("name_twice", name=next(name for name in names if names.count(name) > 1))
    return made


def _no_number(constant: str) -> NoReturn:
    raise Unreadable("not_a_number", given=constant)


class Step:
    """A value and its place, such as `activities[3].length`."""

    __slots__ = ("place", "value")

    def __init__(self, value: Any, place: str = "") -> None:
        self.value, self.place = value, place

    def refuse(self, code: str, **facts: object) -> NoReturn:
        """Say that this value cannot be used."""
        raise Unreadable(code, self.place, **facts)

    def has(self, name: str) -> bool:
        """Whether this is an object that says something under the name."""
        return isinstance(self.value, dict) and self.value.get(name) is not None

    def at(self, name: str) -> "Step":
        """What stands under a name that must be there."""
        if not isinstance(self.value, dict):
            self.refuse("not_an_object")
        place = f"{self.place}.{name}" if self.place else name
        if self.value.get(name) is None:
            raise Unreadable("missing", place)
        return Step(self.value[name], place)

    def each(self) -> Iterator["Step"]:
        """The members of a list."""
        if not isinstance(self.value, list):
            self.refuse("not_a_list")
        for number, one in enumerate(self.value):
            yield Step(one, f"{self.place}[{number}]")

    def text(self) -> str:
        """A text."""
        if not isinstance(self.value, str):
            self.refuse("not_text")
        if not self.value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in self.value):
            self.refuse("half_a_character")
        return self.value

    def limit(self) -> int:
        """A whole number from 0; one that is too large to matter counts as the largest."""
        if isinstance(self.value, int) and self.value > LARGEST:
            return LARGEST
        return self.whole(0)

    def whole(self, least: int = -LARGEST, most: int = LARGEST) -> int:
        """A whole number within its bounds."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.refuse("not_whole")
        if not least <= self.value <= most:
            self.refuse("out_of_bounds", least=least, most=most)
        return self.value

    def number(self) -> int | float:
        """A number from 0, whole or with decimals."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.refuse("not_a_figure")
        if not 0 <= self.value <= LARGEST or not math.isfinite(self.value):
            self.refuse("out_of_bounds", least=0, most=LARGEST)
        return self.value

    def texts(self) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(one.text() for one in self.each())
