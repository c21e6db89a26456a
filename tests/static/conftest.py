"""Scripts of static/ are run by Node, the very files that the browser gets."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.build_front import ROOT, CannotBuild, install, node

HERE = Path(__file__).parent


class Script:
    """One module of static/ in a Node of its own."""

    def __init__(self, binary: Path, name: str) -> None:
        command = [str(binary), str(HERE / "ask.mjs"), name]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __call__(self, call: str, *args: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"call": call, "args": args}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate(timeout=10)


@pytest.fixture(scope="session")
def node_binary() -> Path:
    """Node, with the npm packages that the scripts import."""
    try:
        binary = node()
    except CannotBuild as missing:
        pytest.skip(str(missing))
    install(with_checks=True)
    return binary


@pytest.fixture(scope="module")
def script(node_binary: Path) -> Iterator[Callable[[str], Script]]:
    """script("dates.js") opens a module; all are closed at the end."""
    opened: list[Script] = []

    def open_script(name: str) -> Script:
        opened.append(Script(node_binary, name))
        return opened[-1]

    yield open_script
    for one in opened:
        one.close()
