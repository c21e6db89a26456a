"""Beats go out, acknowledgements come back: the heart of one worker.

Evidence is the acknowledgement of the newest beat that this process sent, taken at the moment it arrives. Neither
sending nor hearing ever waits for the database; server/keeping.py makes durable what was heard.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog

from calendars.clock import rfc3339, seconds
from calendars.errors import Unavailable
from calendars.store import Store
from server.keeping import SETTLE, STALL, Keeping
from server.members import Awake, Member, Members

log = structlog.get_logger()

Emit = Callable[..., Awaitable[None]]


class Beats:
    """The heart of one worker."""

    def __init__(self, store: Store, members: Members, emit: Emit, every: float) -> None:
        self._store = store
        self._members = members
        self._emit = emit
        self.every = every
        self.keeping = Keeping(store, members, every)
        self._ticked = time.monotonic()
        self._stopped = False

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
            self.heard(member, number)

        await self._emit("beat", {"n": number, "saved": saved}, to=member.sid, callback=acknowledged)

    def heard(self, member: Member, number: int) -> None:
        """The client behind this socket answered beat `number` now; an old number proves nothing."""
        if number != member.beat or self._members.of(member.sid) is not member:
            return
        at = self._store.clock.now()
        for lesson, stay in member.stays.items():
            if seconds(at) - seconds(member.heard[lesson]) > stay.lease:
                member.woken.setdefault(lesson, []).append(Awake(at, at))
            elif member.woken.get(lesson):
                member.woken[lesson][-1].b = at
            else:
                self.keeping.keep(stay.visit, at)
            member.heard[lesson] = at

    def stop(self) -> None:
        """No beat and no saving any more."""
        self._stopped = True

    async def run(self) -> None:
        """Beat until stopped or cancelled. A database that is away stops no beat; saving is tried again and again."""
        await asyncio.gather(self._beat_on(), self._settle_on())

    async def _beat_on(self) -> None:
        while not self._stopped:
            now = time.monotonic()
            late, self._ticked = now - self._ticked, now
            if late > STALL and any(member.stays for member in self._members):
                here = self._store.clock.now()
                self.keeping.was_away(here - timedelta(seconds=late), here)
            await self.send()
            await asyncio.sleep(min(0.25, self.every / 4))

    async def _settle_on(self) -> None:
        while not self._stopped:
            await asyncio.sleep(SETTLE)
            try:
                await self.keeping.settle()
            except Unavailable as away:
                log.warning("database_away", code=away.code)
            except Exception:  # whatever is wrong with one stay, the heart beats on for all others
                log.exception("settling_failed")
