"""What would help something that could not be placed: a code with facts for pages, and an English sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from calendars.timetable.problem import Activity, Problem

RULES = (
    "teacher_clash", "teacher_busy", "max_slots_week", "max_slots_day", "rooms", "group_clash", "group_busy",
    "one_site", "once_a_day", "same_teacher",
)  # fmt: skip
"""Where two take away as much, the first is named."""
PEOPLE = frozenset({"teacher_clash", "teacher_busy", "max_slots_week", "max_slots_day", "one_site"})
SENTENCES = {
    "teacher_needed": "one more teacher for {need}",
    "different_teachers": "{count} different teachers for {needs}",
    "fixed_teachers": "other teachers where it is fixed: each need wants one of its own who is able to do it",
    "day": "a day on which it may lie",
    "fixed_elsewhere": "to be fixed on one of its days, within its slots",
    "window": "a window of {length} slots or more; it has {window}",
    "more_time": "more time for the search: a place is free",
    "much_more_time": "more time for the search: too much is unplaced to look at each place",
    "teacher_in_week": "one more teacher for {need} in week {week}, free on {date} from slot {start} to {end}",
    "teachers_in_week": "one more teacher each for {needs} in week {week}, free on {date} from slot {start} to {end}",
    "teacher_free": "{teacher} free on {date} from slot {start} to {end}",
    "longer_day": "{more} slots more that {teacher} may teach on {date}",
    "longer_week": "{more} slots more that {teacher} may teach in week {week}",
    "teacher_at_site": "{teacher} at no other site than {site} on {date}",
    "room": "one more room at {site} on {date} from slot {start} to {end}; there are {rooms}",
    "group_free": "the group {group} free on {date} from slot {start} to {end}",
    "other_time": "another time for what the group {group} has on {date} from slot {start} to {end}",
    "twice_a_day": "{value} more than once on {date}, or one more day",
    "other_teacher": "another teacher than the others of {value} have",
    "several": "{first}; that alone is not enough, for at each of its places another rule stands against it: {rules}",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A day and a start of an activity, and the rules that it would break there."""

    day: int
    start: int
    group: frozenset[str]
    teachers: list[dict[int, frozenset[str]]]
    """For each need: whoever can, with the rules against her."""

    def broken(self) -> Iterable[str]:
        """Every rule, as often as it takes a choice of teacher away."""
        for options in self.teachers or [{}]:
            yield from self.group
            for rules in options.values():
                yield from rules


def _told(why: str, code: str, **facts: object) -> dict[str, Any]:
    return {"why": why, "needs": SENTENCES[code].format(**facts), "help": {"code": code, **facts}}


def teachers(problem: Problem, one: Activity) -> dict[str, Any]:
    """Nobody can, or too few."""
    if one.fixed is not None:
        return _told("teachers", "fixed_teachers")
    for need in one.needs:
        if not any(need in teacher.can for teacher in problem.teachers):
            return _told("teachers", "teacher_needed", need=need)
    return _told("teachers", "different_teachers", count=len(one.needs), needs=", ".join(one.needs))


def no_place(one: Activity) -> dict[str, Any]:
    """No day, or too narrow a window."""
    if not one.days:
        return _told("placed", "day")
    if one.last - one.first < one.length:
        return _told("placed", "window", length=one.length, window=max(0, one.last - one.first))
    return _told("placed", "fixed_elsewhere")


def more_time(*, looked_at: bool = True) -> dict[str, Any]:
    """The search was cut off."""
    return _told("placed", "more_time" if looked_at else "much_more_time")


def one_rule(problem: Problem, a: int, rule: str, places: list[Place]) -> dict[str, Any]:
    """But for this rule it could stand at each of these places: the first of them names what would help."""
    return _helped(problem, a, rule, places[0])


def several_rules(problem: Problem, a: int, ranked: list[str], places: list[Place]) -> dict[str, Any]:
    """At each place two rules or more stand against it; the one that takes most choices away is named first."""
    at = next((one for one in places if ranked[0] in set(one.broken())), places[0])
    first = _helped(problem, a, ranked[0], at)
    rules = ", ".join(rule for rule in ranked[1:3]) or ranked[0]
    help_ = {"code": "several", "first": first["help"], "rules": ranked}
    return {"why": ranked[0], "needs": SENTENCES["several"].format(first=first["needs"], rules=rules), "help": help_}


def _helped(problem: Problem, a: int, rule: str, at: Place) -> dict[str, Any]:
    one = problem.activities[a]
    span = {"date": problem.days[at.day].date, "start": at.start, "end": at.start + one.length}
    if rule in PEOPLE:
        return _people(problem, one, rule, at, span)
    group = problem.groups[one.group].id
    match rule:
        case "rooms":
            site = problem.sites[one.site]
            return _told(rule, "room", site=site.id, rooms=site.rooms, **span)
        case "group_busy":
            return _told(rule, "group_free", group=group, **span)
        case "once_a_day":
            return _told(rule, "twice_a_day", value=str(one.once_a_day), date=span["date"])
        case "same_teacher":
            return _told(rule, "other_teacher", value=str(one.same_teacher))
        case _:
            return _told(rule, "other_time", group=group, **span)


def _people(problem: Problem, one: Activity, rule: str, at: Place, span: dict[str, Any]) -> dict[str, Any]:
    """One more teacher; where it must be a certain one, more of her."""
    week = problem.days[at.day].week
    bound = one.fixed is not None or (one.same_teacher is not None and _tied(at))
    if not bound:
        alone = [need for need, options in zip(one.needs, at.teachers, strict=True) if all(options.values())]
        if len(alone) > 1:
            return _told(rule, "teachers_in_week", needs=" and ".join(alone), week=week, **span)
        return _told(rule, "teacher_in_week", need=_scarce(one, at, alone), week=week, **span)
    number = next((t for options in at.teachers for t, rules in options.items() if rules == {rule}), None)
    if number is None:
        number = next(t for options in at.teachers for t, rules in options.items() if rule in rules)
    who: dict[str, Any] = {"teacher": problem.teachers[number].id, "date": span["date"]}
    match rule:
        case "max_slots_day":
            return _told(rule, "longer_day", more=one.length, **who)
        case "max_slots_week":
            return _told(rule, "longer_week", more=one.length, week=week, teacher=who["teacher"])
        case "one_site":
            return _told(rule, "teacher_at_site", site=problem.sites[one.site].id, **who)
        case _:
            return _told(rule, "teacher_free", **who, start=span["start"], end=span["end"])


def _tied(at: Place) -> bool:
    """Whether the others of its tie have their teachers already."""
    return any("same_teacher" in rules for options in at.teachers for rules in options.values()) or all(
        len(options) == 1 for options in at.teachers
    )


def _scarce(one: Activity, at: Place, alone: list[str]) -> str:
    """The need that nobody is left for; where each has somebody but the same, the one with the fewest."""
    if alone:
        return alone[0]
    free = {
        need: sum(not rules for rules in options.values()) for need, options in zip(one.needs, at.teachers, strict=True)
    }
    return min(free, key=lambda need: (free[need], need))
