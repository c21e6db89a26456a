"""Why something could not be placed, and what would help."""

from collections.abc import Mapping
from typing import Any

from calendars.timetable.answer import Spots
from calendars.timetable.problem import Problem


def unplaced(problem: Problem, spots: Spots, old: Spots | None) -> list[Mapping[str, Any]]:
    """One line for each activity without a place."""
    return [
        {"activity": one.id, "why": "placed", "needs": "another day or time"}
        for a, one in enumerate(problem.activities)
        if a not in spots
    ]
