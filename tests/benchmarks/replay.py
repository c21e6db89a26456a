"""How long `attendance replay` takes for a large trace, and how much memory: `python -m tests.benchmarks.replay`.

The number of lines may follow. The trace is one lesson of two hours with a beat of 15 seconds; the learners are as
many as the lines need.
Printed beside it: the bare `json.loads` of the same lines, so that machines can be compared.
"""

import json
import random
import resource
import sys
import time
from collections.abc import Iterator

from classroom.attendance import reckon
from classroom.trace import answer, read, write

BEAT, LENGTH, START = 15, 7200, 1768201200


def stamp(second: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second)) + f".{int(second % 1 * 1000):03}Z"


def made(wanted: int) -> Iterator[str]:
    """A first line and `wanted` touches, one learner after the other, with drops and a second device now and then."""
    chance = random.Random(7)
    times = {"starts": START, "ends": START + LENGTH, "doors_open": START - 600, "doors_close": START + LENGTH + 600}
    yield json.dumps({"lesson": {name: stamp(at) for name, at in times.items()}, "expected": []})
    number = 0
    while number < wanted:
        learner, at, connection, kind = f"learner{number:020}", START - chance.random() * 300, 0, "join"
        while at < START + LENGTH and number < wanted:
            line = {"received": stamp(at), "learner": learner, "connection": f"{learner}.{connection}", "kind": kind}
            yield json.dumps(line | {"id": f"{number:020x}"})
            number += 1
            kind = "ack"
            at += BEAT * chance.uniform(0.8, 1.2)
            if chance.random() < 0.01:
                at, connection, kind = at + chance.random() * 200, connection + 1, "join"


def main(wanted: int) -> None:
    lines = list(made(wanted))
    began = time.perf_counter()
    for line in lines:
        json.loads(line)
    bare = time.perf_counter() - began
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    trace = read(lines)
    was_read = time.perf_counter() - began
    began = time.perf_counter()
    reckonings = reckon(trace)
    reckoned = time.perf_counter() - began
    began = time.perf_counter()
    json.dumps(answer(reckonings))
    told = time.perf_counter() - began
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert read(write(trace)) == trace
    whole = was_read + reckoned + told
    print(f"{wanted} lines, {len(reckonings)} learners: {whole:.1f} s = {whole / bare:.1f} x bare json.loads")
    print(f"read {was_read:.1f} s, reckon {reckoned:.1f} s, answer {told:.1f} s; {memory:.0f} MB beyond the lines")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
