"""What lies at one time: pairs that overlap, and stretches with more at once than there is room for."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from calendars.timetable.papers import Activity, Row

MOST_NAMED = 16
"""With how many running ones a further one is paired: a thousand lessons in one slot are no million findings."""


class Held:
    """A row on its day: from when to when it runs, for whom and where."""

    __slots__ = ("activity", "day", "end", "group", "learner", "length", "site", "start")

    def __init__(self, row: Row, activity: Activity) -> None:
        self.activity, self.day, self.start, self.end = row.activity, row.day, row.start, row.start + activity.length
        self.group, self.learner, self.site, self.length = (
            activity.group, activity.learner, activity.site, activity.length,
        )  # fmt: skip


def overlaps(rows: Iterable[Held], whole: Callable[[Held], bool]) -> Iterator[tuple[Held, Held]]:
    """Pairs of different activities of one day that overlap, at least one of the two being `whole`."""
    running: dict[bool, list[tuple[int, int, Held]]] = {True: [], False: []}
    for number, held in enumerate(sorted(rows, key=lambda held: (held.start, held.activity))):
        for heap in running.values():
            while heap and heap[0][0] <= held.start:
                heapq.heappop(heap)
        all_of_it = whole(held)
        against = [running[True], running[False]] if all_of_it else [running[True]]
        others = (other for heap in against for _, _, other in heap if other.activity != held.activity)
        for other in islice(others, MOST_NAMED):
            yield other, held
        heapq.heappush(running[all_of_it], (held.end, number, held))


@dataclass(frozen=True)
class Stretch:
    """A span in which too much happens at once, how much at most, and all that takes part."""

    start: int
    end: int
    most: int
    activities: tuple[str, ...]


def crowded(rows: Iterable[Held], rooms: int) -> Iterator[Stretch]:
    """Each longest stretch of a day with more different activities at once than rooms."""
    begin: dict[int, list[str]] = defaultdict(list)
    end: dict[int, list[str]] = defaultdict(list)
    for held in rows:
        begin[held.start].append(held.activity)
        end[held.end].append(held.activity)
    running: Counter[str] = Counter()
    since, most, names = None, 0, dict[str, None]()
    for slot in sorted({*begin, *end}):
        for name in end.get(slot, ()):
            running[name] -= 1
            if not running[name]:
                del running[name]
        running.update(begin.get(slot, ()))
        if len(running) > rooms:
            names |= dict.fromkeys(running if since is None else begin.get(slot, ()))
            since = slot if since is None else since
            most = max(most, len(running))
        elif since is not None:
            yield Stretch(since, slot, most, tuple(names))
            since, most, names = None, 0, {}
