"""The search in a process of its own, for whoever must not wait: `python -m calendars.grouping`.

On stdin comes one JSON object, `{"problem": {…}, "seconds": 3, "seed": 0}`, and then the end; on stdout goes one line:
`{"grouping": {…}}`, or `{"impossible": code, "facts": {…}}` where `apart` and `fixed` leave no groups. With `"groups"`,
those that are formed today, it answers `{"better": {…}}`: the steps that are worth it from there.
"""

import json
import os
import signal
import sys

from calendars.grouping import reading
from calendars.grouping.better import better
from calendars.grouping.problem import Impossible
from calendars.grouping.search import form

NICENESS = 10


def main() -> int:
    """Read the order, search, answer."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches the parent too, and she decides
    order = json.load(sys.stdin)
    problem = reading.problem(json.dumps(order["problem"]))
    if "groups" in order:
        found = better(problem, reading.standing(order["groups"]))
        sys.stdout.write(json.dumps({"better": reading.better_as_json(found)}) + "\n")
        return 0
    try:
        made = form(problem, float(order["seconds"]), int(order["seed"]))
    except Impossible as wrong:
        sys.stdout.write(json.dumps({"impossible": wrong.code, "facts": wrong.facts}) + "\n")
        return 1
    sys.stdout.write(json.dumps({"grouping": reading.grouping_as_json(made)}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
