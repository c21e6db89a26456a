"""All rules of attendance at once, against an oracle that counts single seconds. OPPITUPA_RUNS says how often."""

import json
import os
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from classroom.attendance import reckon
from classroom.trace import answer, read
from tests.classroom.oracle import epoch, judge
from tests.classroom.traces import Json, traces

RUNS = int(os.environ.get("OPPITUPA_RUNS", "200"))


@settings(max_examples=RUNS, deadline=None)
@given(lines=traces(), seed=st.integers(0, 2**32))
def test_any_trace_when_replayed_in_any_order_then_as_the_oracle_judges(lines: list[Json], seed: int) -> None:
    expected = judge(lines)
    assert _replayed(lines) == expected
    shuffled = lines[1:]
    random.Random(seed).shuffle(shuffled)
    assert _replayed([lines[0], *shuffled]) == expected


@settings(max_examples=RUNS, deadline=None)
@given(lines=traces())
def test_any_trace_when_one_learner_is_reckoned_alone_then_as_among_all(lines: list[Json]) -> None:
    trace = read(json.dumps(line) for line in lines)
    for learner, among_all in reckon(trace).items():
        assert reckon(trace.of(learner)) == {learner: among_all}


def _replayed(lines: list[Json]) -> Any:
    learners: Any = answer(reckon(read(json.dumps(line) for line in lines)))["learners"]
    for one in learners.values():
        one["intervals"] = [
            piece | {"from": epoch(piece["from"]), "to": epoch(piece["to"])} for piece in one["intervals"]
        ]
    return learners
