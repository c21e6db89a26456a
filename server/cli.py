"""The commands of `oppitupa`; each is imported only when it is called."""

import argparse
import contextlib
import importlib
import os
import re
import sys
from typing import Final, NoReturn

from calendars.errors import Refused
from server.settings import Unsettled

COMMANDS: Final = {
    "demo": "server.commands.demo",
    "serve": "server.commands.serve",
    "admin": "server.commands.admin",
    "migrate": "server.commands.migrate",
    "backup": "server.commands.backup",
    "restore": "server.commands.backup",
    "doctor": "server.commands.doctor",
    "settings": "server.commands.settings",
    "plan": "server.commands.plan",
    "blueprints": "server.commands.plan",
    "groups": "server.commands.groups",
    "attendance": "server.commands.attendance",
    "report": "server.commands.report",
    "export": "server.commands.proof",
    "verify": "server.commands.proof",
    "key": "server.commands.proof",
    "timetable": "server.commands.timetable",
}
"""Each module has `declare(subparsers)`, which sets `run(arguments) -> exit code`."""

AWAY: Final = "The database does not answer: check OPPITUPA_DATABASE and that its server runs."


OWN_TYPES: Final = re.compile(r"invalid _\w+ value:", re.ASCII)
"""What argparse makes of a reader of ours that found no number: the name of a function, which is nothing to say."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, and nothing else."""

    def error(self, message: str) -> NoReturn:
        """Exit 2."""
        message = OWN_TYPES.sub("cannot use", message)
        self.exit(2, f"{self.prog}: {message}; {self.prog} --help says more.\n")


def main(argv: list[str] | None = None) -> int:
    """Run one command. 0: done · 1: the answer is no · 2: unusable input, with one sentence on stderr."""
    words = sys.argv[1:] if argv is None else argv
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    parser = Parser(prog="oppitupa", description=__doc__)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    named = next((word for word in words if not word.startswith("-")), "")
    modules = [COMMANDS[named]] if named in COMMANDS else sorted(set(COMMANDS.values()))
    for module in modules:
        importlib.import_module(module).declare(subparsers)
    arguments = parser.parse_args(words)
    try:
        code = int(arguments.run(arguments) or 0)
        sys.stdout.flush()
        return code
    except Unsettled as wrong:
        return _unusable(str(wrong))
    except Refused as refused:
        return _unusable(AWAY if refused.code == "database_away" else _in_words(refused))
    except BrokenPipeError:
        _close_stdout()
        return 0
    except OSError as wrong:
        _close_stdout()
        return _unusable(f"{wrong.filename or 'The answer'} cannot be used: {wrong.strerror or wrong}.")


def _close_stdout() -> None:
    """What is still unwritten goes nowhere: Python would try once more at its end, and complain."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _in_words(refused: Refused) -> str:
    texts = importlib.import_module("server.words")  # as heavy as a command: only when there is something to say
    return str(texts.of_error(refused.code, texts.read().say("en"), refused.facts))


def _unusable(sentence: str) -> int:
    print(f"oppitupa: {sentence}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
