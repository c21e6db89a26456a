"""From a problem to the flat lists of the search, with nothing placed yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isqrt, log

from calendars.timetable.node import Label
from calendars.timetable.problem import Activity, Problem
from calendars.timetable.state import State

EVEN = 1024
CONCAVE = 6
"""A teacher with n lessons in a series costs the search `teacher_change` · (1 + CONCAVE / 10 · (√n − 1))."""
SCALE = 100
FINE_SCALE = 100_000

ELSEWHERE = -2
"""Instead of a number of needs: whatever stood there, it cannot stand there now."""

Fields = dict[str, int | list[int]]
Spot = tuple[int, int, tuple[int, ...]]
"""Day, start, teachers."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The lists, and what their numbers mean."""

    fields: Fields
    slot_weight: int
    """What one slot weighs that is not placed."""
    scale: int
    """So many units of the search make one of the contract's cost."""
    unit: int
    """The most that two places of one activity usually differ by, in units of the search."""
    least: int
    """The least that they differ by."""


def lay_out(problem: Problem, old: Mapping[int, Spot] | None = None) -> Layout:
    """All lists of a state; `old` is the timetable to stay near to."""
    fields: Fields = {}
    _sizes(fields, problem)
    _activities(fields, problem)
    _abilities(fields, problem)
    _times(fields, problem)
    _groupings(fields, problem)
    scale, unit, least = _costs(fields, problem)
    _old(fields, problem, old)
    _empty(fields, problem)
    return Layout(fields, _slot_weight(problem), scale, unit, least)


def state_of(fields: Fields) -> State:
    """The state in Python, on lists of its own."""
    state = State()
    for name in State.__annotations__:
        value = fields[name]
        setattr(state, name, value if isinstance(value, int) else list(value))
    return state


def _sizes(fields: Fields, problem: Problem) -> None:
    fields["activity_count"] = len(problem.activities)
    fields["day_count"] = len(problem.days)
    fields["week_count"] = len({day.week for day in problem.days})
    fields["slot_count"] = problem.slots
    fields["teacher_count"] = len(problem.teachers)
    fields["group_count"] = len(problem.groups)
    fields["width"] = max([1, *(len(one.needs) for one in problem.activities)])


def _activities(fields: Fields, problem: Problem) -> None:
    acts = problem.activities
    full = problem.slots + 1
    fields["group"] = [one.group for one in acts]
    fields["needs"] = [len(one.needs) for one in acts]
    fields["length"] = [min(one.length, full) for one in acts]
    fields["site"] = [one.site for one in acts]
    fields["pinned"] = [0] * len(acts)
    fields["window"] = [_window(one) for one in acts]
    slot = _slot_weight(problem)
    fields["weight"] = [min(one.length, full) * max(1, len(one.needs) * slot) for one in acts]
    days = [_days(one, problem) for one in acts]
    fields["days_at"], fields["days"] = rows(days)


def _slot_weight(problem: Problem) -> int:
    """All activities without needs together weigh less than one slot."""
    return 1 + sum(min(one.length, problem.slots + 1) for one in problem.activities if not one.needs)


def _window(one: Activity) -> int:
    if one.fixed:
        inside = one.first <= one.fixed.start and one.fixed.start + one.length <= one.last
        return ((1 << one.length) - 1) << one.fixed.start if inside else 0
    return (1 << one.last) - (1 << one.first) if one.first < one.last else 0


def _days(one: Activity, problem: Problem) -> list[int]:
    """Where it may lie; what is fixed has one day, or none if it breaks a rule all by itself."""
    if one.fixed is None:
        return list(one.days)
    good = one.fixed.day in one.days and len(set(one.fixed.teachers)) == len(one.fixed.teachers) == len(one.needs)
    able = good and all(
        need in problem.teachers[teacher].can for need, teacher in zip(one.needs, one.fixed.teachers, strict=True)
    )
    return [one.fixed.day] if able else []


def _abilities(fields: Fields, problem: Problem) -> None:
    """Who can what; what is fixed asks for abilities of its own, which only the teachers there have."""
    numbers: dict[str | int, int] = {}
    able: list[list[int]] = []
    width = fields["width"]
    assert isinstance(width, int)
    ability = [0] * (len(problem.activities) * width)
    for a, one in enumerate(problem.activities):
        fixed = one.fixed if one.fixed and len(one.fixed.teachers) == len(one.needs) else None
        for i, need in enumerate(one.needs):
            key = fixed.teachers[i] if fixed else need
            if key not in numbers:
                numbers[key] = len(able)
                able.append([key] if isinstance(key, int) else _who_can(problem, key))
            ability[a * width + i] = numbers[key]
    fields["ability"] = ability
    fields["able_at"], fields["able"] = rows(able)
    count = len(problem.teachers)
    can = [0] * (len(able) * count)
    for number, teachers in enumerate(able):
        for teacher in teachers:
            can[number * count + teacher] = 1
    fields["can"] = can


def _who_can(problem: Problem, need: str) -> list[int]:
    return [place for place, teacher in enumerate(problem.teachers) if need in teacher.can]


def _times(fields: Fields, problem: Problem) -> None:
    weeks = {week: place for place, week in enumerate(dict.fromkeys(day.week for day in problem.days))}
    fields["week"] = [weeks[day.week] for day in problem.days]
    fields["week_at"], fields["week_days"] = rows(
        [[place for place, day in enumerate(problem.days) if day.week == week] for week in weeks]
    )
    fields["day_limit"] = [one.max_slots_day for one in problem.teachers]
    fields["week_limit"] = [one.max_slots_week for one in problem.teachers]
    fields["rooms"] = [min(one.rooms, len(problem.activities)) for one in problem.sites]
    fields["teacher_bits"] = _busy(problem, [one.busy for one in problem.teachers])
    fields["group_bits"] = _busy(problem, [one.busy for one in problem.groups])
    full = (1 << problem.slots) - 1
    fields["full_bits"] = [full if one.rooms == 0 else 0 for one in problem.sites for _ in problem.days]


def _busy(problem: Problem, all_busy: Sequence[Iterable[tuple[int, int, int]]]) -> list[int]:
    bits = [0] * (len(all_busy) * len(problem.days))
    for place, busy in enumerate(all_busy):
        for day, first, last in busy:
            bits[place * len(problem.days) + day] |= (1 << last) - (1 << first)
    return bits


def _groupings(fields: Fields, problem: Problem) -> None:
    acts = problem.activities
    fields["learner"], fields["learner_at"], fields["learner_acts"] = _by_name([one.learner for one in acts])
    fields["series"], fields["series_at"], fields["series_acts"] = _by_name([one.series for one in acts])
    fields["once"], fields["once_at"], fields["once_acts"] = _by_name([one.once_a_day for one in acts])
    fields["same"], fields["same_at"], fields["same_acts"] = _by_name([one.same_teacher for one in acts])
    talks: list[list[int]] = [[] for _ in problem.groups]
    for a, one in enumerate(acts):
        if one.learner is not None:
            talks[one.group].append(a)
    fields["talks_at"], fields["talks"] = rows(talks)
    free = [a for a, one in enumerate(acts) if one.fixed is None]
    fixed = [a for a, one in enumerate(acts) if one.fixed is not None]
    fields["free_acts"] = sorted(free, key=lambda a: acts[a].site >= 0) + fixed
    fields["free_count"] = len(free)
    fields["lively_count"] = sum(acts[a].site < 0 for a in free)
    held = {one.series: None for one in acts if one.series is not None and one.same_teacher is None}
    names = list(dict.fromkeys(one.series for one in acts if one.series is not None))
    fields["held_series"] = [place for place, name in enumerate(names) if name in held]
    fields["held_series_count"] = len(held)
    ties = len({one.same_teacher for one in acts if one.same_teacher is not None})
    fields["held_same"] = list(range(ties))
    fields["held_same_count"] = ties


def _by_name(names: Sequence[Label | None]) -> tuple[list[int], list[int], list[int]]:
    """Numbers for names in the order in which they come, and who has each."""
    numbers: dict[Label, int] = {}
    members: list[list[int]] = []
    own: list[int] = []
    for place, name in enumerate(names):
        if name is None:
            own.append(-1)
            continue
        if name not in numbers:
            numbers[name] = len(members)
            members.append([])
        members[numbers[name]].append(place)
        own.append(numbers[name])
    return own, *rows(members)


def rows(lists: Sequence[Sequence[int]]) -> tuple[list[int], list[int]]:
    """Where each list begins and ends in the one that holds them all, and that one."""
    at, flat = [0], list[int]()
    for one in lists:
        flat += one
        at.append(len(flat))
    return at, flat


def _costs(fields: Fields, problem: Problem) -> tuple[int, int, int]:
    weights = problem.weights
    whole = [one * weights["slot"] for group in problem.groups for one in set(group.slot_cost)] + [*weights.values()]
    scale = SCALE if all(one == int(one) for one in whole) else FINE_SCALE
    fields["gap_cost"] = round(weights["gap"] * scale)
    change = fields["change_cost"] = round(weights["teacher_change"] * scale)
    # Whatever else it costs, one moved activity less is better: that is the contract's order.
    costs = [0, *(round(one * weights["slot"] * scale) for group in problem.groups for one in group.slot_cost)]
    fields["slot_cost"] = costs[1:]
    dearest = max(costs) + problem.slots * round(weights["gap"] * scale)
    needs = sum(len(one.needs) for one in problem.activities)
    fields["moved_cost"] = fields["moved_price"] = 1 + len(problem.activities) * dearest + needs * change
    fields["price"] = prices(change, max([0, *_series_sizes(fields)]), CONCAVE)
    fields["losses"] = [round(-log((i + 0.5) / EVEN) * 65536) for i in range(EVEN)]
    slots = fields["slot_cost"]
    assert isinstance(slots, list)
    units = [
        one
        for one in (min((one for one in slots if one), default=0), change // 10, round(weights["gap"] * scale))
        if one
    ]
    return scale, max([1, *units[:2]]), max(1, min([*units, scale]))


def prices(change: int, most: int, concave: int) -> list[int]:
    """What a teacher of a series costs the search with none of its lessons, with one, and so on."""
    roots = [isqrt(n * 10**8) - 10**4 for n in range(1, most + 2)]
    return [0, *(change + change * concave * root // 10**5 for root in roots)]


def _series_sizes(fields: Fields) -> list[int]:
    at = fields["series_at"]
    assert isinstance(at, list)
    return [last - first for first, last in pairwise(at)]


def _old(fields: Fields, problem: Problem, old: Mapping[int, Spot] | None) -> None:
    count, width = len(problem.activities), fields["width"]
    assert isinstance(width, int)
    day, start, needs, who = [-1] * count, [-1] * count, [0] * count, [-1] * (count * width)
    for a, (on, at, teachers) in (old or {}).items():
        known = min(teachers, default=0) >= 0 and len(teachers) == len(problem.activities[a].needs)
        day[a], start[a], needs[a] = on, at, len(teachers) if known else ELSEWHERE
        if known:
            who[a * width : a * width + len(teachers)] = teachers
    fields["repairs"] = 0 if old is None else 1
    fields["old_day"], fields["old_start"], fields["old_needs"], fields["old_who"] = day, start, needs, who


def _empty(fields: Fields, problem: Problem) -> None:
    """What counts up from nothing."""
    acts, days, slots = len(problem.activities), len(problem.days), problem.slots
    teachers, groups, sites = len(problem.teachers), len(problem.groups), len(problem.sites)
    width = fields["width"]
    assert isinstance(width, int)
    series, learners, once, same = (_count(fields, f"{name}_at") for name in ("series", "learner", "once", "same"))
    zeros = {
        "start": acts, "who": acts * width, "day_load": teachers * days,
        "week_load": teachers * _count(fields, "week_at"),
        "teacher_site": teachers * days, "teacher_there": teachers * days, "talk_bits": groups * days,
        "talk_count": groups * days * slots, "online_bits": groups * days, "online_count": groups * days * slots,
        "learner_bits": learners * days, "room_count": sites * days * slots, "once_count": once * days,
        "same_count": same, "same_needs": same, "same_who": same * width, "series_count": series * teachers,
        "series_needs": series * (width + 1), "series_largest": series, "series_staff": series,
        "best_start": acts, "best_who": acts * width,
        "dirty": acts, "is_dirty": acts, "waiting": acts, "pick": width, "found_who": width, "try_who": width,
        "rest": width + 1, "start_cost": slots, "blockers": acts, "mark": acts, "undo": acts, "undo_day": acts,
        "undo_start": acts, "undo_who": acts * width, "undo_mark": acts, "hand": acts, "stray": acts, "tie_who": width,
    }  # fmt: skip
    fields.update({name: [0] * size for name, size in zeros.items()})
    fields["teacher_sits"], fields["group_sits"] = [-1] * (teachers * days * slots), [-1] * (groups * days * slots)
    fields["day"], fields["best_day"] = [-1] * acts, [-1] * acts
    fields["waiting_place"], fields["stray_place"] = [-1] * acts, [-1] * acts
    weight = fields["weight"]
    assert isinstance(weight, list)
    fields["trouble"] = list(weight)
    fields["lost"] = fields["best_lost"] = sum(weight)
    numbers = (
        "cost", "real", "stray_count", "best_real", "dirty_count", "steps", "heat", "waiting_count", "found",
        "found_cost", "found_day", "found_start", "hand_count", "nodes", "blocker_count", "stamp", "undo_count",
        "undo_stamp",
    )  # fmt: skip
    fields.update(dict.fromkeys(numbers, 0))
    fields["random"], fields["most_blockers"], fields["large_share"] = 1, 3, 60


def _count(fields: Fields, name: str) -> int:
    at = fields[name]
    assert isinstance(at, list)
    return len(at) - 1
