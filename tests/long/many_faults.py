"""The faults of tests/faults again and again: a hundred kills of each database's house, outages of more than a minute.

python -m tests.long.many_faults [OPPITUPA_RUNS, 3300 by default: a 33rd of them are kills]
"""

import os
import subprocess
import sys


def main() -> int:
    """Run them in a process of their own; its exit code."""
    runs = sys.argv[1] if len(sys.argv) > 1 else "3300"
    command = [sys.executable, "-m", "pytest", "tests/faults", "--durations=10"]
    return subprocess.run(command, env=os.environ | {"OPPITUPA_RUNS": runs}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
