"""From evidence to intervals, seconds and a mark: the rule of the contract to the letter, pure, in whole epoch seconds.

The live register, the funder's report and `attendance replay` all call `reckon`, so their figures cannot differ.
The numbers in the comments below are those of the rules in `contract.md`, "Attendance trace".
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter
from types import MappingProxyType

from calendars.clock import Interval, united
from classroom.seconds import Seconds, painted
from classroom.testimony import (
    KINDS,
    CouldNotEnter,
    Excuse,
    Held,
    Kind,
    Outage,
    Pause,
    Provided,
    Rules,
    Span,
    State,
    Statement,
    Touch,
    Trace,
)

_ORDER_IN_A_SECOND = {"join": 0, "ack": 1, "event": 1, "leave": 2}


@dataclass(frozen=True, slots=True)
class Piece:
    """Seconds in a row that are all of one kind: [starts, ends)."""

    starts: int
    ends: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Reckoning:
    """What one learner's evidence comes to in one lesson. `seconds` has each kind and `present`."""

    intervals: tuple[Piece, ...]
    seconds: Mapping[str, int]
    late_by: int | None
    left_early_by: int | None
    state: State
    also_here: bool


def reckon(trace: Trace) -> dict[str, Reckoning]:
    """Reckon every learner who was expected or is named by any line, sorted by id (rule 8)."""
    dossiers = {learner: _Dossier() for learner in trace.expected}
    for line in trace.lines:
        if not isinstance(line, Outage | Held | Pause):
            dossier = dossiers.get(line.learner)
            if dossier is None:
                dossier = dossiers[line.learner] = _Dossier()
            dossier.file(line)
    frame = _Frame.of(trace)
    return {learner: _reckoning(dossiers[learner], frame) for learner in sorted(dossiers)}


def counted(trace: Trace) -> tuple[Interval, ...]:
    """The seconds that the lesson counts: as really held, within the doors, without its pauses (rule 6)."""
    held = max(
        (line for line in trace.lines if isinstance(line, Held)),
        key=attrgetter("received", "id"),
        default=trace.lesson,
    )
    return tuple(_pauses(trace).outside(Interval(held.starts, held.ends).cut(trace.lesson.doors)))


def by_telephone(trace: Trace, found: Mapping[str, Reckoning]) -> dict[str, int]:
    """Of each learner's present seconds those that stand on telephone calls, without who has none."""
    calls: dict[str, list[Interval]] = {}
    for line in trace.lines:
        if isinstance(line, Statement) and line.kind == "phone":
            calls.setdefault(line.learner, []).append(line.interval)
    if not calls or "corrected" not in trace.rules.counts:
        return {}
    held = Seconds(counted(trace))
    return {
        learner: sum(
            held.within(one.cut(call))
            for call in united(spans)
            for one in (
                Interval(piece.starts, piece.ends) for piece in found[learner].intervals if piece.kind == "corrected"
            )
        )
        for learner, spans in sorted(calls.items())
    }


def _pauses(trace: Trace) -> Seconds:
    return Seconds(line.interval for line in trace.lines if isinstance(line, Pause))


@dataclass(frozen=True, slots=True)
class _Frame:
    """What is the same for all learners of the lesson."""

    rules: Rules
    doors: Interval
    counted: Seconds
    pauses: Seconds
    outages_of_all: Sequence[Interval]
    outages_by_connection: Mapping[str, Sequence[Interval]]

    @classmethod
    def of(cls, trace: Trace) -> "_Frame":
        named: dict[str, list[Interval]] = {}
        of_all: list[Interval] = []
        for line in trace.lines:
            if isinstance(line, Outage):
                if line.connections is None:
                    of_all.append(line.interval)
                for connection in line.connections or ():
                    named.setdefault(connection, []).append(line.interval)
        return cls(
            trace.rules,
            trace.lesson.doors,
            Seconds(counted(trace)),
            _pauses(trace),
            united(of_all),
            named,
        )

    def outages_for(self, connections: Iterable[str]) -> Sequence[Interval]:
        """The outages that touched somebody with these connections, overlapping and touching ones as one (rule 3)."""
        hers = [one for connection in connections for one in self.outages_by_connection.get(connection, ())]
        return united([*self.outages_of_all, *hers]) if hers else self.outages_of_all


@dataclass(slots=True)
class _Dossier:
    """All that was received about one learner, by what it is."""

    touches: dict[str, list[Touch]] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    provided: dict[str, list[Provided]] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    excuses: list[Excuse] = field(default_factory=list)
    refusals: list[CouldNotEnter] = field(default_factory=list)

    def file(self, line: Touch | Span | Provided | Statement | Excuse | CouldNotEnter) -> None:
        match line:
            case Touch():
                self.touches.setdefault(line.connection, []).append(line)
            case Span():
                self.spans.append(line)
            case Provided():
                self.provided.setdefault(line.provider, []).append(line)
            case Statement():
                self.statements.append(line)
            case Excuse():
                self.excuses.append(line)
            case CouldNotEnter():
                self.refusals.append(line)

    @property
    def connections(self) -> set[str]:
        return {*self.touches, *(span.connection for span in self.spans)}


def _reckoning(dossier: _Dossier, frame: _Frame) -> Reckoning:
    """Rules 6 and 7: what the intervals come to among the counted seconds."""
    intervals = _intervals(dossier, frame)
    seconds = dict.fromkeys([*KINDS, "present"], 0)
    late_by = left_early_by = None
    for piece in intervals:
        here = frame.counted.within(Interval(piece.starts, piece.ends))
        seconds[piece.kind] += here
        if here and piece.kind in frame.rules.counts:
            seconds["present"] += here
            if late_by is None:
                late_by = frame.counted.before(piece.starts)
            left_early_by = frame.counted.before(frame.doors.ends) - frame.counted.before(piece.ends)
    state = _state(dossier, frame, seconds["present"], late_by or 0, left_early_by or 0)
    return Reckoning(
        intervals,
        MappingProxyType(seconds),
        late_by,
        left_early_by,
        state,
        also_here=bool(dossier.provided),
    )


def _state(dossier: _Dossier, frame: _Frame, present: int, late_by: int, left_early_by: int) -> State:
    """Rule 7: one word for the register."""
    planned, rules, doors = (
        frame.counted.before(frame.doors.ends),
        frame.rules,
        frame.doors,
    )
    if not planned:
        return "not_held"
    if not present:
        if any(line.code != "unauthorised" for line in dossier.excuses):
            return "excused"
        tried = (line.received for line in dossier.refusals if line.step != "too_early")
        return "could_not_enter" if any(doors.starts <= at < doors.ends for at in tried) else "absent"
    if 100 * present < rules.present_percent * planned:
        return "partly"
    if late_by > rules.late_after:
        return "late"
    return "left_early" if left_early_by > rules.late_after else "present"


def _intervals(dossier: _Dossier, frame: _Frame) -> tuple[Piece, ...]:
    """Rule 5: every second within the doors has at most one kind; what a human removed has none."""
    stays, leaves = _stays(dossier, frame.rules.lease)
    service_gaps, bridged = _gaps(stays, leaves, dossier, frame)
    rooms = [one for events in dossier.provided.values() for one in seen_in(events)[0]]
    corrected = [line.interval for line in dossier.statements if line.kind != "remove"]
    removed = [line.interval for line in dossier.statements if line.kind == "remove"]
    layers = (removed, stays, rooms, service_gaps, bridged, corrected)
    return tuple(
        Piece(interval.starts, interval.ends, KINDS[layer - 1])
        for interval, layer in painted(layers, frame.doors)
        if layer
    )


def _stays(dossier: _Dossier, lease: int) -> tuple[list[Interval], set[int]]:
    """Rules 1 and 2: her stays on all connections, united, and the seconds of the leaves that are evidence."""
    stays = [span.interval for span in dossier.spans]
    leaves = {span.ends for span in dossier.spans if span.end == "leave"}
    for touches in dossier.touches.values():
        evidence, left = _evidence(touches, lease)
        stays += _chains(evidence, lease)
        if left is not None:
            leaves.add(left)
    return united(stays), leaves


def _evidence(touches: Iterable[Touch], lease: int) -> tuple[list[int], int | None]:
    """Rule 1: the seconds at which one connection proved itself, and that of its leave if it is one of them."""
    evidence: list[int] = []
    for touch in sorted(touches, key=lambda touch: (touch.received, _ORDER_IN_A_SECOND[touch.kind])):
        if not evidence and touch.kind != "join":
            continue
        if touch.kind == "leave":
            if touch.received - evidence[-1] > lease:
                return evidence, None
            return [*evidence, touch.received], touch.received
        evidence.append(touch.received)
    return evidence, None


def _chains(evidence: Sequence[int], lease: int) -> Iterator[Interval]:
    """Rule 2: a stay is an unbroken chain of gaps of at most `lease`; nothing lies beyond the last evidence."""
    if not evidence:
        return
    since = evidence[0]
    for before, after in pairwise(evidence):
        if after - before > lease:
            yield Interval(since, before)
            since = after
    yield Interval(since, evidence[-1])


def _gaps(
    stays: Sequence[Interval], leaves: set[int], dossier: _Dossier, frame: _Frame
) -> tuple[list[Interval], list[Interval]]:
    """Rule 3: the gaps between stays that our outage explains, and those short enough to be bridged."""
    service_gaps: list[Interval] = []
    bridged: list[Interval] = []
    outages = frame.outages_for(dossier.connections)
    for before, after in pairwise(stays):
        gap = Interval(before.ends, after.starts)
        if gap.starts not in leaves and _explained(gap, outages, frame.rules.lease):
            service_gaps.append(gap)
        elif gap.seconds - frame.pauses.within(gap) <= frame.rules.grace:
            bridged.extend(frame.pauses.outside(gap))
    return service_gaps, bridged


def _explained(gap: Interval, outages: Sequence[Interval], lease: int) -> bool:
    """Whether one outage has from - lease <= p <= to and from <= q <= to + lease.

    United outages rise in `starts` and `ends` alike, so of those that began early enough the last reaches furthest.
    """
    begun = bisect_right(outages, min(gap.starts + lease, gap.ends), key=attrgetter("starts"))
    return begun > 0 and outages[begun - 1].ends >= max(gap.starts, gap.ends - lease)


def seen_in(events: Iterable[Provided]) -> tuple[list[Interval], int | None]:
    """Rule 4: what one provider saw of her, each from joined to left; and since when, if she has not left."""
    stays: list[Interval] = []
    joined: int | None = None
    for line in in_order(events):
        if line.event == "joined":
            joined = line.at if joined is None else joined
        elif joined is not None:
            stays.append(Interval(joined, line.at))
            joined = None
    return stays, joined


def in_order(events: Iterable[Provided]) -> list[Provided]:
    """Rule 4: by `at` and, within a second, `left` before `joined`."""
    return sorted(events, key=lambda line: (line.at, line.event == "joined"))
