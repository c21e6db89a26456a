"""The plainest search for a timetable: each activity at the first place that breaks no rule, else nowhere.

It keeps the contract and nothing more; what a plan becomes as a problem can be proven with it, and not how well it is
solved.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import product
from typing import Any

Problem = dict[str, Any]


class Greedy:
    """Takes a problem as the contract writes it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.teachers = {one["id"]: one for one in problem["teachers"]}
        self.groups = {one["id"]: one for one in problem["groups"]}
        self.rooms = {one["id"]: one["rooms"] for one in problem["sites"]}
        self.taken: dict[tuple[str, int], set[int]] = defaultdict(set)
        self.load: Counter[tuple[str, str, int]] = Counter()
        self.site: dict[tuple[str, int], str] = {}
        self.used: Counter[tuple[str, int, int]] = Counter()
        self.talks: dict[tuple[str, int], set[int]] = defaultdict(set)
        self.once: set[tuple[str, int]] = set()
        self.staff: dict[str, set[str]] = {}
        for one in (*problem["teachers"], *problem["groups"]):
            for day, low, high in one["busy"]:
                self.taken[one["id"], day] |= set(range(low, high))

    def solve(self) -> dict[str, Any]:
        placed, unplaced = [], []
        ordered = sorted(
            self.problem["activities"],
            key=lambda one: (one["fixed"] is None, (one["to"] - one["from"] - one["length"]) * len(one["days"])),
        )
        for one in ordered:
            place = next(self.places(one), None)
            if place is None:
                unplaced.append({"activity": one["id"], "why": "teacher_busy", "needs": "one more teacher"})
                continue
            self.take(one, *place)
            placed.append({"activity": one["id"], "day": place[0], "start": place[1], "teachers": list(place[2])})
        return {
            "format": self.problem["format"], "placed": placed, "unplaced": unplaced, "cost": {}, "bound": None,
            "seconds": None,
        }  # fmt: skip

    def places(self, one: Problem) -> Iterator[tuple[int, int, tuple[str, ...]]]:
        if fixed := one["fixed"]:
            yield fixed["day"], fixed["start"], tuple(fixed["teachers"])
            return
        able = [[who for who, row in self.teachers.items() if need in row["can"]] for need in one["needs"]]
        for day in one["days"]:
            for start in range(one["from"], one["to"] - one["length"] + 1):
                for chosen in product(*able):
                    if len(set(chosen)) == len(chosen) and self.free(one, day, start, chosen):
                        yield day, start, chosen

    def free(self, one: Problem, day: int, start: int, chosen: tuple[str, ...]) -> bool:
        span, week, site = set(range(start, start + one["length"])), self.problem["days"][day]["week"], one["site"]
        own = self.taken[one["learner"], day] if one["learner"] else self.talks[one["group"], day]
        if (self.taken[one["group"], day] | own) & span or (one["once_a_day"], day) in self.once:
            return False
        if self.staff.get(one["same_teacher"], set(chosen)) != set(chosen):
            return False
        for who in chosen:
            row = self.teachers[who]
            if self.taken[who, day] & span or (site and self.site.get((who, day), site) != site):
                return False
            if self.load[who, "day", day] + len(span) > row["max_slots_day"]:
                return False
            if self.load[who, "week", week] + len(span) > row["max_slots_week"]:
                return False
        return not site or bool(one["learner"]) or all(self.used[site, day, slot] < self.rooms[site] for slot in span)

    def take(self, one: Problem, day: int, start: int, chosen: tuple[str, ...]) -> None:
        span, week = range(start, start + one["length"]), self.problem["days"][day]["week"]
        if one["learner"]:
            self.talks[one["group"], day] |= set(span)
        if one["once_a_day"]:
            self.once.add((one["once_a_day"], day))
        if one["same_teacher"]:
            self.staff[one["same_teacher"]] = set(chosen)
        for whose in (one["learner"] or one["group"], *chosen):
            self.taken[whose, day] |= set(span)
        for who in chosen:
            self.load[who, "day", day] += len(span)
            self.load[who, "week", week] += len(span)
            if one["site"]:
                self.site[who, day] = one["site"]
        self.used.update((one["site"], day, slot) for slot in span if one["site"] and not one["learner"])
