"""The attendance trace as text: what is read, what is refused and at which line, and that writing gives it back."""

import json
from typing import Any

import pytest
from hypothesis import given, settings

from classroom.attendance import reckon
from classroom.testimony import Held, LessonTimes, Outage, Rules, Touch, Trace
from classroom.trace import Unreadable, answer, read, write
from tests.classroom.traces import Json, traces

T = "2026-01-12T09:00:00+02:00"
LATER = "2026-01-12T09:00:01+02:00"
NINE = 1768201200
HEAD: Json = {
    "lesson": {"starts": T, "ends": LATER, "doors_open": T, "doors_close": LATER},
    "expected": ["L1"],
}
LINES: dict[str, Json] = {
    "ack": {"received": T, "learner": "L1", "connection": "c1", "kind": "ack", "id": "a"},
    "span": {
        "received": T,
        "learner": "L1",
        "connection": "c1",
        "kind": "span",
        "from": T,
        "to": LATER,
        "end": "lost",
        "id": "s",
    },
    "outage": {"received": T, "kind": "outage", "from": T, "to": LATER, "connections": ["c1"]},
    "provider": {
        "received": T,
        "learner": "L1",
        "kind": "provider",
        "provider": "jitsi",
        "event": "joined",
        "at": T,
        "id": "p",
    },
    "paper": {
        "received": T,
        "learner": "L1",
        "kind": "paper",
        "from": T,
        "to": LATER,
        "by": "P9",
        "reason": "signed",
        "id": "w",
    },
    "excuse": {"received": T, "learner": "L1", "kind": "excuse", "code": "own_illness", "by": "P9", "id": "e"},
    "could_not_enter": {"received": T, "learner": "L1", "kind": "could_not_enter", "step": "link", "id": "n"},
    "held": {"received": T, "kind": "held", "from": T, "to": LATER, "id": "h"},
    "pause": {"received": T, "kind": "pause", "from": T, "to": T, "id": "q"},
}
WRONG: list[Any] = [None, 1, True, {}, [1]]


def trace_of(*lines: Json | str | bytes, head: Json | None = None) -> Trace:
    return read(line if isinstance(line, str | bytes) else json.dumps(line) for line in (head or HEAD, *lines))


def refusal(*lines: Json | str | bytes, head: Json | None = None) -> tuple[int, str, object]:
    """Where a trace is refused, why, and about which field."""
    with pytest.raises(Unreadable) as caught:
        trace_of(*lines, head=head)
    return caught.value.line, caught.value.code, caught.value.facts.get("field")


def less(values: Json, key: str) -> Json:
    return {name: value for name, value in values.items() if name != key}


def test_read_when_every_kind_occurs_then_a_value_each() -> None:
    trace = trace_of(*LINES.values())
    assert trace.lesson == LessonTimes(NINE, NINE + 1, NINE, NINE + 1)
    assert (trace.rules, trace.expected, len(trace.lines)) == (Rules(), ("L1",), len(LINES))
    assert trace.lines[0] == Touch(received=NINE, id="a", learner="L1", connection="c1", kind="ack")
    assert trace.lines[2] == Outage(received=NINE, starts=NINE, ends=NINE + 1, connections=("c1",))
    assert trace.lines[7] == Held(received=NINE, id="h", starts=NINE, ends=NINE + 1)


def test_read_when_rules_are_given_then_the_others_keep_their_defaults() -> None:
    trace = trace_of(head=HEAD | {"rules": {"lease": 7, "counts": ["room"], "later_invented": None}})
    assert trace.rules == Rules(lease=7, counts=("room",))


def test_read_when_bytes_lines_end_in_any_way_then_read() -> None:
    lines = [json.dumps(HEAD).encode() + b"\r\n", json.dumps(LINES["ack"]).encode() + b"\n"]
    assert len(read(lines).lines) == 1


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-12T07:00:00Z",
        "2026-01-12t07:00:00z",
        "2026-01-12T07:00:00.9999999999999Z",
        "2026-01-11T21:30:00.5-09:30",
        "2026-01-12T07:00:00-00:00",
        "2026-01-12T21:00:00+14:00",
    ],
)
def test_time_when_rfc3339_with_offset_then_floored_to_the_second(text: str) -> None:
    assert trace_of(LINES["ack"] | {"received": text}).lines[0].received == NINE


def test_time_when_a_fraction_before_1970_then_floored_not_cut_towards_zero() -> None:
    assert trace_of(LINES["ack"] | {"received": "1969-12-31T23:59:59.9Z"}).lines[0].received == -1


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-12T07:00:00",
        "2026-01-12",
        "20260112T070000Z",
        "2026-01-12T07:00Z",
        "2026-01-12 07:00:00Z",
        "2026-01-12T07:00:00,5Z",
        "2026-01-12T07:00:00.Z",
        "2026-01-12T24:00:00Z",
        "2026-01-12T07:60:00Z",
        "2026-01-12T07:00:60Z",
        "2026-02-29T07:00:00Z",
        "2026-01-12T07:00:00+0200",
        "2026-01-12T07:00:00+02",
        "2026-01-12T07:00:00+24:00",
        "2026-W03-1T07:00:00Z",
        "٢٠٢٦-01-12T07:00:00Z",
        "2026-01-12T07:00:00Z\n",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "",
        "now",
    ],
)
def test_time_when_not_rfc3339_with_offset_then_refused(text: str) -> None:
    assert refusal(LINES["ack"] | {"received": text}) == (2, "bad_time", "received")


@pytest.mark.parametrize(
    ("kind", "field"), [(kind, field) for kind, line in LINES.items() for field in line if field != "connections"]
)
def test_line_when_a_field_is_missing_then_refused(kind: str, field: str) -> None:
    assert refusal(less(LINES[kind], field)) == (2, "missing_field", field)


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [(kind, field, value) for kind, line in LINES.items() for field in line for value in WRONG],
)
def test_line_when_a_field_has_the_wrong_type_then_refused(kind: str, field: str, value: Any) -> None:
    line, code, about = refusal(LINES[kind] | {field: value})
    assert (line, about) == (2, field)
    assert code == ("not_a_list" if field == "connections" and value != [1] else "not_text")


@pytest.mark.parametrize(
    ("kind", "changed", "expected"),
    [
        ("ack", {"kind": "blink"}, ("unknown_kind", None)),
        ("ack", {"kind": "Ack"}, ("unknown_kind", None)),
        ("ack", {"id": ""}, ("missing_field", "id")),
        ("span", {"end": "kicked"}, ("unknown_value", "end")),
        ("provider", {"event": "left "}, ("unknown_value", "event")),
        ("excuse", {"code": "weather"}, ("unknown_value", "code")),
        ("could_not_enter", {"step": "door"}, ("unknown_value", "step")),
        ("span", {"from": LATER, "to": T}, ("backwards", "to")),
        ("outage", {"from": LATER, "to": T}, ("backwards", "to")),
        ("paper", {"from": LATER, "to": T}, ("backwards", "to")),
        ("held", {"from": LATER, "to": T}, ("backwards", "to")),
        ("pause", {"from": LATER, "to": T}, ("backwards", "to")),
    ],
)
def test_line_when_it_says_what_cannot_be_then_refused(kind: str, changed: Json, expected: tuple[str, object]) -> None:
    assert refusal(LINES["held"], LINES[kind] | {"id": "z"} | changed) == (3, *expected)


def test_line_when_from_is_after_to_only_within_one_second_then_read() -> None:
    changed = {"from": T.replace("+", ".9+"), "to": T.replace("+", ".1+")}
    assert trace_of(LINES["pause"] | changed) == trace_of(LINES["pause"])


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", "empty_line"),
        ("  ", "empty_line"),
        ("{", "not_json"),
        ("{} {}", "not_json"),
        ("{'kind': 'ack'}", "not_json"),
        ('{"further": NaN}', "not_json"),
        ('{"further": -Infinity}', "not_json"),
        ('{"kind": "ack", "kind": "ack"}', "not_json"),
        ('{"further": ' + "[" * 100_000 + "]" * 100_000 + "}", "not_json"),
        ('{"further": ' + "9" * 5000 + "}", "not_json"),
        ("\ufeff{}", "byte_order_mark"),
        ("[]", "not_an_object"),
        ("null", "not_an_object"),
        ('"ack"', "not_an_object"),
        (b'{"further": "\xff"}', "not_utf8"),
        (b'{"further": "\xed\xa0\x80"}', "not_utf8"),
        ('{"further": "\\ud800"}', "not_utf8"),
        ('{"\\udc00": 1}', "not_utf8"),
    ],
)
def test_line_when_no_json_object_in_utf8_then_refused(line: str | bytes, code: str) -> None:
    assert refusal(LINES["ack"], line) == (3, code, None)


def test_line_when_escapes_are_whole_characters_then_read() -> None:
    assert (
        trace_of('{"learner": "\\ud83e\\ude91", ' + json.dumps(less(LINES["excuse"], "learner"))[1:]).lines[0]
        == (trace_of(LINES["excuse"] | {"learner": "🪑"}).lines[0])
    )


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (less(HEAD, "lesson"), ("missing_field", "lesson")),
        (less(HEAD, "expected"), ("missing_field", "expected")),
        (HEAD | {"lesson": []}, ("not_an_object", "lesson")),
        (HEAD | {"lesson": less(HEAD["lesson"], "doors_open")}, ("missing_field", "doors_open")),
        (HEAD | {"lesson": HEAD["lesson"] | {"ends": T}}, ("bad_doors", "lesson")),
        (HEAD | {"lesson": HEAD["lesson"] | {"doors_open": LATER}}, ("bad_doors", "lesson")),
        (HEAD | {"lesson": HEAD["lesson"] | {"doors_close": T}}, ("bad_doors", "lesson")),
        (HEAD | {"expected": "L1"}, ("not_a_list", "expected")),
        (HEAD | {"expected": ["L1", 2]}, ("not_text", "expected")),
        (HEAD | {"rules": None}, ("not_an_object", "rules")),
        (HEAD | {"rules": {"lease": -1}}, ("below_zero", "lease")),
        (HEAD | {"rules": {"grace": 1.0}}, ("not_a_whole_number", "grace")),
        (HEAD | {"rules": {"late_after": True}}, ("not_a_whole_number", "late_after")),
        (HEAD | {"rules": {"present_percent": "85"}}, ("not_a_whole_number", "present_percent")),
        (HEAD | {"rules": {"counts": "room"}}, ("not_a_list", "counts")),
        (HEAD | {"rules": {"counts": ["room", "corridor"]}}, ("unknown_value", "counts")),
        (LINES["ack"], ("missing_field", "lesson")),
    ],
)
def test_first_line_when_it_is_not_one_then_refused(head: Json, expected: tuple[str, object]) -> None:
    assert refusal(head=head) == (1, *expected)


def test_read_when_there_is_no_line_then_refused_at_line_one() -> None:
    with pytest.raises(Unreadable) as caught:
        read([])
    assert (caught.value.line, caught.value.code) == (1, "no_first_line")


@pytest.mark.parametrize("order", [1, -1])
def test_lines_when_one_id_and_equal_but_for_received_then_the_earliest(order: int) -> None:
    late = LINES["ack"] | {"received": LATER}
    assert trace_of(*[LINES["ack"], late][::order]) == trace_of(LINES["ack"])


def test_lines_when_one_id_and_times_differ_only_in_writing_then_one() -> None:
    again = LINES["span"] | {"from": "2026-01-12T07:00:00.25Z", "received": LATER}
    assert trace_of(LINES["span"], again) == trace_of(LINES["span"])


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("ack", {"kind": "event"}),
        ("ack", {"learner": "L2"}),
        ("ack", {"connection": "c2"}),
        ("paper", {"reason": "rang"}),
        ("paper", {"by": "P8"}),
        ("excuse", {"code": "child_ill"}),
        ("ack", {"further": 1}),
        ("ack", LINES["could_not_enter"] | {"id": "a"}),
    ],
)
def test_lines_when_one_id_and_they_differ_then_refused_at_the_second(kind: str, changed: Json) -> None:
    assert refusal(LINES["held"], LINES[kind], LINES["pause"], LINES[kind] | changed) == (5, "id_differs", None)


def test_lines_when_further_fields_are_equal_then_one_and_else_refused() -> None:
    one = LINES["ack"] | {"further": {"b": 1, "a": [True]}}
    assert trace_of(one, LINES["ack"] | {"further": {"a": [True], "b": 1}, "received": LATER}) == trace_of(LINES["ack"])
    assert refusal(one, LINES["ack"] | {"further": {"b": 1, "a": [1]}}) == (3, "id_differs", None)
    assert refusal(one, LINES["ack"]) == (3, "id_differs", None)


def test_outages_when_without_id_then_each_stays_and_with_one_they_obey_it() -> None:
    outage = LINES["outage"]
    assert len(trace_of(outage, outage).lines) == 2
    assert len(trace_of(outage | {"id": "o"}, outage | {"id": "o"}).lines) == 1
    assert refusal(outage | {"id": "o"}, less(outage, "connections") | {"id": "o"}) == (3, "id_differs", None)
    assert refusal(outage | {"id": "a"}, LINES["ack"]) == (3, "id_differs", None)


def test_answer_when_told_then_the_contracts_fields_and_nothing_else() -> None:
    head = HEAD | {
        "lesson": HEAD["lesson"] | {"ends": "2026-01-12T10:00:00+02:00", "doors_close": "2026-01-12T08:00:00Z"}
    }
    trace = trace_of(LINES["span"] | {"to": "2026-01-12T09:30:00+02:00"}, LINES["provider"], head=head)
    assert answer(reckon(trace)) == {
        "learners": {
            "L1": {
                "intervals": [{"from": "2026-01-12T07:00:00Z", "to": "2026-01-12T07:30:00Z", "kind": "evidenced"}],
                "seconds": {
                    "evidenced": 1800,
                    "room": 0,
                    "service_gap": 0,
                    "bridged": 0,
                    "corrected": 0,
                    "present": 1800,
                },
                "late_by": 0,
                "left_early_by": 1800,
                "state": "partly",
                "also_here": True,
            }
        }
    }


def test_write_when_every_kind_occurs_then_the_contracts_names() -> None:
    written = [json.loads(line) for line in write(trace_of(*LINES.values()))]
    assert [set(line) for line in written] == [{"lesson", "rules", "expected"}, *map(set, LINES.values())]
    assert written[1] == LINES["ack"] | {"received": "2026-01-12T07:00:00Z"}


@settings(deadline=None)
@given(traces())
def test_write_when_any_trace_then_read_gives_it_back(lines: list[Json]) -> None:
    trace = trace_of(*lines[1:], head=lines[0])
    assert read(write(trace)) == trace
