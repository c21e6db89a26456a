"""Slots of a contact day: a time for each learner with one of the staff, beside lessons, breaks and what else stands.

Pure: seconds and names in, seconds and names out. A learner is free when neither a lesson of her whole group nor an
appointment of her own takes her: nobody is called out of a lesson. Where the day has no room for all, the answer says
who is left and what would help.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from calendars.clock import Interval, without

STEP: Final = 300  # seconds: a talk may begin at any full five minutes
SHORTEST: Final = 300
EXTRA: Final = "one more"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A talk of so many seconds for each learner, by any of the staff, within the hours and outside the breaks."""

    length: int
    hours: Interval
    learners: tuple[str, ...]
    staff: tuple[str, ...]
    breaks: tuple[Interval, ...] = ()
    busy: Mapping[str, Sequence[Interval]] | None = None
    """Who is taken when: learners by lessons of their group and by appointments, staff by all that they do."""

    def free(self, who: str) -> list[Interval]:
        """When somebody has time on this day."""
        taken = (self.busy or {}).get(who, ())
        return without([self.hours], [*self.breaks, *taken])


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One talk."""

    starts: int
    ends: int
    staff: str
    learner: str


@dataclass(frozen=True, slots=True)
class Help:
    """What would let more of them in: `one_more_staff`, `lessons_elsewhere`, `an_hour_more`, or talks of `minutes`."""

    code: str
    placed: int
    """How many of all would have a time then."""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Fit:
    """The slots in order of time; who has none, and what would help."""

    slots: tuple[Slot, ...]
    left: tuple[str, ...] = ()
    helps: tuple[Help, ...] = ()


def fit(wanted: Wanted) -> Fit:
    """A slot for each learner if the day has room, else for as many as can be found, with what would help."""
    slots = _best(wanted)
    has = {one.learner for one in slots}
    left = tuple(one for one in wanted.learners if one not in has)
    return Fit(tuple(sorted(slots)), left, tuple(_helps(wanted, len(slots))) if left else ())


def _helps(wanted: Wanted, placed: int) -> Iterator[Help]:
    """Each change tried alone; only what really lets more in is told, the most helpful first."""
    alone = {who: spans for who, spans in (wanted.busy or {}).items() if who not in wanted.learners}
    tries = [
        Help("one_more_staff", len(_best(replace(wanted, staff=(*wanted.staff, EXTRA))))),
        Help("lessons_elsewhere", len(_best(replace(wanted, busy=alone)))),
        Help(
            "an_hour_more", len(_best(replace(wanted, hours=Interval(wanted.hours.starts, wanted.hours.ends + 3600))))
        ),
    ]
    for length in range(wanted.length - STEP, SHORTEST - 1, -STEP):
        shorter = len(_best(replace(wanted, length=length)))
        if shorter == len(wanted.learners):
            tries.append(Help("shorter_talks", shorter, length // 60))
            break
    yield from sorted((one for one in tries if one.placed > placed), key=lambda one: -one.placed)


def _best(wanted: Wanted) -> list[Slot]:
    """The most slots of several ways to cut the day; of equal ones the way that is over first."""
    if wanted.length <= 0 or not wanted.learners or not wanted.staff:
        return []
    free = {who: wanted.free(who) for who in (*wanted.learners, *wanted.staff)}
    found = [_matched(wanted, free, cut) for cut in _cuts(wanted, free)]
    found.append(_hurried(wanted, free))
    return min(found, key=lambda slots: (-len(slots), max((one.ends for one in slots), default=0)))


def _cuts(wanted: Wanted, free: Mapping[str, Sequence[Interval]]) -> Iterator[list[tuple[int, str]]]:
    """Ways to cut the free time of the staff into talks: from its start, its end, at each change of the learners."""
    edges = sorted({at for who in wanted.learners for span in free[who] for at in (span.starts, span.ends)})
    spans = [(who, span) for who in wanted.staff for span in free[who]]
    yield sorted((at, who) for who, span in spans for at in _from(span.starts, span.ends, wanted.length))
    yield sorted((at, who) for who, span in spans for at in _back(span.starts, span.ends, wanted.length))
    for way in (_from, _back):
        yield sorted(
            (at, who)
            for who, span in spans
            for piece in _pieces(span, edges)
            for at in way(piece.starts, piece.ends, wanted.length)
        )


def _pieces(span: Interval, edges: Iterable[int]) -> Iterator[Interval]:
    at = span.starts
    for edge in edges:
        if at < edge < span.ends:
            yield Interval(at, edge)
            at = edge
    yield Interval(at, span.ends)


def _from(starts: int, ends: int, length: int) -> Iterable[int]:
    first = -(-starts // STEP) * STEP
    return range(first, ends - length + 1, -(-length // STEP) * STEP)


def _back(starts: int, ends: int, length: int) -> Iterable[int]:
    last = (ends - length) // STEP * STEP
    return range(last, starts - 1, -length // STEP * STEP)


def _fits(spans: Sequence[Interval], at: int, length: int) -> bool:
    return any(one.starts <= at and at + length <= one.ends for one in spans)


def _matched(wanted: Wanted, free: Mapping[str, Sequence[Interval]], cut: Sequence[tuple[int, str]]) -> list[Slot]:
    """As many learners as can be on these cuts (augmenting paths), the earliest cuts first."""
    fitting = {
        who: [number for number, (at, _) in enumerate(cut) if _fits(free[who], at, wanted.length)]
        for who in wanted.learners
    }
    taken: dict[int, str] = {}
    for who in sorted(wanted.learners, key=lambda one: (len(fitting[one]), wanted.learners.index(one))):
        _seat(who, fitting, taken, set())
    return [Slot(cut[n][0], cut[n][0] + wanted.length, cut[n][1], who) for n, who in taken.items()]


def _seat(who: str, fitting: Mapping[str, Sequence[int]], taken: dict[int, str], tried: set[int]) -> bool:
    for number in fitting[who]:
        if number not in taken:
            taken[number] = who
            return True
    for number in fitting[who]:
        if number not in tried:
            tried.add(number)
            if _seat(taken[number], fitting, taken, tried):
                taken[number] = who
                return True
    return False


def _hurried(wanted: Wanted, free: Mapping[str, Sequence[Interval]]) -> list[Slot]:
    """Walk through the day; whoever of the staff is free takes the learner with the least time left."""
    waiting, idle_from = list(wanted.learners), dict.fromkeys(wanted.staff, wanted.hours.starts)
    slots = []
    first = -(-wanted.hours.starts // STEP) * STEP
    for at in range(first, wanted.hours.ends - wanted.length + 1, STEP):
        for staff in wanted.staff:
            if idle_from[staff] > at or not _fits(free[staff], at, wanted.length):
                continue
            here = [who for who in waiting if _fits(free[who], at, wanted.length)]
            if here:
                who = min(here, key=lambda one: _ahead(free[one], at))
                waiting.remove(who)
                idle_from[staff] = at + wanted.length
                slots.append(Slot(at, at + wanted.length, staff, who))
    return slots


def _ahead(spans: Sequence[Interval], at: int) -> int:
    """Free seconds from here on."""
    return sum(max(0, one.ends - max(one.starts, at)) for one in spans)
