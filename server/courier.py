"""Carries a call's signals to whichever worker has the other browser: here, over Redis, or through the database.

Redis is tried only while it answers, and only says "delivered" when that worker really listens; whatever it does not
take waits in the database, where the poll of each second finds it. So a call connects with Redis away or without any.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any

from calendars.store import Store
from classroom import signals
from server.pokes import Pokes

HandOver = Callable[[str, dict[str, Any]], Awaitable[bool]]
KNOWN_MOST = 5_000


class Courier:
    """The way of a signal out of this worker and into it; `hand_over` gives one to a browser of ours, if it is."""

    def __init__(self, store: Store, epoch: str, pokes: Pokes, hand_over: HandOver) -> None:
        self._store = store
        self._epoch = epoch
        self._pokes = pokes
        self._hand_over = hand_over
        self._known: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def carry(self, to: str, message: dict[str, Any]) -> None:
        """Bring a signal on its way; for one who has left meanwhile there is none."""
        if await self._hand_over(to, message):
            return
        epoch = await self._worker_of(message["lesson"], to)
        if epoch is None or epoch == self._epoch or await self._pokes.signal(epoch, to, message):
            return
        async with self._store.work() as work:
            await signals.post(work, epoch, to, message)

    async def fetch(self) -> None:
        """Hand over what waits for us in the database."""
        async with self._store.work() as work:
            letters = await signals.fetch(work, self._epoch)
        for to, message in letters:
            await self._hand_over(to, message)

    async def _worker_of(self, lesson: str, connection: str) -> str | None:
        """A connection never moves to another worker, so it is asked for once."""
        place = (lesson, connection)
        if place not in self._known:
            async with self._store.look() as look:
                epoch = await signals.worker_of(look, lesson, connection)
            if epoch is None:
                return None
            self._known[place] = epoch
            if len(self._known) > KNOWN_MOST:
                self._known.popitem(last=False)
        return self._known[place]
