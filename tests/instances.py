"""Timetable problems of one family, by size and seed, each with a timetable that proves that it can be solved.

`python -m tests.instances M --seed 3 --out problem.json [--witness timetable.json]`

A programme of 60 training days: two contact phases at a site, online weeks between them with field lessons on given
days, language lessons and a peer group with two tutors; or contact phases around workplace days. Each learner talks
with the counsellor of her group once in each contact phase. The witness is built first; times at which a teacher is
away are kept only where the witness leaves her free, and limits are never below what the witness needs.
"""

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.witness import Group, Teacher, Witness

Json = dict[str, Any]

SLOTS = 10
PROGRAMME = 60
MONDAY = date(2026, 3, 2)
FREE = {date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 14), date(2026, 6, 19)}
COMMON = ("language", "tutor", "counsellor")
HARDEST_FIRST = ("contact", "talks", "field", "language", "peer")


@dataclass(frozen=True)
class Size:
    """How much there is of everything."""

    learners: int
    groups: int
    teachers: int
    sites: int
    fields: int
    cohorts: int = 1
    apart: int = 0
    placements: int = 0
    """Every so many-th group is at a workplace between its contact phases; 0: none."""
    days: int = PROGRAMME
    contact: int = 6
    """Training days of each of the two contact phases."""


SIZES = {
    "tiny": Size(learners=6, groups=2, teachers=5, sites=1, fields=2, days=9, contact=2),
    "S": Size(learners=24, groups=4, teachers=6, sites=1, fields=3),
    "M": Size(learners=240, groups=40, teachers=30, sites=3, fields=6, cohorts=4, apart=8, placements=4),
    "L": Size(learners=1000, groups=150, teachers=90, sites=6, fields=8, cohorts=15, apart=3, placements=5),
}


@dataclass(frozen=True)
class Instance:
    """A problem, and rows that solve it."""

    problem: Json
    witness: Json


def instance(size: str, seed: int) -> Instance:
    """The problem of that size and seed; the same one every time."""
    return _Town(SIZES[size], random.Random(f"{size}/{seed}")).instance()


class _Town:
    """One instance in the making."""

    def __init__(self, size: Size, chance: random.Random) -> None:
        self.size, self.chance = size, chance
        self.dates = list(_training_days(size.days + size.apart * (size.cohorts - 1)))
        self.weeks = [(one - timedelta(days=one.weekday()) - MONDAY).days // 7 for one in self.dates]
        self.fields = [f"field:{number}" for number in range(size.fields)]
        self.sites = [f"s{number}" for number in range(size.sites)]
        self.teachers = [self._teacher(number) for number in range(size.teachers)]
        self.groups = [self._group(number) for number in range(size.groups)]
        self.activities: list[Json] = []

    def instance(self) -> Instance:
        for group in self.groups:
            self._wishes(group)
        rooms = {site: self._rooms(site) for site in self.sites}
        witness = Witness(self.teachers, self.groups, self.weeks, rooms, self.chance)
        kinds = [[one for one in self.activities if one["series"].endswith(f"/{kind}")] for kind in HARDEST_FIRST]
        rows = witness.fill([one for kind in kinds for one in kind])
        days = zip(self.dates, self.weeks, strict=True)
        problem = {
            "format": "oppitupa-timetable-1",
            "slots_per_day": SLOTS,
            "days": [{"date": when.isoformat(), "week": week} for when, week in days],
            "sites": [{"id": site, "rooms": witness.rooms_needed(site)} for site in self.sites],
            "teachers": [witness.kept(one) for one in self.teachers],
            "groups": [
                {"id": one.id, "size": one.size, "busy": one.busy, "slot_cost": one.slot_cost} for one in self.groups
            ],
            "activities": self.activities,
            "weights": {"slot": 1, "teacher_change": 10, "gap": 2, "moved": 5},
        }
        return Instance(problem, {"format": "oppitupa-timetable-1", "placed": rows, "unplaced": []})

    def _rooms(self, site: str) -> int:
        """Three rooms for four groups that are at the site on one day."""
        there: dict[int, set[str]] = defaultdict(set)
        for one in self.activities:
            if one["site"] == site and one["learner"] is None:
                there[one["days"][0]].add(one["group"])
        return -(-max([len(groups) for groups in there.values()], default=1) * 3 // 4)

    def _teacher(self, number: int) -> Teacher:
        able = [self.fields[number % len(self.fields)]]
        if self.chance.random() < 0.5:
            able.append(self.chance.choice([one for one in self.fields if one not in able]))
        sure = COMMON[number % 3]  # nobody is the only one who can
        able += [one for one in COMMON if self.chance.random() < 0.5 or one == sure]
        halves = self.chance.sample([(day, half) for day in range(5) for half in (0, 5)], self.chance.randint(0, 2))
        busy = []
        for day, when in enumerate(self.dates):
            busy += [[day, half, half + 5] for weekday, half in halves if weekday == when.weekday()]
            if self.chance.random() < 1 / 8:
                start, length = self.chance.randint(0, SLOTS - 3), self.chance.randint(1, 3)
                busy.append([day, start, start + length])
        off = self.chance.sample(range(len(self.dates)), self.chance.randint(0, 2))
        return Teacher(f"t{number}", able, [*busy, *([day, 0, SLOTS] for day in off)])

    def _group(self, number: int) -> Group:
        chance, size = self.chance, self.size
        width = chance.randint(6, 8)
        opens = chance.randint(0, SLOTS - width)
        liked = chance.randint(opens, opens + width - 2)
        cohort, member = number % size.cohorts, number // size.cohorts
        short = chance.randrange(5) if chance.random() < 1 / 3 else None
        return Group(
            id=f"g{number}",
            size=size.learners // size.groups + (number < size.learners % size.groups),
            field_name=self.fields[member % size.fields],
            site=self.sites[member % size.fields % size.sites],
            first=cohort * size.apart,
            window=(opens, opens + width),
            slot_cost=[min(3, abs(slot - liked)) for slot in range(SLOTS)],
            busy=[[day, opens + 5, SLOTS] for day, when in enumerate(self.dates) if when.weekday() == short],
            at_work=bool(size.placements) and (member + cohort) % size.placements == 0,
        )

    def _wishes(self, group: Group) -> None:
        days = list(range(group.first, group.first + self.size.days))
        before, after = (13, 12) if group.at_work else (self.size.contact, self.size.contact)
        phases = days[:before], days[len(days) - after :]
        for phase in phases:
            for day in phase:
                for need in (group.field_name, "language"):
                    self._wish(group, "contact", [need], [day], site=group.site, window=(0, 8))
            for learner in range(group.size):
                self._wish(group, "talks", ["counsellor"], list(phase), length=1, site=group.site, window=(0, 8),
                           learner=f"{group.id}/l{learner}", same_teacher=f"{group.id}/talks")  # fmt: skip
        for online in self._by_week(days[before : len(days) - after]):
            if len(online) > 1:  # a single day may be a short one
                self._wish(group, "peer", ["tutor", "tutor"], online, once_a_day=f"{group.id}/peer")
            if not group.at_work:
                off = set(self.chance.sample(online, round(len(online) * 0.29)))
                for day in (day for day in online if day not in off):
                    self._wish(group, "field", [group.field_name], [day])
                for _ in range(max(1, round(len(online) * 0.56))):
                    self._wish(group, "language", ["language"], online, once_a_day=f"{group.id}/language")

    def _wish(self, group: Group, kind: str, needs: list[str], days: list[int], length: int = 2,
              window: tuple[int, int] | None = None, **other: Any) -> None:  # fmt: skip
        opens, closes = window or group.window
        self.activities.append(
            {"id": f"a{len(self.activities)}", "group": group.id, "learner": None, "needs": needs, "length": length,
             "days": days, "from": opens, "to": closes, "site": None, "series": f"{group.id}/{kind}",
             "once_a_day": None, "same_teacher": None, "fixed": None} | other
        )  # fmt: skip

    def _by_week(self, days: Sequence[int]) -> list[list[int]]:
        weeks: dict[int, list[int]] = defaultdict(list)
        for day in days:
            weeks[self.weeks[day]].append(day)
        return list(weeks.values())


def _training_days(many: int) -> Iterator[date]:
    day = MONDAY
    while many:
        if day.weekday() < 5 and day not in FREE:
            yield day
            many -= 1
        day += timedelta(days=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", choices=SIZES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default="/dev/stdout")
    parser.add_argument("--witness", help="where to write a timetable that solves it")
    asked = parser.parse_args()
    made = instance(asked.size, asked.seed)
    Path(asked.out).write_text(json.dumps(made.problem))
    if asked.witness:
        Path(asked.witness).write_text(json.dumps(made.witness))


if __name__ == "__main__":
    main()
