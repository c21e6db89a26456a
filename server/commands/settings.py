"""`oppitupa settings`: every setting with its meaning, its default and what it is now."""

import argparse

from server.settings import read, told_by_environment, variable


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    commands.add_parser("settings", help="every setting, its default and what it is now").set_defaults(run=settings)


def settings(_arguments: argparse.Namespace) -> int:
    """Print the list; the value of a secret is never shown."""
    now = read()
    for one in told_by_environment():
        value = getattr(now, one.name)
        print(variable(one.name))
        print(f"    {one.metadata['meaning']}")
        print(f"    {one.metadata['read'].__doc__}; default: {_written(one.default) or 'nothing'}")
        if value != one.default:
            print(f"    now: {'(set, not shown)' if one.metadata['secret'] else _written(value)}")
    return 0


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
