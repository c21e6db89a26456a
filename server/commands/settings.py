"""`oppitupa settings`: every setting with its meaning, its default and what it is now."""

import argparse

from server.settings import read, told_by_environment, variable


def settings(_arguments: argparse.Namespace) -> int:
    """Print the list. A wrong setting is told by the caller, as for every command."""
    now = read()
    for one in told_by_environment():
        value = getattr(now, one.name)
        default = _written(one.default)
        print(variable(one.name))
        print(f"    {one.metadata['meaning']}")
        print(f"    {one.metadata['read'].__doc__}; default: {default or 'nothing'}")
        if value != one.default:
            print(f"    now: {'(set, not shown)' if one.metadata['secret'] else _written(value)}")
    return 0


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)
