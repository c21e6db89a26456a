"""Rules of shape: how long, how named, how introduced, how imported. Each takes sources and names what breaks it."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator

from tests.house.sources import FLOORS, Function, Source

LONGEST_FILE = 350
LONGEST_FUNCTION = 40
GENERATED = "server/migrations/versions/"  # written by Alembic from the tables; nobody reads it as prose
FORBIDDEN_NAMES = re.compile(r"(^|_)(utils?|helpers?|manager|service|base|common|misc|tools?)(_|$)")
PURE = frozenset(
    {
        "calendars.clock",
        "calendars.errors",
        "calendars.facts",
        "calendars.freedays",
        "calendars.people.facts",
        "calendars.scheduling.answered",
        "calendars.scheduling.problems",
        "calendars.scheduling.settled",
        "calendars.scheduling.slots",
        "calendars.scheduling.wanted",
        "calendars.scheduling.weights",
        "calendars.schooldays",
        "classroom.attendance",
        "classroom.seconds",
        "classroom.testimony",
    }
)
PURE_ROOMS = ("calendars.blueprints", "calendars.grouping", "calendars.timetable")
MIXED_ROOMS = ("calendars.people", "calendars.scheduling")
"""Rooms with pure files among others: what is imported from them is looked at file by file."""
PURE_FOLDERS = tuple(f"{room.replace('.', '/')}/" for room in PURE_ROOMS)
PURE_LIBRARIES = frozenset({"holidays"})
HEAVY = frozenset({"alembic", "cryptography", "holidays", "redis", "typst", "ortools", "playwright"})
"""Third-party libraries that may be loaded inside the command or worker that needs them."""
ENVIRONMENT = ("server/settings.py",)
MAKERS = frozenset(
    {
        "Store",
        "Live",
        "Providers",
        "Builtin",
        "Jitsi",
        "BigBlueButton",
        "Pokes",
        "Solving",
        "Clock",
        "Application",
        "create_async_engine",
    }
)
"""What the house is made of; whoever else needs one is handed it."""
MAY_MAKE = (
    "server/app.py",
    "server/cli.py",
    "server/commands/",
    "server/migrations/",
    "classroom/video/kinds.py",  # a provider of what its kind was told; whoever wants one says what
)
BEFORE_THE_HOUSE = ("calendars/store.py", "calendars/databases/engines.py")  # a store makes its own connections


def long_files(sources: Iterable[Source]) -> list[str]:
    """Files above 350 lines."""
    return [f"{one.path}: {one.lines} lines" for one in sources if one.lines > LONGEST_FILE and not _generated(one)]


def long_functions(sources: Iterable[Source]) -> list[str]:
    """Functions above 40 lines, their docstring not counted."""
    return [
        f"{one.path}: {function.name} has {_length(function)} lines"
        for one in sources
        if not _generated(one)
        for function in one.functions()
        if _length(function) > LONGEST_FUNCTION
    ]


def _generated(source: Source) -> bool:
    return source.path.startswith(GENERATED)


def _length(function: Function) -> int:
    first = function.body[0]
    told = ast.get_docstring(function) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if told else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def without_docstring(sources: Iterable[Source]) -> list[str]:
    """Modules that do not open with what they are for, in a whole sentence."""
    found = []
    for one in sources:
        first = (ast.get_docstring(one.tree) or "").partition("\n\n")[0].rstrip()
        if not first.endswith((".", "?", "!", ";", ":")):
            found.append(f"{one.path}: {first!r}")
    return found


def bad_names(sources: Iterable[Source]) -> list[str]:
    """Files and folders named after nothing in particular."""
    return [one.path for one in sources if any(FORBIDDEN_NAMES.search(part) for part in one.module.split("."))]


def inline_imports(sources: Iterable[Source]) -> list[str]:
    """Imports inside functions or under TYPE_CHECKING, but for heavy libraries of others inside a function."""
    found = []
    for one in sources:
        for function in one.functions():
            for node in ast.walk(function):
                found += [f"{one.path}: {function.name} imports {name}" for name in imported(node) if not _heavy(name)]
        for node in ast.walk(one.tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                found.append(f"{one.path}: line {node.lineno} imports for types alone")
    return found


def _heavy(name: str) -> bool:
    return name.partition(".")[0] in HEAVY


def imported(node: ast.AST) -> list[str]:
    """The modules that an import statement names; of another statement none."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "."] if node.level == 0 else [f".{node.module or ''}"]
    return []


def circles(sources: Iterable[Source]) -> list[str]:
    """Files that import each other, however far round."""
    known = {one.module: one for one in sources}
    arrows = {name: _arrows(one, known.keys()) for name, one in known.items()}
    return sorted(" > ".join(circle) for circle in _strong(arrows) if len(circle) > 1)


def _arrows(source: Source, known: Iterable[str]) -> set[str]:
    there = set(known)
    found: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & there) or ({node.module} & there)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & there
    return found - {source.module}


def _strong(arrows: dict[str, set[str]]) -> Iterator[list[str]]:
    """Groups of nodes that reach each other."""
    reach = {name: _reached(name, arrows) for name in arrows}
    seen: set[str] = set()
    for name in sorted(arrows):
        if name not in seen:
            group = sorted(one for one in reach[name] if name in reach[one]) or [name]
            seen |= {*group, name}
            yield group


def _reached(start: str, arrows: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = list(arrows[start])
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += arrows[name]
    return found


def impure(sources: Iterable[Source]) -> list[str]:
    """Pure rooms that import more than pure rooms, the standard library and the libraries that are their point."""
    found = []
    for one in sources:
        if one.module in PURE or one.path.startswith(PURE_FOLDERS):
            for node in ast.walk(one.tree):
                found += [f"{one.path}: {name}" for name in _names(node) if not _is_pure(name)]
    return found


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom) and node.module in (*FLOORS, *MIXED_ROOMS):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return imported(node)


def _is_pure(name: str) -> bool:
    top = name.partition(".")[0]
    own = any(name == room or name.startswith(f"{room}.") for room in (*PURE, *PURE_ROOMS))
    return own or top in sys.stdlib_module_names or top in PURE_LIBRARIES


def environment(sources: Iterable[Source]) -> list[str]:
    """Who looks at the environment, but for the settings."""
    asking = re.compile(r"\bos\.(environ|getenv|environb)\b|from os import .*\b(environ|getenv)\b")
    return [one.path for one in sources if asking.search(one.text) and one.path not in ENVIRONMENT]


def makers(sources: Iterable[Source]) -> list[str]:
    """Who makes a part of the house, but for the application and the commands."""
    found = []
    for one in sources:
        if one.path.startswith(MAY_MAKE) or one.path in BEFORE_THE_HOUSE:
            continue
        for node in ast.walk(one.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in MAKERS:
                found.append(f"{one.path}: {ast.unparse(node.func)}, line {node.lineno}")
    return found
