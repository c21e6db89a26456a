"""Why something could not be placed and what would help, counted over all its places in the timetable as it stands."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from math import inf
from typing import Any

from calendars.timetable import remedies
from calendars.timetable.answer import Spots
from calendars.timetable.layout import Fields, state_of
from calendars.timetable.places import place, runs
from calendars.timetable.problem import Activity, Problem
from calendars.timetable.remedies import Place

THOROUGH = 100
"""So many are looked at in every place they have; of more, each in a few."""
FEW = 6
SETTING_UP = 2e-5
"""Seconds that an activity costs before the first place can be looked at."""
LOOKED_AT = 500
"""Where more are unplaced the search was hardly begun, and the time for reasons is short too."""


def unplaced(problem: Problem, spots: Spots, fields: Fields, until: float = inf) -> list[Mapping[str, Any]]:
    """One line for each activity without a place, in the order of the problem; `fields` with nothing placed yet.

    Past `until`, a moment of the monotonic clock, nobody looks at places any more.
    """
    missing = [a for a in range(len(problem.activities)) if a not in spots]
    if not missing:
        return []
    late = time.monotonic() + len(problem.activities) * SETTING_UP > until
    standing = None if late else Standing(problem, spots, fields)
    found: list[Mapping[str, Any]] = []
    for number, a in enumerate(missing):
        places = None
        if standing is not None and number < LOOKED_AT and time.monotonic() < until:
            places = list(islice(standing.places(a), None if number < THOROUGH else FEW))
        found.append({"activity": problem.activities[a].id, **_reason(problem, a, places)})
    return found


def _reason(problem: Problem, a: int, places: list[Place] | None) -> dict[str, Any]:
    """By its places, or without a look at them."""
    one = problem.activities[a]
    if _too_few_teachers(problem, one):
        return remedies.teachers(problem, one)
    if places is None and one.fixed is None and one.days and one.last - one.first >= one.length:
        return remedies.more_time(looked_at=False)
    if not places:
        return remedies.no_place(one)
    if any(fits(one, at, frozenset()) for at in places):
        return remedies.more_time()
    alone = {rule: [at for at in places if fits(one, at, frozenset((rule,)))] for rule in remedies.RULES}
    rule = max(remedies.RULES, key=lambda name: (len(alone[name]), -remedies.RULES.index(name)))
    if alone[rule]:
        return remedies.one_rule(problem, a, rule, alone[rule])
    counts = Counter(rule for at in places for rule in at.broken())
    ranked = sorted(counts, key=lambda name: (-counts[name], remedies.RULES.index(name)))
    return remedies.several_rules(problem, a, ranked, places)


def _too_few_teachers(problem: Problem, one: Activity) -> bool:
    """Whether even with nothing in the way there were not enough different people who can."""
    able = [[t for t, teacher in enumerate(problem.teachers) if need in teacher.can] for need in one.needs]
    if one.fixed is not None:
        who = one.fixed.teachers
        right = len(set(who)) == len(who) == len(one.needs)
        return not right or any(t not in options for t, options in zip(who, able, strict=True))
    return not matched(able)


def fits(one: Activity, at: Place, without: frozenset[str]) -> bool:
    """Whether it could stand there if these rules were not."""
    if at.group - without:
        return False
    return matched([[t for t, broken in options.items() if not broken - without] for options in at.teachers])


def matched(options: list[list[int]]) -> bool:
    """Whether each need can have a teacher of its own."""
    owner: dict[int, int] = {}

    def give(need: int, seen: set[int]) -> bool:
        for teacher in options[need]:
            if teacher not in seen:
                seen.add(teacher)
                if teacher not in owner or give(owner[teacher], seen):
                    owner[teacher] = need
                    return True
        return False

    return all(give(need, set()) for need in range(len(options)))


class Standing:
    """The timetable as it stands, and for each place of an activity the rules that it would break there."""

    def __init__(self, problem: Problem, spots: Spots, fields: Fields) -> None:
        self.problem = problem
        self.state = state_of(fields)
        self.teacher_away = list(self.state.teacher_bits)
        self.group_away = list(self.state.group_bits)
        for a, (day, start, teachers) in spots.items():
            self.state.pick[: len(teachers)] = teachers
            place(self.state, a, day, start)

    def places(self, a: int) -> Iterator[Place]:
        """Each day and start that its window has."""
        s, one = self.state, self.problem.activities[a]
        starts = runs(s.window[a], s.length[a])
        days = one.days if one.fixed is None else [day for day in one.days if day == one.fixed.day]
        for day in days:
            for start in range(s.slot_count):
                if starts >> start & 1:
                    yield Place(day, start, self.group(a, day, start), self.options(a, day, start))

    def group(self, a: int, day: int, start: int) -> frozenset[str]:
        """The rules that do not hang on the teacher."""
        s = self.state
        bits = ((1 << s.length[a]) - 1) << start
        at = s.group[a] * s.day_count + day
        away = self.group_away[at]
        others = s.learner_bits[s.learner[a] * s.day_count + day] if s.learner[a] >= 0 else s.talk_bits[at]
        found = []
        if away & bits:
            found.append("group_busy")
        if (s.group_bits[at] & ~away | others) & bits:
            found.append("group_clash")
        if s.site[a] >= 0 and s.learner[a] < 0 and s.full_bits[s.site[a] * s.day_count + day] & bits:
            found.append("rooms")
        if s.once[a] >= 0 and s.once_count[s.once[a] * s.day_count + day]:
            found.append("once_a_day")
        if s.same[a] >= 0 and s.same_count[s.same[a]] and s.same_needs[s.same[a]] != s.needs[a]:
            found.append("same_teacher")
        return frozenset(found)

    def options(self, a: int, day: int, start: int) -> list[dict[int, frozenset[str]]]:
        """For each need whoever can, with the rules that stand against her."""
        one = self.problem.activities[a]
        if one.fixed is not None:
            return [{teacher: self.teacher(a, day, start, teacher)} for teacher in one.fixed.teachers]
        return [
            {
                number: self.teacher(a, day, start, number)
                for number, teacher in enumerate(self.problem.teachers)
                if need in teacher.can
            }
            for need in one.needs
        ]

    def teacher(self, a: int, day: int, start: int, t: int) -> frozenset[str]:
        """The rules that this teacher would break."""
        s = self.state
        bits = ((1 << s.length[a]) - 1) << start
        at = t * s.day_count + day
        away, q = self.teacher_away[at], s.same[a]
        tied = q >= 0 and s.same_count[q] > 0 and s.same_needs[q] == s.needs[a]
        against = {
            "teacher_busy": away & bits,
            "teacher_clash": s.teacher_bits[at] & ~away & bits,
            "one_site": s.site[a] >= 0 and s.teacher_there[at] and s.teacher_site[at] != s.site[a],
            "max_slots_day": s.day_load[at] + s.length[a] > s.day_limit[t],
            "max_slots_week": s.week_load[t * s.week_count + s.week[day]] + s.length[a] > s.week_limit[t],
            "same_teacher": tied and t not in s.same_who[q * s.width : q * s.width + s.needs[a]],
        }
        return frozenset(rule for rule, broken in against.items() if broken)
