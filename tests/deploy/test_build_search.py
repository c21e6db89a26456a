"""The search in C: made of the Python text, without a warning, and clean where a compiler looks at every address."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from calendars.timetable.engine import ROOM
from deploy.build_search import FLAGS, Untranslatable, translate
from tests.programs import program

RUN = """
import json, sys
from calendars.timetable import engine
from calendars.timetable.problem import read
from calendars.timetable.solve import solve
from tests.calendars.timetable import odd
engine.library_name = lambda: sys.argv[1]
for number in range(40):
    problem = read(odd.problem(number, activities=3 + number % 20, slots=3 + number % 9))
    made = solve(problem, effort=1500, seed=number, engine="c")
    previous = solve.__globals__["answer"].read_timetable(made, problem)
    solve(problem, previous=previous, effort=1500, seed=number + 1, engine="c")
print("clean")
"""
"""Searches and repairs of small crowded problems; the arrays are as short as they can be."""


def test_search_when_every_address_is_watched_then_it_is_clean(tmp_path: Path) -> None:
    compiler = program("gcc", "gcc (apt install gcc libc6-dev)")
    source, made = tmp_path / "search.c", tmp_path / "search.so"
    source.write_text(translate(), encoding="utf-8")
    watch = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    subprocess.run([compiler, *FLAGS, *watch, "-shared", "-o", str(made), str(source)], check=True)
    asked = subprocess.run([compiler, "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    environment = {
        **os.environ,
        "LD_PRELOAD": asked.stdout.strip(),
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONMALLOC": "malloc",
    }
    command = [sys.executable, "-c", RUN, str(made)]
    told = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=300, check=False, cwd=ROOM.parents[1]
    )
    assert told.stdout == "clean\n", told.stderr[-2000:]


@pytest.mark.parametrize("line", ["    x = [1]\n", "    x = 0 < a < 2\n", "    print(a, sep=str(a))\n", "    del a\n"])
def test_translate_when_there_is_no_c_for_it_then_it_is_refused(tmp_path: Path, line: str) -> None:
    for file in ROOM.glob("*.py"):
        shutil.copy(file, tmp_path)
    with (tmp_path / "mending.py").open("a", encoding="utf-8") as text:
        text.write(f"\n\ndef planted(s: State, a: int) -> None:\n{line}")
    with pytest.raises(Untranslatable):
        translate(tmp_path)
