"""What the search found, in the form of the contract: its cost counted anew from the places alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from calendars.timetable.layout import Spot
from calendars.timetable.node import NO_LIMIT, Node, shown
from calendars.timetable.problem import FORMAT, Problem, headed

Spots = Mapping[int, Spot]
"""Activity -> day, start, teachers."""


@dataclass(frozen=True, slots=True)
class Costs:
    """How often each kind occurs."""

    slot: int | float
    teacher_change: int
    gap: int
    moved: int

    def as_json(self, problem: Problem) -> dict[str, int | float]:
        """With their weighted sum."""
        kinds = {"slot": self.slot, "teacher_change": self.teacher_change, "gap": self.gap, "moved": self.moved}
        return {**kinds, "total": sum(problem.weights[kind] * count for kind, count in kinds.items())}


def read_timetable(value: object, problem: Problem) -> dict[int, Spot]:
    """The places in an earlier timetable; what this problem does not know any more is left out."""
    top = headed(value, "placed")
    _beside(top)
    activities = {one.id: place for place, one in enumerate(problem.activities)}
    teachers = {one.id: place for place, one in enumerate(problem.teachers)}
    spots: dict[int, Spot] = {}
    seen: set[str] = set()
    for row in top.get("placed").items():
        name = row.get("activity").text()
        day, start = row.get("day").whole(-NO_LIMIT), row.get("start").whole(-NO_LIMIT)
        who = tuple(teachers.get(one.text(), -1) for one in row.get("teachers").items())
        if name in seen:
            row.get("activity").wrong(f"{shown(name)} is placed there twice")
        seen.add(name)
        if name not in activities:
            continue
        fits = 0 <= day < len(problem.days) and 0 <= start < problem.slots
        spots[activities[name]] = (day, start, who) if fits else (0, 0, (*who, -1))
    return spots


def _beside(top: Node) -> None:
    """What a timetable says beside its places is not used here, but must be readable for whoever judges it."""
    cost = top.get("cost")
    for kind in () if cost.value is None else ("slot", "teacher_change", "gap", "moved", "total"):
        if cost.get(kind).value is not None:
            cost.get(kind).number()
    for one in () if top.get("unplaced").value is None else top.get("unplaced").items():
        one.get("activity").text()
    if top.get("bound").value is not None:
        top.get("bound").number()


def costs(problem: Problem, spots: Spots, old: Spots | None) -> Costs:
    """Each kind of cost."""
    slot: int | float = 0
    online: dict[tuple[int, int], int] = {}
    for a, (day, start, _) in spots.items():
        one = problem.activities[a]
        if one.site < 0:
            slot += problem.groups[one.group].slot_cost[start]
            bits = ((1 << one.length) - 1) << start
            online[one.group, day] = online.get((one.group, day), 0) | bits
    gap = sum(_idle(bits) for bits in online.values())
    moved = sum(a in old and _moved(spot, old[a]) for a, spot in spots.items()) if old else 0
    return Costs(slot, _changes(problem, spots), gap, moved)


def _idle(bits: int) -> int:
    inner = bits >> ((bits & -bits).bit_length() - 1)
    return inner.bit_length() - inner.bit_count()


def _moved(new: Spot, old: Spot) -> bool:
    return new[:2] != old[:2] or set(new[2]) != set(old[2])


def _changes(problem: Problem, spots: Spots) -> int:
    """Per series: different teachers beyond the most that one of its activities needs."""
    who: dict[str, set[int]] = {}
    needed: dict[str, int] = {}
    for a, (_, _, teachers) in spots.items():
        series = problem.activities[a].series
        if series is not None:
            who.setdefault(series, set()).update(teachers)
            needed[series] = max(needed.get(series, 0), len(teachers))
    return sum(len(teachers) - needed[series] for series, teachers in who.items())


def as_json(
    problem: Problem,
    spots: Spots,
    old: Spots | None,
    unplaced: Sequence[Mapping[str, Any]],
    bound: int | float | None,
    seconds: float | None,
    steps: int,
    engine: str | None,
) -> dict[str, Any]:
    """The timetable."""
    placed = [
        {
            "activity": problem.activities[a].id,
            "day": spots[a][0],
            "start": spots[a][1],
            "teachers": [problem.teachers[teacher].id for teacher in spots[a][2]],
        }
        for a in sorted(spots)
    ]
    made = {
        "format": FORMAT,
        "placed": placed,
        "unplaced": list(unplaced),
        "cost": costs(problem, spots, old).as_json(problem),
        "bound": bound,
        "seconds": seconds,
        "steps": steps,
    }
    return made if engine is None else {**made, "engine": engine}
