"""`oppitupa attendance replay`: one JSON value or a table on stdout, and for bad input one sentence and exit 2."""

import json
import re
import tracemalloc
from argparse import Namespace
from pathlib import Path

import pytest

import classroom.jsonlines
import classroom.testimony
import classroom.trace
from server.commands.attendance import SENTENCES, attendance_replay

HEAD = {
    "lesson": {
        "starts": "2026-01-12T07:00:00Z",
        "ends": "2026-01-12T08:00:00Z",
        "doors_open": "2026-01-12T06:50:00Z",
        "doors_close": "2026-01-12T08:10:00Z",
    },
    "expected": ["L1", "\x1b[2Jبيت"],
}
SPAN = {
    "received": "2026-01-12T08:00:00Z",
    "learner": "L1",
    "connection": "c1",
    "kind": "span",
    "from": "2026-01-12T07:00:00Z",
    "to": "2026-01-12T08:00:00Z",
    "end": "leave",
    "id": "s",
}


def replay(path: Path, *lines: object, as_json: bool = True) -> int:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return attendance_replay(Namespace(trace=str(path), json=as_json))


def test_replay_when_json_then_one_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(tmp_path / "trace.jsonl", HEAD, SPAN) == 0
    shown = capsys.readouterr()
    learners = json.loads(shown.out)["learners"]
    assert {learner: one["state"] for learner, one in learners.items()} == {"L1": "present", "\x1b[2Jبيت": "absent"}
    assert shown.err == ""


def test_replay_when_not_json_then_a_table_that_cannot_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay(tmp_path / "trace.jsonl", HEAD, SPAN, as_json=False) == 0
    shown = capsys.readouterr().out
    assert shown.isascii()
    assert "\x1b" not in shown
    assert [line.split()[:3] for line in shown.splitlines()] == [
        ["The", "lesson", "counts"],
        ["learner", "state", "present"],
        ["\\x1b[2J\\u0628\\u064a\\u062a", "absent", "0"],
        ["L1", "present", "3600"],
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (SPAN | {"kind": "{blink}"}, "the kind '{blink}' is unknown."),
        (SPAN | {"to": "2026"}, "to must be a time with an offset (RFC 3339), such as 2026-01-12T09:00:00+02:00."),
        (SPAN | {"learner": "L2"}, "the id 's' stands on an earlier line that says something else."),
        ([], "a JSON object is needed in the line."),
    ],
)
def test_replay_when_a_line_is_unusable_then_its_number_and_exit_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: object, told: str
) -> None:
    path = tmp_path / "trace.jsonl"
    assert replay(path, HEAD, SPAN, line) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"{path}, line 3: {told}\n")


def test_replay_when_there_is_no_file_then_one_sentence_and_exit_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (str(tmp_path / "none"), str(tmp_path), "a\0b"):
        assert attendance_replay(Namespace(trace=path, json=True)) == 2
        shown = capsys.readouterr()
        assert (shown.out, len(shown.err.splitlines())) == ("", 1)


def test_sentences_when_a_code_can_be_raised_then_it_has_one() -> None:
    rooms = (classroom.jsonlines, classroom.testimony, classroom.trace)
    sources = "".join(Path(str(room.__file__)).read_text(encoding="utf-8") for room in rooms)
    assert set(SENTENCES) == set(re.findall(r'(?:Invalid\(|Unreadable\(1, )"(\w+)"', sources))


def test_replay_when_a_line_has_no_end_then_refused_before_it_fills_the_memory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "endless.jsonl").open("wb") as endless:
        endless.truncate(200_000_000)  # holes: it takes no room, and is all one line of zeros
    tracemalloc.start()
    try:
        assert attendance_replay(Namespace(trace=str(tmp_path / "endless.jsonl"), json=True)) == 2
        assert tracemalloc.get_traced_memory()[1] < 150_000_000
    finally:
        tracemalloc.stop()
    assert capsys.readouterr() == (
        "",
        f"{tmp_path / 'endless.jsonl'}, line 1: the line is longer than 32 million bytes.\n",
    )
