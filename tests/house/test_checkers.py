"""Ruff and mypy have nothing to say about the house, and would say it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
SOUND = '"""A sound file."""\n\nA: int = 1\n'


def run(*command: str | Path) -> "subprocess.CompletedProcess[str]":
    program = [PROGRAMS / str(command[0]), *command[1:]]
    return subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize(
    ("command", "bad"),
    [
        (("ruff", "check", "--no-cache", "--quiet"), SOUND + "import os\n"),
        (("ruff", "format", "--no-cache", "--quiet", "--check"), SOUND + "B  = 2\n"),
        (("mypy", "--no-error-summary", "--config-file", "pyproject.toml"), SOUND + "def f(x):\n    return x\n"),
    ],
    ids=["lint", "format", "types"],
)
def test_tool_when_it_reads_the_house_then_it_is_silent_but_not_about_a_planted_fault(
    tmp_path: Path, command: tuple[str, ...], bad: str
) -> None:
    house = run(*command, *([] if command[0] == "mypy" else ["."]))
    assert (house.stdout + house.stderr, house.returncode) == ("", 0)
    planted = tmp_path / "planted.py"
    for text, code in ((SOUND, 0), (bad, 1)):
        planted.write_text(text, encoding="utf-8")
        told = run(*command, *(["--config", "pyproject.toml"] if command[0] == "ruff" else []), planted)
        assert told.returncode == code, told.stdout + told.stderr
