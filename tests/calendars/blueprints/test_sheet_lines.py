"""Lines of a TOML text: every key of every shipped blueprint is found where it stands."""

import tomllib

import pytest

from calendars.blueprints import shipped
from calendars.blueprints.sheet_lines import Path, line_of, lines_of

TRICKY = '''\
# a = 1
title = "a # b = [c" # [not.a.table]
many = """
[not.a.table]
x = 1 \\"""
"""
raw = \'\'\'
y = 2
\'\'\'
list = [ # comment ]
  { a = 1, b = [1,
     2] },
  { a = { c = 3 } },
]
day = 1979-05-27 07:32:00

[one."two three".four]
key . deep = 1
[[rows]]
id = 1
[[rows]]
id = 2
[rows.inner]
z = true
[[rows.more]]
q = 1
'''


def paths(table: object, path: Path = ()) -> list[Path]:
    here = [path] if path else []
    if isinstance(table, dict):
        return here + [deeper for key, one in table.items() for deeper in paths(one, (*path, key))]
    if isinstance(table, list):
        return here + [deeper for number, one in enumerate(table) for deeper in paths(one, (*path, number))]
    return here


def test_lines_when_text_is_tricky_then_each_key_is_where_it_stands() -> None:
    found = lines_of(TRICKY)
    wanted = {
        ("title",): 2,
        ("many",): 3,
        ("raw",): 7,
        ("list",): 10,
        ("list", 0, "a"): 11,
        ("list", 0, "b", 1): 12,
        ("list", 1, "a", "c"): 13,
        ("day",): 15,
        ("one", "two three", "four"): 17,
        ("one", "two three", "four", "key", "deep"): 18,
        ("rows", 0, "id"): 20,
        ("rows", 1): 21,
        ("rows", 1, "id"): 22,
        ("rows", 1, "inner", "z"): 24,
        ("rows", 1, "more", 0, "q"): 26,
    }
    assert {path: found.get(path) for path in wanted} == wanted


@pytest.mark.parametrize("text", [TRICKY, *map(shipped.text_of, shipped.names())])
def test_lines_when_text_is_read_then_no_path_is_without_its_own_line(text: str) -> None:
    found, lines = lines_of(text), text.splitlines()
    for path in paths(tomllib.loads(text)):
        line = line_of(found, path)
        named = next(part for part in reversed(path) if isinstance(part, str))
        if path not in found:  # a table that only its parts name: [one.two] is the one line of `one`
            assert isinstance(path[-1], str)
        elif isinstance(path[-1], str):
            assert named in lines[line - 1]


def test_line_of_when_path_is_unknown_then_nearest_thing_around_it() -> None:
    assert line_of({("a",): 3}, ("a", "b", 0)) == 3
    assert line_of({}, ("a",)) == 1
