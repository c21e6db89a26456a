#!/usr/bin/env python3
"""The one command: sets up what is missing or out of date in this tree, then runs the demo or the tests.

    python3 deploy/up.py demo [options of `oppitupa demo`]
    python3 deploy/up.py test [options of pytest]

Needs Python 3.11 with venv and nothing else. All it says itself goes to stderr: stdout belongs to what it starts.
"""

from __future__ import annotations  # an old Python must get far enough to be told so

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PROGRAMS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = PROGRAMS / ("python.exe" if os.name == "nt" else "python")
TOGETHER = (
    "-n2",
    "--dist=loadscope",
    "--no-loadscope-reorder",
)  # the whole suite: tests/conftest.py says who takes what
LOCKS = {"demo": "requirements.lock", "test": "requirements-test.lock"}


def main(arguments: list[str]) -> None:
    """Set up what is missing for the demo or the tests, then become it."""
    if not arguments or arguments[0] not in LOCKS:
        stop("Say what to start: `python3 deploy/up.py demo` or `python3 deploy/up.py test`.")
    what, rest = arguments[0], arguments[1:]
    if sys.version_info < (3, 11):  # noqa: UP036
        stop(f"Oppitupa needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    make_venv()
    front_end = begin_front_end(what)
    try:
        install_python_packages(what)
        build_search()
        if front_end.wait() != 0:
            stop("The front end could not be built; the lines above say why.")
    finally:
        front_end.terminate()
    if what == "demo":
        become([str(PROGRAMS / "oppitupa"), "demo", *rest])
    os.chdir(ROOT)
    become([str(PYTHON), "-m", "pytest", *(rest or TOGETHER)])


def make_venv() -> None:
    """A .venv of this very Python beside the sources, with pip in it."""
    if PYTHON.exists():
        return
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        stop(
            "Python's venv is missing here: `apt install python3-venv` (or your system's name for it), then try again."
        )
    say("Making .venv")
    run([sys.executable, "-m", "venv", "--clear", str(VENV)])


def install_python_packages(what: str) -> None:
    """The locked packages and this project; done already when lock file, project and Python are those of last time."""
    lock = ROOT / LOCKS[what]
    wanted = fingerprint(lock, ROOT / "pyproject.toml")
    if wanted in (noted("test"), noted(what)):
        return
    say("Installing Python packages")
    installer = fast_installer()
    run([*installer, "--require-hashes", "-r", str(lock)])
    # Hatchling is in the lock file, so building the project itself fetches nothing more.
    run([*installer, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
    note(what, wanted)


def build_search() -> None:
    """The timetable search in C where there is a compiler: a second or two the first time, then nothing."""
    subprocess.run([str(PYTHON), "-m", "deploy.build_search"], cwd=ROOT, stdout=sys.stderr, check=False)


def begin_front_end(what: str) -> subprocess.Popen[bytes]:
    """Scripts, styles and icons, while Python's packages come; the builder itself knows what is up to date."""
    if not node_is_here() and noted("node") != fingerprint(ROOT / "requirements-node.lock"):
        say("Installing Node (as a Python package, inside .venv)")
        run([*fast_installer(), "--require-hashes", "-r", str(ROOT / "requirements-node.lock")])
        note("node", fingerprint(ROOT / "requirements-node.lock"))
    checks = ["--with-checks"] if what == "test" else []
    return subprocess.Popen([str(PYTHON), "-m", "deploy.build_front", *checks], cwd=ROOT, stdout=sys.stderr)


def node_is_here() -> bool:
    """Whether this machine has a Node that is new enough, and its npm."""
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        return False
    version = subprocess.run([found, "--version"], stdout=subprocess.PIPE, check=False).stdout.decode()
    major = version.strip().lstrip("v").split(".")[0]
    return major.isdigit() and int(major) >= 18


@cache
def fast_installer() -> list[str]:
    """uv inside .venv, at its locked version; plain pip does the same, slower, where uv has no build."""
    if not any((PROGRAMS / name).exists() for name in ("pip", "pip3", "pip.exe")):
        run([str(PYTHON), "-m", "ensurepip"])
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    locked = ["--require-hashes", "-r", str(ROOT / "requirements-uv.lock")]
    if subprocess.run([*pip, "--only-binary", ":all:", *locked], stdout=sys.stderr, check=False).returncode != 0:
        say("uv has no build for this machine; going on with pip")
        return pip
    index = configured_index()
    if index:
        os.environ.setdefault("UV_DEFAULT_INDEX", index)
    return [str(PYTHON), "-m", "uv", "pip", "install", "--quiet", "--python", str(PYTHON)]


def configured_index() -> str | None:
    """The registry that this machine's pip is told to use: uv does not read pip's settings by itself."""
    asked = [str(PYTHON), "-m", "pip", "config", "get", "global.index-url"]
    answer = subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return os.environ.get("PIP_INDEX_URL") or answer.stdout.decode().strip() or None


def fingerprint(*files: Path) -> str:
    """What changes when one of these files or this Python does."""
    total = hashlib.sha256(sys.version.encode())
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()


def noted(what: str) -> str:
    """The fingerprint with which this was set up last; empty when it never was."""
    place = VENV / f".set-up-{what}"
    return place.read_text(encoding="utf-8") if place.exists() else ""


def note(what: str, text: str) -> None:
    """Remember with which fingerprint this is set up."""
    (VENV / f".set-up-{what}").write_text(text, encoding="utf-8")


def run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        stop(f"That did not work: {' '.join(command)}")


def become(command: list[str]) -> NoReturn:
    """Hands this process over, so that Ctrl-C and SIGTERM reach the right one; Windows has no such thing and waits."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], command)
    sys.exit(subprocess.run(command, check=False).returncode)


def say(words: str) -> None:
    print(f"· {words} …", file=sys.stderr, flush=True)


def stop(words: str) -> NoReturn:
    print(words, file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    main(sys.argv[1:])
