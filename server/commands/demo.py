"""`oppitupa demo`: builds a training house if its folder is empty, serves it, and plays the classmates."""

import argparse
import asyncio
import json
import sys
import tempfile
import webbrowser
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from calendars.blueprints import shipped
from calendars.clock import Clock, SetClock, parse_instant
from calendars.errors import Invalid
from calendars.store import Store
from server import app as house_app
from server import assets
from server.demo import directory, house, memory, stage, today
from server.demo.history import Lived
from server.demo.memory import Memory
from server.listening import listen, reached_at
from server.middleware import logs
from server.migrations import migrate
from server.settings import Settings, Unsettled, is_loopback, read
from server.tls import context_of

DEFAULT_BLUEPRINT = "occupation-for-immigrants"


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser("demo", help="a believable training house on this machine, to look at and to try")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=8080, help="the port; 0 takes any that is free")
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep the house here; without it, each start is new")
    parser.add_argument("--blueprint", default=DEFAULT_BLUEPRINT, metavar="NAME", help="which training model")
    parser.add_argument("--clock", metavar="RFC3339", help="the house's time starts there")
    parser.add_argument("--classmates", type=int, metavar="N", help="learners of the open lesson that the demo plays")
    parser.add_argument("--tls", choices=["auto"], help="speak HTTPS with a certificate of its own")
    parser.add_argument("--json", action="store_true", help="print everything as one line of JSON, open no browser")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Serve the demo until Ctrl-C."""
    if arguments.classmates is not None and arguments.classmates < 0:
        raise Unsettled("--classmates must be 0 or more.")
    if arguments.blueprint not in shipped.names():
        known = ", ".join(shipped.names())
        raise Unsettled(f"There is no blueprint {arguments.blueprint}; there are: {known}.")
    logs.set_up(readable=True, quiet=True)
    assets.built()
    with tempfile.TemporaryDirectory(prefix="oppitupa-") as fresh:
        folder = arguments.data or Path(fresh)
        folder.mkdir(parents=True, exist_ok=True)
        asyncio.run(_serve(settings_of(arguments, folder), arguments))
    return 0


def settings_of(arguments: argparse.Namespace, folder: Path) -> Settings:
    """What the environment says, but for what a demo must not touch: another database, and other people.

    Those in it are invented. Their addresses and telephone numbers may be somebody's, so no letter leaves the house.
    """
    return replace(
        read(), data=folder, database="", redis="", smtp_host="", sms_url="", host=arguments.host,
        port=arguments.port, demo=True,
    )  # fmt: skip


async def _serve(settings: Settings, arguments: argparse.Namespace) -> None:
    auto = arguments.tls == "auto" or not is_loopback(settings.host)
    tls, warning = context_of(settings, auto=auto)
    if warning:
        print(warning, file=sys.stderr)
    listening = listen(settings.host, settings.port)
    port = listening.getsockname()[1]
    scheme = "https" if tls else "http"
    settings = replace(settings, port=port, url=f"{scheme}://{_in_url(reached_at(settings.host))}:{port}")
    kept = memory.read(settings.data)
    if kept and (arguments.clock or arguments.blueprint not in (DEFAULT_BLUEPRINT, kept.blueprint)):
        print(f"The house in {settings.data} goes on as it was built: its clock and its model stay.", file=sys.stderr)
    kept = kept or await _build(settings, arguments)
    theatre = stage.Stage(kept, settings, tls, classmates=arguments.classmates)
    application = house_app.build(settings, Clock(timedelta(seconds=kept.shift)), extra=theatre.add_to)

    async def ready() -> None:
        listing = await directory.listing(application, kept)
        _tell(listing, theatre.address, as_json=arguments.json)

    await theatre.run(application, listening, ready)


async def _build(settings: Settings, arguments: argparse.Namespace) -> Memory:
    """Build the house by its own acts: the plan, then every day that lies behind."""
    blueprint = shipped.load(arguments.blueprint)
    machine = Clock().now()
    wished = _instant(arguments.clock) if arguments.clock else machine
    now = today.house_time(wished, blueprint)
    await migrate(settings.database_url)
    clock = SetClock(now)
    store = Store(settings.database_url, clock, alone=True)
    try:
        built = await house.build(store, blueprint, now)
        await Lived(store, clock).live([one for one in built.lessons if one.ends < now])
        clock.at = now
        await directory.open_feeds(store, built)
    finally:
        await store.close()
    shift = (now - machine).total_seconds() if now != machine else 0.0
    kept = memory.of(built, built.at(now), blueprint.name, shift)
    memory.keep(settings.data, kept)
    return kept


def _instant(text: str) -> Any:
    try:
        return parse_instant(text)
    except Invalid:
        raise Unsettled(f"--clock {text} is no time; write it like 2026-03-10T10:05:00+02:00.") from None


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _tell(listing: dict[str, Any], address: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(listing, ensure_ascii=False), flush=True)
        return
    print(f"\nOppitupa is open. Look here:\n\n    {address}\n")
    for person in listing["people"]:
        print(f"  {person['role']:<12} {person['name']:<20} {person['signin']}")
    print("\nCtrl-C closes the house.", flush=True)
    if sys.stdout.isatty():
        webbrowser.open(address)
