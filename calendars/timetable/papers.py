"""The papers before the judge: a problem and a timetable as the contract writes them, read plainly.

The solver reads for itself. Whatever makes a rule impossible to judge is refused with its place; whatever merely makes
a timetable impossible (nobody able, no day, a window that is too short) is a problem like any other. A limit that is
not there binds nobody, a cost or time away that is not there is none, and a weight that is not there is the contract's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from calendars.timetable.json_reading import LARGEST, Step, Unreadable

FORMAT = "oppitupa-timetable-1"
KINDS = ("slot", "teacher_change", "gap", "moved")
"""The soft costs, in the contract's order."""
USUAL: dict[str, int | float] = {"slot": 1, "teacher_change": 10, "gap": 2, "moved": 5}
"""What one of each costs unless the problem says otherwise."""

LONGEST_DAY = 1440
MOST_SLOTS = 60_000_000
"""Beyond these nobody could look at the findings; no search takes more either."""
Span = tuple[int, int, int]
"""A day, its first slot, and the slot after its last."""
Label = str | int
Figures = dict[str, int | float]


@dataclass(frozen=True, slots=True)
class Teacher:
    """What she can do, when she cannot, and how much she may."""

    id: str
    can: frozenset[str]
    busy: tuple[Span, ...]
    most_a_day: int
    most_a_week: int


@dataclass(frozen=True, slots=True)
class Group:
    """When its learners cannot, and how little they like each slot."""

    id: str
    busy: tuple[Span, ...]
    slot_cost: tuple[int | float, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One activity placed."""

    activity: str
    day: int
    start: int
    teachers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing to be placed, and what is asked of its place."""

    id: str
    group: str
    learner: str | None
    needs: tuple[str, ...]
    length: int
    days: frozenset[int]
    opens: int
    closes: int
    site: str | None
    series: str | None
    once_a_day: Label | None
    same_teacher: Label | None
    fixed: Row | None

    @property
    def slots(self) -> int:
        """What is lost when it is not placed."""
        return self.length * len(self.needs)


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything that a timetable is judged by."""

    slots: int
    dates: tuple[str, ...]
    weeks: tuple[int, ...]
    rooms: dict[str, int]
    teachers: dict[str, Teacher]
    groups: dict[str, Group]
    activities: dict[str, Activity]
    weights: Figures


@dataclass(frozen=True, slots=True)
class Timetable:
    """What somebody answers to a problem, and what she says that it costs."""

    rows: tuple[Row, ...]
    unplaced: tuple[str, ...]
    cost: Figures
    bound: int | float | None


def read_problem(value: Any) -> Problem:
    """A problem, or Unreadable."""
    top = _headed(value, "days")
    slots = top.at("slots_per_day").whole(1, LONGEST_DAY)
    days = [(_date(one.at("date")), one.at("week").whole()) for one in top.at("days").each()]
    spans = Spans(len(days), slots)
    rooms = _by_id(top.at("sites"), lambda one, _: one.at("rooms").limit())
    teachers = _by_id(top.at("teachers"), lambda one, name: _teacher(one, name, spans))
    groups = _by_id(top.at("groups"), lambda one, name: _group(one, name, spans))
    if (len(teachers) + len(groups) + len(rooms)) * len(days) * slots > MOST_SLOTS:
        raise Unreadable("too_large", most=MOST_SLOTS)

    def activity(one: Step, name: str) -> Activity:
        known: dict[str, dict[str, Any]] = {"group": groups, "site": rooms, "teacher": teachers}
        return _activity(one, name, spans, known)

    return Problem(
        slots=slots,
        dates=tuple(day for day, _ in days),
        weeks=tuple(week for _, week in days),
        rooms=rooms,
        teachers=teachers,
        groups=groups,
        activities=_by_id(top.at("activities"), activity),
        weights=_weights(top),
    )


def read_timetable(value: Any) -> Timetable:
    """A timetable, or Unreadable: `placed` must be there, the other parts need not."""
    top = _headed(value, "placed")
    stated: Figures = {}
    if top.has("cost"):
        cost = top.at("cost")
        stated = {kind: cost.at(kind).number() for kind in (*KINDS, "total") if cost.has(kind)}
        if not isinstance(cost.value, dict):
            cost.refuse("not_an_object")
    return Timetable(
        rows=tuple(_row(one, one.at("activity").text()) for one in top.at("placed").each()),
        unplaced=tuple(one.at("activity").text() for one in top.at("unplaced").each()) if top.has("unplaced") else (),
        cost=stated,
        bound=top.at("bound").number() if top.has("bound") else None,
    )


def read_previous(value: Any) -> Timetable:
    """An earlier timetable, or Unreadable: what stands in it twice cannot have moved from anywhere."""
    timetable = read_timetable(value)
    seen: set[str] = set()
    for number, row in enumerate(timetable.rows):
        if row.activity in seen:
            raise Unreadable("placed_twice", f"placed[{number}].activity", given=row.activity)
        seen.add(row.activity)
    return timetable


@dataclass(frozen=True, slots=True)
class Spans:
    """How many days there are, and how many slots in each: no span may reach beyond."""

    days: int
    slots: int

    def day(self, step: Step) -> int:
        """The number of a day of the problem."""
        if (number := step.whole()) not in range(self.days):
            step.refuse("no_such_day", given=number, days=self.days)
        return number

    def window(self, first: Step, after: Step) -> tuple[int, int]:
        """A first slot and the one after the last."""
        begins, ends = first.whole(0, self.slots), after.whole(0, self.slots)
        if begins > ends:
            after.refuse("backwards", first=begins, after=ends)
        return begins, ends

    def read(self, step: Step) -> tuple[Span, ...]:
        """Each `[day, from, to]` of a list."""
        found = []
        for one in step.each():
            parts = list(one.each())
            if len(parts) != 3:
                one.refuse("not_three")
            found.append((self.day(parts[0]), *self.window(parts[1], parts[2])))
        return tuple(found)


def _headed(value: Any, telling: str) -> Step:
    top = Step(value)
    stated = top.at("format")
    if stated.value != FORMAT:
        stated.refuse("other_format", format=FORMAT)
    if telling not in top.value:
        raise Unreadable("other_paper", telling)
    return top


def _weights(top: Step) -> Figures:
    if not top.has("weights"):
        return dict(USUAL)
    own = top.at("weights")
    if not isinstance(own.value, dict):
        own.refuse("not_an_object")
    return {kind: own.at(kind).number() if own.has(kind) else usual for kind, usual in USUAL.items()}


def _date(step: Step) -> str:
    text = step.text()
    try:
        good = date.fromisoformat(text).isoformat() == text
    except ValueError:
        good = False
    return text if good else step.refuse("not_a_date")


T = TypeVar("T")


def _by_id(steps: Step, read: Callable[[Step, str], T]) -> dict[str, T]:
    found: dict[str, T] = {}
    for one in steps.each():
        name = one.at("id").text()
        if name in found:
            one.at("id").refuse("id_twice", given=name)
        found[name] = read(one, name)
    return found


def _teacher(one: Step, name: str, spans: Spans) -> Teacher:
    can, busy = frozenset(one.at("can").texts()), _busy(one, spans)
    most_a_day, most_a_week = (
        one.at(limit).limit() if one.has(limit) else LARGEST for limit in ("max_slots_day", "max_slots_week")
    )
    return Teacher(name, can, busy, most_a_day, most_a_week)


def _busy(one: Step, spans: Spans) -> tuple[Span, ...]:
    return spans.read(one.at("busy")) if one.has("busy") else ()


def _group(one: Step, name: str, spans: Spans) -> Group:
    busy = _busy(one, spans)
    slot_cost = tuple(cost.number() for cost in one.at("slot_cost").each()) if one.has("slot_cost") else ()
    if slot_cost and len(slot_cost) != spans.slots:
        one.at("slot_cost").refuse("not_one_a_slot", slots=spans.slots, given=len(slot_cost))
    return Group(name, busy, slot_cost)


def _activity(one: Step, name: str, spans: Spans, known: dict[str, dict[str, Any]]) -> Activity:
    return Activity(
        id=name,
        group=_known(one.at("group"), known["group"], "group"),
        learner=one.at("learner").text() if one.has("learner") else None,
        needs=one.at("needs").texts(),
        length=one.at("length").whole(1),
        days=frozenset(spans.day(day) for day in one.at("days").each()),
        opens=one.at("from").whole(0, spans.slots),
        closes=one.at("to").whole(0, spans.slots),
        site=_known(one.at("site"), known["site"], "site") if one.has("site") else None,
        series=one.at("series").text() if one.has("series") else None,
        once_a_day=_label(one, "once_a_day"),
        same_teacher=_label(one, "same_teacher"),
        fixed=_fixed(one.at("fixed"), name, spans, known["teacher"]) if one.has("fixed") else None,
    )


def _label(one: Step, name: str) -> Label | None:
    """A value that several activities may share: an id or a number."""
    if not one.has(name):
        return None
    step = one.at(name)
    return step.whole() if isinstance(step.value, int) else step.text()


def _fixed(one: Step, activity: str, spans: Spans, teachers: Iterable[str]) -> Row:
    day, start = spans.day(one.at("day")), one.at("start").whole(0, spans.slots - 1)
    names = tuple(_known(step, teachers, "teacher") for step in one.at("teachers").each())
    return Row(activity, day, start, names)


def _row(one: Step, activity: str) -> Row:
    return Row(activity, one.at("day").whole(), one.at("start").whole(), one.at("teachers").texts())


def _known(step: Step, known: Iterable[str], what: str) -> str:
    name = step.text()
    return name if name in known else step.refuse("unknown", what=what, given=name)
