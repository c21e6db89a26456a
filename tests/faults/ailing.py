"""Databases that fail on command: stopped, standing still, locked, without room, read-only; and well again."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import asyncpg

from tests.programs import Postgres, elsewhere

LOCK = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
held.execute("BEGIN EXCLUSIVE")
print(1, flush=True)
sys.stdin.read()
"""


class Ailment(Protocol):
    """What befalls a database, and how it ends."""

    code: str
    """What the house must call it."""
    reads_fail: bool
    """Whether nothing can be read either."""

    def strike(self) -> None: ...
    def heal(self) -> None: ...


class Stopped:
    """PostgreSQL is shut down."""

    code = "database_away"
    reads_fail = True

    def __init__(self, server: Postgres) -> None:
        self._server = server

    def strike(self) -> None:
        self._server.process.send_signal(signal.SIGINT)  # "fast"
        self._server.process.wait()

    def heal(self) -> None:
        self._server.start()


class Still:
    """PostgreSQL and all its processes stand still: connections are taken and nothing is answered."""

    code = "database_away"
    reads_fail = True

    def __init__(self, server: Postgres) -> None:
        self._server = server

    def strike(self) -> None:
        self._all(signal.SIGSTOP)

    def heal(self) -> None:
        self._all(signal.SIGCONT)

    def _all(self, number: signal.Signals) -> None:
        main = self._server.process.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for process in (main, *map(int, children)):
            os.kill(process, number)


class ReadOnly:
    """PostgreSQL takes no change any more, as a standby or after a failed check does."""

    code = "database_read_only"
    reads_fail = False

    def __init__(self, server: Postgres) -> None:
        self._server = server

    def strike(self) -> None:
        self._set("on")

    def heal(self) -> None:
        self._set("off")

    def _set(self, value: str) -> None:
        async def step() -> None:
            writes = {"default_transaction_read_only": "off"}
            connection = await asyncpg.connect(
                user="postgres", database="postgres", host=str(self._server.folder), server_settings=writes
            )
            await connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
            await connection.execute("SELECT pg_reload_conf()")
            await connection.close()

        elsewhere(step())


class Locked:
    """Another program holds SQLite's lock."""

    code = "database_away"
    reads_fail = False

    def __init__(self, file: Path) -> None:
        self._file = file

    def strike(self) -> None:
        command = [sys.executable, "-c", LOCK, str(self._file)]
        self._holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == b"1\n"

    def heal(self) -> None:
        self._holder.communicate(b"")


class Full:
    """The disk under SQLite has no byte left."""

    code = "disk_full"
    reads_fail = False

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"

    def strike(self) -> None:
        with self._ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

    def heal(self) -> None:
        self._ballast.unlink()


@contextmanager
def small_disk(folder: Path, size: str = "12m") -> Iterator[Path | None]:
    """A disk of its own that is soon full; None where nobody may mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
