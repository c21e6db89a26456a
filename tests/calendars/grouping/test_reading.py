"""What comes as a file of learners or of groups: read whole or refused with a known reason, never anything else."""

import copy
import json
import os
from random import Random
from typing import Any

from calendars.errors import Invalid
from calendars.grouping import reading
from calendars.grouping.judge import judge
from calendars.grouping.problem import Impossible
from calendars.grouping.search import form
from server.commands.groups import REASONS, SENTENCES, WARNINGS
from tests.calendars.grouping.instances import odd

RUNS = int(os.environ.get("OPPITUPA_RUNS", "300"))
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2.5, 1e308, -1e308, 10**40, "", "a", "L0", "mon_am", "A2.1", "\u202e", [], {}, [[]],
    ["L0"], ["L0", "L0"], ["L0", "nobody"], {"": 1}, {"L0": ""}, {"L0": "x"}, [None], ["mon_am", "mon_am"],
)  # fmt: skip
"""What a hand or a program may write in place of a value."""


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path to each value of a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for key, one in inner for path in places(one, (*at, key)))] if at else [
        path for key, one in inner for path in places(one, (key,))
    ]  # fmt: skip


def spoiled(value: Any, chance: Random) -> Any:
    """The same with one to three values replaced, taken out, doubled or added."""
    made = copy.deepcopy(value)
    for _ in range(chance.randint(1, 3)):
        *way, last = chance.choice(places(made) or [("x",)])
        into = made
        for key in way:
            into = into[key]
        kind = chance.random()
        if kind < 0.7:
            into[last] = chance.choice(ODD)
        elif kind < 0.85:
            del into[last]
        elif isinstance(into, list):
            into.append(copy.deepcopy(into[last]))
        else:
            into[chance.choice(("", "more", "id"))] = chance.choice(ODD)
    return made


def test_readers_when_values_are_odd_then_read_or_refused_with_a_reason_and_form_and_judge_agree() -> None:
    read = refused = answered = 0
    for seed in range(RUNS):
        chance = Random(seed)
        value = spoiled(reading.problem_as_json(odd(seed)), chance)
        try:
            problem = reading.problem(json.dumps(value))
        except Invalid as wrong:
            SENTENCES[wrong.code].format(**wrong.facts)
            refused += 1
            continue
        read += 1
        try:
            made = form(problem, 0.5)
        except Impossible as none:
            REASONS[none.code].format(**none.facts)
            continue
        written = reading.grouping_as_json(made, [WARNINGS[one.code] for one in made.warnings])
        again = reading.grouping(json.dumps(written))
        assert (again.groups, judge(problem, again).broken) == (made.groups, ()), seed
        answered += 1
        try:
            judge(problem, reading.grouping(json.dumps(spoiled(written, chance))))
        except Invalid as wrong:
            SENTENCES[wrong.code].format(**wrong.facts)
    assert (read > 0, refused > 0, answered > 0) == (True, True, True)
