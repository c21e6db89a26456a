"""What may not move in a timetable: fixed where it keeps every rule, else hours that are taken."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from calendars.scheduling.slots import Grid, Slots
from calendars.scheduling.wanted import Wanted

Busy = Mapping[str, Sequence[Slots]]


@dataclass(slots=True)
class Settled:
    """The outcome: what is fixed and with whom, who is taken when, and what each lesson asks of whom."""

    busy: dict[str, list[Slots]]
    group_busy: dict[str, list[Slots]]
    eating: dict[str, list[Slots]]
    """The pauses of each group that no lesson takes."""
    fixed: dict[str, tuple[Slots, tuple[str, ...]]] = field(default_factory=dict)
    held: dict[str, tuple[Slots, tuple[str, ...]]] = field(default_factory=dict)
    """Lessons that are held with those who lead them, whoever is found beside them: their hours are the group's."""
    needs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    teachers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The leaders of a lesson that stands, in the order of its needs."""
    left_out: tuple[str, ...] = ()


class Settling:
    """Goes through what stays, in the order of time, and keeps count of every rule."""

    def __init__(self, grid: Grid, rooms: Mapping[str, int | None], can: Mapping[str, frozenset[str]]) -> None:
        self._grid = grid
        self._rooms = rooms
        self._can = can
        self._taken: dict[tuple[str, int], set[int]] = defaultdict(set)
        self._talks: dict[tuple[str, int], set[int]] = defaultdict(set)
        """Of each group the hours in which one of its learners has a talk: only for lessons these are taken."""
        self._once: set[tuple[str, str, int]] = set()
        self._load: Counter[tuple[str, str, int]] = Counter()
        self._site: dict[tuple[str, int], str] = {}
        self._in_rooms: Counter[tuple[str, int, int]] = Counter()

    def settle(
        self, wanted: Sequence[Wanted], busy: Busy, group_busy: Busy, eating: Busy,
        most: Mapping[str, tuple[int, int]],
    ) -> Settled:  # fmt: skip
        """Decide about everything that stays; what is free to move only gets its needs said."""
        found = Settled(
            busy={who: list(of) for who, of in busy.items()},
            group_busy={group: list(of) for group, of in group_busy.items()},
            eating={group: list(of) for group, of in eating.items()},
        )
        left_out: list[str] = []
        for one in sorted(wanted, key=lambda one: (one.windows[0][1], one.id)):
            needs, teachers = matched(one, self._can)
            found.needs[one.id], found.teachers[one.id] = needs, teachers
            if one.stays == "":
                continue
            assert one.standing is not None
            slots = self._grid.exactly(one.standing.starts, one.standing.ends)
            if slots is not None:
                self._make_room(found, one, slots)
            short = slots is not None and one.stays == "time"
            if slots is not None and self._keeps_every_rule(one, slots, teachers, found, most):
                (found.held if short else found.fixed)[one.id] = slots, teachers
                self._take(one, slots, teachers)
                continue
            if not short:
                left_out.append(one.id)
            self._give_up(found, one)
        found.left_out = tuple(left_out)
        standing = found.fixed | found.held
        for one in wanted:
            if one.id in standing:  # an hour is taken once: what is fixed there needs no further ban
                slots, teachers = standing[one.id]
                found.group_busy[one.group] = subtracted(found.group_busy[one.group], [slots])
                for who in teachers:
                    found.busy[who] = subtracted(found.busy[who], [slots])
        return found

    def _make_room(self, found: Settled, one: Wanted, slots: Slots) -> None:
        """The group has its lesson then, whatever it was meant to do: to eat, or nothing."""
        if one.learner is None and one.group in found.group_busy:
            found.group_busy[one.group] = subtracted(found.group_busy[one.group], [slots])
            found.eating[one.group] = subtracted(found.eating[one.group], [slots])

    def _keeps_every_rule(
        self, one: Wanted, slots: Slots, teachers: tuple[str, ...], found: Settled, most: Mapping[str, tuple[int, int]]
    ) -> bool:
        day, low, high = slots
        span, week = set(range(low, high)), self._grid.weeks[slots[0]]
        if (not teachers and one.stays != "time") or self._occupied(one, day) & span:
            return False
        if one.learner is not None and (one.learner, one.kind, day) in self._once:
            return False
        for who in teachers:
            busy = any(on == day and a < high and low < b for on, a, b in found.busy.get(who, ()))
            if who not in most or busy or self._taken[who, day] & span:
                return False
            if self._load[who, "day", day] + len(span) > most[who][0]:
                return False
            if self._load[who, "week", week] + len(span) > most[who][1]:
                return False
            if one.site is not None and self._site.get((who, day), one.site) != one.site:
                return False
        rooms = self._rooms.get(one.site) if one.site is not None and one.learner is None else None
        return rooms is None or all(self._in_rooms[one.site or "", day, slot] < rooms for slot in span)

    def _occupied(self, one: Wanted, day: int) -> set[int]:
        """When the group, or the learner of a talk, has something else on a day."""
        if one.learner is None:
            return self._taken[one.group, day] | self._talks[one.group, day]
        return self._taken[one.group, day] | self._taken[one.learner, day]

    def _take(self, one: Wanted, slots: Slots, teachers: tuple[str, ...]) -> None:
        day, low, high = slots
        span, week = range(low, high), self._grid.weeks[slots[0]]
        self._taken[one.learner or one.group, day] |= set(span)
        if one.learner is not None:
            self._talks[one.group, day] |= set(span)
            self._once.add((one.learner, one.kind, day))
        for who in teachers:
            self._taken[who, day] |= set(span)
            self._load[who, "day", day] += len(span)
            self._load[who, "week", week] += len(span)
            if one.site is not None:
                self._site[who, day] = one.site
        if one.site is not None and one.learner is None:
            self._in_rooms.update((one.site, day, slot) for slot in span)

    def _give_up(self, found: Settled, one: Wanted) -> None:
        """It is held all the same: its hours are taken for whoever is in it."""
        assert one.standing is not None
        hours = self._grid.touched(one.standing.starts, one.standing.ends)
        for who in one.standing.leaders:
            if who in found.busy:
                found.busy[who] = united([*found.busy[who], *hours])
        if one.group in found.group_busy:
            found.group_busy[one.group] = united([*found.group_busy[one.group], *hours])


def matched(one: Wanted, can: Mapping[str, frozenset[str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a lesson asks, and of whom it asks it now, in one order.

    Who leads it although the list of abilities does not say that she can, is asked for by her own name. A lesson whose
    hours are settled keeps the leaders that it has.
    """
    leaders = one.standing.leaders if one.standing else ()
    asked, order = list(one.needs), list[str]()
    chosen: list[str] = []
    for need in one.needs:
        able = next((who for who in leaders if who not in order and need in can.get(who, ())), None)
        if able is not None:
            order.append(able)
            chosen.append(f"as:{able}" if one.stays == "time" else need)
            asked.remove(need)
    for who in leaders:
        if who not in order:
            order.append(who)
            chosen.append(f"as:{who}" if one.stays else asked[0] if asked else f"as:{who}")
            asked = asked[1:]
    return (*chosen, *(() if one.stays == "whole" else asked)), tuple(order)


def subtracted(whole: Iterable[Slots], taken: Iterable[Slots]) -> list[Slots]:
    """The slots of `whole` less those of `taken`, day by day."""
    left: list[Slots] = []
    gone = sorted(taken)
    for day, low, high in sorted(whole):
        at = low
        for on, a, b in gone:
            if on == day and at < high and a < high and b > at:
                if a > at:
                    left.append((day, at, a))
                at = max(at, b)
        if at < high:
            left.append((day, at, high))
    return left


def united(slots: Iterable[Slots]) -> list[Slots]:
    found: list[Slots] = []
    for day, low, high in sorted(slots):
        if found and found[-1][0] == day and low <= found[-1][2]:
            found[-1] = (day, found[-1][1], max(found[-1][2], high))
        else:
            found.append((day, low, high))
    return found
