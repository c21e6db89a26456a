"""Stands in for the search where a test needs one that is slow, deaf, or breaks: python -m tests.server.seeker HOW."""

import json
import os
import select
import subprocess
import sys
import time
from typing import Any

from tests.calendars.greedy import Greedy


def say(**line: Any) -> None:
    print(json.dumps(line), flush=True)


def main(how: str) -> int:
    task = json.loads(sys.stdin.readline())
    say(progress={"seconds": 0, "pid": os.getpid()})
    if how == "nests":  # as a search that reckons a bound beside itself
        with subprocess.Popen(["sleep", "60"]) as nested:
            say(progress={"pid": nested.pid})
    if how == "breaks":
        print("this is no JSON", flush=True)
        return 3
    answer = Greedy(task["problem"]).solve()
    if how == "betters":  # as one that says its best so far, and then no more
        say(better=answer)
        how = "deaf"
    say(progress={"seconds": 1, "unplaced": len(answer["unplaced"]), "pid": os.getpid()})
    while how in ("slow", "deaf"):
        if how == "deaf":
            time.sleep(0.1)
        elif select.select([sys.stdin], [], [], 0.1)[0]:
            if sys.stdin.readline().strip() != "enough":
                return 3
            break
    say(timetable=answer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
