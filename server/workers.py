"""Several processes behind one listening socket: kept alive, replaced one by one, never without their leader."""

import asyncio
import ctypes
import os
import select
import signal
import sys
from collections.abc import Sequence
from typing import Final

import structlog

AGAIN: Final = 1.0  # seconds before a worker that died is started again
READY_WITHIN: Final = 30.0  # seconds that a new worker gets before the next old one goes
READY: Final = b"ready\n"
PR_SET_PDEATHSIG: Final = 1  # prctl(2)
log = structlog.get_logger()


class Workers:
    """The processes of one house. A signal to the leader is a signal to all of them."""

    def __init__(self, command: Sequence[str], listening: int, count: int) -> None:
        self._command = command
        self._listening = listening
        self._count = count
        self._running: set[asyncio.subprocess.Process] = set()
        self._leaving: set[asyncio.subprocess.Process] = set()
        self._stop = asyncio.Event()
        self._keepers: set[asyncio.Task[None]] = set()

    async def lead(self, stop: asyncio.Event, renew: asyncio.Event) -> None:
        """Keep them alive until `stop`; at each `renew` put new ones into their places, one after the other."""
        for worker, _ in await asyncio.gather(*(self._start() for _ in range(self._count))):
            self._keep(worker)
        waits = [asyncio.create_task(stop.wait()), asyncio.create_task(self._renew_on(renew))]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        self._stop.set()
        for wait in waits:
            wait.cancel()
        for worker in self._running:
            _signal(worker)
        while self._keepers:
            await asyncio.wait(self._keepers)

    async def _start(self) -> tuple[asyncio.subprocess.Process, bool]:
        """Start a worker and wait until it answers; whether it does."""
        heard, said = os.pipe()
        try:
            worker = await asyncio.create_subprocess_exec(
                *self._command, "--ready", str(said), pass_fds=[self._listening, said]
            )
        finally:
            os.close(said)
        self._running.add(worker)
        told = await asyncio.to_thread(_read_within, heard, READY_WITHIN)
        os.close(heard)
        return worker, told == READY

    def _keep(self, worker: asyncio.subprocess.Process) -> None:
        task = asyncio.create_task(self._kept(worker))
        self._keepers.add(task)
        task.add_done_callback(self._keepers.discard)

    async def _kept(self, worker: asyncio.subprocess.Process) -> None:
        while True:
            ended = await worker.wait()
            self._running.discard(worker)
            if self._stop.is_set() or worker in self._leaving:
                self._leaving.discard(worker)
                return
            log.warning("worker_ended", code=ended)
            await asyncio.sleep(AGAIN)
            if self._stop.is_set():
                return
            worker, _ = await self._start()
            if self._stop.is_set():
                _signal(worker)

    async def _renew_on(self, renew: asyncio.Event) -> None:
        while True:
            await renew.wait()
            renew.clear()
            if not await _migrated():
                log.error("renewal_failed")
                continue
            for old in list(self._running):
                new, answers = await self._start()
                if not answers:  # the old ones go on: a new version that cannot start must not close the house
                    log.error("renewal_failed")
                    self._running.discard(new)
                    _signal(new)
                    break
                self._keep(new)
                self._leaving.add(old)
                _signal(old)
                await old.wait()
            else:
                log.info("workers_renewed")


async def _migrated() -> bool:
    """Bring the database to the form of the version that is installed now."""
    migrate = await asyncio.create_subprocess_exec(sys.executable, "-m", "server", "migrate")
    return await migrate.wait() == 0


def _read_within(pipe: int, seconds: float) -> bytes:
    """What is said on a pipe within so many seconds; nothing when its other end closes or stays silent."""
    return os.read(pipe, len(READY)) if select.select([pipe], [], [], seconds)[0] else b""


def _signal(worker: asyncio.subprocess.Process) -> None:
    if worker.returncode is None:
        worker.send_signal(signal.SIGTERM)


def die_with_leader() -> None:
    """A worker whose leader is killed stops too, in good order: else it would hold the house's place for ever."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def tell_ready(pipe: int) -> None:
    """Tell the leader that this worker answers now."""
    os.write(pipe, READY)
    os.close(pipe)
