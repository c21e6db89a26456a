"""`oppitupa export`, `verify` and `key`: the proof of a programme to a file, checked offline, and who signs it."""

import argparse
import asyncio
import json
import os
from pathlib import Path
from typing import Final

from calendars import houses, rights
from calendars.clock import Clock
from calendars.errors import NotFound, Unavailable
from calendars.store import Store, new_id
from classroom.proof import signing
from classroom.proof.bundle import bundle
from classroom.proof.verdict import declare_verify, verify
from classroom.sealing import Seal
from server.commands import report
from server.settings import Settings, Unsettled, of_command, standing, with_data

CHORE: Final = "seal"
LEASE: Final = 10.0  # seconds
PATIENT: Final = 30.0  # seconds until a house that runs must have sealed
LOST: Final = (
    "The key that signs the proof cannot be opened: OPPITUPA_SEAL_KEY is not the one that it was sealed with. "
    "Put the old one back (or into OPPITUPA_SEAL_KEY_BEFORE). If it is gone for good: oppitupa key --lost."
)


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the parser."""
    export = commands.add_parser("export", help="the signed evidence of a programme in one file")
    export.add_argument("--programme", required=True, metavar="ID")
    with_data(export)
    export.add_argument("--out", type=Path, required=True, metavar="BUNDLE.zip")
    export.set_defaults(run=run_export)
    check = commands.add_parser("verify", help="check such a file, offline")
    declare_verify(check)
    check.set_defaults(run=verify)
    key = commands.add_parser("key", help="the fingerprint of the key that signs; or a new key")
    with_data(key)
    change = key.add_mutually_exclusive_group()
    change.add_argument("--rotate", action="store_true", help="sign with a new key, for which the old one vouches")
    change.add_argument("--lost", action="store_true", help="the old key is gone: say so in every proof")
    key.add_argument("--json", action="store_true", help="print one JSON value")
    key.set_defaults(run=run_key)


def run_export(arguments: argparse.Namespace) -> int:
    """Write the bundle: whole, or not at all."""
    out: Path = arguments.out
    if out.is_dir():
        raise Unsettled(f"{out} is a folder: name the file to write.")
    try:
        held = asyncio.run(_exported(standing(of_command(arguments)), arguments.programme))
    except NotFound:
        raise Unsettled(f"There is no programme {arguments.programme} in this database.") from None
    half = out.with_name(f"{out.name}.{os.getpid()}.part")
    try:
        with half.open("wb") as file:
            file.write(held)
            file.flush()
            os.fsync(file.fileno())
        half.replace(out)
    except OSError as wrong:
        half.unlink(missing_ok=True)
        raise Unsettled(f"{out} cannot be written: {wrong.strerror}.") from None
    return 0


async def _exported(settings: Settings, programme: str) -> bytes:
    """Wait for whoever seals, or seal if nobody does."""
    store, holder = Store(settings.database_url, Clock(report.shift(settings.data))), new_id()
    try:
        async with asyncio.timeout(PATIENT):
            seal = await _seal(store, settings)
            while True:
                async with store.look() as look:
                    held = await bundle(look, rights.system(), programme, seal)
                if held is not None:
                    return held
                async with store.work() as work:
                    ours = await work.lease(CHORE, holder, LEASE)
                    if ours:
                        await signing.seal_due(work, seal)
                        await signing.seal_chain(work, seal, programme)
                        await work.lease(CHORE, holder, 0)
                if not ours:
                    await asyncio.sleep(0.5)
    except TimeoutError:
        raise Unsettled("The house has not sealed its chain for half a minute: see its log, then try again.") from None
    except Unavailable as away:
        raise Unsettled(LOST) from None if away.code == "seal_broken" else away
    finally:
        await store.close()


def run_key(arguments: argparse.Namespace) -> int:
    """Print who signs, by now."""
    told = asyncio.run(_key(standing(of_command(arguments)), rotate=arguments.rotate, lost=arguments.lost))
    if arguments.json:
        print(json.dumps(told))
    else:
        print("\n".join(f"{one['fingerprint']}  {one['why']:<8} {one['made']}" for one in told))
    return 0


async def _key(settings: Settings, *, rotate: bool, lost: bool) -> list[dict[str, object]]:
    store = Store(settings.database_url, Clock(report.shift(settings.data)))
    try:
        seal = await _seal(store, settings)
        async with store.work() as work:
            await signing.first_key(work, seal)
            if rotate or lost:
                await signing.change_key(work, seal, lost=lost)
            return [dict(one.told) for one in await signing.signers(work)]
    except Unavailable as away:
        raise Unsettled(LOST) from None if away.code == "seal_broken" else away
    finally:
        await store.close()


async def _seal(store: Store, settings: Settings) -> Seal:
    async with store.look() as look:
        return Seal(await houses.secret(look), settings.seal_key, settings.seal_key_before)
