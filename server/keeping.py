"""What the heart has heard is made durable, twice a second; while the database is away it is kept in memory.

Only what a commit has confirmed is told to be saved. Every step may be tried again: a commit that succeeded and was
told as failed changes nothing the second time.
"""

import time
from datetime import datetime

import structlog

from calendars.errors import Unavailable
from calendars.store import Store
from classroom import epochs, register, visits
from classroom.visits import Stay
from server.members import Member, Members

STALL = 5.0  # seconds without a sign of life of ours, by the loop or to the database, that count as an outage of ours
SETTLE = 0.5  # seconds between two savings
log = structlog.get_logger()


class Keeping:
    """The memory of one worker between hearing and saving; its size goes with the connections, not with the time."""

    def __init__(self, store: Store, members: Members, beat: float) -> None:
        self._store = store
        self._members = members
        self._quiet_after = 1.5 * beat + 1
        self._pending: dict[str, datetime] = {}
        """Last evidence by visit that is not durable yet."""
        self._gone: dict[str, Member] = {}
        """By connection: sockets whose end could not be written yet."""
        self._outages: list[tuple[datetime, datetime]] = []
        self._told_alive = 0.0
        self._saved_at = store.clock.now()
        self._failing = False

    def keep(self, visit: str, heard: datetime) -> None:
        """Remember the last evidence of a visit."""
        self._pending[visit] = heard

    def was_away(self, since: datetime, until: datetime) -> None:
        """Remember that we could not hear, or not save, in this time."""
        if self._outages and since <= self._outages[-1][1]:
            since = min(since, self._outages.pop()[0])
        self._outages.append((since, until))

    @property
    def waiting(self) -> int:
        """How much evidence is in memory alone."""
        return len(self._pending) + len(self._gone)

    @property
    def away(self) -> float:
        """For how many seconds nothing could be saved; 0 when all is well."""
        return (self._store.clock.now() - self._saved_at).total_seconds() if self._failing else 0.0

    async def settle(self) -> None:
        """Save, show who fell silent or woke, give a sign of life. Raises Unavailable; then nothing is forgotten."""
        await self._save()
        await self._note_outages()
        for member in list(self._gone.values()):
            await self._write_gone(member)
        for member in self._members:
            await self.catch_up(member)
        await self._notice_silence()

    async def flush(self) -> None:
        """Make everything durable now: the worker stops, or a test wants to know."""
        self._told_alive = 0.0
        await self.settle()

    async def _save(self) -> None:
        now, asked = time.monotonic(), self._store.clock.now()
        if not self._pending and not self._failing and now - self._told_alive < epochs.DEAD_AFTER / 3:
            return
        pending, self._pending = self._pending, {}
        try:
            async with self._store.work() as work:
                lives = await epochs.alive(work, self._members.epoch)  # first: it orders us against whoever buries us
                if lives:
                    await visits.record(work, pending.items())
            if not lives:
                await self._rise()
        except BaseException:
            self._pending = pending | self._pending  # the newer one wins
            self._failing = True
            raise
        if self._failing or (self._store.clock.now() - asked).total_seconds() > STALL:
            self._came_back()
        self._told_alive, self._saved_at, self._failing = now, self._store.clock.now(), False
        for member in self._members:
            kept = [pending[stay.visit] for stay in member.stays.values() if lives and stay.visit in pending]
            member.saved = max(kept) if kept else member.saved

    def _came_back(self) -> None:
        now = self._store.clock.now()
        if (now - self._saved_at).total_seconds() > STALL:
            self.was_away(self._saved_at, now)

    async def _rise(self) -> None:
        """Another worker held us for dead and closed our stays: what we heard since is saved as new parts of them."""
        log.warning("was_held_for_dead")
        taken: dict[str, Stay] = {}
        async with self._store.work() as work:
            touched = await epochs.outage(work, self._members.epoch, self._saved_at, work.now)
            await epochs.revive(work, self._members.epoch)
            for member in self._members:
                for lesson, stay in list(member.stays.items()):
                    if not member.woken.get(lesson):
                        heard = member.heard[lesson]
                        taken[stay.visit] = await visits.taken_up(work, stay, member.connection, heard)
            await register.renew(work, touched)
        for member in self._members:
            for lesson, stay in member.stays.items():
                if taken.get(stay.visit, stay) is not stay:
                    member.stays[lesson] = taken[stay.visit]
                    member.silent.discard(lesson)

    async def _note_outages(self) -> None:
        while self._outages:
            since, until = self._outages[0]
            log.warning("outage", seconds=round((until - since).total_seconds(), 1))
            async with self._store.work() as work:
                touched = await epochs.outage(work, self._members.epoch, since, until)
                await register.renew(work, touched)
            self._outages.remove((since, until))

    async def gone(self, member: Member) -> None:
        """A socket is gone, why ever: its stays end where each was last heard, as soon as that can be written."""
        self._gone[member.connection.id] = member
        try:
            await self._write_gone(member)
        except Unavailable as away:
            log.warning("loss_waits", code=away.code)

    async def _write_gone(self, member: Member) -> None:
        async with self._store.work() as work:
            heard: dict[str, datetime] = {}
            for lesson, stay in member.stays.items():
                if parts := member.woken.get(lesson):
                    if stay.visit in self._pending:
                        await visits.record(work, [(stay.visit, self._pending[stay.visit])])
                    for part in parts:
                        stay = await visits.awoke(work, stay, member.connection, part.a, part.b)
                heard[stay.visit] = member.heard[lesson]
            await visits.lost(work, member.connection.id, heard)
        self._gone.pop(member.connection.id, None)

    async def catch_up(self, member: Member) -> None:
        """Write who slept beyond the lease as a new stay; let a seat that was shown as dropped be here again."""
        for lesson, stay in list(member.stays.items()):
            if parts := list(member.woken.get(lesson, ())):
                until = [part.b for part in parts]
                async with self._store.work() as work:
                    if stay.visit in self._pending:
                        await visits.record(work, [(stay.visit, self._pending[stay.visit])])
                    for part, b in zip(parts, until, strict=True):
                        stay = await visits.awoke(work, stay, member.connection, part.a, b)
                self._woke(member, lesson, stay, len(parts))
            elif lesson in member.silent and not self._is_silent(member, lesson):
                async with self._store.work() as work:
                    await visits.resumed(work, stay.visit, member.heard[lesson])
                member.silent.discard(lesson)

    def _woke(self, member: Member, lesson: str, stay: Stay, written: int) -> None:
        member.woken[lesson] = member.woken[lesson][written:]
        member.silent.discard(lesson)
        if lesson in member.stays:
            self._pending.pop(member.stays[lesson].visit, None)
            member.stays[lesson] = stay
            if not member.woken[lesson]:
                self._pending[stay.visit] = member.heard[lesson]  # it may have been heard again meanwhile

    def _is_silent(self, member: Member, lesson: str) -> bool:
        quiet: float = (self._store.clock.now() - member.heard[lesson]).total_seconds()
        return quiet > self._quiet_after

    async def _notice_silence(self) -> None:
        quiet = [
            (member, lesson)
            for member in self._members
            for lesson in member.stays
            if self._is_silent(member, lesson) and (lesson not in member.silent or lesson in member.untold)
        ]
        if not quiet:
            return
        for member, lesson in quiet:
            member.silent.add(lesson)  # before it is sure: whoever wakes is then shown as here in any case
            member.untold.add(lesson)
        async with self._store.work() as work:
            await visits.silent(
                work, [member.stays[lesson].visit for member, lesson in quiet if lesson in member.stays]
            )
        for member, lesson in quiet:
            member.untold.discard(lesson)
