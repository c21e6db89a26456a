"""A simple way to fill a timetable: it proves that an instance can be solved, and owes nothing to the solver.

One activity after the other takes its cheapest place. Who finds none has everything begin anew, and comes first then.
What was wished for teachers is given up when it must be, and last of all somebody learns something new: the instance
is made so that the rows keep all its rules.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

Json = dict[str, Any]

AGAIN = 300
AWAY, LIMITS, ROOMS, ABLE = 1, 2, 3, 4
"""What may be given up, in this order."""


@dataclass
class Teacher:
    """What she can do, her times away, and what she would rather not exceed."""

    id: str
    can: list[str]
    busy: list[list[int]] = field(default_factory=list)
    most_a_day: int = 6
    most_a_week: int = 27


@dataclass
class Group:
    """Learners of one field at one site, their window and the hours that they like."""

    id: str
    size: int
    field_name: str
    site: str
    first: int
    window: tuple[int, int]
    slot_cost: list[int]
    busy: list[list[int]]
    at_work: bool


def span(start: int, end: int) -> int:
    """The slots from `start` to before `end`, as bits."""
    return (1 << end) - (1 << start)


def bits(busy: Iterable[Sequence[int]]) -> dict[int, int]:
    """Taken slots by day."""
    taken: dict[int, int] = defaultdict(int)
    for day, start, end in busy:
        taken[day] |= span(start, end)
    return taken


class Witness:
    """Rows for activities, and all that they take."""

    def __init__(
        self, teachers: list[Teacher], groups: list[Group], weeks: list[int], rooms: dict[str, int], chance: Random
    ) -> None:
        self.teachers, self.weeks, self.rooms, self.chance = teachers, weeks, rooms, chance
        self.groups = {group.id: group for group in groups}
        self.teacher_away = {one.id: bits(one.busy) for one in teachers}
        self.group_away = {one.id: bits(one.busy) for one in groups}
        self.able: dict[str, list[Teacher]] = defaultdict(list)
        for one in teachers:
            for need in one.can:
                self.able[need].append(one)
        self._nothing()

    def _nothing(self) -> None:
        self.rows: list[Json] = []
        self.taken: dict[tuple[str, int], int] = defaultdict(int)
        self.load: dict[tuple[str, int], int] = defaultdict(int)
        self.weekly: dict[tuple[str, int], int] = defaultdict(int)
        self.whole_load: dict[str, int] = defaultdict(int)
        self.site: dict[tuple[str, int], str] = {}
        self.whole: dict[tuple[str, int], int] = defaultdict(int)
        self.talks: dict[tuple[str, int], int] = defaultdict(int)
        self.crowd: dict[tuple[str, int, int], int] = defaultdict(int)
        self.once: set[tuple[str, int]] = set()
        self.series: dict[str, list[Teacher]] = defaultdict(list)

    def fill(self, activities: list[Json]) -> list[Json]:
        """A row for each."""
        order = list(activities)
        for _ in range(AGAIN):
            stuck = next((one for one in order if not self._place(one)), None)
            if stuck is None:
                return self.rows
            bound = [one for one in order if one is stuck or (stuck["learner"] and one["series"] == stuck["series"])]
            order = bound + [one for one in order if one not in bound]
            self._nothing()
        raise LookupError(f"{order[0]['id']} finds no place in this town; take another seed")

    def _place(self, activity: Json) -> bool:
        group = activity["group"]
        for giving in (0, AWAY, LIMITS, ROOMS, ABLE):
            days = sorted(activity["days"], key=lambda day: (self.talks[group, day].bit_count(), self.chance.random()))
            found = [(*place, day) for day in days if (place := self._at(activity, day, giving))]
            if found:
                _, start, chosen, day = min(found, key=lambda one: one[0])
                self._take(activity, day, start, chosen)
                return True
        return False

    def _at(self, activity: Json, day: int, giving: int) -> tuple[int, int, list[Teacher]] | None:
        """The best start of the day, its cost, and who would teach."""
        if (activity["once_a_day"], day) in self.once:
            return None
        group = self.groups[activity["group"]]
        free = ~self.group_away[group.id][day] & ~self.whole[group.id, day]
        free &= ~0 if activity["learner"] else ~self.talks[group.id, day]
        best = None
        for start in range(activity["from"], activity["to"] - activity["length"] + 1):
            mask = span(start, start + activity["length"])
            if mask & ~free or not self._room(activity, day, start, giving):
                continue
            chosen = self._who(activity, day, mask, giving)
            if chosen:
                strange = sum(one not in self.series[activity["series"]] for one in chosen)
                cost = 3 * strange + (0 if activity["site"] else group.slot_cost[start])
                if best is None or cost < best[0]:
                    best = cost, start, chosen
        return best

    def _room(self, activity: Json, day: int, start: int, giving: int) -> bool:
        site = activity["site"]
        if site is None or activity["learner"] or giving >= ROOMS:
            return True
        return all(self.crowd[site, day, slot] < self.rooms[site] for slot in range(start, start + activity["length"]))

    def _who(self, activity: Json, day: int, mask: int, giving: int) -> list[Teacher] | None:
        series, chosen = self.series[activity["series"]], list[Teacher]()
        if activity["same_teacher"] and series:
            return series if self._may(series[0], activity, day, mask, giving) else None
        week, site = self.weeks[day], activity["site"]
        for need in activity["needs"]:
            able = [one for one in (self.teachers if giving == ABLE else self.able[need]) if one not in chosen]
            able = [one for one in able if self._may(one, activity, day, mask, giving)]
            if not able:
                return None
            chosen.append(min(able, key=lambda one: (one not in series, self.site.get((one.id, day)) != site,
                                                     self.weekly[one.id, week], self.whole_load[one.id])))  # fmt: skip
        return chosen

    def _may(self, one: Teacher, activity: Json, day: int, mask: int, giving: int) -> bool:
        if self.taken[one.id, day] & mask or (giving < AWAY and self.teacher_away[one.id][day] & mask):
            return False
        if activity["site"] and self.site.get((one.id, day), activity["site"]) != activity["site"]:
            return False
        length = activity["length"]
        return giving >= LIMITS or (
            self.load[one.id, day] + length <= one.most_a_day
            and self.weekly[one.id, self.weeks[day]] + length <= one.most_a_week
        )

    def _take(self, activity: Json, day: int, start: int, chosen: list[Teacher]) -> None:
        length, site = activity["length"], activity["site"]
        mask = span(start, start + length)
        if activity["learner"]:
            self.talks[activity["group"], day] |= mask
        else:
            self.whole[activity["group"], day] |= mask
            for slot in range(start, start + length):
                self.crowd[site, day, slot] += site is not None
        if activity["once_a_day"]:
            self.once.add((activity["once_a_day"], day))
        for one in chosen:
            self.taken[one.id, day] |= mask
            self.load[one.id, day] += length
            self.weekly[one.id, self.weeks[day]] += length
            self.whole_load[one.id] += length
            if site:
                self.site[one.id, day] = site
            if one not in self.series[activity["series"]]:
                self.series[activity["series"]].append(one)
        for one, need in zip(chosen, activity["needs"], strict=True):
            if need not in one.can:
                one.can.append(need)
                self.able[need].append(one)
        teachers = [one.id for one in chosen]
        self.rows.append({"activity": activity["id"], "day": day, "start": start, "teachers": teachers})

    def kept(self, one: Teacher) -> Json:
        """The teacher as the instance has her: away where the rows leave her free, and limits that they keep."""
        busy = [[day, start, end] for day, start, end in one.busy if not self.taken[one.id, day] & span(start, end)]
        most = max([load for (name, _), load in self.load.items() if name == one.id], default=0)
        weekly = max([load for (name, _), load in self.weekly.items() if name == one.id], default=0)
        return {
            "id": one.id,
            "can": one.can,
            "busy": sorted(busy),
            "max_slots_day": max(one.most_a_day, most),
            "max_slots_week": max(one.most_a_week - self.chance.randint(0, 3), weekly),
        }

    def rooms_needed(self, site: str) -> int:
        """As many as there were, or as the rows need."""
        return max([self.rooms[site], *(taken for (at, _, _), taken in self.crowd.items() if at == site)])
