"""Other people's rooms, in rounds: made ready ahead, asked who is in, closed with their lesson; none delays another.

The network is never waited for inside a unit of work.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

import structlog

from calendars.errors import Refused, Unavailable
from calendars.store import Store
from classroom import watching
from classroom.video.choose import Providers
from classroom.video.provider import Ending, Provider, Watched
from classroom.watching import Watch

EVERY = 25.0  # seconds between two rounds
WITHIN = 10.0  # seconds that one server may take for one answer
AT_ONCE = 4  # questions to one server at one time
log = structlog.get_logger()


class Rounds:
    """One worker's rounds; a lease in the database says which worker makes them."""

    def __init__(self, store: Store, providers: Providers, epoch: str) -> None:
        self._store = store
        self._providers = providers
        self._epoch = epoch
        self._busy: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Round after round, until cancelled; one that fails is logged and comes again."""
        try:
            while True:
                try:
                    await self.begin()
                except Unavailable as away:
                    log.warning("round_waits", code=away.code)
                except Exception:
                    log.exception("round_failed")
                await asyncio.sleep(EVERY)
        finally:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def begin(self) -> None:
        """Close what is over, then ask every server that has answered all of the round before."""
        async with self._store.work() as work:
            if not await work.lease("rounds", self._epoch, EVERY * 2):
                return
            await watching.close_over(work)
        async with self._store.look() as look:
            watches = await watching.to_watch(look)
        for name, those in groupby(sorted(watches, key=lambda one: one.provider), key=lambda one: one.provider):
            if name in self._busy and not self._busy[name].done():
                log.warning("round_still_on", server=name)
                continue
            self._busy[name] = asyncio.create_task(self._server(name, list(those)))

    async def ended(self) -> None:
        """Once every server has answered or failed."""
        await asyncio.gather(*self._busy.values())

    async def _server(self, name: str, watches: Sequence[Watch]) -> None:
        try:
            provider = self._providers.of(name)
        except Unavailable:
            return  # it has retired; what is open there closes when its lesson is over
        gate = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._lesson(gate, provider, one) for one in watches))

    async def _lesson(self, gate: asyncio.Semaphore, provider: Provider, watch: Watch) -> None:
        async with gate:
            try:
                people = None
                if isinstance(provider, Watched):
                    people = await self._ask(provider, watch)
                async with asyncio.timeout(WITHIN):
                    if watch.prepares and not people:
                        await provider.prepare(watch.asked)
                    elif people and not watch.prepares and isinstance(provider, Ending):
                        await provider.end(watch.lesson)
            except Refused as refused:
                log.warning("room_away", server=watch.provider, code=refused.code)
            except TimeoutError:
                log.warning("room_away", server=watch.provider, code="too_slow")
            except Exception:
                log.exception("room_failed", server=watch.provider)

    async def _ask(self, provider: Watched, watch: Watch) -> Mapping[str, datetime | None]:
        """Who is in; it is written down in the time of the house."""
        clock = self._store.clock
        asked_at = clock.now()
        async with asyncio.timeout(WITHIN):
            people = await provider.present(watch.lesson)
        ours = {person: since + clock.shift if since else None for person, since in people.items()}
        async with self._store.work() as work:
            taken = await watching.reconcile(work, watch.provider, watch.lesson, ours, asked_at)
        if taken.new or taken.kept_out:
            log.info("room_reconciled", server=watch.provider, new=taken.new, **taken.kept_out)
        return people
