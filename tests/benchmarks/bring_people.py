"""Bring in a file of 10,000 people, some lines broken, and watch the loop: `python -m tests.benchmarks.bring_people`.

It says how long reading, matching and writing take, the longest time that the event loop stood still meanwhile, and
how long the evidence of a classroom beside it, saved twice a second, waited at most for its commit. The collector of
garbage is set as the server sets it.
"""

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime

from calendars.clock import SetClock
from calendars.people import importing
from calendars.store import Store, new_id
from server.files import imports
from server.files.entries import Known, entries
from server.listening import settle_memory
from server.migrations import migrate
from tests.calendars.planned import SYSTEM, plan_house

LONGEST_TURN = 0.05  # seconds of the loop's own CPU, so that other programs of the machine do not count
LINES = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000


def made(broken: int) -> bytes:
    """A file with so many broken lines in it."""
    lines = ["nimi;puhelin;sähköposti;kieli;syntymäaika;kotikunta;taso"]
    for number in range(LINES):
        telephone = "soita" if number < broken else f"+358 40 {number:07}"
        lines.append(f"Opiskelija {number};{telephone};o{number}@example.org;arabia;3.2.1990;Kuopio;A2.1")
    return "\r\n".join(lines).encode("utf-16")


async def watch(longest: list[float]) -> None:
    """How long the loop stood still between two turns; and how long it reckoned itself in one, other programs apart."""
    last, busy = time.perf_counter(), time.thread_time()
    while True:
        await asyncio.sleep(0.001)
        now, reckoned = time.perf_counter(), time.thread_time()
        longest[0] = max(longest[0], now - last)
        longest[1] = max(longest[1], reckoned - busy)
        last, busy = now, reckoned


async def save(store: Store, waited: list[float]) -> None:
    """What server/keeping.py does beside it: a small work twice a second."""
    while True:
        await asyncio.sleep(0.5)
        begun = time.perf_counter()
        async with store.work() as work:
            await work.answer(new_id(), "")
        waited[0] = max(waited[0], time.perf_counter() - begun)


async def run() -> None:
    """Two files: one that is refused for its broken lines, one that is brought in, and that one again."""
    folder = tempfile.mkdtemp()
    url = f"sqlite+aiosqlite:///{folder}/oppitupa.db"
    await migrate(url)
    store = Store(url, SetClock(datetime(2026, 1, 1, tzinfo=UTC)))
    house = await plan_house(store)
    settle_memory()
    longest, waited = [0.0, 0.0], [0.0]
    beside = [asyncio.create_task(watch(longest)), asyncio.create_task(save(store, waited))]
    known = Known({}, (), ("fi", "en", "ar"))
    for name, broken in (("with 500 broken lines", 500), ("new people", 0), ("the same people", 0)):
        body = await asyncio.to_thread(made, broken)
        await asyncio.sleep(1)
        longest[:], waited[0], begun = [0.0, 0.0], 0.0, time.perf_counter()
        spent = time.thread_time()
        async with store.look() as look:
            standing = await importing.standing(look, SYSTEM, house.programme)
        found, faults, matches = await asyncio.to_thread(read, body, known, standing)
        seen = time.perf_counter()
        if not faults:
            decided = [(one.entry, one.sure.id if one.sure else "") for one in matches]
            async with store.work() as work:
                await importing.bring_in(work, SYSTEM, house.programme, decided, accept=True)
        written = time.perf_counter() - seen
        await asyncio.sleep(1)  # whoever waited for the turn has it now
        print(
            f"{name}: {len(found)} good, {len(faults)} faults, read {seen - begun:.2f} s, "
            f"written {written:.2f} s, loop stood at most {longest[0] * 1000:.0f} ms, of its own CPU at most "
            f"{longest[1] * 1000:.0f} ms in one turn and {time.thread_time() - spent:.2f} s in all, "
            f"evidence waited at most {waited[0] * 1000:.0f} ms"
        )
        if longest[1] > LONGEST_TURN:
            sys.exit(f"The loop reckoned longer than {LONGEST_TURN * 1000:.0f} ms in one turn.")
    for task in beside:
        task.cancel()
    await store.close()


def read(body: bytes, known: Known, standing: list[importing.Standing]) -> tuple[list, list, list]:  # type: ignore[type-arg]
    """What the page does beside the loop."""
    found, faults = entries(imports.read(body), known)
    return found, faults, importing.match(found, standing)


asyncio.run(run())
