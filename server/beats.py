"""Beats go out, acknowledgements come back, and what they prove is made durable once a second.

Evidence is the acknowledgement of the newest beat that this process sent, taken at the moment it arrives.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from calendars.clock import rfc3339, seconds
from calendars.errors import Unavailable
from calendars.store import Store
from classroom import epochs, visits
from classroom.visits import Stay
from server.members import Member, Members

STALL = 5.0  # seconds that this loop may be late before it counts as an outage of ours
log = structlog.get_logger()

Emit = Callable[..., Awaitable[None]]


class Beats:
    """The heart of one worker."""

    def __init__(self, store: Store, members: Members, emit: Emit, every: float) -> None:
        self._store = store
        self._members = members
        self._emit = emit
        self.every = every
        self._pending: dict[str, datetime] = {}
        self._ticked = time.monotonic()
        self._told_alive = 0.0

    async def send(self) -> None:
        """Send a beat to every connection whose turn it is."""
        now = time.monotonic()
        for member in self._members:
            if member.stays and member.next_beat <= now:
                member.next_beat = now + self.every * random.uniform(0.8, 1.2)  # spreads the load
                await self._beat(member)

    async def _beat(self, member: Member) -> None:
        member.beat += 1
        number = member.beat
        saved = rfc3339(member.saved) if member.saved else None

        async def acknowledged(*_answer: Any) -> None:
            await self.heard(member, number)

        await self._emit("beat", {"n": number, "saved": saved}, to=member.sid, callback=acknowledged)

    async def heard(self, member: Member, number: int) -> None:
        """The client behind this socket answered beat `number` now; an old number proves nothing."""
        if number != member.beat or self._members.of(member.sid) is not member:
            return
        at = self._store.clock.now()
        for lesson, stay in list(member.stays.items()):
            gap = (at - member.heard[lesson]).total_seconds()
            try:
                if seconds(at) - seconds(member.heard[lesson]) > stay.lease:
                    await self._awoke(member, stay, at)
                elif lesson in member.silent:
                    await self._resumed(member, stay, at)
                else:
                    self._pending[stay.visit] = at
                member.heard[lesson] = at
            except Unavailable:
                log.warning("evidence_waits", gap=round(gap, 1))  # the next acknowledgement tells it again

    async def _awoke(self, member: Member, stay: Stay, at: datetime) -> None:
        self._pending.pop(stay.visit, None)
        async with self._store.work() as work:
            anew = await visits.awoke(work, stay, member.connection, at)
        member.stays[stay.lesson] = anew
        member.silent.discard(stay.lesson)

    async def _resumed(self, member: Member, stay: Stay, at: datetime) -> None:
        async with self._store.work() as work:
            await visits.resumed(work, stay.visit, at)
        member.silent.discard(stay.lesson)

    async def settle(self) -> None:
        """Once a second: make what was heard durable, show who fell silent, give a sign of life."""
        await self._notice_stall()
        await self._flush()
        await self._notice_silence()

    async def _flush(self) -> None:
        pending, self._pending = self._pending, {}
        now = time.monotonic()
        if not pending and now - self._told_alive < epochs.DEAD_AFTER / 3:
            return
        try:
            async with self._store.work() as work:
                await visits.record(work, pending.items())
                await epochs.alive(work, self._members.epoch)
        except Unavailable:
            self._pending = pending | self._pending  # the newer one wins; nothing is told to be saved meanwhile
            return
        self._told_alive = now
        for member in self._members:
            kept = [pending[stay.visit] for stay in member.stays.values() if stay.visit in pending]
            member.saved = max(kept) if kept else member.saved

    async def flush(self) -> None:
        """Make everything durable now: the worker stops, or a test wants to know."""
        self._told_alive = 0.0
        await self._flush()

    async def _notice_silence(self) -> None:
        now = self._store.clock.now()
        quiet = [
            (member, lesson)
            for member in self._members
            for lesson in member.stays
            if lesson not in member.silent and (now - member.heard[lesson]).total_seconds() > 1.5 * self.every + 1
        ]
        if not quiet:
            return
        async with self._store.work() as work:
            await visits.silent(work, [member.stays[lesson].visit for member, lesson in quiet])
        for member, lesson in quiet:
            member.silent.add(lesson)

    async def _notice_stall(self) -> None:
        now = time.monotonic()
        late, self._ticked = now - self._ticked, now
        if late > STALL and any(member.stays for member in self._members):
            log.warning("stood_still", seconds=round(late, 1))
            async with self._store.work() as work:
                await epochs.stalled(work, self._members.epoch, work.now - timedelta(seconds=late))

    async def run(self) -> None:
        """Beat until cancelled. A database that is away stops nothing; it is tried again a second later."""
        settled = time.monotonic()
        while True:
            await self.send()
            if time.monotonic() - settled >= 1:
                settled = time.monotonic()
                try:
                    await self.settle()
                except Unavailable as away:
                    log.warning("database_away", code=away.code)
            await asyncio.sleep(min(0.25, self.every / 4))
