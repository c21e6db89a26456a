"""A line that can be cut: a browser in a network of its own, joined to ours by one cable."""

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from tests.journeys.room_bench.people import ARGUMENTS

POSSIBLE = os.geteuid() == 0 and shutil.which("ip") is not None
"""Only the administrator lays cables."""


async def run(*words: str) -> None:
    process = await asyncio.create_subprocess_exec(*words)
    assert await process.wait() == 0, " ".join(words)


async def ip(*words: str) -> None:
    await run("ip", *words)


@dataclass
class Line:
    """The cable; `here` is our end's address."""

    name: str
    here: str

    async def cut(self) -> None:
        await ip("-n", self.name, "link", "set", "far", "down")

    async def mend(self) -> None:
        await ip("-n", self.name, "link", "set", "far", "up")
        # Browsers speak over the way to everywhere only, and it goes with the cable.
        await ip("-n", self.name, "route", "replace", "default", "via", self.here)

    async def narrow(self, kbit: int) -> None:
        """So much goes through each way, the rest waits for at most 400 ms."""
        bucket = ("root", "tbf", "rate", f"{kbit}kbit", "burst", "3000", "latency", "400ms")
        await run("tc", "qdisc", "replace", "dev", self.name, *bucket)
        await run("tc", "-n", self.name, "qdisc", "replace", "dev", "far", *bucket)

    async def swallow(self) -> None:
        """Nothing comes through any more, and nobody is told."""
        bucket = ("root", "tbf", "rate", "8kbit", "burst", "10", "limit", "10")  # a packet is larger than the bucket
        await run("tc", "qdisc", "replace", "dev", self.name, *bucket)
        await run("tc", "-n", self.name, "qdisc", "replace", "dev", "far", *bucket)

    async def spit(self) -> None:
        await run("tc", "qdisc", "del", "dev", self.name, "root")
        await run("tc", "-n", self.name, "qdisc", "del", "dev", "far", "root")


@asynccontextmanager
async def line() -> AsyncIterator[Line]:
    """Lay a cable between us and a network that holds nothing else."""
    name, number = f"room{secrets.token_hex(3)}", secrets.randbelow(250)
    here, there = f"198.18.{number}.1", f"198.18.{number}.2"
    await ip("netns", "add", name)
    try:
        await ip("link", "add", name, "type", "veth", "peer", "name", "far", "netns", name)
        await ip("addr", "add", f"{here}/24", "dev", name)
        await ip("link", "set", name, "up")
        await ip("-n", name, "addr", "add", f"{there}/24", "dev", "far")
        await ip("-n", name, "link", "set", "lo", "up")
        laid = Line(name, here)
        await laid.mend()
        yield laid
    finally:
        await ip("netns", "del", name)


@asynccontextmanager
async def far_chromium(line: Line, folder: Path) -> AsyncIterator[Browser]:
    """A browser at the far end of the cable."""
    start = folder / "far-chromium"
    start.write_text(f'#!/bin/sh\nexec ip netns exec {line.name} /usr/bin/chromium "$@"\n')
    start.chmod(0o755)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=start, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()
