"""Other people's rooms, in rounds: made ready ahead, asked who is in, closed with their lesson; none delays another.

The network is never waited for inside a unit of work.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import structlog

from calendars.errors import Unavailable
from calendars.lessons import LEADERS_BEFORE
from calendars.store import Store
from classroom import moves, rooms, watching
from classroom.video.choose import Providers, line_of
from classroom.video.provider import Ending, Provider, Removing, Reporting, Watched
from classroom.watching import Watch
from server.auth.sockets import signed_out

EVERY = 25.0  # seconds between two rounds
WITHIN = 10.0  # seconds that one server may take for one answer
AT_ONCE = 4  # questions to one server at one time
PATIENT = 2  # rounds in a row in which a room may not be ready before its lesson goes on in the next one
log = structlog.get_logger()


class Rounds:
    """One worker's rounds; a lease in the database says which worker makes them."""

    def __init__(self, store: Store, providers: Providers, epoch: str) -> None:
        self._store = store
        self._providers = providers
        self._epoch = epoch
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._over: set[tuple[str, str]] = set()
        """Lesson and provider of rooms of which nothing is left; to end one twice is to end it once."""
        self._unready: dict[tuple[str, str], list[str]] = {}
        """By lesson and provider: what went wrong in the last rounds, one code each."""
        self._unwelcome: dict[tuple[str, str], set[str]] = {}
        """By lesson and provider: whose sitting on is logged already: she may not be in, and cannot be sent out."""

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
        watched = {(one.lesson, one.provider) for one in watches}
        self._over &= watched
        self._unready = {which: codes for which, codes in self._unready.items() if which in watched}
        self._unwelcome = {which: people for which, people in self._unwelcome.items() if which in watched}
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
        if (watch.lesson, watch.provider) in self._over and not watch.prepares:
            return
        people: Mapping[str, datetime | None] = {}
        async with gate:
            try:
                if isinstance(provider, Watched):
                    people = await self._ask(provider, watch)
                    await self._listen(provider, watch)
                await self._keep(provider, watch, people)
                self._unready.pop((watch.lesson, watch.provider), None)
            except Unavailable as away:
                await self._away(provider, watch, away, empty=not people)
            except TimeoutError:
                await self._away(provider, watch, Unavailable("video_silent", server=watch.provider), empty=not people)
            except Exception:
                log.exception("room_failed", server=watch.provider)

    async def _keep(self, provider: Provider, watch: Watch, people: Mapping[str, object]) -> None:
        """Send out who may not be there any more, make the room ready, end it with its lesson.

        Of a server that tells by itself also while people are in: the hook by which it does may have gone meanwhile.
        """
        if watch.prepares and people:
            await self._send_out(provider, watch, people)
        if watch.prepares and (not people or isinstance(provider, Reporting)):
            async with asyncio.timeout(WITHIN):
                run = await provider.prepare(watch.asked)
            if run != watch.asked.run:
                async with self._store.work() as work:
                    await rooms.stands(work, watch.lesson, watch.provider, run)
        elif not watch.prepares and isinstance(provider, Ending):
            async with asyncio.timeout(WITHIN):
                nothing_left = await provider.end(watch.lesson)
            if nothing_left:
                self._over.add((watch.lesson, watch.provider))

    async def _away(self, provider: Provider, watch: Watch, away: Unavailable, *, empty: bool) -> None:
        """Keep what went wrong; a lesson whose room cannot be made ready goes on in the next one.

        A server that is there and takes no key of ours is as good as away, though its line does not rest.
        """
        log.warning("room_away", server=watch.provider, code=away.code)
        line = line_of(provider)
        if line is not None:
            line.note(away)
        codes = self._unready.setdefault((watch.lesson, watch.provider), [])
        codes[:] = [*codes, away.code][-PATIENT:]
        near = watch.asked.starts - timedelta(seconds=LEADERS_BEFORE) <= self._store.clock.now()
        if len(codes) == PATIENT and empty and near and watch.here and watch.prepares:
            async with self._store.work() as work:
                await moves.go_on(work, watch.lesson, lambda name: self._why_not(watch.lesson, name))

    def _why_not(self, lesson: str, name: str) -> str:
        """The code of why this lesson cannot be held on a server; empty where it can."""
        codes = self._unready.get((lesson, name), [])
        return codes[-1] if len(codes) == PATIENT else self._providers.why_not(name)

    async def _listen(self, provider: Provider, watch: Watch) -> None:
        """A server that tells by itself and does not: that stands in its line."""
        line = line_of(provider)
        if line is not None and isinstance(provider, Reporting) and watch.prepares:
            async with self._store.look() as look:
                untold = await watching.is_untold(look, watch, self._store.clock.now())
            if untold:
                line.note(Unavailable("video_untold", server=line.server))

    async def _send_out(self, provider: Provider, watch: Watch, people: Mapping[str, object]) -> None:
        """Whose right has ended, or whose every sign-in, goes; if the server fails, the next round sees her again."""
        async with self._store.look() as look:
            gone = await watching.unwelcome(look, watch.lesson, people) | await signed_out(look, people)
        if not isinstance(provider, Removing):
            self._tell_unwelcome(watch, gone)
            return
        async with asyncio.timeout(WITHIN):
            for person in sorted(gone):
                await provider.remove(watch.lesson, person)
                log.info("room_sent_out", server=watch.provider)

    def _tell_unwelcome(self, watch: Watch, people: set[str]) -> None:
        """Once for each who sits on."""
        known = self._unwelcome.setdefault((watch.lesson, watch.provider), set())
        if people - known:
            log.warning("room_unwelcome", server=watch.provider, people=len(people - known))
        known |= people

    async def _ask(self, provider: Watched, watch: Watch) -> Mapping[str, datetime | None]:
        """Who is in; it is written down in the time of the house."""
        clock = self._store.clock
        asked_at = clock.now()
        async with asyncio.timeout(WITHIN):
            people = await provider.present(watch.lesson)
        ours = {person: since + clock.shift if since else None for person, since in people.items()}
        async with self._store.look() as look:
            if not await watching.is_news(look, watch, ours, asked_at):
                return people
        async with self._store.work() as work:
            taken = await watching.reconcile(work, watch.provider, watch.lesson, ours, asked_at)
        if taken.new or taken.kept_out:
            log.info("room_reconciled", server=watch.provider, new=taken.new, **taken.kept_out)
        return people
