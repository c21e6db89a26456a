"""Sheets: TOML files that people write, read into frozen dataclasses, each fault with its line.

The dataclass is the form: its field names are the keys, its types are the rules. A class with a `written` class method
reads itself from one text and raises ValueError with a code; `Annotated[int, Between(1, 9)]` bounds a number; a field
called `id` takes the key under which its table stands.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Generic, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from unicodedata import bidirectional, category

from calendars.blueprints.sheet_lines import (
    Path,
    line_of,
    line_of_deep_brackets,
    line_of_deep_key,
    line_of_long_number,
    lines_of,
)
from calendars.errors import Invalid

T = TypeVar("T")

LONGEST_SHEET = 200_000
_LONGEST_TEXT = 1_000
_MOST_THINGS = 200
_MOST_FAULTS = 200
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Letters of these classes (Unicode UAX #9) turn the direction of writing: what it says is not what stands there."""
_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
_SYNTAX = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


@dataclass(frozen=True, slots=True)
class Between:
    """The bounds of a number, both included."""

    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not fit: where it stands, and why, as a code with its facts."""

    line: int
    where: str
    why: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet(Generic[T]):
    """What was read, and the line of each key for those who check its meaning."""

    content: T
    lines: Mapping[Path, int]

    def fault(self, path: Path, why: str, **facts: object) -> Fault:
        """A fault of meaning at a place of this sheet."""
        return Fault(line_of(self.lines, path), _named(path), why, facts)


def read(text: str, source: str, form: type[T]) -> Sheet[T]:
    """Read a sheet into `form`. Raises Invalid `broken_sheet` with every fault that was found."""
    text = text.removeprefix("\ufeff")  # some editors begin every file with a mark that nobody sees
    table = _table_in(text, source)
    reader = _Reader(lines_of(text))
    content = reader.read(form, table, ())
    if reader.faults:
        raise broken(source, reader.faults)
    return Sheet(cast(T, content), reader.lines)


def _table_in(text: str, source: str) -> dict[str, object]:
    """What TOML says there; a text that no form could mean is refused before it costs time."""
    if len(text) > LONGEST_SHEET:
        raise broken(source, [Fault(1, "", "too_long", {"most": LONGEST_SHEET})])
    if line := line_of_deep_key(text):
        raise broken(source, [Fault(line, "", "too_deep")])
    if line := line_of_long_number(text):
        raise broken(source, [Fault(line, "", "number_too_long")])
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        place = _SYNTAX.search(str(problem))
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        raise broken(source, [Fault(line, "", "not_toml", {"told": _SYNTAX.sub("", str(problem))})]) from None
    except RecursionError:
        raise broken(source, [Fault(line_of_deep_brackets(text) or 1, "", "too_deep")]) from None
    if line := line_of_deep_brackets(text):
        raise broken(source, [Fault(line, "", "too_deep")])
    return table


def meant(given: object, known: Iterable[str]) -> str | None:
    """The known word that is nearest to what was written, if one is near."""
    near = difflib.get_close_matches(str(given), list(known), 1)
    return near[0] if near else None


def broken(source: str, faults: list[Fault]) -> Invalid:
    """The refusal of a sheet: the first fault in the facts, all of them in `faults`."""
    faults = sorted(faults, key=lambda fault: fault.line)
    first = faults[0]
    return Invalid(
        "broken_sheet", source=source, line=first.line, field=first.where, why=first.why, faults=tuple(faults)
    )


def _named(path: Path) -> str:
    name = ""
    for part in path:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return name.removeprefix(".")


class _Reader:
    """Goes down form and table together and notes what does not fit; a faulty value becomes None and is never used."""

    def __init__(self, lines: Mapping[Path, int]) -> None:
        self.lines = lines
        self.faults: list[Fault] = []

    def read(self, form: object, given: object, path: Path) -> object:
        origin, parts = get_origin(form), get_args(form)
        if origin is Annotated:
            return self._number(given, path, parts[1])
        if origin in (Union, UnionType):
            return self.read(next(part for part in parts if part is not NoneType), given, path)
        if origin is Literal:
            return given if given in parts else self._not_one_of(given, parts, path)
        if origin is tuple:
            return self._list(parts[0], given, path)
        if origin is dict:
            return self._named_things(parts[0], parts[1], given, path)
        if hasattr(form, "written"):
            return self._written(form.written, given, path)
        if is_dataclass(form):
            return self._table(cast(type, form), given, path)
        if form is str:
            return self._text(given, path)
        return (
            given if type(given) is form else self._fault(path, "not_a", given=given, wanted=cast(type, form).__name__)
        )

    def _fault(self, path: Path, why: str, **facts: object) -> object:
        self.faults.append(Fault(line_of(self.lines, path), _named(path), why, facts))
        return None

    def _not_one_of(self, given: object, allowed: tuple[str, ...], path: Path) -> object:
        return self._fault(path, "not_one_of", given=given, allowed=allowed, meant=meant(given, allowed))

    def _number(self, given: object, path: Path, bounds: Between) -> object:
        if type(given) is not int:
            return self._fault(path, "not_a", given=given, wanted="int")
        if not bounds.least <= given <= bounds.most:
            return self._fault(path, "out_of_bounds", given=given, least=bounds.least, most=bounds.most)
        return given

    def _text(self, given: object, path: Path) -> object:
        if not isinstance(given, str):
            return self._fault(path, "not_a", given=given, wanted="str")
        if not given.strip():
            return self._fault(path, "empty")
        if len(given) > _LONGEST_TEXT or any(category(letter) == "Cc" for letter in given):
            return self._fault(path, "not_one_line", most=_LONGEST_TEXT)
        if any(bidirectional(letter) in _TURNING for letter in given):
            return self._fault(path, "turning")
        return given.strip()

    def _written(self, reading: Callable[[str], object], given: object, path: Path) -> object:
        if not isinstance(given, str):
            return self._fault(path, "not_a", given=given, wanted="str")
        try:
            return reading(given)
        except ValueError as problem:
            return self._fault(path, str(problem), given=given)

    def _list(self, form: object, given: object, path: Path) -> object:
        if not isinstance(given, list):
            return self._fault(path, "not_a", given=given, wanted="list")
        if len(given) > _MOST_THINGS:
            return self._fault(path, "too_many", most=_MOST_THINGS)
        return tuple(self.read(form, one, (*path, number)) for number, one in enumerate(given))

    def _named_things(self, keys: object, form: object, given: object, path: Path) -> object:
        if not isinstance(given, dict):
            return self._fault(path, "not_a", given=given, wanted="table")
        if len(given) > _MOST_THINGS:
            return self._fault(path, "too_many", most=_MOST_THINGS)
        things: dict[object, object] = {}
        for key, one in given.items():
            here = (*path, key)
            if keys is not str:
                self.read(keys, key, here)
            elif is_dataclass(form) and not _ID.fullmatch(key):
                self._fault(here, "bad_id", given=key)
            things[key] = self.read(form, one, here)
        return things

    def _table(self, form: type, given: object, path: Path) -> object:
        if not isinstance(given, dict):
            return self._fault(path, "not_a", given=given, wanted="table")
        known: dict[str, Field[object]] = {one.name: one for one in fields(form)}
        types = get_type_hints(form, include_extras=True)
        filled: dict[str, object] = {}
        if "id" in known:
            filled["id"] = path[-1]
            del known["id"]
        for key, one in given.items():
            if len(self.faults) >= _MOST_FAULTS:
                break
            if key in known:
                filled[key] = self.read(types[key], one, (*path, key))
            else:
                self._fault((*path, key), "unknown_key", given=key, meant=meant(key, known))
        for name, one in known.items():
            if name not in given and one.default is MISSING and one.default_factory is MISSING:
                self._fault((*path, name), "missing", given=name)
                filled[name] = None
        return form(**filled)
