"""`oppitupa report` and `oppitupa attendance trace`: figures and evidence from a database, to a file or to stdout."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from calendars import rights
from calendars.clock import Clock, parse_instant
from calendars.errors import NotFound
from calendars.store import Look, Store
from classroom import ledger, reports, rooms, trace
from server.demo import memory
from server.settings import Settings, Unsettled, read, standing

LATER = "The {format} report comes with a later version; take --format json or csv."


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("report", help="the funder's report of a programme")
    parser.add_argument("--programme", required=True, metavar="ID")
    parser.add_argument("--format", choices=["json", "csv", "xlsx", "pdf"], default="json")
    placed(parser)
    parser.set_defaults(run=run)


def placed(parser: argparse.ArgumentParser) -> None:
    """The options of every command that reads figures from a database."""
    parser.add_argument("--data", type=Path, metavar="DIR", help="the folder of a house (SQLite inside)")
    parser.add_argument("--as-of", metavar="T", help="as it was known at that instant (RFC 3339)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="a file; without it, stdout")


def run(arguments: argparse.Namespace) -> int:
    """Write the report. Raises Unsettled for what cannot be used."""
    if arguments.format in ("xlsx", "pdf"):
        raise Unsettled(LATER.format(format=arguments.format.upper()))

    async def written(look: Look) -> str:
        as_of = parse_instant(arguments.as_of) if arguments.as_of else None
        found = await reports.report(look, rights.system(), arguments.programme, as_of)
        if arguments.format == "json":
            return reports.as_json(found)
        return reports.as_csv(found, await reports.names(look, rights.system(), found))

    return give(arguments, written, f"There is no programme {arguments.programme} in this database.")


def run_trace(arguments: argparse.Namespace) -> int:
    """Write the evidence of one lesson as an attendance trace (contract.md)."""

    async def written(look: Look) -> str:
        as_of = parse_instant(arguments.as_of) if arguments.as_of else None
        lesson, programme, _ = await rights.target_of_lesson(look, arguments.lesson)
        known = rooms.rules_of(programme)
        found = await ledger.trace(look, lesson, rooms.times(lesson, programme.rules), known, as_of)
        return "".join(line.rstrip("\n") + "\n" for line in trace.write(found))

    return give(arguments, written, f"There is no lesson {arguments.lesson} in this database.")


def give(arguments: argparse.Namespace, written: Callable[[Look], Awaitable[str]], missing: str) -> int:
    """Read the text from the database that the arguments name, and put it where they say."""
    settings = _settings(arguments)
    try:
        text = asyncio.run(_read(settings, written))
    except NotFound:
        raise Unsettled(missing) from None
    if arguments.out is None:
        sys.stdout.write(text)
        return 0
    if arguments.out.is_dir():
        raise Unsettled(f"{arguments.out} is a folder: name the file to write.")
    half = arguments.out.with_name(arguments.out.name + ".part")
    try:
        half.write_text(text, encoding="utf-8", newline="")
        half.replace(arguments.out)
    except OSError as wrong:
        raise Unsettled(f"{arguments.out} cannot be written: {wrong.strerror}.") from None
    return 0


def _settings(arguments: argparse.Namespace) -> Settings:
    settings = read()
    if arguments.data is not None:
        settings = replace(settings, data=arguments.data, database="")
    return standing(settings)


async def _read(settings: Settings, written: Callable[[Look], Awaitable[str]]) -> str:
    store = Store(settings.database_url, Clock(shift(settings.data)))
    try:
        async with store.look() as look:
            return await written(look)
    finally:
        await store.close()


def shift(folder: Path) -> timedelta:
    """How far the clock of a demo's house is ahead; nothing for every other house."""
    kept = memory.read(folder)
    return timedelta(seconds=kept.shift if kept else 0)
