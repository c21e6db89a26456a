"""`oppitupa backup` and `restore`: the whole house in one file, taken while it works, put back into either database."""

import argparse
import asyncio
import sys
from pathlib import Path

from server.migrations import head, migrate
from server.migrations.archive import Unreadable, check, read_into, write_from
from server.settings import Unsettled, of_command, standing, with_data


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands to the parser."""
    for name, told, run in (
        ("backup", "write the whole house into one file, while it works", backup),
        ("restore", "put a backup into an empty database, of either kind", restore),
    ):
        parser = commands.add_parser(name, help=told)
        parser.add_argument("file", type=Path, metavar="FILE")
        with_data(parser)
        parser.set_defaults(run=run)


def backup(arguments: argparse.Namespace) -> int:
    """Write the file beside its place and move it there: a broken one never looks whole."""
    settings, target = standing(of_command(arguments)), arguments.file
    if target.is_dir():
        raise Unsettled(f"{target} is a folder: name the file to write.")
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        unfinished.touch(mode=0o600)  # it holds names and secrets
        rows = asyncio.run(write_from(settings.database_url, unfinished))
        unfinished.replace(target)
    except OSError as wrong:
        raise Unsettled(f"{target} cannot be written: {wrong.strerror}.") from None
    finally:
        unfinished.unlink(missing_ok=True)
    if settings.data.is_dir():
        (settings.data / "last-backup").touch()  # `doctor` looks at its time
    print(f"{rows} rows are in {target}.", file=sys.stderr)
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Fill an empty database. Nothing is changed when the file or the database will not do."""
    settings = of_command(arguments)
    try:
        check(arguments.file, head())
        asyncio.run(migrate(settings.database_url))
        rows = asyncio.run(read_into(settings.database_url, arguments.file, head()))
    except Unreadable as wrong:
        raise Unsettled(f"{arguments.file}: {wrong}") from None
    print(f"{rows} rows are back.", file=sys.stderr)
    return 0
