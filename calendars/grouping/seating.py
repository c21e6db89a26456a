"""How few groups a field needs, and a first seating of it: even sizes, no strangers together, the fixed in place.

Only learners with strangers, and the fixed, constrain anything: they are seated by a search that goes back where it
fails (the most hemmed-in first, an empty group tried once, since empty groups are alike); the rest fill what is left.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from calendars.grouping.one_field import OneField
from calendars.grouping.problem import Impossible

WINDOW = 64
"""Among how many of those who are next by level the cheapest companion is chosen."""
PATIENCE = 1_500_000
"""How much work may go into one number of groups, in looks at a learner, before it is called undecided."""


@dataclass(frozen=True)
class Seating:
    """A first seating with the fewest groups found."""

    groups: list[list[int]]
    proven: bool
    """Whether fewer groups are impossible, rather than only not found."""


def fewest(field: OneField, chance: Random, late: Callable[[], bool] = lambda: False) -> Seating:
    """The first seating that holds, from the fewest groups upwards; when `late`, less is tried. Raises Impossible."""
    proven, fullest = True, max(field.pinned(), default=0)
    number = max(-(-field.size // field.largest), len(field.labels))
    while number <= field.size and -(-field.size // number) >= fullest:
        found = _seated(field, number, chance, PATIENCE // (20 if late() else 1))
        if isinstance(found, list):
            return Seating(_filled(field, found), proven)
        proven = proven and found
        number += 1
    if -(-field.size // max(-(-field.size // field.largest), len(field.labels), 1)) < fullest:
        label = field.pinned().index(fullest)
        raise Impossible("fixed_not_even", group=field.labels[label], learners=fullest, field=field.field)
    raise Impossible("apart_or_fixed" if proven else "nothing_found", field=field.field)


def least(field: OneField) -> int:
    """The fewest groups that the size alone allows."""
    return -(-field.size // field.largest)


def _seated(field: OneField, number: int, chance: Random, patience: int) -> list[list[int]] | bool:
    """The constrained learners in `number` groups; True: it is proven that they do not fit, False: undecided."""
    for attempt in range(4):
        work = _Work(field, number, chance if attempt else None)
        found = work.search(patience if attempt == 0 else patience // 4)
        if found is not None:
            return work.groups if found else True
    return False


class _Work:
    """One search for the seats of the constrained learners."""

    def __init__(self, field: OneField, number: int, chance: Random | None) -> None:
        self.field, self.number = field, number
        self.even, self.larger = divmod(field.size, number)
        self.groups: list[list[int]] = [[] for _ in range(number)]
        self.full = 0  # how many groups have one more than `even`
        self.near = [[0] * number for _ in field.ids]  # learner -> group -> how many strangers of hers sit there
        self.barred = [0] * field.size  # learner -> in how many groups strangers of hers sit
        self.open = {one for one in range(field.size) if field.strangers[one] and field.fixed[one] < 0}
        self.order = list(range(number))
        if chance is not None:
            chance.shuffle(self.order)

    def search(self, patience: int) -> bool | None:
        """True: seated, False: impossible, None: out of patience."""
        for one, label in enumerate(self.field.fixed):
            if label >= 0:
                if not self._free(one, label):
                    return False
                self._sit(one, label)
        ahead: list[tuple[int, list[int]]] = []
        while self.open:
            patience -= len(self.open) + self.number
            if patience < 0:
                return None
            one = max(self.open, key=lambda it: (self.barred[it], len(self.field.strangers[it]), -it))
            ahead.append((one, self._ways(one)))
            self.open.discard(one)
            while not ahead[-1][1]:
                self.open.add(ahead.pop()[0])
                if not ahead:
                    return False
                self._rise(ahead[-1][0])
            one, ways = ahead[-1]
            self._sit(one, ways.pop())
        return True

    def _free(self, one: int, group: int) -> bool:
        held = len(self.groups[group])
        room = held < self.even or (held == self.even and self.full < self.larger)
        return room and not self.near[one][group]

    def _ways(self, one: int) -> list[int]:
        """The groups she may join, the best last: the emptiest, and of those with nobody only one."""
        ways = [group for group in self.order if self._free(one, group)]
        empty = [group for group in ways if not self.groups[group]]
        taken = [group for group in ways if self.groups[group]]
        return sorted(taken, key=lambda group: -len(self.groups[group])) + empty[:1]

    def _sit(self, one: int, group: int) -> None:
        self.groups[group].append(one)
        self.full += len(self.groups[group]) > self.even
        for other in self.field.strangers[one]:
            self.barred[other] += not self.near[other][group]
            self.near[other][group] += 1

    def _rise(self, one: int) -> None:
        """Whoever sat down last stands up first."""
        group = next(number for number, row in enumerate(self.groups) if row and row[-1] == one)
        self.full -= len(self.groups[group]) > self.even
        self.groups[group].pop()
        for other in self.field.strangers[one]:
            self.near[other][group] -= 1
            self.barred[other] -= not self.near[other][group]


def _filled(field: OneField, groups: list[list[int]]) -> list[list[int]]:
    """The rest of the field seated, group by group, each with whom it costs least."""
    even, larger = divmod(field.size, len(groups))
    seated = {one for group in groups for one in group}
    rest = sorted(set(range(field.size)) - seated, key=lambda one: (field.bits[one], one))
    larger -= sum(len(group) > even for group in groups)
    for group in sorted(groups, key=len, reverse=True):
        room = even - len(group)
        if len(group) <= even and larger > 0:
            room, larger = room + 1, larger - 1
        for _ in range(room):
            best = min(rest[:WINDOW], key=lambda one: field.cost([*group, one])) if group else rest[0]
            group.append(best)
            rest.remove(best)
    return groups
