"""The judge against a second opinion that looks at every cell, on instances that somebody has put into disorder."""

import copy
import os
import random
from collections import Counter
from functools import cache
from typing import Any

import pytest

from calendars.timetable import check, papers
from calendars.timetable.check import Verdict
from tests import instances
from tests.calendars.timetable import oracle

Json = dict[str, Any]
RUNS = 4 * int(os.environ.get("OPPITUPA_RUNS", "100"))


@cache
def kept(size: str, seed: int) -> instances.Instance:
    return instances.instance(size, seed)


def copied(size: str, seed: int) -> tuple[Json, Json]:
    made = kept(size, seed)
    return copy.deepcopy(made.problem), copy.deepcopy(made.witness)


def judged(problem: Json, answer: Json, previous: Json | None = None, partial: bool = False) -> Verdict:
    before = papers.read_timetable(previous) if previous else None
    return check.judge(papers.read_problem(problem), papers.read_timetable(answer), previous=before, partial=partial)


@pytest.mark.parametrize(("size", "seed"), [("tiny", 1), ("tiny", 2), ("tiny", 3), ("S", 1), ("S", 2), ("M", 1)])
def test_instance_when_made_then_its_witness_breaks_no_rule(size: str, seed: int) -> None:
    verdict = judged(*copied(size, seed))
    assert (verdict.broken, verdict.unplaced) == ((), ())


def test_instance_when_made_twice_then_it_is_the_same_and_another_seed_is_another() -> None:
    assert instances.instance("S", 4) == instances.instance("S", 4)
    assert instances.instance("S", 4).problem != instances.instance("S", 5).problem


def test_cost_when_the_witness_is_counted_cell_by_cell_then_it_is_the_same() -> None:
    for size, seed in [("tiny", 1), ("tiny", 2), ("S", 1), ("S", 2)]:
        problem, witness = copied(size, seed)
        assert judged(problem, witness).cost == oracle.cost(problem, witness)


def disordered(problem: Json, answer: Json, chance: random.Random) -> None:
    """One thing is changed: a place, a teacher, a wish, a limit, or something is left out."""
    row = chance.choice(answer["placed"])
    wish = next(one for one in problem["activities"] if one["id"] == row["activity"])
    teacher = chance.choice(problem["teachers"])
    day, start = chance.randrange(len(problem["days"])), chance.randrange(9)
    names = [one["id"] for one in problem["teachers"]]
    changes = [
        lambda: row.update(day=day),
        lambda: row.update(day=chance.choice(wish["days"]), start=start),
        lambda: row.update(start=start),
        lambda: row.update(teachers=chance.sample(names, len(row["teachers"]))),
        lambda: row.update(teachers=[chance.choice(names) for _ in range(chance.randrange(3))]),
        lambda: answer["placed"].remove(row) if len(answer["placed"]) > 1 else None,
        lambda: answer["unplaced"].append({"activity": wish["id"]}),
        lambda: teacher["busy"].append([day, start, chance.randint(start, 10)]),
        lambda: teacher.update(max_slots_day=chance.randrange(7)),
        lambda: teacher.update(max_slots_week=chance.randrange(20)),
        lambda: chance.choice(problem["groups"])["busy"].append([day, start, chance.randint(start, 10)]),
        lambda: wish.update(length=chance.randint(1, 4)),
        lambda: wish.update(site=chance.choice(["s0", "s9", None])),
        lambda: wish.update(learner=chance.choice([None, "g0/l0", "g1/l1"])),
        lambda: wish.update(once_a_day=chance.choice([None, "g0/language", 7])),
        lambda: wish.update(same_teacher=chance.choice([None, "g0/talks", 7])),
        lambda: wish.update(series=chance.choice([None, "g0/field", "g1/peer"])),
        lambda: wish.update(
            fixed={"day": row["day"], "start": chance.choice([row["start"], start]), "teachers": row["teachers"]}
        ),
        lambda: answer["unplaced"].append({"activity": answer["placed"].pop()["activity"]}),
        lambda: problem["sites"][0].update(rooms=chance.randrange(3)),
    ]
    chance.choice(changes)()


def town(seed: int) -> tuple[Json, Json, random.Random]:
    chance = random.Random(seed)
    problem, answer = copied("tiny", seed % 6)
    problem["sites"].append({"id": "s9", "rooms": 1})
    return problem, answer, chance


def test_judge_when_a_timetable_is_in_disorder_then_it_says_what_the_cells_say() -> None:
    rules: Counter[str] = Counter()
    clean = 0
    for seed in range(RUNS):
        problem, answer, chance = town(seed)
        was = copy.deepcopy(answer)
        for _ in range(chance.choice([0, 1, 1, 2, 4, 9])):
            disordered(problem, answer, chance)
        partial = chance.random() < 0.5
        verdict = judged(problem, answer, previous=was, partial=partial)
        expected = oracle.broken(problem, answer, partial)
        assert {one.rule for one in verdict.broken} == expected, seed
        assert verdict.cost == oracle.cost(problem, answer, was), seed
        rules.update(expected)
        clean += not expected
    assert set(rules) == set(check.RULES)  # each was there to be found
    assert clean > RUNS // 10


def test_judge_when_a_rule_is_broken_then_the_activities_that_it_names_are_in_it() -> None:
    """Taking away what a finding names ends the finding; nothing else need be touched."""
    for seed in range(RUNS // 8):
        problem, answer, chance = town(seed)
        for _ in range(3):
            disordered(problem, answer, chance)
        for one in judged(problem, answer).broken:
            if one.rule == "placed":
                continue
            rest = copy.deepcopy(answer)
            rest["placed"] = [row for row in rest["placed"] if row["activity"] not in one.activities]
            again = [(other.rule, other.activities, other.facts) for other in judged(problem, rest).broken]
            assert (one.rule, one.activities, one.facts) not in again, seed
