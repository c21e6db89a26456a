"""How often one address may ask before it is told to wait; counted in this process alone."""

import time
from collections import OrderedDict

from calendars.errors import TooMany


class Allowance:
    """So many a minute for each key; counted in memory, for the most recent keys."""

    def __init__(self, most: int, keys: int = 10_000) -> None:
        self._most = most
        self._keys = keys
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def ask(self, key: str) -> None:
        """Raises TooMany once the minute's number is used up."""
        count, ends = self._counts.get(key, (0, 0.0))
        left = ends - time.monotonic()
        if count >= self._most and left > 0:
            raise TooMany("slow_down", seconds=int(left) + 1)

    def count(self, key: str) -> None:
        """One more."""
        now = time.monotonic()
        count, ends = self._counts.pop(key, (0, 0.0))
        self._counts[key] = (count + 1, ends) if ends > now else (1, now + 60.0)
        if len(self._counts) > self._keys:
            self._counts.popitem(last=False)
