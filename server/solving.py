"""Timetables are sought outside this process: by a child at low priority, watched line by line, one at a time.

What is known of a search stands in the database (calendars/scheduling/solves.py), so that any worker can show it. The
child is told to stop through its input; when this process dies its input closes, and the child ends with it. The best
timetable so far is kept beside its progress, so that whichever of them dies, what was found is proposed all the same.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import structlog

from calendars import rights
from calendars.errors import Refused, Unavailable
from calendars.scheduling import proposed, solves
from calendars.scheduling.solves import Job
from calendars.store import Store, Work

COMMAND: Final = (sys.executable, "-m", "calendars.timetable")
LOOKS_EVERY: Final = 1.0  # seconds between two looks for a search that waits
BEATS_EVERY: Final = 1.0  # seconds between two words to the database
KEEPS_EVERY: Final = 2.0  # seconds between two timetables that are kept there, and
KEEPS_SLOWER: Final = 5.0  # so many more for each million bytes of one: it is written whole each time
LARGEST_LINE: Final = 64 * 1024 * 1024  # bytes: a timetable of 1,000 learners takes two of its megabytes
LAST_WORD: Final = 3.0  # seconds that a search has to say its best when the house stops
OVERTIME: Final = 20.0  # seconds beyond its limit after which a search that still runs is broken
log = structlog.get_logger()


class Line(msgspec.Struct):
    """What a child says (calendars/timetable/__main__.py): how far it is, the best so far, its answer, or a refusal."""

    progress: dict[str, Any] = {}
    better: msgspec.Raw = msgspec.Raw(b"")
    timetable: msgspec.Raw = msgspec.Raw(b"")
    refused: str = ""


@dataclass(slots=True)
class Heard:
    """What a child has said so far."""

    progress: dict[str, Any] = field(default_factory=dict)
    better: str = ""
    """The best timetable so far."""
    answer: str = ""
    kept: str = ""
    """The one that stands in the database."""
    keep_at: float = 0.0

    @property
    def best(self) -> str:
        """The answer, or what there is as long as there is none."""
        return self.answer or self.better

    def due_for_writing(self) -> str:
        """The best so far if it should be written down now: not the same one twice, and a large one less often."""
        now = time.monotonic()
        if self.better == self.kept or now < self.keep_at:
            return ""
        self.kept, self.keep_at = self.better, now + KEEPS_EVERY + KEEPS_SLOWER * len(self.better) / 1_000_000
        return self.better

    def take(self, line: bytes) -> None:
        """Hear one line; one that cannot be read is passed over."""
        with suppress(msgspec.DecodeError):
            said = _READER.decode(line)
            self.progress = said.progress or self.progress
            self.better = bytes(said.better).decode() or self.better
            self.answer = bytes(said.timetable).decode() or self.answer
            if said.refused:
                log.error("search_refused", why=said.refused)


_READER = msgspec.json.Decoder(Line)


class Child:
    """One search in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, command: Sequence[str]) -> "Child":
        """Start it; it waits for a problem."""
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LARGEST_LINE,
            start_new_session=True,
        )  # fmt: skip
        return cls(process)

    async def pose(self, job: Job) -> None:
        """Hand it the problem. One that does not read keeps whoever poses it waiting."""
        told = f'{{"problem": {job.problem}, "previous": {job.previous or "null"}, "seconds": {job.seconds}, '
        await self._tell(f'{told}"seed": {job.seed}, "firm": true, "better": true}}')  # what stands stands

    async def lines(self) -> AsyncIterator[bytes]:
        """What it says, line by line, until it ends."""
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            yield line

    async def enough(self) -> None:
        """Let it stop and say the best it has."""
        await self._tell("enough")

    async def end(self) -> int:
        """It is gone when this returns, whatever it was doing, and so is whatever it started."""
        with suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            elif self._process.returncode is None:
                self._process.kill()
        return await self._process.wait()

    async def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError, ConnectionResetError):
            self._process.stdin.write(line.encode() + b"\n")
            await self._process.stdin.drain()


class Solving:
    """Takes searches that wait, one after the other, and sees each to its end."""

    def __init__(self, store: Store, worker: str, command: Sequence[str] = COMMAND, *, alone: bool = False) -> None:
        """`alone`: no other process can be alive on this database, so what runs when it begins has lost its own."""
        self._store = store
        self._worker = worker
        self._command = command
        self._alone = alone

    async def run(self) -> None:
        """Until cancelled. A failure is logged and the next search comes all the same."""
        while True:
            try:
                await self.once()
            except Unavailable as away:
                log.warning("search_waits", code=away.code)
            except Exception:
                log.exception("search_failed")
            await asyncio.sleep(LOOKS_EVERY)

    async def once(self) -> str:
        """Take the search whose turn it is and run it. Returns its id, nothing when none waits."""
        async with self._store.look() as look:  # each second by each worker: it must not cost a turn at writing
            waits = await solves.any_to_see_to(look)
        alone, self._alone = self._alone, False  # after the first look what runs may be alive
        if not waits:
            return ""
        await self._see_to_the_lost(alone)
        async with self._store.work() as work:
            job = await solves.claim(work, self._worker)
        if job is None:
            return ""
        heard = Heard()
        try:
            state, failure = await self._search(job, heard)
        except asyncio.CancelledError:
            await asyncio.shield(self._end(job.id, "interrupted", heard, "house_restarts"))
            raise
        except Exception:
            await self._end(job.id, _broken(heard), heard, "search_broke")
            raise
        await self._end(job.id, state, heard, failure)
        return job.id

    async def _search(self, job: Job, heard: Heard) -> tuple[str, str]:
        """Run the child beside its watch. Returns how it ended, and why where nothing came of it."""
        child = await Child.start(self._command)
        reading = asyncio.create_task(self._hear(child, heard))
        try:
            async with asyncio.timeout(job.seconds + OVERTIME):
                await child.pose(job)
                cancelled = await self._watch(job, child, reading, heard)
        except TimeoutError:
            return _broken(heard), "search_hung"
        except asyncio.CancelledError:  # the house stops: what was found so far must not be lost with it
            await child.enough()
            await asyncio.wait([reading], timeout=LAST_WORD)
            raise
        finally:
            reading.cancel()
            code = await child.end()
            await asyncio.gather(reading, return_exceptions=True)
        if cancelled:
            return "cancelled", ""
        if not heard.answer:
            log.error("search_ended", code=code)
            return _broken(heard), "search_broke"
        return "done", ""

    async def _watch(self, job: Job, child: Child, reading: "asyncio.Task[None]", heard: Heard) -> bool:
        """Tell the database how far it is, hear what is wished, until the child has said all. True: cancelled."""
        wished = False
        while not reading.done():
            await asyncio.wait([reading], timeout=BEATS_EVERY)
            async with self._store.work() as work:
                wish = await solves.beat(work, job.id, self._worker, heard.progress, heard.due_for_writing())
            if wish == "cancel":
                return True
            if wish == "enough" and not wished:
                wished = True
                await child.enough()
        return False

    @staticmethod
    async def _hear(child: Child, heard: Heard) -> None:
        async for line in child.lines():
            heard.take(line)

    async def _see_to_the_lost(self, alone: bool) -> None:
        """Say of searches without a process that they were interrupted, and propose what was kept of them."""
        async with self._store.work() as work:
            await solves.bury(work, all_of_them=alone)
        async with self._store.look() as look:
            lost = await solves.orphans(look)
        for id in lost:
            try:
                async with self._store.work() as work:
                    row = await solves.care_for(work, id, "house_restarts")
                    if row is not None:
                        await _propose(work, id, row.asked_by)
            except Unavailable:
                raise
            except Exception:  # one that cannot be proposed must not keep all others waiting
                log.exception("search_not_proposed")
                async with self._store.work() as work:
                    await solves.care_for(work, id, "search_broke")

    async def _end(self, id: str, state: str, heard: Heard, failure: str) -> None:
        """Write down how it ended; what was found becomes a proposal of whoever asked."""
        async with self._store.work() as work:
            row = await solves.end(work, id, self._worker, state, best=heard.best, failure=failure)
            if row is not None and row.best and state in ("done", "interrupted"):
                await _propose(work, id, row.asked_by)  # in the same commit: nobody may see the one without the other


def _broken(heard: Heard) -> str:
    """How a search ended that could not say its last word."""
    return "interrupted" if heard.best else "failed"


async def _propose(work: Work, id: str, asked_by: str) -> None:
    """Lay it before whoever asked."""
    try:
        await proposed.adopt(work, await rights.actor_of(work, asked_by), id)
    except Refused as refused:  # she may not plan here any more: what was found stays to be looked at
        log.warning("search_not_proposed", code=refused.code)
