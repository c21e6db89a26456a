"""`oppitupa migrate`: bring the database to the form that this version needs."""

import argparse
import asyncio
import sys

from server.migrations import head, migrate
from server.settings import of_command, with_data


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("migrate", help="bring the database to the form that this version needs")
    with_data(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Migrate; nothing is done twice."""
    changed = asyncio.run(migrate(of_command(arguments).database_url))
    print(f"The database {'is now' if changed else 'was already'} at step {head()}.", file=sys.stderr)
    return 0
