"""Other people's programs that some tests need: found on this machine, started privately, stopped in the end.

What is missing is no failure: the test says so, and the summary lists it (OPPITUPA_REQUIRE=all makes it one).
"""

import asyncio
import concurrent.futures
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest


def lacking(reason: str, install: str) -> NoReturn:
    """Leave this test out: say why, and what would have to be installed."""
    pytest.skip(f"{reason}, install {install}")


def program(name: str, install: str, *folders: str) -> str:
    """The path of a program, looked for on the PATH and in Debian's usual places; else the test is left out."""
    found = shutil.which(name) or next(
        (str(path) for folder in folders for path in sorted(Path("/").glob(f"{folder.lstrip('/')}/{name}"))), None
    )
    if found is None:
        lacking(f"there is no {name} here", install)
    return found


def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(true: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Ask until it is so; fail with `what` when it never is."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.05)


def elsewhere(step: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end in a thread, whatever loop the test has."""
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, step).result()


class Postgres:
    """A private PostgreSQL in a temporary folder, reached through a socket file there."""

    def __init__(self) -> None:
        debian = "/usr/lib/postgresql/*/bin"
        self._initdb = program("initdb", "postgresql (apt install postgresql)", debian)
        self._server = program("postgres", "postgresql (apt install postgresql)", debian)
        self.folder = Path(tempfile.mkdtemp(prefix="oppitupa-pg-", dir="/tmp"))
        self._as_whom: Sequence[str] = ()
        if os.name == "posix" and os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self.folder, "postgres", "postgres")
            self._as_whom = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
        make = [self._initdb, "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([*self._as_whom, *make], check=True, capture_output=True, cwd=self.folder)
        self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Start it, fast rather than safe: nothing in it outlives the tests."""
        fast = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=80", "jit=off")
        options = [part for option in (*fast, "listen_addresses=") for part in ("-c", option)]
        command = [*self._as_whom, self._server, "-D", str(self.data), "-k", str(self.folder), *options]
        with (self.folder.parent / f"{self.folder.name}.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        wait_until(self._answers, "PostgreSQL")

    def _answers(self) -> bool:
        try:
            self.run("SELECT 1")
        except OSError:
            return False
        except Exception as starting:
            if type(starting).__name__ == "CannotConnectNowError":
                return False
            raise
        return True

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://postgres@/{database}?host={self.folder}"

    def run(self, statement: str) -> None:
        """One statement outside of any transaction."""
        self.ask("postgres", lambda connection: connection.execute(statement))

    def ask(self, database: str, step: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
        """What a step answers that is handed a connection (asyncpg's) to this database."""
        asyncpg = pytest.importorskip("asyncpg", reason="there is no asyncpg here, install oppitupa[scale]")

        async def asked() -> Any:
            connection = await asyncpg.connect(user="postgres", database=database, host=str(self.folder))
            try:
                return await step(connection)
            finally:
                await connection.close()

        return elsewhere(asked())

    def stop(self) -> None:
        """Stop it and take its folder away."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder.parent / f"{self.folder.name}.log").unlink(missing_ok=True)


class Redis:
    """A private Redis behind a socket file; it may be killed and started again in the middle of a test."""

    def __init__(self) -> None:
        self._server = program("redis-server", "redis-server (apt install redis-server)")
        pytest.importorskip("redis", reason="there is no redis client here, install oppitupa[scale]")
        self.folder = Path(tempfile.mkdtemp(prefix="oppitupa-redis-", dir="/tmp"))
        self.url = f"unix://{self.folder}/redis.sock"
        self.start()

    def start(self) -> None:
        options = ("--port", "0", "--save", "", "--appendonly", "no", "--dir", str(self.folder))
        command = [self._server, "--unixsocket", str(self.folder / "redis.sock"), *options]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until((self.folder / "redis.sock").exists, "Redis")

    def kill(self) -> None:
        """As if the machine had lost power."""
        self.process.kill()
        self.process.wait()
        (self.folder / "redis.sock").unlink(missing_ok=True)

    def stop(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
