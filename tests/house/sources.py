"""The house as text: its Python files with their trees, and planted ones to prove the rules with."""

import ast
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("calendars", "classroom", "server")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file: its path in the tree, with slashes, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def module(self) -> str:
        """Its name for an import."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def lines(self) -> int:
        return self.text.count("\n")

    @property
    def floor(self) -> str:
        """The folder of the top level in which it lies."""
        return self.path.partition("/")[0]

    def functions(self) -> Iterator[Function]:
        """Every function, inner ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    def acts(self) -> Iterator[ast.AsyncFunctionDef]:
        """Every public coroutine of the file itself; what yields is no coroutine."""
        for node in self.tree.body:
            public = isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_")
            if public and not any(isinstance(inner, ast.Yield) for inner in ast.walk(node)):
                yield node


def tracked(*endings: str) -> list[Path]:
    """Every file that git knows or would take in, by the end of its name."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    paths = [ROOT / line for line in listed.stdout.splitlines() if line.endswith(endings)]
    return [path for path in paths if path.is_file()]


def python() -> list[Source]:
    """Every Python file of the house."""
    return [Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")) for path in tracked(".py")]


def of_floors(sources: Sequence[Source]) -> list[Source]:
    """The product's own files."""
    return [one for one in sources if one.floor in FLOORS]
