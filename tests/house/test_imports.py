"""Who may import what: the contracts of pyproject.toml hold, and each of them breaks when somebody breaks it."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("calendars", "classroom", "server")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
PLANTED = {
    "The floors: server above classroom above calendars": ("calendars/agenda.py", "import classroom.rooms"),
    "No circles between rooms": ("calendars/errors.py", "from calendars import clock"),
    "The lower floors know no web": ("classroom/rooms.py", "import aiohttp"),
    "Only video providers call other hosts with httpx, httpcore or websockets": ("classroom/rooms.py", "import httpx"),
    "iCalendar is known where it is written or read": ("server/feeds.py", "import icalendar"),
    "The server says what, not how: no SQL and no tables but for sign-ins and migrations": (
        "server/pages/today/front.py",
        "from calendars.tables import Person",
    ),
    "Pure rooms know no database, no people and no library that could wait": (
        "classroom/attendance.py",
        "from classroom import ledger",
    ),
    "A house that serves searches for no timetable itself: that is another process": (
        "calendars/scheduling/solves.py",
        "from calendars.timetable import check",
    ),
    "Only commands build the application, and nothing calls the command line": (
        "server/pages/today/front.py",
        "from server import app",
    ),
}
"""Contract -> a file and the line in it that breaks it."""


def lint(tree: Path) -> dict[str, str]:
    """Every contract of a tree with KEPT or BROKEN."""
    program = Path(sys.executable).parent / "lint-imports"
    told = subprocess.run(
        [program, "--no-cache"], cwd=tree, capture_output=True, text=True, check=False, timeout=120,
        env={"PYTHONPATH": str(tree), "COLUMNS": "300", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    found = dict(re.findall(r"^(.+) (KEPT|BROKEN)(?: \(.*\))?$", told.stdout, re.MULTILINE))
    assert found, told.stdout + told.stderr
    return found


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree of our own in which rules may be broken."""
    tree = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", tree)
    for floor in FLOORS:
        only_python = shutil.ignore_patterns("__pycache__", "*.po", "*.mo", "*.html", "*.toml")
        shutil.copytree(ROOT / floor, tree / floor, ignore=only_python)
    return tree


def test_contracts_when_the_house_is_read_then_all_are_kept() -> None:
    assert lint(ROOT) == dict.fromkeys((one["name"] for one in CONTRACTS), "KEPT")


@pytest.mark.parametrize("contract", [one["name"] for one in CONTRACTS])
def test_contract_when_broken_then_it_says_so(copy: Path, contract: str) -> None:
    path, line = PLANTED[contract]
    file = copy / path
    sound = file.read_text(encoding="utf-8")
    file.write_text(f"{sound}\n{line}\n", encoding="utf-8")
    try:
        assert lint(copy)[contract] == "BROKEN"
    finally:
        file.write_text(sound, encoding="utf-8")
