"""Calendars as they were rendered last, kept until a fact is told that they show: asking again costs nothing."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from calendars.facts import Told
from calendars.store import Store

Key = tuple[str, str]
"""A feed's token, and the address of the house as the links in it have it."""

MOST = 5_000  # calendars kept, about 13 kB each
KEPT_FOR = 3 * 3600.0  # seconds; a right that ends by itself tells no fact
POLL_EVERY = 1.0  # seconds within which another worker's change is noticed
OVERLAP = timedelta(seconds=30)  # a work on PostgreSQL may commit later than its instant
AUDIENCES = ("programme", "person", "house")


@dataclass(frozen=True, slots=True)
class Rendered:
    """One calendar, packed, with its validators and the last numbers of the streams that it shows."""

    feed: str
    etag: str
    modified: datetime
    packed: bytes
    numbers: Mapping[str, int]
    made: float = field(default_factory=time.monotonic)


class Shelf:
    """Own commits take a calendar down at once, those of other workers within a second."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[Key, Rendered] = OrderedDict()
        self._readers: dict[str, set[Key]] = {}
        self._renderings: list[dict[str, int]] = []
        self._turn = asyncio.Lock()
        self._polled = 0.0
        self._read_until = store.clock.now()
        store.listen(self._heard)

    async def find(self, key: Key) -> Rendered | None:
        """The calendar if it is still right. Raises Unavailable when nobody can know."""
        await self._poll()
        rendered = self._kept.get(key)
        if rendered is None:
            return None
        if time.monotonic() - rendered.made > KEPT_FOR:
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return rendered

    @contextmanager
    def rendering(self) -> Iterator[dict[str, int]]:
        """What is told while a calendar is being made: `keep` must know, or it would keep what is already old."""
        told: dict[str, int] = {}
        self._renderings.append(told)
        try:
            yield told
        finally:
            self._renderings = [one for one in self._renderings if one is not told]

    def keep(self, key: Key, rendered: Rendered, told: Mapping[str, int]) -> None:
        """Keep a calendar, unless something was told of it meanwhile."""
        if any(told.get(stream, 0) > number for stream, number in rendered.numbers.items()):
            return
        self._drop(key)
        self._kept[key] = rendered
        for stream in rendered.numbers:
            self._readers.setdefault(stream, set()).add(key)
        while len(self._kept) > MOST:
            self._drop(next(iter(self._kept)))

    def _heard(self, facts: Sequence[Told]) -> None:
        self._moved({fact.stream: fact.number for fact in facts})

    def _moved(self, numbers: Mapping[str, int]) -> None:
        for told in self._renderings:
            told.update(numbers)
        for stream in numbers.keys() & self._readers.keys():
            for key in tuple(self._readers.get(stream, ())):  # taken down by another of these streams: none are left
                if self._kept[key].numbers[stream] < numbers[stream]:
                    self._drop(key)

    def _drop(self, key: Key) -> None:
        rendered = self._kept.pop(key, None)
        for stream in rendered.numbers if rendered else ():
            self._readers[stream].discard(key)
            if not self._readers[stream]:
                del self._readers[stream]

    async def _poll(self) -> None:
        if time.monotonic() - self._polled < POLL_EVERY:
            return
        async with self._turn:
            if time.monotonic() - self._polled < POLL_EVERY:
                return
            async with self._store.look() as look:
                moved = await look.moved_since(self._read_until - OVERLAP, AUDIENCES)
                self._read_until = look.now
            self._moved(moved)
            self._polled = time.monotonic()
