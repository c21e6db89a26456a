"""`oppitupa timetable check` as a stranger meets it: exit codes, one clear sentence, and never a traceback."""

import argparse
import copy
import json
import random
from pathlib import Path
from typing import Any

import pytest

from calendars.timetable.check import RULES
from server.commands import timetable, timetable_words
from tests.calendars.timetable import small
from tests.server.test_plan_command import Told

Files = Any
SEEDS = 400


@pytest.fixture
def check(tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> Files:
    """Write both papers (values, text or bytes) and run the command on them."""
    folder = tmp_path_factory.mktemp("p")  # a sentence names no more than 80 letters of a path

    def run(problem: Any, answer: Any, *words: str, previous: Any = None) -> Told:
        paths = []
        for name, paper in (("problem.json", problem), ("timetable.json", answer), ("previous.json", previous)):
            data = paper if isinstance(paper, bytes) else json.dumps(paper).encode()
            (folder / name).write_bytes(data)
            paths.append(str(folder / name))
        before = ["--previous", paths[2]] if previous is not None else []
        parser = argparse.ArgumentParser(prog="oppitupa")
        timetable.declare(parser.add_subparsers(required=True))
        arguments = parser.parse_args(["timetable", "check", *paths[:2], *before, *words])
        exit_code = arguments.run(arguments)
        said = capsys.readouterr()
        return Told(exit_code, said.out, said.err.replace(f"{folder}/", ""))

    return run


def test_check_when_all_is_well_then_zero_and_the_cost(check: Files) -> None:
    told = check(small.problem(), small.timetable(), "--json")
    assert (told.exit_code, told.err) == (0, "")
    assert told.json == {
        "broken": [],
        "cost": {"slot": 2, "teacher_change": 1, "gap": 1, "moved": 0, "total": 14},
        "misstated": {},
        "unplaced": [],
        "unplaced_slots": 0,
    }


def test_check_when_a_rule_is_broken_then_one_and_its_name_place_and_sentence(check: Files) -> None:
    of, answer = small.changed(lambda p, t: p["teachers"][1]["busy"].append([0, 4, 5]))
    told = check(of, answer, "--json")
    assert (told.exit_code, told.err) == (1, "")
    assert told.json["broken"] == [
        {
            "rule": "teacher_busy",
            "why": "busy",
            "activity": "lang1",
            "activities": ["lang1"],
            "day": 0,
            "date": "2026-01-15",
            "start": 3,
            "teacher": "t1",
            "busy": [0, 4, 5],
            "text": "lang1 on 2026-01-15, slot 3: t1 is busy then.",
        }
    ]


def test_check_when_in_words_then_every_finding_and_the_cost_have_a_line(check: Files) -> None:
    of, answer = small.changed(lambda p, t: (small.row(t, "peer").update(day=0), t["cost"].update(gap=4)))
    told = check(of, answer)
    assert told.exit_code == 1
    assert told.out.splitlines() == [
        "9 of 9 activities are placed; 0 slots are not.",
        "placed          peer is placed on 2026-01-15, which is none of its days.",
        "teacher_clash   lang1 and peer on 2026-01-15, slot 3: t1 would teach both at once.",
        "group_clash     lang1 and peer on 2026-01-15, slot 3: both need the group g0 at once.",
        "cost            gap is said to be 4; counted, it is 1.",
        "Broken: placed 1, teacher_clash 1, group_clash 1.",
        "Cost: slot 2, teacher_change 1, gap 1, moved 0, total 14.",
    ]


def test_check_when_partial_then_what_is_named_as_unplaced_is_no_fault(check: Files) -> None:
    def leave_out(of: Any, answer: Any) -> None:
        answer["placed"].remove(small.row(answer, "peer"))
        answer["unplaced"].append({"activity": "peer"})
        answer.pop("cost")

    papers = small.changed(leave_out)
    assert check(*papers).exit_code == 1
    told = check(*papers, "--partial", "--json")
    assert (told.exit_code, told.json["unplaced"], told.json["unplaced_slots"]) == (0, ["peer"], 4)


def test_check_when_previous_is_given_then_what_moved_counts(check: Files) -> None:
    of, answer = small.changed(lambda p, t: t.pop("cost"))
    was = small.timetable()
    small.row(was, "field").update(start=2)
    told = check(of, answer, "--json", previous=was)
    assert (told.exit_code, told.json["cost"]["moved"], told.json["cost"]["total"]) == (0, 1, 19)


def odd(change: Any) -> tuple[Any, Any]:
    return small.changed(change)


UNUSABLE: list[tuple[Any, str]] = [
    ((b"", b"{}"), "problem.json: line 1: this is not one JSON value."),
    ((b"\xff", b"{}"), "problem.json: this is not UTF-8 text."),
    ((b"\xef\xbb\xbf{}", b"{}"), "problem.json: format: it is missing."),  # the mark that some editors write first
    ((b"{}\n{", b"{}"), "problem.json: line 2: this is not one JSON value."),
    ((b"[" * 100_000, b"{}"), "problem.json: lists or objects stand too deep inside each other."),
    ((b"9" * 5000, b"{}"), "problem.json: this is not one JSON value."),
    ((b"[]", b"{}"), "problem.json: a JSON object is needed."),
    ((b'{"a":1,"a":2}', b"{}"), "problem.json: the name a stands twice in one object."),
    ((b'{"a":NaN}', b"{}"), "problem.json: NaN is no JSON number."),
    ((b"{}", b"{}"), "problem.json: format: it is missing."),
    ((b'{"format":"oppitupa-groups-1"}', b"{}"), 'problem.json: format: it must be "oppitupa-timetable-1".'),
    ((small.timetable(), small.problem()),
     "problem.json: days: it is missing; the problem comes first, the timetable second."),
    ((small.problem(), small.problem()),
     "timetable.json: placed: it is missing; the problem comes first, the timetable second."),
    (odd(lambda p, t: p.update(slots_per_day=0)),
     "problem.json: slots_per_day: the number must lie between 1 and 1440."),
    (odd(lambda p, t: p["days"][1].update(week=None)), "problem.json: days[1].week: it is missing."),
    (odd(lambda p, t: p["days"][1].update(date="2026-02-30")),
     "problem.json: days[1].date: a day is needed, such as 2026-01-12."),
    (odd(lambda p, t: p["sites"][1].update(rooms=-1)),
     "problem.json: sites[1].rooms: the number must lie between 0 and 1000000000."),
    (odd(lambda p, t: p["teachers"][2].update(id="t0")), "problem.json: teachers[2].id: the id t0 stands there twice."),
    (odd(lambda p, t: p["teachers"][2].pop("can")), "problem.json: teachers[2].can: it is missing."),
    (odd(lambda p, t: p["teachers"][2].update(can="tutor")), "problem.json: teachers[2].can: a list is needed."),
    (odd(lambda p, t: p["teachers"][2].update(busy=[[0, 1]])),
     "problem.json: teachers[2].busy[0]: [day, from, to] is needed."),
    (odd(lambda p, t: p["teachers"][2].update(busy=[[3, 1, 2]])),
     "problem.json: teachers[2].busy[0][0]: there is no day 3; the problem has 3, and the first is 0."),
    (odd(lambda p, t: p["teachers"][2].update(busy=[[0, 5, 2]])),
     "problem.json: teachers[2].busy[0][2]: the span from 5 to 2 ends before it begins."),
    (odd(lambda p, t: p["teachers"][2].update(max_slots_day=True)),
     "problem.json: teachers[2].max_slots_day: a whole number is needed."),
    (odd(lambda p, t: p["groups"][0].update(slot_cost=[0] * 9)),
     "problem.json: groups[0].slot_cost: one cost for each of the 10 slots of a day is needed, not 9."),
    (odd(lambda p, t: p["activities"][0].update(group="g9")),
     "problem.json: activities[0].group: there is no group g9."),
    (odd(lambda p, t: p["activities"][0].update(site="s9")), "problem.json: activities[0].site: there is no site s9."),
    (odd(lambda p, t: p["activities"][0].update(length=1.5)),
     "problem.json: activities[0].length: a whole number is needed."),
    (odd(lambda p, t: p["activities"][0].update(needs=[7])),
     "problem.json: activities[0].needs[0]: a text in quotes is needed."),
    (odd(lambda p, t: p["activities"][0].update(to=11)),
     "problem.json: activities[0].to: the number must lie between 0 and 10."),
    (odd(lambda p, t: p["activities"][8]["fixed"].update(teachers=["t9"])),
     "problem.json: activities[8].fixed.teachers[0]: there is no teacher t9."),
    (odd(lambda p, t: p.update(weights=[1, 10])), "problem.json: weights: a JSON object is needed."),
    (odd(lambda p, t: p["weights"].update(gap=-1)),
     "problem.json: weights.gap: the number must lie between 0 and 1000000000."),
    (odd(lambda p, t: p["weights"].update(gap=float("inf"))), "problem.json: Infinity is no JSON number."),
    (odd(lambda p, t: t["placed"][0].update(start="3")), "timetable.json: placed[0].start: a whole number is needed."),
    (odd(lambda p, t: t["placed"][0].pop("teachers")), "timetable.json: placed[0].teachers: it is missing."),
    (odd(lambda p, t: t["placed"].append(None)), "timetable.json: placed[9]: a JSON object is needed."),
    (odd(lambda p, t: t.update(unplaced={})), "timetable.json: unplaced: a list is needed."),
    (odd(lambda p, t: t.update(cost=[])), "timetable.json: cost: a JSON object is needed."),
    (odd(lambda p, t: t["cost"].update(slot="2")), "timetable.json: cost.slot: a number is needed."),
    (odd(lambda p, t: p["days"][1].update({"date": "\x1b[31m"})),
     "problem.json: days[1].date: a day is needed, such as 2026-01-12."),
    (odd(lambda p, t: p["activities"][0].update(group="\x1b[31m\n" + "x" * 99)),
     "problem.json: activities[0].group: there is no group \\x1b[31m\\n" + "x" * 73 + "\\u2026."),
]  # fmt: skip


@pytest.mark.parametrize(("papers", "sentence"), UNUSABLE, ids=[sentence for _, sentence in UNUSABLE])
def test_check_when_a_paper_is_unusable_then_two_and_one_sentence(check: Files, papers: Any, sentence: str) -> None:
    told = check(*papers, "--json")
    assert (told.exit_code, told.out, told.err) == (2, "", sentence + "\n")


def test_check_when_the_previous_one_places_twice_then_two(check: Files) -> None:
    was = small.timetable()
    was["placed"].append(was["placed"][0])
    told = check(small.problem(), small.timetable(), previous=was)
    assert (told.exit_code, told.err) == (2, "previous.json: placed[9].activity: field is placed there twice.\n")


@pytest.mark.parametrize(("path", "reason"), [("", "Is a directory"), ("none.json", "No such file or directory")])
def test_check_when_there_is_no_file_then_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], path: str, reason: str
) -> None:
    problem = str(tmp_path / path)
    arguments = argparse.Namespace(problem=problem, timetable="x", previous=None, partial=False, json=True)
    assert timetable.timetable_check(arguments) == 2
    assert capsys.readouterr().err == f"{timetable_words.printable(problem)} cannot be read: {reason}.\n"


ODD = [
    None,
    True,
    -1,
    0,
    1,
    3,
    10,
    11,
    2.5,
    10**9,
    10**20,
    "",
    "g0",
    "t1",
    "\x00\ud800é",
    [],
    {},
    [[0, 0, 10]],
    [0, 99],
]


def mutated(paper: Any, chance: random.Random) -> Any:
    """The paper with one value somewhere in it taken away, doubled or replaced."""
    holders = [paper]
    for one in holders:
        inner = one.values() if isinstance(one, dict) else one
        holders += [value for value in inner if isinstance(value, dict | list) and value]
    holder = chance.choice(holders)
    key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
    way = chance.randrange(4)
    if way == 0:
        del holder[key]
    elif way == 1 and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    elif way == 2:
        other = chance.choice(holders)
        holder[key] = copy.deepcopy(other)
    else:
        holder[key] = copy.deepcopy(chance.choice(ODD))
    return paper


def test_check_when_papers_are_mutated_at_random_then_it_answers_as_the_contract_says(check: Files) -> None:
    seen = {0: 0, 1: 0, 2: 0}
    for seed in range(SEEDS):
        chance = random.Random(seed)
        papers = [small.problem(), small.timetable(), small.timetable()]
        for _ in range(chance.randint(1, 3)):
            chosen = chance.randrange(3)
            papers[chosen] = mutated(papers[chosen], chance)
        told = check(papers[0], papers[1], *chance.sample(["--json", "--partial"], 2), previous=papers[2])
        seen[told.exit_code] += 1
        if told.exit_code == 2:
            assert (told.out, told.err.count("\n"), told.err[-2:]) == ("", 1, ".\n"), seed
        else:
            found = {one["rule"] for one in told.json["broken"]}
            assert (told.err, found - set(RULES)) == ("", set()), seed
            assert told.exit_code == int(bool(found or told.json["misstated"])), seed
            check(papers[0], papers[1], previous=papers[2])  # in words too
    assert min(seen.values()) > SEEDS // 50
