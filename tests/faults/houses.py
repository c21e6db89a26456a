"""`oppitupa serve` as a process of its own: started, asked, killed."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.faults.school import School
from tests.programs import free_port

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class House:
    """One running `serve`, and how to start it again in the same place."""

    school: School
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    arguments: Sequence[str] = ()
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None
    _before: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("OPPITUPA_")}
        return own | {
            "OPPITUPA_DATABASE": self.school.database, "OPPITUPA_DATA": str(self.folder),
            "OPPITUPA_PORT": str(self.port), "OPPITUPA_BEAT": "2",
        } | self.settings  # fmt: skip

    @property
    def expected(self) -> int:
        """How many processes must say that they answer."""
        return int(self.arguments[self.arguments.index("--workers") + 1]) if "--workers" in self.arguments else 1

    @property
    def answering(self) -> int:
        """How many have said so since it was launched."""
        return self.log.read_text(errors="replace")[self._before :].count("The house answers")

    @property
    def log(self) -> Path:
        return self.folder / "log"

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        await self.launch()
        await self.until_ready()

    async def launch(self) -> None:
        """Start it without waiting."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._before = len(self.log.read_text(errors="replace")) if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "server", "serve", *self.arguments, cwd=ROOT, env=self.environment, stdout=log,
                stderr=log,
            )  # fmt: skip

    async def until_ready(self, seconds: float = 60) -> None:
        assert self.process is not None
        async with asyncio.timeout(seconds), aiohttp.ClientSession() as session:
            while self.process.returncode is None:
                try:
                    async with session.get(f"{self.url}/health/ready") as answer:
                        if answer.status == 200 and self.answering >= self.expected:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)
        raise AssertionError(f"the house did not start:\n{self.log.read_text()[-3000:]}")

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()

    async def stop(self, within: float = 30) -> int:
        """SIGTERM, and how it ended."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), within)

    def workers(self) -> list[int]:
        """The processes behind the socket, the leader not counted."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(one) for one in children]

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    async def command(self, *words: str) -> tuple[int, str, str]:
        """Another command on the same house: exit code, stdout, stderr."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server", *words, cwd=ROOT, env=self.environment, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    async def report(self) -> dict[str, dict[str, Any]]:
        """The report's rows of the lesson, by learner."""
        code, out, err = await self.command("report", "--programme", self.school.programme)
        assert code == 0, err
        return {row["learner"]: row for row in json.loads(out)["rows"] if row["lesson"] == self.school.lesson}

    def traces(self) -> list[str]:
        """What in the log looks like a broken program."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return [line for line in text.splitlines() if "Traceback" in line or '"level": "error"' in line]
