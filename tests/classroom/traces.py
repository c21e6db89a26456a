"""Random attendance traces, as JSON values, dense with edges; and short ways to write one by hand."""

import random
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

Json = dict[str, Any]
KINDS = ["evidenced", "room", "service_gap", "bridged", "corrected"]
ZONES = [UTC, ZoneInfo("Europe/Helsinki"), timezone(-timedelta(hours=9, minutes=30)), timezone(timedelta(hours=14))]
FRACTIONS = ["", ".0", ".000001", ".5", ".999999999999"]
# A winter morning, the second before each clock change in Finland, and the second before 1970.
BASES = [
    int(datetime.fromisoformat(text).timestamp())
    for text in (
        "2026-01-12T07:00:00+00:00",
        "2026-03-29T00:59:00+00:00",
        "2026-10-25T00:59:00+00:00",
        "1969-12-31T23:59:00+00:00",
    )
]


def at(second: int, style: int = 0) -> str:
    """One of the ways to write a second, fractions (to be floored) included."""
    zone, fraction = ZONES[style % len(ZONES)], FRACTIONS[style // len(ZONES) % len(FRACTIONS)]
    text = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)).astimezone(zone).isoformat()
    text = text[:19] + fraction + text[19:]
    return text.replace("+00:00", "Z") if style % 2 else text


def timed(line: Json, base: int, style: int = 0) -> Json:
    """The same line, its seconds written as times; `base` is second 0."""
    names = ("received", "from", "to", "at", "starts", "ends", "doors_open", "doors_close")
    return {key: at(base + value, style + n) if key in names else value for n, (key, value) in enumerate(line.items())}


seconds = st.integers(-15, 175)
steps = st.integers(0, 13)
short = st.integers(0, 20)
learners = st.sampled_from(["L1", "L1", "L1", "L1", "L2"])
connections = st.sampled_from(["c1", "c2"])
touch_kinds = st.sampled_from(["ack", "ack", "ack", "event", "join", "leave"])
events = st.sampled_from(["joined", "left"])
lasting = st.builds(lambda begin, length: {"from": begin, "to": begin + length}, seconds, st.integers(0, 60))
brief = st.builds(lambda begin, length: {"from": begin, "to": begin + length}, seconds, st.integers(0, 9))
human = st.sampled_from(["teacher", "paper", "phone", "qr", "foreman", "remove"])
excuses = st.sampled_from(["own_illness", "unauthorised", "unauthorised"])
failures = st.sampled_from(["link", "sign_in", "device", "room_full", "too_early", "too_early", "network"])


def _walk(learner: str, connection: str, begin: int, path: list[tuple[int, str]]) -> list[Json]:
    """One connection from its join on, each touch some steps after the one before."""
    lines: list[Json] = [{"received": begin, "kind": "join", "learner": learner, "connection": connection}]
    for step, kind in path:
        begin += step
        lines.append({"received": begin, "kind": kind, "learner": learner, "connection": connection})
    return lines


def _cut(learner: str, p: int, length: int, around: tuple[int, int], kind: str, who: int) -> list[Json]:
    """A line that is cut near an outage of ours, in one part or two, and comes back: c1 until p, c2 from p + length."""
    begin, end = sorted((p + around[0], p + length + around[1]))
    middle = (begin + end) // 2
    touch = {"learner": learner, "connection": "c1"}
    lines: list[Json] = [
        touch | {"received": p, "kind": "join"},
        touch | {"received": p, "kind": kind},
        touch | {"received": p + length, "kind": "join", "connection": "c2"},
    ]
    outage: Json = {"received": end, "kind": "outage"}
    if who < 3:  # c3 is never hers
        outage["connections"] = [["c1"], ["c2"], ["c3"]][who]
    if who < 5:
        lines.append(outage | {"from": begin, "to": end})
    elif who < 8:
        apart = who % 2
        lines.append(outage | {"from": begin, "to": middle})
        lines.append(outage | {"from": middle + apart, "to": max(end, middle + apart)})
    return lines


def _pausing(learner: str, p: int, length: int, before: int, pause: int) -> list[Json]:
    """Two stays with a gap between them, and perhaps a break of the lesson in it or over one of its ends."""
    stay = {"received": p, "kind": "span", "learner": learner, "connection": "c1", "end": "lost"}
    return [
        stay | {"from": p - 2, "to": p},
        stay | {"from": p + length + pause, "to": p + length + pause + 2},
        {"received": p, "kind": "pause", "from": p + before, "to": p + before + pause},
    ]


def _visits(learner: str, provider: str, begin: int, path: list[tuple[int, str]]) -> list[Json]:
    """What one provider saw, each event some steps after the one before."""
    lines: list[Json] = []
    for step, event in [(0, "joined"), *path]:
        begin += step
        lines.append(
            {
                "received": begin,
                "kind": "provider",
                "learner": learner,
                "provider": provider,
                "event": event,
                "at": begin,
            }
        )
    return lines


def _lines(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Json]]:
    return st.fixed_dictionaries(values).map(lambda line: [line])


def _during(kinds: st.SearchStrategy[str], **values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Json]]:
    given_by = {"received": seconds, "kind": kinds, **values}
    return st.tuples(st.fixed_dictionaries(given_by), lasting).map(lambda parts: [parts[0] | parts[1]])


evidence = st.one_of(
    st.builds(
        _cut,
        learners,
        seconds,
        st.integers(1, 40),
        st.tuples(st.integers(-3, 13), st.integers(-13, 3)),
        touch_kinds,
        st.integers(0, 8),
    ),
    st.builds(_pausing, learners, seconds, st.sampled_from([1, 3, 4, 10, 11, 20, 21]), st.integers(-3, 9), short),
    st.builds(_walk, learners, connections, seconds, st.lists(st.tuples(steps, touch_kinds), max_size=12)),
    st.builds(_walk, learners, connections, seconds, st.lists(st.tuples(steps, touch_kinds), max_size=12)),
    _lines(received=seconds, kind=touch_kinds, learner=learners, connection=connections),
    st.tuples(
        st.fixed_dictionaries(
            {
                "received": seconds,
                "kind": st.just("span"),
                "learner": learners,
                "connection": connections,
                "end": st.sampled_from(["leave", "lost"]),
            }
        ),
        st.one_of(brief, lasting),
    ).map(lambda parts: [parts[0] | parts[1]]),
)
testimony = st.one_of(
    _during(st.just("outage")),
    _during(st.just("outage"), connections=st.lists(st.sampled_from(["c1", "c2", "c3"]), max_size=2)),
    st.builds(
        _visits, learners, st.sampled_from(["jitsi", "bbb"]), seconds, st.lists(st.tuples(short, events), max_size=5)
    ),
    st.builds(
        _visits, learners, st.sampled_from(["jitsi", "bbb"]), seconds, st.lists(st.tuples(short, events), max_size=5)
    ),
    _during(human, learner=learners, by=st.just("P9"), reason=st.just("")),
    _during(human, learner=learners, by=st.just("P9"), reason=st.just("")),
    _lines(received=seconds, kind=st.just("excuse"), learner=learners, code=excuses, by=st.just("P9")),
    _lines(received=seconds, kind=st.just("could_not_enter"), learner=learners, step=failures),
    _during(st.just("pause")),
    _during(st.just("held")),
    st.lists(lasting, min_size=2, max_size=3).map(lambda all: [{"received": 5, "kind": "held"} | one for one in all]),
)
rules = st.fixed_dictionaries(
    {
        "late_after": st.sampled_from([0, 4, 20, 300]),
        "present_percent": st.sampled_from([0, 1, 10, 30, 50, 85, 100]),
        "lease": st.sampled_from([0, 1, 5, 10]),
        "grace": st.sampled_from([0, 3, 10, 20]),
    },
    optional={
        "counts": st.lists(st.sampled_from(KINDS), max_size=4),
    },
)


@st.composite
def traces(draw: st.DrawFn) -> list[Json]:
    """A whole trace: the first line and then all others, duplicates among them, in no order."""
    doors_open, before, length, after = draw(st.tuples(short, short, st.integers(1, 130), short))
    starts, ends = doors_open + before, doors_open + before + length
    times = {"starts": starts, "ends": ends, "doors_open": doors_open, "doors_close": ends + after}
    groups = draw(st.lists(evidence, min_size=2, max_size=7)) + draw(st.lists(testimony, max_size=6))
    lines = [line for group in groups for line in group]
    for number, line in enumerate(lines):
        if line["kind"] != "outage":
            line["id"] = f"i{number}"
    lines += [line | {"received": draw(seconds)} for line in lines if draw(st.integers(0, 19)) == 19]
    order = random.Random(draw(st.integers(0, 2**32)))
    order.shuffle(lines)
    base = draw(st.sampled_from(BASES))
    head = {"lesson": timed(times, base), "rules": draw(rules), "expected": draw(st.sampled_from([[], ["L1"], ["L3"]]))}
    return [head, *(timed(line, base, order.randrange(40)) for line in lines)]
