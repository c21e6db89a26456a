"""An independent judge of attendance: the contract once more, with one cell per second. Shares no code with the house.

It is slow and plain on purpose: sets and lists of seconds, no arithmetic of intervals. It takes the lines as JSON
values and gives the JSON value that `attendance replay --json` must print, with times as epoch seconds.
"""

from datetime import datetime
from itertools import pairwise
from typing import Any

ORDER = ["evidenced", "room", "service_gap", "bridged", "corrected"]
HUMAN = ("teacher", "paper", "phone", "qr", "foreman")
Json = dict[str, Any]


def epoch(text: str) -> int:
    """The whole second, floored."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int((moment - datetime.fromisoformat("1970-01-01T00:00:00+00:00")).total_seconds() // 1)


def judge(lines: list[Json]) -> Json:
    """The whole answer, `learners` by id."""
    head, rest = lines[0], once(lines[1:])
    lesson = {name: epoch(text) for name, text in head["lesson"].items()}
    rules = {"lease": 40, "grace": 90, "late_after": 300, "present_percent": 85, "counts": ORDER} | head.get(
        "rules", {}
    )
    learners = set(head["expected"]) | {line["learner"] for line in rest if "learner" in line}
    planned = counted_cells(rest, lesson)
    return {
        learner: one(rest, [line for line in rest if line.get("learner") == learner], lesson, rules, planned)
        for learner in sorted(learners)
    }


def once(lines: list[Json]) -> list[Json]:
    """Floor the times; of lines with one id keep the earliest."""
    floored = [
        {key: epoch(value) if key in ("received", "from", "to", "at") else value for key, value in line.items()}
        for line in lines
    ]
    kept: list[Json] = []
    for line in sorted(floored, key=lambda line: line["received"]):
        if "id" not in line or all(line["id"] != other.get("id") for other in kept):
            kept.append(line)
    return kept


def cells(lines: list[Json]) -> set[int]:
    return {second for line in lines for second in range(line["from"], line["to"])}


def counted_cells(lines: list[Json], lesson: Json) -> list[int]:
    held = [line for line in lines if line["kind"] == "held"]
    begin, end = lesson["starts"], lesson["ends"]
    if held:
        last = sorted(held, key=lambda line: (line["received"], line["id"]))[-1]
        begin, end = last["from"], last["to"]
    paused = cells([line for line in lines if line["kind"] == "pause"])
    within = range(lesson["doors_open"], lesson["doors_close"])
    return [second for second in range(begin, end) if second in within and second not in paused]


def one(every: list[Json], hers: list[Json], lesson: Json, rules: Json, planned: list[int]) -> Json:
    kinds = coloured(every, hers, lesson, rules)
    present = [kinds.get(second) in rules["counts"] for second in planned]
    seconds = {kind: sum(kinds.get(second) == kind for second in planned) for kind in ORDER}
    seconds["present"] = sum(present)
    late_by = early_by = None
    if any(present):
        late_by, early_by = present.index(True), present[::-1].index(True)
    return {
        "intervals": runs(kinds),
        "seconds": seconds,
        "late_by": late_by,
        "left_early_by": early_by,
        "state": state(hers, lesson, rules, present, late_by, early_by),
        "also_here": any(line["kind"] == "provider" for line in hers),
    }


def state(
    hers: list[Json], lesson: Json, rules: Json, present: list[bool], late_by: int | None, early_by: int | None
) -> str:
    if present == []:
        return "not_held"
    if late_by is None or early_by is None:
        if [line for line in hers if line["kind"] == "excuse" and line["code"] != "unauthorised"]:
            return "excused"
        tried = {line["received"] for line in hers if line["kind"] == "could_not_enter" and line["step"] != "too_early"}
        return "could_not_enter" if tried & set(range(lesson["doors_open"], lesson["doors_close"])) else "absent"
    if sum(present) * 100 < rules["present_percent"] * len(present):
        return "partly"
    if late_by > rules["late_after"]:
        return "late"
    if early_by > rules["late_after"]:
        return "left_early"
    return "present"


def runs(kinds: dict[int, str]) -> list[Json]:
    found: list[Json] = []
    for second in sorted(kinds):
        if found and found[-1]["to"] == second and found[-1]["kind"] == kinds[second]:
            found[-1]["to"] = second + 1
        else:
            found.append({"from": second, "to": second + 1, "kind": kinds[second]})
    return found


def coloured(every: list[Json], hers: list[Json], lesson: Json, rules: Json) -> dict[int, str]:
    """The kind of each second within the doors that has one."""
    points, stayed, leaves = proofs(hers, rules["lease"])
    service, bridged = between(points, stayed, leaves, every, hers, rules)
    layers = {
        "evidenced": stayed,
        "room": seen_by_providers(hers),
        "service_gap": service,
        "bridged": bridged,
        "corrected": cells([line for line in hers if line["kind"] in HUMAN]),
    }
    removed = cells([line for line in hers if line["kind"] == "remove"])
    kinds = {}
    for second in range(lesson["doors_open"], lesson["doors_close"]):
        for kind in ORDER:
            if second in layers[kind] and second not in removed:
                kinds[second] = kind
                break
    return kinds


def proofs(hers: list[Json], lease: int) -> tuple[set[int], set[int], set[int]]:
    """The seconds at which she proved herself (the ends of stays among them), those stayed, those of true leaves."""
    points: set[int] = set()
    stayed: set[int] = set()
    leaves: set[int] = set()
    for line in hers:
        if line["kind"] == "span":
            points |= {line["from"], line["to"]}
            stayed |= set(range(line["from"], line["to"]))
            if line["end"] == "leave":
                leaves.add(line["to"])
    touches = [line for line in hers if line["kind"] in ("join", "ack", "event", "leave")]
    for connection in {line["connection"] for line in touches}:
        came = [line for line in touches if line["connection"] == connection]
        last: int | None = None
        for second in sorted({line["received"] for line in came}):
            said = {line["kind"] for line in came if line["received"] == second}
            if last is None and "join" not in said:
                continue
            spoke = bool(said & {"join", "ack", "event"})
            if spoke:
                if last is not None and second - last <= lease:
                    stayed |= set(range(last, second))
                points.add(second)
                last = second
            if "leave" in said:
                assert last is not None
                if second - last <= lease:
                    stayed |= set(range(last, second))
                    points.add(second)
                    leaves.add(second)
                break
    return points, stayed, leaves


def between(
    points: set[int], stayed: set[int], leaves: set[int], every: list[Json], hers: list[Json], rules: Json
) -> tuple[set[int], set[int]]:
    """The seconds of service gaps and the bridged ones."""
    service: set[int] = set()
    bridged: set[int] = set()
    paused = cells([line for line in every if line["kind"] == "pause"])
    outages = touching(every, {line["connection"] for line in hers if "connection" in line})
    order = sorted(points)
    for p, q in pairwise(order):
        if p in stayed:
            continue
        ours = [o for o in outages if o[0] - rules["lease"] <= p <= o[1] and o[0] <= q <= o[1] + rules["lease"]]
        gap = set(range(p, q))
        if ours and p not in leaves:
            service |= gap
        elif len(gap - paused) <= rules["grace"]:
            bridged |= gap - paused
    return service, bridged


def touching(every: list[Json], connections: set[str]) -> list[tuple[int, int]]:
    """Her outages; as long as two of them meet, they become one."""
    found = [
        (line["from"], line["to"])
        for line in every
        if line["kind"] == "outage" and ("connections" not in line or connections & set(line["connections"]))
    ]
    while True:
        pair = next(
            ((a, b) for i, a in enumerate(found) for b in found[i + 1 :] if a[0] <= b[1] and b[0] <= a[1]), None
        )
        if pair is None:
            return found
        found.remove(pair[0])
        found.remove(pair[1])
        found.append((min(pair[0][0], pair[1][0]), max(pair[0][1], pair[1][1])))


def seen_by_providers(hers: list[Json]) -> set[int]:
    seen: set[int] = set()
    lines = [line for line in hers if line["kind"] == "provider"]
    for provider in {line["provider"] for line in lines}:
        inside_since: int | None = None
        events = {(line["at"], line["event"]) for line in lines if line["provider"] == provider}
        for second in sorted({at for at, _ in events}):
            if (second, "left") in events and inside_since is not None:
                seen |= set(range(inside_since, second))
                inside_since = None
            if (second, "joined") in events and inside_since is None:
                inside_since = second
    return seen
