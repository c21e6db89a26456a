"""A timetable problem as the contract writes it, read with care: what cannot be used is refused with its place."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from calendars.timetable.node import NO_LIMIT, Label, Node, Unusable, shown

FORMAT = "oppitupa-timetable-1"
WEIGHTS: Mapping[str, int | float] = {"slot": 1, "teacher_change": 10, "gap": 2, "moved": 5}
"""The soft costs and what one of each costs where the problem does not say."""
LONGEST_DAY = 1440
LARGEST = 60_000_000
"""The search keeps a place for each slot of each day of each teacher, group and site: at most so many."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day on which may be taught."""

    date: str
    week: int


@dataclass(frozen=True, slots=True)
class Site:
    """A place with rooms."""

    id: str
    rooms: int


@dataclass(frozen=True, slots=True)
class Teacher:
    """Somebody with abilities, times away as (day, from, to), and limits in slots."""

    id: str
    can: frozenset[str]
    busy: tuple[tuple[int, int, int], ...]
    max_slots_day: int
    max_slots_week: int


@dataclass(frozen=True, slots=True)
class Group:
    """Learners who are taught together; what a start in each slot costs them."""

    id: str
    busy: tuple[tuple[int, int, int], ...]
    slot_cost: tuple[int | float, ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """Where an activity is and must stay."""

    day: int
    start: int
    teachers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """One lesson or talk to be placed; group, site and teachers by their index."""

    id: str
    group: int
    learner: str | None
    needs: tuple[str, ...]
    length: int
    days: tuple[int, ...]
    first: int
    last: int  # it lies in [first, last)
    site: int  # -1: none
    series: str | None
    once_a_day: Label | None
    same_teacher: Label | None
    fixed: Fixed | None


@dataclass(frozen=True, slots=True)
class Problem:
    """All of it."""

    slots: int
    days: tuple[Day, ...]
    sites: tuple[Site, ...]
    teachers: tuple[Teacher, ...]
    groups: tuple[Group, ...]
    activities: tuple[Activity, ...]
    weights: Mapping[str, int | float]


def read(value: object) -> Problem:
    """The problem in a JSON value."""
    top = headed(value, "days")
    slots = top.get("slots_per_day").whole(1, LONGEST_DAY)
    days = tuple(_day(one) for one in top.get("days").items())
    sites = _each(top.get("sites"), lambda one: Site(_id(one), one.get("rooms").limit()))
    teachers = _each(top.get("teachers"), lambda one: _teacher(one, len(days), slots))
    groups = _each(top.get("groups"), lambda one: _group(one, len(days), slots))
    known = Known(len(days), slots, _places(sites), _places(teachers), _places(groups))
    if (len(teachers) + len(groups) + len(sites)) * len(days) * slots > LARGEST:
        raise Unusable(f"teachers, groups and sites have more than {LARGEST} slots in all.")
    activities = _each(top.get("activities"), known.activity)
    return Problem(slots, days, sites, teachers, groups, activities, _weights(top.get("weights")))


@dataclass(frozen=True, slots=True)
class Known:
    """What an activity may name."""

    days: int
    slots: int
    sites: Mapping[str, int]
    teachers: Mapping[str, int]
    groups: Mapping[str, int]

    def activity(self, node: Node) -> Activity:
        """One activity."""
        site = node.get("site")
        return Activity(
            id=_id(node),
            group=node.get("group").index(self.groups, "group"),
            learner=node.get("learner").text_or_none(),
            needs=tuple(one.text() for one in node.get("needs").items()),
            length=node.get("length").whole(1),
            days=tuple(dict.fromkeys(one.day(self.days) for one in node.get("days").items())),
            first=node.get("from").whole(0, self.slots),
            last=node.get("to").whole(0, self.slots),
            site=-1 if site.value is None else site.index(self.sites, "site"),
            series=node.get("series").text_or_none(),
            once_a_day=node.get("once_a_day").label(),
            same_teacher=node.get("same_teacher").label(),
            fixed=self._fixed(node.get("fixed")),
        )

    def _fixed(self, node: Node) -> Fixed | None:
        if node.value is None:
            return None
        day, start = node.get("day").day(self.days), node.get("start").whole(0, self.slots - 1)
        return Fixed(day, start, tuple(one.index(self.teachers, "teacher") for one in node.get("teachers").items()))


def headed(value: object, telling: str) -> Node:
    """A file of the format, with the part that tells a problem from a timetable."""
    top = Node(value, "")
    stated = top.get("format")
    if stated.value != FORMAT:
        stated.unlike(f'it must be "{FORMAT}"')
    if telling not in top.fields():
        top.get(telling).wrong("it is missing; the problem comes first, the timetable second")
    return top


def _day(node: Node) -> Day:
    text = node.get("date").text()
    try:
        good = date.fromisoformat(text).isoformat() == text  # 20260112 is one to Python
    except ValueError:
        good = False
    if not good:
        node.get("date").wrong("a day is needed, such as 2026-01-12")
    return Day(text, node.get("week").whole(-NO_LIMIT))


def _teacher(node: Node, days: int, slots: int) -> Teacher:
    return Teacher(
        _id(node),
        frozenset(one.text() for one in node.get("can").items()),
        tuple(one.span(days, slots) for one in _optional(node.get("busy"))),
        _limit(node.get("max_slots_day")),
        _limit(node.get("max_slots_week")),
    )


def _group(node: Node, days: int, slots: int) -> Group:
    busy = tuple(one.span(days, slots) for one in _optional(node.get("busy")))
    costs = tuple(one.number() for one in _optional(node.get("slot_cost")))
    if costs and len(costs) != slots:
        node.get("slot_cost").wrong(f"one cost for each of the {slots} slots of a day is needed, not {len(costs)}")
    return Group(_id(node), busy, costs or (0,) * slots)


def _limit(node: Node) -> int:
    """Null or missing: there is none."""
    return NO_LIMIT if node.value is None else node.limit()


def _optional(node: Node) -> "Iterator[Node]":
    return iter(()) if node.value is None else node.items()


def _weights(node: Node) -> Mapping[str, int | float]:
    if node.value is None:
        return dict(WEIGHTS)
    return {name: WEIGHTS[name] if node.get(name).value is None else node.get(name).number() for name in WEIGHTS}


def _id(node: Node) -> str:
    return node.get("id").text()


class Named(Protocol):
    """Something with an id."""

    @property
    def id(self) -> str:
        """What others call it."""
        ...


Kind = TypeVar("Kind")


def _each(nodes: Node, read_one: Callable[[Node], Kind]) -> tuple[Kind, ...]:
    """The members of a list, of which no two have one id."""
    found: list[Kind] = []
    ids: set[str] = set()
    for one in nodes.items():
        if (name := _id(one)) in ids:
            one.get("id").wrong(f"the id {shown(name)} stands there twice")
        ids.add(name)
        found.append(read_one(one))
    return tuple(found)


def _places(named: Sequence[Named]) -> dict[str, int]:
    return {one.id: place for place, one in enumerate(named)}
