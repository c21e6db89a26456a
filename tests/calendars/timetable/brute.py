"""The best timetable of a tiny problem, found by trying everything; the judge says what breaks a rule."""

from collections.abc import Iterator
from itertools import permutations
from typing import Any

from calendars.timetable import papers
from calendars.timetable.check import judge
from tests.calendars.timetable.small import placed

Json = dict[str, Any]
Merit = tuple[int, int, int | float]


def best(problem: Json, previous: Json | None = None) -> Merit:
    """Slots unplaced, moved, total: the least there is. Moved counts only where there is a previous timetable."""
    asked = papers.read_problem(problem)
    before = papers.read_timetable(previous) if previous else None
    found: list[Merit] = []

    def go(left: list[Json], rows: list[Json], lost: int) -> None:
        if found and lost > min(found)[0]:
            return
        said = judge(asked, _timetable(problem, rows), previous=before, partial=True)
        if said.broken:
            return
        if not left:
            found.append((lost, int(said.cost["moved"]) if before else 0, said.cost["total"]))
            return
        first, rest = left[0], left[1:]
        for row in _places(problem, first):
            go(rest, [*rows, row], lost)
        go(rest, rows, lost + first["length"] * len(first["needs"]))

    go(problem["activities"], [], 0)
    return min(found)


def _timetable(problem: Json, rows: list[Json]) -> papers.Timetable:
    there = {row["activity"] for row in rows}
    unplaced = [
        {"activity": one["id"], "why": "placed", "needs": ""} for one in problem["activities"] if one["id"] not in there
    ]
    return papers.read_timetable({"format": problem["format"], "placed": rows, "unplaced": unplaced})


def _places(problem: Json, one: Json) -> Iterator[Json]:
    if one["fixed"]:
        yield {"activity": one["id"], **one["fixed"]}
        return
    for day in one["days"]:
        for start in range(one["from"], one["to"] - one["length"] + 1):
            for who in permutations(problem["teachers"], len(one["needs"])):
                if all(need in teacher["can"] for need, teacher in zip(one["needs"], who, strict=True)):
                    yield placed(one["id"], day, start, *(teacher["id"] for teacher in who))
