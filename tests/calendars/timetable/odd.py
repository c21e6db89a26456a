"""Small problems in which rules contradict each other: by chance, but the same for the same number."""

import random
from typing import Any

from tests.calendars.timetable.small import activity

Json = dict[str, Any]
ABILITIES = ("field:care", "language", "tutor")


def problem(number: int, activities: int = 9, *, days: int = 3, slots: int = 5) -> Json:
    """A crowded problem with everything in it that the contract knows."""
    draw = random.Random(number)
    teachers = [
        {
            "id": f"t{place}",
            "can": draw.sample(ABILITIES, draw.randint(1, 3)),
            "busy": _busy(draw, days, slots),
            "max_slots_day": draw.randint(1, slots),
            "max_slots_week": draw.randint(2, days * slots),
        }
        for place in range(draw.randint(0, 3) if number % 10 else 0)
    ]
    groups = [
        {
            "id": f"g{place}",
            "size": 6,
            "busy": _busy(draw, days, slots),
            "slot_cost": [draw.randint(0, 3) for _ in range(slots)],
        }
        for place in range(draw.randint(1, 2))
    ]
    made: Json = {
        "format": "oppitupa-timetable-1",
        "slots_per_day": slots,
        "days": [{"date": f"2026-01-{12 + day}", "week": 2 - day // 2} for day in range(days)],
        "sites": [{"id": "s0", "rooms": draw.randint(0, 2)}, {"id": "s1", "rooms": 1}],
        "teachers": teachers,
        "groups": groups,
        "activities": [],
        "weights": {"slot": 1, "teacher_change": draw.choice([0, 3, 10]), "gap": draw.choice([0, 2]), "moved": 5},
    }
    made["activities"] = [_activity(draw, place, made, days, slots) for place in range(activities)]
    return made


def _busy(draw: random.Random, days: int, slots: int) -> list[list[int]]:
    found = []
    for day in range(days):
        if draw.random() < 0.3:
            first = draw.randint(0, slots)
            found.append([day, first, draw.randint(first, slots)])
    return found


def _activity(draw: random.Random, place: int, made: Json, days: int, slots: int) -> Json:
    group = draw.choice(made["groups"])["id"]
    first = draw.randint(0, 2)
    learner = f"{group}l{draw.randint(0, 1)}" if draw.random() < 0.3 else None
    one = activity(
        f"a{place}",
        group,
        learner=learner,
        length=1 if learner else draw.randint(1, 2),
        days=sorted(draw.sample(range(days), draw.randint(1, days))),
        to=draw.randint(min(first + 1, slots), slots),
        site=draw.choice([None, None, "s0", "s1"]),
        series=draw.choice([None, f"{group}/x", f"{group}/y"]),
        once_a_day=draw.choice([None, None, "o", 7]),
        same_teacher=draw.choice([None, None, None, "q"]),
    ) | {"from": first}
    one["needs"] = [draw.choice(ABILITIES) for _ in range(draw.choice([0, 1, 1, 1, 2]))]
    if draw.random() < 0.15 and len(made["teachers"]) >= len(one["needs"]):
        who = draw.sample([teacher["id"] for teacher in made["teachers"]], len(one["needs"]))
        one["fixed"] = {"day": draw.choice(one["days"]), "start": draw.randint(0, slots - 1), "teachers": who}
    return one
