"""A week small enough to know by heart: one problem in which every rule binds, and a timetable that breaks none."""

import copy
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]


def activity(name: str, group: str = "g0", *needs: str, **other: Any) -> Json:
    """An activity of two slots that may lie anywhere in the week, but for what is said otherwise."""
    return {
        "id": name,
        "group": group,
        "learner": None,
        "needs": list(needs or ["language"]),
        "length": 2,
        "days": [0, 1, 2],
        "from": 0,
        "to": 8,
        "site": None,
        "series": None,
        "once_a_day": None,
        "same_teacher": None,
        "fixed": None,
    } | other


def placed(name: str, day: int, start: int, *teachers: str) -> Json:
    """A row of a timetable."""
    return {"activity": name, "day": day, "start": start, "teachers": list(teachers)}


def problem() -> Json:
    """Three days in two weeks, two sites, four teachers, two groups."""
    able = [["field:logistics", "language"], ["language", "tutor"], ["tutor", "counsellor"], ["language", "counsellor"]]
    return {
        "format": "oppitupa-timetable-1",
        "slots_per_day": 10,
        "days": [
            {"date": "2026-01-15", "week": 0},
            {"date": "2026-01-16", "week": 0},
            {"date": "2026-01-19", "week": 1},
        ],
        "sites": [{"id": "s0", "rooms": 1}, {"id": "s1", "rooms": 2}],
        "teachers": [
            {"id": f"t{number}", "can": can, "busy": [], "max_slots_day": 6, "max_slots_week": 9}
            for number, can in enumerate(able)
        ],
        "groups": [
            {"id": "g0", "size": 6, "busy": [[1, 6, 10]], "slot_cost": [2, 0, 0, 0, 0, 0, 1, 1, 2, 2]},
            {"id": "g1", "size": 5, "busy": [], "slot_cost": [0] * 10},
        ],
        "activities": [
            activity("field", "g0", "field:logistics", series="g0/field"),
            activity("lang1", series="g0/language", once_a_day="g0/language"),
            activity("lang2", series="g0/language", once_a_day="g0/language"),
            activity("peer", "g0", "tutor", "tutor", series="g0/peer", days=[1]),
            activity("site1", site="s0", days=[2], series="g0/contact"),
            activity("site2", "g1", site="s0", days=[2], series="g1/contact"),
            activity("talk1", "g0", "counsellor", learner="L1", length=1, site="s0", same_teacher="g0/talks"),
            activity("talk2", "g0", "counsellor", learner="L2", length=1, site="s0", same_teacher="g0/talks"),
            activity("first", "g1", fixed={"day": 0, "start": 0, "teachers": ["t3"]}),
        ],
        "weights": {"slot": 1, "teacher_change": 10, "gap": 2, "moved": 5},
    }


def timetable() -> Json:
    """All nine placed and no rule broken; one slot of cost 2, one teacher too many, one idle slot: 2 + 10 + 2."""
    return {
        "format": "oppitupa-timetable-1",
        "placed": [
            placed("field", 0, 0, "t0"),
            placed("lang1", 0, 3, "t1"),
            placed("lang2", 1, 1, "t3"),
            placed("peer", 1, 3, "t1", "t2"),
            placed("site1", 2, 0, "t0"),
            placed("site2", 2, 2, "t0"),
            placed("talk1", 2, 2, "t3"),
            placed("talk2", 2, 3, "t3"),
            placed("first", 0, 0, "t3"),
        ],
        "unplaced": [],
        "cost": {"slot": 2, "teacher_change": 1, "gap": 1, "moved": 0, "total": 14},
        "bound": 0,
        "seconds": 0.1,
    }


def changed(change: Callable[[Json, Json], Any]) -> tuple[Json, Json]:
    """Both papers after one change."""
    papers = copy.deepcopy(problem()), copy.deepcopy(timetable())
    change(*papers)
    return papers


def row(of: Json, name: str) -> Json:
    """The row of an activity."""
    return next(one for one in of["placed"] if one["activity"] == name)


def wish(of: Json, name: str) -> Json:
    """The activity of a problem."""
    return next(one for one in of["activities"] if one["id"] == name)
