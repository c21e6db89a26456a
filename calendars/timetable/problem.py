"""A timetable problem as the contract writes it, read with care: what cannot be used is refused with its place."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

FORMAT = "oppitupa-timetable-1"
WEIGHTS: Mapping[str, int | float] = {"slot": 1, "teacher_change": 10, "gap": 2, "moved": 5}
"""The soft costs and what one of each costs where the problem does not say."""
NO_LIMIT = 1_000_000_000
LONGEST_DAY = 1440
LARGEST = 60_000_000
"""The search keeps a place for each slot of each day of each teacher, group and site: at most so many."""


class Unusable(Exception):
    """The input cannot be used; the text is one sentence for whoever wrote it."""


Label = str | int
"""What activities share that belong together."""


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


class Node:
    """A JSON value and where it stands, so that each refusal can name its place."""

    __slots__ = ("value", "where")

    def __init__(self, value: object, where: str) -> None:
        self.value = value
        self.where = where

    def wrong(self, said: str) -> NoReturn:
        """Refuse it."""
        raise Unusable(f"{self.where or 'The file'} {said}.")

    def fields(self) -> dict[str, object]:
        """The fields of an object."""
        if not isinstance(self.value, dict):
            self.wrong("must be a JSON object")
        return self.value

    def get(self, name: str) -> "Node":
        """A field that may be missing: then its value is null."""
        return Node(self.fields().get(name), f"{self.where}.{name}" if self.where else name)

    def items(self) -> "Iterator[Node]":
        """The members of a list."""
        if not isinstance(self.value, list):
            self.wrong("is missing" if self.value is None else "must be a list")
        return (Node(value, f"{self.where}[{place}]") for place, value in enumerate(self.value))

    def text(self) -> str:
        """A text."""
        if not isinstance(self.value, str):
            self.wrong("is missing" if self.value is None else "must be text in quotes")
        return self.value

    def text_or_none(self) -> str | None:
        """A text or null."""
        return None if self.value is None else self.text()

    def label(self) -> Label | None:
        """A text, a whole number or null."""
        return self.value if type(self.value) is int else self.text_or_none()

    def whole(self, least: int, most: int | None = None) -> int:
        """A whole number between two limits."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            self.wrong("is missing" if self.value is None else "must be a whole number")
        if self.value < least or (most is not None and self.value > most):
            self.wrong(f"must be {f'at least {least}' if most is None else f'between {least} and {most}'}")
        return self.value

    def number(self) -> int | float:
        """A number that costs can be made of."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.wrong("is missing" if self.value is None else "must be a number")
        if not 0 <= self.value <= NO_LIMIT or not math.isfinite(self.value):
            self.wrong(f"must be between 0 and {NO_LIMIT}")
        return self.value

    def limit(self) -> int:
        """A most; null or missing: there is none."""
        return NO_LIMIT if self.value is None else min(self.whole(0), NO_LIMIT)

    def index(self, known: Mapping[str, int], what: str) -> int:
        """The place of what an id names."""
        name = self.text()
        if name not in known:
            self.wrong(f"names the {what} {_shown(name)}, which the problem does not have")
        return known[name]

    def span(self, days: int, slots: int) -> tuple[int, int, int]:
        """A time away: [day, from, to]."""
        parts = list(self.items())
        if len(parts) != 3:
            self.wrong("must be [day, from, to]")
        day = parts[0].whole(0, days - 1) if days else self.wrong("names a day, and there are none")
        first, last = parts[1].whole(0, slots), parts[2].whole(0, slots)
        if first > last:
            self.wrong("ends before it begins")
        return day, first, last


def parse(raw: bytes | str) -> object:
    """The JSON value in a file: RFC 8259, no name twice in one object, no NaN."""
    try:
        text = raw.decode("utf-8") if isinstance(raw, bytes) else raw
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_once)
    except UnicodeDecodeError:
        raise Unusable("The file is not UTF-8 text.") from None
    except json.JSONDecodeError as wrong:
        raise Unusable(f"The file is not JSON: {wrong.msg} in line {wrong.lineno}, column {wrong.colno}.") from None
    except RecursionError:
        raise Unusable("The file is not usable: its brackets stand too deep inside each other.") from None
    except ValueError as wrong:  # a number of more than 4,300 digits
        raise Unusable(f"The file is not usable: {str(wrong).partition(';')[0]}.") from None


def read(value: object) -> Problem:
    """The problem in a JSON value."""
    top = Node(value, "")
    if top.get("format").value != FORMAT:
        top.get("format").wrong(f'must be "{FORMAT}"')
    slots = top.get("slots_per_day").whole(1, LONGEST_DAY)
    days = tuple(_day(one) for one in top.get("days").items())
    sites = tuple(Site(_id(one), one.get("rooms").whole(0)) for one in top.get("sites").items())
    teachers = tuple(_teacher(one, len(days), slots) for one in top.get("teachers").items())
    groups = tuple(_group(one, len(days), slots) for one in top.get("groups").items())
    known = Known(
        len(days),
        slots,
        _places("sites", [one.id for one in sites]),
        _places("teachers", [one.id for one in teachers]),
        _places("groups", [one.id for one in groups]),
    )
    if (len(teachers) + len(groups) + len(sites)) * len(days) * slots > LARGEST:
        raise Unusable(f"The problem is too large: teachers, groups and sites have more than {LARGEST} slots.")
    activities = tuple(known.activity(one) for one in top.get("activities").items())
    _places("activities", [one.id for one in activities])
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
            length=node.get("length").whole(1, NO_LIMIT),
            days=tuple(dict.fromkeys(self._day(one) for one in node.get("days").items())),
            first=node.get("from").whole(0, self.slots),
            last=node.get("to").whole(0, self.slots),
            site=-1 if site.value is None else site.index(self.sites, "site"),
            series=node.get("series").text_or_none(),
            once_a_day=node.get("once_a_day").label(),
            same_teacher=node.get("same_teacher").label(),
            fixed=self._fixed(node.get("fixed")),
        )

    def _day(self, node: Node) -> int:
        if isinstance(node.value, int) and not isinstance(node.value, bool) and not 0 <= node.value < self.days:
            node.wrong(f"names day {node.value if abs(node.value) < NO_LIMIT else 'beyond all'}, of {self.days} days")
        return node.whole(0, self.days - 1)

    def _fixed(self, node: Node) -> Fixed | None:
        if node.value is None:
            return None
        teachers = tuple(one.index(self.teachers, "teacher") for one in node.get("teachers").items())
        return Fixed(self._day(node.get("day")), node.get("start").whole(0, self.slots - 1), teachers)


def _day(node: Node) -> Day:
    text = node.get("date").text()
    try:
        date.fromisoformat(text)
    except ValueError:
        node.get("date").wrong("must be a day such as 2026-01-12")
    return Day(text, node.get("week").whole(-NO_LIMIT, NO_LIMIT))


def _teacher(node: Node, days: int, slots: int) -> Teacher:
    return Teacher(
        _id(node),
        frozenset(one.text() for one in node.get("can").items()),
        tuple(one.span(days, slots) for one in _optional(node.get("busy"))),
        node.get("max_slots_day").limit(),
        node.get("max_slots_week").limit(),
    )


def _group(node: Node, days: int, slots: int) -> Group:
    costs = tuple(one.number() for one in _optional(node.get("slot_cost")))
    if costs and len(costs) != slots:
        node.get("slot_cost").wrong(f"must have {slots} numbers, one for each slot of a day")
    return Group(_id(node), tuple(one.span(days, slots) for one in _optional(node.get("busy"))), costs or (0,) * slots)


def _optional(node: Node) -> "Iterator[Node]":
    return iter(()) if node.value is None else node.items()


def _weights(node: Node) -> Mapping[str, int | float]:
    if node.value is None:
        return dict(WEIGHTS)
    return {name: WEIGHTS[name] if node.get(name).value is None else node.get(name).number() for name in WEIGHTS}


def _id(node: Node) -> str:
    return node.get("id").text()


def _places(where: str, ids: list[str]) -> dict[str, int]:
    places = {name: place for place, name in enumerate(ids)}
    if len(places) < len(ids):
        twice = next(name for place, name in enumerate(ids) if places[name] != place)
        raise Unusable(f"{where} has the id {_shown(twice)} twice.")
    return places


def _shown(name: str) -> str:
    """An id from a file must not steer the terminal, nor flood it."""
    short = name if len(name) <= 60 else name[:59] + "…"
    return short if short.isprintable() else ascii(short)[1:-1]


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError(f"the name {_shown(_twice([name for name, _ in pairs]))} stands twice in one object")
    return made


def _twice(names: list[str]) -> str:
    return next(name for place, name in enumerate(names) if name in names[:place])
