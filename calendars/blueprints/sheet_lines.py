"""On which line of a TOML text each key stands: what `tomllib` does not tell."""

import re
from collections.abc import Iterator, Mapping
from itertools import accumulate

Path = tuple[str | int, ...]
DEEPEST = 32
"""No form has more levels; keys of thousands of parts would keep a reader busy for hours."""
LONGEST_NUMBER = 20

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<text>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
    |(?P<newline>\n)
    |(?P<mark>[\[\]{},=])
    |(?P<bare>[^\s\#"'\[\]{},=]+)""",
    re.VERBOSE | re.DOTALL,
)


_QUOTED = re.compile(r""""(?:\\.|[^"\\])*"|'[^']*'|#.*""")
_NUMBER = re.compile(rf"(?<![\w-])[+-]?\d[\da-fA-Fx_]{{{LONGEST_NUMBER},}}")


def line_of_deep_key(text: str) -> int | None:
    """The first line whose key has too many parts: to be asked before any reader sees the text."""
    return next((number for number, line in _bare(text) if line.count(".") > DEEPEST), None)


def line_of_deep_brackets(text: str) -> int | None:
    """The first line on which too many brackets stand open."""
    lines = list(_bare(text))
    grown = (sum(map(line.count, "[{")) - sum(map(line.count, "]}")) for _, line in lines)
    held = accumulate(grown, initial=0)
    return next((n for (n, line), before in zip(lines, held, strict=False) if _most_open(line, before) > DEEPEST), None)


def line_of_long_number(text: str) -> int | None:
    """The first line with a number that no rule could mean."""
    return next((number for number, line in _bare(text) if _NUMBER.search(line)), None)


def _bare(text: str) -> Iterator[tuple[int, str]]:
    """Each line with its number, without what stands in quotes and behind a #."""
    return ((number, _QUOTED.sub("", line)) for number, line in enumerate(text.split("\n"), 1))


def _most_open(line: str, before: int) -> int:
    steps = (1 if letter in "[{" else -1 if letter in "]}" else 0 for letter in line)
    return max(accumulate(steps, initial=before))


def lines_of(text: str) -> dict[Path, int]:
    """The line of every table, key and array element of a text that `tomllib` has already accepted."""
    return _Walk(text).found


def line_of(lines: Mapping[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing around it."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Walk:
    """One pass over the tokens, keeping the path under which it stands."""

    def __init__(self, text: str) -> None:
        self.found: dict[Path, int] = {}
        self._tables: dict[Path, int] = {}
        self._tokens: list[tuple[str, str, int]] = []
        line = 1
        for match in _TOKEN.finditer(text):
            kind = match.lastgroup or ""
            if kind != "comment":
                self._tokens.append((kind, match.group(), line))
            line += match.group().count("\n")
        self._tokens.append(("end", "", line))
        self._at = 0
        self._document()

    def _document(self) -> None:
        table: Path = ()
        while self._kind != "end":
            if self._kind == "newline":
                self._at += 1
            elif self._sees("["):
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> Path:
        line = self._line
        self._at += 1
        many = self._sees("[")
        self._at += many
        path: Path = ()
        parts = self._key("]")
        for number, part in enumerate(parts, 1):
            path = (*path, part)
            if number < len(parts):
                self.found.setdefault(path, line)
            if many and number == len(parts):
                self._tables[path] = self._tables.get(path, -1) + 1
                self.found.setdefault(path, line)
            if path in self._tables:
                path = (*path, self._tables[path])
        self._at += 1 + many
        self.found[path] = line
        return path

    def _pair(self, table: Path) -> None:
        line = self._line
        path = table
        for part in self._key("="):
            path = (*path, part)
            self.found.setdefault(path, line)
        self._at += 1
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._sees("["):
            self._array(path)
        elif self._sees("{"):
            self._inline(path)
        else:
            while self._kind in ("bare", "text"):
                self._at += 1

    def _array(self, path: Path) -> None:
        self._at += 1
        number = 0
        while not self._sees("]"):
            if self._kind == "newline" or self._sees(","):
                self._at += 1
                continue
            self.found[(*path, number)] = self._line
            self._value((*path, number))
            number += 1
        self._at += 1

    def _inline(self, path: Path) -> None:
        self._at += 1
        while not self._sees("}"):
            if self._kind == "newline" or self._sees(","):
                self._at += 1
                continue
            self._pair(path)
        self._at += 1

    def _key(self, until: str) -> list[str]:
        parts: list[str] = []
        while not self._sees(until):
            kind, text, _ = self._tokens[self._at]
            parts += [text[1:-1]] if kind == "text" else [part for part in text.split(".") if part]
            self._at += 1
        return parts

    def _sees(self, mark: str) -> bool:
        kind, text, _ = self._tokens[self._at]
        return kind == "mark" and text == mark

    @property
    def _kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def _line(self) -> int:
        return self._tokens[self._at][2]
