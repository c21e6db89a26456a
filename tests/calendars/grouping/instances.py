"""Problems of grouping as they come in life, each from a seed: a region with fields, levels, times and ways.

`made` gives the three sizes of the benchmark; `tiny` problems of a few learners with every rule in play, for the
oracle.
"""

import math
from dataclasses import replace
from random import Random

from calendars.grouping.problem import HALF_DAYS, LEVELS, Learner, Problem, Weights

FIELDS = ("logistics", "cleaning", "care", "kitchen", "building", "trade", "metal", "greens", "transport", "office")
COMMON = ("A1.1", "A1.2", "A1.3", "A1.3", "A2.1", "A2.1", "A2.1", "A2.2", "A2.2", "B1.1", "B1.1", "B1.2")
TIMES = HALF_DAYS[:10]


def made(learners: int, seed: int = 1, fields: int = 0, largest: int = 8, sites: int = 0) -> Problem:
    """A region with towns and a few houses; more learners have more fields and more houses."""
    chance = Random(f"{learners}/{seed}")
    fields = fields or (3 if learners < 100 else 6 if learners < 500 else 10)
    sites = sites or (1 if learners < 100 else 3 if learners < 500 else 6)
    towns = [(f"town{number}", chance.uniform(0, 150), chance.uniform(0, 150)) for number in range(12)]
    houses = [(f"site{number}", *chance.choice(towns)[1:]) for number in range(1, sites + 1)]
    people = []
    for number in range(learners):
        town, east, north = chance.choice(towns)
        km = {name: round(math.hypot(east - x, north - y) * 1.3 + chance.uniform(1, 9), 1) for name, x, y in houses}
        often = chance.choice((0.5, 0.7, 0.9))
        free = frozenset(half for half in TIMES if chance.random() < often) or frozenset(TIMES[:4])
        field = FIELDS[int(fields * chance.random() ** 1.3)]
        people.append(Learner(f"L{number}", field, chance.choice(COMMON), free, km, town))
    return Problem(
        4,
        largest,
        tuple(people),
        _some_pairs(people, learners // 12, chance),
        _some_pairs(people, learners // 20, chance),
    )


def _some_pairs(people: list[Learner], count: int, chance: Random) -> tuple[tuple[str, str], ...]:
    """Pairs within a field, of whom nobody stands in two."""
    found, taken = [], set()
    while len(found) < count:
        one, other = chance.sample(people, 2)
        if one.field == other.field and not {one.id, other.id} & taken:
            taken |= {one.id, other.id}
            found.append((one.id, other.id))
    return tuple(found)


def odd(seed: int) -> Problem:
    """A few learners in what life rarely brings: rings of strangers, fixed groups of other fields, unknown ways.

    Also wishes across fields and listed twice, groups of one, one learner alone, and a least size above the largest.
    """
    chance = Random(f"odd/{seed}")
    whole = tiny(chance.randrange(10**9))
    people = list(whole.learners)
    if chance.random() < 0.3:
        people = [replace(one, field=chance.choice((None, "", "a", "\u00e4"))) for one in people]
    if chance.random() < 0.3:
        people = [replace(one, km={} if chance.random() < 0.4 else one.km) for one in people]
    ids = [one.id for one in people]
    apart, together = list(whole.apart), list(whole.together)
    if chance.random() < 0.4 and len(ids) > 2:  # a ring: each apart from the next, the last from the first
        ring = chance.sample(ids, chance.randint(3, len(ids)))
        apart = list(zip(ring, [*ring[1:], ring[0]], strict=True))
    if chance.random() < 0.4 and len(ids) > 1:
        pair = chance.sample(ids, 2)
        together += [(pair[0], pair[1]), (pair[1], pair[0])]
    fixed = dict(whole.fixed)
    if chance.random() < 0.3:
        fixed = {one: chance.choice(("x", "y", "g1")) for one in ids if chance.random() < 0.4}
    largest = chance.choice((1, 1, 2, 3, 50))
    return Problem(
        chance.choice((0, 1, 4, 60)), largest, tuple(people), tuple(together), tuple(apart), fixed, whole.weights
    )


def tiny(seed: int) -> Problem:
    """A few learners with fixed ones, wishes, unknown levels and times, and now and then no way out."""
    chance = Random(seed)
    count = chance.randint(1, 9)
    sites = ["s1", "s2", "s3"][: chance.randint(0, 3)]
    people = [
        Learner(
            f"L{number}",
            chance.choice(("a", "a", "b")),
            chance.choice((None, *LEVELS)),
            None if chance.random() < 0.1 else frozenset(half for half in TIMES if chance.random() < 0.6),
            {site: chance.choice((0, 5, 12.5, 80)) for site in sites if chance.random() < 0.85},
        )
        for number in range(count)
    ]
    ids = [one.id for one in people]
    pairs = [(one, other) for place, one in enumerate(ids) for other in ids[:place]]
    often = chance.choice((0, 0, 0.2, 0.5))
    fixed = {
        one.id: chance.choice((f"{one.field}1", f"{one.field}2", "x")) for one in people if chance.random() < often
    }
    likely = chance.choice((0, 0.1, 0.4, 0.8))
    return Problem(
        chance.randint(0, 2),
        chance.randint(2, 5),
        tuple(people),
        together=tuple(pair for pair in pairs if chance.random() < 0.2),
        apart=tuple(pair for pair in pairs if chance.random() < likely),
        fixed=fixed,
        weights=chance.choice((Weights(), Weights(1, 1, 1, 1), Weights(0, 2.5, 0.3, 0), Weights(7, 0, 0.02, 9))),
    )
