"""What a timetable of these activities costs at least: a proven bound below the best one that there can be.

Each group is looked at as if all teachers were its own: the cheapest slots without gaps for its lessons, against the
price of one teacher more in a series. What two groups take from each other is not seen. The costs of different groups
and series add up, since none is counted twice.
"""

from collections.abc import Callable, Iterable, Sequence
from math import ceil, inf

from calendars.timetable.bound_places import Kind, Places, kinds_of
from calendars.timetable.bound_teachers import Choice, Option, by_series, options
from calendars.timetable.bound_weeks import Exhausted, Stretch, Weeks, Work, stretches
from calendars.timetable.budget import never
from calendars.timetable.problem import Problem

WORK = 3_000_000
"""Units of work, about a microsecond each: what is not done by then is bounded by less."""
MOST_A_STRETCH = 100_000
SAFETY = 1e-9
"""Weights with decimals are added up in floating point; the bound stays this much below."""


def lower_bound(
    problem: Problem, placed: Iterable[int], work: int = WORK, stop: Callable[[], bool] = never
) -> int | float | None:
    """A bound of `total` for every timetable that places just these activities; None where there can be no such one.

    With less work, or when stopped, it is lower.
    """
    kinds = kinds_of(problem, placed)
    return _Bound(problem, kinds, Work(work, stop)).reckon()


class _Bound:
    """One reckoning."""

    def __init__(self, problem: Problem, kinds: list[Kind], work: Work) -> None:
        self.problem, self.work = problem, work
        self.places = Places(problem, kinds)
        self.weeks = Weeks(problem, self.places, MOST_A_STRETCH)
        self.price = problem.weights["teacher_change"]
        self.parts: dict[int, list[Stretch]] = {}
        for part in stretches(kinds):
            self.parts.setdefault(part.group, []).append(part)
        self.series = by_series(kinds)

    def reckon(self) -> int | float | None:
        """The bound."""
        teachers = {name: options(kinds, self.places, self.work) for name, kinds in self.series.items()}
        if not all(teachers.values()):
            return None
        weekly = {group: self._weekly(parts) for group, parts in self.parts.items()}
        by_group: dict[int, dict[str, list[Option]]] = {group: {} for group in self.parts}
        total = 0.0
        for name, mine in teachers.items():
            home = self._home(name)
            if home in by_group:
                by_group[home][name] = mine
            else:
                total += self.price * min(option.extra for option in mine)
        groups_left = len(weekly)
        for group, cost in sorted(weekly.items()):
            total += self._with_teachers(group, cost, by_group[group], self.work.left // max(1, groups_left))
            groups_left -= 1
        return None if total == inf else self._rounded(total)

    def _home(self, name: str) -> int:
        """The one group of a series with lessons without a site; -1 if there is none such."""
        groups = {kind.group for kind in self.series[name]}
        return groups.pop() if len(groups) == 1 and any(kind.online for kind in self.series[name]) else -1

    def _weekly(self, parts: Sequence[Stretch]) -> float:
        total = 0.0
        for part in parts:
            try:
                total += self.weeks.cost(part, {}, self.work)
            except Exhausted:
                total += self.weeks.at_least(part)
        return total

    def _with_teachers(self, group: int, cost: float, teachers: dict[str, list[Option]], share: int) -> float:
        """Slots and gaps with everybody at hand, and fewer teachers than that where the work allows to weigh them."""
        at_least = cost + self.price * sum(min(one.extra for one in mine) for mine in teachers.values())
        if not self.price or share <= 0 or cost == inf:
            return at_least
        try:
            choice = Choice(self.parts[group], self.weeks, self.price, teachers)
            return max(at_least, choice.least(self.work.part(share)))
        except Exhausted:
            return at_least

    def _rounded(self, total: float) -> int | float:
        costs = [*self.problem.weights.values(), *(cost for group in self.problem.groups for cost in group.slot_cost)]
        if all(isinstance(cost, int) for cost in costs):
            return ceil(total)
        return total * (1 - SAFETY)
