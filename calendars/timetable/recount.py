"""The cost of a timetable, counted anew from its rows, and what the timetable says of it that is not so."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from calendars.timetable.papers import KINDS, Activity, Figures, Problem, Row, Timetable

Differences = dict[str, tuple[int | float, int | float]]


def recount(problem: Problem, rows: Sequence[Row], previous: Timetable | None) -> Figures:
    """Raw counts by kind, and their weighted total; without a previous timetable nothing counts as moved."""
    by_activity = problem.activities
    remote = [(row, by_activity[row.activity]) for row in rows if by_activity[row.activity].site is None]
    counts: Figures = {
        "slot": sum(_price(problem, row, activity) for row, activity in remote),
        "teacher_change": _teacher_changes(problem, rows),
        "gap": _gaps(remote),
        "moved": _moved(rows, previous.rows) if previous else 0,
    }
    return {**counts, "total": sum(problem.weights[kind] * counts[kind] for kind in KINDS)}


def _price(problem: Problem, row: Row, activity: Activity) -> int | float:
    """What the group's slot costs at the start; a start outside the day has no price (it breaks `placed`)."""
    costs = problem.groups[activity.group].slot_cost
    return costs[row.start] if row.start in range(len(costs)) else 0


def _teacher_changes(problem: Problem, rows: Iterable[Row]) -> int:
    """Per series, the different teachers beyond the largest number that one of its placed activities needs."""
    teachers: dict[str, set[str]] = defaultdict(set)
    needed: dict[str, int] = defaultdict(int)
    for row in rows:
        activity = problem.activities[row.activity]
        if activity.series is not None:
            teachers[activity.series].update(row.teachers)
            needed[activity.series] = max(needed[activity.series], len(activity.needs))
    return sum(max(0, len(names) - needed[series]) for series, names in teachers.items())


def _gaps(remote: Iterable[tuple[Row, Activity]]) -> int:
    """Idle slots between the first and the last activity without a site, for each group and day."""
    days: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for row, activity in remote:
        days[activity.group, row.day].append((row.start, row.start + activity.length))
    idle = 0
    for spans in days.values():
        spans.sort()
        reached = spans[0][0]
        for start, end in spans:
            idle += max(0, start - reached)
            reached = max(reached, end)
    return idle


def _moved(rows: Iterable[Row], before: Iterable[Row]) -> int:
    """Activities placed in both whose day, start or set of teachers is another now."""
    was = {row.activity: row for row in before}
    return len({row.activity for row in rows if row.activity in was and _changed(was[row.activity], row)})


def _changed(before: Row, now: Row) -> bool:
    return (before.day, before.start, frozenset(before.teachers)) != (now.day, now.start, frozenset(now.teachers))


def misstated(
    problem: Problem, timetable: Timetable, cost: Figures, *, counted_moves: bool, lawful: bool
) -> Differences:
    """What the timetable states and what is so, by kind, where they differ; also a bound above the cost.

    Without the previous timetable nobody can count what moved: that figure is taken as it is stated.
    """
    true = dict(cost)
    if not counted_moves:
        true["moved"] = timetable.cost.get("moved", 0)
        true["total"] += problem.weights["moved"] * true["moved"]
    told = {kind: (stated, true[kind]) for kind, stated in timetable.cost.items() if not _same(stated, true[kind])}
    bound, total = timetable.bound, true["total"]
    if lawful and bound is not None and bound > total and not _same(bound, total):
        told["bound"] = (bound, total)
    return told


def _same(one: int | float, other: int | float) -> bool:
    """Equal, or as good as equal where weights have decimals."""
    if isinstance(one, int) and isinstance(other, int):
        return one == other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)
