"""Every worker follows the numbered streams that somebody here watches, and hands their facts on in order.

Own commits come at once, others' by a poke (a hint that may be lost) or by the one poll per second; what is missing
between two numbers is read from the trail. So no fact is lost, doubled or out of order, with Redis or without it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any

import structlog

from calendars.errors import Unavailable
from calendars.facts import Told
from calendars.store import Store

Deliver = Callable[[str, Sequence[Told]], Awaitable[None]]
Ring = Callable[[], Coroutine[Any, Any, None]]
log = structlog.get_logger()


class Streams:
    """The streams that this worker follows. `deliver(stream, facts)` gets each fact once, in order."""

    def __init__(self, store: Store, deliver: Deliver) -> None:
        self._store = store
        self._deliver = deliver
        self._reached: dict[str, int] = {}
        self._watchers: dict[str, int] = {}
        self._early: dict[str, dict[int, Told]] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._bells: dict[str, tuple[int, Ring]] = {}
        store.listen(self.heard)

    def ring(self, stream: str, then: Ring) -> None:
        """Do something when the number of this stream has moved; what it counts is no fact and not on the trail."""
        self._bells[stream] = (0, then)

    async def watch(self, stream: str) -> None:
        """Follow a stream; take the snapshot after this returns, so that nothing falls between."""
        self._watchers[stream] = self._watchers.get(stream, 0) + 1
        if stream not in self._reached:
            async with self._store.look() as look:
                number = (await look.numbers([stream]))[stream]
            self._reached.setdefault(stream, number)

    def unwatch(self, stream: str) -> None:
        """One watcher less; the last one ends the following."""
        left = self._watchers.get(stream, 0) - 1
        if left > 0:
            self._watchers[stream] = left
            return
        for known in (self._watchers, self._reached, self._early, self._turns):
            known.pop(stream, None)

    def heard(self, facts: Sequence[Told]) -> None:
        """Facts of a commit of this process."""
        for stream in {one.stream for one in facts} & self._reached.keys():
            early = self._early.setdefault(stream, {})
            early |= {one.number: one for one in facts if one.stream == stream}
            self._start(stream)

    def poked(self, stream: str) -> None:
        """Somebody else changed this stream: read on."""
        if stream in self._reached:
            self._start(stream, read=True)

    async def poll(self) -> None:
        """Compare every followed stream and every bell with the database: one query."""
        async with self._store.look() as look:
            numbers = await look.numbers([*self._reached, *self._bells])
        for stream, number in numbers.items():
            if number > self._reached.get(stream, number):
                self._start(stream, read=True)
        for stream, (before, then) in self._bells.items():
            if numbers[stream] > before:
                self._go(self._answer(stream, numbers[stream], then))

    async def _answer(self, stream: str, number: int, then: Ring) -> None:
        """Do what a bell asks for; one that could not be answered rings again a second later."""
        with suppress(Unavailable):
            await then()
            self._bells[stream] = (number, then)

    def _start(self, stream: str, *, read: bool = False) -> None:
        self._go(self._advance(stream, read))

    def _go(self, step: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(step)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _advance(self, stream: str, read: bool) -> None:
        async with self._turns.setdefault(stream, asyncio.Lock()):
            if stream not in self._reached:
                return
            early = self._early.setdefault(stream, {})
            if read or (early and self._reached[stream] + 1 not in early and max(early) > self._reached[stream]):
                with suppress(Unavailable):  # the next poll tries again
                    async with self._store.look() as look:
                        early |= {one.number: one for one in await look.trail(stream, self._reached[stream])}
            ready = []
            while (following := early.pop(self._reached.get(stream, 0) + 1, None)) is not None:
                ready.append(following)
                self._reached[stream] = following.number
            for number in [one for one in early if one <= self._reached.get(stream, 0)]:
                del early[number]
            if ready:
                try:
                    await self._deliver(stream, ready)
                except Exception:  # a failed telling must not stop the following
                    log.exception("delivery_failed", facts=len(ready))

    async def close(self) -> None:
        """End what is still under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
