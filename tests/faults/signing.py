"""Somebody who signs and opens again, or exports, without end: a process to be killed at any moment.

python -m tests.faults.signing sign DATABASE LESSON · export DATABASE PROGRAMME FILE
"""

import asyncio
import os
import sys
from collections.abc import Sequence

from calendars import houses, rights
from calendars.clock import Clock
from calendars.store import Store
from calendars.tables import Lesson
from classroom import register
from classroom.proof import signing
from classroom.sealing import Seal
from server.cli import main


async def sign(database: str, lesson: str) -> None:
    """Say what is durable, once it is."""
    store, actor = Store(database, Clock()), rights.system()
    async with store.look() as look:
        seal = Seal(await houses.secret(look))
        row = await look.get(Lesson, lesson)
    done = bool(row and row.signed)
    while True:
        if not done:  # else the one who was killed has signed, and has not said so
            async with store.work() as work:
                await register.sign(work, actor, lesson)
            print("signed", flush=True)
        done = False
        async with store.work() as work:
            await signing.seal_due(work, seal)
        async with store.work() as work:
            await register.reopen(work, actor, lesson, "Once more")
        print("reopened", flush=True)


def export(database: str, programme: str, file: str) -> None:
    """One bundle after the other, to one place."""
    path = database.removeprefix("sqlite+aiosqlite:///")
    where = ["--data", os.path.dirname(path)] if path != database else []
    os.environ["OPPITUPA_DATABASE"] = "" if where else database
    while not main(["export", *where, "--programme", programme, "--out", file]):
        print("exported", flush=True)


def run(words: Sequence[str]) -> None:
    """Do what is said."""
    if words[0] == "sign":
        asyncio.run(sign(*words[1:]))
    else:
        export(*words[1:])


if __name__ == "__main__":
    run(sys.argv[1:])
