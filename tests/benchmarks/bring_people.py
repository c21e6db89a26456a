"""Bring in a file of 10,000 people, some lines broken, and watch the loop: `python -m tests.benchmarks.bring_people`.

It says how long reading, matching and writing take, and the longest time that the event loop stood still meanwhile.
"""

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime

from calendars import importing
from calendars.clock import SetClock
from calendars.store import Store
from server.files import imports
from server.files.entries import Known, entries
from server.migrations import migrate
from tests.calendars.planned import SYSTEM, plan_house

LINES = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000


def made(broken: int) -> bytes:
    """A file with so many broken lines in it."""
    lines = ["nimi;puhelin;sähköposti;kieli;syntymäaika;kotikunta;taso"]
    for number in range(LINES):
        telephone = "soita" if number < broken else f"+358 40 {number:07}"
        lines.append(f"Opiskelija {number};{telephone};o{number}@example.org;arabia;3.2.1990;Kuopio;A2.1")
    return "\r\n".join(lines).encode("utf-16")


async def watch(longest: list[float]) -> None:
    """How long the loop stood still between two turns."""
    last = time.perf_counter()
    while True:
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        longest[0] = max(longest[0], now - last)
        last = now


async def run() -> None:
    """Two files: one that is refused for its broken lines, one that is brought in, and that one again."""
    folder = tempfile.mkdtemp()
    url = f"sqlite+aiosqlite:///{folder}/oppitupa.db"
    await migrate(url)
    store = Store(url, SetClock(datetime(2026, 1, 1, tzinfo=UTC)))
    house = await plan_house(store)
    longest = [0.0]
    watching = asyncio.create_task(watch(longest))
    known = Known({}, (), ("fi", "en", "ar"))
    for name, broken in (("with 500 broken lines", 500), ("new people", 0), ("the same people", 0)):
        longest[0], begun = 0.0, time.perf_counter()
        async with store.look() as look:
            standing = await importing.standing(look, SYSTEM, house.programme)
        found, faults, matches = await asyncio.to_thread(read, made(broken), known, standing)
        seen = time.perf_counter()
        if not faults:
            decided = [(one.entry, one.sure.id if one.sure else "") for one in matches]
            async with store.work() as work:
                await importing.bring_in(work, SYSTEM, house.programme, decided, accept=True)
        print(
            f"{name}: {len(found)} good, {len(faults)} faults, read {seen - begun:.2f} s, "
            f"written {time.perf_counter() - seen:.2f} s, loop stood at most {longest[0] * 1000:.0f} ms"
        )
    watching.cancel()
    await store.close()


def read(body: bytes, known: Known, standing: list[importing.Standing]) -> tuple[list, list, list]:  # type: ignore[type-arg]
    """What the page does beside the loop."""
    found, faults = entries(imports.read(body), known)
    return found, faults, importing.match(found, standing)


asyncio.run(run())
