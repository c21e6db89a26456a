"""Every way to say no that the code knows: its classes with their status, its codes with their words."""

import ast
from collections.abc import Iterable, Iterator
from typing import Final

from calendars import errors
from calendars.errors import Refused
from tests.house.sources import FLOORS, Source

KINDS: Final = frozenset(name for name, value in vars(errors).items() if isinstance(value, type))


def classes() -> list[type[Refused]]:
    """Refused and everything below it, as loaded."""
    found: list[type[Refused]] = []
    ahead: list[type[Refused]] = [Refused]
    while ahead:
        kind = ahead.pop()
        found.append(kind)
        ahead += kind.__subclasses__()
    return sorted(found, key=lambda one: one.__name__)


def codes(sources: Iterable[Source]) -> dict[str, str]:
    """Every code that is written where a refusal is made, with the file that makes it."""
    found: dict[str, str] = {}
    for one in sources:
        if one.floor in FLOORS:
            for node in ast.walk(one.tree):
                for code in _codes(node):
                    found.setdefault(code, one.path)
    return found


def _codes(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in KINDS | {"Unreadable"}:
        first = node.args[1:2] if ast.unparse(node.func) == "Unreadable" else node.args[:1]
        yield from (one.value for one in first if isinstance(one, ast.Constant) and isinstance(one.value, str))
    if isinstance(node, ast.FunctionDef):  # a class's own code is the default of its maker
        for default in node.args.defaults:
            if node.name == "__init__" and isinstance(default, ast.Constant) and isinstance(default.value, str):
                code = [one.arg for one in node.args.args][-len(node.args.defaults) :]
                yield from [default.value] if code[:1] == ["code"] else []
