"""What is asked of the forming of groups, and what is answered: plain values, as contract.md names them.

The reading of what the contract leaves between the lines:
- The cost falls apart by field, since a group is of one field: each field is a problem of its own. A pair of
  `together` in two fields is split whatever is done, and counts. A pair that is listed twice counts twice.
- *Fewest groups* comes first: the smallest number from ⌈learners ÷ max⌉ on for which even sizes (that differ by at
  most 1), `apart` and `fixed` can all be kept. Even sizes are as hard as the rest: of ten learners seven cannot be
  fixed to one group, however many groups there are. More groups need not help (three against three, each apart from
  the other three, fill two groups of three but not three of two), so the numbers are tried one by one.
- `fixed` names a group. Learners fixed to one id share a group, those fixed to different ids do not, and each id that
  is named stands in the answer; the group's field is that of its members.
- A half day counts in `time` when some member is free on it and some other is not. A learner whose `free` is null has
  not been asked and speaks neither for nor against a half day; a `level` that is null widens no spread.
- A site counts for a group when every member has a distance to it; a learner without `km` leaves her group without
  site. Among equally cheap sites the first by name is written; the judge takes any of them.
- `min` never forbids and never changes the choice: a group below it is one warning.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

LEVELS = ("A0", "A1.1", "A1.2", "A1.3", "A2.1", "A2.2", "B1.1", "B1.2", "B2.1", "B2.2", "C1", "C2")
"""CEFR with the Finnish sub-levels; the place in the row is the number."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HALF_DAYS = tuple(f"{day}_{half}" for day in WEEKDAYS for half in ("am", "pm"))


@dataclass(frozen=True, slots=True)
class Weights:
    """What one sub-level, one lost half day, one kilometre and one split pair weigh."""

    level: float = 3
    time: float = 2
    km: float = 0.01
    split: float = 5


@dataclass(frozen=True, slots=True)
class Learner:
    """One learner as grouping sees her; `level` and `free` are None where nobody knows them."""

    id: str
    field: str | None
    level: str | None
    free: frozenset[str] | None
    km: Mapping[str, float] = dataclasses.field(default_factory=dict)
    municipality: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Learners to be put into groups, and what to mind."""

    smallest: int
    largest: int
    learners: tuple[Learner, ...]
    together: tuple[tuple[str, str], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    fixed: Mapping[str, str] = dataclasses.field(default_factory=dict)
    weights: Weights = Weights()


@dataclass(frozen=True, slots=True)
class Formed:
    """One group of the answer."""

    id: str
    field: str | None
    site: str | None
    learners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """The raw counts, and their weighted sum."""

    level: float
    time: float
    km: float
    split: float
    total: float


@dataclass(frozen=True, slots=True)
class Warned:
    """Something to know about the answer: a code, the group or field it is about, and its numbers."""

    code: str
    """below_min: group, size, min · more_groups: field, groups, fewest · fewer_unproven: field, groups."""
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Grouping:
    """The answer: groups, what they cost, and what is proven about it."""

    groups: tuple[Formed, ...]
    cost: Cost
    bound: float | None
    """No grouping with as many groups costs less; equal to `cost.total` where the answer is proven, None: not known."""
    warnings: tuple[Warned, ...] = ()


class Impossible(Exception):
    """No grouping keeps `apart` and `fixed`. `code` and `facts` say why."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts
