"""A second opinion on a timetable, cell by cell: which rules are broken, and what it costs.

It marks every slot that is taken in plain dictionaries and looks at them one after the other; it shares nothing with
the judge and says no place. Rows must be of known activities, on days of the problem, at most once each.
"""

from collections import defaultdict
from itertools import combinations
from typing import Any

Json = dict[str, Any]


def broken(problem: Json, timetable: Json, partial: bool = False) -> set[str]:
    """The names of the rules that do not hold."""
    wishes = {one["id"]: one for one in problem["activities"]}
    teachers = {one["id"]: one for one in problem["teachers"]}
    rows = timetable["placed"]
    left = [one["activity"] for one in timetable["unplaced"]]
    there = [row["activity"] for row in rows]
    found = set()
    for name in wishes:
        if there.count(name) + (name in left) != 1 or (name in left and not partial):
            found.add("placed")
    for row in rows:
        found |= _alone(wishes[row["activity"]], row, teachers, problem)
    for one, other in combinations(rows, 2):
        found |= _pair(one, wishes[one["activity"]], other, wishes[other["activity"]])
    return found | _sums(problem, rows, wishes, teachers)


def cells(row: Json, wish: Json) -> set[tuple[int, int]]:
    """The slots that a row takes, with their day."""
    return {(row["day"], row["start"] + number) for number in range(wish["length"])}


def taken(spans: list[list[int]]) -> set[tuple[int, int]]:
    """The slots of busy spans."""
    return {(day, slot) for day, start, end in spans for slot in range(start, end)}


def _alone(wish: Json, row: Json, teachers: Json, problem: Json) -> set[str]:
    found = set()
    mine = cells(row, wish)
    window = {(row["day"], slot) for slot in range(wish["from"], wish["to"])}
    if row["day"] not in wish["days"] or not mine <= window:
        found.add("placed")
    right = len(row["teachers"]) == len(wish["needs"]) == len(set(row["teachers"]))
    if not right or any(need not in teachers[name]["can"]
                        for name, need in zip(row["teachers"], wish["needs"], strict=False)):  # fmt: skip
        found.add("teachers")
    if any(mine & taken(teachers[name]["busy"]) for name in row["teachers"]):
        found.add("teacher_busy")
    if any(mine & taken(group["busy"]) for group in problem["groups"] if group["id"] == wish["group"]):
        found.add("group_busy")
    if wish["fixed"] and {name: row[name] for name in ("day", "start", "teachers")} != wish["fixed"]:
        found.add("fixed")
    return found


def _pair(one: Json, wish: Json, other: Json, wanted: Json) -> set[str]:
    found = set()
    at_once = bool(cells(one, wish) & cells(other, wanted))
    shared = set(one["teachers"]) & set(other["teachers"])
    if at_once and shared:
        found.add("teacher_clash")
    whole = wish["learner"] is None or wanted["learner"] is None
    same = wish["group"] == wanted["group"] if whole else wish["learner"] == wanted["learner"]
    if at_once and same:
        found.add("group_clash")
    if one["day"] == other["day"] and shared and None not in (wish["site"], wanted["site"]):
        found |= {"one_site"} if wish["site"] != wanted["site"] else set()
    if wish["once_a_day"] is not None and (wish["once_a_day"], one["day"]) == (wanted["once_a_day"], other["day"]):
        found.add("once_a_day")
    if wish["same_teacher"] is not None and wish["same_teacher"] == wanted["same_teacher"]:
        found |= {"same_teacher"} if set(one["teachers"]) != set(other["teachers"]) else set()
    return found


def _sums(problem: Json, rows: list[Json], wishes: Json, teachers: Json) -> set[str]:
    rooms: dict[Any, int] = defaultdict(int)
    days: dict[Any, int] = defaultdict(int)
    weeks: dict[Any, int] = defaultdict(int)
    for row in rows:
        wish = wishes[row["activity"]]
        for cell in cells(row, wish):
            rooms[wish["site"], cell] += wish["site"] is not None and wish["learner"] is None
            for name in set(row["teachers"]):
                days[name, row["day"]] += 1
                weeks[name, problem["days"][row["day"]]["week"]] += 1
    there = {site["id"]: site["rooms"] for site in problem["sites"]}
    found = {"rooms"} if any(number > there.get(site, 0) for (site, _), number in rooms.items()) else set()
    if any(number > teachers[name]["max_slots_day"] for (name, _), number in days.items()):
        found.add("max_slots_day")
    if any(number > teachers[name]["max_slots_week"] for (name, _), number in weeks.items()):
        found.add("max_slots_week")
    return found


def cost(problem: Json, timetable: Json, previous: Json | None = None) -> Json:
    """Raw counts by kind and the weighted total."""
    wishes = {one["id"]: one for one in problem["activities"]}
    rows = timetable["placed"]
    prices = {group["id"]: group["slot_cost"] for group in problem["groups"]}
    remote = [row for row in rows if wishes[row["activity"]]["site"] is None]
    counts = {"slot": sum(prices[wishes[row["activity"]]["group"]][row["start"]] for row in remote)}
    counts["teacher_change"] = 0
    for series in {wish["series"] for wish in wishes.values()} - {None}:
        mine = [row for row in rows if wishes[row["activity"]]["series"] == series]
        names = {name for row in mine for name in row["teachers"]}
        most = max([len(wishes[row["activity"]]["needs"]) for row in mine], default=0)
        counts["teacher_change"] += max(0, len(names) - most)
    counts["gap"] = 0
    for group in prices:
        of_group = [row for row in remote if wishes[row["activity"]]["group"] == group]
        for day in range(len(problem["days"])):
            slots = {slot for row in of_group for at, slot in cells(row, wishes[row["activity"]]) if at == day}
            counts["gap"] += max(slots) - min(slots) + 1 - len(slots) if slots else 0
    was = {row["activity"]: row for row in previous["placed"]} if previous else {}
    counts["moved"] = sum(
        any(row[name] != was[row["activity"]][name] for name in ("day", "start"))
        or set(row["teachers"]) != set(was[row["activity"]]["teachers"])
        for row in rows
        if row["activity"] in was
    )
    return counts | {"total": sum(problem["weights"][kind] * number for kind, number in counts.items())}
