"""Sets of seconds: how many lie where, and which of several layers covers each. The arithmetic under attendance."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from operator import itemgetter

from calendars.clock import Interval, united


class Seconds:
    """A set of seconds that says quickly how many of its seconds lie where."""

    __slots__ = ("_lengths", "_starts", "intervals")

    def __init__(self, intervals: Iterable[Interval]) -> None:
        self.intervals = [one for one in united(intervals) if one.seconds]
        self._starts = [one.starts for one in self.intervals]
        self._lengths = list(accumulate((one.seconds for one in self.intervals), initial=0))

    def before(self, second: int) -> int:
        """How many of these seconds lie before this one."""
        begun = bisect_left(self._starts, second)
        if not begun:
            return 0
        last = self.intervals[begun - 1]
        return self._lengths[begun - 1] + min(second, last.ends) - last.starts

    def within(self, interval: Interval) -> int:
        """How many of these seconds lie in [starts, ends)."""
        return self.before(interval.ends) - self.before(interval.starts)

    def outside(self, interval: Interval) -> Iterator[Interval]:
        """The parts of `interval` that hold none of these seconds."""
        at = interval.starts
        for index in range(max(0, bisect_right(self._starts, at) - 1), len(self.intervals)):
            taken = self.intervals[index]
            if taken.starts >= interval.ends:
                break
            if at < taken.starts:
                yield Interval(at, taken.starts)
            at = max(at, taken.ends)
        if at < interval.ends:
            yield Interval(at, interval.ends)


def painted(layers: Sequence[Iterable[Interval]], doors: Interval) -> Iterator[tuple[Interval, int]]:
    """Each second within the doors with the first layer that covers it, as maximal intervals in order."""
    edges = []
    for layer, intervals in enumerate(layers):
        for one in intervals:
            cut = one.cut(doors)
            if cut.seconds:
                edges += [(cut.starts, layer, 1), (cut.ends, layer, -1)]
    edges.sort()
    depth = [0] * len(layers)
    since, shown = doors.starts, None
    for second, changes in groupby(edges, key=itemgetter(0)):
        for _, layer, change in changes:
            depth[layer] += change
        top = next((layer for layer, covers in enumerate(depth) if covers), None)
        if top != shown:
            if shown is not None:
                yield Interval(since, second), shown
            since, shown = second, top
