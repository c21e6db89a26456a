"""A judge that knows nothing of the search: every broken rule of a timetable, by name and place.

Rules are judged as the contract says them, on the rows as they stand. A row that stands twice occupies its teachers
once: that it is there twice is the one thing wrong with it. Spans are compared, never cells, so that no number in a
file makes the judge slow.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from calendars.timetable.overlaps import Held, Stretch, crowded, overlaps
from calendars.timetable.papers import Activity, Figures, Label, Problem, Row, Span, Timetable
from calendars.timetable.recount import misstated, recount

RULES = (
    "placed", "teachers", "teacher_busy", "teacher_clash", "group_busy", "group_clash", "rooms", "one_site",
    "max_slots_day", "max_slots_week", "once_a_day", "same_teacher", "fixed",
)  # fmt: skip
"""The hard rules, in the contract's order, in which they are reported too."""


@dataclass(frozen=True)
class Broken:
    """A rule that does not hold: in what way, for which activities, and where."""

    rule: str
    why: str
    activities: tuple[str, ...]
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """All that the judge found."""

    broken: tuple[Broken, ...]
    cost: Figures
    misstated: dict[str, tuple[int | float, int | float]]
    """What the timetable says of its cost, and what it is, where the two differ."""
    unplaced: tuple[str, ...]
    """Activities of the problem that are not placed, in its order."""
    unplaced_slots: int

    @property
    def good(self) -> bool:
        """Nothing is broken, and nothing is misstated."""
        return not self.broken and not self.misstated


def judge(
    problem: Problem, timetable: Timetable, *, previous: Timetable | None = None, partial: bool = False
) -> Verdict:
    """Every broken rule and the cost by kind; `partial` lets what is named as unplaced be so."""
    known = [row for row in dict.fromkeys(timetable.rows) if row.activity in problem.activities]
    case = _Case(problem, known)
    laws = (
        _placed(problem, timetable, partial), case.teachers(), case.teacher_busy(), case.teacher_clash(),
        case.group_busy(), case.group_clash(), case.rooms(), case.one_site(), case.max_slots_day(),
        case.max_slots_week(), case.once_a_day(), case.same_teacher(), case.fixed(),
    )  # fmt: skip
    broken = tuple(chain.from_iterable(laws))
    there = {row.activity for row in known}
    unplaced = tuple(name for name in problem.activities if name not in there)
    cost = recount(problem, known, previous)
    return Verdict(
        broken=broken,
        cost=cost,
        misstated=misstated(problem, timetable, cost, counted_moves=previous is not None, lawful=not broken),
        unplaced=unplaced,
        unplaced_slots=sum(problem.activities[name].slots for name in unplaced),
    )


def _placed(problem: Problem, timetable: Timetable, partial: bool) -> Iterator[Broken]:
    times = Counter(row.activity for row in timetable.rows)
    left_out = dict.fromkeys(timetable.unplaced)
    for name in dict.fromkeys([*times, *left_out]):
        if name not in problem.activities:
            yield Broken("placed", "unknown", (name,))
    for name in problem.activities:
        if times[name] > 1:
            yield Broken("placed", "twice", (name,), {"times": times[name]})
        if times[name] and name in left_out:
            yield Broken("placed", "both", (name,))
        if not times[name] and name not in left_out:
            yield Broken("placed", "missing", (name,))
        if not times[name] and name in left_out and not partial:
            yield Broken("placed", "unplaced", (name,))
    for row in dict.fromkeys(timetable.rows):
        activity = problem.activities.get(row.activity)
        if activity is None:
            continue
        where = _where(problem, row)
        if row.day not in activity.days:
            yield Broken("placed", "other_day", (row.activity,), where | {"days": sorted(activity.days)})
        if row.start < activity.opens or row.start + activity.length > activity.closes:
            window = {"from": activity.opens, "to": activity.closes, "length": activity.length}
            yield Broken("placed", "outside", (row.activity,), where | window)


def _where(problem: Problem, row: Row) -> dict[str, object]:
    return {"day": row.day, "date": _date(problem, row.day), "start": row.start}


def _date(problem: Problem, day: int) -> str | None:
    return problem.dates[day] if day in range(len(problem.dates)) else None


class _Case:
    """The rows of one timetable, sorted once by who and what they occupy."""

    def __init__(self, problem: Problem, rows: Sequence[Row]) -> None:
        self.problem, self.rows = problem, rows
        self.of_teacher: dict[tuple[str, int], list[Held]] = defaultdict(list)
        self.of_group: dict[tuple[str, int], list[Held]] = defaultdict(list)
        self.of_learner: dict[tuple[str, int], list[Held]] = defaultdict(list)
        self.at_site: dict[tuple[str, int], list[Held]] = defaultdict(list)
        for row in rows:
            if row.day in range(len(problem.dates)):
                self._sort(row, problem.activities[row.activity])

    def _sort(self, row: Row, activity: Activity) -> None:
        held = Held(row, activity)
        for name in self._teachers_of(row):
            self.of_teacher[name, row.day].append(held)
        self.of_group[activity.group, row.day].append(held)
        if activity.learner is not None:
            self.of_learner[activity.learner, row.day].append(held)
        elif activity.site is not None:
            self.at_site[activity.site, row.day].append(held)

    def _teachers_of(self, row: Row) -> list[str]:
        """Each known teacher once."""
        return [name for name in dict.fromkeys(row.teachers) if name in self.problem.teachers]

    def _here(self, day: int, **more: object) -> dict[str, object]:
        return {"day": day, "date": _date(self.problem, day), **more}

    def teachers(self) -> Iterator[Broken]:
        for row in self.rows:
            needs, where = self.problem.activities[row.activity].needs, _where(self.problem, row)
            if len(row.teachers) != len(needs):
                counts = {"needed": len(needs), "given": len(row.teachers)}
                yield Broken("teachers", "number", (row.activity,), where | counts)
            for name in (name for name, times in Counter(row.teachers).items() if times > 1):
                yield Broken("teachers", "same", (row.activity,), where | {"teacher": name})
            for name, need in zip(row.teachers, needs, strict=False):
                teacher = self.problem.teachers.get(name)
                if teacher is None or need not in teacher.can:
                    why = "unknown" if teacher is None else "unable"
                    yield Broken("teachers", why, (row.activity,), where | {"teacher": name, "need": need})

    def teacher_busy(self) -> Iterator[Broken]:
        for name, teacher in self.problem.teachers.items():
            for held, span in self._taken(teacher.busy, name, self.of_teacher):
                where = self._here(held.day, start=held.start, teacher=name, busy=list(span))
                yield Broken("teacher_busy", "busy", (held.activity,), where)

    def group_busy(self) -> Iterator[Broken]:
        for name, group in self.problem.groups.items():
            for held, span in self._taken(group.busy, name, self.of_group):
                where = self._here(held.day, start=held.start, group=name, busy=list(span))
                yield Broken("group_busy", "busy", (held.activity,), where)

    def _taken(
        self, busy: Iterable[Span], name: str, sorted_rows: dict[tuple[str, int], list[Held]]
    ) -> Iterator[tuple[Held, Span]]:
        """What lies in a busy span, with the first such span."""
        by_day: dict[int, list[Span]] = defaultdict(list)
        for span in dict.fromkeys(busy):
            by_day[span[0]].append(span)
        for day in sorted(by_day):
            for held in sorted_rows.get((name, day), ()):
                in_the_way = [span for span in by_day[day] if max(held.start, span[1]) < min(held.end, span[2])]
                if in_the_way:
                    yield held, in_the_way[0]

    def teacher_clash(self) -> Iterator[Broken]:
        for (name, day), rows in sorted(self.of_teacher.items()):
            for earlier, later in overlaps(rows, lambda _: True):
                where = self._here(day, start=later.start, teacher=name)
                yield Broken("teacher_clash", "clash", (earlier.activity, later.activity), where)

    def group_clash(self) -> Iterator[Broken]:
        """The whole group against everything of the group; one learner against all that is hers, in any group."""
        for (name, day), rows in sorted(self.of_group.items()):
            for earlier, later in overlaps(rows, lambda held: held.learner is None):
                learner = earlier.learner if earlier.learner is not None else later.learner
                where = self._here(day, start=later.start, group=name, **_named(learner=learner))
                yield Broken("group_clash", "group", (earlier.activity, later.activity), where)
        for (name, day), rows in sorted(self.of_learner.items()):
            for earlier, later in overlaps(rows, lambda _: True):
                where = self._here(day, start=later.start, group=later.group, learner=name)
                yield Broken("group_clash", "learner", (earlier.activity, later.activity), where)

    def rooms(self) -> Iterator[Broken]:
        for (site, day), rows in sorted(self.at_site.items()):
            there = self.problem.rooms[site]
            for stretch in crowded(rows, there):
                yield Broken("rooms", "too_few", stretch.activities, self._crowd(site, day, there, stretch))

    def _crowd(self, site: str, day: int, rooms: int, stretch: Stretch) -> dict[str, object]:
        return self._here(day, start=stretch.start, end=stretch.end, site=site, rooms=rooms, wanted=stretch.most)

    def one_site(self) -> Iterator[Broken]:
        for (name, day), rows in sorted(self.of_teacher.items()):
            at = [held for held in sorted(rows, key=lambda held: held.start) if held.site is not None]
            sites = list(dict.fromkeys(held.site for held in at))
            if len(sites) > 1:
                where = self._here(day, start=at[0].start, teacher=name, sites=sites)
                yield Broken("one_site", "several", _names(at), where)

    def max_slots_day(self) -> Iterator[Broken]:
        for (name, day), rows in sorted(self.of_teacher.items()):
            most, slots = self.problem.teachers[name].most_a_day, _load(rows)
            if slots > most:
                where = self._here(day, teacher=name, slots=slots, most=most)
                yield Broken("max_slots_day", "too_many", _names(rows), where)

    def max_slots_week(self) -> Iterator[Broken]:
        weekly: dict[tuple[str, int], list[Held]] = defaultdict(list)
        for (name, day), rows in sorted(self.of_teacher.items()):
            weekly[name, self.problem.weeks[day]] += rows
        for (name, week), rows in sorted(weekly.items()):
            most, slots = self.problem.teachers[name].most_a_week, _load(rows)
            if slots > most:
                facts = {"week": week, "teacher": name, "slots": slots, "most": most}
                yield Broken("max_slots_week", "too_many", _names(rows), facts)

    def once_a_day(self) -> Iterator[Broken]:
        together: dict[tuple[Label, int], list[Row]] = defaultdict(list)
        for row in self.rows:
            value = self.problem.activities[row.activity].once_a_day
            if value is not None:
                together[value, row.day].append(row)
        for (value, day), rows in together.items():
            rows.sort(key=lambda row: row.start)
            names = tuple(dict.fromkeys(row.activity for row in rows))
            if len(names) > 1:
                where = self._here(day, start=rows[1].start, value=value)
                yield Broken("once_a_day", "several", names, where)

    def same_teacher(self) -> Iterator[Broken]:
        together: dict[Label, list[Row]] = defaultdict(list)
        for row in self.rows:
            value = self.problem.activities[row.activity].same_teacher
            if value is not None:
                together[value].append(row)
        for value, rows in together.items():
            sets = Counter(frozenset(row.teachers) for row in rows)
            usual = sets.most_common(1)[0][0]
            others = [row for row in rows if frozenset(row.teachers) != usual]
            if others:
                facts = _where(self.problem, others[0]) | {"value": value, "usual": sorted(usual)}
                names = tuple(dict.fromkeys(row.activity for row in others))
                yield Broken("same_teacher", "differ", names, facts | {"teachers": list(others[0].teachers)})

    def fixed(self) -> Iterator[Broken]:
        for row in self.rows:
            wanted = self.problem.activities[row.activity].fixed
            if wanted is not None and row != wanted:
                asked = {"day": wanted.day, "start": wanted.start, "teachers": list(wanted.teachers)}
                facts = {"teachers": list(row.teachers), "fixed": asked}
                yield Broken("fixed", "elsewhere", (row.activity,), _where(self.problem, row) | facts)


def _named(**facts: object) -> dict[str, object]:
    return {name: fact for name, fact in facts.items() if fact is not None}


def _load(rows: Iterable[Held]) -> int:
    """Slots taught; a row that stands there twice is taught once."""
    return sum(length for _, _, _, length in {(one.activity, one.day, one.start, one.length) for one in rows})


def _names(rows: Iterable[Held]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(held.activity for held in rows))
