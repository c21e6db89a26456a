"""A timetable read back: what its ids and slots mean in the plan, and which lessons it makes or moves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from calendars.scheduling.problems import Plan, Posed
from calendars.scheduling.slots import Grid

TUTOR = "tutor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One lesson as a timetable has it; `lesson` is its id where it was planned before, and stays."""

    lesson: str | None
    programme: str
    group: str
    day: str
    starts: datetime
    ends: datetime
    topic: str
    needs: tuple[str, ...]
    leaders: tuple[tuple[str, str], ...]
    """Each with the role in which she leads: teacher or tutor."""
    learner: str | None = None
    """Whose talk it is; it becomes an appointment of this kind."""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A lesson for which there is no place: what it is, and the rule that stands in the way."""

    programme: str
    group: str
    date: date
    needs: tuple[str, ...]
    why: str
    learner: str | None = None
    kind: str = ""
    help: str = ""
    """The code of what would help (calendars/timetable/remedies.py)."""


def meaning(plan: Plan, posed: Posed) -> dict[str, Any]:
    """What an answer needs to be read when the plan is no longer at hand; plain JSON."""
    grid, asked = posed.grid, {one["id"]: one for one in posed.problem["activities"]}
    return {
        "grid": {"zone": grid.zone, "opens": grid.opens, "minutes": grid.minutes, "per_day": grid.per_day,
                 "dates": [day.isoformat() for day in grid.dates]},
        "activities": {
            one.id: {
                "programme": one.programme, "group": one.group, "topic": one.topic, "learner": one.learner,
                "kind": one.kind,
                "lesson": one.standing.id if one.standing else None, "needs": list(one.needs),
                "asked": asked[one.id]["needs"], "beside": [list(who) for who in posed.beside.get(one.id, ())],
                "length": asked[one.id]["length"], "fixed": asked[one.id]["fixed"] is not None,
                "days": {str(slots[0]): day for day, span in one.windows if (slots := grid.inside(*span))},
            }
            for one in plan.wanted
            if one.id in asked
        },
    }  # fmt: skip


def grid_in(meant: Mapping[str, Any]) -> Grid:
    """The grid of a problem, as its meaning has it."""
    told = meant["grid"]
    dates = tuple(date.fromisoformat(day) for day in told["dates"])
    return Grid(told["zone"], told["opens"], told["minutes"], told["per_day"], dates)


def placed(meant: Mapping[str, Any], timetable: Mapping[str, Any]) -> Iterator[Placed]:
    """Every lesson that was free to be placed, in the order of the timetable."""
    grid = grid_in(meant)
    for one in timetable["placed"]:
        what = meant["activities"].get(one["activity"])
        if what is None or what["fixed"]:  # a pause, or what stands
            continue
        starts, ends = grid.instants(one["day"], one["start"], what["length"])
        yield Placed(
            lesson=what["lesson"], programme=what["programme"], group=what["group"],
            day=what["days"][str(one["day"])], starts=starts, ends=ends, topic=what["topic"],
            needs=tuple(what["needs"]), learner=what["learner"], kind=what["kind"],
            leaders=tuple(
                (who, role_for(need, what["needs"]))
                for who, need in (*what.get("beside", ()), *zip(one["teachers"], what["asked"], strict=True))
            ),
        )  # fmt: skip


def role_for(need: str, needs: Sequence[str]) -> str:
    """In which role somebody leads who was asked for this; who is asked for by name leads as the others do."""
    return TUTOR if need == TUTOR or (need.startswith("as:") and set(needs) == {TUTOR}) else "teacher"


def unplaced(meant: Mapping[str, Any], timetable: Mapping[str, Any]) -> Iterator[Unplaced]:
    """Every lesson without a place, with the name of the rule; the words are for whoever shows them."""
    grid = grid_in(meant)
    for one in timetable["unplaced"]:
        what = meant["activities"].get(one["activity"])
        if what is None:
            continue
        first = grid.dates[min(int(day) for day in what["days"])]
        yield Unplaced(
            what["programme"], what["group"], first, tuple(what["needs"]), str(one["why"]), what["learner"],
            what["kind"], _help(one),
        )  # fmt: skip


def _help(one: Mapping[str, Any]) -> str:
    """The code of the first thing that would help; an answer of an earlier version may have none."""
    told = one.get("help", {})
    return str(told.get("first", told).get("code", ""))
