"""Joins, deliveries, and everybody falling out and coming back: CPU of the server, side by side in one run.

    python -m tests.benchmarks.sockets [people] [rounds]        (eight to a lesson; 200 people and 3 rounds if not said)

Deliveries are counted: every fact of the trail must have come exactly once, in order, to each who should hear it.
With `npm install socket.io` in a folder and OPPITUPA_NODE_SOCKETIO=FOLDER, Node's is compared too. Believe ratios,
and differences above 20 %; clients and server share the machine.
"""

import asyncio
import sqlite3
import sys
import time
from collections import defaultdict
from statistics import median

from tests.benchmarks.crowd import EIGHT
from tests.benchmarks.fleet import AT_ONCE, Client, Fleet
from tests.benchmarks.servers import NODE_MODULES, Served, node_is_here, start

HANDS = 10  # each client raises and lowers its hand so often
HOUSE, FLOOR = "house", "bare aiohttp"
KINDS = (HOUSE, "our engine alone", "python-socketio as it comes", FLOOR)
FIGURES = {
    "sign in": "CPU-s / 1,000 sign-ins",
    "join": "CPU-s / 1,000 joins",
    "deliver": "CPU-s / 10,000 deliveries",
    "again": "CPU-s / 1,000 who fell out and came back",
    "back": "seconds until all are back",
}


async def measure(served: Served) -> dict[str, float]:
    """One round against one server."""
    fleet, found = Fleet(served.url, served.seats), {}
    thousands = len(served.seats) / 1000
    try:
        begun = await fleet.cpu()
        await fleet.all(Client.sign_in, AT_ONCE)
        found["sign in"], begun = (await fleet.cpu() - begun) / thousands, await fleet.cpu()
        await fleet.all(Client.join)
        await fleet.quiet()
        found["join"], begun = (await fleet.cpu() - begun) / thousands, await fleet.cpu()
        before = trail(served)
        for client in fleet.clients:
            client.heard.clear()
        await fleet.all(_wave)
        await fleet.quiet()
        found["deliver"] = (await fleet.cpu() - begun) / count(served, fleet, before) * 10_000
        begun, clock = await fleet.cpu(), time.monotonic()
        await fleet.all(Client.drop)
        await fleet.all(Client.join)
        found["back"] = time.monotonic() - clock
        await fleet.quiet()
        found["again"] = (await fleet.cpu() - begun) / thousands
        check_stays(served)
    finally:
        await fleet.close()
    return found


async def _wave(client: Client) -> None:
    for n in range(HANDS):
        await client.call("hand", {"lesson": client.seat.lesson, "up": n % 2 == 0})


def trail(served: Served) -> dict[str, list[tuple[int, str]]]:
    """What the house has told on each lesson: (number, audience), as its database has it."""
    told: dict[str, list[tuple[int, str]]] = defaultdict(list)
    if served.folder:
        with sqlite3.connect(f"file:{served.folder}/crowd.db?mode=ro", uri=True) as database:
            lessons = {seat.lesson for seat in served.seats}
            rows = database.execute("SELECT stream, number, audience FROM trail ORDER BY stream, number")
            for stream, number, audience in rows:
                if stream in lessons:
                    told[stream].append((number, audience))
        database.close()
    return told


def count(served: Served, fleet: Fleet, before: dict[str, list[tuple[int, str]]]) -> int:
    """How many facts came; raises when one of them was lost, doubled, late or not for her."""
    after, total = trail(served), 0
    for client in fleet.clients:
        lesson = client.seat.lesson
        if after:
            new = after[lesson][len(before[lesson]) :]
            due = [number for number, audience in new if audience == "lesson" or client.seat.leads]
            assert client.heard == [(lesson, number) for number in due], (client.seat, len(client.heard), len(due))
        else:
            assert len(client.heard) == len(set(client.heard)) == HANDS * EIGHT, (client.seat, len(client.heard))
            assert client.heard == sorted(client.heard)
        total += len(client.heard)
    assert total == len(fleet.clients) * HANDS * EIGHT, total
    return total


def check_stays(served: Served) -> None:
    """Everybody has two stays, the first closed and the second open, each written down."""
    if not served.folder:
        return
    with sqlite3.connect(f"file:{served.folder}/crowd.db?mode=ro", uri=True) as database:
        rows = database.execute("SELECT person, count(*), count(closed) FROM visits GROUP BY person").fetchall()
    database.close()
    assert sorted(rows) == sorted((seat.person, 2, 1) for seat in served.seats), "somebody's stay is not written down"


def main(people: int, rounds: int) -> None:
    kinds = (*KINDS, "Node socket.io") if node_is_here() else KINDS
    if not node_is_here():
        print(f"Node's socket.io is left out: `npm install socket.io` in a folder, and name it in {NODE_MODULES}.")
    rows: dict[str, dict[str, list[float]]] = {kind: defaultdict(list) for kind in kinds}
    for _ in range(rounds):
        for kind in kinds:
            served = start(kind, people // EIGHT)
            try:
                for name, figure in asyncio.run(measure(served)).items():
                    rows[kind][name].append(figure)
            finally:
                served.stop()
    print(f"{people // EIGHT} lessons of {EIGHT}, median of {rounds} rounds (ratio to {FLOOR})")
    for name, words in FIGURES.items():
        print(f"\n{words}")
        floor = median(rows[FLOOR][name])
        for kind in kinds:
            least, middle, most = min(rows[kind][name]), median(rows[kind][name]), max(rows[kind][name])
            print(f"  {kind:30} {middle:8.3f}   {middle / floor:6.2f} ×   ({least:.3f}–{most:.3f})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
