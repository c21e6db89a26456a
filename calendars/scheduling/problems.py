"""A plan as a timetable problem in the contract's format, with what may not move as given."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from math import gcd
from typing import Any

from calendars.freedays import WEEKDAYS
from calendars.scheduling import weights
from calendars.scheduling.settled import Settled, Settling, subtracted, united
from calendars.scheduling.slots import Grid, Slots, Span, grid_of
from calendars.scheduling.wanted import SchoolDay, Wanted

FORMAT = "oppitupa-timetable-1"
NOON = 12 * 60
HALF_AN_HOUR = 30
HALVES = ("am", "pm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """Somebody who may lead: what she can do, when she cannot, and how much she may teach."""

    id: str
    can: frozenset[str]
    works: Mapping[str, Sequence[tuple[time, time]]] = field(default_factory=dict)
    """Her hours by weekday; empty: whenever the house is open."""
    taken: Sequence[Span] = ()
    """Absences, and lessons that are not part of this problem."""
    minutes_a_day: int | None = None
    minutes_a_week: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group with the hours in which it has something else, and the half days that do not suit its people."""

    id: str
    size: int
    taken: Sequence[Span] = ()
    eating: Sequence[Span] = ()
    """The pauses between its lessons: no lesson is laid there, a short talk of one learner may be."""
    disliked: Mapping[str, int] = field(default_factory=dict)
    """`mon_am` … `sun_pm` -> how many of its people are not free then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that the timetable depends on."""

    zone: str
    wanted: Sequence[Wanted]
    teachers: Sequence[Teacher]
    groups: Sequence[Group]
    rooms: Mapping[str, int | None]
    """Place -> its rooms; None: enough."""
    words: Mapping[str, str] = field(default_factory=dict)
    days: Sequence[SchoolDay] = ()


@dataclass(frozen=True, slots=True)
class Posed:
    """A problem, the timetable that stands, and what the problem's ids mean."""

    problem: dict[str, Any]
    previous: dict[str, Any] | None
    grid: Grid
    left_out: tuple[str, ...]
    """Lessons that stay although they break a rule: the search sees them as hours that are taken."""
    beside: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """Who leads a lesson already that is looked for one more, each with what is asked of her."""


def pose(plan: Plan) -> Posed:
    """The problem of a plan. What may not move is fixed in it; what breaks a rule by itself is taken as given."""
    grid = _grid(plan)
    settled = Settling(grid, plan.rooms, {one.id: one.can for one in plan.teachers}).settle(
        plan.wanted,
        {one.id: _busy_of_teacher(grid, one) for one in plan.teachers},
        {one.id: _slots(grid, one.taken) for one in plan.groups},
        {one.id: _slots(grid, one.eating) for one in plan.groups},
        {one.id: _most(grid, one) for one in plan.teachers},
    )
    problem = {
        "format": FORMAT, "slots_per_day": grid.per_day,
        "days": [{"date": day.isoformat(), "week": week} for day, week in zip(grid.dates, grid.weeks, strict=True)],
        "sites": [
            {"id": site, "rooms": len(plan.groups) if rooms is None else rooms}
            for site, rooms in sorted(plan.rooms.items())
        ],
        "teachers": [_teacher(grid, one, settled) for one in sorted(plan.teachers, key=lambda one: one.id)],
        "groups": [
            *(_group(grid, one, settled, plan.wanted) for one in sorted(plan.groups, key=lambda one: one.id)),
            *({"id": _sought(one), "size": 0, "busy": [], "slot_cost": []} for one in _short(plan.wanted, settled)),
        ],
        "activities": _activities(grid, plan, settled), "weights": weights.numbers(plan.words),
    }  # fmt: skip
    previous = _previous(grid, plan.wanted, settled)
    if previous is not None:
        previous["placed"] += [
            {"activity": one["id"], "day": one["days"][0], "start": one["from"], "teachers": []}
            for one in _pauses(settled, plan.wanted)
        ]
    beside = {
        one.id: tuple(zip(settled.teachers[one.id], settled.needs[one.id], strict=False))
        for one in _short(plan.wanted, settled)
    }
    return Posed(problem, previous, grid, settled.left_out, beside)


def _grid(plan: Plan) -> Grid:
    """The days of lessons and talks; what was booked by hand at an odd minute must not cut them all."""
    spans = [window for one in plan.wanted for _, window in one.windows if not _ragged(one)]
    spans += [(one.standing.starts, one.standing.ends) for one in plan.wanted if one.standing and not _ragged(one)]
    return grid_of(plan.zone, spans, (one.minutes for one in plan.wanted if not one.standing))


def _ragged(one: Wanted) -> bool:
    """A lesson planned by hand at 9.07 must not cut the day of everybody into minutes, nor a talk booked at 9.05."""
    if one.standing is None:
        return False
    step = 5 if one.learner is None else gcd(HALF_AN_HOUR, one.minutes) or 1
    return any(at.minute % step or at.second for at in (one.standing.starts, one.standing.ends))


def _activities(grid: Grid, plan: Plan, settled: Settled) -> list[dict[str, Any]]:
    always = weights.checked(plan.words)["teacher"] == weights.ALWAYS
    parted = _parted(plan.wanted, settled)
    found = [*_pauses(settled, plan.wanted), *_held(grid, plan.wanted, settled)]
    short = {one.id for one in _short(plan.wanted, settled)}
    for one in sorted(plan.wanted, key=lambda one: (one.windows[0][1], one.group, one.id)):
        if one.id in settled.left_out:
            continue
        windows = windows_of(grid, one)
        if not windows:  # not one whole slot is left of its day
            continue
        needs = settled.needs[one.id]
        found.append(_activity(grid, one, windows, settled.fixed.get(one.id), needs) | {
            "same_teacher": _same(one, parted) or (one.series if always and one.stays == "" else None),
        })  # fmt: skip
        if one.id in short:  # in the way of nobody but the one who is found
            needs = needs[len(settled.teachers[one.id]) :]
            found[-1] |= {"group": _sought(one), "learner": _sought(one), "needs": list(needs)}
    return found


def _activity(
    grid: Grid, one: Wanted, windows: Mapping[int, tuple[int, int]], fixed: tuple[Slots, tuple[str, ...]] | None,
    needs: Sequence[str],
) -> dict[str, Any]:  # fmt: skip
    length = fixed[0][2] - fixed[0][1] if fixed else grid.slots(one.minutes)
    return {
        "id": one.id, "group": one.group, "learner": one.learner, "needs": list(needs),
        "length": length, "days": sorted(windows), "from": max(low for low, _ in windows.values()),
        "to": min(high for _, high in windows.values()), "site": one.site,
        "series": one.series, "once_a_day": f"{one.learner}/{one.kind}" if one.learner else None, "same_teacher": None,
        "fixed": {"day": fixed[0][0], "start": fixed[0][1], "teachers": list(fixed[1])} if fixed else None,
    }  # fmt: skip


def _held(grid: Grid, wanted: Sequence[Wanted], settled: Settled) -> list[dict[str, Any]]:
    """Lessons for which somebody is sought, as they are held anyhow: found or not, their hours are the group's."""
    return [
        _activity(grid, one, windows_of(grid, one), place, settled.needs[one.id][: len(place[1])])
        | {"id": f"held.{one.id}"}
        for one in wanted
        if (place := settled.held.get(one.id))
    ]


def _short(wanted: Sequence[Wanted], settled: Settled) -> list[Wanted]:
    """Lessons that stand and lack somebody, in one order."""
    found = (one for one in wanted if one.stays == "time" and one.id not in settled.left_out)
    return sorted(found, key=lambda one: one.id)


def _sought(one: Wanted) -> str:
    return f"sought.{one.id}"


def _same(one: Wanted, parted: Collection[str]) -> str | None:
    return one.together if one.together not in parted else None


def _parted(wanted: Sequence[Wanted], settled: Settled) -> set[str]:
    """Which talks cannot have the same staff any more: what stands has others, or somebody who was asked by name."""
    staff: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    found = set()
    for one in wanted:
        if one.together is not None and one.id in settled.fixed:
            staff[one.together].add(settled.fixed[one.id][1])
            if settled.needs[one.id] != one.needs:
                found.add(one.together)
    return found | {word for word, those in staff.items() if len(those) > 1}


def _pauses(settled: Settled, wanted: Sequence[Wanted]) -> list[dict[str, Any]]:
    """The pauses of groups in which learners have talks, as talks of nobody: they keep lessons out and nothing else."""
    sites = {one.group: one.site for one in wanted if one.learner is not None and one.site is not None}
    return [
        {
            "id": f"pause.{group}.{day}.{low}", "group": group, "learner": f"pause.{group}", "needs": [],
            "length": high - low, "days": [day], "from": low, "to": high, "site": sites[group], "series": None,
            "once_a_day": None, "same_teacher": None, "fixed": {"day": day, "start": low, "teachers": []},
        }
        for group in sorted(sites)
        for day, low, high in subtracted(united(settled.eating[group]), settled.group_busy[group])
    ]  # fmt: skip


def windows_of(grid: Grid, one: Wanted) -> dict[int, tuple[int, int]]:
    """The days of the grid on which a lesson may be, each with its first slot and the one after its last."""
    found = (grid.inside(*span) for _, span in one.windows)
    return {slots[0]: slots[1:] for slots in found if slots}


def _teacher(grid: Grid, one: Teacher, settled: Settled) -> dict[str, Any]:
    day, week = _most(grid, one)
    return {
        "id": one.id, "can": sorted(one.can | {f"as:{one.id}"}),
        "busy": [list(slots) for slots in settled.busy[one.id]],
        "max_slots_day": day, "max_slots_week": week,
    }  # fmt: skip


def _most(grid: Grid, one: Teacher) -> tuple[int, int]:
    """How many slots a day and a week she may teach."""
    day = grid.per_day if one.minutes_a_day is None else one.minutes_a_day // grid.minutes
    return day, 7 * grid.per_day if one.minutes_a_week is None else one.minutes_a_week // grid.minutes


def _group(grid: Grid, one: Group, settled: Settled, wanted: Sequence[Wanted]) -> dict[str, Any]:
    days = sorted({grid.dates[day] for each in wanted if each.group == one.id for day in windows_of(grid, each)})
    talks = any(each.learner is not None and each.site is not None for each in wanted if each.group == one.id)
    busy = settled.group_busy[one.id] if talks else united([*settled.group_busy[one.id], *settled.eating[one.id]])
    return {
        "id": one.id, "size": one.size, "busy": [list(slots) for slots in busy],
        "slot_cost": _costs(grid, one, days),
    }  # fmt: skip


def _costs(grid: Grid, one: Group, days: Sequence[date]) -> list[int]:
    """How little each slot suits the group: people who are not free then, over the weekdays on which it meets."""
    found = []
    for slot in range(grid.per_day):
        half = HALVES[grid.opens + slot * grid.minutes >= NOON]
        missing = sum(one.disliked.get(f"{WEEKDAYS[day.weekday()]}_{half}", 0) for day in days)
        found.append(round(missing / len(days)) if days else 0)
    return found


def _slots(grid: Grid, spans: Iterable[Span]) -> list[Slots]:
    return sorted({slots for span in spans for slots in grid.touched(*span)})


def _busy_of_teacher(grid: Grid, one: Teacher) -> list[Slots]:
    """Outside her hours, and whatever else she has."""
    busy = _slots(grid, one.taken)
    if one.works:
        for n, day in enumerate(grid.dates):
            free: list[Slots] = []
            for starts, ends in one.works.get(WEEKDAYS[day.weekday()], ()):
                low = -(-(starts.hour * 60 + starts.minute - grid.opens) // grid.minutes)
                high = (ends.hour * 60 + ends.minute - grid.opens) // grid.minutes
                free.append((n, max(0, low), min(grid.per_day, high)))
            busy += subtracted([(n, 0, grid.per_day)], free)
    return sorted(set(busy))


def _previous(grid: Grid, wanted: Sequence[Wanted], settled: Settled) -> dict[str, Any] | None:
    """Where the lessons stand now, for a search that should disturb little."""
    placed = []
    for one in wanted:
        if one.standing is None or one.stays == "time" or one.id in settled.left_out:
            continue
        slots = grid.exactly(one.standing.starts, one.standing.ends)
        if slots is not None:
            teachers = list(settled.teachers.get(one.id, one.standing.leaders))
            placed.append({"activity": one.id, "day": slots[0], "start": slots[1], "teachers": teachers})
    if not placed:
        return None
    return {"format": FORMAT, "placed": placed, "unplaced": [], "cost": {}, "bound": None, "seconds": None}
