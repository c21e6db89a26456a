"""What a timetable of these activities costs at least: a proven bound below the best one that there can be.

Each group is looked at as if all teachers were its own: the cheapest slots without gaps for its lessons, against the
price of one teacher more in a series. What two groups take from each other is not seen. The costs of different groups
and series add up, since none is counted twice.
"""

from collections.abc import Callable, Iterable, Sequence
from math import ceil, inf

from calendars.timetable.bound_days import Days
from calendars.timetable.bound_joint import Priced, Rival, least, together
from calendars.timetable.bound_places import EVERYBODY, Kind, Places, kinds_of
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
        self.days = Days(problem, self.places, self.series)

    def reckon(self) -> int | float | None:
        """The bound."""
        teachers = {name: options(kinds, self.places, self.work) for name, kinds in self.series.items()}
        if not all(teachers.values()):
            return None
        by_group: dict[int, dict[str, list[Option]]] = {group: {} for group in self.parts}
        away: list[Rival] = []
        for name, mine in teachers.items():
            home = self._home(name)
            if home in by_group:
                by_group[home][name] = mine
            else:
                away.append(Rival(name, tuple(self._priced(one, self.price * one.extra) for one in mine)))
        weekly = {group: self._weekly(parts) for group, parts in self.parts.items()}
        total, home_rivals = 0.0, []
        groups_left = len(weekly)
        for group, cost in sorted(weekly.items()):
            rival = self._rival(group, cost, by_group[group], self.work.left // (2 * max(1, groups_left)))
            groups_left -= 1
            home_rivals.append(rival)
        total = self._together(away) + self._together(home_rivals)
        return None if total == inf else self._rounded(total)

    def _together(self, rivals: Sequence[Rival]) -> float:
        """What they cost at least, circle by circle."""
        circles, total = together(rivals, self.days), 0.0
        for number, circle in enumerate(circles):
            share = self.work.left // (len(circles) - number)
            total += least(circle, self.days, self.work.part(share)) if share > 0 else sum(one.least for one in circle)
        return total

    def _rival(self, group: int, cost: float, teachers: dict[str, list[Option]], share: int) -> Rival:
        """What a group costs with each choice of teachers for that series of it that has the most set days."""
        name = max(teachers, key=lambda one: (len(self.days.of(one)), one), default="")
        mine = teachers.get(name, [])
        at_least = cost + self.price * sum(min(one.extra for one in those) for those in teachers.values())
        base = Priced(EVERYBODY, self._with_teachers(group, cost, at_least, teachers, share // 2))
        if not self.price or not self.days.of(name) or base.cost == inf:
            return Rival(name, (base,))
        beyond = self.price * min(one.extra for one in mine)
        priced = []
        for option in mine:
            floor = max(base.cost, at_least + self.price * option.extra - beyond)
            only = self._with_teachers(group, cost, floor, teachers | {name: [option]}, share // (2 * len(mine)))
            priced.append(self._priced(option, only))
        return Rival(name, tuple(priced))

    def _priced(self, option: Option, cost: float) -> Priced:
        finer = (self._priced(one, cost + self.price * (one.extra - option.extra)) for one in option.finer)
        return Priced(option.among, cost, tuple(finer))

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

    def _with_teachers(
        self, group: int, cost: float, at_least: float, teachers: dict[str, list[Option]], share: int
    ) -> float:
        """Slots and gaps with everybody at hand, and fewer teachers than that where the work allows to weigh them."""
        if not self.price or share <= 0 or cost == inf or self.work.left <= 0:
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
